"""A case's timeline, read page by page from its ledger: newest first, by day, repeated views as one line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from audit import ledger
from audit.models import Entry
from cases import staff
from cases.events import KINDS, Kind, content_of
from cases.fields import ALTERED, Altered
from cases.models import Case, User
from cases.templatetags.moments import clock

SIZE = 100
SAW = "saw"
GROUPS = (
    (SAW, "Saw"),
    ("changed", "Changed"),
    ("decided", "Decided"),
    ("shared", "Shared"),
    ("requested", "Requested"),
    ("exported", "Exported"),
)
SOMEBODY = "Somebody"
EXCLUDED = "access.excluded"
FOR_MANAGERS = ("access.excluded", "access.exclusion_ended", "access.reviewed")
"""Who is kept out, and how many, is the managers' to know, like who looked."""
NO_ACCESS = "They have no access to this case now"
NOT_ALLOCATED = "Not allocated"
REFUSED = ("access.refused", "access.emergency_refused", "access.purpose_refused")
"""Somebody tried to look and saw nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the timeline as it reads; `at` is local."""

    group: str
    title: str
    at: datetime
    by: str
    actor: UUID
    kind: str
    detail: str
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """The days of a page, and the number of the entry above the next, older page (None: there is none)."""

    days: list[dict[str, Any]]
    older: int | None


def kinds_in(groups: Iterable[str]) -> list[str]:
    """The kinds of events that belong to the filters."""
    wanted = set(groups)
    return [name for name, kind in KINDS.items() if kind.group in wanted]


def entries(case: Case, *, with_views: bool) -> "QuerySet[Entry]":
    """The case's entries, without who looked and who is kept out where the reader may not know it."""
    found = ledger.history(case.id).order_by("-seq")
    return found if with_views else found.exclude(kind__in=[*kinds_in([SAW]), *FOR_MANAGERS])


def actors(case: Case, *, with_views: bool) -> list[User]:
    """The members of staff who are named in the timeline that this reader sees."""
    known = set(entries(case, with_views=with_views).order_by().values_list("actor", flat=True).distinct())
    return list(User.objects.filter(id__in=known).order_by("name", "id"))


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _filtered(found: "QuerySet[Entry]", chosen: Mapping[str, Any]) -> "QuerySet[Entry]":
    if groups := chosen.get("kind"):
        found = found.filter(kind__in=kinds_in(groups))
    if person := chosen.get("person"):
        found = found.filter(actor=person)
    if since := chosen.get("since"):
        found = found.filter(recorded_at__gte=_start_of(since))
    if until := chosen.get("until"):
        found = found.filter(recorded_at__lt=_start_of(until + timedelta(days=1)))
    return found


def _line(entry: Entry, names: Mapping[UUID, str], flags: Mapping[UUID, str], *, with_reasons: bool) -> Line:
    # A kind that nobody registers any more is still told, in its own words.
    kind = KINDS.get(entry.kind) or Kind(
        "changed", entry.kind.replace(".", " ").replace("_", " ").capitalize()
    )
    try:
        content = content_of(entry)
    except Altered:
        return _altered(entry, kind)
    if entry.kind == EXCLUDED and not with_reasons:
        content.pop("reason", None)
    return Line(
        group=kind.group,
        title=kind.title,
        at=timezone.localtime(entry.recorded_at),
        by=names.get(entry.actor, SOMEBODY),
        actor=entry.actor,
        kind=entry.kind,
        detail=kind.detail(content),
        flag=flags.get(entry.actor, NO_ACCESS) if kind.group == SAW else "",
    )


def _altered(entry: Entry, kind: Kind) -> Line:
    """An entry that no longer opens is told as it stands; `verify_ledger` says what is wrong with it."""
    at = timezone.localtime(entry.recorded_at)
    return Line(kind.group, kind.title, at, SOMEBODY, entry.actor, entry.kind, ALTERED)


def _event(lines: list[Line]) -> dict[str, Any]:
    """One line, or repeated views of one person as one."""
    newest, oldest = lines[0], lines[-1]
    details = list(dict.fromkeys(line.detail for line in lines if line.detail))
    event = {"title": newest.title, "at": newest.at, "by": newest.by, "flag": newest.flag}
    if len(lines) == 1:
        return event | {"lines": details}
    first, last = clock(oldest.at), clock(newest.at)
    times = f"{len(lines)} times, {first if first == last else f'{first}–{last}'}"
    return event | {"lines": [times, *filter(None, [", ".join(details)])]}


def collapse(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """Join the views of one person between two other events; order is that of each one's newest."""
    for seen, run in groupby(lines, key=lambda line: line.group == SAW):
        if not seen:
            yield from (_event([line]) for line in run)
            continue
        together: dict[tuple[UUID, str], list[Line]] = {}
        for line in run:
            together.setdefault((line.actor, line.kind), []).append(line)
        yield from (_event(several) for several in together.values())


def of_person(case: Case, user: User, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """What somebody saw and did in the case between two moments, by day, as `read` tells it to a manager."""
    found = entries(case, with_views=True).filter(
        actor=user.id, recorded_at__gte=since, recorded_at__lte=until
    )
    flags, names = {user.id: ""}, {user.id: user.name}
    return _days([_line(row, names, flags, with_reasons=True) for row in found])


def flags(case: Case) -> dict[UUID, str]:
    """What stands beside a look at the case, by who looked; whoever is not in it has no access now."""
    opens = staff.without_allocation(staff.who_may_see(case))
    return {who: f"{NOT_ALLOCATED}: {_lower(why)}" if why else "" for who, why in opens.items()}


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


@dataclass(frozen=True, slots=True)
class Looker:
    """Somebody who looked at a case, took a copy, or tried to and was refused: how often, first and last."""

    actor: UUID
    name: str
    looked: int
    copied: int
    refused: int
    first: datetime
    last: datetime
    flag: str


def lookers(case: Case, marks: Mapping[UUID, str]) -> list[Looker]:
    """Everybody who ever looked at the case, who needs a second look first, then the newest; one query each.

    Args:
        marks: what `flags` gives.
    """
    took, saw = kinds_in(["exported"]), kinds_in([SAW])
    found = (
        ledger.history(case.id)
        .order_by()
        .filter(kind__in=[*saw, *took])
        .values("actor")
        .annotate(
            looked=Count("hash", filter=Q(kind__in=saw) & ~Q(kind__in=REFUSED)),
            copied=Count("hash", filter=Q(kind__in=took)),
            refused=Count("hash", filter=Q(kind__in=REFUSED)),
            first=Min("recorded_at"),
            last=Max("recorded_at"),
        )
    )
    rows = list(found)
    names = dict(User.objects.filter(id__in=[row["actor"] for row in rows]).values_list("id", "name"))
    listed = [
        Looker(**row, name=names.get(row["actor"], SOMEBODY), flag=marks.get(row["actor"], NO_ACCESS))
        for row in rows
    ]
    listed.sort(key=lambda one: one.last, reverse=True)
    return sorted(listed, key=lambda one: (one.flag != NO_ACCESS, not one.flag))


def _days(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return [
        {"day": day, "events": list(collapse(of_day))}
        for day, of_day in groupby(lines, key=lambda line: line.at.date())
    ]


def read(
    case: Case,
    chosen: Mapping[str, Any],
    *,
    with_views: bool,
    marks: Mapping[UUID, str] | None = None,
    before: int | None = None,
    size: int = SIZE,
) -> Page:
    """One page of the timeline.

    Args:
        chosen: filters: `kind` (groups), `person` (a user's id), `since` and `until` (days, both included).
        with_views: whether the reader may know who looked, and why somebody is kept out.
        marks: what `flags` gives: what stands beside a look, by who looked.
        before: only entries with a lower number.
        size: the most entries of a page.
    """
    found = _filtered(entries(case, with_views=with_views), chosen)
    rows = list((found.filter(seq__lt=before) if before else found)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    names = dict(User.objects.filter(id__in={row.actor for row in rows}).values_list("id", "name"))
    lines = [_line(row, names, marks or {}, with_reasons=with_views) for row in rows]
    return Page(_days(lines), rows[-1].seq if more else None)
