"""Verification: whatever is changed behind the guards' back is found, and the entry is named."""

import json
from collections.abc import Sequence
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connection

from audit import guards, ledger, verifying
from audit.models import Entry, Head
from tests.audit import making
from tests.guards import disarmed

pytestmark = pytest.mark.django_db
COLUMNS = [field.attname for field in Entry._meta.fields]


def flip(value: Any) -> Any:
    """`value` with one byte (or the smallest unit of a time) changed."""
    if isinstance(value, UUID):
        return UUID(bytes=flip(value.bytes))
    if isinstance(value, int):
        return value ^ 0x40
    if isinstance(value, str):
        return "x" + value[1:]
    if isinstance(value, bytes | memoryview):
        value = bytes(value)
        return value[:5] + bytes([value[5] ^ 1]) + value[6:]
    return value + timedelta(microseconds=1)


def tamper(entry: Entry, **columns: Any) -> None:
    with disarmed():
        assert Entry.objects.filter(request_key=entry.request_key).update(**columns) == 1


def command(*options: str) -> tuple[int, str]:
    """The exit code and the output of verify_ledger."""
    out = StringIO()
    try:
        call_command("verify_ledger", *options, stdout=out)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def entries() -> list[Entry]:
    """Two subjects with entries in turn; the middle one of the first subject is the one to change."""
    subject, other = uuid4(), uuid4()
    return [making.record(one) for one in (subject, other, subject, other, subject)]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("which", [0, 2, 4])
def test_one_byte_of_any_column_changed_names_that_entry(
    entries: list[Entry], column: str, which: int
) -> None:
    assert ledger.verify() == ledger.Report(5, 2, None)
    entry = entries[which]
    wrong = flip(getattr(entry, column))
    tamper(entry, **{column: wrong})
    setattr(entry, column, wrong)
    problem = ledger.verify().problem
    assert problem is not None
    assert (problem.hash, problem.subject, problem.seq) == (
        entry.hash.hex(),
        str(entry.subject),
        str(entry.seq),
    )
    code, said = command()
    assert code == 1
    assert entry.hash.hex() in said
    assert str(entry.subject) in said
    assert problem.why in said


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("subject", "upper(subject)"),
        ("actor", "upper(actor)"),
        ("request_key", "upper(request_key)"),
        ("recorded_at", "replace(recorded_at, ' ', 'T')"),
        ("occurred_at", "occurred_at || '.5'"),
        ("kind", "CAST(x'ff' || kind AS TEXT)"),
        ("seq", "'two'"),
        ("header", "x'ff00ff'"),
        ("sealed", "x''"),
    ],
)
def test_what_sqlite_stores_in_text_is_compared_byte_by_byte(
    entries: list[Entry], column: str, change: str
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own spellings")
    lettered = UUID("abcdefab-cdef-4bcd-8fab-cdefabcdefab")
    entry = making.record(lettered, actor=lettered, request_key=lettered)
    with disarmed(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE audit_entry SET {column} = {change} WHERE hash = %s",  # noqa: S608
            [bytes(entry.hash)],
        )
    problem = ledger.verify().problem
    assert problem is not None
    assert problem.hash == entry.hash.hex()


@pytest.mark.parametrize("change", ["kind = NULL", "recorded_at = 'infinity'", "sealed = NULL", "ct = ''"])
def test_what_postgresql_has_no_spelling_for_is_named(entries: list[Entry], change: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's own values")
    with disarmed(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE audit_entry ALTER {change.partition(' ')[0]} DROP NOT NULL")
        cursor.execute(f"UPDATE audit_entry SET {change} WHERE hash = %s", [bytes(entries[2].hash)])  # noqa: S608
    problem = ledger.verify().problem
    assert problem is not None
    assert problem.hash == entries[2].hash.hex()


def test_a_ledger_longer_than_a_chunk_is_read_whole(
    entries: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "CHUNK", 2)
    assert ledger.verify() == ledger.Report(5, 2, None)
    tamper(entries[4], kind="trial.seen")
    problem = ledger.verify().problem
    assert problem is not None
    assert problem.hash == entries[4].hash.hex()


@pytest.fixture
def gone(entries: list[Entry], request: pytest.FixtureRequest) -> list[Entry]:
    """The entries, after those of these numbers were removed."""
    with disarmed():
        Entry.objects.filter(pk__in=[entries[number].pk for number in request.param]).delete()
    return entries


@pytest.mark.parametrize(
    ("gone", "named", "why"),
    [
        ([0], 2, "entry 1 of this subject is missing before it"),
        ([2], 4, "entry 2 of this subject is missing before it"),
        ([4], 2, "the head counts 3 entries of this subject, 2 are there"),
    ],
    indirect=["gone"],
)
def test_a_removed_entry_shows(gone: list[Entry], named: int, why: str) -> None:
    problem = ledger.verify().problem
    assert problem is not None
    assert (problem.hash, problem.why) == (gone[named].hash.hex(), why)


@pytest.mark.parametrize("gone", [[0, 2, 4]], indirect=True)
def test_a_subject_whose_entries_are_all_removed_shows_in_its_head(gone: list[Entry]) -> None:
    problem = ledger.verify().problem
    assert problem is not None
    assert problem.subject.replace("-", "") == gone[0].subject.hex
    assert problem.why == "the head counts 3 entries of this subject, none is there"


@pytest.mark.parametrize("change", [{"seq": 9}, {"hash": bytes(32)}])
def test_a_changed_head_shows(entries: list[Entry], change: dict[str, Any]) -> None:
    Head.objects.filter(subject=entries[4].subject).update(**change)
    problem = ledger.verify().problem
    assert problem is not None
    assert problem.hash == entries[4].hash.hex()
    assert "the head" in problem.why


def test_a_missing_head_shows(entries: list[Entry]) -> None:
    Head.objects.filter(subject=entries[4].subject).delete()
    problem = ledger.verify().problem
    assert problem is not None
    assert (problem.hash, problem.why) == (entries[4].hash.hex(), "its subject has no head")


# --- What stands for entries on upper floors --------------------------------------------------------------


@pytest.fixture
def projections(monkeypatch: pytest.MonkeyPatch) -> None:
    """No projections but those of the test."""
    monkeypatch.setattr(verifying, "_compare", {})
    monkeypatch.setattr(verifying, "_count", {})


@pytest.mark.usefixtures("projections")
def test_a_row_that_differs_from_its_entry_is_named(entries: list[Entry]) -> None:
    wrong = making.record(kind="trial.seen")
    ledger.register_projection("trial.seen", lambda some: [f"the row of {one.kind} differs" for one in some])
    ledger.register_projection("trial.made", lambda some: [None] * len(some))
    problem = ledger.verify().problem
    assert problem is not None
    assert (problem.hash, problem.why) == (wrong.hash.hex(), "the row of trial.seen differs")


@pytest.mark.usefixtures("projections")
def test_rows_are_compared_a_few_together_and_the_first_that_differs_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verifying, "COMPARED", 4)
    subject = UUID(int=7)
    entries = [making.record(subject, kind=f"trial.{kind}") for kind in ("a", "b", "a", "b", "a", "b", "a")]
    wrong, asked = {bytes(entries[n].hash) for n in (6, 5)}, []

    def compare(some: Sequence[Entry]) -> list[str | None]:
        asked.append([one.seq for one in some])
        return ["it differs" if bytes(one.hash) in wrong else None for one in some]

    ledger.register_projection("trial.a", compare)
    ledger.register_projection("trial.b", compare)
    problem = ledger.verify().problem
    assert problem is not None
    assert (problem.seq, problem.why) == ("6", "it differs")
    assert asked == [[1, 3], [2, 4], [5, 7], [6]]


@pytest.mark.usefixtures("projections")
def test_a_row_that_cannot_be_read_is_named() -> None:
    wrong = [making.record(kind="trial.seen") for _ in range(3)][1]

    def broken(some: Sequence[Entry]) -> list[str | None]:
        if any(one.hash == wrong.hash for one in some):
            raise LookupError("personal text")
        return [None] * len(some)

    ledger.register_projection("trial.seen", broken)
    problem = ledger.verify().problem
    assert problem is not None
    assert (problem.hash, problem.why) == (
        wrong.hash.hex(),
        "what stands for it cannot be read (LookupError)",
    )


@pytest.mark.usefixtures("projections")
@pytest.mark.parametrize(("rows", "good"), [(4, False), (5, True), (6, False)])
def test_rows_and_entries_are_counted(entries: list[Entry], rows: int, good: bool) -> None:
    ledger.register_projection_count("trial.made", lambda: rows)
    problem = ledger.verify().problem
    assert (problem is None) == good
    if problem:
        assert problem.why == f"{rows} rows stand for 5 entries of the kind trial.made"
        code, said = command()
        assert code == 1
        assert problem.why in said


# --- The command ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("projections")
def test_the_command_says_that_all_match(entries: list[Entry]) -> None:
    code, said = command()
    assert code == 0
    assert said.startswith("All 5 entries match. (2 subjects, ")


@pytest.mark.usefixtures("projections")
def test_an_empty_ledger_matches() -> None:
    assert command()[0] == 0


@pytest.mark.usefixtures("projections")
def test_the_command_speaks_json(entries: list[Entry]) -> None:
    code, said = command("--json")
    found = json.loads(said)
    assert code == 0
    assert found.pop("seconds") >= 0
    assert found.pop("log")["size"] == 5
    assert found.pop("checkpoints_without_file") == 0
    assert found == {"ok": True, "entries": 5, "subjects": 2, "problem": None, "guards_missing": []}
    tamper(entries[2], kind="trial.seen")
    code, said = command("--json")
    assert code == 1
    assert json.loads(said)["ok"] is False
    assert json.loads(said)["problem"] == {
        "hash": entries[2].hash.hex(),
        "subject": str(entries[2].subject),
        "seq": "2",
        "why": "the column kind differs from the header",
    }


@pytest.mark.usefixtures("projections")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_command_says_that_a_guard_is_missing(
    options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "_guarded", {**guards._guarded, "no_such_table": ()})
    code, said = command(*options)
    assert code == 1
    assert "the table no_such_table is not there" in said
