"""The decision log: what a governance lead reads of every decision. Codes and times, no names, no free text.

A case from which the reader is excluded is not in it, and no row tells which case it belongs to.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from cases.models import Exclusion, User
from sharing import due, lists, words
from sharing.models import Decision, Disclosure, Incident
from sharing.rules.after import Pair
from sharing.rules.terms import LONDON

PAGE = 50
CHUNK = 1000
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


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


def decisions(user: User, chosen: Mapping[str, Any]) -> QuerySet[Decision]:
    """The decisions that the governance lead may read, newest recorded first.

    Args:
        chosen: `period` (a `Period` of recording days), codes by column (`outcome`, `lawful_basis`), and
            `look_at`: one of `LOOK_AT`.
    """
    shut_out = Exclusion.objects.filter(user=user, ended_at=None).values("case_id")
    period: Period = chosen["period"]
    found = Decision.objects.select_related("follows").exclude(case__in=shut_out)
    if period.since:
        found = found.filter(recorded_at__gte=_midnight(period.since))
    if period.until:
        found = found.filter(recorded_at__lt=_midnight(period.until + timedelta(days=1)))
    for column in ("outcome", "lawful_basis"):
        if chosen.get(column):
            found = found.filter(**{column: chosen[column]})
    if chosen.get("look_at") in LOOK_AT:
        found = found.filter(LOOK_AT[chosen["look_at"]][1])
    return found.order_by("-recorded_at", "-id")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON)


def _some(rows: QuerySet[Any]) -> Q:
    return Q(Exists(rows.filter(decision=OuterRef("pk"))))


_LATE = Disclosure.objects.filter(basis_after_sharing=True)
_FOLLOWED = Exists(Decision.objects.filter(follows=OuterRef("pk")))
LOOK_AT: Mapping[str, tuple[str, Q]] = {
    "stops": ("Recorded in spite of a stop", ~Q(stops=[]) & Q(emergency=False)),
    "late_basis": ("Shared before its lawful basis was chosen", Q(basis_after_sharing=True) | _some(_LATE)),
    "differs": (
        "Sent otherwise than was decided",
        _some(Disclosure.objects.filter(differs_from_decision=True)),
    ),
    "wrong_person": ("Went to the wrong person", _some(Incident.objects.all())),
    "emergency": ("Emergency shares", Q(emergency=True)),
    "incomplete": ("Emergency shares that are not completed", Q(emergency=True) & ~Q(_FOLLOWED)),
    "superseded": ("Superseded by another decision", Q(_FOLLOWED)),
}
"""What a governance lead looks at first: its words, and which decisions it is."""


@dataclass(frozen=True)
class Line:
    """A decision with what came after it: its disclosures, the pairs still to send, what follows it."""

    decision: Decision
    disclosures: list[Disclosure]
    left: list[Pair]
    followers: list[Decision]


def lines(found: Iterable[Decision]) -> list[Line]:
    """Decisions with what came after them; as many queries for many as for one."""
    rows = list(found)
    prefetch_related_objects(rows, "followed_by", "disclosures")
    left = due.left_in(rows)
    return [Line(one, list(one.disclosures.all()), left[one.id], list(one.followed_by.all())) for one in rows]


@dataclass(frozen=True)
class Slice:
    """One page of the log. `before` is the key of the page that follows; empty on the last."""

    rows: list[Decision]
    before: str


def page(found: QuerySet[Decision], before: str) -> Slice:
    """The decisions after a key (`Slice.before` of the page above); a key that is none is the first page."""
    if key := _key(before):
        at, last = key
        found = found.filter(Q(recorded_at__lt=at) | Q(recorded_at=at, id__lt=last))
    rows = list(found[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return Slice(rows, f"{rows[-1].recorded_at.isoformat()}_{rows[-1].id}" if more else "")


def _key(text: str) -> tuple[datetime, UUID] | None:
    at, _, last = text.partition("_")
    try:
        # A time without an offset was never one of ours; one outside these years fits no database.
        moment, key = datetime.fromisoformat(at), UUID(last)
        known = moment.tzinfo is not None and _FIRST_YEAR <= moment.astimezone(UTC).year <= _LAST_YEAR
    except (ValueError, OverflowError):
        return None
    return (moment, key) if known else None


# --- columns, the same on the page and in the file ------------------------------------------------


def _moment(value: datetime) -> str:
    return timezone.localtime(value, LONDON).strftime("%Y-%m-%d %H:%M")


def _yes(value: bool) -> str:
    return "Yes" if value else "No"


def _titles(kind: str, codes: Iterable[str]) -> str:
    return "; ".join(words.words(f"{kind}.{code}").title for code in codes)


def _agencies(decision: Decision) -> str:
    return "; ".join(lists.label("agency", code) for code in decision.agencies)


def _follows(line: Line) -> str:
    other = line.decision.follows
    return f"{lists.label('follows_as', line.decision.follows_as)} {other.reference}" if other else ""


def _sent_at(line: Line) -> str:
    times = [row.sent_at for row in line.disclosures if row.sent or row.method]
    return _moment(min(times)) if times else ""


def _all_sent(line: Line) -> str:
    if not line.decision.to_send:
        return ""
    return _yes(not line.left)


def _late(line: Line) -> bool:
    return line.decision.basis_after_sharing or any(row.basis_after_sharing for row in line.disclosures)


COLUMNS: tuple[tuple[str, Callable[[Line], str]], ...] = (
    ("Decision", lambda one: one.decision.reference),
    ("Decided", lambda one: _moment(one.decision.decided_at)),
    ("Recorded", lambda one: _moment(one.decision.recorded_at)),
    ("Outcome", lambda one: lists.label("outcome", one.decision.outcome)),
    ("Emergency", lambda one: _yes(one.decision.emergency)),
    ("Lawful basis", lambda one: lists.label("basis", one.decision.lawful_basis)),
    ("Risk", lambda one: lists.label("risk_level", one.decision.risk_level)),
    ("MARAC threshold met", lambda one: _yes(one.decision.threshold_met)),
    ("Consent", lambda one: lists.label("consent", one.decision.consent)),
    ("Told", lambda one: lists.label("informed", one.decision.informed)),
    ("Agencies", lambda one: _agencies(one.decision)),
    ("Already shared", lambda one: _yes(one.decision.already_sent)),
    ("First sent", _sent_at),
    ("All sent", _all_sent),
    ("Sent otherwise", lambda one: _yes(any(row.differs_from_decision for row in one.disclosures))),
    ("Shared before basis", lambda one: _yes(_late(one))),
    ("Follows", _follows),
    ("Superseded by", lambda one: "; ".join(other.reference for other in one.followers)),
    ("Stops", lambda one: _titles("stop", one.decision.stops)),
    ("Points", lambda one: _titles("point", one.decision.points)),
)
"""Heading and cell. A name, a free text or a case's reference has no place here."""


def cells(line: Line) -> list[str]:
    """The cells of a decision, in the order of COLUMNS."""
    return [cell(line) for _, cell in COLUMNS]


# --- the file -------------------------------------------------------------------------------------


def snapshot(found: QuerySet[Decision]) -> list[UUID]:
    """Which decisions a file holds, fixed by one statement: rows never change, so reading on is safe."""
    return list(found.values_list("id", flat=True))


def csv_lines(ids: list[UUID]) -> Iterator[bytes]:
    """The file, a chunk of rows at a time: UTF-8 with a byte-order mark, and no cell that is a formula."""
    yield "\ufeff".encode() + _lines([[heading for heading, _ in COLUMNS]])
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        held = Decision.objects.select_related("follows").in_bulk(part)
        yield _lines(cells(line) for line in lines(held[one] for one in part))


def _lines(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def safe(cell: str) -> str:
    """The cell as a spreadsheet shows it and never computes it: a quote before what could start a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA) else cell
