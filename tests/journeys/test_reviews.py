"""A decision not to share at high risk, by keyboard: a manager asks, it is decided anew, agreed, sampled."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.models import User
from sharing import actions, lists
from sharing.models import Decision
from tests.browser import Keys, assert_summary_links_land, check_page, signed_in
from tests.cast import CaseFile
from tests.journeys import deciding as by_keyboard
from tests.journeys.telephone import assert_verified
from tests.sharing.deciding import NOT_SHARED, NOW, answers
from tests.sharing.judging import REASON, drawn, not_shared, this_month

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OUTCOME = "What do you say of this decision?"
NOTE = "Write down whom she named, as soon as she names them"


@pytest.mark.both_databases
def test_read_asked_decided_anew_agreed_sampled(
    page: Page, officer: User, manager: User, case_file: CaseFile
) -> None:
    decision = not_shared(officer, case_file)
    _reconsider(page, manager, decision)
    again = _decide_anew(page, officer, decision, case_file)
    _agree(page, manager, again)
    _sample(page, manager, decision)
    signed_in(page, officer)
    page.goto(reverse("decision", args=[decision.reference]))
    expect(page.get_by_text(NOTE)).to_be_visible()
    expect(page.get_by_text(REASON)).to_be_visible()
    assert_verified()


def _reconsider(page: Page, manager: User, decision: Decision) -> None:
    signed_in(page, manager)
    page.goto("/")
    Keys(page).press("Reviews (1)")
    by_keyboard.on(page, "Reviews")
    check_page(page, "reviews")
    Keys(page).press(decision.reference)
    keys = by_keyboard.on(page, f"Review decision {decision.reference}")
    check_page(page, "review")
    keys.press("Record your review")
    assert_summary_links_land(page)
    check_page(page, "review-error")
    keys.choose(OUTCOME, "Please look at it again")
    keys.type("Why?", REASON)
    keys.press("Record your review")
    by_keyboard.on(page, "Reviews")
    expect(page.get_by_text("All reviewed.")).to_be_visible()
    Keys(page).press("Waiting (1)")
    expect(page.get_by_role("link", name=decision.reference)).to_be_visible()
    check_page(page, "reviews-waiting")


def _decide_anew(page: Page, officer: User, decision: Decision, file: CaseFile) -> Decision:
    signed_in(page, officer)
    page.goto("/")
    Keys(page).press(f"Look at it again, a manager asks: {decision.reference}")
    by_keyboard.on(page, f"Decision {decision.reference}")
    expect(page.get_by_text("A manager asks you to look at this decision again")).to_be_visible()
    check_page(page, "review-asked")
    Keys(page).press("Look at it again")
    keys = by_keyboard.on(page, "Look at the decision again")
    expect(page.get_by_text(REASON)).to_be_visible()
    keys.choose("Is this decision still right?", "A new decision is needed")
    keys.type("Why?", "Her sister and her nurse are asked now, and nobody else has to know")
    keys.press("Record it")
    by_keyboard.on(page, "Decide whether to share")
    draft = decision.following_drafts.get()
    # To answer its pages by keyboard is tests/journeys/test_decision.py's.
    filled = answers(file, **NOT_SHARED)
    draft = actions.save_draft(by=officer, draft=draft, answers=filled, saves=draft.saves)
    return actions.record(by=officer, draft=draft, now=NOW)


def _agree(page: Page, manager: User, again: Decision) -> None:
    signed_in(page, manager)
    page.goto(reverse("reviews"))
    Keys(page).press(again.reference)
    keys = by_keyboard.on(page, f"Review decision {again.reference}")
    check_page(page, "review-again")
    keys.choose(OUTCOME, "I agree")
    keys.type("Why?", "Both were rung today, and she has a way to call for help")
    keys.press("Record your review")
    Keys(page).press("Done (2)")
    expect(page.get_by_role("link", name=again.reference)).to_be_visible()
    check_page(page, "reviews-done")


def _sample(page: Page, manager: User, decision: Decision) -> None:
    Keys(page).press("quality sample")
    keys = by_keyboard.on(page, "Quality sample")
    check_page(page, "sample")
    last = f"{this_month().before.since:%B %Y}"
    keys.select("Which month?", last)
    keys.press("Draw the sample")
    by_keyboard.on(page, f"Quality sample, {last}")
    expect(page.get_by_text("0 decisions of your teams")).to_be_visible()
    drawn(manager)
    page.goto(reverse("sample_of", args=[this_month().code]))
    check_page(page, "sample-of")
    Keys(page).press(decision.reference)
    keys = by_keyboard.on(page, f"Decision {decision.reference}")
    for _, question in lists.choices("sample_question"):
        keys.choose(question, "Yes")
    keys.type("What is there to learn from it? (optional)", NOTE)
    keys.press("Record the answers")
    expect(page.get_by_text("1 of 1 (100%)").first).to_be_visible()
    check_page(page, "sample-answered")
