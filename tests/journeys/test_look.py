"""The look in a real browser: every kind of field, account and error page, empty, in error, by keyboard."""

from typing import Any

import pytest
from playwright.sync_api import Page

from cases.models import User
from tests.browser import Keys, assert_summary_links_land, axe, check_page, signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("tests.journeys.look_urls"),
    pytest.mark.django_db(transaction=True),
]
PASSWORD = "three unrelated words"


@pytest.fixture(autouse=True)
def demonstration(settings: Any) -> None:
    """Striped, with one button per role."""
    settings.DEMO = True


@pytest.fixture
def somebody() -> User:
    """A manager of the demonstration, with a password."""
    user = User(email="manager@demo.example", name="Mo Manager", role=User.Role.MANAGER)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.mark.parametrize("path", ["/sign-in/", "/accessibility/", "/privacy/", "/cookies/", "/nothing/"])
def test_pages_without_sign_in(page: Page, path: str) -> None:
    page.goto(path)
    check_page(page, "look" + path.strip("/").join(["-", ""]))


@pytest.mark.parametrize("path", ["/", "/sign-out/", "/account/password/", "/forbidden/", "/hidden/C-1/"])
def test_pages_after_sign_in(page: Page, somebody: User, path: str) -> None:
    signed_in(page, somebody)
    page.goto(path)
    assert page.get_by_role("link", name="Cases", exact=True).is_visible()
    check_page(page, "look-in-" + (path.strip("/").replace("/", "-") or "home"))


def test_every_kind_of_field_empty_and_in_error(page: Page, somebody: User) -> None:
    signed_in(page, somebody)
    page.goto("/sample/")
    check_page(page, "look-sample")
    page.get_by_role("button", name="Save and continue").click()
    check_page(page, "look-sample-error")
    page.reload()
    assert_summary_links_land(page)
    assert page.locator(".govuk-error-summary a").count() == 9


def test_the_design_system_is_there_and_stripped(page: Page, somebody: User) -> None:
    signed_in(page, somebody)
    page.goto("/sample/")
    page.wait_for_selector(".govuk-character-count__status")
    family = page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
    assert "GDS" not in family
    assert "Arial" in family


def test_printed_and_in_forced_colours(page: Page, somebody: User) -> None:
    signed_in(page, somebody)
    page.goto("/sample/")
    page.emulate_media(forced_colors="active")
    for selector in (".dh-header__name", ".dh-quick-exit", ".dh-case-banner__alert"):
        # The user's colours, which axe cannot judge: it doubts what Chromium has replaced.
        colours = page.eval_on_selector(
            selector, "e => [getComputedStyle(e).color, getComputedStyle(e).borderTopColor]"
        )
        assert "rgb(255, 255, 255)" not in colours
    page.emulate_media(media="print")
    assert page.get_by_text("Staff safety:").is_visible()
    assert page.get_by_text("Demonstration and training copy").is_visible()
    assert not page.get_by_role("link", name="Quick exit").is_visible()


def test_what_was_typed_stays_and_the_count_is_of_characters(page: Page, somebody: User) -> None:
    signed_in(page, somebody)
    page.goto("/sample/")
    page.get_by_label("Why?").fill("x" * 41)
    page.get_by_label("Answer B").first.check()
    page.get_by_role("button", name="Save and continue").click()
    assert page.get_by_label("Why?").input_value() == "x" * 41
    assert page.get_by_label("Answer B").first.is_checked()
    assert "Shorten this to 40 characters or fewer. It now has 41" in page.content()


def test_a_whole_form_by_keyboard_alone(page: Page, somebody: User) -> None:
    signed_in(page, somebody)
    page.goto("/sample/")
    keys = Keys(page)
    keys.type("Who <asked>?", "The duty team")
    keys.type("Why?", "To keep them safe")
    keys.choose("Do they know?", "Answer B")
    keys.tick("None of these", within="What kinds?")
    keys.select("Which one?", "Answer B")
    keys.day("When was it seen?", 3, 6, 2024)
    keys.day("When was it sent?", 4, 6, 2024, "2:30pm")
    keys.type("How many?", "14")
    keys.tick("I have checked this")
    keys.press("Save and continue")
    assert page.get_by_text("The answers are saved").is_visible()
    check_page(page, "look-saved")


def test_quick_exit_is_the_second_tab_and_back_shows_sign_in(page: Page, somebody: User) -> None:
    signed_in(page, somebody)
    page.goto("/")
    page.goto("/sample/")
    page.keyboard.press("Tab")
    assert Keys(page).active()["name"] == "Skip to main content"
    page.keyboard.press("Tab")
    assert Keys(page).active()["name"] == "Quick exit"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.title() == "Closed"
    check_page(page, "look-closed")
    page.go_back()
    assert page.title().startswith("Sign in")
    page.goto("/sample/")
    assert page.title().startswith("Sign in")


def test_sign_in_with_a_password_and_its_errors(page: Page, somebody: User) -> None:
    page.goto("/sample/")
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert_summary_links_land(page)
    check_page(page, "look-sign-in-error")
    page.get_by_label("E-mail address").fill(somebody.email)
    page.get_by_label("Password").fill("wrong password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert_summary_links_land(page)
    assert page.get_by_label("E-mail address").input_value() == somebody.email
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert page.url.endswith("/sample/")


def test_one_button_signs_in_to_the_demonstration(page: Page, somebody: User) -> None:
    page.goto("/sign-in/")
    page.get_by_role("button", name="Manager", exact=False).click()
    assert page.title().startswith("My work")
    assert page.get_by_text("Demonstration and training copy").is_visible()


def test_without_script_everything_still_works(page_without_script: Page, somebody: User) -> None:
    page = page_without_script
    signed_in(page, somebody)
    page.goto("/sample/")
    page.get_by_label("Who <asked>?").fill("Somebody")
    page.get_by_role("button", name="Save and continue").click()
    assert page.get_by_label("Who <asked>?").input_value() == "Somebody"
    page.get_by_role("link", name="Quick exit").click()
    assert page.title() == "Closed"


def test_without_the_design_system_it_is_plain_and_complete(
    page: Page, somebody: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cases.templatetags import gov

    known = gov.asset_url
    monkeypatch.setattr(gov, "asset_url", lambda path: "" if "vendor" in path else known(path))
    signed_in(page, somebody)
    page.goto("/sample/")
    assert page.locator("html.dh-plain").count() == 1
    check_page(page, "look-plain")
    page.get_by_role("button", name="Save and continue").click()
    assert_summary_links_land(page)
    axe(page)
