"""Everything that stands in the database as it is stored: what is typed must be nowhere in it in clear."""

from typing import Any

from django.db import connection


def whole_database() -> str:
    """Every value of every table, in one text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own tables
            found += [repr(_plain(value)) for row in cursor.fetchall() for value in row]
    return "\n".join(found)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
