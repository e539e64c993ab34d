"""What the journeys share."""

import pytest
from playwright.sync_api import Page

from tests.journeys.telephone import FOCUS_IS_SEEN, PHONE


@pytest.fixture
def phone(page: Page) -> Page:
    """A page as wide as a telephone, whose keyboard always shows where it is."""
    page.add_init_script(FOCUS_IS_SEEN)
    page.set_viewport_size(PHONE)
    return page
