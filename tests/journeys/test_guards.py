"""In a real browser: the panel, the rule at a question, what is folded away, what is added on the way."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cases.models import User
from tests.browser import Keys, assert_summary_links_land, check_page, signed_in
from tests.cast import CaseFile
from tests.journeys.deciding import NEXT, on
from tests.sharing.filling import Decider, day, decider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def at_desk(officer: User, case_file: CaseFile) -> Decider:
    """An officer with a draft."""
    return decider(officer, case_file)


def test_the_panel_stands_before_the_points_by_keyboard(page: Page, officer: User, at_desk: Decider) -> None:
    at_desk.page("request")
    at_desk.page("decision", outcome="do_not_share")
    given: dict[str, Any] = {"reasons": ["would_increase_risk"], "instead": "She stays with her sister"}
    at_desk.page("main-reasons", **given, **day("review_on", 5))
    signed_in(page, officer)
    page.goto(at_desk.step("main-reasons"))
    Keys(page).press(NEXT)
    keys = on(page, "The risk is high, and nothing would be shared")
    check_page(page, "journey-panel")
    assert page.locator("main input:not([type=hidden]), main textarea, main select").count() == 0
    keys.press("Change my decision")
    on(page, "Your decision")
    page.go_back()
    on(page, "The risk is high, and nothing would be shared").press("Go on without sharing")
    on(page, "Points to check")
    page.goto(at_desk.url("draft_check"))
    expect(page.locator("h1")).to_have_text("Check the decision before you record it")


def test_a_rule_at_a_question_opens_its_words_and_leads_back(
    page: Page, officer: User, at_desk: Decider
) -> None:
    signed_in(page, officer)
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(at_desk.step("reasons"))
    page.get_by_label("What could happen if we do not share?").fill("Nobody would know about the knife")
    words = page.locator("#guide-principle-2")
    expect(words).not_to_be_visible()
    page.get_by_role("link", name="Principle 2", exact=True).click()
    expect(words).to_be_in_viewport()
    page.get_by_role("link", name="Back to the questions").click()
    expect(page.get_by_label("What could happen if we do not share?")).to_have_value(
        "Nobody would know about the knife"
    )


def test_the_other_paragraphs_are_shown_without_script_and_keep_what_is_chosen(
    page_without_script: Page, officer: User, at_desk: Decider
) -> None:
    page = page_without_script
    at_desk.page("lawful-basis", kinds=["special", "offence"])
    signed_in(page, officer)
    page.goto(at_desk.step("conditions"))
    page.get_by_label("Substantial public interest").check()
    page.get_by_role("button", name="Show the other paragraphs").click()
    assert page.get_by_role("button", name="Show the other paragraphs").count() == 0
    assert page.url.endswith("#div_id_schedule_1")
    expect(page.get_by_label("Substantial public interest")).to_be_checked()
    page.get_by_label("Paragraph 24").first.check()
    page.get_by_role("button", name=NEXT).click()
    assert page.locator(".govuk-error-summary a").all_inner_texts() == [
        "Select the condition for criminal allegations"
    ]
    expect(page.get_by_label("Paragraph 24").first).to_be_checked()


def test_other_information_is_added_from_page_6_and_decided_about(
    page: Page, officer: User, at_desk: Decider
) -> None:
    signed_in(page, officer)
    at_desk.page("request", urgency="now", started="need")
    page.goto(at_desk.step("items"))
    check_page(page, "journey-items-urgent")
    on(page, "What to share").press("Add other information")
    on(page, "Add other information").press(NEXT)
    assert_summary_links_land(page)
    check_page(page, "journey-item-add-error")
    page.reload()
    keys = Keys(page)
    keys.type("What is the information?", "He asked a neighbour where she works")
    keys.type("Where did it come from?", "Neighbour, by telephone")
    keys.tick("The date is not known")
    keys.choose("Is it a fact, an opinion, or reported by someone?", "Reported by someone")
    keys.choose("Is it current or historical?", "Current")
    keys.tick("Roz", within="Whom is it about?")
    keys.choose("Does it say or suggest that somebody committed an offence?", "No")
    keys.press(NEXT)
    on(page, "Share this, or withhold it?")
    expect(page.locator(".govuk-inset-text").first).to_contain_text("He asked a neighbour where she works")
