"""Guards on any table: what they refuse, that a missing one is found, that installing puts it back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from audit import guards
from tests.audit import making
from tests.guards import disarmed

pytestmark = pytest.mark.django_db
TABLE = "audit_made_for_a_test"


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def stored() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, code, part FROM {TABLE} ORDER BY id")  # noqa: S608
        return list(cursor.fetchall())


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A guarded table with every sort of unique column, holding one row."""
    run(
        f"CREATE TABLE {TABLE} (id integer PRIMARY KEY, code text UNIQUE, part text, place integer, "
        "loose text, open text, UNIQUE (part, place))"
    )
    run(f"CREATE UNIQUE INDEX audit_made_open ON {TABLE} (open) WHERE loose IS NULL")
    with monkeypatch.context() as patch:
        patch.setattr(guards, "_guarded", dict(guards._guarded))
        guards.guard(TABLE)
        guards.install()
        run(f"INSERT INTO {TABLE} VALUES (1, 'a', 'p', 1, NULL, 'o')")  # noqa: S608
        yield


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("change", ["UPDATE {} SET code = 'b'", "DELETE FROM {}", "TRUNCATE {}"])
def test_a_guarded_table_refuses_change(change: str) -> None:
    if change.startswith("TRUNCATE") and connection.vendor == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(IntegrityError, match=f"{TABLE} is append-only: {change.partition(' ')[0]} refused"):
        run(change.format(TABLE))
    assert stored() == [(1, "a", "p")]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    "values",
    [
        "1, 'b', 'q', 2, NULL, 'x'",
        "2, 'a', 'q', 2, NULL, 'x'",
        "2, 'b', 'p', 1, NULL, 'x'",
        "2, 'b', 'q', 2, NULL, 'o'",
    ],
)
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT"])
def test_no_row_takes_the_place_of_another(verb: str, values: str) -> None:
    if connection.vendor != "sqlite":
        verb = "INSERT"
    run("PRAGMA recursive_triggers = 0" if connection.vendor == "sqlite" else "SELECT 1")
    with pytest.raises(IntegrityError):
        run(f"{verb} INTO {TABLE} VALUES ({values})")
    assert stored() == [(1, "a", "p")]


@pytest.mark.usefixtures("table")
def test_an_upsert_does_not_change_a_row() -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        run(
            f"INSERT INTO {TABLE} VALUES (1, 'b', 'q', 2, NULL, 'x') "  # noqa: S608
            "ON CONFLICT (id) DO UPDATE SET code = 'b'"
        )
    assert stored() == [(1, "a", "p")]


@pytest.mark.usefixtures("table")
def test_further_rows_are_welcome() -> None:
    run(f"INSERT INTO {TABLE} VALUES (2, NULL, 'p', 2, 'x', 'o'), (3, NULL, NULL, 2, 'y', 'o')")  # noqa: S608
    assert stored() == [(1, "a", "p"), (2, None, "p"), (3, None, None)]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("verb", ["INSERT", "INSERT OR IGNORE", "INSERT OR REPLACE"])
@pytest.mark.parametrize("number", [-1, 0])
def test_no_row_takes_a_number_that_would_stop_later_ones(verb: str, number: int) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has row numbers")
    with pytest.raises(IntegrityError, match=f"{TABLE} counts its rows from one"):
        run(f"{verb} INTO {TABLE} (rowid, code) VALUES ({number}, 'b')")
    run(f"INSERT INTO {TABLE} (code) VALUES ('c')")  # noqa: S608
    assert stored() == [(1, "a", "p"), (2, "c", None)]


def test_a_unique_index_made_later_is_missed_until_it_is_guarded(table: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite's guards know the unique columns")
    run(f"CREATE UNIQUE INDEX audit_made_loose ON {TABLE} (loose)")
    assert guards.missing() == [f"the guard {TABLE}_guard_insert on {TABLE} does not say what it must"]
    guards.install()
    assert guards.missing() == []


def test_a_further_column_may_be_named_unique(table: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite's guards know the unique columns")
    guards.guard(TABLE, unique=["loose"])
    guards.install()
    run(f"INSERT INTO {TABLE} VALUES (2, NULL, NULL, 2, 'x', 'y')")  # noqa: S608
    with pytest.raises(IntegrityError, match="loose there already"):
        run(f"INSERT INTO {TABLE} VALUES (3, NULL, NULL, 3, 'x', 'z')")  # noqa: S608


def test_a_table_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "_guarded", {**guards._guarded, "no_such_table": ()})
    guards.install()
    assert guards.missing() == ["the table no_such_table is not there"]


# --- A guard that is gone or weakened is found ----------------------------------------------------------

SQLITE_HARM = {
    "the guard audit_entry_guard_update on audit_entry is not there": [
        "DROP TRIGGER audit_entry_guard_update"
    ],
    "the guard audit_entry_guard_insert on audit_entry is not there": [
        "DROP TRIGGER audit_entry_guard_insert"
    ],
    "the guard audit_entry_guard_number on audit_entry is not there": [
        "DROP TRIGGER audit_entry_guard_number"
    ],
    "the guard audit_entry_guard_delete on audit_entry does not say what it must": [
        "DROP TRIGGER audit_entry_guard_delete",
        "CREATE TRIGGER audit_entry_guard_delete BEFORE DELETE ON audit_entry BEGIN SELECT 1; END",
    ],
}
REFUSE = "CREATE OR REPLACE FUNCTION audit_guard_refuse() RETURNS trigger LANGUAGE plpgsql"
CHANGE = "CREATE TRIGGER audit_guard_change BEFORE UPDATE {} ON audit_entry FOR EACH ROW {} "
ALWAYS = "ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_guard_change"
WEAK = "the guard audit_guard_change on audit_entry does not say what it must"
OFF = "the guard audit_guard_change on audit_entry is switched off"
WEAK_FUNCTION = "the function audit_guard_refuse of the guards does not say what it must"
DROP = "DROP TRIGGER audit_guard_change ON audit_entry"
RUN = "EXECUTE FUNCTION audit_guard_refuse()"
POSTGRESQL_HARM = [
    (
        "the guard audit_guard_insert on audit_entry is not there",
        ["DROP TRIGGER audit_guard_insert ON audit_entry"],
    ),
    (
        "the guard audit_guard_truncate on audit_entry is not there",
        ["DROP TRIGGER audit_guard_truncate ON audit_entry"],
    ),
    (OFF, ["ALTER TABLE audit_entry DISABLE TRIGGER audit_guard_change"]),
    (OFF, ["ALTER TABLE audit_entry ENABLE TRIGGER audit_guard_change"]),
    (OFF, ["ALTER TABLE audit_entry ENABLE REPLICA TRIGGER audit_guard_change"]),
    (WEAK, [DROP, CHANGE.format("", "") + RUN, ALWAYS]),
    (WEAK, [DROP, CHANGE.format("OF kind OR DELETE", "") + RUN, ALWAYS]),
    (WEAK, [DROP, CHANGE.format("OR DELETE", "WHEN (false)") + RUN, ALWAYS]),
    (WEAK, [DROP, CHANGE.format("OR DELETE", "") + "EXECUTE FUNCTION audit_guard_entry()", ALWAYS]),
    (WEAK_FUNCTION, [f"{REFUSE} SET search_path = pg_catalog, pg_temp AS $$ BEGIN RETURN NEW; END $$"]),
    (
        WEAK_FUNCTION,
        ["ALTER FUNCTION audit_guard_entry() RESET ALL", "ALTER FUNCTION audit_guard_refuse() RESET ALL"],
    ),
]


def harms() -> list[tuple[str, list[str]]]:
    return list(SQLITE_HARM.items()) if connection.vendor == "sqlite" else POSTGRESQL_HARM


def test_a_guard_dropped_switched_off_or_weakened_is_named_and_put_back() -> None:
    making.record()
    for why, harm in harms():
        assert guards.missing() == []
        for statement in harm:
            run(statement)
        assert why in guards.missing(), harm
        guards.install()
        assert guards.missing() == [], harm
    for change in ("UPDATE audit_entry SET kind = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(IntegrityError, match="refused"):
            run(change)


def test_a_trigger_that_is_not_a_guard_is_named() -> None:
    if connection.vendor == "sqlite":
        run("CREATE TRIGGER sly BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(IGNORE); END")
    else:
        run(f"CREATE TRIGGER sly BEFORE INSERT ON audit_entry FOR EACH ROW {RUN}")
    guards.install()
    assert guards.missing() == ["the trigger sly on audit_entry is not one of the guards"]


@pytest.mark.parametrize(
    ("harm", "undo", "why"),
    [
        (
            "CREATE RULE sly AS ON INSERT TO audit_entry DO INSTEAD NOTHING",
            "DROP RULE sly ON audit_entry",
            "the rule sly rewrites statements",
        ),
        (
            "CREATE TABLE sly () INHERITS (audit_entry)",
            "DROP TABLE sly",
            "the table sly passes for part of it",
        ),
        (
            "ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE audit_entry DISABLE ROW LEVEL SECURITY",
            "row security hides rows",
        ),
        (
            "ALTER TABLE audit_entry SET UNLOGGED",
            "ALTER TABLE audit_entry SET LOGGED",
            "a crash empties an unlogged table",
        ),
    ],
    ids=["rule", "child", "row security", "unlogged"],
)
def test_a_way_past_the_triggers_is_named_until_it_is_gone(harm: str, undo: str, why: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's own")
    run(harm)
    guards.install()
    assert guards.missing() == [f"{why}: the guards on audit_entry do not see it"]
    run(undo)
    assert guards.missing() == []


def test_migrating_puts_the_guards_back() -> None:
    run("DROP TRIGGER audit_entry_guard_update" if connection.vendor == "sqlite" else DROP)
    assert guards.missing() != []
    call_command("migrate", verbosity=0)
    assert guards.missing() == []


def test_installing_again_changes_nothing(django_assert_max_num_queries: Any) -> None:
    with connection.execute_wrapper(_no_definitions):
        guards.install()


def _no_definitions(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    assert not sql.lstrip().startswith(("CREATE", "DROP", "ALTER")), sql
    return execute(sql, params, many, context)


def test_tests_disarm_every_guard_and_arm_it_again() -> None:
    making.record()
    with disarmed():
        assert guards.missing() != []
        run("DELETE FROM audit_entry")
    assert guards.missing() == []
