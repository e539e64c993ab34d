"""After a decision in a real browser, by keyboard alone on a telephone: sent, corrected, the wrong person."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.models import User
from sharing import after_actions
from sharing.models import Decision
from tests.browser import Keys, assert_summary_links_land, check_page, signed_in
from tests.cast import CaseFile
from tests.journeys import deciding as by_keyboard
from tests.journeys.telephone import PHONE, assert_room_for_a_finger, assert_verified, looked_at
from tests.sharing.deciding import NOT_SHARED, decided
from tests.sharing.filling import decider
from tests.sharing.following import ANSWER, mark_sent, report, share_both

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RECORD = "Record it"


def test_record_sent_in_parts(phone: Page, officer: User, case_file: CaseFile) -> None:
    decision = share_both(officer, case_file)
    signed_in(phone, officer)
    phone.goto("/")
    assert_room_for_a_finger(phone)
    by_keyboard.on(phone, "My work").press(f"Record that you sent it {decision.reference}")
    by_keyboard.on(phone, "Record what was sent")
    assert_room_for_a_finger(phone)
    looked_at(phone, "after-sent")
    _send(phone, case_file.information.text, "Yes, more will be sent")
    expect(phone.get_by_role("heading", name="Still to send")).to_be_visible()
    looked_at(phone, "after-partly-sent")
    Keys(phone).press("Record that you sent it")
    _send(phone, case_file.older.text, "No, nothing more will be sent")
    expect(phone.get_by_role("heading", name="Still to send")).to_have_count(0)
    looked_at(phone, "after-all-sent")
    assert decision.disclosures.count() == 2
    assert not decision.disclosures.filter(differs_from_decision=True).exists()
    assert_verified()


def _send(page: Page, item: str, more: str) -> None:
    keys = by_keyboard.on(page, "Record what was sent")
    keys.tick(item, within="What was sent to Sgt Imelda Fenwick?")
    keys.select("How was it sent?", "Secure e-mail")
    keys.choose("Is anything of this decision still to be sent?", more)
    keys.press(RECORD)


def test_sent_otherwise_asks_why_and_loses_nothing(phone: Page, officer: User, case_file: CaseFile) -> None:
    decision = share_both(officer, case_file)
    signed_in(phone, officer)
    phone.goto(reverse("decision_sent", args=[decision.reference]))
    keys = by_keyboard.on(phone, "Record what was sent")
    keys.press(RECORD)
    expect(phone.locator(".govuk-error-summary")).to_be_visible()
    check_page(phone, "after-sent-error")
    phone.set_viewport_size(PHONE)
    phone.reload()
    assert_summary_links_land(phone)
    keys = Keys(phone)
    keys.type("Was anything else sent? (optional)", "A photograph of the door")
    keys.select("How was it sent?", "Fax")
    keys.choose("Is anything of this decision still to be sent?", "No, nothing more will be sent")
    keys.press(RECORD)
    assert_summary_links_land(phone)
    expect(phone.get_by_label("Was anything else sent? (optional)")).to_have_value("A photograph of the door")
    keys.type("Why was it different? (optional)", "The portal was down and she was at the desk")
    keys.press(RECORD)
    expect(phone.get_by_text("Not what was decided")).to_be_visible()
    assert_verified()


def test_a_correction(phone: Page, officer: User, case_file: CaseFile) -> None:
    who = decider(officer, case_file)
    who.everything()
    who.post(who.url("draft_points"), **dict.fromkeys(("stale_item", "late"), "She told us again yesterday"))
    assert who.record().status_code == 302
    decision = Decision.objects.get(request_key=who.draft.request_key)
    signed_in(phone, officer)
    phone.goto(reverse("case_sharing", args=[case_file.case.reference]))
    by_keyboard.on(phone, "Sharing").press(decision.reference)
    Keys(phone).press("Something in it is wrong")
    keys = by_keyboard.on(phone, "Something in it is wrong")
    looked_at(phone, "after-correct")
    keys.type("What is wrong?", "The harm was put too weakly")
    keys.press("Continue")
    keys = by_keyboard.on(phone, "Decide whether to share")
    keys.press("Why share, or why not")
    keys = by_keyboard.on(phone, "Why share, or why not")
    keys.type("What could happen if we do not share?", "He could kill her: he has said so twice")
    keys.press("Save and come back later")
    by_keyboard.on(phone, "Decide whether to share").press("Check the decision")
    reference = by_keyboard.record(phone)
    looked_at(phone, "after-corrected-done")
    Keys(phone).press(decision.reference)
    expect(phone.get_by_text("Superseded by")).to_be_visible()
    Keys(phone).press(reference)
    expect(phone.get_by_text("Corrects")).to_be_visible()
    expect(phone.get_by_text("The harm was put too weakly").first).to_be_visible()
    looked_at(phone, "after-corrected")
    Keys(phone).press("Back to the decisions of this case")
    by_keyboard.on(phone, "Sharing").press("Superseded (1)")
    expect(phone.get_by_role("cell", name=f"Superseded by {reference}")).to_be_visible()
    looked_at(phone, "after-superseded")
    assert_verified()


@pytest.mark.both_databases
def test_the_wrong_person_and_the_governance_lead(
    phone: Page, officer: User, governance: User, case_file: CaseFile
) -> None:
    decision = share_both(officer, case_file)
    mark_sent(decision)
    signed_in(phone, officer)
    phone.goto(reverse("decision", args=[decision.reference]))
    Keys(phone).press("It went to the wrong person")
    keys = by_keyboard.on(phone, "It went to the wrong person")
    expect(phone.get_by_role("heading", name="Do this first")).to_be_visible()
    looked_at(phone, "after-wrong-person")
    keys.choose("Is anyone in danger now?", "Not sure")
    keys.type("What went to the wrong person?", "The letter with the new address")
    keys.type("Who has it now?", "His mother, at number 12")
    keys.type("What could they do with it?", "Tell him where she lives now")
    keys.tick("A manager", within="Who has been told?")
    keys.type("What has been done so far?", "Rang his mother; the police are on their way")
    keys.press(RECORD)
    expect(phone.get_by_text("The information governance lead sees it now")).to_be_visible()
    incident = decision.incidents.get()
    signed_in(phone, governance)
    phone.goto("/")
    looked_at(phone, "after-governance-home")
    Keys(phone).press(f"Answer {incident.reference}")
    keys = by_keyboard.on(phone, f"Incident {incident.reference}")
    looked_at(phone, "after-incident")
    keys.choose("Is it reported to the regulator?", "Not reported: a risk to anybody is unlikely")
    keys.type("What could it mean for the people it is about?", "It came back unopened within the hour")
    keys.choose("Have the people it is about been told?", "They have been told")
    keys.type("How and when are they told, or why not?", "By phone at noon, the safe route")
    keys.press(RECORD)
    expect(phone.get_by_text("It came back unopened within the hour")).to_be_visible()
    looked_at(phone, "after-incident-answered")
    phone.goto("/incidents/")
    expect(phone.get_by_text("Not reported")).to_be_visible()
    looked_at(phone, "after-incidents")
    assert_verified()


def test_a_look_back(phone: Page, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file, **NOT_SHARED)
    signed_in(phone, officer)
    phone.goto(reverse("decision_review", args=[decision.reference]))
    keys = by_keyboard.on(phone, "Look at the decision again")
    looked_at(phone, "after-review")
    keys.press(RECORD)
    check_page(phone, "after-review-error")
    phone.set_viewport_size(PHONE)
    phone.reload()
    assert_summary_links_land(phone)
    keys.choose("Is this decision still right?", "A new decision is needed")
    keys.type("Why?", "He has come back, and she wants the police to know")
    keys.press(RECORD)
    by_keyboard.on(phone, "Decide whether to share")
    assert decision.following_drafts.get().follows_as == "review"
    assert_verified()


IN_ERROR: dict[str, Callable[[Decision, Any], str]] = {
    "decision_correct": lambda decision, _: reverse("decision_correct", args=[decision.reference]),
    "decision_wrong_person": lambda decision, _: reverse("decision_wrong_person", args=[decision.reference]),
    "incident": lambda _, incident: reverse("incident", args=[incident.reference]),
}


@pytest.mark.parametrize("name", IN_ERROR)
def test_pages_in_error(name: str, page: Page, officer: User, governance: User, case_file: CaseFile) -> None:
    decision = share_both(officer, case_file)
    incident = report(decision)
    after_actions.answer_incident(by=governance, incident=incident, values=ANSWER)
    signed_in(page, governance if name == "incident" else officer)
    page.goto(IN_ERROR[name](decision, incident))
    page.locator("main form button[type=submit]").click()
    check_page(page, f"after-{name}-error")
    page.reload()
    assert_summary_links_land(page)


def test_without_script(page_without_script: Page, officer: User, case_file: CaseFile) -> None:
    page, decision = page_without_script, share_both(officer, case_file)
    signed_in(page, officer)
    page.goto(reverse("decision_sent", args=[decision.reference]))
    page.get_by_label(case_file.information.text).first.check()
    page.get_by_text("Something else of this decision was sent").count()
    page.get_by_label("How was it sent?").select_option("secure_email")
    page.get_by_label("Yes, more will be sent").check()
    page.get_by_role("button", name=RECORD).click()
    expect(page.get_by_role("heading", name="Still to send")).to_be_visible()
