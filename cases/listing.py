"""The list of cases, page by page: by key, newest first, without counting (stack.md, guardian).

The policy as one condition cannot be answered from an index, so a page is put together from what opens cases
to somebody: their own, those given to them, those of each team that they manage, those open for a while. Each
gives its newest few; `tests/cases/test_listing.py` holds all of it to `access.visible_to`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Exists, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from cases import access, prepared, rows, search, vault
from cases.models import Case, CaseUserPermission, Exclusion, Membership, TimedAccess, User
from cases.models.cases import OPEN

SIZE = 25
ANY_STATUS = "all"
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
        """The cases that lie on the wanted side of the place; said so that an index is read from there."""
        if self.older:
            later = Q(opened_at__lt=self.opened_at) | Q(id__gt=self.case)
            return Q(opened_at__lte=self.opened_at) & later
        earlier = Q(opened_at__gt=self.opened_at) | Q(id__lt=self.case)
        return Q(opened_at__gte=self.opened_at) & earlier


def _written(case: Case, *, older: bool) -> str:
    moment = (case.opened_at - _START) // timedelta(microseconds=1)
    return f"{'b' if older else 'a'}{moment}-{case.id.hex}"


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases, newest first, and the places of the pages on both sides (empty: there is none)."""

    cases: list[Case]
    newer: str
    older: str
    why: dict[UUID, rows.Why] = field(default_factory=dict)
    """Why each is open to the reader, by the case's id."""
    by_sound: bool = False
    """Nobody is called what was typed: these are names that sound like it."""


def read(user: User, chosen: Mapping[str, Any], at: str | None, size: int = SIZE) -> Page:
    """One page of the cases that the user may see, with their victim/survivors and opened keys.

    Args:
        chosen: what narrows the list: `owner` and `team` (ids), `risk` (a code), `status` (a code, or "all";
            without it the open ones), `references` (all else is left out), `reference` (its beginning),
            `text` (a search).
        at: a place from an earlier page; junk and nothing give the newest.
        size: the most cases of a page.
    """
    place = Place.read(at)
    backwards = place is not None and not place.older
    found, by_sound = _found(user, chosen, place, size + 1)
    more, shown = len(found) > size, found[:size]
    cases = [case for case, _ in (reversed(shown) if backwards else shown)]
    vault.load(case.id for case in cases)
    newer = cases and (more if backwards else place is not None)
    older = cases and (True if backwards else more)
    return Page(
        cases,
        newer=_written(cases[0], older=False) if newer else "",
        older=_written(cases[-1], older=True) if older else "",
        why={case.id: why for case, why in shown},
        by_sound=by_sound,
    )


def _found(
    user: User, chosen: Mapping[str, Any], place: Place | None, most: int
) -> tuple[list[rows.Shown], bool]:
    """The cases of a page in its order, and whether they were found by sound."""
    text = chosen.get("text")
    if not text:
        return _listed(user, chosen, place, most), False
    exact = search.find(user, text)
    if ids := _searched(exact, chosen, place, most):
        return rows.by_ids(user, ids, _order(place)), False
    if place is not None and exact.exists():
        return [], False
    ids = _searched(search.find_by_sound(user, text), chosen, place, most)
    return rows.by_ids(user, ids, _order(place)), bool(ids)


def _searched(found: QuerySet[Case], chosen: Mapping[str, Any], place: Place | None, most: int) -> list[UUID]:
    narrowed = found.filter(_narrowed(chosen), place.beyond() if place else Q())
    return list(narrowed.order_by(*_order(place)).values_list("id", flat=True)[:most])


def _order(place: Place | None) -> tuple[str, str]:
    return ("opened_at", "-id") if place and not place.older else ("-opened_at", "id")


_COLUMNS = {"owner": "owner_id", "team": "team_id", "risk": "risk_level"}


def _narrowed(chosen: Mapping[str, Any]) -> Q:
    """What was chosen, as one condition."""
    q = Q()
    if (status := chosen.get("status") or OPEN) != ANY_STATUS:
        q &= Q(status=status)
    for name, column in _COLUMNS.items():
        if value := chosen.get(name):
            q &= Q(**{column: value})
    if "references" in chosen:
        q &= Q(reference__in=sorted(chosen["references"]))
    if reference := chosen.get("reference"):
        typed = re.sub(r"\s", "", reference).upper()
        q &= Q(reference__startswith=typed if typed.startswith("C-") else f"C-{typed}")
    return q


# --- What the filters offer ------------------------------------------------------------------------------

_USER = UUID(int=1)
_TEAMS = prepared.Query(
    """
SELECT t.id, t.name FROM cases_team t JOIN cases_membership m ON m.team_id = t.id
WHERE m.user_id = %s ORDER BY t.name, t.id
""",
    (_USER,),
    (_USER,),
)
_COLLEAGUES = prepared.Query(
    """
SELECT DISTINCT u.id, u.name FROM cases_user u JOIN cases_membership m ON m.user_id = u.id
WHERE m.team_id IN (SELECT team_id FROM cases_membership WHERE user_id = %s) AND u.is_active AND u.id <> %s
ORDER BY u.name, u.id
""",
    (_USER, _USER),
    (_USER,),
)


def teams_of(user: User) -> list[tuple[str, str]]:
    """The user's teams: id and name, by name."""
    return _pairs(_TEAMS, user)


def colleagues_of(user: User) -> list[tuple[str, str]]:
    """Everybody else who is active in one of the user's teams: id and name, by name."""
    return _pairs(_COLLEAGUES, user)


def _pairs(query: prepared.Query, user: User) -> list[tuple[str, str]]:
    found = prepared.ask(query, {_USER: prepared.value(user.id)})
    return [(str(one if isinstance(one, UUID) else UUID(one)), name) for one, name in found]


# --- The branches ----------------------------------------------------------------------------------------


def branches(user: User, teams: Iterable[UUID]) -> list[QuerySet[Case]]:
    """What opens cases to the user, each from one index; together they are `access.visible_to`.

    Args:
        user: as loaded for this request: the role chooses the branches, and each asks the database again.
        teams: those in which they have a place.
    """
    excluded = Exclusion.objects.filter(user=user, ended_at=None).values("case_id")
    here = User.objects.filter(id=user.id, is_active=True)
    if user.role == User.Role.GOVERNANCE:
        role, found = Exists(here.filter(role=user.role)), [_timed(user, access.PURPOSE)]
    else:
        role = Exists(here.filter(role__in=(User.Role.OFFICER, User.Role.MANAGER)))
        found = [Q(owner=user), _given(user), _timed(user, access.EMERGENCY)]
    if user.role == User.Role.MANAGER:
        found += [_of_team(here, team) for team in teams]
    return [Case.objects.filter(role, one).exclude(id__in=excluded) for one in found]


def _given(user: User) -> Q:
    held = CaseUserPermission.objects.filter(user=user, permission__codename=access.GRANT, ends_at__gt=Now())
    return Q(id__in=held.values("content_object_id"))


def _timed(user: User, kind: str) -> Q:
    now = TimedAccess.objects.filter(user=user, kind=kind, ended_at=None, ends_at__gt=Now())
    return Q(id__in=now.values("case_id"))


def _of_team(here: QuerySet[User], team: UUID) -> Q:
    """The cases of one team; restricted ones come from the branches of those who were named."""
    manages = Membership.objects.filter(user__in=here.filter(role=User.Role.MANAGER), team_id=team)
    return Q(Exists(manages), team_id=team, restricted=False)


class _Shape(NamedTuple):
    """All in which one composed query differs from another; values stand in it as marks."""

    vendor: str
    role: str
    teams: int
    status: str
    columns: tuple[str, ...]
    older: bool | None
    most: int


_CASE = UUID(int=2)
_MOMENT = datetime(1, 1, 2, tzinfo=UTC)
_RISK = "\0risk"
_MARKS: Mapping[str, Any] = {"owner": UUID(int=3), "team": UUID(int=4), "risk": _RISK}
_FIRST_TEAM = 1_000
_TEAM_IDS = prepared.Query("SELECT team_id FROM cases_membership WHERE user_id = %s", (_USER,), (_USER,))


def _listed(user: User, chosen: Mapping[str, Any], place: Place | None, most: int) -> list[rows.Shown]:
    """A page of the list, by a query that is composed once for each shape."""
    manages = user.role == User.Role.MANAGER
    stored = prepared.ask(_TEAM_IDS, {_USER: prepared.value(user.id)}) if manages else []
    teams = [one if isinstance(one, UUID) else UUID(one) for (one,) in stored]
    if not chosen.get("references", True):
        return []
    if "references" in chosen or chosen.get("reference"):
        with connection.cursor() as cursor:  # of no fixed shape
            cursor.execute(*_composed(user, teams, _narrowed(chosen), place, most))
            return rows.built(user, cursor.fetchall())
    columns = tuple(name for name in _COLUMNS if chosen.get(name))
    status = chosen.get("status") or OPEN
    older = place.older if place else None
    values: dict[Any, Any] = {_USER: user.id} | {_MARKS[name]: chosen[name] for name in columns}
    values |= {UUID(int=_FIRST_TEAM + n): team for n, team in enumerate(teams)}
    if place:
        values |= {_CASE: place.case, _MOMENT: place.opened_at}
    query = _query(_Shape(connection.vendor, user.role, len(teams), status, columns, older, most))
    stands = {prepared.value(one): prepared.value(value) for one, value in values.items()}
    return rows.built(user, prepared.ask(query, stands))


@cache
def _query(shape: _Shape) -> prepared.Query:
    """A page of the list as a query and its parameters: composing it takes longer than asking it."""
    chosen = {name: _MARKS[name] for name in shape.columns} | {"status": shape.status}
    place = None if shape.older is None else Place(shape.older, _MOMENT, _CASE)
    teams = [UUID(int=_FIRST_TEAM + n) for n in range(shape.teams)]
    marks = [_USER, *(_MARKS[name] for name in shape.columns), *teams, *([_CASE, _MOMENT] if place else [])]
    composed = _composed(User(id=_USER, role=shape.role), teams, _narrowed(chosen), place, shape.most)
    return prepared.Query(*composed, [prepared.value(one) for one in marks])


def _composed(
    user: User, teams: Iterable[UUID], narrowed: Q, place: Place | None, most: int
) -> tuple[str, tuple[Any, ...]]:
    """A page as `rows.built` takes it: of the newest few of each branch, without those that come twice.

    Written out, since Django cannot limit the parts of a union on SQLite.
    """
    order = _order(place)
    parts: list[str] = []
    params: list[Any] = []
    for number, branch in enumerate(branches(user, teams)):
        few = branch.filter(narrowed, place.beyond() if place else Q()).order_by(*order)
        sql, values = few.values_list("opened_at", "id")[:most].query.sql_with_params()
        parts.append(f"SELECT * FROM ({sql}) branch{number}")  # noqa: S608 - composed by Django
        params += values
    ways = ", ".join(f"{name[1:]} DESC" if name.startswith("-") else name for name in order)
    page = f"SELECT id FROM ({' UNION '.join(parts)}) page ORDER BY {ways} LIMIT {most}"  # noqa: S608 - as above
    among = RawSQL(f'"cases_case"."id" IN ({page})', params, BooleanField())  # noqa: S611 - as above
    return rows.composed(user, among, order)
