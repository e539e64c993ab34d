"""A case's timeline, read page by page from its ledger: newest first, by day, repeated views as one line."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from audit import ledger
from audit.models import Entry
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
    ("requested", "Requested"),
    ("exported", "Exported"),
)
SOMEBODY = "Somebody"
EXCLUDED = "access.excluded"
FOR_MANAGERS = ("access.excluded", "access.exclusion_ended", "access.reviewed")
"""Who is kept out, and how many, is the managers' to know, like who looked."""
NO_ACCESS = "They have no access to this case now"


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
    no_access: bool = False


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


def _line(entry: Entry, names: Mapping[UUID, str], may_see: Collection[UUID], *, with_reasons: bool) -> Line:
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
        no_access=kind.group == SAW and entry.actor not in may_see,
    )


def _altered(entry: Entry, kind: Kind) -> Line:
    """An entry that no longer opens is told as it stands; `verify_ledger` says what is wrong with it."""
    at = timezone.localtime(entry.recorded_at)
    return Line(kind.group, kind.title, at, SOMEBODY, entry.actor, entry.kind, ALTERED, no_access=False)


def _event(lines: list[Line]) -> dict[str, Any]:
    """One line, or repeated views of one person as one."""
    newest, oldest = lines[0], lines[-1]
    details = list(dict.fromkeys(line.detail for line in lines if line.detail))
    flag = [NO_ACCESS] if newest.no_access else []
    if len(lines) == 1:
        return {"title": newest.title, "at": newest.at, "by": newest.by, "lines": [*flag, *details]}
    first, last = clock(oldest.at), clock(newest.at)
    times = f"{len(lines)} times, {first if first == last else f'{first}–{last}'}"
    return {
        "title": newest.title,
        "at": newest.at,
        "by": newest.by,
        "lines": [times, *flag, *filter(None, [", ".join(details)])],
    }


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
    may_see, names = {user.id}, {user.id: user.name}
    return _days([_line(row, names, may_see, with_reasons=True) for row in found])


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
    may_see: Collection[UUID] = (),
    before: int | None = None,
    size: int = SIZE,
) -> Page:
    """One page of the timeline.

    Args:
        chosen: filters: `kind` (groups), `person` (a user's id), `since` and `until` (days, both included).
        with_views: whether the reader may know who looked, and why somebody is kept out.
        may_see: the ids of those who can open the case now; a look by anybody else is flagged.
        before: only entries with a lower number.
        size: the most entries of a page.
    """
    found = _filtered(entries(case, with_views=with_views), chosen)
    rows = list((found.filter(seq__lt=before) if before else found)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    names = dict(User.objects.filter(id__in={row.actor for row in rows}).values_list("id", "name"))
    lines = [_line(row, names, may_see, with_reasons=with_views) for row in rows]
    return Page(_days(lines), rows[-1].seq if more else None)
