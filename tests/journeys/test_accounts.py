"""From the first one-time link to a colleague who signs in with theirs, by keyboard alone."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from cases.models import Team, User
from tests.browser import Keys, assert_summary_links_land, check_page, signed_in
from tests.second_step import set_up_app

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "three unrelated words"


def set_password(page: Page) -> None:
    keys = Keys(page)
    keys.type("Password", PASSWORD)
    keys.type("Password again", PASSWORD)
    keys.press("Set the password and sign in")


def test_the_first_administrator_adds_a_colleague(own_page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    page = own_page
    call_command("first_administrator")
    path = capsys.readouterr().out.strip()
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.headers.get("referer", "")))
    page.goto(path)
    check_page(page, "welcome-first")
    keys = Keys(page)
    keys.press("Set the password and sign in")
    assert_summary_links_land(page)
    check_page(page, "welcome-error")
    keys.type("Your name", "Adam Brook")
    keys.type("Your e-mail address", "adam@council.example")
    set_password(page)
    set_up_app(page)
    assert User.objects.get().name == "Adam Brook"
    assert not [referrer for referrer in seen if "welcome" in referrer]

    page.goto("/teams/")
    keys.type("Name of the new team", "North housing")
    keys.press("Add the team")
    check_page(page, "teams")

    page.goto("/people/add/")
    check_page(page, "person-add")
    keys.press("Save")
    assert_summary_links_land(page)
    check_page(page, "person-add-error")
    keys.type("Name", "Olive Marsh")
    keys.type("E-mail address", "olive@council.example")
    keys.choose("Role", "Officer")
    keys.tick("North housing")
    keys.press("Save")
    check_page(page, "person-link")
    link = page.locator("#one-time-link").inner_text()

    page.goto("/sign-out/")
    page.context.clear_cookies()
    page.goto(link)
    check_page(page, "welcome")
    set_password(page)
    assert User.objects.get(email="olive@council.example").check_password(PASSWORD)
    page.context.clear_cookies()
    page.goto(link)
    check_page(page, "welcome-used")
    assert page.locator("h1").inner_text() == "This link does not work"


def test_the_administrators_pages(page: Page, administrator: User, officer: User, team: Team) -> None:
    signed_in(page, administrator)
    for path, name in (
        ("/people/", "people"),
        (f"/people/{officer.id}/", "person"),
        (f"/people/{officer.id}/deactivate/", "person-deactivate"),
        (f"/people/{officer.id}/link/", "person-new-link"),
        ("/agencies/", "agencies"),
        ("/setup/", "setup"),
        ("/setup/urgent/", "setup-urgent"),
    ):
        page.goto(path)
        check_page(page, name)
    keys = Keys(page)
    keys.choose("Which lawful basis does the emergency page offer for urgent safeguarding?", "Public task")
    keys.press("Save")
    assert_summary_links_land(page)
    check_page(page, "setup-error")
    keys.type("What does it rest on?", "Care Act 2014, section 42")
    keys.press("Save")
    page.get_by_text("Urgent safeguarding: saved.").wait_for()
