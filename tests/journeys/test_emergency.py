"""An emergency share in a real browser: by keyboard alone on a telephone, nine inputs at most, completed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.models import Case, User
from sharing.models import Decision, Draft
from tests.browser import Keys, assert_summary_links_land, check_page, signed_in
from tests.cast import CaseFile
from tests.journeys import deciding as by_keyboard
from tests.journeys.telephone import assert_room_for_a_finger, assert_verified
from tests.sharing.deciding import draft_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_INPUTS = 9
WHAT = "2. What is happening?"
TOLD = "6. What did you tell them?"


class Counted(Keys):
    """A keyboard that counts: each radio chosen, box ticked and text typed is one input."""

    inputs = 0

    def choose(self, legend: str, option: str) -> None:
        """Choose, counted."""
        super().choose(legend, option)
        self.inputs += 1

    def tick(self, name: str, *, within: str = "") -> None:
        """Tick, counted."""
        super().tick(name, within=within)
        self.inputs += 1

    def type(self, name: str, text: str, *, within: str = "") -> None:
        """Type, counted."""
        super().type(name, text, within=within)
        self.inputs += 1


def questions_2_to_8(keys: Keys) -> None:
    """One answer each."""
    keys.tick("Somebody threatened to kill", within=WHAT)
    keys.choose("3. Who are you telling?", "Police, 999")
    keys.type("4. Name, collar number or call reference", "PC 4471")
    keys.choose("5. How are you telling them?", "By phone")
    keys.tick("Where they are", within=TOLD)
    keys.choose("7. Which lawful basis fits?", "Vital interests")
    keys.choose(
        "8. Does the victim/survivor know that you are telling them?", "No: it is not safe to tell them"
    )


def record(page: Page, keys: Keys) -> Decision:
    """Press Record; what it became."""
    keys.press("Record")
    expect(page.locator("h1")).to_have_text("Emergency share recorded")
    decision = Decision.objects.get(emergency=True)
    expect(page.locator(".govuk-panel strong")).to_have_text(decision.reference)
    return decision


def test_with_a_case_from_any_of_its_pages(phone: Page, officer: User, case_file: CaseFile) -> None:
    page = phone
    signed_in(page, officer)
    page.goto(reverse("case_people", args=[case_file.case.reference]))
    Keys(page).press("Emergency share")
    assert_room_for_a_finger(page)
    keys = Counted(page)
    keys.tick("Roz", within="1. Who is in danger?")
    questions_2_to_8(keys)
    keys.type("9. Anything else? (optional)", "She is in the bathroom with the door locked")
    assert keys.inputs <= MOST_INPUTS
    decision = record(page, keys)
    complete(page, decision)
    assert_verified()


@pytest.mark.both_databases
def test_without_a_case_then_completed_and_matched(phone: Page, officer: User, case_file: CaseFile) -> None:
    page = phone
    signed_in(page, officer)
    page.goto("/")
    Keys(page).press("Emergency share")
    assert_room_for_a_finger(page)
    keys = Counted(page)
    keys.type("1. Who is in danger?", "A woman at 14 Quarry Rise")
    questions_2_to_8(keys)
    keys.type("9. Anything else? (optional)", "A neighbour rang from the stairs")
    assert keys.inputs <= MOST_INPUTS
    decision = record(page, keys)
    complete(page, decision)
    Keys(page).press("Back to the decisions of this case")
    Keys(page).press("Overview")
    Keys(page).press("Say which case this provisional case belongs to")
    match = Keys(page)
    match.type("Which case does it belong to?", case_file.case.reference)
    match.press("Match the cases")
    expect(page.locator(".govuk-inset-text")).to_contain_text(f"Belongs to {case_file.case.reference}")
    assert Case.objects.get(id=decision.case_id).matched_to == case_file.case
    page.goto(reverse("case_sharing", args=[case_file.case.reference]))
    expect(page.get_by_role("link", name=decision.reference)).to_be_visible()
    assert_verified()


def complete(page: Page, decision: Decision) -> None:
    """From the done page: what is still missing of the decision itself, then it is recorded."""
    name = page.locator("main button").inner_text()
    assert name.startswith("Complete it by ")
    Keys(page).press(name)
    keys = by_keyboard.on(page, "Decide whether to share")
    keys.press("Your decision")
    keys = by_keyboard.on(page, "Your decision")
    keys.choose("Are you in doubt about anything?", "No")
    keys.press("Save and come back later")
    by_keyboard.on(page, "Decide whether to share").press("Check the decision")
    reference = by_keyboard.record(page)
    Keys(page).press(decision.reference)
    expect(page.get_by_role("link", name=f"decision {reference}")).to_be_visible()


def test_it_was_earlier_without_script(page_without_script: Page, officer: User, case_file: CaseFile) -> None:
    page = page_without_script
    signed_in(page, officer)
    page.goto(reverse("emergency_case", args=[case_file.case.reference]))
    page.get_by_label("Roz").check()
    page.get_by_label("4. Name, collar number or call reference").fill("PC 4471")
    page.get_by_role("button", name="It was earlier").click()
    expect(page.get_by_text("When did you tell them?")).to_be_visible()
    expect(page.get_by_label("Roz")).to_be_checked()
    expect(page.get_by_label("4. Name, collar number or call reference")).to_have_value("PC 4471")
    page.get_by_role("button", name="Record").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Enter when you told them")
    expect(page.get_by_label("Roz")).to_be_checked()


Visit = Callable[[str, str], None]


@pytest.fixture
def look(page: Page) -> Visit:
    """Open a page and check it."""

    def visit(address: str, name: str) -> None:
        page.goto(address)
        check_page(page, name)

    return visit


def test_every_page_in_every_state(page: Page, officer: User, case_file: CaseFile, look: Visit) -> None:
    signed_in(page, officer)
    here = reverse("emergency_case", args=[case_file.case.reference])
    draft: Any = draft_of(officer, case_file, urgency="now")
    look("/emergency/", "emergency")
    look(f"{here}?earlier=1", "emergency-case-earlier")
    look(f"{here}?draft={draft.id}", "emergency-case-draft")
    for address, name in (("/emergency/", "emergency-error"), (f"{here}?earlier=1", "emergency-case-error")):
        page.goto(address)
        page.get_by_role("button", name="Record").click()
        assert_summary_links_land(page)
        check_page(page, name)
    page.goto("/emergency/")
    keys = Keys(page)
    keys.type("1. Who is in danger?", "A woman at 14 Quarry Rise")
    questions_2_to_8(keys)
    decision = record(page, keys)
    check_page(page, "emergency-done")
    provisional = decision.case.reference
    look(reverse("decision", args=[decision.reference]), "emergency-decision")
    look(reverse("draft", args=[Draft.objects.get(follows=decision).id]), "emergency-completion")
    look(reverse("case", args=[provisional]), "provisional-case")
    look(reverse("cases"), "provisional-cases")
    look(reverse("case_match", args=[provisional]), "case-match")
    keys = Keys(page)
    keys.type("Which case does it belong to?", "C-ZZZZZZ")
    keys.press("Match the cases")
    assert_summary_links_land(page)
    check_page(page, "case-match-error")
    keys.type("Which case does it belong to?", case_file.case.reference)
    keys.press("Match the cases")
    check_page(page, "provisional-case-matched")
    look(reverse("case_match", args=[provisional]), "case-matched")
    look(reverse("case_sharing", args=[case_file.case.reference]), "sharing-matched")
