"""What a manager records: what they say of a decision, a quality sample, their answers about its decisions.

The actor is always `by`. Encryption is done before the transaction opens; under the lock the policy is asked
again, then the entry is appended and the row that stands for it saved. A repeated request has one effect.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import access as case_access
from cases import events, working_days
from cases.acting import plain
from cases.models import Organisation, User
from sharing import after_rows, reviewing, sampling
from sharing.actions import AlreadyFollowed
from sharing.appending import append
from sharing.models import Decision, ManagerReview, Sample, SampleAnswer
from sharing.rules import reviewing as rule
from sharing.rules import sampling as sample_rule
from sharing.rules.terms import day_of

Values = Mapping[str, Any]
Rights = frozenset[case_access.What]


class OwnDecision(Exception):  # noqa: N818 - it is what happened, not a fault
    """Nobody reviews a decision that they made."""


class SaidMeanwhile(Exception):  # noqa: N818 - it is what happened, not a fault
    """Something was said of the decision since the page was opened: it was not read yet."""


class NotOver(Exception):  # noqa: N818 - it is what happened, not a fault
    """The month is not over: its sample would change."""


class NotSampled(Exception):  # noqa: N818 - it is what happened, not a fault
    """The decision is not in the sample."""


class AnsweredMeanwhile(Exception):  # noqa: N818 - it is what happened, not a fault
    """The questions were answered about this decision already: `row`."""

    def __init__(self, row: SampleAnswer) -> None:
        super().__init__("the questions are answered already")
        self.row = row


@contextmanager
def see_to_review(*, by: User, decision: Decision) -> Iterator[Rights]:
    """Read a decision in the block to review it, its entry in the same transaction (`cases.actions.see`).

    Raises:
        Http404, PermissionDenied: the user may not review decisions of this case.
    """
    content = {"reference": decision.reference, "to_review": True}
    sealed = events.seal("decision.viewed", content, case=decision.case, by=by, now=timezone.now())
    with transaction.atomic(durable=True):
        yield case_access.require(by, "approve", decision.case)
        ledger.append(sealed)


def judge(
    *, by: User, decision: Decision, values: Values, seen: int | None = None, request_key: UUID | None = None
) -> ManagerReview:
    """Record what a manager says of a decision. The decision stays as it is; the newest word stands.

    Args:
        values: `outcome` (a code of the list `manager_outcome`) and `reason`.
        seen: the `reviewing.mark` of the decision when the page was opened; None: not compared.

    Raises:
        OwnDecision: they made it themselves.
        AlreadyFollowed: another decision follows it: that one is looked at.
        SaidMeanwhile: somebody else said something of it since the page was opened.
        ledger.DuplicateRequest: this request is recorded already.
    """
    case_access.require(by, "approve", decision.case)
    if decision.by_id == by.id:
        raise OwnDecision
    key = request_key or uuid4()

    def allowed() -> None:
        case_access.require(by, "approve", decision.case)
        if ledger.entry(key):
            return  # it is recorded already, and that is said
        if follower := decision.followed_by.first():
            raise AlreadyFollowed(follower)
        if seen is not None and reviewing.mark(decision) != seen:
            raise SaidMeanwhile

    found: ManagerReview = append(
        after_rows.JUDGED,
        _judged(decision, values),
        by=by,
        case=decision.case,
        allowed=allowed,
        request_key=key,
    )
    return found


def _judged(decision: Decision, values: Values) -> dict[str, Any]:
    """What the entry of a manager's review says."""
    now, outcome = timezone.now(), values["outcome"]
    year = day_of(now).year
    closed = working_days.closed(Organisation.current(), (year, year + 1))
    expected = rule.answer_by(outcome, now, high=rule.high_risk(decision), closed=closed)
    return {
        "reference": decision.reference,
        "outcome": outcome,
        "reason": values["reason"],
        "row": {
            "id": str(uuid4()),
            "decision_id": str(decision.id),
            "outcome": outcome,
            "answer_by": plain(expected),
        },
    }


# --- the quality sample ---------------------------------------------------------------------------


def draw_sample(
    *, by: User, month: sample_rule.Month, today: date | None = None, request_key: UUID | None = None
) -> Sample:
    """Draw the quality sample of a month: a seed, and how many decisions it holds. There is one for a month.

    Whoever draws again gets the one that was drawn first.

    Args:
        today: the local day, for tests and made-up cases.

    Raises:
        Http404: they are no manager.
        NotOver: the month is not over.
    """
    if not month.over(today or timezone.localdate()):
        raise NotOver
    case_access.require_role(by, User.Role.MANAGER)
    if drawn := sampling.of_month(month):
        return drawn
    drawing = sampling.drawing(month, secrets.token_bytes(sample_rule.SEED_BYTES), by, timezone.now())
    drawing.request_key = request_key or drawing.request_key
    sealed = events.seal(
        sampling.KIND,
        sampling.content(drawing),
        by=by,
        now=drawing.recorded_at,
        request_key=drawing.request_key,
    )
    with transaction.atomic(durable=True):
        # One row that is always there: two managers who draw at once take turns.
        list(Organisation.objects.select_for_update().filter(id=1))
        case_access.require_role(by, User.Role.MANAGER)
        if drawn := sampling.of_month(month):
            return drawn
        entry = ledger.append(sealed)
        drawing.entry_hash = entry.hash
        drawing.save(force_insert=True)
    return drawing


def answer_sample(
    *, by: User, sample: Sample, decision: Decision, values: Values, request_key: UUID | None = None
) -> SampleAnswer:
    """Record the answers to the six questions about a sampled decision: once, for good.

    Args:
        values: `answers` (code of the question → yes, no, not_applicable), `note` (what to learn from it;
            its author reads it).

    Raises:
        OwnDecision: they made it themselves.
        NotSampled: the sample does not hold it.
        AnsweredMeanwhile: somebody else has answered.
        ledger.DuplicateRequest: this request is recorded already.
    """
    case_access.require(by, "approve", decision.case)
    if decision.by_id == by.id:
        raise OwnDecision
    if not sampling.why_in(sample, decision):
        raise NotSampled
    note, answers = values.get("note") or "", dict(values["answers"])
    said = {
        "reference": decision.reference,
        "since": plain(sample.since),
        "answers": answers,
        "note": note,
        "row": {
            "id": str(uuid4()),
            "decision_id": str(decision.id),
            "sample_id": str(sample.id),
            "answers": answers,
            "learning": bool(note),
        },
    }
    key = request_key or uuid4()

    def allowed() -> None:
        case_access.require(by, "approve", decision.case)
        first = SampleAnswer.objects.select_related("by").filter(sample=sample, decision=decision).first()
        if first and not ledger.entry(key):
            raise AnsweredMeanwhile(first)

    found: SampleAnswer = append(
        after_rows.SAMPLED, said, by=by, case=decision.case, allowed=allowed, request_key=key
    )
    return found
