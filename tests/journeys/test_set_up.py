"""From an empty copy to one in which cases can be opened, by an administrator with a keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from cases.models import Organisation, Team, User
from tests.browser import Keys, check_page, signed_in
from tests.cast import UserFactory, go_live
from tests.journeys.deciding import on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def staff(team: Team) -> None:
    """Everybody who is needed, in a copy of which nothing is set up."""
    for role in ("officer", "manager"):
        UserFactory(role=role, teams=[team])
    UserFactory(role="governance")
    go_live(live_since=None, set_up=[], region="england")


def saved(page: Page, part: str) -> None:
    expect(page.locator(".govuk-task-list__item", has_text=part)).to_contain_text("Completed")


def what_we_are(page: Page) -> None:
    """The organisation, its notice, its document, its policies."""
    on(page, "Set-up").press("Your organisation")
    keys = on(page, "Your organisation")
    check_page(page, "setup-organisation")
    keys.type("Name of the organisation", "Example Homes")
    keys.press("Save")
    saved(page, "Your organisation")
    on(page, "Set-up").press("Policies and procedures")
    keys = on(page, "Policies and procedures")
    keys.select("Is it one of these? (optional)", "MARAC operating protocol")
    keys.type("Which version is in force?", "2")
    keys.day("Since when is it in force?", 5, 1, 2026)
    keys.press("Add the policy")
    check_page(page, "setup-policies")
    keys.press("Back to set-up")
    on(page, "Set-up").press("Privacy notice")
    keys = on(page, "Privacy notice")
    keys.type("Which version of the privacy notice is in force?", "3.1")
    keys.day("What is its date?", 9, 2, 2026)
    keys.tick("Public task", within="Which lawful bases does it name?")
    keys.press("Save")
    on(page, "Set-up").press("Appropriate policy document")
    keys = on(page, "Appropriate policy document")
    keys.choose("Is there an appropriate policy document?", "Yes")
    keys.type("Where can it be read? (optional)", "https://homes.example/document")
    keys.press("Save")


def what_we_do(page: Page) -> None:
    """The parts that arrive filled in with what is usual, and the secure route of an agency."""
    for part in (
        "Risk: thresholds and local criteria",
        "Timers",
        "Working hours and bank holidays",
        "Urgent safeguarding",
    ):
        on(page, "Set-up").press(part)
        on(page, part).press("Save")
        saved(page, part)
    on(page, "Set-up").press("Agencies and their secure routes")
    on(page, "Agencies").press("Police")
    keys = on(page, "Police")
    keys.tick("Secure e-mail", within="How does it receive information safely?")
    keys.type("Which mailbox or portal is that? (optional)", "safeguarding@police.example")
    keys.press("Save")
    on(page, "Agencies").press("Back to set-up")


def test_an_empty_copy_goes_live(page: Page, administrator: User, staff: None) -> None:
    signed_in(page, administrator)
    page.goto("/")
    check_page(page, "home-not-set-up")
    Keys(page).press("Go to set-up")
    on(page, "Set-up").press("Finish set-up")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Finish every part first")
    check_page(page, "setup-not-finished")
    what_we_are(page)
    what_we_do(page)
    expect(page.locator("main")).to_contain_text("11 of 11 parts are completed")
    on(page, "Set-up").press("Finish set-up")
    expect(page.get_by_text("Officers can open cases now")).to_be_visible()
    check_page(page, "setup-live")
    assert Organisation.current().live_since is not None
