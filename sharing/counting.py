"""What a decision or a refusal counts for in the dashboard's charts. The one place that says so.

A cell depends on the row, on what followed it and on the team of its case, never on the clock: a day that is
over counts the same whenever it is counted, unless one of these changed (`sharing.tallying` is told then).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from sharing import due, lists
from sharing.models import Decision, Disclosure, Draft, RequestStep, Review
from sharing.rules.terms import LONDON, day_of

OUTCOME, DECIDE, LAG, BASIS, REVIEW, REFUSAL = "outcome", "decide", "lag", "basis", "review", "refusal"
OF_A_PERIOD = (OUTCOME, DECIDE, LAG, BASIS, REFUSAL)
"""The charts of what was recorded in a period. `REVIEW` counts what waits today, whenever it was recorded."""
INSTEAD = ("correction", "completion")
"""How a decision follows another in whose place it stands: the two count once."""

EARLY, LATE = ("early_8", "early_2", "early_1", "on_day"), ("late_1", "late_2", "late_8")
DECIDE_BINS = (*EARLY, *LATE)
"""Days before and after the day by which it was to be decided."""
UNSENT, CLOSED = "unsent", "closed"
LAG_BINS = ("day_0", "day_1", "day_2", "day_4", "day_8", UNSENT, CLOSED)
"""Days from deciding to the first sending; nothing sent yet; closed with nothing sent."""


class Cell(NamedTuple):
    """What one thing counts for: its local day of recording, whose it is, in which chart, as what."""

    day: date
    team: UUID
    restricted: bool
    chart: str
    key: str


def on(days: Iterable[date]) -> list[Q]:
    """Rows recorded on these local days, as filters: mostly one, more where the days are scattered widely."""
    spans = [_span(first, last) for first, last in _runs(sorted(days))]
    return [reduce(or_, spans[at : at + _SPANS]) for at in range(0, len(spans), _SPANS)]


_SPANS = 200
"""So many spans of days fit in one query of either database."""


def _span(first: date, last: date) -> Q:
    since, until = (datetime.combine(day, time(), LONDON) for day in (first, last + timedelta(days=1)))
    return Q(recorded_at__gte=since, recorded_at__lt=until)


def _runs(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days in their order → the first and the last of those that stand together."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] <= timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def count(rows: Q) -> Counter[Cell]:
    """The cells of the decisions and refusals that a filter on their common columns (or `case`) lets in."""
    found = of_decisions(Decision.objects.filter(rows))
    found.update(of_refusals(RequestStep.objects.filter(rows)))
    return found


def count_days(days: Iterable[date], of: Q | None = None) -> Counter[Cell]:
    """The cells of what was recorded on these local days."""
    found: Counter[Cell] = Counter()
    for recorded in on(days):
        found.update(count(recorded & of if of else recorded))
    return found


# --- refusals ---------------------------------------------------------------------------------------


def of_refusals(steps: QuerySet[RequestStep]) -> Counter[Cell]:
    """Every time an agency refused, by agency and kind of reason; one query."""
    columns = ("recorded_at", "case__team_id", "case__restricted", "request__agency", "refusal")
    return Counter(
        Cell(day_of(at), team, restricted, REFUSAL, f"{agency}:{refusal}")
        for at, team, restricted, agency, refusal in steps.exclude(refusal="").values_list(*columns)
    )


# --- decisions --------------------------------------------------------------------------------------

_COLUMNS = (
    *("id", "recorded_at", "case__team_id", "case__restricted", "outcome", "lawful_basis", "urgency"),
    *("decided_at", "review_on", "to_send", "follows_id", "follows_as"),
    *("decide_by", "followed", "replaced", "sent_at", "closed", "reviewed", "reviewed_on"),
)


def of_decisions(decisions: QuerySet[Decision]) -> Counter[Cell]:
    """All that these decisions count for; as many queries for many as for one."""
    rows = list(_with_what_followed(decisions).values_list(*_COLUMNS, named=True))
    left = _left({row.id for row in rows if row.follows_id and _nothing_sent(row)})
    found: Counter[Cell] = Counter()
    for row in rows:
        place = (day_of(row.recorded_at), row.case__team_id, row.case__restricted)
        for chart, key in _KEYS.items():
            if (said := key(row, left)) is not None:
                found[Cell(*place, chart, said)] += 1
    return found


def _with_what_followed(decisions: QuerySet[Decision]) -> Any:
    me = OuterRef("pk")
    followers = Decision.objects.filter(follows=me)
    disclosures = Disclosure.objects.filter(decision=me).order_by("-recorded_at")
    sent = disclosures.filter(~Q(sent=[]) | ~Q(method="")).order_by("sent_at")
    reviews = Review.objects.filter(decision=me).order_by("-recorded_at")
    draft = Draft.objects.filter(request_key=OuterRef("request_key"))
    return decisions.order_by().annotate(
        decide_by=Subquery(draft.values("due_at")[:1]),
        followed=Exists(followers),
        replaced=Exists(followers.filter(follows_as__in=INSTEAD)),
        sent_at=Subquery(sent.values("sent_at")[:1]),
        closed=Subquery(disclosures.values("complete")[:1]),
        reviewed=Exists(reviews),
        reviewed_on=Subquery(reviews.values("review_on")[:1]),
    )


def _nothing_sent(row: Any) -> bool:
    """Whether something is to be sent of a decision that stands, and nothing was sent under it."""
    return bool(row.to_send) and row.sent_at is None and not row.followed and not row.closed


def _left(ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of which something is left to send, though what they follow may have sent it; three queries."""
    if not ids:
        return frozenset()
    found = due.left_in(list(Decision.objects.filter(id__in=ids)))
    return frozenset(one for one, pairs in found.items() if pairs)


def _outcome(row: Any, _: Collection[UUID]) -> str | None:
    return None if row.replaced else row.outcome


def _basis(row: Any, _: Collection[UUID]) -> str | None:
    return row.lawful_basis if shared(row.outcome) and not row.replaced else None


def shared(outcome: str) -> bool:
    """Whether an outcome is to share something."""
    return lists.marked("outcome", outcome, "sharing")


def _decide(row: Any, _: Collection[UUID]) -> str | None:
    """An emergency share has no draft and so no day; a correction is not the decision that was waited for."""
    if row.decide_by is None or row.follows_as in INSTEAD:
        return None
    return f"{row.urgency}:{_decide_bin(row.decided_at, row.decide_by)}"


def _decide_bin(decided_at: datetime, decide_by: datetime) -> str:
    days = (day_of(decided_at) - day_of(decide_by)).days
    if decided_at > decide_by:
        return "late_1" if days <= 1 else "late_2" if days <= _WEEK else "late_8"
    return ("on_day", "early_1")[-days] if days > -2 else "early_2" if days >= -_WEEK else "early_8"


_WEEK = 7


def _lag(row: Any, left: Collection[UUID]) -> str | None:
    """A decision that another follows and under which nothing was sent waits for nothing any more."""
    if not row.to_send:
        return None
    if row.sent_at is not None:
        return _lag_bin((day_of(row.sent_at) - day_of(row.decided_at)).days)
    if row.closed:
        return CLOSED
    waits = not row.followed and (row.follows_id is None or row.id in left)
    return UNSENT if waits else None


def _lag_bin(days: int) -> str:
    return next((name for most, name in _LAG_MOST if days <= most), "day_8")


_LAG_MOST = ((0, "day_0"), (1, "day_1"), (3, "day_2"), (_WEEK, "day_4"))


def _review(row: Any, _: Collection[UUID]) -> str | None:
    """The day on which it is to be looked at again: its newest review's, or its own."""
    day = row.reviewed_on if row.reviewed else row.review_on
    return None if row.followed or day is None else day.isoformat()


_KEYS: dict[str, Callable[[Any, Collection[UUID]], str | None]] = {
    OUTCOME: _outcome,
    DECIDE: _decide,
    LAG: _lag,
    BASIS: _basis,
    REVIEW: _review,
}
"""What a decision counts as in each chart; None: it does not count there."""
