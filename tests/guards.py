"""Flushing guarded tables: Django empties every table after a transactional test, which guards refuse.

On SQLite the whole file is made again as it was. On PostgreSQL this is the only place where a guard is taken
away; it is put back before the next test. The last test of a run looks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management.commands import flush
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.test import TransactionTestCase

from audit import guards
from tests import template

LAST = "test_guards_stand_at_the_end_of_the_run"


@contextmanager
def disarmed(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Take every guard away, and put all back on leaving."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT format('ALTER TABLE %%I DISABLE TRIGGER USER', tablename) FROM pg_catalog.pg_tables "
                "WHERE schemaname = current_schema() AND tablename = ANY(%s)",
                [guards.guarded()],
            )
        else:
            cursor.execute(
                "SELECT 'DROP TRIGGER \"' || name || '\"' FROM sqlite_master "
                "WHERE type = 'trigger' AND name LIKE '%%!_guard!_%%' ESCAPE '!'",
                [],
            )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
    try:
        yield
    finally:
        guards.install(using)


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_guards() -> Iterator[None]:
    """Stand in for the flush of transactional and live-server tests.

    What a new database holds (agencies, content types) is made once and put back as it was: to make it again
    after every such test took a minute of a run. To put back a file takes a tenth of what emptying it takes.
    """
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    fill = flush.emit_post_migrate_signal  # type: ignore[attr-defined]
    new: dict[str, Rows] = {}

    def teardown(self: Any) -> None:
        if connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
            template.put_back(connections[DEFAULT_DB_ALIAS])
            return
        with disarmed():
            empty(self)

    def refill(verbosity: int, interactive: bool, db: str) -> None:
        if new:
            _put_back(new, db)
        else:
            fill(verbosity, interactive, db)
            new.update(_rows(db))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        patch.setattr(flush, "emit_post_migrate_signal", refill)
        yield


Rows = tuple[list[str], list[tuple[Any, ...]]]


def _rows(using: str) -> dict[str, Rows]:
    """The columns and rows of every table that is not empty."""
    connection = connections[using]
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own tables
            if rows := cursor.fetchall():
                found[table] = ([column[0] for column in cursor.description], rows)
    return found


def _put_back(new: dict[str, Rows], using: str) -> None:
    connection, quote = connections[using], connections[using].ops.quote_name
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for table, (columns, rows) in new.items():
            names, marks = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})", rows)  # noqa: S608


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The test that looks whether the guards stand comes last."""
    items.sort(key=lambda item: item.name == LAST)
