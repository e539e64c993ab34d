"""The words of the guards in both databases' SQL. Text only: nothing here touches a database.

Each column of an entry (`alias`, NEW in a trigger) is spelled as the header spells it, so that the database
compares a header with its columns as one piece of text, and reads no JSON.
"""

from collections.abc import Iterable, Sequence

ENTRY = "audit_entry"
LEAF = "audit_leaf"
BINARY = ("hash", "prev", "ct", "commit", "header", "sealed")
UUIDS = ("subject", "actor", "request_key")
TIMES = ("recorded_at", "occurred_at")
HEADER_FIELDS = (
    "actor",
    "commit",
    "ct",
    "kind",
    "occurred_at",
    "prev",
    "recorded_at",
    "request_key",
    "seq",
    "subject",
)
IN_HEADER_AS_HEX = ("commit", "ct", "prev")


def spelled(vendor: str, column: str, alias: str) -> str:
    """The SQL that spells `column` of `alias` as the header does, in the database `vendor`."""
    name = f'{alias}."{column}"'
    if vendor == "postgresql":
        return _spelled_postgresql(column, name)
    if column in IN_HEADER_AS_HEX:
        return f"lower(hex({name}))"
    if column in UUIDS:
        starts = (1, 8), (9, 4), (13, 4), (17, 4)
        return "||'-'||".join([*(f"substr({name},{at},{size})" for at, size in starts), f"substr({name},21)"])
    if column in TIMES:
        # Django writes no fraction where it is nought; any separator but its space must not pass for a T.
        return (
            f"substr({name},1,10)||CASE substr({name},11,1) WHEN ' ' THEN 'T' ELSE '?' END||substr({name},12)"
            f"||CASE length({name}) WHEN 19 THEN '.000000' ELSE '' END||'Z'"
        )
    return f"CAST({name} AS TEXT)"


def _spelled_postgresql(column: str, name: str) -> str:
    if column in IN_HEADER_AS_HEX:
        return f"encode({name},'hex')"
    if column in TIMES:
        return f"""to_char({name} AT TIME ZONE 'UTC','YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    return f"CAST({name} AS text)"


def header_text(vendor: str, alias: str) -> str:
    """The SQL that writes the header of `alias` from its columns."""
    parts = []
    for column in HEADER_FIELDS:
        quote = "" if column == "seq" else '"'
        parts.append(f"""'"{column}":{quote}'||{spelled(vendor, column, alias)}||'{quote}'""")
    return "'{'||" + "||','||".join(parts) + "||'}'"


def column_bytes(vendor: str, column: str, alias: str) -> str:
    """The SQL that reads `column` of `alias` as bytes: binary as it is, the rest in the header's spelling."""
    if column in BINARY:
        name = f'{alias}."{column}"'
        return name if vendor == "postgresql" else f"CAST({name} AS BLOB)"
    text = spelled(vendor, column, alias)
    return f"convert_to({text},'UTF8')" if vendor == "postgresql" else f"CAST({text} AS BLOB)"


def row_columns(vendor: str) -> list[str]:
    """The SQL of the columns of `chain.Row`, from an entry `e`, its subject's head `h` and its leaf `l`."""
    text = header_text(vendor, "e")
    whole = f"convert_to({text},'UTF8')" if vendor == "postgresql" else f"CAST({text} AS BLOB)"
    return [
        *(column_bytes(vendor, name, "e") for name in ("hash", "subject", "seq", "prev", "ct", "header")),
        whole,
        column_bytes(vendor, "sealed", "e"),
        'l."index" IS NOT NULL',
        *(column_bytes(vendor, name, "h") for name in ("seq", "hash")),
    ]


# --- SQLite ----------------------------------------------------------------------------------------------


def sqlite_triggers(
    table: str, columns: Iterable[str], unique: Iterable[tuple[Sequence[str], str]]
) -> dict[str, str]:
    """Trigger name → CREATE statement for `table`.

    `unique`: each group of columns whose values may not come twice, with the condition of its index (empty
    for none). INSERT OR REPLACE deletes the row it meets, and no delete trigger fires.
    """
    names = tuple(columns)
    refusals = [
        _sqlite_refuse(
            f"{table} is append-only: {', '.join(group)} there already", _meets(table, group, where, names)
        )
        for group, where in unique
    ]
    if table == ENTRY:
        refusals += _sqlite_entry_checks()
    if table == LEAF:
        refusals += _sqlite_leaf_checks()
    insert = "\n".join(refusals)
    triggers = {f"{table}_guard_insert": f'BEFORE INSERT ON "{table}" FOR EACH ROW BEGIN\n{insert}\nEND'}
    for event in ("UPDATE", "DELETE"):
        body = f"SELECT RAISE(ABORT, '{table} is append-only: {event} refused');"
        triggers[f"{table}_guard_{event.lower()}"] = (
            f'BEFORE {event} ON "{table}" FOR EACH ROW BEGIN\n{body}\nEND'
        )
    # A BEFORE trigger reads a row number that is not given yet as -1: a row stored there would have every
    # later insert refused. Only an AFTER trigger sees the number that the row has.
    number = _sqlite_refuse(f"{table} counts its rows from one", "NEW.rowid < 1")
    triggers[f"{table}_guard_number"] = f'AFTER INSERT ON "{table}" FOR EACH ROW BEGIN\n{number}\nEND'
    return {name: f'CREATE TRIGGER "{name}" {rest}' for name, rest in triggers.items()}


def _sqlite_refuse(why: str, condition: str) -> str:
    return f"SELECT RAISE(ABORT, '{why}') WHERE {condition};"


def _meets(table: str, group: Sequence[str], where: str, columns: Sequence[str]) -> str:
    same = " AND ".join(f'"{table}"."{column}" = NEW."{column}"' for column in group)
    meets = f'EXISTS (SELECT 1 FROM "{table}" WHERE {same}'  # noqa: S608 - names of our tables
    if not where:
        return f"{meets})"
    # A row outside the condition is in no such index: both rows must be inside to meet.
    new = ", ".join(f'NEW."{column}" AS "{column}"' for column in columns)
    return f"{meets} AND ({where})) AND EXISTS (SELECT 1 FROM (SELECT {new}) WHERE {where})"  # noqa: S608


def _sqlite_entry_checks() -> list[str]:
    last = f'FROM "{ENTRY}" WHERE "subject" = NEW."subject" ORDER BY "seq" DESC LIMIT 1'
    kinds = [f"typeof(NEW.\"{column}\") <> 'blob'" for column in BINARY]
    kinds += [f"typeof(NEW.\"{column}\") <> 'text'" for column in (*UUIDS, *TIMES, "kind")]
    kinds += ["typeof(NEW.\"seq\") <> 'integer'"]
    shapes = [f'length(NEW."{column}") <> 32 OR NEW."{column}" GLOB \'*[^0-9a-f]*\'' for column in UUIDS]
    # length() stops at a NUL and counts characters: the second length sees what the first does not.
    shapes += ["NEW.\"kind\" = '' OR NEW.\"kind\" GLOB '*[^a-z0-9._]*'"]
    shapes += ['length(CAST(NEW."kind" AS BLOB)) <> length(NEW."kind")']
    return [
        _sqlite_refuse(f"{ENTRY}: a column has the wrong form", " OR ".join([*kinds, *shapes])),
        _sqlite_refuse(
            f"{ENTRY}: seq does not follow the last entry of this subject",
            f'NEW."seq" IS NOT coalesce((SELECT "seq" {last}), 0) + 1',
        ),
        _sqlite_refuse(
            f"{ENTRY}: prev is not the last entry of this subject",
            f'NEW."prev" IS NOT coalesce((SELECT "hash" {last}), zeroblob(32))',
        ),
        _sqlite_refuse(
            f"{ENTRY}: the columns differ from the header",
            f'CAST(NEW."header" AS TEXT) IS NOT {header_text("sqlite", "NEW")}',
        ),
        # Django gives its connections this function; an insert by any other client fails for want of it.
        _sqlite_refuse(
            f"{ENTRY}: the hash is not that of the header",
            'lower(hex(NEW."hash")) IS NOT sha256(char(0) || CAST(NEW."header" AS TEXT))',
        ),
    ]


def _sqlite_leaf_checks() -> list[str]:
    return [
        _sqlite_refuse(
            f"{LEAF}: a column has the wrong form",
            "typeof(NEW.\"index\") <> 'integer' OR typeof(NEW.\"hash\") <> 'blob'",
        ),
        _sqlite_refuse(
            f"{LEAF}: index does not follow the last leaf",
            f'NEW."index" IS NOT coalesce((SELECT max("index") FROM "{LEAF}"), -1) + 1',  # noqa: S608 - ours
        ),
        _sqlite_refuse(
            f"{LEAF}: no entry has this hash",
            f'NOT EXISTS (SELECT 1 FROM "{ENTRY}" WHERE "hash" = NEW."hash")',  # noqa: S608 - our own names
        ),
    ]


# --- PostgreSQL ------------------------------------------------------------------------------------------

REFUSE = "audit_guard_refuse"
CHECK = "audit_guard_entry"
PLACE = "audit_guard_leaf"

# Trigger name → (function, events, row or statement, pg_trigger.tgtype: 1 row, 2 before, 4 insert, 8 delete,
# 16 update, 32 truncate).
POSTGRESQL_TRIGGERS = {
    "audit_guard_change": (REFUSE, "UPDATE OR DELETE", "ROW", 27),
    "audit_guard_truncate": (REFUSE, "TRUNCATE", "STATEMENT", 34),
}
POSTGRESQL_ENTRY_TRIGGERS = {
    **POSTGRESQL_TRIGGERS,
    "audit_guard_insert": (CHECK, "INSERT", "ROW", 7),
}
POSTGRESQL_LEAF_TRIGGERS = {
    **POSTGRESQL_TRIGGERS,
    "audit_guard_insert": (PLACE, "INSERT", "ROW", 7),
}


def postgresql_triggers(table: str) -> dict[str, tuple[str, str, str, int]]:
    """The triggers that `table` must have."""
    own = {ENTRY: POSTGRESQL_ENTRY_TRIGGERS, LEAF: POSTGRESQL_LEAF_TRIGGERS}
    return own.get(table, POSTGRESQL_TRIGGERS)


def postgresql_functions(schema: str) -> dict[str, str]:
    """Function name → body. The ledger is named with its schema (quoted, `schema`): a temporary table of the
    same name must not be looked at in its place."""
    return {
        REFUSE: """
BEGIN
  RAISE EXCEPTION USING ERRCODE = '23001',
    MESSAGE = TG_TABLE_NAME || ' is append-only: ' || TG_OP || ' refused';
END""",
        CHECK: _postgresql_check(schema),
        PLACE: _postgresql_leaf_check(schema),
    }


def _postgresql_check(schema: str) -> str:
    header = header_text("postgresql", "NEW")
    checks = (
        (
            "seq does not follow the last entry of this subject",
            "NEW.seq IS DISTINCT FROM coalesce(last_seq, 0) + 1",
        ),
        (
            "prev is not the last entry of this subject",
            "NEW.prev IS DISTINCT FROM coalesce(last_hash, decode(repeat('00', 32), 'hex'))",
        ),
        ("the columns differ from the header", f"NEW.header IS DISTINCT FROM convert_to({header}, 'UTF8')"),
        (
            "the hash is not that of the header",
            "NEW.hash IS DISTINCT FROM sha256(decode('00', 'hex') || NEW.header)",
        ),
        ("ct is not the hash of the sealed content", "NEW.ct IS DISTINCT FROM sha256(NEW.sealed)"),
        ("a column has the wrong form", "NEW.kind !~ '^[a-z0-9._]+$'"),
    )
    refusals = "\n".join(
        f"  IF {condition} THEN\n"
        f"    RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = '{ENTRY}: {why}';\n"
        f"  END IF;"
        for why, condition in checks
    )
    # The entries are asked, not the head: the application may write to heads.
    last = f'SELECT e.seq, e.hash INTO last_seq, last_hash FROM {schema}."{ENTRY}" e'  # noqa: S608 - our own names
    return f"""
DECLARE
  last_seq bigint;
  last_hash bytea;
BEGIN
  {last}
    WHERE e.subject = NEW.subject ORDER BY e.seq DESC LIMIT 1;
{refusals}
  RETURN NEW;
END"""


def _postgresql_leaf_check(schema: str) -> str:
    last = f'SELECT max(l."index") INTO last_index FROM {schema}."{LEAF}" l'  # noqa: S608 - our own names
    there = f'SELECT 1 FROM {schema}."{ENTRY}" e WHERE e.hash = NEW.hash'  # noqa: S608 - our own names
    return f"""
DECLARE
  last_index bigint;
BEGIN
  {last};
  IF NEW."index" IS DISTINCT FROM coalesce(last_index, -1) + 1 THEN
    RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = '{LEAF}: index does not follow the last leaf';
  END IF;
  IF NOT EXISTS ({there}) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = '{LEAF}: no entry has this hash';
  END IF;
  RETURN NEW;
END"""
