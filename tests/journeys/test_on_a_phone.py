"""Decisions on a telephone, by keyboard alone, each from its start to a ledger that matches.

The emergency share is in test_emergency.py; what was sent and what was wrong, in test_after.py.
"""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.models import User
from sharing.models import Decision
from tests.browser import Keys, signed_in
from tests.cast import CaseFile
from tests.journeys import deciding as by_keyboard
from tests.journeys.deciding import NEXT, on
from tests.journeys.telephone import (
    assert_room_for_a_finger,
    assert_verified,
    assert_way_out_is_near,
    looked_at,
)
from tests.sharing.filling import Decider, decider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CONSENT = "Consent cannot be the basis: at this risk level they would not have a free choice."
STALE = "This information may be out of date"
ASKED_AGAIN = "She told us again yesterday that nothing has changed"
PLAN = "She stays with her sister, whose address nobody has; we ring at six every evening"
PAGE_4 = ("lawful-basis", "power", "conditions", "tests")
PAGES_5_7_8 = ("telling", "telling-details", "unsafe", "how", "decision", "main-reasons")
KEPT_BACK = "The officer who asked is his cousin: he would know the same evening where she sleeps."


@pytest.fixture
def begun(phone: Page, officer: User, case_file: CaseFile) -> Decider:
    """Given a draft that says what it is for, who needs to know and why; the telephone shows My work."""
    who = decider(officer, case_file)
    who.page("request")
    who.recipient()
    who.post(who.step("recipients"))
    who.page("reasons")
    who.page("safer")
    signed_in(phone, officer)
    phone.goto("/")
    return who


def go_on(page: Page, draft: Any, at: str) -> None:
    """From My work to a page of a draft."""
    on(page, "My work").press(f"Go on with the decision {draft.reference}")
    on(page, "Decide whether to share").press(at)


def to_the_points(page: Page, *, at: str) -> None:
    """From a page whose answers are there already, to what is still open before it can be recorded."""
    on(page, at).press("All pages of this decision")
    on(page, "Decide whether to share").press("Check the decision")
    on(page, "Check the decision before you record it").press("Answer the points to check")


def test_nothing_is_shared_at_high_risk_and_the_manager_sees_it(
    phone: Page, officer: User, manager: User, case_file: CaseFile
) -> None:
    # Given an officer at the sharing page of a case whose risk is high
    signed_in(phone, officer)
    phone.goto(reverse("case_sharing", args=[case_file.case.reference]))
    # When they decide not to share
    by_keyboard.start_decision(phone)
    asked_for_nothing_yet(phone)
    not_to_share(phone)
    # Then one panel stands in the way; it asks nothing, and the decision can still be changed
    keys = on(phone, "The risk is high, and nothing would be shared")
    assert phone.locator("main :is(input:not([type=hidden]), textarea, select)").count() == 0
    assert_way_out_is_near(phone)
    assert_room_for_a_finger(phone)
    keys.press("Go on without sharing")
    by_keyboard.answer_points(phone)
    reference = by_keyboard.record(phone)
    # And it is recorded with its plan and its day, before the manager
    due = Decision.objects.get(reference=reference).review_on
    assert due is not None
    assert due > timezone.localdate()
    expect(phone.get_by_text(f"Look at it again on {due:%A} {due.day} {due:%B %Y}")).to_be_visible()
    looked_at(phone, "phone-not-shared-done")
    assert_the_manager_finds_it(phone, manager, case_file, reference)
    assert_verified()


def asked_for_nothing_yet(page: Page) -> None:
    """Page 1, then back to the list of pages: what would be shared does not matter here."""
    keys = on(page, "What this is about")
    assert_room_for_a_finger(page)
    keys.choose("How did this start?", "We think that we should share")
    keys.choose("Has this already been shared?", "No")
    keys.tick("Protect an adult", within="What is sharing meant to achieve?")
    keys.type("In your own words: what is it meant to achieve?", "The police could plan for her safety")
    keys.choose("How soon is it needed?", "Within two working days")
    keys.choose("Could it work without identifying anyone?", "No")
    keys.press("Save and come back later")
    on(page, "Decide whether to share").press("Your decision")


def not_to_share(page: Page) -> None:
    """Page 8: not to share, why not, and what is done instead."""
    keys = on(page, "Your decision")
    keys.choose("Are you in doubt about anything?", "No")
    keys.choose("What have you decided?", "Do not share")
    keys.press(NEXT)
    keys = on(page, "Your reasons")
    keys.tick("Sharing would make someone less safe", within="What are your main reasons?")
    keys.type("Why, in this case?", KEPT_BACK)
    keys.type("What will you do instead to keep people safe?", PLAN)
    keys.press(NEXT)


def assert_the_manager_finds_it(page: Page, manager: User, case_file: CaseFile, reference: str) -> None:
    """From the manager's work to the decision: that nothing was shared, why, and until when."""
    signed_in(page, manager)
    page.goto("/")
    keys = on(page, "My work")
    keys.to("Menu")
    page.keyboard.press("Enter")
    keys.press("Cases")
    on(page, "Cases").press(case_file.case.reference)
    Keys(page).press("Sharing")
    on(page, "Sharing").press(reference)
    on(page, f"Decision {reference}")
    expect(page.locator("main .govuk-tag").first).to_have_text("Do not share")
    for said in (KEPT_BACK, PLAN, ASKED_AGAIN):
        expect(page.get_by_text(said).first).to_be_visible()
    review = page.locator(".govuk-summary-list__row", has_text="When will you look at this again?")
    due = Decision.objects.get(reference=reference).review_on
    expect(review).to_contain_text(f"{due:%A} {due.day} {due:%B %Y}" if due else "No day")


def test_part_is_shared_and_a_stale_item_is_answered_for(phone: Page, begun: Decider) -> None:
    # Given two pieces of information that nobody has checked for months, and all but page 6 answered
    for slug in (*PAGE_4, *PAGES_5_7_8):
        begun.page(slug)
    go_on(phone, begun.draft, "What to share")
    # When one is opened, it is said to be old before anything is asked
    on(phone, "What to share").press("Decide about information 1")
    on(phone, "Share this, or withhold it?")
    expect(phone.get_by_text("This was not checked for a long time")).to_be_visible()
    assert_room_for_a_finger(phone)
    assert_way_out_is_near(phone)
    Keys(phone).press("Cancel")
    by_keyboard.page_6(phone, share="Decide about information 1", withhold="Decide about information 2")
    # Then it is not passed over in silence, and it can be answered for in writing
    to_the_points(phone, at="How and when it is sent")
    on(phone, "Points to check").press(NEXT)
    expect(phone.locator(".govuk-error-summary a", has_text=STALE)).to_be_visible()
    by_keyboard.answer_points(phone)
    on(phone, "Check the decision before you record it")
    answered = phone.locator(".govuk-summary-list__row", has_text=STALE)
    expect(answered).to_contain_text(ASKED_AGAIN)
    reference = by_keyboard.record(phone)
    # And the record says what went and why, and what was withheld and why
    Keys(phone).press("See the recorded decision")
    on(phone, f"Decision {reference}")
    assert_room_for_a_finger(phone)
    shared, withheld = (phone.locator(".govuk-summary-card", has_text=one.text) for one in held(begun))
    expect(shared).to_contain_text("It shows how near he came, and with what")
    expect(withheld).to_contain_text("The repairs tell the police nothing new")
    expect(phone.locator(".govuk-inset-text", has_text=STALE)).to_contain_text(ASKED_AGAIN)
    assert_verified()


def held(who: Decider) -> Any:
    """The two pieces of information of the case: what is shared, what is withheld."""
    return who.case_file.information, who.case_file.older


def test_consent_is_a_trap_at_high_risk_and_there_is_a_way_out(phone: Page, begun: Decider) -> None:
    # Given a draft of a case whose risk is high, with all but page 4 answered
    answer_all_but_page_4(begun)
    go_on(phone, begun.draft, "Why we can share")
    # When the officer chooses consent
    keys = on(phone, "Why we can share")
    keys.choose("Which lawful basis fits this purpose?", "Consent")
    keys.tick("Criminal allegations or offences", within="What kinds of information")
    keys.press(NEXT)
    # Then they are stopped at the field, with the words and two ways on
    assert_stopped(phone, keys)
    looked_at(phone, "phone-consent-stop")
    assert_room_for_a_finger(phone)
    # And with a basis that fits they go on, and it is recorded so
    by_keyboard.page_4(phone)
    to_the_points(phone, at="Being open with the person")
    by_keyboard.answer_points(phone)
    reference = by_keyboard.record(phone)
    recorded = Decision.objects.get(reference=reference)
    assert (recorded.lawful_basis, recorded.stops) == ("6-1-e", [])
    Keys(phone).press("See the recorded decision")
    on(phone, f"Decision {reference}")
    basis = phone.locator(".govuk-summary-list__row", has_text="Which lawful basis fits this purpose?")
    expect(basis).to_contain_text("Public task")
    assert_verified()


def answer_all_but_page_4(who: Decider) -> None:
    """What is open then is the lawful basis and what follows from it."""
    for slug in PAGES_5_7_8:
        who.page(slug)
    who.item()
    who.withhold()
    who.post(who.step("items"))


def assert_stopped(page: Page, keys: Keys) -> None:
    """Assert that the summary has the focus, and leads to the field that says why and what to do."""
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    keys.to(summary.locator("a").inner_text())
    page.keyboard.press("Enter")
    expect(page.locator("#id_basis")).to_be_focused()
    group = page.locator(".govuk-form-group--error", has=page.locator("#id_basis"))
    expect(group).to_contain_text(CONSENT)
    expect(group).to_contain_text("Choose another, and tell them if it is safe.")
    page.keyboard.press("Shift+Tab")
    expect(group.get_by_role("link", name="The risk level is wrong")).to_be_focused()
