"""Flushing guarded tables: Django empties every table after a transactional test, which guards refuse.

The only place where a guard is taken away; it is put back before the next test. The last test of a run looks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from django.test import TransactionTestCase

from audit import guards

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
    """Wrap the flush of transactional and live-server tests."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(self: Any) -> None:
        with disarmed():
            flush(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The test that looks whether the guards stand comes last."""
    items.sort(key=lambda item: item.name == LAST)
