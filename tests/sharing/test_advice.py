"""Advice: whom it may go to, what must not be in it, what a decision records of it, what waits for whom."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import Http404
from django.utils import timezone

from audit import ledger
from cases import access, access_actions
from cases.models import Organisation, User
from sharing import actions, advice, advice_actions, after_actions, after_rows, projection
from sharing.access import advice_asked_of, fetch_advice
from sharing.access import advisers_for as may_ask
from sharing.answers import facts_of, fingerprint
from sharing.models import Advice, Draft
from sharing.rules import advice as rules
from tests.cast import CaseFile, UserFactory
from tests.sharing.advising import ANSWER, SOLICITOR, TEXTS, answer, ask
from tests.sharing.deciding import NOT_SHARED, NOW, alter_seal, behind_the_guards, draft_of
from tests.sharing.following import said_of

pytestmark = pytest.mark.django_db
MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


@pytest.mark.parametrize(
    ("kind", "found", "reason", "says", "may"),
    [
        ("manager", [], "", None, True),
        ("legal", [], "", None, True),
        ("manager", ["name"], "", "point.identity_leak", False),
        ("practitioner", ["name"], " \n", "point.identity_leak", False),
        ("governance", ["name", "phone"], "She asked me to", "point.identity_leak", True),
        ("legal", ["postcode"], "They must know", "stop.identity_leak", False),
        ("other", ["name"], "They must know", "stop.identity_leak", False),
    ],
)
def test_who_it_is_about_is_a_point_within_and_a_stop_outside(
    kind: str, found: list[str], reason: str, says: str | None, may: bool
) -> None:
    finding = rules.identity_leak(kind, found)
    assert (finding and finding.words) == says
    assert rules.may_ask(finding, reason) is may


def test_by_when_an_answer_is_asked_for() -> None:
    assert rules.answer_by(MONDAY, 3, pressing=False) == date(2026, 3, 5)
    assert rules.answer_by(MONDAY, 3, pressing=True) == date(2026, 3, 3) == rules.last_day(MONDAY)
    assert rules.answer_by(FRIDAY, 1, pressing=True, bank_holidays={date(2026, 3, 9)}) == date(2026, 3, 10)


def test_who_may_be_asked(
    case_file: CaseFile, officer: User, manager: User, other_manager: User, governance: User,
    administrator: User, excluded: User, deactivated: User,
) -> None:  # fmt: skip
    found = list(may_ask(officer, case_file.case))
    assert found[0] == manager
    assert {manager, other_manager, governance} <= set(found)
    assert {officer, administrator, excluded, deactivated}.isdisjoint(found)
    for nobody in (officer, excluded, deactivated):
        with pytest.raises(advice_actions.NoAdviser):
            ask(officer, case_file.case, nobody)
    with pytest.raises(advice_actions.NoAdviser):
        ask(officer, case_file.case, manager, adviser_kind="governance")
    with pytest.raises(advice_actions.NoAdviser):
        ask(officer, case_file.case, manager, adviser_kind="legal")
    with pytest.raises(Http404):
        ask(excluded, case_file.case, manager)
    assert not Advice.objects.exists()


def test_a_question_that_names_somebody_goes_nowhere(
    case_file: CaseFile, officer: User, manager: User
) -> None:
    telling = {"situation": "Roz is at AB1 2CD; ring 07700 900123", "options": "Write to roz@example.org"}
    with pytest.raises(advice_actions.NamesSomebody) as refused:
        ask(officer, case_file.case, None, left_in="The solicitor must know", **telling)
    assert refused.value.finding.kind == "stop"
    assert set(refused.value.found) == {"situation", "options"}
    with pytest.raises(advice_actions.NamesSomebody):
        ask(officer, case_file.case, manager, **telling)
    assert not Advice.objects.exists()
    asked = ask(officer, case_file.case, manager, left_in="She knows the family already", **telling)
    assert {"name", "phone", "email"} <= set(asked.leaks)
    assert said_of(asked, after_rows.ADVICE_ASKED)["left_in"] == "She knows the family already"


def test_the_adviser_answers_once_and_nobody_for_them(
    case_file: CaseFile, officer: User, governance: User, manager: User
) -> None:
    key = uuid4()
    asked = ask(officer, case_file.case, governance, request_key=key)
    with pytest.raises(ledger.DuplicateRequest):
        ask(officer, case_file.case, governance, request_key=key)
    for other in (officer, manager):
        with pytest.raises(Http404):
            answer(other, asked)
    given = answer(governance, asked)
    assert said_of(given, after_rows.ADVICE_ANSWERED)["answer"] == ANSWER
    with pytest.raises(advice_actions.Settled):
        answer(governance, asked)
    with pytest.raises(advice_actions.Settled):
        advice_actions.take_back_advice(by=officer, asked=asked)
    ledger.verify()


def test_what_somebody_outside_said_is_written_down_by_whoever_works_on_the_case(
    case_file: CaseFile, officer: User, governance: User, manager: User
) -> None:
    asked = ask(officer, case_file.case, None)
    at = timezone.now() - timedelta(hours=1)
    with pytest.raises(Http404):
        answer(governance, asked)
    given = answer(manager, asked, answered_by=SOLICITOR, answered_at=at)
    said = said_of(given, after_rows.ADVICE_ANSWERED)
    assert (said["answered_by"], said["answered_at"]) == (SOLICITOR, at.isoformat())
    (entry,) = [one for one in ledger.history(asked.case_id) if one.kind == "advice.answered"]
    assert entry.occurred_at == at


def test_the_adviser_reads_until_it_is_taken_back_or_they_are_shut_out(
    case_file: CaseFile, officer: User, governance: User, manager: User, colleague: User
) -> None:
    case = case_file.case
    taken, read, left = (ask(officer, case, one) for one in (governance, colleague, colleague))
    assert fetch_advice(governance, taken.reference) == taken
    answer(colleague, read)
    assert fetch_advice(colleague, read.reference) == read
    advice_actions.take_back_advice(by=manager, asked=taken, reason="Not needed any more")
    with pytest.raises(Http404):
        fetch_advice(governance, taken.reference)
    assert fetch_advice(officer, taken.reference) == taken
    access_actions.exclude(by=manager, case=case, user=colleague, reason="His cousin")
    assert not advice_asked_of(colleague).exists()
    for one in (read, left):
        with pytest.raises(Http404):
            fetch_advice(colleague, one.reference)
    with pytest.raises(Http404):
        answer(colleague, left)


def test_looking_is_entered_and_gives_an_adviser_nothing_of_the_case(
    case_file: CaseFile, officer: User, governance: User, colleague: User
) -> None:
    asked = ask(officer, case_file.case, governance)
    with advice_actions.see_advice(by=governance, asked=asked) as held:
        assert held == frozenset()
    with advice_actions.see_advice(by=officer, asked=asked) as held:
        assert "work" in held
    with pytest.raises(access.Hidden), advice_actions.see_advice(by=colleague, asked=asked):
        pass
    looked = [one.actor for one in ledger.history(asked.case_id) if one.kind == "advice.viewed"]
    assert looked == [governance.id, officer.id]


def _seen(draft: Draft) -> str:
    """The mark that a check page of this draft would carry now."""
    draft = Draft.objects.select_related("case").get(id=draft.id)
    facts = facts_of(actions.answers_of(draft), case=draft.case, organisation=Organisation.current(), now=NOW)
    return fingerprint(draft.saves, facts, advice.marks(advice.for_draft(draft)))


def test_a_decision_records_its_advice_as_it_was_seen(
    case_file: CaseFile, officer: User, governance: User
) -> None:
    draft = draft_of(officer, case_file)
    before = _seen(draft)
    asked = ask(officer, case_file.case, governance, draft=draft)
    waiting = _seen(draft)
    ask(officer, case_file.case, governance)
    answer(governance, asked)
    for stale in (before, waiting):
        with pytest.raises(actions.DraftChanged):
            actions.record(by=officer, draft=draft, seen=stale, now=NOW)
    decision = actions.record(by=officer, draft=draft, seen=_seen(draft), now=NOW)
    (said,) = projection.said_of(decision)["advice"]
    assert (said["reference"], said["answer"], said["answered_by"]) == (
        asked.reference, ANSWER, governance.name
    )  # fmt: skip
    assert {name: said[name] for name in TEXTS} == TEXTS
    with pytest.raises(actions.DraftChanged):
        ask(officer, case_file.case, governance, draft=draft)
    ledger.verify()


def test_an_answer_that_comes_while_it_is_recorded_stops_it(
    case_file: CaseFile, officer: User, governance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_of(officer, case_file)
    asked = ask(officer, case_file.case, governance, draft=draft)
    sealed = actions._prepare

    def slowly(*args: Any) -> Any:
        ready = sealed(*args)
        answer(governance, asked)
        return ready

    monkeypatch.setattr(actions, "_prepare", slowly)
    with pytest.raises(actions.DraftChanged):
        actions.record(by=officer, draft=draft, now=NOW)
    assert not case_file.case.decisions.exists()


def test_an_answer_after_not_yet_belongs_to_the_decision_that_follows(
    case_file: CaseFile, officer: User, governance: User
) -> None:
    points = {"high_risk_not_shared": "I ask first"}
    waiting = {"outcome": "not_yet", "doubt": "ask", "review_on": "2099-01-01"}
    draft = draft_of(officer, case_file, points=points, **waiting)
    asked = ask(officer, case_file.case, governance, draft=draft)
    waits = actions.record(by=officer, draft=Draft.objects.get(id=draft.id), now=NOW)
    assert projection.said_of(waits)["advice"][0]["outcome"] == ""
    answer(governance, asked)
    (line,) = advice.answered_for(officer)
    assert (line.what, line.reference) == ("Advice has come: go on with", waits.reference)
    follows, _ = after_actions.start_follow_up(by=officer, decision=waits, as_="review")
    assert "advice" not in actions.answers_of(follows)
    assert advice.answered_for(officer) == []
    saved = actions.save_draft(
        by=officer, draft=follows, saves=follows.saves,
        answers=actions.answers_of(draft_of(officer, case_file, **NOT_SHARED)),
    )  # fmt: skip
    decision = actions.record(by=officer, draft=saved, now=NOW)
    assert projection.said_of(decision)["advice"][0]["answer"] == ANSWER


def test_what_was_altered_is_recorded_with_nothing(
    case_file: CaseFile, officer: User, governance: User
) -> None:
    draft = draft_of(officer, case_file)
    asked = ask(officer, case_file.case, governance, draft=draft)
    alter_seal(asked)
    with pytest.raises(Exception, match=asked.reference):
        actions.record(by=officer, draft=draft, now=NOW)
    assert not case_file.case.decisions.exists()
    with behind_the_guards():
        Advice.objects.filter(id=asked.id).update(adviser_kind="legal")
    (card,) = advice.cards([Advice.objects.get(id=asked.id)])
    assert card["problem"]


def test_what_waits_for_whom(
    case_file: CaseFile, officer: User, governance: User, manager: User, django_assert_num_queries: Any
) -> None:
    draft = draft_of(officer, case_file)
    of_draft = ask(officer, case_file.case, governance, draft=draft)
    loose = ask(officer, case_file.case, governance)
    outside = ask(officer, case_file.case, None)
    overdue = ask(officer, case_file.case, manager, reply_by=timezone.localdate() - timedelta(days=1))
    assert [(one.reference, one.case) for one in advice.to_answer(governance)] == sorted(
        (one.reference, "") for one in (of_draft, loose)
    )
    assert [one.reference for one in advice.to_answer(manager)] == [overdue.reference]
    assert {one.reference for one in advice.to_chase(officer)} == {outside.reference, overdue.reference}
    assert advice.answered_for(officer) == []
    for one in (of_draft, loose):
        answer(governance, one)
    assert advice.to_answer(governance) == []
    assert {one.reference for one in advice.answered_for(officer)} == {draft.reference, loose.reference}
    with advice_actions.see_advice(by=officer, asked=loose):
        pass
    with django_assert_num_queries(4):
        assert {one.reference for one in advice.answered_for(officer)} == {draft.reference}
    actions.record(by=officer, draft=draft, now=NOW)
    assert advice.answered_for(officer) == []


def test_whoever_takes_the_case_over_chases_its_advice(
    case_file: CaseFile, officer: User, manager: User, team: Any
) -> None:
    asked = ask(officer, case_file.case, None)
    heir = UserFactory(teams=[team])
    leaver = UserFactory(teams=[team])
    left = ask(officer, case_file.case, leaver)
    User.objects.filter(id=leaver.id).update(is_active=False)
    access_actions.allocate(by=manager, case=case_file.case, owner=heir)
    assert {one.reference for one in advice.to_chase(heir)} == {asked.reference, left.reference}
    assert advice.to_chase(officer) == []
    assert answer(heir, asked, answered_by=SOLICITOR, answered_at=timezone.now())


def test_a_case_names_its_open_questions(case_file: CaseFile, officer: User, manager: User) -> None:
    asked = ask(officer, case_file.case, manager)
    (told,) = advice.attention(case_file.case, officer)
    assert asked.reference in told["words"]
    assert [one.blocks for one in advice.open_ends(case_file.case)] == [False]
    answer(manager, asked)
    assert advice.attention(case_file.case, officer) == []
