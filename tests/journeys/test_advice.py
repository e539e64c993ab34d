"""Doubt in a real browser, by keyboard alone: asked without a name, answered, recorded with the decision."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.models import User
from sharing.models import Advice, Decision
from tests.browser import Keys, assert_summary_links_land, check_page, signed_in
from tests.cast import CaseFile
from tests.journeys import deciding as by_keyboard
from tests.journeys.telephone import assert_verified
from tests.sharing.advising import ANSWER, TEXTS
from tests.sharing.filling import decider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMED = "Roz rang from 07700 900123: he waits outside the school"
ASK, REPLACE = "Ask for advice", "Replace with placeholders"


def test_doubt_then_advice_then_the_decision(
    page: Page, officer: User, governance: User, case_file: CaseFile
) -> None:
    who = decider(officer, case_file)
    who.everything()
    signed_in(page, officer)
    page.goto(who.step("decision"))
    keys = by_keyboard.on(page, "Your decision")
    keys.choose("Are you in doubt about anything?", "Yes, I want to ask now")
    keys.press(by_keyboard.NEXT)
    _ask(page)
    asked = Advice.objects.get()
    check_page(page, "advice-asked")
    _answered_by(page, governance, asked, case_file)
    signed_in(page, officer)
    page.goto("/")
    by_keyboard.on(page, "My work").press(f"Advice has come: go on with {who.draft.reference}")
    keys = by_keyboard.on(page, "Your decision")
    expect(page.get_by_text(ANSWER)).to_be_visible()
    check_page(page, "advice-at-the-decision")
    keys.choose("Are you in doubt about anything?", "I was, I asked, and it was answered")
    keys.choose("What have you decided?", "Share part of it")
    keys.press(by_keyboard.NEXT)
    keys = by_keyboard.on(page, "Your reasons")
    keys.tick("There is a risk of serious harm", within="What are your main reasons?")
    keys.type("Why, in this case?", by_keyboard.REASON)
    keys.press(by_keyboard.NEXT)
    by_keyboard.answer_points(page)
    expect(page.get_by_text(ANSWER)).to_be_visible()
    check_page(page, "advice-at-the-check")
    reference = by_keyboard.record(page)
    Keys(page).press("See the recorded decision")
    expect(page.get_by_text(ANSWER)).to_be_visible()
    assert Decision.objects.get().reference == reference
    assert_verified()


def _ask(page: Page) -> None:
    """A name and a number slip in, are found, and give way to placeholders."""
    keys = by_keyboard.on(page, "Ask for advice")
    keys.press(ASK)
    assert_summary_links_land(page)
    check_page(page, "advice-ask-empty")
    page.reload()
    keys.select("Who do you want to ask?", "Grace Lane, information governance lead")
    keys.type("What is the situation?", NAMED)
    keys.type("What is your question?", TEXTS["question"])
    keys.press(ASK)
    expect(page.get_by_role("heading", name="This text says who it is about")).to_be_visible()
    assert_summary_links_land(page)
    check_page(page, "advice-ask-leak")
    keys.press(REPLACE)
    expect(page.get_by_text("Nothing is asked yet")).to_be_visible()
    situation = page.get_by_label("What is the situation?").input_value()
    assert "Roz" not in situation
    assert "900123" not in situation
    assert page.get_by_label("What is your question?").input_value() == TEXTS["question"]
    check_page(page, "advice-ask-replaced")
    keys.press(ASK)


def _answered_by(page: Page, governance: User, asked: Advice, case_file: CaseFile) -> None:
    """The governance lead, who sees nothing of the case, answers."""
    signed_in(page, governance)
    page.goto("/")
    by_keyboard.on(page, "My work").press(f"Answer the question {asked.reference}")
    keys = by_keyboard.on(page, f"Advice {asked.reference}")
    for text in ("Achterberg", "Roz", "Pym", case_file.case.reference):
        assert text not in page.content()
    keys.press("Record the answer")
    assert_summary_links_land(page)
    check_page(page, "advice-answer-error")
    keys.type("What is your advice?", ANSWER)
    keys.press("Record the answer")
    expect(page.get_by_text(ANSWER)).to_be_visible()
    Keys(page).press("All advice")
    by_keyboard.on(page, "Advice")
    check_page(page, "advice-list")


def test_asking_somebody_outside_without_script(
    page_without_script: Page, officer: User, case_file: CaseFile
) -> None:
    page = page_without_script
    signed_in(page, officer)
    page.goto(reverse("case_advice_new", args=[case_file.case.reference]))
    page.get_by_label("Who do you want to ask?").select_option("legal")
    page.get_by_label("What is the situation?").fill(NAMED)
    page.get_by_label("What is your question?").fill(TEXTS["question"])
    page.get_by_role("button", name=ASK).click()
    expect(page.get_by_label("If it must stay in: why can they not answer without it?")).to_have_count(0)
    page.get_by_role("button", name=REPLACE).click()
    page.get_by_role("button", name=ASK).click()
    page.get_by_label("What did they say?").fill(ANSWER)
    page.get_by_label("Who said it?").fill("Duty solicitor")
    page.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_text(ANSWER)).to_be_visible()
    assert Advice.objects.get().answers.count() == 1
