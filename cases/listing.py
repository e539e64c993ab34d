"""The list of cases, page by page: by key, newest first, without counting (stack.md, guardian)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from cases import access, vault
from cases.banner import VICTIM_SURVIVOR
from cases.models import Case, Person, User

SIZE = 25
_START = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"([ba])([0-9]{1,17})-([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: the cases before (older than) or after (newer than) one case."""

    older: bool
    opened_at: datetime
    case: UUID

    @classmethod
    def read(cls, text: str | None) -> "Place | None":
        """A place as an address carries it; None for junk, which shows the first page."""
        match = _PLACE.fullmatch(text or "")
        if match is None:
            return None
        moment = _START + timedelta(microseconds=int(match[2]))
        return cls(match[1] == "b", moment, UUID(match[3]))

    def beyond(self) -> Q:
        """The cases that lie on the wanted side of the place."""
        if self.older:
            return Q(opened_at__lt=self.opened_at) | Q(opened_at=self.opened_at, id__gt=self.case)
        return Q(opened_at__gt=self.opened_at) | Q(opened_at=self.opened_at, id__lt=self.case)


def _written(case: Case, *, older: bool) -> str:
    moment = (case.opened_at - _START) // timedelta(microseconds=1)
    return f"{'b' if older else 'a'}{moment}-{case.id.hex}"


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases, newest first, and the places of the pages on both sides (empty: there is none)."""

    cases: list[Case]
    newer: str
    older: str


def _chosen(user: User, chosen: Mapping[str, Any]) -> QuerySet[Case]:
    cases = access.visible_to(user)
    if reference := chosen.get("reference"):
        typed = re.sub(r"\s", "", reference).upper()
        cases = cases.filter(reference__startswith=typed if typed.startswith("C-") else f"C-{typed}")
    if risk := chosen.get("risk"):
        cases = cases.filter(risk_level=risk)
    return cases


def read(user: User, chosen: Mapping[str, Any], at: str | None, size: int = SIZE) -> Page:
    """One page of the cases that the user may see, with their victim/survivors and opened keys.

    Args:
        chosen: filters: `reference` (its beginning), `risk` (a code).
        at: a place from an earlier page; junk and nothing give the newest.
        size: the most cases of a page.
    """
    place = Place.read(at)
    backwards = place is not None and not place.older
    order = ("opened_at", "-id") if backwards else ("-opened_at", "id")
    victims = Prefetch("people", queryset=Person.objects.filter(role=VICTIM_SURVIVOR))
    found = _chosen(user, chosen).filter(place.beyond() if place else Q()).order_by(*order)
    rows = list(found.select_related("owner").prefetch_related(victims)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    vault.load(case.id for case in rows)
    newer = rows and (more if backwards else place is not None)
    older = rows and (True if backwards else more)
    return Page(
        rows,
        newer=_written(rows[0], older=False) if newer else "",
        older=_written(rows[-1], older=True) if older else "",
    )
