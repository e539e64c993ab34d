"""What is recorded after a decision: what was sent, a look back, what reached the wrong person.

The actor is always `by`. Encryption is done before the transaction opens; under the case's lock the policy is
asked, then the entry is appended and the row that stands for it saved. A repeated request has one effect.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import access as case_access
from cases import events, fields
from cases.acting import plain
from cases.models import Case, User
from sharing import access, after_rows, disclosing, follow, projection, watch
from sharing.actions import AlreadyFollowed
from sharing.appending import append
from sharing.models import Decision, Disclosure, Draft, Incident, IncidentAnswer, Review
from sharing.models.after import new_incident_reference
from sharing.rules import after
from sharing.rules.terms import day_of

UNLOGGED = frozenset({"start_follow_up"})
"""The actions that append nothing: a draft never appears in a log."""

Values = Mapping[str, Any]


class HappenedMeanwhile(Exception):  # noqa: N818 - it is what happened, not a fault
    """What the watch looks at grew since the page of the review was opened: it was not looked at yet."""


class SentMeanwhile(Exception):  # noqa: N818 - it is what happened, not a fault
    """Something else was recorded as sent since the page was opened."""


# --- what was sent --------------------------------------------------------------------------------


def mark_sent(
    *, by: User, decision: Decision, values: Values, seen: int | None = None, request_key: UUID | None = None
) -> Disclosure:
    """Record what was sent. A fact is never refused; one that differs from the decision needs its reason.

    Args:
        values: `pairs` (of a recipient's and an item's key), `other_recipient`, `other_item` (typed),
            `sent_at` (aware), `method`, `sent_reference`, `sent_by` (empty: the actor), `complete` (nothing
            more is to be sent), `reason`.
        seen: how many disclosures the page showed; None: as many as there are now.

    Raises:
        disclosing.ReasonNeeded: it differs, or went before its lawful basis was chosen, without a reason.
        SentMeanwhile: somebody else recorded one since the page was opened.
        ledger.DuplicateRequest: this request is recorded already.
    """
    case_access.require(by, "follow", decision.case)
    said = projection.said_of(decision)
    content = disclosing.content(decision, said, values, by)
    before = decision.disclosures.count() if seen is None else seen

    def allowed() -> None:
        case_access.require(by, "follow", decision.case)
        if decision.disclosures.count() != before and not ledger.entry(key):
            raise SentMeanwhile

    key = request_key or uuid4()
    disclosure: Disclosure = append(
        after_rows.SENT,
        content,
        by=by,
        case=decision.case,
        allowed=allowed,
        request_key=key,
        occurred_at=values["sent_at"],
    )
    return disclosure


# --- another decision -----------------------------------------------------------------------------


def start_follow_up(
    *, by: User, decision: Decision, as_: str, what: str = "", request_key: UUID | None = None
) -> tuple[Draft, int]:
    """A draft that follows a decision, prefilled with it, and how many things the case no longer holds.

    Somebody's second click, on the same page or another day, leads to the draft that the first one made.

    Args:
        as_: a code of the list `follows_as`.
        what: what is wrong with the decision, or why a new one is needed.

    Raises:
        AlreadyFollowed: another decision follows it already.
    """
    case_access.require(by, "work", decision.case)
    answers, gone = follow.answers_from(
        projection.said_of(decision), decision.case, anew=as_ != follow.CORRECTION
    )
    answers |= {follow.WRONG: what} if what else {}
    draft = Draft(
        id=request_key or uuid4(),
        case=decision.case,
        started_by=by,
        answers=json.dumps(answers, ensure_ascii=False),
        follows=decision,
        follows_as=as_,
        asked_id=decision.asked_id,
    )
    fields.seal_fields(draft)
    with transaction.atomic(durable=True):
        Case.objects.select_for_update().get(id=decision.case_id)
        case_access.require(by, "work", decision.case)
        if follower := decision.followed_by.first():
            raise AlreadyFollowed(follower)
        if open_one := open_follow_up(by, decision, as_):
            return open_one, 0
        draft.save(force_insert=True)
    return draft, gone


def open_follow_up(user: User, decision: Decision, as_: str) -> Draft | None:
    """The draft that the user can go on with, where one that follows the decision so is open."""
    found = access.drafts_for(user).filter(follows=decision, follows_as=as_)
    return found.select_related("case", "started_by").order_by("started_at").first()


# --- looking back ---------------------------------------------------------------------------------


def review(
    *, by: User, decision: Decision, values: Values, seen: int | None = None, request_key: UUID | None = None
) -> Review:
    """Record a look back at a decision.

    Args:
        values: `outcome` (a code of the list `review_outcome`), `reason`, `review_on` (a date, where it is
            still right). Where a new decision is needed, it is due on the same day.
        seen: the `watch.mark` of the case when the page was opened; None: not compared.

    Raises:
        AlreadyFollowed: another decision follows it: that one is looked at.
        HappenedMeanwhile: an assessment or a request to us was recorded since the page was opened.
    """
    key = request_key or uuid4()
    outcome = values["outcome"]
    days = {"still_right": values.get("review_on"), "new_decision": day_of(timezone.now())}
    said = {
        "reference": decision.reference,
        "outcome": outcome,
        "reason": values["reason"],
        "row": {
            "id": str(uuid4()),
            "decision_id": str(decision.id),
            "outcome": outcome,
            "review_on": plain(days.get(outcome)),
        },
    }

    def allowed() -> None:
        case_access.require(by, "follow", decision.case)
        if follower := decision.followed_by.first():
            raise AlreadyFollowed(follower)
        if seen is not None and watch.mark(decision.case) != seen and not ledger.entry(key):
            raise HappenedMeanwhile

    found: Review = append(
        after_rows.REVIEWED, said, by=by, case=decision.case, allowed=allowed, request_key=key
    )
    return found


# --- it reached the wrong person ------------------------------------------------------------------

_OF_INCIDENT = ("what", "who_has_it", "could_do", "done", "told_other")
_OF_ANSWER = ("reason", "regulator_reference", "late_reason", "people_told", "people_reason")


def report_wrong_recipient(
    *,
    by: User,
    decision: Decision,
    values: Values,
    disclosure: Disclosure | None = None,
    request_key: UUID | None = None,
) -> Incident:
    """Record that something reached the wrong person. The clock of Article 33 runs from when it was known.

    Args:
        values: `what`, `who_has_it`, `could_do`, `done`, `told_other` (texts), `in_danger` (a code of that
            list), `told` (codes of the list `incident_told`), `known_at` (aware, not after now).
        disclosure: what was sent when it happened, where that was recorded.
    """
    reference = new_incident_reference()
    said = {name: values.get(name) or "" for name in _OF_INCIDENT} | {
        "reference": decision.reference,
        "incident": reference,
        "row": {
            "id": str(uuid4()),
            "reference": reference,
            "decision_id": str(decision.id),
            "disclosure_id": str(disclosure.id) if disclosure else None,
            "report_by": plain(after.report_by(values["known_at"])),
            "in_danger": values["in_danger"],
            "told": list(values["told"]),
        },
    }
    found: Incident = append(
        after_rows.WRONG_PERSON,
        said,
        by=by,
        case=decision.case,
        allowed=lambda: case_access.require(by, "follow", decision.case),
        request_key=request_key,
        occurred_at=values["known_at"],
    )
    return found


def answer_incident(
    *, by: User, incident: Incident, values: Values, request_key: UUID | None = None
) -> IncidentAnswer:
    """Record what the governance lead decided about an incident; the newest answer stands.

    Args:
        values: `outcome` (a code of the list `incident_outcome`), `reported_at` (aware) with
            `regulator_reference` and, after the 72 hours, `late_reason`; `reason`; `people_told` (a code of
            that list) with `people_reason`.
    """
    said = {name: values.get(name) or "" for name in _OF_ANSWER} | {
        "incident": incident.reference,
        "outcome": values["outcome"],
        "reported_at": plain(values.get("reported_at")),
        "row": {"id": str(uuid4()), "incident_id": str(incident.id), "outcome": values["outcome"]},
    }
    found: IncidentAnswer = append(
        after_rows.ANSWERED,
        said,
        by=by,
        case=incident.case,
        allowed=lambda: access.require_incident(by, incident, to_answer=True),
        request_key=request_key,
    )
    return found


@contextmanager
def see_incident(*, by: User, incident: Incident) -> Iterator[None]:
    """Read an incident in the block, with its entry in the same transaction (`cases.actions.see`)."""
    content = {"incident": incident.reference}
    sealed = events.seal("incident.viewed", content, case=incident.case, by=by, now=timezone.now())
    with transaction.atomic(durable=True):
        access.require_incident(by, incident)
        yield
        ledger.append(sealed)
