"""A decision after a decision: prefilled, one draft, both visible, and one winner where two are at it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.urls import reverse

from audit import ledger
from audit.models import Entry
from cases import access as case_access
from cases.models import User
from sharing import actions, after_actions, follow, journey, projection
from sharing.actions import answers_of
from sharing.models import Decision, Draft
from sharing.views.desk import sheet_of
from tests.cast import CaseFile
from tests.sharing import hurrying
from tests.sharing.deciding import NOT_SHARED, NOW, answers, decided
from tests.sharing.filling import Decider, decider
from tests.sharing.following import browser, post, share, share_both
from tests.sharing.hurrying import recorded

WRONG = "It was Tuesday, not Wednesday"


def correcting(by: User, decision: Decision, as_: str = follow.CORRECTION, **more: Any) -> Draft:
    draft, _gone = after_actions.start_follow_up(by=by, decision=decision, as_=as_, what=WRONG, **more)
    return draft


def record(by: User, draft: Draft) -> Decision:
    return actions.record(by=by, draft=Draft.objects.select_related("case").get(id=draft.id), now=NOW)


def test_the_draft_says_what_the_decision_says(officer: User, case_file: CaseFile) -> None:
    decision = share_both(officer, case_file)
    draft = correcting(officer, decision)
    kept, said = answers_of(draft), projection.said_of(decision)
    given = answers(case_file)
    for name in set(given) - {
        "items",
        "recipients",
        "points",
        "pages",
        "outcome",
        "decided_at",
        "already_sent",
    }:
        assert kept[name] == given[name], name
    assert kept["what_is_wrong"] == WRONG
    assert kept["decided_at"] == said["decided_at"]
    assert [one["information"] for one in kept["items"]] == [one["key"] for one in said["items"]]
    assert kept["points"] == {"could_make_less_safe": "She has been moved"}, "what was raised and answered"
    assert (draft.follows, draft.follows_as) == (decision, "correction")


def test_recorded_as_it_is_it_says_the_same_and_both_are_linked(officer: User, case_file: CaseFile) -> None:
    decision = share_both(officer, case_file)
    after = record(officer, correcting(officer, decision))
    assert (after.follows, after.follows_as) == (decision, "correction")
    first, second = (projection.said_of(one) for one in (decision, after))
    differ = {name for name in first | second if first.get(name) != second.get(name)}
    # Whose mark has changed is what tells the two apart, and nothing that was answered.
    assert differ == {"reference", "decision", "row", "what_is_wrong"}
    marks = {"follows_id", "follows_as"}
    assert {name for name in second["row"] if second["row"][name] != first["row"].get(name)} == marks
    client = browser(officer)
    old = client.get(reverse("decision", args=[decision.reference])).content.decode()
    new = client.get(reverse("decision", args=[after.reference])).content.decode()
    assert "Superseded by" in old
    assert after.reference in old
    assert "Corrects" in new
    assert decision.reference in new
    assert WRONG in new
    assert ledger.verify().problem is None


def test_what_was_wrong_is_said_once(officer: User, case_file: CaseFile) -> None:
    decision = share(officer, case_file)
    after = record(officer, correcting(officer, decision))
    page = browser(officer).get(reverse("decision", args=[after.reference]))
    assert page.content.decode().count(WRONG) == 1
    assert "What was wrong with the decision before" in page.content.decode()


def test_the_nine_answers_belong_to_the_emergency_alone(officer: User, case_file: CaseFile) -> None:
    decision = recorded(officer, case_file)
    draft = correcting(officer, decision)
    assert "emergency" not in answers_of(draft)
    assert answers_of(draft)["sent_how"] == projection.said_of(decision)["sent_how"]
    who = Decider(browser(officer), case_file, draft)
    check = who.client.get(who.url("draft_check")).content.decode()
    assert "PC 4471" in check
    assert "What was recorded in the emergency" not in check
    after = record(officer, draft)
    assert "emergency" not in projection.said_of(after)
    page = browser(officer).get(reverse("decision", args=[after.reference])).content.decode()
    assert "What was recorded in the emergency" not in page
    assert "PC 4471" in page
    assert ledger.verify().problem is None


@pytest.mark.parametrize("outcome", ["share_part", "do_not_share", "not_yet", "already_sent"])
def test_every_page_that_has_answers_counts_as_saved(
    outcome: str, officer: User, case_file: CaseFile
) -> None:
    changes: dict[str, Any] = {
        "share_part": {},
        "do_not_share": NOT_SHARED,
        "not_yet": NOT_SHARED | {"outcome": "not_yet", "reasons": [], "doubt": "ask"},
        "already_sent": {"already_sent": True, "sent_at": "2026-03-03T10:00:00+00:00"},
    }
    decision = decided(officer, case_file, **changes[outcome])
    draft = correcting(officer, decision)
    sheet = sheet_of(answers_of(draft), draft.case)
    open_pages = {step.slug for step in journey.applicable(sheet) if not journey.saved(step, sheet)}
    # What the page does not ask of this outcome was never answered.
    assert open_pages <= {"safer", "sign-off", "unsafe", "telling-details", "main-reasons", "already-sent"}
    assert record(officer, draft).outcome == decision.outcome


def test_what_the_case_no_longer_holds_is_left_out(officer: User, case_file: CaseFile) -> None:
    said = projection.said_of(share(officer, case_file))
    gone = str(uuid4())
    said["items"].append(said["items"][0] | {"key": gone})
    said["affected"].append(gone)
    kept, count = follow.answers_from(said, case_file.case)
    assert count == 2
    assert gone not in str(kept)
    assert len(kept["items"]) == 2


def test_a_new_decision_is_decided_anew(officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file, **NOT_SHARED)
    kept = answers_of(correcting(officer, decision, follow.REVIEW))
    assert "decided_at" not in kept
    assert "review_on" not in kept
    assert "points" not in kept, "what is raised now is asked now"
    assert kept["reason_text"]


def test_the_nine_answers_of_an_emergency_stay_with_it(officer: User, case_file: CaseFile) -> None:
    answer = browser(officer).post(
        reverse("emergency_case", args=[case_file.case.reference]), hurrying.page_of(case_file)
    )
    assert answer.status_code == 302
    emergency = Decision.objects.get()
    assert emergency.basis_after_sharing is False
    assert "emergency" in projection.said_of(emergency)
    after = record(officer, correcting(officer, emergency))
    assert "emergency" not in projection.said_of(after)


def test_a_second_click_leads_to_the_same_draft(officer: User, granted: User, case_file: CaseFile) -> None:
    decision = share(officer, case_file)
    before = Entry.objects.count()
    draft = correcting(officer, decision, request_key=uuid4())
    assert correcting(officer, decision, request_key=uuid4()) == draft
    assert correcting(officer, decision, follow.REVIEW) != draft
    other = correcting(granted, decision)
    assert other != draft, "a colleague cannot open the draft, and is not held up by it"
    assert Entry.objects.count() == before, "a draft appears in no log"
    actions.discard_draft(by=officer, draft=draft)
    assert correcting(officer, decision) != draft


def test_what_is_followed_is_not_followed_again(officer: User, granted: User, case_file: CaseFile) -> None:
    decision = share(officer, case_file)
    mine, theirs = correcting(officer, decision), correcting(granted, decision)
    winner = record(officer, mine)
    for call in (lambda: record(granted, theirs), lambda: correcting(officer, decision)):
        with pytest.raises(actions.AlreadyFollowed) as refused:
            call()
        assert refused.value.by == winner
    assert Decision.objects.count() == 2
    kept = Draft.objects.get(id=theirs.id)
    assert kept.recorded_at is None
    assert answers_of(kept)["what_is_wrong"] == WRONG


@pytest.mark.parametrize("member", ["colleague", "excluded", "governance", "superuser", "deactivated"])
def test_strangers(member: str, officer: User, case_file: CaseFile, request: pytest.FixtureRequest) -> None:
    decision = share(officer, case_file)
    with pytest.raises(case_access.Hidden):
        correcting(request.getfixturevalue(member), decision)
    assert not Draft.objects.filter(follows=decision).exists()


@pytest.mark.django_db(transaction=True)
def test_two_corrections_at_once(officer: User, granted: User, case_file: CaseFile) -> None:
    decision = share(officer, case_file)
    drafts = {officer: correcting(officer, decision), granted: correcting(granted, decision)}

    def at_once(user: User) -> Any:
        try:
            return record(user, drafts[user])
        except actions.AlreadyFollowed as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(at_once, drafts))
    (winner,) = [one for one in found if isinstance(one, Decision)]
    (refused,) = [one for one in found if isinstance(one, actions.AlreadyFollowed)]
    assert refused.by == winner
    assert list(Decision.objects.filter(follows=decision)) == [winner]
    assert Draft.objects.filter(follows=decision, recorded_at=None).count() == 1
    assert ledger.verify().problem is None


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_draft(officer: User, case_file: CaseFile) -> None:
    decision = share(officer, case_file)

    def at_once(_: int) -> Draft:
        try:
            return correcting(officer, decision)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(at_once, range(4)))
    assert len(found) == Draft.objects.filter(follows=decision).count() == 1


# --- the pages ------------------------------------------------------------------------------------


def test_the_page_asks_what_is_wrong(officer: User, case_file: CaseFile) -> None:
    decision, client = share(officer, case_file), browser(officer)
    page = post(client, "decision_correct", decision.reference, what=" ")
    assert page.context["form"].errors["what"] == ["Enter what is wrong"]
    assert not Draft.objects.filter(follows=decision).exists()
    answer = post(client, "decision_correct", decision.reference, what=WRONG)
    draft = Draft.objects.get(follows=decision)
    assert answer["Location"] == reverse("draft", args=[draft.id])
    assert "Everything that the decision says is filled in" in client.get(answer["Location"]).content.decode()
    page = client.get(reverse("decision_correct", args=[decision.reference])).content.decode()
    assert "A correction is open already" in page


def through_the_journey(officer: User, case_file: CaseFile) -> Decision:
    """A decision as a browser makes it."""
    who = decider(officer, case_file)
    who.everything()
    who.post(who.url("draft_points"), **dict.fromkeys(("stale_item", "late"), "She told us again yesterday"))
    assert who.record().status_code == 302
    return Decision.objects.get(request_key=who.draft.request_key)


def test_a_correction_is_ready_to_record(officer: User, case_file: CaseFile) -> None:
    """Nothing is asked again that the decision says: the check page has no obstacle."""
    decision = through_the_journey(officer, case_file)
    who = Decider(browser(officer), case_file, correcting(officer, decision))
    page = who.client.get(who.url("draft_check"))
    assert page.context["obstacles"] == []
    who.page("reasons", harm_if_not="Nobody would know about the knife, or the threats")
    assert who.record().status_code == 302
    after = Decision.objects.get(follows=decision)
    first, second = projection.said_of(decision), projection.said_of(after)
    assert second["harm_if_not"] != first["harm_if_not"]
    for name in ("reason_text", "basis", "aims", "procedure", "decided_at", "recipients", "items"):
        assert second[name] == first[name], name
    assert ledger.verify().problem is None


def test_the_check_page_tells_which_decision_was_quicker(
    officer: User, granted: User, case_file: CaseFile
) -> None:
    decision = through_the_journey(officer, case_file)
    mine, theirs = correcting(officer, decision), correcting(granted, decision)
    assert Decider(browser(officer), case_file, mine).record().status_code == 302
    winner = Decision.objects.get(follows=decision)
    slow = Decider(browser(granted), case_file, theirs)
    text = slow.record().content.decode()
    assert "Another decision took the place" in text
    assert reverse("decision", args=[winner.reference]) in text
    assert "<title>Error:" in text
    assert Decision.objects.count() == 2
    assert slow.answers["what_is_wrong"] == WRONG


def test_a_decision_that_was_followed_leads_to_its_follower(officer: User, case_file: CaseFile) -> None:
    decision, client = share(officer, case_file), browser(officer)
    after = record(officer, correcting(officer, decision))
    for name, data in (
        ("decision_correct", {"what": WRONG}),
        ("decision_review", {"outcome": "close", "reason": "x"}),
    ):
        answer = post(client, name, decision.reference, **data)
        assert answer["Location"] == reverse("decision", args=[after.reference])
    assert f"{after.reference} follows" in client.get(answer["Location"]).content.decode()


def test_the_tabs_of_the_case(officer: User, case_file: CaseFile) -> None:
    decision, client = share(officer, case_file), browser(officer)
    after = record(officer, correcting(officer, decision))
    draft = correcting(officer, after)
    address = reverse("case_sharing", args=[case_file.case.reference])
    current, superseded, drafts = (
        client.get(address, {"show": tab}).content.decode() for tab in ("junk", "superseded", "drafts")
    )
    assert f"/decisions/{after.reference}/" in current
    assert "Corrects" in current
    assert "Superseded by" not in current
    assert "Overdue to send" in current
    assert f"/decisions/{decision.reference}/" in superseded
    assert "Superseded by" in superseded
    assert "Overdue" not in superseded
    assert draft.reference in drafts
    assert "Current (1)" in drafts
