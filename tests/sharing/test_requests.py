"""A request to another agency: written under a decision, moved by the table alone, one step at a time."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from audit import ledger
from cases import access as case_access
from cases.models import InformationItem, User
from sharing import (
    actions,
    after_actions,
    disclosing,
    due,
    letter_words,
    letters,
    request_actions,
    request_steps,
    requests,
)
from sharing.models import Decision, Disclosure, Request, RequestStep
from tests.cast import CaseFile
from tests.sharing.deciding import NOT_SHARED, NOW, answers, behind_the_guards, decided
from tests.sharing.following import browser, entries
from tests.sharing.requesting import (
    ASKS,
    PIECE,
    REFUSAL,
    approve,
    came,
    closed,
    letter,
    may_ask,
    moved,
    refused,
    requested,
    sent,
)


def test_written_under_a_decision(officer: User, case_file: CaseFile) -> None:
    decision = may_ask(officer, case_file)
    request = requested(officer, decision)
    told = requests.read(request)
    assert {name: told.said[name] for name in ASKS} == ASKS
    assert (told.said["agency_name"], told.said["recipient_name"]) == ("Health", "Nia Abara")
    assert (told.state, told.newest.number, told.problem) == ("draft", 1, None)
    assert (request.agency, request.urgency) == ("health", "today")
    assert told.newest.due_at is not None
    assert [len(entries(decision, kind)) for kind in ("request.drafted", "request.moved")] == [1, 1]
    assert ledger.verify().problem is None


def test_it_must_be_decided_first(officer: User, case_file: CaseFile) -> None:
    offer = may_ask(officer, case_file, started="offer")
    kept = decided(officer, case_file, started="need", **NOT_SHARED)
    for decision in (offer, kept):
        with pytest.raises(request_actions.MayNotAsk):
            requested(officer, decision)
    with pytest.raises(request_actions.MayNotAsk):
        requested(officer, may_ask(officer, case_file), recipient="somebody else")
    assert not Request.objects.exists()


def test_one_request_for_each_recipient(officer: User, manager: User, case_file: CaseFile) -> None:
    decision, key = may_ask(officer, case_file), uuid4()
    first = requested(officer, decision, request_key=key)
    with pytest.raises(ledger.DuplicateRequest):
        requested(officer, decision, request_key=key)
    with pytest.raises(request_actions.AlreadyAsked) as refusal:
        requested(manager, decision)
    assert refusal.value.request == first
    requested(officer, decision, recipient="police")
    assert Request.objects.count() == 2


def test_a_draft_is_written_anew(officer: User, case_file: CaseFile) -> None:
    request = requested(officer, may_ask(officer, case_file))
    values = ASKS | {"need": "Another need", "reply_by": requests.reply_by_of(request)}
    step = request_actions.change_request(by=officer, request=request, values=values)
    assert requests.said_of(request)["need"] == "Another need"
    assert (step.number, step.state) == (2, "draft")
    assert requests.read(request).steps[0].said["need"] == ASKS["need"]


def test_two_who_act_at_once(officer: User, manager: User, case_file: CaseFile) -> None:
    request = sent(officer, may_ask(officer, case_file))
    refused(officer, request, seen=2)
    with pytest.raises(request_steps.SomebodyWasFirst) as first:
        refused(manager, request, seen=2)
    assert (first.value.step.by, first.value.step.state) == (officer, "refused")
    assert RequestStep.objects.filter(request=request).count() == 3


def test_the_table_alone_says_what_may_be_done(officer: User, case_file: CaseFile) -> None:
    request = requested(officer, may_ask(officer, case_file))
    with pytest.raises(request_steps.NotNow):
        refused(officer, request)
    with pytest.raises(request_steps.NotNow):
        came(officer, request)
    assert requests.read(request).state == "draft"


def test_what_came_is_kept_with_where_it_came_from(officer: User, case_file: CaseFile) -> None:
    request = sent(officer, may_ask(officer, case_file))
    held, key = case_file.case.information.count(), uuid4()
    step = came(officer, request, items=[PIECE, PIECE | {"conditions": "Ask us first"}], request_key=key)
    with pytest.raises(ledger.DuplicateRequest):
        came(officer, request, request_key=key)
    found = list(InformationItem.objects.filter(answers=request.id))
    assert [str(one.id) for one in found] == step.items
    assert [one.position for one in found] == [held, held + 1]
    assert {(one.received_from, one.received_on) for one in found} == {("health", timezone.localdate())}
    assert found[1].conditions == "Ask us first"
    assert [one.history.count() for one in found] == [1, 1]
    assert found[0].history.get().history_user == officer
    assert len(entries(request.decision, "information.added")) == held + 2
    assert ledger.verify().problem is None


def test_nothing_of_it_stays_where_the_ledger_refuses(
    officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = sent(officer, may_ask(officer, case_file))
    held, append = case_file.case.information.count(), ledger.append

    def refuse_the_step(sealed: Any) -> Any:
        if sealed.kind == "request.moved":
            raise RuntimeError
        return append(sealed)

    monkeypatch.setattr(ledger, "append", refuse_the_step)
    with pytest.raises(RuntimeError):
        came(officer, request)
    assert case_file.case.information.count() == held
    assert requests.read(request).state == "sent"


def test_a_blanket_refusal_closes_nothing(officer: User, manager: User, case_file: CaseFile) -> None:
    request = sent(officer, may_ask(officer, case_file))
    came(officer, request)
    refused(officer, request)
    for by, ending in ((officer, "partly"), (manager, "accepted"), (manager, "otherwise")):
        with pytest.raises(request_actions.NotAnEnding):
            closed(by, request, ending)
    refused_once = requests.refusal_of(request)
    assert refused_once is not None
    assert (refused_once["blanket"], refused_once["words"]) == (True, REFUSAL["words"])


def test_what_comes_after_a_refusal_takes_its_place(officer: User, case_file: CaseFile) -> None:
    request = sent(officer, may_ask(officer, case_file))
    refused(officer, request)
    assert requests.endings(request, officer) == []
    came(officer, request)
    assert requests.endings(request, officer) == ["partly"]
    assert closed(officer, request, "partly").ending == "partly"


@pytest.mark.parametrize("act", ["answer", "answer_part"])
def test_an_answer_without_anything_takes_no_refusals_place(
    act: str, officer: User, manager: User, case_file: CaseFile
) -> None:
    request = sent(officer, may_ask(officer, case_file))
    refused(officer, request)
    with pytest.raises(request_actions.NothingCame):
        came(manager, request, act, items=[])
    assert requests.endings(request, manager) == []


def test_a_reason_about_the_case_is_accepted_by_a_manager(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    request = sent(officer, may_ask(officer, case_file))
    refused(officer, request, refusal="specific")
    with pytest.raises(request_actions.NotAnEnding):
        closed(officer, request, "accepted")
    step = closed(manager, request, "accepted")
    assert (step.state, step.ending, step.due_at) == ("closed", "accepted", None)


def test_a_letter_goes_once_and_when_it_is_ready(officer: User, manager: User, case_file: CaseFile) -> None:
    request = sent(officer, may_ask(officer, case_file))
    refused(officer, request)
    with pytest.raises(request_actions.NotReady):
        moved(officer, request, "ask_reasons", None)
    moved(officer, request, "ask_reasons", letter(officer, request, "L2"))
    third = letter(officer, request, "L3")
    with pytest.raises(request_actions.NotReady):
        moved(officer, request, "escalate_senior", third)
    approve(manager, third)
    step = moved(officer, request, "escalate_senior", third)
    assert (step.state, step.letter) == ("senior_manager", third)
    assert ledger.verify().problem is None


@pytest.mark.parametrize("member", ["colleague", "excluded", "governance", "superuser", "deactivated"])
def test_strangers(member: str, officer: User, case_file: CaseFile, request: pytest.FixtureRequest) -> None:
    by, decision = request.getfixturevalue(member), may_ask(officer, case_file)
    with pytest.raises(case_access.Hidden):
        requested(by, decision)
    row = requested(officer, decision)
    with pytest.raises(case_access.Hidden):
        refused(by, row)
    assert RequestStep.objects.count() == 1


def test_a_changed_row_is_found(officer: User, case_file: CaseFile) -> None:
    request = sent(officer, may_ask(officer, case_file))
    step = refused(officer, request)
    with behind_the_guards():
        RequestStep.objects.filter(id=step.id).update(refusal="specific")
    problem = ledger.verify().problem
    assert problem is not None
    assert "the step of a request's refusal" in problem.why


@pytest.mark.parametrize(("urgency", "hours"), [("today", 4), ("two_days", None)])
def test_the_clock(urgency: str, hours: int | None, officer: User, case_file: CaseFile) -> None:
    request = sent(officer, may_ask(officer, case_file, urgency=urgency))
    step = requests.newest_step(request)
    by = timezone.now() + timedelta(hours=hours) if hours else requests.reply_by_of(request)
    assert step.due_at
    assert by
    assert abs(step.due_at - by) < timedelta(minutes=1)


def test_the_first_letter_is_what_was_sent_under_the_decision(officer: User, case_file: CaseFile) -> None:
    decision = may_ask(officer, case_file)
    assert len(due.left_to_send(decision)) == 2
    request = requested(officer, decision)
    moved(officer, request, "send", letter(officer, request, "L1"))
    gone = Disclosure.objects.get()
    assert [who for who, _ in gone.sent] == ["surgery"]
    assert [who for who, _ in due.left_to_send(decision)] == ["police"]
    assert not gone.complete
    refused(officer, request)
    moved(officer, request, "ask_reasons", letter(officer, request, "L2"))
    assert Disclosure.objects.count() == 1, "a later letter reveals nothing new"
    assert ledger.verify().problem is None


def test_a_request_does_not_go_once_another_decision_is_in_the_place_of_its_own(
    officer: User, case_file: CaseFile
) -> None:
    decision = may_ask(officer, case_file)
    request, gone = requested(officer, decision), sent(officer, decision, "police")
    written = letter(officer, request, "L1")
    not_shared(officer, case_file, decision)
    assert letters.ready(request, "L1") is None
    with pytest.raises(letter_words.NotDue):
        letter_words.ground(request, "L1", officer)
    with pytest.raises(request_actions.NotReady):
        moved(officer, request, "send", written)
    text = browser(officer).get(f"/requests/{request.reference}/").content.decode()
    assert "Do not send this request" in text
    assert "prepare the letter" not in text
    closed(officer, request, "not_sent", "discard")
    refused(officer, gone)
    assert letter_words.ground(gone, "L2", officer), "what they know, they know"


def not_shared(officer: User, file: CaseFile, decision: Decision) -> None:
    """Another decision in the place of this one: not to share."""
    draft, _ = after_actions.start_follow_up(by=officer, decision=decision, as_="review", what="Too risky")
    said = answers(file, **NOT_SHARED) | {"started": "need"}
    draft = actions.save_draft(by=officer, draft=draft, answers=said, saves=draft.saves)
    actions.record(by=officer, draft=draft, now=NOW)


def test_a_first_letter_that_went_otherwise_than_decided_needs_a_reason(
    officer: User, case_file: CaseFile
) -> None:
    request = requested(officer, may_ask(officer, case_file))
    ready = letter(officer, request, "L1")
    values = {"sent_at": timezone.now(), "method": "in_person", "sent_to": "Nia Abara"}
    with pytest.raises(disclosing.ReasonNeeded):
        request_actions.move(by=officer, request=request, act="send", letter=ready, values=values)
    assert not Disclosure.objects.exists()
    assert requests.newest_step(request).state == "draft"
    why = values | {"reason": "She was in the office"}
    request_actions.move(by=officer, request=request, act="send", letter=ready, values=why)
    assert Disclosure.objects.get().differs_from_decision
