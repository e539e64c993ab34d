"""The idle lock and Quick exit, in a real browser: warned, extendable, locked, and nothing on Back."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.models import User
from sharing.models import Typing
from tests.browser import Keys, axe, screenshot, signed_in
from tests.cast import CaseFile
from tests.journeys.test_never_lose import HARM, context, draft, reasons, tab, type_harm

__all__ = ["context", "draft", "reasons", "tab"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WARNING = "You will be signed out in"


@pytest.fixture
def short(settings: Any) -> None:
    """Eight seconds without anything done; warned five seconds before."""
    settings.IDLE_SECONDS, settings.IDLE_WARNING_SECONDS = 8, 5


def test_the_warning_is_announced_can_be_extended_and_gives_the_focus_back(
    page: Page, officer: User, short: None
) -> None:
    signed_in(page, officer)
    page.goto("/cases/new/")
    field = page.get_by_label("What do they prefer to be called? (optional)")
    field.fill("Roz")
    dialog = page.get_by_role("alertdialog", name=WARNING)
    expect(dialog).to_be_visible()
    assert Keys(page).active()["name"] == "Stay signed in"
    axe(page)
    screenshot(page, "idle")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(field).to_be_focused()
    assert field.input_value() == "Roz"
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.url.endswith("/cases/new/")


def test_at_the_end_the_page_goes_and_back_shows_nothing(tab: Page, case_file: CaseFile, short: None) -> None:
    address = reverse("case", args=[case_file.case.reference])
    tab.goto("/")
    tab.goto(address)
    tab.wait_for_url(f"**/sign-in/?next={address.replace('/', '%2F')}")
    assert "Roz" not in tab.content()
    tab.go_back()
    assert tab.title().startswith("Sign in")
    assert Session.objects.count() == 1


def test_typing_keeps_somebody_signed_in(tab: Page, settings: Any, reasons: str) -> None:
    settings.IDLE_SECONDS, settings.IDLE_WARNING_SECONDS = 6, 2
    tab.reload()
    for n in range(12):
        tab.get_by_label(HARM).press_sequentially(f"word{n} ")
        tab.wait_for_timeout(900)
    assert tab.url.endswith(reasons)
    expect(tab.get_by_role("alertdialog")).to_be_hidden()


def test_what_is_done_in_one_tab_keeps_the_other_open(tab: Page, context: Any, short: None) -> None:
    tab.reload()
    other = context.new_page()
    for _ in range(6):
        other.goto("/guidance/")
        other.wait_for_timeout(2000)
    assert "sign-in" not in tab.url
    expect(tab.get_by_role("alertdialog")).to_be_hidden()


def test_sign_out_now(page: Page, officer: User, short: None) -> None:
    signed_in(page, officer)
    page.goto("/")
    page.get_by_role("button", name="Sign out now").click()
    page.wait_for_url("**/sign-in/**")
    assert Session.objects.count() == 0


def test_quick_exit_keeps_what_was_typed_and_locks_the_session(tab: Page, reasons: str) -> None:
    type_harm(tab)
    tab.get_by_role("link", name="Quick exit").click()
    tab.wait_for_url("**/quick-exit/")
    assert tab.title() == "Closed"
    assert "wait+for+her" in Typing.objects.get().typed
    assert Session.objects.count() == 0
    tab.go_back()
    assert HARM not in tab.content()


def test_quick_exit_closes_the_other_windows_too(tab: Page, context: Any) -> None:
    other = context.new_page()
    other.goto("/")
    other.get_by_role("link", name="Quick exit").click()
    tab.wait_for_url("**/quick-exit/")
    assert tab.title() == "Closed"


def test_shift_three_times_leaves_and_nothing_else_counts(tab: Page, reasons: str) -> None:
    box = tab.get_by_label(HARM)
    box.press_sequentially("ABCD")
    for letter in "EFGH":
        tab.keyboard.press(f"Shift+{letter}")
    for _ in range(4):
        tab.keyboard.down("Shift")
        tab.locator("h1").click()
        tab.keyboard.up("Shift")
    tab.keyboard.press("Shift")
    tab.keyboard.press("Shift")
    expect(tab.get_by_text("press Shift 1 more time")).to_be_attached()
    tab.keyboard.press("a")
    tab.keyboard.press("Shift")
    assert tab.url.endswith(reasons)
    tab.keyboard.press("Shift")
    tab.keyboard.press("Shift")
    tab.wait_for_url("**/quick-exit/")
    assert Session.objects.count() == 0


def test_quick_exit_without_script(page_without_script: Page, officer: User, reasons: str) -> None:
    page = page_without_script
    signed_in(page, officer)
    page.goto(reasons)
    page.get_by_role("link", name="Quick exit").click()
    assert page.title() == "Closed"
    assert Session.objects.count() == 0
    page.go_back()
    assert page.title().startswith("Sign in")
