"""Which decisions the dashboard's chart of overdue reviews counts: those to look at first."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, DateField, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from sharing import counting, tallying
from sharing.dashboard import Scope
from sharing.models import Decision, Review, Tally

MOST = 100


@dataclass(frozen=True)
class Overdue:
    """A decision whose review is overdue, and the day on which it was due."""

    decision: Decision
    due: date


def overdue(of: Scope, first: date, last: date, now: datetime) -> list[Overdue]:
    """Those whose review fell due on these days, the longest overdue first, `MOST` of them."""
    with tallying.one_moment():
        live = tallying.live_days(now)
        own = Q() if of.teams is None else Q(team__in=of.teams)
        keys = (first.isoformat(), last.isoformat())
        # The tallies tell on which days such decisions were recorded: no need to look through all others.
        there = Tally.objects.filter(own, chart=counting.REVIEW, key__range=keys).exclude(day__in=live)
        days = live | set(there.values_list("day", flat=True))
        rows = [row for on in counting.on(days) for row in _due(of, on, first, last)[:MOST]]
    found = [Overdue(row, row.due) for row in rows]
    return sorted(found, key=lambda one: (one.due, one.decision.reference))[:MOST]


def _due(of: Scope, recorded: Q, first: date, last: date) -> QuerySet[Any]:
    newest = Review.objects.filter(decision=OuterRef("pk")).order_by("-recorded_at")
    day = Case(
        When(Exists(newest), then=Subquery(newest.values("review_on")[:1])),
        default=F("review_on"),
        output_field=DateField(),
    )
    standing = ~Exists(Decision.objects.filter(follows=OuterRef("pk")))
    found = Decision.objects.filter(recorded & of.seen() & standing).annotate(due=day)
    return found.filter(due__range=(first, last)).select_related("case__team").order_by("due", "reference")
