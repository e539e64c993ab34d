"""What an export of decisions holds: rows in the log's order, stand-ins or names, as the log was."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pdfplumber
import pytest
import pyzipper
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit import chain, export_files, exports, ledger, placed, proofs, signing, verifier
from audit.aside import Aside
from audit.export_files import Writer
from audit.models import Entry, Export
from cases import access_actions, events, vault
from cases.models import CaseKey, Team, User
from sharing import exporting, log_columns
from sharing.models import Decision
from tests.cast import CaseFile, make_case
from tests.sharing.deciding import REASON, alter_seal
from tests.sharing.following import mark_sent
from tests.sharing.taking_out import again, many, package, queued, written

pytestmark = pytest.mark.django_db
NAMES = ("Achterberg", "Fenwick", "Olive Marsh")


def rows(export: Export) -> list[dict[str, str]]:
    text = package(export)["decisions.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def verified(export: Export, folder: Path) -> str:
    """What our verifier says of the package; it raises where it takes it for none of ours."""
    path = folder / f"{export.id}.zip"
    path.write_bytes(b"".join(exports.open_package(export)))
    return str(verifier.check(path, signing.public_key()))


@pytest.fixture
def two(officer: User, case_file: CaseFile, team: Team, colleague: User) -> list[Decision]:
    """Decisions of two cases, by two people."""
    return [*many(officer, case_file, 3), *many(colleague, make_case(colleague, team), 2)]


def test_rows_stand_in_the_order_of_the_log(governance: User, two: list[Decision], tmp_path: Path) -> None:
    export = written(queued(governance))
    assert export.state == exports.DONE, export.error
    assert [row["Decision"] for row in rows(export)] == [one.reference for one in two]
    assert (export.done, export.total) == (5, 5)
    assert "5 rows" in verified(export, tmp_path)


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "pdf"])
@pytest.mark.parametrize("columns", [log_columns.MINIMUM, log_columns.STANDARD])
def test_every_format_is_one_that_the_verifier_takes(
    governance: User, two: list[Decision], tmp_path: Path, form: str, columns: tuple[str, ...]
) -> None:
    export = written(queued(governance, format=form, columns=list(columns)))
    assert "5 rows" in verified(export, tmp_path)
    data = package(export)[f"decisions.{form}"]
    if form == "xlsx":
        (sheet,) = openpyxl.load_workbook(io.BytesIO(data)).worksheets
        assert [row[0] for row in sheet.values] == ["Decision", *(one.reference for one in two)]
    if form == "pdf":
        with pdfplumber.open(io.BytesIO(data)) as paper:
            text = "".join(page.extract_text() for page in paper.pages)
        assert all(one.reference in text for one in two)


def test_nobody_is_named_where_names_are_out(governance: User, two: list[Decision]) -> None:
    files = package(written(queued(governance, columns=[*log_columns.STANDARD, "recorder"])))
    for secret in (*NAMES, REASON, "knife", two[0].case.reference):
        assert not [name for name, data in files.items() if secret.encode() in data]


def test_stand_ins_are_the_same_in_one_export_and_others_in_the_next(
    governance: User, two: list[Decision]
) -> None:
    found = [rows(written(queued(governance, columns=["case", "recorder"]))) for _ in range(2)]
    for export in found:
        for column, kind in (("Case (stand-in)", "Case "), ("Recorded by (stand-in)", "Officer ")):
            cells = [row[column] for row in export]
            assert cells == [cells[0]] * 3 + [cells[3]] * 2
            assert cells[0] != cells[3]
            assert all(cell.startswith(kind) for cell in cells)
    seen = [{cell for row in export for cell in row.values()} for export in found]
    assert not seen[0] & seen[1]


WITH_NAMES = ["decision", "case_reference", "recorder_name", "people", "recipients", "reason_text"]


def test_names_are_told_in_each_case_once(governance: User, two: list[Decision], tmp_path: Path) -> None:
    export = written(queued(governance, columns=WITH_NAMES, names=True, free_text=True))
    first, *_ = rows(export)
    assert first["Case"] == two[0].case.reference
    assert first["Recorded by"] == "Olive Marsh"
    assert "Rosalind Achterberg" in first["People"]
    assert first["Told to"].startswith("Sgt Imelda Fenwick (")
    assert first["Main reasons, in words"] == REASON
    assert "5 rows" in verified(export, tmp_path)
    cases = [one.case_id for one in (two[0], two[-1])]
    entries = Entry.objects.filter(kind="case.exported")
    assert sorted(entries.values_list("subject", flat=True)) == sorted(cases)
    assert {one.actor for one in entries} == {governance.id}
    list(exporting.disclosed(export, exporting.select(export)))
    assert entries.count() == 2


def test_nothing_of_it_can_be_read_on_the_disk(
    governance: User, two: list[Decision], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every step, in every file of an export."""
    seen: set[str] = set()
    real = Writer.close

    def close(self: Writer) -> None:
        real(self)
        for path in export_files.folder().rglob("*"):
            seen.add(path.suffix)
            assert not path.is_file() or b"Achterberg" not in path.read_bytes()

    monkeypatch.setattr(Writer, "close", close)
    for form in ("csv", "xlsx", "pdf"):
        export = written(queued(governance, columns=WITH_NAMES, names=True, free_text=True, format=form))
        assert export.state == exports.DONE
    assert {".rows", ".proof", ".data", ".xlsx", ".pdf", ".package"} <= seen


def test_an_export_without_names_leaves_no_mark_in_a_case(governance: User, two: list[Decision]) -> None:
    written(queued(governance))
    assert not Entry.objects.filter(kind="case.exported").exists()


def test_a_case_hidden_from_its_owner_is_not_in_it(
    governance: User, manager: User, two: list[Decision]
) -> None:
    access_actions.exclude(by=manager, case=two[0].case, user=governance, reason="A cousin")
    assert [row["Decision"] for row in rows(written(queued(governance)))] == [
        one.reference for one in two[3:]
    ]


def test_a_locked_package_opens_with_its_password_alone(governance: User, two: list[Decision]) -> None:
    export = written(queued(governance, locked=True))
    password = exporting.secrets_of(export)["password"]
    sent = b"".join(exports.open_package(export))
    assert len(sent) == export.size
    assert two[0].reference.encode() not in sent
    with pyzipper.AESZipFile(io.BytesIO(sent)) as locked:
        with pytest.raises(RuntimeError):
            locked.read("decisions.csv")
        with pytest.raises(RuntimeError):
            locked.read("decisions.csv", pwd=b"something else")
        assert two[0].reference.encode() in locked.read("decisions.csv", pwd=password.encode())


# --- as the log was when it was fixed ----------------------------------------------------------------


def test_what_is_recorded_meanwhile_is_not_in_it(
    governance: User,
    officer: User,
    case_file: CaseFile,
    two: list[Decision],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A decision that follows, and what is sent, while the rows are read: the rows are those of before."""
    first = two[0]
    export = queued(governance)
    _meanwhile(monkeypatch, lambda: _goes_on(officer, case_file, first))
    written(export)
    found = rows(export)
    assert [row["Decision"] for row in found] == [one.reference for one in two]
    told = found[0]["Superseded by"], found[0]["First sent"], found[0]["All sent"]
    assert told == ("", "", "No")
    assert "5 rows" in verified(export, tmp_path)
    monkeypatch.undo()
    later = rows(written(queued(governance)))
    assert len(later) == 6
    assert later[0]["Superseded by"] == later[-1]["Decision"]
    assert later[0]["First sent"]


def _meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Something happens between the fixing of an export's rows and their reading."""
    real, done = exporting.lines, list[int]()

    def lines(export: Export, *given: Any) -> Any:
        if not done:
            done.append(1)
            happens()
        return real(export, *given)

    slower = replace(exports.SOURCES[exporting.CODE], lines=lines)
    monkeypatch.setitem(exports.SOURCES, exporting.CODE, slower)


def _goes_on(officer: User, file: CaseFile, decision: Decision) -> None:
    mark_sent(decision)
    entry = ledger.by_hash(decision.entry_hash)
    assert entry is not None
    again(officer, file, events.content_of(entry), follows_id=str(decision.id), follows_as="review")
    ledger.sequence()  # somebody else's export, or the next turn of the worker


# --- what is damaged, or gone ------------------------------------------------------------------------


def test_a_seal_that_was_altered_ends_it(governance: User, two: list[Decision]) -> None:
    alter_seal(two[0])
    export = written(queued(governance))
    assert (export.state, export.error) == (exports.FAILED, exports.DAMAGED)


def test_of_a_case_whose_key_is_gone_the_codes_stay(
    governance: User, two: list[Decision], tmp_path: Path
) -> None:
    CaseKey.objects.filter(subject=two[0].case_id).update(wrapped=None)
    vault.forget()
    export = written(queued(governance))
    found = rows(export)
    assert found[0]["Outcome"] == "Share part of it"
    assert found[0]["Decision"] == two[0].reference
    assert "5 rows" in verified(export, tmp_path)


def test_its_questions_are_as_many_for_many_rows_as_for_few(
    governance: User, officer: User, case_file: CaseFile
) -> None:
    many(officer, case_file, 12)
    every = [one.code for one in log_columns.COLUMNS]
    export = queued(governance, columns=every, names=True, free_text=True)
    export.log_size = ledger.sequence()
    columns = exporting.about(export).columns
    places = list(exporting.select(export))
    asked = []
    for some in (places[:1], places):
        vault.forget()
        with CaptureQueriesContext(connection) as found:
            assert len(exporting.lines(export, placed.entries(some), columns, Aside())) == len(some)
        asked.append(len(found))
    assert asked[0] == asked[1]


def test_what_is_cut_out_of_a_seal_is_what_would_be_made_again(two: list[Decision]) -> None:
    """The canonical bytes of each field, and the salts, as `audit.chain` makes them."""
    entry = ledger.by_hash(two[0].entry_hash)
    assert entry is not None
    every = placed.entries(range(ledger.sequence()))
    place = next(one for one in every if one.hash == bytes(entry.hash))
    plaintext = vault.unseal(
        entry.subject, bytes(entry.sealed), entry.subject.bytes + entry.request_key.bytes
    )
    secret, canonical = plaintext[: chain.SECRET_BYTES], plaintext[chain.SECRET_BYTES :]
    content = json.loads(canonical)
    assert proofs.parted(canonical) == {name: chain.canonical(value) for name, value in content.items()}
    whole = exports.Line(place.leaf, place.header, content, secret, [])
    cut = exports.Line(place.leaf, place.header, {}, secret, [], canonical)
    show = frozenset({"reference", "row.outcome", "row.stops"})
    assert proofs.lines([whole], show) == proofs.lines([cut], show)
    assert chain.commitment(content, secret) == bytes(entry.commit)


def test_a_column_of_names_is_left_out_where_names_are_out(governance: User, two: list[Decision]) -> None:
    """Whatever the row of the export says: asking for it is refused already."""
    with pytest.raises(ValueError, match="may hold"):
        queued(governance, columns=WITH_NAMES)
    export = queued(governance)
    export.options["columns"] = WITH_NAMES
    assert [one.code for one in exporting.about(export).columns] == ["decision"]
