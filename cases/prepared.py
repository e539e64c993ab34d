"""Queries of a fixed shape: planned once for each connection to PostgreSQL, where planning takes longest.

A name is made from the whole text, so that one name can never stand for two queries. SQLite is asked as ever
(its driver keeps what it has compiled), and so is PostgreSQL behind a pool that hands out a connection for
each transaction: `DISABLE_SERVER_SIDE_CURSORS`, Django's own setting for such a pool, says so.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary, WeakSet

from django.db import DatabaseError, connection
from psycopg.errors import DuplicatePreparedStatement, FeatureNotSupported, InvalidSqlStatementName

from cases.models import Case

_ready: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
"""The names that each of the driver's connections holds; a new connection holds none."""
_refused: WeakSet[Any] = WeakSet()
_LOST = (InvalidSqlStatementName, DuplicatePreparedStatement, FeatureNotSupported)
"""Another connection answers than the one that was told, or a table has another shape now."""

log = logging.getLogger(__name__)


class Query:
    """A query as Django composes it, with `%s` for each parameter.

    Args:
        params: its parameters; what equals one of `marks` stands for a value that changes.
    """

    def __init__(self, sql: str, params: Sequence[Any], marks: Iterable[Any]) -> None:
        self.sql, self.params = sql, tuple(params)
        held = set(self.params)
        self.marks = tuple(one for one in marks if one in held)

    @cached_property
    def text(self) -> str:
        """It as PostgreSQL prepares it: a number for each mark, everything else as it is."""
        parts = [part.replace("%%", "%") for part in self.sql.split("%s")]
        quoted: Any = connection.ops  # PostgreSQL's have it
        number = {mark: f"${place}" for place, mark in enumerate(self.marks, 1)}
        said = [number[one] if one in number else quoted.compose_sql("%s", [one]) for one in self.params]
        return "".join(part + value for part, value in zip(parts, [*said, ""], strict=True))

    @cached_property
    def name(self) -> str:
        """What it is called on every connection."""
        return f"dh_{sha256(self.text.encode()).hexdigest()[:32]}"

    @cached_property
    def execute(self) -> str:
        """The statement that runs it by name."""
        return f"EXECUTE {self.name}" + (f" ({', '.join(['%s'] * len(self.marks))})" if self.marks else "")


def value(value: Any) -> Any:
    """A value as the database's driver takes it."""
    if isinstance(value, UUID):
        return Case._meta.pk.get_db_prep_value(value, connection)
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def ask(query: Query, values: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
    """Every row of the answer.

    Args:
        values: one for each mark, as the database's driver takes it.
    """
    with connection.cursor() as cursor:
        if _prepares():
            try:
                return _by_name(cursor, query, values)
            except DatabaseError as error:
                if not isinstance(error.__cause__, _LOST):
                    raise
                _refused.add(connection.connection)
                if connection.in_atomic_block:  # it is over; the next one on this connection does without
                    raise
                log.warning(
                    "prepared queries do not work on this connection: %s", type(error.__cause__).__name__
                )
        cursor.execute(query.sql, [values.get(one, one) for one in query.params])
        return list(cursor.fetchall())


def _prepares() -> bool:
    if connection.vendor != "postgresql" or connection.connection in _refused:
        return False
    settings = connection.settings_dict
    # EXECUTE takes no parameters that the server binds.
    bound_there = settings["OPTIONS"].get("server_side_binding")
    return not (settings.get("DISABLE_SERVER_SIDE_CURSORS") or bound_there)


def _by_name(cursor: Any, query: Query, values: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
    held = _ready.setdefault(connection.connection, set())
    params = [values[mark] for mark in query.marks]
    if query.name in held:
        cursor.execute(query.execute, params)
    else:
        # In one message: nobody waits twice, and a page makes as many queries the first time.
        cursor.execute(f"PREPARE {query.name} AS {query.text.replace('%', '%%')}; {query.execute}", params)
        held.add(query.name)
        cursor.nextset()
    return list(cursor.fetchall())
