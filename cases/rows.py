"""The cases of a page of the list: one query for what is shown, and why each is open to its reader."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Literal, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, F, FilteredRelation, Model, Q, QuerySet, UUIDField
from django.db.models.base import ModelState
from django.db.models.expressions import RawSQL

from cases import access, prepared
from cases.banner import VICTIM_SURVIVOR
from cases.models import Case, Person, Team, User

Row = TypeVar("Row", bound=Model)
Convert = Callable[[Any], Any]


class Why(NamedTuple):
    """Why a case is open to a reader, and until when (None: while they are that)."""

    kind: Literal["own", "team", "given", "emergency", "purpose"]
    until: datetime | None = None


Shown = tuple[Case, Why]

_CASE = ("id", "reference", "team_id", "owner_id", "opened_at", "status", "provisional", "risk_level")
_PERSON = ("id", "case_id", "position", "role", "name", "preferred_name")
"""What a list shows. The other columns are read when they are asked for, each with a query of its own."""
_OPENED = ("managed", "given_until", "timed_until")
_AT = len(_CASE) + 2 + len(_OPENED)
"""Where a row's person begins, after the case, the names of owner and team, and what opens it."""
_OWNER: Any = Case._meta.get_field("owner")
_TEAM: Any = Case._meta.get_field("team")
_IDS, _USER = "\0ids", UUID(int=1)
_AMONG = {
    "postgresql": '"cases_case"."id" = ANY(%s::uuid[])',
    "sqlite": '"cases_case"."id" IN (SELECT value FROM json_each(%s))',
}


def composed(user: User, among: RawSQL, order: tuple[str, str]) -> tuple[str, tuple[Any, ...]]:
    """The query for some cases as a list shows them, and its parameters: a row for each victim/survivor.

    One query: asking three times takes longer than all that they answer.

    Args:
        among: which cases.
        order: their fields.
    """
    rows = Case.objects.filter(among).annotate(
        owned_by=F("owner__name"),
        worked_in=F("team__name"),
        victim=FilteredRelation("people", condition=Q(people__role=VICTIM_SURVIVOR)),
        **access.openings(user),
    )
    people = [f"victim__{column}" for column in _PERSON]
    rows = rows.order_by(*order, "victim__position", "victim__id")
    found = rows.values_list(*_CASE, "owned_by", "worked_in", *_OPENED, *people)
    sql, params = found.query.sql_with_params()
    return sql, tuple(params)


@cache
def _of_ids(vendor: str, role: str, order: tuple[str, str]) -> prepared.Query:
    """One value for however many ids, so that it is one query."""
    among = RawSQL(_AMONG[vendor], [_IDS], BooleanField())  # noqa: S611 - the ids are a parameter
    return prepared.Query(*composed(User(id=_USER, role=role), among, order), (_IDS, prepared.value(_USER)))


def by_ids(user: User, ids: Sequence[UUID], order: tuple[str, str]) -> list[Shown]:
    """The cases with these ids, as `built`."""
    if not ids:
        return []
    values = {_IDS: _several(ids), prepared.value(_USER): prepared.value(user.id)}
    return built(user, prepared.ask(_of_ids(connection.vendor, user.role, order), values))


def _several(ids: Iterable[UUID]) -> str:
    """Ids as one value; one by one the driver takes longer than the database."""
    if connection.vendor == "postgresql":
        return f"{{{','.join(one.hex for one in ids)}}}"
    return json.dumps([one.hex for one in ids])


def built(user: User, stored: Iterable[Sequence[Any]]) -> list[Shown]:
    """The cases of such rows in their order, each with owner, team, victim/survivors and why it is open.

    Put together by hand: Django takes longer for it than for all else on the page.
    """
    found: list[Shown] = []
    named: dict[UUID, Any] = {}
    victims: list[Person] = []
    last, ids = None, _Ids()
    reader = (user.id, user.role)  # of a request's user each look goes through Django's proxy
    of_case, of_person = (_converters(connection.vendor, *one) for one in ((Case, _CASE), (Person, _PERSON)))
    every = QuerySet(Person).query  # shared: whoever narrows it takes a copy
    for row in stored:
        if row[0] != last:
            case, last, victims = _loaded(Case, _CASE, row, of_case, ids), row[0], []
            owner, team, *opened = row[len(_CASE) : _AT]
            _OWNER.set_cached_value(case, _named(User, case.owner_id, owner, named))  # as select_related does
            _TEAM.set_cached_value(case, _named(Team, case.team_id, team, named))
            people: QuerySet[Person] = QuerySet(Person, query=every)
            people._result_cache = victims
            case.__dict__["_prefetched_objects_cache"] = {"people": people}  # as prefetch_related leaves it
            if why := _why(*reader, case, *opened):
                found.append((case, why))
        if row[_AT] is not None:
            victims.append(_loaded(Person, _PERSON, row[_AT:], of_person, ids))
    return found


def _named(model: type[Row], key: UUID, name: str, made: dict[UUID, Any]) -> Row:
    """The owner or team of that key, one for all the cases of a page."""
    if key not in made:
        made[key] = _loaded(model, ("id", "name"), (key, name), (), {})
    found: Row = made[key]
    return found


def built_of(model: type[Row], columns: tuple[str, ...], values: Sequence[Any]) -> Row:
    """A row of a table, as `from_db` makes it, of its first columns."""
    return _loaded(model, columns, values, _converters(connection.vendor, model, columns), _Ids())


class _Ids(dict[str, UUID]):
    """Ids as SQLite stores them, each read once: a page says the same few again and again."""

    def __missing__(self, text: str) -> UUID:
        found = self[text] = UUID(text)
        return found


def _loaded(
    model: type[Row],
    columns: tuple[str, ...],
    values: Sequence[Any],
    converters: Iterable[tuple[int, Convert | None]],
    ids: Mapping[str, UUID],
) -> Row:
    """A row as `from_db` leaves it, which goes through every field that was not read as well."""
    own = list(values[: len(columns)])
    for place, convert in converters:
        own[place] = convert(own[place]) if convert else ids[own[place]]
    row = model.__new__(model)
    row._state = ModelState()
    row._state.adding, row._state.db = False, "default"
    row.__dict__.update(zip(columns, own, strict=True))
    return row


@cache
def _converters(
    vendor: str, model: type[Model], columns: tuple[str, ...]
) -> tuple[tuple[int, Convert | None], ...]:
    """What makes Python's values of a column's, by place; None: an id. PostgreSQL's driver needs nothing."""
    found: list[tuple[int, Convert | None]] = []
    for place, column in enumerate(columns):
        stored: Any = model._meta.get_field(column)
        expression = stored.get_col(model._meta.db_table)
        if vendor == "sqlite" and isinstance(expression.output_field, UUIDField):
            found.append((place, None))
            continue
        found += [
            (place, partial(one, expression=expression, connection=connection))
            for one in connection.ops.get_db_converters(expression)
        ]
    return tuple(found)


def _why(reader: UUID, role: str, case: Case, managed: bool, given: Any, timed: Any) -> Why | None:
    """What opens the case to the reader: what lasts longest first. None: nothing does any more."""
    if role == User.Role.GOVERNANCE:
        return Why("purpose", _moment(timed)) if timed else None
    if case.owner_id == reader:
        return Why("own")
    if managed:
        return Why("team")
    if given:
        return Why("given", _moment(given))
    return Why("emergency", _moment(timed)) if timed else None


def _moment(stored: Any) -> datetime:
    """A moment as a driver hands it over; SQLite's is in UTC, as text or not, and does not say so."""
    moment = stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
