"""Entries by their place in the log, some at a time, as the exports read them."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models.expressions import RawSQL

_ENTRIES = """
SELECT l."index", e.hash, e.subject, e.request_key, e.header, e.sealed
FROM audit_leaf l JOIN audit_entry e ON e.hash = l.hash WHERE l."index" IN {} ORDER BY l."index"
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

    Read by the driver: rows of the ORM take longer to make than the database takes to find them.
    """
    if not indexes:
        return []
    with connection.cursor() as cursor:
        listing = listed(indexes, "bigint")
        cursor.execute(_ENTRIES.format(f"({listing.sql})"), listing.params)
        rows = cursor.fetchall()
    return [
        Placed(index, bytes(hashed), _uuid(subject), _uuid(key), bytes(header), bytes(sealed))
        for index, hashed, subject, key, header, sealed in rows
    ]


def listed(values: Sequence[int | str], kind: str) -> RawSQL:
    """These values for an `IN`, as one parameter: of a list, each value is worked on by every layer above.

    Args:
        values: numbers, or identifiers in hexadecimal; kind: PostgreSQL's type of them.
    """
    if connection.vendor == "postgresql":
        text = "{" + ",".join(map(str, values)) + "}"
        return RawSQL(f"SELECT unnest(%s::{kind}[])", [text])  # noqa: S611 - the type is ours
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(values))])


def _uuid(stored: Any) -> UUID:
    return stored if isinstance(stored, UUID) else UUID(hex=stored)
