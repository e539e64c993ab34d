"""Oversight of oversight: who took what out of this service, opened a case by saying why, or checked the log.

Read from the ledger's own entries, newest first, by key. Of an entry in a case's chain only its kind and its
person are shown: which case it is of is for those who may know of the case. What an export with names showed
of each case is in that case's timeline; here its asking, its approval and its download stand for it. How much
was taken is said of the reader's own alone: somebody who is kept out of a case would find one more in what
another took with the same filters.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from audit.models import Entry
from cases import access, events
from cases.fields import Altered
from cases.models import User

SIZE = 50
KINDS: tuple[str, ...] = (
    *("export.asked", "export.approved", "export.refused", "export.expired", "export.cancelled"),
    "export.tried_again",
    *("export.written", "export.failed", "export.downloaded", "log.exported"),
    *("report.made", "register.exported", "dashboard.exported"),
    *("access.purpose_stated", "access.emergency_begun"),
    *("integrity.checked", "checkpoint.downloaded"),
)
"""The kinds of entries that are shown, in the order in which the filter offers them."""
_PLACE = re.compile(r"([ab])([0-9a-f]{64})")


def require_reader(user: User | AnonymousUser) -> User:
    """The user, where they may see who took what out: a governance lead or an administrator.

    Raises:
        Http404: otherwise.
    """
    return access.require_role(user, User.Role.GOVERNANCE, User.Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Line:
    """One thing that was done. `detail`: figures and codes, of entries of no case alone."""

    at: datetime
    who: str
    what: str
    detail: str


@dataclass(frozen=True)
class Slice:
    """One page, and the places of the pages before and after it (empty: there is none)."""

    lines: list[Line]
    before: str
    after: str


def page(
    reader: User, kind: str = "", person: UUID | None = None, place: str = "", size: int = SIZE
) -> Slice:
    """Some of what was done, newest first.

    Args:
        reader: who reads it (`require_reader`).
        kind: one of `KINDS`, or all of them; person: whose doing, or anybody's.
        place: `Slice.before` or `Slice.after` of another page; one that is none of ours is the first page.
    """
    found = Entry.objects.filter(kind__in=[kind] if kind in KINDS else KINDS)
    if person:
        found = found.filter(actor=person)
    at = _at(place)
    back = at is not None and place.startswith("b")
    rows = list(_beyond(found, at, back=back)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if back:
        rows.reverse()
    return Slice(
        _lines(rows, reader),
        before=f"b{bytes(rows[0].hash).hex()}" if rows and (more if back else at is not None) else "",
        after=f"a{bytes(rows[-1].hash).hex()}" if rows and (back or more) else "",
    )


def _at(place: str) -> Entry | None:
    match = _PLACE.fullmatch(place)
    return Entry.objects.filter(hash=bytes.fromhex(match[2]), kind__in=KINDS).first() if match else None


def _beyond(found: QuerySet[Entry], at: Entry | None, *, back: bool) -> QuerySet[Entry]:
    """The entries on the wanted side of one, the nearest first."""
    if at is not None and back:
        found = found.filter(
            Q(recorded_at__gt=at.recorded_at) | Q(recorded_at=at.recorded_at, hash__gt=at.hash)
        )
    elif at is not None:
        found = found.filter(
            Q(recorded_at__lt=at.recorded_at) | Q(recorded_at=at.recorded_at, hash__lt=at.hash)
        )
    return found.order_by(*(("recorded_at", "hash") if back else ("-recorded_at", "-hash")))


def _lines(rows: Iterable[Entry], reader: User) -> list[Line]:
    listed = list(rows)
    names = dict(User.objects.filter(id__in={row.actor for row in listed}).values_list("id", "name"))
    return [
        Line(row.recorded_at, names.get(row.actor, ""), events.KINDS[row.kind].title, _detail(row, reader))
        for row in listed
    ]


def _detail(row: Entry, reader: User) -> str:
    """What an entry of no case says of itself in codes, and the reader's own in figures; else nothing."""
    if row.subject != row.actor:
        return ""
    try:
        said: dict[str, Any] = events.content_of(row, of_case=False)
    except Altered:
        return "The entry does not open: it was altered"
    if row.actor != reader.id:
        said.pop("rows", None)
    return events.KINDS[row.kind].detail(said)


def people() -> list[tuple[str, str]]:
    """Everybody who ever had an account: id and name, by name."""
    return [(str(one), name) for one, name in User.objects.order_by("name", "id").values_list("id", "name")]
