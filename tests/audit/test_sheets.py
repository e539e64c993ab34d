"""Rows as sheets: no spreadsheet program computes a cell, whatever stands in it, and none loses one."""

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from audit import sheets
from tests import services

TITLES = ("Decision", "=Title()")
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
_STARTS = "=+-@＝＋－＠﹦﹢﹣﹫−⁼₊"
_BEFORE = ("", " ", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u2060", "\u200e ", "\u00ad", "\ufe0f", " \t")
_RESTS = ("1+1", "SUM(A1)", "cmd|' /C calc'!A0", 'HYPERLINK("http://a.example";"x")')
COMPUTED = (
    *(f"{before}{start}{rest}" for before in _BEFORE for start in _STARTS for rest in _RESTS),
    *(f"{start}{rest}" for start in "\t\r\n" for rest in _RESTS),
)
PLAIN = (
    *("", "'", "007", "1E5", "2026-03-02", "TRUE", "A=1", "<&>\"'", "a\rb\r\nc", "_x0041_", "ﬁ ✓ 🚪 سلام"),
    " x ",
)


class Stream:
    """Somewhere to write that cannot be gone back in, as the encrypted files are."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)

    def flush(self) -> None:
        pass


def workbook(rows: Sequence[Sequence[str]], chunk: int = 50) -> bytes:
    out = Stream()
    parts = [rows[at : at + chunk] for at in range(0, len(rows), chunk)]
    sheets.workbook(out, TITLES, [(len(part), [sheets.rows("xlsx", TITLES, part)]) for part in parts])
    return bytes(out.data)


def rows_of() -> list[list[str]]:
    return [[cell, cell] for cell in (*COMPUTED, *PLAIN)]


def test_an_apostrophe_stands_before_what_could_be_computed_and_before_nothing_else() -> None:
    assert [cell for cell in COMPUTED if sheets.safe(cell) != f"'{cell}"] == []
    assert [cell for cell in PLAIN if sheets.safe(cell) != cell] == []


def test_csv_and_json_lines_hold_the_cells() -> None:
    rows = rows_of()
    made = sheets.head("csv", TITLES) + sheets.rows("csv", TITLES, rows)
    assert made.startswith(b"\xef\xbb\xbf")
    assert made.endswith(b"\r\n")
    read = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    wanted = [[sheets.safe(cell) for cell in row] for row in (TITLES, *rows)]
    assert read == wanted
    lines = sheets.rows("jsonl", TITLES, rows).decode().split("\n")
    assert [list(json.loads(line).values()) for line in lines if line] == wanted[1:]


def test_no_program_splits_a_cell_wherever_it_splits_lines() -> None:
    rows = [["Police; Health", "a;=1+1"], ["b\t=1+1", 'c";=1+1']]
    made = sheets.rows("csv", TITLES, rows)
    assert re.sub(rb'"(?:[^"]|"")*"', b"", made) == b",\r\n,\r\n"


def test_every_cell_of_a_workbook_is_text() -> None:
    rows = rows_of()
    book = openpyxl.load_workbook(io.BytesIO(workbook(rows)), read_only=False)
    (sheet,) = book.worksheets
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert cells[1].value == "'=Title()"
    assert sheet.max_row == len(rows) + 1


@pytest.mark.parametrize("size", [1, 3, 4])
def test_rows_go_on_in_the_next_sheet(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(sheets, "LAST_ROW", 9)
    rows = [[f"D-{number}", "x"] for number in range(25)]
    book = openpyxl.load_workbook(io.BytesIO(workbook(rows, size)))
    found = [[[str(cell) for cell in row] for row in sheet.values] for sheet in book.worksheets]
    assert all(len(sheet) <= 9 and sheet[0] == ["Decision", "'=Title()"] for sheet in found)
    assert [row for sheet in found for row in sheet[1:]] == rows
    assert len(found) == 4


def test_an_export_without_rows_is_a_sheet_with_its_titles() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([])))
    assert [list(sheet.values) for sheet in book.worksheets] == [[("Decision", "'=Title()")]]


def test_what_xml_or_excel_cannot_hold_is_no_damaged_file() -> None:
    odd = ["\x01\x0b\x1f\ufffe", "𝒜" * 20_000]
    with zipfile.ZipFile(io.BytesIO(workbook([odd]))) as book:
        text = book.read("xl/worksheets/sheet1.xml").decode()
    row = list(_texts(text))[2:]
    assert row[0] == "_x0001__x000B__x001F__xFFFE_"
    assert len(row[1].encode("utf-16-le")) // 2 <= sheets.LONGEST
    assert row[1].endswith("𝒜…")


def _texts(xml: str) -> Iterator[str]:
    for element in ElementTree.fromstring(xml).iter():  # noqa: S314 - our own
        if element.tag.endswith("}t"):
            yield element.text or ""


# --- a real spreadsheet program -------------------------------------------------------------------


@pytest.fixture
def soffice() -> str:
    """The spreadsheet program, on the machines that have one; what a test then sees is said loudly."""
    if SOFFICE is None:
        warning = "LibreOffice is not on this machine: no file was opened by a real spreadsheet program"
        if services.required():
            pytest.fail(warning, pytrace=False)
        pytest.skip(warning)
    return SOFFICE


def _opened(program: str, path: Path) -> list[tuple[str, str, str]]:
    """Each cell that the program sees: its type, its formula, its text."""
    profile = path.parent / "profile"
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "fods"]
    done = subprocess.run(
        [*command, "--outdir", path.parent, path], capture_output=True, text=True, timeout=120, check=False
    )
    made = path.with_suffix(".fods")
    assert made.exists(), done.stderr
    found = []
    for cell in ElementTree.parse(made).getroot().iter():  # noqa: S314 - of a program of ours
        if cell.tag.endswith("}table-cell") and len(cell):
            said = {name.rpartition("}")[2]: value for name, value in cell.attrib.items()}
            text = "\n".join("".join(part.itertext()) for part in cell)
            repeated = int(said.get("number-columns-repeated", "1"))
            found += [(said.get("value-type", ""), said.get("formula", ""), text)] * repeated
    return found


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_spreadsheet_program_finds_text(soffice: str, tmp_path: Path, form: str) -> None:
    rows = [[cell, cell] for cell in COMPUTED]
    path = tmp_path / f"export.{form}"
    made = workbook(rows) if form == "xlsx" else sheets.head(form, TITLES) + sheets.rows(form, TITLES, rows)
    path.write_bytes(made)
    found = _opened(soffice, path)
    assert len(found) == 2 * (len(rows) + 1)
    assert {kind for kind, _, _ in found} == {"string"}
    assert {formula for _, formula, _ in found} == {""}
    assert all(text.startswith("'") for _, _, text in found[2:])


def test_the_program_would_compute_them_otherwise(soffice: str, tmp_path: Path) -> None:
    """Without what makes them text: else the test above could not fail."""
    path = tmp_path / "bare.csv"
    path.write_text('=1+1,2\r\n"=SUM(3;4)",x\r\n', "utf-8")
    assert {formula for _, formula, _ in _opened(soffice, path)} > {""}
