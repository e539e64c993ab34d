"""Rows of an export as CSV, XLSX or JSON lines: a chunk at a time, and no cell that a spreadsheet computes.

Every cell is text. One that could start a formula gets an apostrophe before it, in every format: a file is
saved as another, and then opened. What was recorded stands unchanged in the proof lines. Sheets end before
Excel's last row; the rows go on in the next. Pure, and memory stays flat: nothing here writes to a disk.
"""

import csv
import io
import json
import re
import string
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

FORMATS: Final = ("csv", "xlsx", "jsonl", "pdf")
PDF_MOST: Final = 2_000
"""How many rows are set on paper at most: nobody reads a thousand pages, and setting them takes long."""
LAST_ROW: Final = 1_048_576
"""The rows of a sheet, that of the titles included."""
LONGEST: Final = 32_767
"""What a cell of Excel holds, in UTF-16 units."""

_UNSEEN = (
    r"\s\x00-\x20\x7f-\xa0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
)
FORMULA: Final = re.compile(
    rf"[\t\r\n]|[{_UNSEEN}]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212\u207a-\u207c\u208a-\u208c]"
)
"""What a cell must not begin with: = + - @ tab CR LF, their kin of other widths and heights, also after
spaces and letters that nobody sees."""


def safe(cell: str) -> str:
    """The cell as a spreadsheet shows it and never computes it: with an apostrophe before a formula."""
    return f"'{cell}" if FORMULA.match(cell) else cell


_HARMLESS = frozenset(["", *string.ascii_letters, *string.digits])
"""What most cells begin with: none of them has to be looked at further."""


# --- a chunk of rows ------------------------------------------------------------------------------


def rows(form: str, titles: Sequence[str], cells: Iterable[Sequence[str]]) -> bytes:
    """A chunk of rows as the file of this format holds them, without its head.

    Of "pdf" it is JSON lines: paper is set in one piece at the end (`read_rows` reads them again).
    """
    if form == "csv":
        return _csv(cells)
    if form == "xlsx":
        return "".join(map(_xml_row, cells)).encode()
    if form == "pdf":
        return b"".join(_json([safe(cell) for cell in row]) for row in cells)
    return b"".join(_json(dict(zip(titles, map(safe, row), strict=True))) for row in cells)


def _csv(cells: Iterable[Sequence[str]]) -> bytes:
    # All quoted: a program that splits at semicolons too would else make cells of what is inside one.
    text = io.StringIO()
    match, harmless = FORMULA.match, _HARMLESS
    csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerows(
        [cell if cell[:1] in harmless or not match(cell) else f"'{cell}" for cell in row] for row in cells
    )
    return text.getvalue().encode()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read_rows(pieces: Iterable[bytes]) -> list[list[str]]:
    """The rows that `rows("pdf", …)` wrote."""
    return [json.loads(line) for line in b"".join(pieces).splitlines()]


# --- the whole file -------------------------------------------------------------------------------


def head(form: str, titles: Sequence[str]) -> bytes:
    """What stands before the first row of a file that is rows one after the other (CSV, JSON lines).

    CSV begins with a byte-order mark: without it Excel reads UTF-8 as something else.
    """
    return "\ufeff".encode() + _csv([titles]) if form == "csv" else b""


def workbook(out: Any, titles: Sequence[str], chunks: Iterable[tuple[int, Iterable[bytes]]]) -> None:
    """Write an XLSX with as many sheets as the rows need, to a file that need not be seekable.

    Args:
        out: has `write` and `flush`.
        chunks: how many rows each holds, and its bytes as `rows("xlsx", …)` made them.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        sheets = 0
        for group in _sheets(chunks):
            sheets += 1
            with book.open(_entry(f"xl/worksheets/sheet{sheets}.xml"), "w", force_zip64=True) as sheet:
                sheet.write(_SHEET + _xml_row(titles, style=1).encode())
                for piece in group:
                    sheet.write(piece)
                sheet.write(b"</sheetData></worksheet>")
        for name, content in _parts(sheets):
            with book.open(_entry(name), "w") as part:
                part.write(content.encode())


def _sheets(chunks: Iterable[tuple[int, Iterable[bytes]]]) -> Iterator[Iterator[bytes]]:
    """The bytes of each sheet: a chunk that would pass its last row begins the next."""
    rest, more = iter(chunks), True
    waiting = next(rest, (0, ()))

    def one() -> Iterator[bytes]:
        nonlocal waiting, more
        used = 1
        while True:
            used += waiting[0]
            yield from waiting[1]
            following = next(rest, None)
            if following is None:
                more = False
                return
            waiting = following
            if used + waiting[0] > LAST_ROW:
                return

    while more:
        yield one()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # without the time of its making: it dates from 1980
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry._compresslevel = 1  # type: ignore[attr-defined]
    return entry


_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ENTITIES = {"\r": "&#13;"}


def _xml(cell: str) -> str:
    """Text for a sheet; what XML cannot hold, and what looks like its code, as the code _xHHHH_."""
    if len(cell) > LONGEST // 2 and len(cell.encode("utf-16-le")) // 2 > LONGEST:
        cell = cell.encode("utf-16-le")[: 2 * (LONGEST - 1)].decode("utf-16-le", "ignore") + "…"
    return escape(_UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", cell), _ENTITIES)


def _xml_row(cells: Sequence[str], style: int = 0) -> str:
    start = f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">'
    inside = "".join(
        f"{start}{_xml(safe(cell))}</t></is></c>" if cell else f'<c s="{style}"/>' for cell in cells
    )
    return f"<row>{inside}</row>"


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="200" width="22" style="0"/></cols>'
    "<sheetData>"
).encode()
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Arial"/></font>'
    '<font><b/><sz val="11"/><name val="Arial"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
    '<border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf '
    'numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2">'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
"""Every cell is of the format "text" (49), the titles bold: what is typed over one stays text too."""


def _parts(sheets: int) -> Iterator[tuple[str, str]]:
    """The other files of a workbook with so many sheets."""
    numbers = range(1, sheets + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for at in numbers
    )
    yield (
        "[Content_Types].xml",
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}'
        '.sheet.main+xml"/><Override PartName="/xl/styles.xml" '
        f'ContentType="{_TYPE}.styles+xml"/>{overrides}</Types>',
    )
    yield (
        "_rels/.rels",
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    named = "".join(f'<sheet name="Rows {at}" sheetId="{at}" r:id="rId{at}"/>' for at in numbers)
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets>{named}</sheets></workbook>',
    )
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{_RELS}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in numbers
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{relations}<Relationship '
        f'Id="rId{sheets + 1}" Type="{_RELS}/styles" Target="styles.xml"/></Relationships>',
    )
    yield ("xl/styles.xml", _STYLES)
