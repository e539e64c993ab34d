"""What an agency asks us: logged, decided about with nothing asked twice, settled without a decision."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit import ledger
from cases import access_actions, open_ends
from cases.access import Hidden
from cases.models import User
from sharing import actions, after_actions, after_rows, asked, asked_actions
from sharing.models import Asked, Decision, Draft
from sharing.rules.terms import day_of
from tests.cast import CaseFile
from tests.sharing.asked_of_us import JOB, NAME, WHAT, WHY, logged
from tests.sharing.deciding import NOT_SHARED, NOW, answers, decided
from tests.sharing.following import said_of

pytestmark = pytest.mark.django_db
BACK = {"outcome": "withdrawn", "reason": "She rang to say that she has it from her own files"}


def state(row: Asked) -> asked.State:
    return asked.states([row])[row.id]


def begun(by: User, row: Asked) -> Draft:
    return asked_actions.start_answer(by=by, row=row)


def answered(by: User, file: CaseFile, row: Asked, **changes: Any) -> Decision:
    """The decision that was begun from a request, with what was filled in."""
    draft = begun(by, row)
    filled = actions.answers_of(draft)
    kept = {name: filled[name] for name in ("started", "requester_name", "requester_agency")}
    kept |= {name: filled[name] for name in ("requested_on", "requester_checked")}
    said = answers(file, **changes) | kept
    draft = actions.save_draft(by=by, draft=draft, answers=said, saves=draft.saves)
    return actions.record(by=by, draft=draft, now=NOW)


def test_everything_is_in_the_sealed_entry_and_codes_in_the_row(officer: User, case_file: CaseFile) -> None:
    row = logged(officer, case_file, agency="unlisted", agency_name="Harbour Law", checked="not_checked")
    said = said_of(row, after_rows.ASKED)
    assert (said["requester_name"], said["requester_job"], said["what"], said["why"]) == (
        NAME,
        JOB,
        WHAT,
        WHY,
    )
    assert said["agency_name"] == "Harbour Law"
    assert (row.agency, row.checked, row.by) == ("unlisted", "not_checked", officer)
    assert ledger.verify().problem is None


def test_a_draft_is_filled_in_with_what_the_request_says(officer: User, case_file: CaseFile) -> None:
    row = logged(officer, case_file)
    draft = begun(officer, row)
    said = actions.answers_of(draft)
    (who,) = said.pop("recipients")
    assert said == {
        "started": "asked",
        "requester_name": f"{NAME}, {JOB}",
        "requester_agency": "health",
        "requested_on": day_of(row.received_at).isoformat(),
        "requester_checked": "known_number",
        "urgency": "by_date",
        "decide_by": day_of(row.answer_by).isoformat(),
        "pages": {"requester": True},
    }
    assert {key: who[key] for key in ("name", "role", "agency", "why")} == {
        "name": NAME, "role": JOB, "agency": "health", "why": WHY,
    }  # fmt: skip
    assert "linked" not in who, "whether they are connected to the alleged perpetrator is always asked"
    assert (draft.asked, draft.due_at) == (row, row.answer_by)


@pytest.mark.parametrize("left", [timedelta(minutes=-5), timedelta(0)])
def test_what_is_due_today_or_late_is_for_today(officer: User, case_file: CaseFile, left: timedelta) -> None:
    row = logged(officer, case_file, answer_by=timezone.now() + left)
    said = actions.answers_of(begun(officer, row))
    assert said["urgency"] == "today"
    assert "decide_by" not in said


def test_the_decision_answers_it_and_so_does_its_correction(officer: User, case_file: CaseFile) -> None:
    row = logged(officer, case_file)
    assert state(row).code == asked.TO_ANSWER
    decision = answered(officer, case_file, row)
    assert (decision.asked, state(row).code, state(row).decision) == (row, asked.DECIDED, decision)
    draft, _ = after_actions.start_follow_up(by=officer, decision=decision, as_="correction", what="A slip")
    after = actions.record(by=officer, draft=draft, now=NOW)
    assert (after.asked, state(row).decision) == (row, after)
    assert ledger.verify().problem is None


def test_a_second_click_leads_to_the_same_draft(officer: User, case_file: CaseFile) -> None:
    row = logged(officer, case_file)
    assert begun(officer, row) == begun(officer, row)
    assert state(row).code == asked.DECIDING
    actions.discard_draft(by=officer, draft=begun(officer, row))
    assert state(row).code == asked.TO_ANSWER


def test_nobody_begins_what_another_has_begun_or_what_is_answered(
    officer: User, manager: User, granted: User, case_file: CaseFile
) -> None:
    row = logged(officer, case_file)
    draft = begun(officer, row)
    with pytest.raises(asked_actions.DecidedElsewhere):
        begun(granted, row)
    assert begun(manager, row) == draft, "a manager goes on with their team's"
    actions.discard_draft(by=officer, draft=draft)
    answered(officer, case_file, row)
    with pytest.raises(asked_actions.AnsweredAlready):
        begun(officer, row)


@pytest.mark.parametrize("outcome", ["withdrawn", "not_ours", "decision"])
def test_it_ends_without_a_decision_of_its_own(officer: User, case_file: CaseFile, outcome: str) -> None:
    row, decision = logged(officer, case_file), decided(officer, case_file)
    named = decision if outcome == "decision" else None
    said = {"outcome": outcome, "reason": "As she said", "decision": named}
    answer = asked_actions.answer_asked(by=officer, row=row, values=said)
    assert said_of(answer, after_rows.ASKED_ANSWERED)["reason"] == "As she said"
    found = state(row)
    assert (found.code, found.decision, found.open) == (asked.SETTLED, named, False)
    assert asked.answering(decision) == ([row] if named else [])
    assert ledger.verify().problem is None


def test_an_answer_that_came_meanwhile_is_read_first(officer: User, case_file: CaseFile) -> None:
    row = logged(officer, case_file)
    asked_actions.answer_asked(by=officer, row=row, values=BACK, seen=0)
    with pytest.raises(asked_actions.AnsweredAlready):
        asked_actions.answer_asked(by=officer, row=row, values=BACK, seen=0)
    asked_actions.answer_asked(by=officer, row=row, values=BACK | {"outcome": "not_ours"}, seen=1)
    found = state(row).answer
    assert found is not None
    assert found.outcome == "not_ours", "the newest answer stands"
    other = logged(officer, case_file)
    answered(officer, case_file, other)
    with pytest.raises(asked_actions.AnsweredAlready):
        asked_actions.answer_asked(by=officer, row=other, values=BACK)


def test_a_case_names_it_until_it_is_answered(officer: User, case_file: CaseFile) -> None:
    row, case = logged(officer, case_file), case_file.case
    (line,) = asked.attention(case, officer)
    assert row.reference in line["words"]
    assert [one.blocks for one in open_ends.of(case, officer) if row.reference in one.words] == [True]
    asked_actions.answer_asked(by=officer, row=row, values=BACK)
    assert asked.attention(case, officer) == []
    assert not [one for one in open_ends.of(case, officer) if row.reference in one.words]


def test_where_many_stand_costs_as_much_as_where_one_stands(
    officer: User, case_file: CaseFile, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        logged(officer, case_file)
    answered(officer, case_file, logged(officer, case_file), **NOT_SHARED)
    begun(officer, logged(officer, case_file))
    with django_assert_num_queries(5):
        listed = asked.of_case(case_file.case)
    assert [one["state"].open for one in listed] == [True] * 4 + [False]


def test_whoever_lost_the_case_can_do_nothing(
    officer: User, granted: User, manager: User, case_file: CaseFile
) -> None:
    row = logged(officer, case_file)
    access_actions.end_grant(by=manager, case=case_file.case, user=granted)
    tries: list[Callable[[], Any]] = [
        lambda: logged(granted, case_file),
        lambda: begun(granted, row),
        lambda: asked_actions.answer_asked(by=granted, row=row, values=BACK),
        lambda: asked.fetch(granted, row.reference),
    ]
    for act in tries:
        with pytest.raises(Hidden):
            act()


def test_a_decision_that_waits_for_advice_is_no_answer_at_a_glance(
    officer: User, case_file: CaseFile
) -> None:
    row = logged(officer, case_file)
    changes = NOT_SHARED | {"outcome": "not_yet", "reasons": [], "adviser": "manager"}
    answered(officer, case_file, row, **changes)
    assert state(row).tag(row.answer_by, timezone.now())[0] == "Not decided yet"
    assert asked.attention(case_file.case, officer) == [], "the look back at the decision has its own day"
