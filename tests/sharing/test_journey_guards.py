"""What interrupts, what is folded away, what is added on the way, and what the clock stamps."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.ledger import history
from cases.models import Case, InformationItem, User
from sharing import display, lists, projection, rules
from sharing.models import Decision
from tests.cast import CaseFile
from tests.sharing.filling import Decider, day, decider

pytestmark = pytest.mark.django_db
NOT_SHARED = {"reasons": ["would_increase_risk"], "instead": "She stays with her sister this week"}
INFORMATION = {
    "text": "He asked a neighbour where she works",
    "source": "Neighbour, by telephone",
    "date_not_known": "on",
    "nature": "reported",
    "historical": "no",
    "alleges_offence": "no",
}


@pytest.fixture
def who(officer: User, case_file: CaseFile) -> Decider:
    return decider(officer, case_file)


def errors(response: Any) -> dict[str, list[str]]:
    """The errors of the page's form, by field."""
    assert response.status_code == 200
    return {name: [str(one) for one in found] for name, found in response.context["form"].errors.items()}


# --- the panel ------------------------------------------------------------------------------------


def test_the_panel_comes_once_after_the_reasons_and_before_the_points(who: Decider) -> None:
    who.page("request")
    who.page("decision", outcome="do_not_share")
    panel, points = who.url("draft_panel"), who.url("draft_points")
    assert who.page("main-reasons", **NOT_SHARED, **day("review_on", 5)).url == panel
    for address in (points, who.url("draft_check")):
        assert who.client.get(address).url == panel  # type: ignore[attr-defined]
    assert who.post(who.url("draft_record"), seen="x").url == panel
    page = who.client.get(panel).content.decode()
    assert "one working day" in page
    assert "four hours" in page
    assert "<input" not in page.replace('type="hidden"', "").split("<main")[1].replace("<input ", "<hidden ")
    assert who.post(panel).url == points
    assert who.client.get(points).status_code == 200
    assert who.client.get(panel).url == points  # type: ignore[attr-defined]
    assert who.post(points, high_risk_not_shared="Her own plan is safer").url == who.url("draft_check")
    assert who.page("main-reasons", **NOT_SHARED, **day("review_on", 6)).url == who.url("draft_check")


def test_a_changed_decision_meets_the_panel_again(who: Decider) -> None:
    who.page("decision", outcome="do_not_share")
    who.post(who.url("draft_panel"))
    who.page("decision", outcome="do_not_share")
    assert who.client.get(who.url("draft_points")).status_code == 200
    who.page("decision", outcome="share_part")
    assert who.client.get(who.url("draft_check")).status_code == 200
    who.page("decision", outcome="do_not_share")
    assert who.client.get(who.url("draft_check")).url == who.url("draft_panel")  # type: ignore[attr-defined]


@pytest.mark.parametrize("outcome", ["share_all", "share_part", "not_yet", None])
def test_no_other_decision_meets_it(who: Decider, outcome: str | None) -> None:
    if outcome:
        who.page("decision", outcome=outcome)
    assert who.client.get(who.url("draft_check")).status_code == 200
    assert who.client.get(who.url("draft_panel")).status_code == 302


def test_nor_does_a_low_risk_or_what_was_already_sent(who: Decider) -> None:
    who.page("decision", outcome="do_not_share")
    who.page("request", already_sent="yes")
    assert who.client.get(who.url("draft_check")).status_code == 200
    who.page("request")
    Case.objects.filter(id=who.case_file.case.id).update(risk_level="standard", marac_criteria=[])
    assert who.client.get(who.url("draft_check")).status_code == 200
    Case.objects.filter(id=who.case_file.case.id).update(marac_criteria=["repeat"])
    assert who.client.get(who.url("draft_check")).status_code == 302


def test_not_yet_meets_it_once_its_deadline_has_passed(who: Decider, monkeypatch: pytest.MonkeyPatch) -> None:
    who.page("decision", outcome="not_yet", doubt="ask")
    last = rules.working_days_after(timezone.localdate(), 1)
    ahead = (last - timezone.localdate()).days
    late = who.page("main-reasons", reasons=[], adviser="manager", **day("review_on", ahead + 1))
    assert "you can wait one working day" in errors(late)["review_on"][0]
    assert set(errors(who.page("main-reasons", reasons=[], reason_text=""))) == {"adviser", "review_on"}
    saved = who.page("main-reasons", reasons=[], adviser="manager", **day("review_on", ahead))
    assert saved.url == who.url("draft_points")
    assert who.answers["adviser"] == "manager"
    passed = last.replace(year=last.year + 1)
    monkeypatch.setattr(timezone, "localdate", lambda: passed)
    assert who.client.get(who.url("draft_check")).url == who.url("draft_panel")  # type: ignore[attr-defined]


def test_who_is_asked_belongs_to_not_yet_alone(who: Decider) -> None:
    who.page("decision", outcome="not_yet")
    who.page("main-reasons", reasons=[], adviser="legal", **day("review_on", 0))
    assert who.answers["adviser"] == "legal"
    who.page("decision", outcome="share_part")
    assert "adviser" not in who.answers


def test_the_record_names_the_words_of_the_panel_where_it_was_passed(who: Decider) -> None:
    who.page("request")
    who.page("decision", outcome="do_not_share")
    who.page("main-reasons", **NOT_SHARED, **day("review_on", 5))
    who.post(who.url("draft_panel"))
    who.post(who.url("draft_points"), high_risk_not_shared="Her own plan is safer until Friday")
    assert who.record().url == who.url("draft_done")
    seen = {one.split(" ")[0] for one in projection.said_of(Decision.objects.get())["guidance"]}
    assert {projection.PANEL, "section-when", "rule-6"} <= seen


# --- the lawful basis -----------------------------------------------------------------------------


def test_the_basis_is_stamped_when_it_is_chosen_or_changed(who: Decider) -> None:
    before = timezone.now()
    who.page("lawful-basis", basis="6-1-d")
    first = who.answers["basis_at"]
    assert before <= datetime.fromisoformat(first) <= timezone.now()
    who.page("lawful-basis", basis="6-1-d", kinds=["special"])
    assert who.answers["basis_at"] == first
    who.page("lawful-basis", basis="6-1-e")
    assert who.answers["basis_at"] > first
    assert "When was the basis determined?" in who.client.get(who.url("draft_check")).content.decode()
    who.page("request", without_identity="yes")
    assert "basis_at" not in who.answers


def test_the_officer_cannot_say_when_the_basis_was_chosen(who: Decider) -> None:
    found = who.page("lawful-basis", basis="6-1-d", basis_at="2020-01-01T00:00:00+00:00")
    assert "a field that this page does not have" in found.content.decode()
    assert "basis_at" not in who.answers


def test_consent_that_is_not_free_names_the_way_out(who: Decider) -> None:
    found = who.page("lawful-basis", basis="6-1-a")
    assert "would not have a free choice. Choose another" in errors(found)["basis"][0]
    page = found.content.decode().split('id="id_basis_error"')[1].split("</fieldset>")[0]
    assert reverse("case_risk", args=[who.case_file.case.reference]) in page
    assert "The risk level is wrong" in page


def test_a_condition_that_does_not_fit_leads_to_the_other_ones(who: Decider) -> None:
    who.everything()
    found = who.page("tests", no_consent_reason="cannot_give")
    assert list(errors(found)) == ["no_consent_reason"]
    assert f'href="{who.step("conditions")}">Choose another condition' in found.content.decode()
    who.page("telling", informed="told_later_by", consent="given")
    unsafe = who.post(who.step("telling-details"), told_by="post", **day("tell_by", 3))
    people = reverse("case_people", args=[who.case_file.case.reference])
    assert f'href="{people}">See which ways are safe' in unsafe.content.decode()


def _offered(response: Any, name: str) -> set[str]:
    return {code for code, _ in response.context["form"].fields[name].choices}


def test_the_paragraphs_that_rarely_fit_are_folded_away_until_asked_for(who: Decider) -> None:
    who.page("lawful-basis", kinds=["special", "offence"])
    folded = who.client.get(who.step("conditions"))
    assert _offered(folded, "schedule_1") == {"6", "10", "18", "none"}
    assert _offered(folded, "offence_condition") == {"6", "10", "18", "30", "33", "36"}
    typed = {"article_9": "9-2-g", "offence_condition": "33"}
    shown = who.post(who.step("conditions"), unfold="1", **typed)
    every = {row.code for row in lists.rows("schedule_1") if row.marks.get("offered") != "no"}
    assert _offered(shown, "offence_condition") == every
    assert _offered(shown, "schedule_1") >= {"1", "2", "3", "4", "7", "24"}
    assert shown.context["form"].initial == typed
    assert not shown.context["form"].errors
    assert "article_9" not in who.answers
    assert 'name="unfold"' not in shown.content.decode()
    assert (
        who.page("conditions", article_9="9-2-h", schedule_1="2", offence_condition="29").status_code == 200
    )
    assert who.answers["schedule_1"] == "2"
    again = who.client.get(who.step("conditions"))
    assert _offered(again, "schedule_1") == {"6", "10", "18", "2", "none"}
    assert _offered(again, "offence_condition") >= {"29", "6"}


@pytest.mark.parametrize("value", ["junk", "34", "\x00", "none' or 1"])
def test_a_paragraph_that_is_not_on_the_list_is_refused(who: Decider, value: str) -> None:
    who.page("lawful-basis", kinds=["offence"])
    assert list(errors(who.post(who.step("conditions"), offence_condition=value))) == ["offence_condition"]
    shown = who.post(who.step("conditions"), offence_condition=value, unfold="1")
    assert shown.status_code == 200
    assert "offence_condition" not in who.answers


# --- people and items -----------------------------------------------------------------------------


def test_an_agency_outside_the_directory_is_for_the_governance_lead_to_check(who: Decider) -> None:
    who.recipient(agency="police")
    assert "for the information governance lead" not in _check(who).lower()
    who.recipient(agency="unlisted", agency_name="Northfield food bank")
    assert "For the information governance lead to check: this agency is not in the directory" in _check(who)


def _check(who: Decider) -> str:
    return who.client.get(who.url("draft_check")).content.decode()


def test_an_item_without_a_reason_is_named_with_who_would_get_it(who: Decider) -> None:
    who.recipient()
    one = errors(who.item(why=""))["why"]
    assert one == [f"Enter why DC Amara Osei needs “{who.case_file.information.text}”"]
    assert "Enter why they need" in errors(who.item(why="", recipients=[]))["why"][0]


def test_other_information_is_kept_with_the_case_and_leads_to_its_own_page(who: Decider) -> None:
    address = who.url("item_add")
    assert address in who.client.get(who.step("items")).content.decode()
    about = [str(who.case_file.survivor.id)]
    key = "3f0f3a4e-7b0c-4b44-9a2e-7f9f0f9d3a10"
    for _ in range(2):
        found = who.client.post(address, {**INFORMATION, "about": about, "request_key": key})
        assert found.status_code == 302
    item = InformationItem.objects.get(case=who.case_file.case, nature="reported", date_not_known=True)
    assert found.url == who.step("items") + "#information"  # type: ignore[attr-defined]
    assert history(who.case_file.case.id).filter(kind="information.added", request_key=key).count() == 1
    assert INFORMATION["text"] in who.client.get(who.url("item_change", item.id)).content.decode()
    who.recipient()
    who.item(item)
    assert [one["information"] for one in who.answers["items"]] == [str(item.id)]


def test_other_information_with_a_mistake_keeps_what_was_typed(who: Decider) -> None:
    wrong = {**INFORMATION, "text": "She said <b>no</b>", "nature": "", "date_not_known": ""}
    found = who.client.post(who.url("item_add"), wrong)
    assert errors(found)["nature"] == ["Select fact, opinion or reported"]
    assert errors(found)["dated"] == ["Enter the date, or say it is not known"]
    assert "She said &lt;b&gt;no&lt;/b&gt;" in found.content.decode()
    before = InformationItem.objects.count()
    who.client.post(who.url("item_add"), {**INFORMATION, "text": "a\u202eb"})
    assert InformationItem.objects.count() == before


def test_a_change_of_what_the_case_says_leads_back_to_the_draft(who: Decider) -> None:
    item = who.case_file.information
    page = who.client.get(who.url("item_change", item.id)).content.decode()
    address = reverse("information_change", args=[who.case_file.case.reference, item.id])
    assert f"{address}?draft={who.draft.id}" in page
    back = who.client.get(f"{address}?draft={who.draft.id}").context["back"]
    assert back == who.url("draft_items")


def test_the_record_reads_the_stamp_and_what_is_waited_for_in_words(who: Decider) -> None:
    who.page("request")
    who.page("lawful-basis", basis="6-1-d", kinds=["ordinary"])
    who.page("decision", outcome="not_yet", doubt="no")
    waiting = {"reasons": [], "adviser": "governance", "reason_text": "Whether the portal may be used"}
    who.page("main-reasons", **waiting, **day("review_on", 0))
    who.post(who.url("draft_points"), high_risk_not_shared="The answer comes this afternoon")
    assert who.record().url == who.url("draft_done")
    said = projection.said_of(Decision.objects.get())
    rows = {row["question"]: row["answer"] for page in display.pages(said) for row in page.rows}
    assert rows["When was the basis determined?"] == display.moment(said["basis_at"])
    assert rows["Who are you asking?"] == "The information governance lead"
    assert rows["What are you waiting for?"] == "Whether the portal may be used"
    assert rows["By when do you need the answer?"] == display.moment(timezone.localdate().isoformat())


@pytest.mark.parametrize(
    ("outcome", "risk", "working", "days"),
    [
        ("do_not_share", "high", 2, 0),
        ("not_yet", "high", 1, 0),
        ("do_not_share", "medium", 0, 28),
        ("not_yet", "standard", 0, 28),
    ],
)
def test_the_review_date_that_is_offered(
    who: Decider, outcome: str, risk: str, working: int, days: int
) -> None:
    Case.objects.filter(id=who.case_file.case.id).update(risk_level=risk, marac_criteria=[])
    who.page("decision", outcome=outcome)
    offered = who.client.get(who.step("main-reasons")).context["form"].initial["review_on"]
    assert offered == rules.working_days_after(timezone.localdate(), working) + timedelta(days=days)
