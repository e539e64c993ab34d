"""The decision log: what a governance lead reads of every decision, and a manager of their own teams'.

Codes and times, no names, no free text. A case from which the reader is excluded is not in it, and no row
tells which case it belongs to. Pages are found by key, so that the millionth takes as long as the first.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value, prefetch_related_objects
from django.db.models.functions import Cast
from django.db.models.lookups import Contains

from cases import access as case_access
from cases.models import Exclusion, User
from sharing import due
from sharing.log_columns import Line, agency_names
from sharing.models import Decision, Disclosure, Incident
from sharing.rules.terms import LONDON
from sharing.watch import NOT_SHARED

SIZES = (25, 50, 100)
SIZE = 50
MOST = 1_000
"""How far decisions are counted: counting all of a million takes longer than showing some of them."""
NOTHING_SHARED, HIGH = "not_shared", "high_any"
"""Codes of filters that are no codes of a list: any decision not to share (yet); high risk by either sign."""


@dataclass(frozen=True)
class Period:
    """Days, both included; None is open."""

    since: date | None = None
    until: date | None = None


def quarter(today: date, *, back: int = 0) -> Period:
    """The calendar quarter of a day, or one of those before it."""
    month = today.year * 12 + (today.month - 1) // 3 * 3 - 3 * back
    first, after = (date(at // 12, at % 12 + 1, 1) for at in (month, month + 3))
    return Period(first, after - timedelta(days=1))


# --- which decisions ------------------------------------------------------------------------------


def readable(user: User) -> QuerySet[Decision]:
    """The decisions that the user's log holds, whatever it is narrowed to.

    A governance lead's holds all, a manager's those of the cases of their own teams that they may see;
    nobody's a case that they are excluded from.
    """
    if user.role == User.Role.GOVERNANCE:
        shut_out = Exclusion.objects.filter(user=user, ended_at=None).values("case_id")
        still = Exists(User.objects.filter(id=user.id, is_active=True, role=User.Role.GOVERNANCE))
        return Decision.objects.filter(still).exclude(case__in=shut_out)
    if user.role == User.Role.MANAGER:
        return Decision.objects.filter(case__in=case_access.managed_by(user))
    return Decision.objects.none()


def decisions(user: User, chosen: Mapping[str, str]) -> QuerySet[Decision]:
    """The decisions of the user's log that fit every filter, in no order.

    Args:
        chosen: filters by name (`FILTERS`), each a code, or a day as ISO text (`since` and `until`, days of
            recording, both included). A `reference` is a decision's, or of a case that the user may see.
    """
    found = readable(user)
    for name, value in chosen.items():
        if value and name == "reference":
            found = found.filter(_referred(user, value))
        elif value and name in FILTERS:
            found = found.filter(FILTERS[name].narrow(value))
    return found


def _referred(user: User, reference: str) -> Q:
    of_case = case_access.visible_to(user).filter(reference=reference).values("id")
    return Q(reference=reference) | Q(case__in=of_case)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON)


def _some(rows: QuerySet[Any]) -> Q:
    return Q(Exists(rows.filter(decision=OuterRef("pk"))))


_LATE = Disclosure.objects.filter(basis_after_sharing=True)
_FOLLOWED = Q(Exists(Decision.objects.filter(follows=OuterRef("pk"))))
_STOPPED = ~Q(stops=[])
LOOK_AT: Mapping[str, tuple[str, Q]] = {
    "stops": ("Recorded in spite of a stop", _STOPPED & Q(emergency=False)),
    "late_basis": ("Shared before its lawful basis was chosen", Q(basis_after_sharing=True) | _some(_LATE)),
    "differs": (
        "Sent otherwise than was decided",
        _some(Disclosure.objects.filter(differs_from_decision=True)),
    ),
    "wrong_person": ("Went to the wrong person", _some(Incident.objects.all())),
    "incomplete": ("Emergency shares that are not completed", Q(emergency=True) & ~_FOLLOWED),
}
"""What a governance lead looks at first: its words, and which decisions it is."""


def _holds(column: str, code: str) -> Q:
    """The rows whose list of codes holds this one, alike on every database."""
    text: Any = Cast(column, models.TextField())
    return Q(Contains(text, Value(f'"{code}"')))


def _outcome(code: str) -> Q:
    return Q(outcome__in=NOT_SHARED) if code == NOTHING_SHARED else Q(outcome=code)


def _risk(code: str) -> Q:
    return Q(risk_level="high") | Q(threshold_met=True) if code == HIGH else Q(risk_level=code)


def _guard(code: str) -> Q:
    """`stops` or `points`: any of them; else one by its code, such as "stop.consent"."""
    kind, _, one = code.partition(".")
    if one:
        return _holds(f"{kind}s", one) if kind in ("stop", "point") else Q(pk__in=())
    return ~Q(**{kind: []}) if kind in ("stops", "points") else Q(pk__in=())


def _yes(condition: Q) -> Callable[[str], Q]:
    return lambda code: condition if code == "yes" else ~condition


@dataclass(frozen=True)
class Filter:
    """One filter: what it is called, which rows fit a code, and the fields of the entry that it looks at.

    `fields`: None where it looks at what was recorded later, which the decision's own entry does not hold.
    """

    title: str
    narrow: Callable[[str], Q]
    fields: tuple[str, ...] | None


FILTERS: Mapping[str, Filter] = MappingProxyType(
    {
        "since": Filter(
            "From", lambda day: Q(recorded_at__gte=_midnight(date.fromisoformat(day))), ("recorded_at",)
        ),
        "until": Filter(
            "To",
            lambda day: Q(recorded_at__lt=_midnight(date.fromisoformat(day) + timedelta(days=1))),
            ("recorded_at",),
        ),
        "outcome": Filter("Outcome", _outcome, ("row.outcome",)),
        "started": Filter("How it started", lambda code: Q(started=code), ("row.started",)),
        "basis": Filter("Lawful basis", lambda code: Q(lawful_basis=code), ("row.lawful_basis",)),
        "risk": Filter("Risk", _risk, ("row.risk_level", "row.threshold_met")),
        "agency": Filter("Agency", lambda code: _holds("agencies", code), ("row.agencies",)),
        "informed": Filter("Told?", lambda code: Q(informed=code), ("row.informed",)),
        "emergency": Filter("Emergency", _yes(Q(emergency=True)), ("row.emergency",)),
        "guard": Filter("Stop or point", _guard, ("row.stops", "row.points")),
        "superseded": Filter("Superseded", _yes(_FOLLOWED), None),
        "look_at": Filter("What to look at", lambda code: LOOK_AT[code][1], None),
        "reference": Filter("Reference", lambda code: Q(reference=code), ("reference",)),
    }
)
"""The filters, in the order in which they are offered. Their codes are what an export records of itself."""


# --- a page of them -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sort:
    """An order: the column of the page whose heading it is; the columns of the row, the last one unique."""

    column: str
    keys: tuple[str, ...]


SORTS: Mapping[str, Sort] = MappingProxyType(
    {
        "recorded": Sort("recorded", ("recorded_at", "id")),
        "decided": Sort("decided", ("decided_at", "id")),
        "outcome": Sort("outcome", ("outcome", "recorded_at", "id")),
        "basis": Sort("lawful_basis", ("lawful_basis", "recorded_at", "id")),
        "risk": Sort("risk_level", ("risk_level", "recorded_at", "id")),
    }
)
"""What the log can be sorted by; each has an index of its own."""
NEWEST = "-recorded"


class _Beyond(models.Func):
    """(a, b, c) < (x, y, z): the rows beyond a key, said so that an index is read from there."""

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, keys: Iterable[str], row: Decision, sign: str) -> None:
        names = list(keys)
        fields = [Decision._meta.get_field(name) for name in names]
        values = [Value(getattr(row, name), fields[at]) for at, name in enumerate(names)]  # type: ignore[arg-type]
        super().__init__(*(F(name) for name in names), *values)
        self.half, self.sign = len(names), sign

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override] # noqa: ARG002 - Django's
        """Both sides as rows of values; every database we run on compares those from the left."""
        sql: list[str] = []
        params: list[Any] = []
        for one in self.source_expressions:
            text, values = compiler.compile(one)
            sql.append(text)
            params += values
        left, right = (", ".join(part) for part in (sql[: self.half], sql[self.half :]))
        return f"({left}) {self.sign} ({right})", params


@dataclass(frozen=True)
class Slice:
    """One page of the log, and the places of the pages before and after it (empty: there is none)."""

    rows: list[Decision]
    before: str
    after: str


_PLACE = re.compile(r"([ab])([0-9a-f]{32})")


def page(
    user: User, found: QuerySet[Decision], *, sort: str = NEWEST, place: str = "", size: int = SIZE
) -> Slice:
    """Some of the decisions found, in an order.

    Args:
        sort: a code of `SORTS`, with "-" before it for the other way round; any other is the newest first.
        place: `Slice.before` or `Slice.after` of another page; one that is none of ours is the first page.
        size: how many at most.
    """
    down = sort.startswith("-")
    chosen = SORTS.get(sort.removeprefix("-"))
    if chosen is None:
        chosen, down = SORTS["recorded"], True
    at = _at(user, place)
    back = at is not None and place.startswith("b")
    backwards = down != back
    if at is not None:
        found = found.filter(_Beyond(chosen.keys, at, "<" if backwards else ">"))
    order = [f"-{key}" if backwards else key for key in chosen.keys]
    rows = list(found.select_related("follows").order_by(*order)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if back:
        rows.reverse()
    return Slice(
        rows,
        before=f"b{rows[0].id.hex}" if rows and (more if back else at is not None) else "",
        after=f"a{rows[-1].id.hex}" if rows and (back or more) else "",
    )


def _at(user: User, place: str) -> Decision | None:
    """The decision that a page begins after, where it is one that the user's log holds."""
    match = _PLACE.fullmatch(place)
    return readable(user).filter(id=UUID(match[2])).first() if match else None


def count(found: QuerySet[Decision]) -> int:
    """How many were found, up to `MOST` and one more."""
    return found.order_by()[: MOST + 1].count()


def lines(found: Iterable[Decision]) -> list[Line]:
    """Decisions with what came after them; as many queries for many as for one."""
    rows = list(found)
    prefetch_related_objects(rows, "followed_by", "disclosures")
    left, names = due.left_in(rows), agency_names()
    return [
        Line(one, list(one.disclosures.all()), left[one.id], list(one.followed_by.all()), names)
        for one in rows
    ]
