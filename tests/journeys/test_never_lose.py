"""Nothing that is typed is lost, in a real browser: autosave, other windows, no connection, signed out."""

import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from cases import two_step_actions
from cases.models import User
from sharing import actions
from sharing.actions import answers_of
from sharing.models import Draft, Typing
from tests.browser import PATIENCE, check_page, signed_in
from tests.cast import PASSWORD, CaseFile
from tests.second_step import code

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HARM = "What could happen if we do not share?"
TYPED = "He said he would wait for her again"


@pytest.fixture
def context(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """A browser whose console may say that an answer was 401, or that there is no network."""
    opened = browser.new_context(base_url=live_server.url, locale="en-GB", timezone_id="Europe/London")
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


@pytest.fixture
def draft(officer: User, case_file: CaseFile) -> Draft:
    return actions.start_draft(by=officer, case=case_file.case)


@pytest.fixture
def reasons(draft: Draft) -> str:
    """The address of page 3."""
    return reverse("draft_step", args=[draft.id, "reasons"])


@pytest.fixture
def tab(context: BrowserContext, officer: User, reasons: str) -> Page:
    """Page 3, open."""
    opened = context.new_page()
    signed_in(opened, officer)
    opened.goto(reasons)
    return opened


def type_harm(tab: Page, text: str = TYPED) -> None:
    tab.get_by_label(HARM).fill(text)


def saved(tab: Page) -> None:
    expect(tab.locator(".dh-saved")).to_contain_text("Saved ")


def sign_in(tab: Page, user: User) -> None:
    tab.get_by_label("E-mail address").fill(user.email)
    tab.get_by_label("Password").fill(PASSWORD)
    secret = "JBSWY3DPEHPK3PXP"
    two_step_actions.add_app(by=user, secret=secret, used=0)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.get_by_label("Code from your app").fill(code(secret))
    tab.get_by_role("button", name="Sign in", exact=True).click()


def lock_sessions() -> None:
    """Let an hour pass for everybody who is signed in."""
    from django.contrib.sessions.backends.db import SessionStore

    for row in Session.objects.all():
        store = SessionStore(row.session_key)
        store["seen_at"] = int(time.time()) - 3600
        store.save()


def test_what_is_typed_is_kept_by_itself_and_is_there_after_a_reload(
    page: Page, officer: User, reasons: str
) -> None:
    signed_in(page, officer)
    page.goto(reasons)
    type_harm(page)
    saved(page)
    assert page.get_by_role("alert").inner_text() == ""
    page.reload()
    assert page.get_by_label(HARM).input_value() == TYPED
    expect(page.get_by_text("was kept and is not saved yet")).to_be_visible()
    check_page(page, "typing-kept")
    page.get_by_role("button", name="Throw it away").click()
    assert page.get_by_label(HARM).input_value() == ""
    assert not Typing.objects.exists()


def test_what_was_typed_a_moment_ago_is_kept_when_the_page_is_left(tab: Page, reasons: str) -> None:
    type_harm(tab)
    tab.get_by_role("link", name="All pages of this decision").click()
    expect(tab.locator("h1")).to_have_text("Decide whether to share")
    # What a page sends as it is left overtakes nobody who comes back at once: it is on its way.
    for _ in range(PATIENCE // 100):
        if Typing.objects.exists():
            break
        tab.wait_for_timeout(100)
    tab.goto(reasons)
    assert tab.get_by_label(HARM).input_value() == TYPED


def test_nothing_is_sent_more_often_than_every_two_seconds(tab: Page) -> None:
    sent: list[float] = []
    tab.on("request", lambda request: sent.append(time.monotonic()) if "/typing/" in request.url else None)
    box = tab.get_by_label(HARM)
    for n in range(40):
        box.press_sequentially(f"{n} ")
        if n % 5 == 0:
            tab.get_by_label("Yes").first.check()
            tab.get_by_label("Not sure").first.check()
        tab.wait_for_timeout(100)
    saved(tab)
    tab.wait_for_timeout(2500)
    gaps = [after - before for before, after in pairwise(sent)]
    assert sent
    assert all(gap > 1.9 for gap in gaps), gaps
    assert "39" in Typing.objects.get().typed


def test_nothing_of_a_page_that_was_saved_is_left(tab: Page, draft: Draft) -> None:
    for answer in tab.locator("input[type=radio][value=yes]").all():
        answer.check()
    type_harm(tab)
    saved(tab)
    type_harm(tab, TYPED + "!")
    tab.get_by_role("button", name="Save and continue").click()
    expect(tab.locator("h1")).to_have_text("Keeping everybody safe")
    tab.wait_for_timeout(500)
    assert answers_of(Draft.objects.get(id=draft.id))["harm_if_not"] == TYPED + "!"
    assert not Typing.objects.exists()


def test_two_tabs_are_both_shown(tab: Page, context: BrowserContext, reasons: str) -> None:
    type_harm(tab, "In the first tab")
    saved(tab)
    second = context.new_page()
    second.goto(reasons)
    assert second.get_by_label(HARM).input_value() == "In the first tab"
    type_harm(second, "In the second tab")
    saved(second)
    type_harm(tab, "In the first tab, again")
    tab.wait_for_timeout(4000)
    second.reload()
    assert second.get_by_label(HARM).input_value() == "In the first tab, again"
    expect(second.get_by_text("Also typed by you, in another window")).to_be_visible()
    expect(second.get_by_text("In the second tab")).to_be_visible()
    check_page(second, "typing-two-tabs")


def test_a_save_in_another_tab_is_told_and_both_are_shown(tab: Page, officer: User, draft: Draft) -> None:
    given = {"harm_if_not": "Saved elsewhere", "pages": {"reasons": True}}
    actions.save_draft(by=officer, draft=draft, answers=given, saves=0)
    type_harm(tab)
    expect(tab.get_by_role("alert")).to_contain_text("saved in another window")
    tab.get_by_role("link", name="See both").click()
    expect(tab.get_by_text("Saved elsewhere")).to_be_visible()
    assert tab.get_by_label(HARM).input_value() == TYPED
    check_page(tab, "typing-conflict")


def test_without_a_connection_it_says_so_and_sends_it_later(tab: Page, context: BrowserContext) -> None:
    asked: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    tab.on("dialog", dismiss)
    context.set_offline(True)
    expect(tab.get_by_role("alert")).to_contain_text("You are offline")
    type_harm(tab)
    tab.wait_for_timeout(3000)
    assert not Typing.objects.exists()
    tab.get_by_role("button", name="Save and continue").click()
    assert tab.get_by_label(HARM).input_value() == TYPED
    tab.close(run_before_unload=True)
    tab.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    tab.wait_for_timeout(5000)
    context.set_offline(False)
    saved(tab)
    assert tab.get_by_role("alert").inner_text() == ""
    assert "wait+for+her" in Typing.objects.get().typed


def test_signing_out_elsewhere_in_the_middle_of_a_page_loses_nothing(
    tab: Page, context: BrowserContext, officer: User
) -> None:
    type_harm(tab)
    saved(tab)
    Session.objects.all().delete()
    type_harm(tab, TYPED + " and again")
    expect(tab.get_by_role("alert")).to_contain_text("You have been signed out")
    with context.expect_page() as opened:
        tab.get_by_role("link", name="Sign in in a new window").click()
    sign_in(opened.value, officer)
    expect(opened.value.locator("h1")).to_have_text("My work")
    tab.bring_to_front()
    tab.evaluate("window.dispatchEvent(new Event('focus'))")
    saved(tab)
    assert "and+again" in Typing.objects.get().typed
    tab.get_by_role("button", name="Save and come back later").click()
    expect(tab.locator("h1")).to_have_text("Decide whether to share")


def test_a_session_that_is_locked_in_the_middle_of_a_page_brings_the_text_back(
    tab: Page, officer: User
) -> None:
    lock_sessions()
    type_harm(tab)
    tab.get_by_role("link", name="Sign in again in this window").click()
    sign_in(tab, officer)
    expect(tab.locator("h1")).to_have_text("This was not sent yet")
    check_page(tab, "parked")
    tab.get_by_role("button", name="Send it again").click()
    expect(tab.locator("h1")).to_have_text("Why share, or why not")
    assert tab.get_by_label(HARM).input_value() == TYPED


def test_without_script_a_form_that_came_too_late_is_sent_again(
    page_without_script: Page, officer: User, draft: Draft, reasons: str
) -> None:
    page = page_without_script
    signed_in(page, officer)
    page.goto(reasons)
    type_harm(page, f"{TYPED}\n“twice” <b>")
    lock_sessions()
    page.get_by_role("button", name="Save and come back later").click()
    assert page.get_by_text("This was not sent yet").is_visible()
    sign_in(page, officer)
    page.get_by_role("button", name="Send it again").click()
    assert page.locator("h1").inner_text() == "Decide whether to share"
    assert answers_of(Draft.objects.get(id=draft.id))["harm_if_not"] == f"{TYPED}\n“twice” <b>"
    assert not Typing.objects.exists()
