"""Rows that clocks look at, alone: what stands behind each is tested where it is recorded."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from cases.models import Case, TimedAccess, User
from sharing import due
from sharing.models import (
    Advice,
    AdviceAnswer,
    Asked,
    Decision,
    Disclosure,
    Draft,
    Incident,
    IncidentAnswer,
    Letter,
    LetterCheck,
    ManagerReview,
    Request,
    RequestStep,
    Review,
)
from tests.cast import LONDON

MONDAY = datetime(2026, 3, 2, 10, tzinfo=LONDON)
"""A working day, at ten."""


def _recorded(case: Case, by: User, at: datetime) -> dict[str, Any]:
    return {
        "request_key": uuid4(),
        "entry_hash": uuid4().bytes * 2,
        "recorded_at": at,
        "case": case,
        "by": by,
    }


def decision(case: Case, by: User, at: datetime, **columns: Any) -> Decision:
    """A decision to share nothing, without a day to look at it again; `columns` says otherwise."""
    usual = {
        "reference": "D-" + uuid4().hex[:6].upper(),
        "decided_at": at,
        "outcome": "share_part",
        "risk_level": "standard",
        "threshold_met": False,
        "already_sent": False,
        "included": 0,
        "withheld": 0,
    }
    return Decision.objects.create(**_recorded(case, by, at) | usual | columns)


def sent(of: Decision, at: datetime) -> None:
    """All that was decided was sent."""
    Disclosure.objects.create(
        **_recorded(of.case, of.by, at), decision=of, sent_at=at, sent=of.to_send, complete=True
    )


def reviewed(of: Decision, by: User, at: datetime, outcome: str = "close") -> None:
    """Somebody looked at it and closed it."""
    Review.objects.create(**_recorded(of.case, by, at), decision=of, outcome=outcome)


def judged_by(
    of: Decision, by: User, at: datetime, outcome: str = "agree", answer_by: datetime | None = None
) -> ManagerReview:
    """What a manager said of it; somebody who is asked answers within a day."""
    expected = answer_by or (None if outcome == "agree" else at + timedelta(days=1))
    return ManagerReview.objects.create(
        **_recorded(of.case, by, at), decision=of, outcome=outcome, answer_by=expected
    )


def draft(case: Case, by: User, at: datetime, **columns: Any) -> Draft:
    """A draft that was saved last at this moment."""
    row = Draft.objects.create(case=case, started_by=by, **columns)
    Draft.objects.filter(id=row.id).update(saved_at=at)
    row.refresh_from_db()
    return row


def completion(of: Decision, at: datetime, due_at: datetime) -> Draft:
    """The draft that completes an emergency share."""
    return draft(of.case, of.by, at, follows=of, follows_as=due.COMPLETION, due_at=due_at)


def advice(case: Case, by: User, adviser: User | None, at: datetime, reply_by: datetime) -> Advice:
    """A question."""
    return Advice.objects.create(
        **_recorded(case, by, at), adviser=adviser, adviser_kind="manager", reply_by=reply_by
    )


def advised(row: Advice, at: datetime) -> None:
    """Its answer."""
    by = row.adviser or row.by
    AdviceAnswer.objects.create(**_recorded(row.case, by, at), advice=row, outcome="answered")


def request(of: Decision, at: datetime, due_at: datetime, urgency: str = "today") -> Request:
    """A request that was sent."""
    row = Request.objects.create(
        **_recorded(of.case, of.by, at),
        decision=of,
        agency="police",
        recipient="police",
        urgency=urgency,
        reply_by=due_at,
    )
    step(row, at, due_at)
    return row


def step(row: Request, at: datetime, due_at: datetime | None, state: str = "sent") -> RequestStep:
    """The next step of a request."""
    return RequestStep.objects.create(
        **_recorded(row.case, row.by, at),
        request=row,
        number=row.steps.count() + 1,
        act="send",
        state=state,
        due_at=due_at,
    )


def letter(of: Request, by: User, at: datetime, kind: str = "L3") -> Letter:
    """A letter that a manager has to approve."""
    return Letter.objects.create(**_recorded(of.case, by, at), request=of, kind=kind)


def checked(row: Letter, by: User, at: datetime, outcome: str = "approved") -> None:
    """What a manager said of it."""
    LetterCheck.objects.create(**_recorded(row.case, by, at), letter=row, outcome=outcome)


def asked(case: Case, by: User, at: datetime, answer_by: datetime) -> Asked:
    """What an agency asks us."""
    return Asked.objects.create(
        **_recorded(case, by, at), agency="police", checked="called", received_at=at, answer_by=answer_by
    )


def incident(of: Decision, at: datetime) -> Incident:
    """Something reached the wrong person."""
    return Incident.objects.create(
        **_recorded(of.case, of.by, at),
        decision=of,
        known_at=at,
        report_by=at + timedelta(hours=72),
        in_danger="no",
    )


def judged(row: Incident, by: User, at: datetime) -> None:
    """The governance lead's answer."""
    IncidentAnswer.objects.create(**_recorded(row.case, by, at), incident=row, outcome="not_reportable")


def hurried_into(case: Case, by: User, at: datetime) -> TimedAccess:
    """Emergency access that nobody has looked at yet."""
    return TimedAccess.objects.create(
        kind="emergency", case=case, user=by, reason="Said why", begun_at=at, ends_at=at + timedelta(hours=1)
    )


def rang(found: Any) -> set[tuple[str, UUID, str]]:
    """Reminders as clock, row and person."""
    return {(row.kind, row.about, row.user.name) for row in found}
