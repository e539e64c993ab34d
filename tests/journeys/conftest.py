"""What the journeys share."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import Windows
from tests.journeys.telephone import FOCUS_IS_SEEN, PHONE


@pytest.fixture
def phone(windows: Windows, live_server: Any) -> Iterator[Page]:
    """A page as wide as a telephone, whose keyboard always shows where it is."""
    with windows.lent(FOCUS_IS_SEEN) as page:
        page.set_viewport_size(PHONE)
        yield page
