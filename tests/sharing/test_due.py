"""What is due after a decision: only what is somebody's own, only what nothing follows, in few queries."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import User
from sharing import actions, due, rules
from sharing.models import Decision, Disclosure, Draft, Review
from tests.cast import CaseFile, make_case
from tests.sharing.deciding import NOT_SHARED, NOW, decided, draft_of, item

SEND_BY = "2026-03-03T16:00:00+00:00"
BOTH_SHARED = {"could_make_less_safe": "She has been moved", "stale_item": "It is still so"}


def sent(decision: Decision, pairs: list[Any], *, complete: bool = False) -> Disclosure:
    """A row alone: what stands behind it is tested where it is recorded."""
    now = timezone.now()
    return Disclosure.objects.create(
        request_key=uuid4(), entry_hash=uuid4().bytes * 2, recorded_at=now, case_id=decision.case_id,
        by=decision.by, decision=decision, sent_at=now, sent=pairs, method="portal", complete=complete,
    )  # fmt: skip


def looked_at(decision: Decision, outcome: str, review_on: date | None) -> None:
    """A row alone."""
    Review.objects.create(
        request_key=uuid4(), entry_hash=uuid4().bytes * 2, recorded_at=timezone.now(),
        case_id=decision.case_id, by=decision.by, decision=decision, outcome=outcome, review_on=review_on,
    )  # fmt: skip


def followed(decision: Decision, file: CaseFile, as_: str = "correction", **changes: Any) -> Decision:
    """Another decision that follows it."""
    draft = draft_of(decision.by, file, **changes)
    Draft.objects.filter(id=draft.id).update(follows=decision, follows_as=as_)
    return actions.record(by=decision.by, draft=Draft.objects.get(id=draft.id), now=NOW)


def share_both(officer: User, file: CaseFile) -> Decision:
    """A decision of which two things are to be sent."""
    shared = item(file.older.id, third_party_effect="None: it is about a door")
    items = [item(file.information.id), shared]
    return decided(
        officer,
        file,
        outcome="share_all",
        items=items,
        send_by=SEND_BY,
        points=BOTH_SHARED,
        already_sent=False,
    )


def test_what_is_to_be_sent_is_due_by_its_moment(officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file, send_by=SEND_BY)
    (found,) = due.unsent(officer)
    assert (found.decision, found.left) == (decision, (("police", str(case_file.information.id)),))
    assert found.due_at == datetime.fromisoformat(SEND_BY)
    assert not found.overdue(NOW)
    assert found.overdue(NOW + timedelta(days=1))


def test_what_is_sent_in_parts_is_due_until_the_last(officer: User, case_file: CaseFile) -> None:
    decision = share_both(officer, case_file)
    first, last = decision.to_send
    sent(decision, [first])
    (found,) = due.unsent(officer)
    assert found.left == (tuple(last),)
    assert due.left_to_send(decision) == [tuple(last)]
    sent(decision, [last])
    assert due.unsent(officer) == []
    assert due.left_to_send(decision) == []


def test_nothing_more_will_be_sent(officer: User, case_file: CaseFile) -> None:
    decision = share_both(officer, case_file)
    sent(decision, [], complete=True)
    assert due.unsent(officer) == []
    assert due.left_to_send(decision) == []
    sent(decision, [])
    assert len(due.unsent(officer)) == 1, "what was said last stands"


def test_a_followed_decision_is_due_no_more(officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file, send_by=SEND_BY, review_on="2026-03-20")
    after = followed(decision, case_file, send_by=SEND_BY)
    assert [one.decision for one in due.unsent(officer)] == [after]
    assert due.left_to_send(decision) == []
    assert due.reviews_due(officer) == []


def test_what_was_sent_stays_sent_when_the_decision_is_corrected(officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file, send_by=SEND_BY)
    sent(decision, decision.to_send, complete=True)
    after = followed(decision, case_file, send_by=SEND_BY)
    assert due.left_to_send(after) == []
    assert due.unsent(officer) == []


def test_neither_not_sharing_nor_what_was_sent_already_is_to_be_sent(
    officer: User, case_file: CaseFile
) -> None:
    decided(officer, case_file, **NOT_SHARED)
    decided(officer, case_file, already_sent=True, sent_at="2026-03-03T09:00:00+00:00")
    assert due.unsent(officer) == []


def test_reviews(officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file, **NOT_SHARED | {"review_on": "2026-03-20"})
    assert _reviews(officer) == [(decision, date(2026, 3, 20))]
    looked_at(decision, "still_right", date(2026, 4, 17))
    assert _reviews(officer) == [(decision, date(2026, 4, 17))]
    looked_at(decision, "close", None)
    assert _reviews(officer) == []
    undated = decided(officer, case_file)
    assert _reviews(officer) == []
    looked_at(undated, "still_right", date(2026, 5, 1))
    assert _reviews(officer) == [(undated, date(2026, 5, 1))]


def _reviews(user: User) -> list[tuple[Decision, date]]:
    found = due.reviews_due(user)
    assert [one.due_at for one in found] == [rules.ends(one.due_at.date()) for one in found]
    return [(one.decision, one.due_at.date()) for one in found]


def test_an_emergency_share_is_to_be_completed(officer: User, manager: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file, already_sent=True)
    entry = decision.entry_hash
    emergency = Decision.objects.create(
        **{name: getattr(decision, name) for name in ("case", "by", "decided_at", "recorded_at", "outcome",
        "risk_level", "threshold_met", "already_sent", "included", "withheld")},
        reference="D-EEEEEE", request_key=uuid4(), entry_hash=bytes(entry)[::-1], emergency=True,
    )  # fmt: skip
    (found,) = due.completions_due(officer)
    assert (found.decision, found.draft) == (emergency, None)
    assert found.due_at > emergency.recorded_at
    draft = draft_of(officer, case_file)
    at = timezone.now() + timedelta(days=3)
    Draft.objects.filter(id=draft.id).update(follows=emergency, follows_as=due.COMPLETION, due_at=at)
    (found,) = due.completions_due(officer)
    assert (found.draft, found.due_at) == (draft, at)
    assert due.completions_due(manager) == [], "a manager's list is not that of the whole team"
    actions.record(by=officer, draft=Draft.objects.get(id=draft.id), now=NOW)
    assert due.completions_due(officer) == []


@pytest.mark.parametrize(
    ("member", "sees"),
    [
        ("officer", True), ("granted", True), ("manager", False), ("colleague", False), ("excluded", False),
        ("governance", False), ("deactivated", False), ("superuser", False),
    ],
)  # fmt: skip
def test_whose_it_is(
    member: str, sees: bool, officer: User, case_file: CaseFile, request: pytest.FixtureRequest
) -> None:
    decided(officer, case_file, send_by=SEND_BY, review_on="2026-03-20")
    user = request.getfixturevalue(member)
    assert bool(due.unsent(user)) is sees
    assert bool(due.reviews_due(user)) is sees


def test_what_a_manager_recorded_is_theirs(manager: User, case_file: CaseFile) -> None:
    decided(manager, case_file, send_by=SEND_BY, review_on="2026-03-20")
    assert due.unsent(manager)
    assert due.reviews_due(manager)


def test_queries_do_not_grow(officer: User, case_file: CaseFile) -> None:
    lists = (due.unsent, due.reviews_due, due.completions_due)
    share_both(officer, case_file)
    before = [_queries(one, officer) for one in lists]
    other = make_case(officer, case_file.case.team)
    for file in (case_file, other, other):
        decision = share_both(officer, file)
        sent(decision, decision.to_send[:1])
        decided(officer, file, **NOT_SHARED)
    assert [_queries(one, officer) for one in lists] == before
    assert len(due.unsent(officer)) == 4
    assert len(due.reviews_due(officer)) == 3


def _queries(one: Any, user: User) -> int:
    with CaptureQueriesContext(connection) as captured:
        for found in one(user):
            assert found.decision.case.reference
    return len(captured)
