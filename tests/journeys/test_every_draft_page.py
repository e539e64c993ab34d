"""axe on every page of a decision that is being made, in every state (tests/journeys/looking.py)."""

import pytest
from playwright.sync_api import Page

from tests.journeys.looking import OF_DRAFTS, Place, empty, look_at, places, scriptless
from tests.test_matrix import addresses

__all__ = ["addresses", "empty", "places", "scriptless"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_no_page_shuts_anybody_out(own_page: Page, scriptless: Page, places: dict[str, Place]) -> None:
    look_at(OF_DRAFTS, own_page, scriptless, places)
