"""Entries by their place in the log, some at a time, as the exports read them."""

import json
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import psycopg
from django.db import connection
from django.db.models.expressions import RawSQL
from psycopg.adapt import Transformer
from psycopg.pq.abc import PGresult

from audit.aside import Answer, Aside

_ENTRIES = """
SELECT l."index", e.hash, e.subject, e.request_key, e.header, e.sealed
FROM audit_leaf l JOIN audit_entry e ON e.hash = l.hash WHERE l."index" IN ({}) ORDER BY l."index"
"""


class Placed(NamedTuple):
    """An entry as it is stored; `leaf` is its place in the log."""

    leaf: int
    hash: bytes
    subject: UUID
    request_key: UUID
    header: bytes
    sealed: bytes


def entries(indexes: Sequence[int]) -> list[Placed]:
    """The entries at these places, in their order; one query for up to some thousands.

    Read by the driver: rows of the ORM take longer to make than the database takes to find them. PostgreSQL
    sends bytes as they are: spelled as text they take half as long again.
    """
    if not indexes:
        return []
    listing = listed(indexes, "bigint")
    query = _ENTRIES.format(listing.sql)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as own:
                own.execute(query.encode(), listing.params, binary=True)
                return list(map(Placed._make, own.fetchall()))
        cursor.execute(query, listing.params)
        return [
            Placed(index, bytes(hashed), UUID(hex=subject), UUID(hex=key), bytes(header), bytes(sealed))
            for index, hashed, subject, key, header, sealed in cursor.fetchall()
        ]


def _made(result: PGresult) -> list[Placed]:
    """The entries of a result in PostgreSQL's binary form."""
    loads = Transformer(connection.connection)
    loads.set_pgresult(result)
    return loads.load_rows(0, result.ntuples, Placed._make)


def listed(values: Sequence[int | str], kind: str) -> RawSQL:
    """These values for an `IN`, as one parameter: of a list, each value is worked on by every layer above.

    Args:
        values: numbers, or identifiers in hexadecimal; kind: PostgreSQL's type of them.
    """
    if connection.vendor == "postgresql":
        text = "{" + ",".join(map(str, values)) + "}"
        return RawSQL(f"SELECT unnest(%s::{kind}[])", [text])  # noqa: S611 - the type is ours
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(values))])


class Ahead(Aside):
    """Reads the entries that are wanted next while those before them are worked on.

    On a connection of its own: entries never change, so whichever connection asks is told the same.
    """

    def __init__(self) -> None:
        super().__init__()
        self._read: tuple[list[int], Answer] | None = None

    def take(self, indexes: Sequence[int], then: Sequence[int] = ()) -> list[Placed]:
        """The entries at these places, as `entries` gives them; those at `then` are read meanwhile."""
        read, self._read = self._read, None
        known = read[1].result() if read and read[0] == list(indexes) else None
        if then and self.can():
            listing = listed(then, "bigint")
            answer = self.ask(_ENTRIES.format(listing.sql), listing.params, binary=True)
            self._read = list(then), answer
        return _made(known) if known else entries(indexes)

    def close(self) -> None:
        """Let go of the connection, and of what it was asked."""
        self._read = None
        super().close()
