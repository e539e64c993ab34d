"""A decision in a real browser: by keyboard alone from the case to the log, and every page looked at."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.models import Case, User
from tests.browser import Keys, assert_summary_links_land, check_page, signed_in
from tests.cast import CaseFile
from tests.journeys import deciding as by_keyboard
from tests.journeys.telephone import assert_verified
from tests.sharing.filling import Decider, decider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.both_databases
def test_a_full_decision_by_keyboard_alone_on_a_telephone(
    phone: Page, officer: User, manager: User, governance: User, case_file: CaseFile
) -> None:
    page = phone
    signed_in(page, officer)
    page.goto(reverse("case_sharing", args=[case_file.case.reference]))
    by_keyboard.start_decision(page)
    by_keyboard.pages_1_to_3(page)
    by_keyboard.pages_4_and_5(page)
    numbers = {"share": "Decide about information 1", "withhold": "Decide about information 2"}
    by_keyboard.pages_6_to_8(page, **numbers)
    by_keyboard.answer_points(page)
    reference = by_keyboard.record(page)
    Keys(page).press("See the recorded decision")
    expect(page.get_by_text(by_keyboard.REASON).first).to_be_visible()
    assert_in_timeline(page, manager, case_file.case, reference)
    assert_in_log(page, governance, reference)
    assert_verified()


def assert_in_timeline(page: Page, manager: User, case: Case, reference: str) -> None:
    """A manager of the team finds the decision in the timeline of the case."""
    signed_in(page, manager)
    page.goto(reverse("case_timeline", args=[case.reference]))
    expect(page.get_by_role("heading", name="Decision recorded")).to_be_visible()
    expect(page.get_by_text(reference).first).to_be_visible()


def assert_in_log(page: Page, governance: User, reference: str) -> None:
    """The information governance lead finds it in the log, where nobody is named."""
    signed_in(page, governance)
    page.goto("/logs/")
    keys = Keys(page)
    keys.press("this quarter")
    expect(page.get_by_role("rowheader", name=reference)).to_be_visible()
    assert "Osei" not in page.content()


@pytest.fixture
def at_desk(officer: User, case_file: CaseFile) -> Decider:
    """An officer with a draft."""
    return decider(officer, case_file)


def test_pages_empty_and_in_error(page: Page, officer: User, at_desk: Decider) -> None:
    signed_in(page, officer)
    page.goto(at_desk.step("recipients"))
    _in_error(page, "recipients")
    page.goto(at_desk.url("recipient_add"))
    check_page(page, "journey-recipient")
    _in_error(page, "recipient")
    page.goto(at_desk.step("items"))
    _in_error(page, "items")
    page.goto(at_desk.url("item_change", at_desk.case_file.older.id))
    check_page(page, "journey-item")
    _in_error(page, "item")


def _in_error(page: Page, name: str) -> None:
    page.get_by_role("button", name=by_keyboard.NEXT).click()
    check_page(page, f"journey-{name}-error")
    page.reload()
    assert_summary_links_land(page)


def test_a_stop_is_shown_at_its_field_and_the_points_page_in_error(
    page: Page, officer: User, at_desk: Decider
) -> None:
    at_desk.everything()
    signed_in(page, officer)
    page.goto(at_desk.step("lawful-basis"))
    page.get_by_label("Consent", exact=True).check()
    page.get_by_role("button", name=by_keyboard.NEXT).click()
    expect(page.get_by_text("Your answers are saved")).to_be_visible()
    assert_summary_links_land(page)
    check_page(page, "journey-stop")
    page.goto(at_desk.url("draft_points"))
    _in_error(page, "points")


def test_done_can_be_looked_at_again(page: Page, officer: User, at_desk: Decider) -> None:
    at_desk.everything()
    form = dict.fromkeys(("stale_item", "late"), "She told us again yesterday")
    at_desk.post(at_desk.url("draft_points"), **form)
    assert at_desk.record().status_code == 302
    signed_in(page, officer)
    for _ in range(2):
        page.goto(at_desk.url("draft_done"))
        expect(page.locator("h1")).to_have_text("Decision recorded")
    check_page(page, "journey-done")


def test_the_whole_journey_without_script(page_without_script: Page, officer: User, at_desk: Decider) -> None:
    page = page_without_script
    signed_in(page, officer)
    page.goto(at_desk.url("recipient_add"))
    page.get_by_label("Who needs to know?").fill("DC Amara Osei")
    page.get_by_role("button", name="Save and come back later").click()
    expect(page.locator("h1")).to_have_text("Decide whether to share")
    answers: Any = at_desk.answers["recipients"]
    assert [one["name"] for one in answers] == ["DC Amara Osei"]
