"""Tables that the database itself refuses to change: which they are, guarding them, seeing that they are.

Nothing here takes a guard away. What the triggers say is in `audit/triggers.py`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from audit import triggers

# Table → columns whose values may not come twice although no index says so.
_guarded: dict[str, tuple[str, ...]] = {}


def guard(table: str, *, unique: Sequence[str] = ()) -> None:
    """Register `table` as append-only: UPDATE, DELETE and TRUNCATE refused, and on SQLite INSERT OR REPLACE.

    Called in `AppConfig.ready()`; the triggers are put there after the next migrate. The primary key and the
    unique indexes are read from the database; `unique` names further columns whose values may not come twice.
    """
    _guarded[table] = tuple(unique)


def guard_model(model: type[models.Model]) -> None:
    """Register a model's table as append-only."""
    guard(model._meta.db_table)


def guarded() -> list[str]:
    """The tables registered, in the order of their names."""
    return sorted(_guarded)


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Put every guard that is not there, or not as it must be, on the registered tables that exist.

    Safe to run again and again; a database whose guards stand is only read.
    """
    connection = connections[using]
    with transaction.atomic(using=using):
        if connection.vendor == "postgresql":
            _install_postgresql(connection)
        else:
            _install_sqlite(connection)


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """A sentence for each guard that is not there, is switched off, or says something else than it must.

    Also for each registered table without a table and each trigger on one that is not ours. On PostgreSQL
    also for each way past the triggers: a rule, a table that inherits, row security, no log for a crash.
    """
    connection = connections[using]
    found = _tables(connection)
    gone = [f"the table {table} is not there" for table in guarded() if table not in found]
    faults = _faults_postgresql if connection.vendor == "postgresql" else _faults_sqlite
    return gone + [why for _, why in faults(connection)]


def _execute(connection: BaseDatabaseWrapper, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)  # no parameters: the driver then leaves % alone


def _rows(connection: BaseDatabaseWrapper, query: str, params: Sequence[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return list(cursor.fetchall())


def _tables(connection: BaseDatabaseWrapper) -> set[str]:
    if connection.vendor == "postgresql":
        # Not introspection by search path: a temporary table of the same name would hide the real one.
        query = "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()"
    else:
        query = "SELECT name FROM main.sqlite_master WHERE type = 'table'"
    return {name for (name,) in _rows(connection, query)}


def _present(connection: BaseDatabaseWrapper) -> list[str]:
    found = _tables(connection)
    return [table for table in guarded() if table in found]


# --- SQLite ----------------------------------------------------------------------------------------------


def _install_sqlite(connection: BaseDatabaseWrapper) -> None:
    broken = {table for table, _ in _faults_sqlite(connection)}
    for table in broken:
        for name, statement in _expected_sqlite(connection, table).items():
            _execute(connection, f'DROP TRIGGER IF EXISTS "{name}"')
            _execute(connection, statement)


def _faults_sqlite(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    actual: dict[str, dict[str, str]] = {}
    for table, name, sql in _rows(
        connection, "SELECT tbl_name, name, sql FROM main.sqlite_master WHERE type = 'trigger'"
    ):
        actual.setdefault(table, {})[name] = sql
    for table in _present(connection):
        expected = _expected_sqlite(connection, table)
        there = actual.get(table, {})
        for name, statement in expected.items():
            if name not in there:
                yield table, f"the guard {name} on {table} is not there"
            elif there[name] != statement:
                yield table, f"the guard {name} on {table} does not say what it must"
        for name in sorted(there.keys() - expected.keys()):
            yield table, f"the trigger {name} on {table} is not one of the guards"


def _expected_sqlite(connection: BaseDatabaseWrapper, table: str) -> dict[str, str]:
    columns = _rows(connection, f'PRAGMA main.table_info("{table}")')
    key = tuple(name for _, name, _, _, _, place in sorted(columns, key=lambda c: c[5]) if place)
    # The hidden row number is a unique column too, and an INSERT may name it.
    groups = [(("rowid",), ""), (key, ""), *(((column,), "") for column in _guarded[table])]
    groups += _unique_indexes(connection, table)
    return triggers.sqlite_triggers(
        table, [column[1] for column in columns], [group for group in dict.fromkeys(groups) if group[0]]
    )


def _unique_indexes(connection: BaseDatabaseWrapper, table: str) -> list[tuple[tuple[str, ...], str]]:
    """The columns and the condition of each unique index, as the database has them."""
    found = []
    indexes = _rows(connection, f'PRAGMA main.index_list("{table}")')
    for _, index, unique, *_ in sorted(indexes, key=lambda i: i[1]):
        if unique:
            names = tuple(row[2] for row in _rows(connection, f'PRAGMA main.index_info("{index}")'))
            if None in names:
                raise NotImplementedError(f"{table} has a unique index on an expression: {index}")
            ((sql,),) = _rows(connection, "SELECT sql FROM main.sqlite_master WHERE name = %s", [index])
            found.append((names, (sql or "").partition(" WHERE ")[2]))
    return found


# --- PostgreSQL ------------------------------------------------------------------------------------------

_SEARCH_PATH = "pg_catalog, pg_temp"


def _install_postgresql(connection: BaseDatabaseWrapper) -> None:
    schema = _schema(connection)
    broken = {where for where, _ in _faults_postgresql(connection)}
    for name, body in triggers.postgresql_functions(schema).items():
        if name in broken:
            _execute(
                connection,
                f'CREATE OR REPLACE FUNCTION {schema}."{name}"() RETURNS trigger LANGUAGE plpgsql\n'
                f"SET search_path = {_SEARCH_PATH} AS $guard${body}$guard$",
            )
    for table in _present(connection):
        if table in broken:
            _install_on(connection, schema, table)


def _install_on(connection: BaseDatabaseWrapper, schema: str, table: str) -> None:
    for name, (function, events, each, _) in triggers.postgresql_triggers(table).items():
        on = f'ON {schema}."{table}"'
        _execute(
            connection,
            f'DROP TRIGGER IF EXISTS "{name}" {on};\n'
            f'CREATE TRIGGER "{name}" BEFORE {events} {on} FOR EACH {each}\n'
            f'EXECUTE FUNCTION {schema}."{function}"();\n'
            f'ALTER TABLE {schema}."{table}" ENABLE ALWAYS TRIGGER "{name}"',
        )


def _schema(connection: BaseDatabaseWrapper) -> str:
    ((schema,),) = _rows(connection, "SELECT quote_ident(current_schema())")
    return str(schema)


def _faults_postgresql(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    yield from _faulty_functions(connection)
    actual: dict[str, dict[str, tuple[Any, ...]]] = {}
    for table, name, *rest in _rows(connection, _TRIGGERS):
        actual.setdefault(table, {})[name] = tuple(rest)
    for table in _present(connection):
        there = actual.get(table, {})
        expected = triggers.postgresql_triggers(table)
        for name, (function, _, _, kind) in expected.items():
            if name not in there:
                yield table, f"the guard {name} on {table} is not there"
            elif there[name][0] != "A":
                yield table, f"the guard {name} on {table} is switched off"
            elif there[name][1:] != (kind, function, True):
                yield table, f"the guard {name} on {table} does not say what it must"
        for name in sorted(there.keys() - expected.keys()):
            yield table, f"the trigger {name} on {table} is not one of the guards"
    for table, why in _rows(connection, _WAYS_PAST):
        if table in _guarded:
            yield table, f"{why}: the guards on {table} do not see it"


# tgqual and tgattr: a WHEN condition or a list of columns would let changes past.
_TRIGGERS = """
SELECT c.relname, t.tgname, CAST(t.tgenabled AS text), CAST(t.tgtype AS integer), p.proname,
       t.tgqual IS NULL AND CAST(t.tgattr AS text) = '' AND t.tgnargs = 0 AND p.pronamespace = c.relnamespace
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal
"""
# Asked of the catalogues themselves: relhasrules and relhassubclass stay true after the thing is gone.
_WAYS_PAST = """
SELECT c.relname, way.why
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
CROSS JOIN LATERAL (
  SELECT 'the rule ' || r.rulename || ' rewrites statements'
  FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid
  UNION ALL
  SELECT 'the table ' || CAST(CAST(i.inhrelid AS pg_catalog.regclass) AS text) || ' passes for part of it'
  FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid
  UNION ALL
  SELECT 'row security hides rows' WHERE c.relrowsecurity
  UNION ALL
  SELECT 'a crash empties an unlogged table' WHERE c.relpersistence = 'u'
) way (why)
WHERE c.relkind IN ('r', 'p')
ORDER BY 1, 2
"""
_FUNCTIONS = """
SELECT p.proname, p.prosrc, p.proconfig, p.prosecdef, l.lanname
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace AND n.nspname = current_schema()
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.pronargs = 0
"""


def _faulty_functions(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    actual = {name: tuple(rest) for name, *rest in _rows(connection, _FUNCTIONS)}
    for name, body in triggers.postgresql_functions(_schema(connection)).items():
        if name not in actual:
            yield name, f"the function {name} of the guards is not there"
        elif actual[name] != (body, [f"search_path={_SEARCH_PATH}"], False, "plpgsql"):
            yield name, f"the function {name} of the guards does not say what it must"
