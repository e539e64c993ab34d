"""Files that nobody should open: the verifier says so, soon, and never with a traceback."""

import base64
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from audit import proofs, signing, verifier
from tests.audit.packing import (
    COLUMNS,
    key,
    put,
    signed_anew,
)

pytestmark = pytest.mark.django_db  # so that a database is there for what is made once
Files = dict[str, bytes]


def refused(folder: Path, files: Mapping[str, bytes]) -> str:
    with pytest.raises(verifier.Refused) as why:
        verifier.check(put(folder, files), verifier.key_of(key()))
    return str(why.value)


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"index":' + b"9" * 100_000 + b"}",
        b'{"index":1e400}',
        b'{"index":NaN}',
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b'"\\ud800"',
        b"\xff",
        b"",
        b"[" * 40 + b"]" * 40,
        b"null",
        b"x" * 100,
    ],
    ids=lambda line: repr(line[:12]),
)
def test_json_that_is_none(line: bytes, files: Files, tmp_path: Path) -> None:
    for name in (proofs.PROOF, proofs.CHAINS):
        assert "not in its form" in refused(tmp_path, signed_anew({**files, name: line + b"\n"}))
    signature = base64.b64encode(signing.sign(proofs.PURPOSE, line)) + b"\n"
    with pytest.raises((verifier.Refused, verifier.Unchecked)):
        verifier.check(
            put(tmp_path, {**files, proofs.MANIFEST: line, proofs.SIGNATURE: signature}),
            verifier.key_of(key()),
        )
    path = put(tmp_path, signed_anew({**files, proofs.EARLIER: line}))
    with pytest.raises(verifier.Refused):
        verifier.check(path, verifier.key_of(key()), files[proofs.CHECKPOINT])


def test_lines_without_an_end(files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no end" in refused(tmp_path, signed_anew({**files, proofs.PROOF: files[proofs.PROOF][:-1]}))
    monkeypatch.setattr(verifier, "MOST_LINE", 100)
    assert "no end" in refused(tmp_path, files)
    monkeypatch.setattr(verifier, "MOST_MANIFEST", 100)
    assert "much longer" in refused(tmp_path, files)


def sheet(inside: str) -> bytes:
    return f'<worksheet xmlns="x"><sheetData>{inside}</sheetData></worksheet>'.encode()


def book(*parts: bytes, **others: bytes) -> bytes:
    out = io.BytesIO()
    named = {f"xl/worksheets/sheet{at}.xml": part for at, part in enumerate(parts, 1)}
    named |= dict.fromkeys(verifier._PARTS_OF_A_BOOK, b"") | others
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in named.items():
            made.writestr(name, part)
    return out.getvalue()


CELL = '<c t="inlineStr" s="0"><is><t xml:space="preserve">{}</t></is></c>'
TITLES = "<row>" + "".join(CELL.format(column.title) for column in COLUMNS) + "</row>"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PK", "not in its form"),
        (book(), "parts of a workbook"),
        (book(sheet(TITLES), more=b"x"), "parts of a workbook"),
        (book(sheet(TITLES)), "Row 1 is missing"),
        (book(sheet("<row/>")), "titles"),
        (book(sheet(TITLES + "<row/>")), "cells of its columns"),
        (book(sheet(TITLES.replace("<row>", '<row hidden="1">'))), "as none of ours"),
        (book(sheet(TITLES.replace("<is>", "<f>").replace("</is>", "</f>"))), "which none of ours"),
        (book(sheet(TITLES.replace("inlineStr", "s"))), "not text"),
        (book(sheet("<row><t>x</t></row>")), "as none of ours"),
        (book(sheet("<mergeCell/>")), "which none of ours does"),
        (book(sheet(TITLES + "words")), "outside its cells"),
        (book(sheet("\n" + TITLES + "\n")), "Row 1 is missing"),
        (book(sheet(TITLES.replace("</t></is>", "</t><t>x</t></is>", 1))), "two texts"),
        (book(sheet(TITLES)[:-9]), "not in its form"),
        (book(b'<!DOCTYPE a [<!ENTITY a "b">]>' + sheet("<row/>")), "declares"),
        (book(b"<a>&b;</a>"), "holds"),
    ],
)
def test_workbooks_that_are_none_of_ours(
    data: bytes, why: str, genuine: dict[str, Files], tmp_path: Path
) -> None:
    files = genuine["xlsx"]
    assert why in refused(tmp_path, signed_anew({**files, "decisions.xlsx": data}))


def test_a_workbook_that_swells(
    genuine: dict[str, Files], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = genuine["xlsx"]
    swelling = book(sheet(f"<row>{CELL.format('x' * 30_000_000)}</row>"))
    assert len(swelling) < 100_000
    assert "much longer" in refused(tmp_path, signed_anew({**files, "decisions.xlsx": swelling}))
    monkeypatch.setattr(verifier, "MOST_SHEET", 1000)
    assert "much longer" in refused(tmp_path, files)


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("csv", b""),
        ("csv", b"\xef\xbb\xbf"),
        ("csv", b'\xef\xbb\xbf"Decision"x,'),
        ("csv", b"\xef\xbb\xbfDecision,\xff"),
        ("jsonl", b"[]\n"),
        ("jsonl", b"{\n"),
        ("jsonl", b"[" * 100_000 + b"\n"),
        ("jsonl", b'{"Decision":1}\n'),
    ],
)
def test_data_that_is_none(form: str, data: bytes, genuine: dict[str, Files], tmp_path: Path) -> None:
    files = genuine[form]
    assert refused(tmp_path, signed_anew({**files, f"decisions.{form}": data}))


def test_cells_of_json_are_text(genuine: dict[str, Files], tmp_path: Path) -> None:
    files = genuine["jsonl"]
    data = files["decisions.jsonl"].replace(b'"K-STANDIN"', b"1", 1)
    assert "cells of its columns" in refused(tmp_path, signed_anew({**files, "decisions.jsonl": data}))
