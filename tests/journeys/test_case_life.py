"""The life of a case in a real browser, by keyboard alone: from the first concern to closing and back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.models import Case, User
from tests.browser import Keys, assert_summary_links_land, check_page, signed_in
from tests.journeys import deciding as by_keyboard
from tests.journeys import opening
from tests.journeys.telephone import assert_verified
from tests.journeys.test_decision import assert_in_log, assert_in_timeline

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_case_from_first_concern_to_closure_and_back(
    page: Page, officer: User, manager: User, governance: User
) -> None:
    signed_in(page, officer)
    opening.open_case(page, "Rosalind Okafor", "Roz", looked=lambda at: check_page(page, f"case-new-{at}"))
    opening.safe_contact(page, "Roz")
    opening.add_child(page, "Tobias")
    opening.assess_as_high(page)
    long_ago = timezone.localdate() - timedelta(days=100)
    opening.add_information(page, "He waits outside with a knife", about="Roz", dated=long_ago)
    opening.add_information(page, "The door was mended twice", about="Roz", dated=long_ago)
    case = Case.objects.get(owner=officer)
    reference = _decide(page)
    page.goto(reverse("case", args=[case.reference]))
    standing = page.locator(".govuk-summary-card", has_text="Lawful basis, consent and necessity")
    expect(standing).to_contain_text("Public task")
    expect(standing).to_contain_text("Not asked: we rely on another lawful basis")
    _close(page, reference)
    _open_again(page)
    assert [row.status for row in case.history.order_by("history_date")][-2:] == ["closed", "open"]
    assert_in_timeline(page, manager, case, reference)
    for words in ("Case closed", "Case opened again"):
        expect(page.get_by_role("heading", name=words)).to_be_visible()
    assert_in_log(page, governance, reference)
    assert_verified()


def _decide(page: Page) -> str:
    """From a page of the case: share one of two things. Returns the decision's reference."""
    Keys(page).press("Sharing")
    by_keyboard.start_decision(page)
    by_keyboard.pages_1_to_3(page)
    by_keyboard.pages_4_and_5(page)
    numbers = {"share": "Decide about information 1", "withhold": "Decide about information 2"}
    by_keyboard.pages_6_to_8(page, **numbers)
    by_keyboard.answer_points(page)
    return by_keyboard.record(page)


def _close(page: Page, reference: str) -> None:
    """From the overview: what was decided is not sent yet, and that comes first."""
    Keys(page).press("Close the case")
    check_page(page, "case-close-blocked")
    Keys(page).press(f"Decision {reference}: record what was sent, or that nothing more will be")
    keys = by_keyboard.on(page, "Record what was sent")
    keys.tick("He waits outside with a knife", within="What was sent to DC Amara Osei?")
    keys.select("How was it sent?", "Secure e-mail")
    keys.choose("Is anything of this decision still to be sent?", "No, nothing more will be sent")
    keys.press("Record it")
    expect(page.get_by_text("Recorded.", exact=True)).to_be_visible()
    page.goto(reverse("case", args=[Case.objects.get().reference]))
    Keys(page).press("Close the case")
    keys = by_keyboard.on(page, "Close the case")
    keys.press("Close the case")
    assert_summary_links_land(page)
    check_page(page, "case-close")
    keys = by_keyboard.on(page, "Close the case")
    keys.choose("Why is the case closed?", "They moved away, and another organisation took over")
    keys.type("What must somebody know who opens this case later?", "Leeds took over today")
    keys.press("Close the case")
    expect(page.get_by_text("This case is closed. Open it again to change it.")).to_be_visible()
    check_page(page, "case-closed")


def _open_again(page: Page) -> None:
    """From the overview of a closed case."""
    Keys(page).press("Open the case again")
    check_page(page, "case-reopen")
    keys = by_keyboard.on(page, "Open the case again")
    keys.type("Why is the case opened again?", "She came back, and he found her")
    keys.press("Save")
    expect(page.get_by_text("The case is open again.")).to_be_visible()
