"""What is due after a decision: to send it, to complete an emergency share, to look at it again.

For the list of somebody's work: `unsent(user)`, `completions_due(user)` and `reviews_due(user)`, each a list
of `Due` in the order of its moments, each with as many queries for a thousand decisions as for one. Only
decisions that nothing follows count, of cases that are visible to the user and theirs to work on: their own
cases, those that were given to them, and what they recorded themselves. For the clocks of the whole
organisation: `unsent_among`, `completions_among`, `reviews_among` of any live decisions.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery

from cases import access as case_access
from cases import working_days
from cases.models import CaseUserPermission, Organisation, User
from sharing import access, looking_again, rules
from sharing.models import Decision, Disclosure, Draft, Review
from sharing.rules.after import Pair, completion_due, still_to_send
from sharing.rules.terms import day_of

COMPLETION = "completion"
"""How the decision that completes an emergency share follows it."""


@dataclass(frozen=True)
class Due:
    """Something to do about a decision by a moment (aware).

    `draft`: the draft to go on with, where there is one; `left`: what is still to be sent, as pairs of a
    recipient's key and an item's key; `why`: why it is due, where its own day is not what says so.
    """

    decision: Decision
    due_at: datetime
    draft: Draft | None = None
    left: tuple[Pair, ...] = ()
    why: str = ""

    def overdue(self, now: datetime) -> bool:
        """Whether its moment has passed."""
        return self.due_at < now


def live(decisions: QuerySet[Decision]) -> QuerySet[Decision]:
    """Those that no other decision follows."""
    return decisions.filter(~Exists(Decision.objects.filter(follows=OuterRef("pk"))))


def theirs(user: User) -> Q:
    """What is somebody's own, as a filter of rows of cases: theirs by case, by grant, or recorded by them."""
    granted = CaseUserPermission.objects.filter(user=user, permission__codename=case_access.GRANT)
    mine = Q(by=user) | Q(case__owner=user) | Q(case__in=granted.values("content_object_id"))
    return mine & Q(case__in=case_access.visible_to(user))


def _theirs(user: User) -> QuerySet[Decision]:
    return live(Decision.objects.filter(theirs(user))).select_related("case")


# --- what is still to be sent ---------------------------------------------------------------------


def unsent(user: User) -> list[Due]:
    """Decisions to share of which something is still to be sent; due at `send_by`."""
    return unsent_among(_theirs(user))


def unsent_among(decisions: QuerySet[Decision]) -> list[Due]:
    """The same of these decisions, which nothing follows."""
    newest = Disclosure.objects.filter(decision=OuterRef("pk")).order_by("-recorded_at")
    asked = decisions.exclude(to_send=[]).alias(closed=Subquery(newest.values("complete")[:1]))
    found = list(asked.filter(Q(closed=False) | Q(closed__isnull=True)))
    sent = _sent_in({one.case_id for one in found})
    due = [(one, tuple(still_to_send(one.to_send, sent(one.id)))) for one in found]
    return _in_order(Due(one, one.send_by or one.recorded_at, left=left) for one, left in due if left)


def left_to_send(decision: Decision) -> list[Pair]:
    """What is still to be sent of one decision; nothing once that was said to be all, or another follows."""
    return left_after(decision, list(decision.disclosures.all()), followed=decision.followed_by.exists())


def left_after(decision: Decision, disclosures: Sequence[Disclosure], *, followed: bool) -> list[Pair]:
    """The same from what is at hand: its disclosures, and whether another decision follows it."""
    newest = max(disclosures, key=lambda one: one.recorded_at, default=None)
    if followed or not decision.to_send or (newest and newest.complete):
        return []
    sent = (
        sent_under(decision)
        if decision.follows_id
        else {tuple(one) for row in disclosures for one in row.sent}
    )
    return still_to_send(decision.to_send, sent)


def left_in(decisions: Sequence[Decision]) -> dict[UUID, list[Pair]]:
    """The same of several decisions that nothing follows, by id; two queries for all."""
    at = _sent_in({one.case_id for one in decisions})
    return {one.id: at.left(one.id, one.to_send) for one in decisions}


def sent_under(decision: Decision) -> set[Pair]:
    """The pairs that were sent under a decision and under those that it follows."""
    return _sent_in({decision.case_id})(decision.id)


@dataclass(frozen=True)
class SentIn:
    """What was sent in some cases. A correction does not ask to send again what its decision had sent."""

    follows: Mapping[UUID, UUID | None]
    sent: Mapping[UUID, set[Pair]]
    closed: Mapping[UUID, bool]

    def __call__(self, decision: UUID) -> set[Pair]:
        found: set[Pair] = set()
        seen: set[UUID] = set()
        at: UUID | None = decision
        while at is not None and at not in seen:  # only somebody who altered the database makes a circle
            seen.add(at)
            found |= self.sent.get(at, set())
            at = self.follows.get(at)
        return found

    def left(self, decision: UUID, to_send: Sequence[Sequence[str]]) -> list[Pair]:
        """What is still to be sent of a decision; nothing once that was said to be all."""
        return [] if self.closed.get(decision) else still_to_send(to_send, self(decision))


def sent_by(
    disclosures: Iterable[tuple[UUID, Sequence[Sequence[str]], bool]], follows: Mapping[UUID, UUID | None]
) -> SentIn:
    """What these disclosures sent.

    Args:
        disclosures: in the order of their recording: the decision, the pairs, whether that was all.
        follows: the decision that each follows.
    """
    sent: dict[UUID, set[Pair]] = defaultdict(set)
    closed: dict[UUID, bool] = {}
    for decision, pairs, complete in disclosures:
        sent[decision] |= {(who, what) for who, what in pairs}
        closed[decision] = complete
    return SentIn(follows, sent, closed)


def _sent_in(cases: Collection[UUID]) -> SentIn:
    rows = Disclosure.objects.filter(case__in=cases).order_by("recorded_at")
    follows = Decision.objects.filter(case__in=cases, follows__isnull=False)
    return sent_by(
        rows.values_list("decision_id", "sent", "complete"), dict(follows.values_list("id", "follows_id"))
    )


# --- what is to be completed and looked at again ---------------------------------------------------


def completions_due(user: User) -> list[Due]:
    """Emergency shares that are not completed yet; due when the draft that completes them is.

    `draft` is None where the user cannot go on with it, or it is gone: the decision is due all the same, one
    working day after it was recorded.
    """
    return completions_among(_theirs(user), access.drafts_for(user))


def completions_among(decisions: QuerySet[Decision], drafts_at_hand: QuerySet[Draft]) -> list[Due]:
    """The same of these decisions, which nothing follows, and of the drafts that may be gone on with."""
    found = list(decisions.filter(emergency=True))
    organisation = Organisation.current() if found else Organisation()
    following = drafts_at_hand.filter(follows__in=found, follows_as=COMPLETION)
    drafts = {draft.follows_id: draft for draft in following}
    return _in_order(
        Due(one, _complete_by(one, drafts.get(one.id), organisation), drafts.get(one.id)) for one in found
    )


def _complete_by(decision: Decision, draft: Draft | None, organisation: Organisation) -> datetime:
    if draft and draft.due_at:
        return draft.due_at
    return complete_by(decision.recorded_at, organisation)


def complete_by(recorded_at: datetime, organisation: Organisation) -> datetime:
    """The instant by which an emergency share is completed, on the organisation's working days.

    Args:
        recorded_at: when the emergency share was recorded, aware.
    """
    year = day_of(recorded_at).year
    return completion_due(recorded_at, working_days.closed(organisation, (year, year + 1)))


def reviews_due(user: User) -> list[Due]:
    """Decisions with a day on which to look at them again: the newest review's, or their own; due at its end.

    All of them, also those whose day is far ahead. One that is to be looked at again for what happened since
    (`looking_again`) is due on that day, where it comes first.
    """
    return reviews_among(_theirs(user))


def reviews_among(decisions: QuerySet[Decision], until: date | None = None) -> list[Due]:
    """The same of these decisions, which nothing follows.

    Args:
        until: only those whose day is this one or earlier.
    """
    newest = Review.objects.filter(decision=OuterRef("pk")).order_by("-recorded_at")
    found: QuerySet[Any] = decisions.annotate(
        reviewed=Exists(newest),
        reviewed_on=Subquery(newest.values("review_on")[:1]),
        happened=ExpressionWrapper(looking_again.needed(), output_field=BooleanField()),
    )
    dated = Q(review_on__isnull=False) | Q(reviewed=True)
    if until:
        dated = Q(reviewed=True, reviewed_on__lte=until) | Q(reviewed=False, review_on__lte=until)
    listed = list(found.filter(dated | Q(happened=True)))
    again = looking_again.why([one for one in listed if one.happened])
    due = [_to_review(one, _review_on(one), again.get(one.id)) for one in listed]
    return _in_order(one for one in due if one and (until is None or day_of(one.due_at) <= until))


def _to_review(decision: Decision, day: date | None, again: looking_again.Again | None) -> Due | None:
    """When to look at it again: on its day, or on that of what happened since where that is earlier."""
    if again and (day is None or again.day <= day):
        return Due(decision, rules.ends(again.day), why=again.words)
    return Due(decision, rules.ends(day)) if day else None


def review_after(decision: Decision, reviews: Sequence[Review], *, followed: bool) -> date | None:
    """The day on which one decision is to be looked at again; none once another decision follows it."""
    newest = max(reviews, key=lambda one: one.recorded_at, default=None)
    if followed:
        return None
    return newest.review_on if newest else decision.review_on


def _review_on(found: Any) -> Any:
    return found.reviewed_on if found.reviewed else found.review_on


def _in_order(found: Iterable[Due]) -> list[Due]:
    return sorted(found, key=lambda due: (due.due_at, due.decision.reference))
