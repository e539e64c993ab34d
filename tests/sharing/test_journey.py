"""The journey as a whole: from the first page to the record, what is skipped, what stands in the way."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases import actions as case_actions
from cases.models import User
from sharing.models import Decision, Draft
from tests.cast import CaseFile
from tests.sharing.filling import BACKEND, PAGES, Decider, decider

pytestmark = pytest.mark.django_db
AROUND = (
    "recipients", "items", "items/add", "check", "panel", "points", "record", "done", "discard",
)  # fmt: skip
ANSWERS = dict.fromkeys(("stale_item", "late"), "She told us again yesterday")


@pytest.fixture
def who(officer: User, case_file: CaseFile) -> Decider:
    return decider(officer, case_file)


def _to(response: Any) -> str:
    """Where a page sends the browser."""
    return str(response.url)


def statuses(who: Decider) -> dict[str, str]:
    """The task list: each page with its status."""
    tasks = who.client.get(who.url("draft")).context["tasks"]
    return {task["label"]: task["status"] for task in tasks}


def obstacles(who: Decider) -> list[str]:
    """What the check page says keeps it from being recorded."""
    return [one["text"] for one in who.client.get(who.url("draft_check")).context["obstacles"]]


def test_everything_filled_in_is_recorded_once(who: Decider) -> None:
    who.everything()
    assert set(statuses(who).values()) == {"Completed"}
    assert obstacles(who) == ["Answer the points to check"]
    assert who.post(who.url("draft_points"), **ANSWERS).url == who.url("draft_check")
    for _ in range(20):
        assert who.record().url == who.url("draft_done")
    decision = Decision.objects.get()
    assert (decision.outcome, decision.included, decision.withheld) == ("share_part", 1, 1)
    done = who.client.get(who.url("draft_done")).content.decode()
    assert decision.reference in done
    assert f"{decision.case.reference}" in done


def test_a_recorded_draft_has_one_page_left(who: Decider) -> None:
    who.everything()
    who.post(who.url("draft_points"), **ANSWERS)
    who.record()
    for address in (who.url("draft"), who.step("request"), who.url("draft_check"), who.url("draft_discard")):
        assert _to(who.client.get(address)) == who.url("draft_done")
        assert who.post(address, aim_text="changed").url == who.url("draft_done")
    assert Decision.objects.count() == 1


def test_each_page_leads_to_the_next_that_arises(who: Decider) -> None:
    assert who.page("request").url == who.step("recipients")
    who.recipient()
    assert who.post(who.step("recipients")).url == who.step("reasons")
    assert who.page("reasons", less_safe="no").url == who.step("lawful-basis")
    assert who.page("lawful-basis", basis="6-1-d", kinds=["ordinary"]).url == who.step("telling")
    assert who.page("telling", informed="will_be_told_before", consent="given").url == who.step(
        "telling-details"
    )


def test_without_identity_pages_4_and_5_are_skipped_and_their_answers_dropped(who: Decider) -> None:
    who.everything()
    who.page("request", without_identity="yes")
    shown = statuses(who)
    assert not {"Why we can share", "Being open with the person", "Sensitive information"} & set(shown)
    assert not {"basis", "power", "offence_condition", "informed", "consent", "unsafe_reasons"} & set(
        who.answers
    )
    assert _to(who.client.get(who.step("lawful-basis"))) == who.url("draft")
    assert who.page("lawful-basis").url == who.url("draft")
    assert "basis" not in who.answers


def test_answers_of_a_withdrawn_branch_are_dropped(who: Decider) -> None:
    who.page("request", started="asked", aims=["court_or_duty"])
    who.post(who.step("court"), court_reference="Care Act 2014, section 45")
    assert who.answers["court_reference"]
    who.page("request")
    assert "court_reference" not in who.answers
    who.page("lawful-basis")
    who.page("power")
    who.page("lawful-basis", basis="6-1-d")
    assert "power" not in who.answers


def test_a_page_that_was_never_filled_in_keeps_a_share_from_being_recorded(who: Decider) -> None:
    who.everything()
    who.post(who.url("draft_points"), **ANSWERS)
    answers = who.answers
    del answers["pages"]["reasons"]
    _put(who, answers)
    assert obstacles(who) == ["Answer the questions of “Why share, or why not”"]
    refused = who.record()
    assert refused.status_code == 200
    assert "cannot be recorded yet" in refused.content.decode()
    who.client.post(who.url("draft_record"), {"saves": "999", "seen": who.seen()})
    assert not Decision.objects.exists()


def _put(who: Decider, answers: dict[str, Any]) -> None:
    from sharing.actions import save_draft

    user = User.objects.get(email="olive@council.example")
    save_draft(by=user, draft=Draft.objects.get(id=who.draft.id), answers=answers, saves=who.saves)


def test_not_sharing_needs_its_own_pages_only(who: Decider) -> None:
    who.page("request")
    who.page("decision", outcome="do_not_share")
    form = who.client.get(who.step("main-reasons")).context["form"]
    assert list(form.fields) == ["reasons", "reason_text", "confirmed_by", "instead", "review_on"]
    assert form.initial["review_on"] is not None
    review = {
        f"review_on_{part}": text
        for part, text in zip(("day", "month", "year"), ("1", "2", "2099"), strict=True)
    }
    who.page(
        "main-reasons",
        reasons=["would_increase_risk"],
        instead="She stays with her sister this week",
        **review,
    )
    who.post(who.url("draft_panel"))
    assert obstacles(who) == ["Answer the points to check"]
    who.post(who.url("draft_points"), high_risk_not_shared="Her own plan is safer until Friday")
    assert who.record().url == who.url("draft_done")
    assert Decision.objects.get().outcome == "do_not_share"


def test_what_was_already_sent_is_recorded_whatever_stands_against_it(who: Decider) -> None:
    who.page("request", already_sent="yes")
    assert obstacles(who) == ["Answer the questions of “Your decision”"]
    who.page("decision", outcome="share_all")
    assert obstacles(who) == []
    page = who.client.get(who.url("draft_check")).content.decode()
    assert "Choose a lawful basis" in page
    assert who.record().url == who.url("draft_done")
    assert "basis_missing" in Decision.objects.get().stops


def test_recording_what_somebody_else_changed_meanwhile_shows_it_again(who: Decider) -> None:
    who.everything()
    who.post(who.url("draft_points"), **ANSWERS)
    form = {"saves": who.saves, "seen": who.seen()}
    who.page("request", aim_text="Something else that this officer never read")
    again = who.client.post(who.url("draft_record"), form)
    assert "changed since you opened this page" in again.content.decode()
    assert not Decision.objects.exists()
    assert who.record().url == who.url("draft_done")


def test_recording_what_the_case_says_differently_now_shows_it_again(who: Decider, officer: User) -> None:
    who.everything()
    who.post(who.url("draft_points"), **ANSWERS)
    form = {"saves": who.saves, "seen": who.seen()}
    item = who.case_file.information
    values = {"text": "He waited outside the school with a bread knife"}
    case_actions.change_information(by=officer, item=item, values=values)
    again = who.client.post(who.url("draft_record"), form).content.decode()
    assert "changed since you opened this page" in again
    assert "bread knife" in again
    assert not Decision.objects.exists()
    assert who.record().url == who.url("draft_done")


def test_strangers_meet_the_same_nothing(
    who: Decider, colleague: User, excluded: User, governance: User
) -> None:
    who.everything()
    before = who.answers
    for user in (colleague, excluded, governance):
        client = Client()
        client.force_login(user, backend=BACKEND)
        for slug in (*PAGES, *AROUND):
            address = f"{who.url('draft')}{slug}/"
            assert client.get(address).status_code == 404
            # What takes no post says so to everybody, whether or not there is anything.
            assert client.post(address, {"saves": who.saves}).status_code == (405 if slug == "done" else 404)
    assert who.answers == before


def test_the_manager_of_the_team_can_go_on_with_it(who: Decider, manager: User) -> None:
    who.page("request")
    who.client.force_login(manager, backend=BACKEND)
    assert who.page("reasons").status_code == 302


@pytest.mark.parametrize("slug", ["nothing", "points2", "check-", "Request"])
def test_a_page_that_does_not_exist(who: Decider, slug: str) -> None:
    assert who.client.get(f"{who.url('draft')}{slug}/").status_code == 404


def test_a_draft_that_does_not_exist(who: Decider) -> None:
    assert who.client.get(reverse("draft_step", args=[uuid4(), "request"])).status_code == 404
    assert who.client.get(who.url("recipient_change", "nobody")).status_code == 404
    assert who.client.get(who.url("item_change", uuid4())).status_code == 404


def test_starting_twice_with_one_key_starts_one(who: Decider) -> None:
    address = reverse("draft_start", args=[who.case_file.case.reference])
    key = uuid4()
    first, second = (_to(who.client.post(address, {"request_key": key})) for _ in range(2))
    assert first == second
    assert who.client.post(address, {"request_key": "junk\x00"}).status_code == 302
    assert who.client.get(address).status_code == 405
    assert Draft.objects.count() == 3


def test_discarding_asks_first(who: Decider) -> None:
    assert who.client.get(who.url("draft_discard")).status_code == 200
    assert Draft.objects.count() == 1
    who.post(who.url("draft_discard"))
    assert Draft.objects.count() == 0
    assert who.client.get(who.url("draft")).status_code == 404
