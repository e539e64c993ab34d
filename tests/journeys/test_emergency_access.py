"""Emergency access and its review, by keyboard alone; then a governance lead who states a purpose."""

import pytest
from playwright.sync_api import Page, expect

from cases import access_actions
from cases.models import TimedAccess, User
from tests.browser import Keys, assert_summary_links_land, check_page, signed_in
from tests.cast import CaseFile
from tests.journeys.telephone import assert_verified

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REFERENCE = "What is the case’s reference?"
REASON = "What is happening, and why must you open this case now?"


def test_a_colleague_opens_a_case_in_an_emergency_and_a_manager_looks_at_it(
    page: Page, case_file: CaseFile, colleague: User, manager: User, excluded: User
) -> None:
    reference = case_file.case.reference
    _given_a_wrong_reference_first(page, colleague)
    keys = Keys(page)
    keys.type(REFERENCE, reference.lower())
    keys.press("Open the case for 60 minutes")
    strip = page.get_by_role("region", name="Emergency access")
    expect(strip).to_contain_text("Emergency access until")
    check_page(page, "emergency-access-case")
    keys.press("People")
    expect(strip).to_contain_text("left.")
    expect(page.get_by_role("heading", name="Roz, Victim/survivor")).to_be_visible()
    expect(page.get_by_role("link", name="Timeline")).to_have_count(0)
    keys.press("End it now")
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    assert page.goto(f"/cases/{reference}/").status == 404  # type: ignore[union-attr]

    _then_the_manager_reviews_it(page, manager)
    kept = TimedAccess.objects.get()
    assert (kept.review, kept.reviewed_by, kept.review_note) == ("right", manager, "He was at the door")
    assert_verified()


def _given_a_wrong_reference_first(page: Page, colleague: User) -> None:
    signed_in(page, colleague)
    page.goto("/")
    keys = Keys(page)
    keys.press("Emergency access to a case")
    check_page(page, "emergency-access")
    page.reload()
    keys.type(REFERENCE, "C-ZZZZZZ")
    keys.type(REASON, "She has rung: he is at the door")
    keys.press("Open the case for 60 minutes")
    assert_summary_links_land(page)
    check_page(page, "emergency-access-error")
    page.evaluate("document.activeElement.blur()")


def _then_the_manager_reviews_it(page: Page, manager: User) -> None:
    signed_in(page, manager)
    page.goto("/")
    expect(page.get_by_role("heading", name="For you to know")).to_be_visible()
    check_page(page, "my-work-told")
    page.reload()
    keys = Keys(page)
    keys.press("Look at what they did")
    expect(page.get_by_text("She has rung: he is at the door").first).to_be_visible()
    check_page(page, "emergency-access-review")
    page.reload()
    keys.choose("Was it right to open the case?", "Yes, it was right")
    keys.type("Why do you think so?", "He was at the door")
    keys.press("Record your review")
    expect(page.get_by_text("says Mary Field")).to_be_visible()
    page.goto("/")
    expect(page.get_by_text("Look at emergency access to")).to_have_count(0)
    page.get_by_role("button", name="Seen").first.click()
    expect(page.get_by_role("heading", name="For you to know")).to_have_count(0)


def test_a_governance_lead_states_a_purpose_reads_and_shuts_somebody_out(
    page: Page, case_file: CaseFile, governance: User, manager: User, granted: User, colleague: User
) -> None:
    case = case_file.case
    access_actions.restrict(by=manager, case=case, reason="The victim/survivor works for us")
    signed_in(page, governance)
    page.goto(f"/purpose/?reference={case.reference}")
    keys = Keys(page)
    check_page(page, "purpose")
    page.reload()
    keys.choose("What do you look at it for?", "An audit")
    keys.press("Open the case for 8 hours")
    expect(page.get_by_role("region", name="Looking with a purpose")).to_contain_text("8 hours")
    check_page(page, "purpose-case")
    page.reload()
    keys.press("Access")
    check_page(page, "access-restricted")
    page.reload()
    keys.select("Who must not see the case?", "Gwen Ford, Officer")
    keys.type("Why must they not see it?", "His aunt")
    keys.press("Keep them out")
    expect(page.get_by_text("They can no longer see the case.")).to_be_visible()
    signed_in(page, granted)
    assert page.goto(f"/cases/{case.reference}/").status == 404  # type: ignore[union-attr]
    assert_verified()
