"""Somebody with the right key writes what the log does not bear out: each is refused, and it is said why."""

import base64
import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from audit import chain, proofs, verifier
from tests.audit.packing import COLUMNS, SHARED, key, put, signed_anew

pytestmark = pytest.mark.django_db  # so that a database is there for what is made once
Files = dict[str, bytes]
Lines = list[dict[str, Any]]


def refused(folder: Path, files: Mapping[str, bytes]) -> str:
    with pytest.raises(verifier.Refused) as why:
        verifier.check(put(folder, files), verifier.key_of(key()))
    return str(why.value)


def lines_of(files: Files, name: str) -> Lines:
    return [json.loads(line) for line in files[name].splitlines()]


def written(lines: Lines) -> bytes:
    return b"".join(chain.canonical(line) + b"\n" for line in lines)


def manifest(files: Files) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(files[proofs.MANIFEST])
    return said


def with_lines(files: Files, name: str, change: Callable[[Lines], object], **said: Any) -> Files:
    lines = lines_of(files, name)
    change(lines)
    return signed_anew({**files, name: written(lines)}, **said)


def decision(lines: Lines, *, row: bool, files: Files) -> dict[str, Any]:
    """The line of a chain that is a decision, of the data or not."""
    rows = {line["index"] for line in lines_of(files, proofs.PROOF)}
    return next(one for one in lines if '"kind":"decision' in one["header"] and (one["index"] in rows) is row)


def test_signed_anew_it_is_still_right(files: Files, tmp_path: Path) -> None:
    """So that what is refused below is refused for what was changed."""
    assert "All matches" in verifier.check(put(tmp_path, signed_anew(files)), verifier.key_of(key()))


def test_a_cell_that_is_not_what_was_recorded(files: Files, tmp_path: Path) -> None:
    for was, other, title in (
        (b"Share all of it", b"Do not share", "Outcome"),
        (b"Protect an adult; crime", b"Protect an adult", "Meant to achieve"),
        (b',"Yes",', b',"No",', "Emergency"),
        (b"D-000001", b"D-000009", "Decision"),
        (b"'=HYPER", b"=HYPER", "Main reasons"),
        (b"2026-12-01", b"2027-12-01", "To be looked at again"),
    ):
        altered = files["decisions.csv"].replace(was, other, 1)
        assert altered != files["decisions.csv"]
        assert title in refused(tmp_path, signed_anew({**files, "decisions.csv": altered}))


def without_first_row(files: Files) -> Files:
    """Data and proof without a row, its entry's chain as it is."""
    rows = files["decisions.csv"].split(b"\r\n")
    lines = lines_of(files, proofs.PROOF)
    lines[1] |= {"names": lines[0]["names"]}
    data = b"\r\n".join([rows[0], *rows[2:]])
    said = manifest(files)
    short = {**files, "decisions.csv": data, proofs.PROOF: written(lines[1:])}
    return signed_anew(short, rows=said["rows"] - 1, outside=said["outside"] + 1)


def test_a_row_left_out_of_everything_but_its_chain(files: Files, tmp_path: Path) -> None:
    """Its fields withheld, it stands beside decisions of its case that show theirs; shown, it is missing."""
    assert "not of others" in refused(tmp_path, without_first_row(files))
    line = lines_of(files, proofs.PROOF)[0]

    def open_it(lines: Lines) -> None:
        at = next(at for at, one in enumerate(lines) if one["index"] == line["index"])
        lines[at] = line

    shown = with_lines(without_first_row(files), proofs.CHAINS, open_it)
    assert "A decision is missing" in refused(tmp_path, shown)


def test_a_row_of_an_entry_that_was_made_up(files: Files, tmp_path: Path) -> None:
    """It fits its own header in every way; only the log, through the chain of its case, knows another."""

    def make_up(lines: Lines) -> None:
        said, names = lines[0]["shown"], lines[0]["names"]
        said["reference"][1] = "D-999999"
        hidden = base64.b64decode(lines[0]["hidden"])
        hashes = {
            name: sha256(bytes.fromhex(salt) + chain.canonical(one)) for name, (salt, one) in said.items()
        }
        rest = iter(hidden[at : at + 32] for at in range(0, len(hidden), 32))
        fields = [[name, hashes[name].hexdigest() if name in hashes else next(rest).hex()] for name in names]
        header = json.loads(lines[0]["header"])
        header["commit"] = sha256(chain.canonical(fields)).hexdigest()
        lines[0]["header"] = chain.canonical(header).decode()

    data = files["decisions.csv"].replace(b"D-000001", b"D-999999")
    found = with_lines({**files, "decisions.csv": data}, proofs.PROOF, make_up)
    assert "different entries" in refused(tmp_path, found)


def test_only_times_asked(files: Files, tmp_path: Path) -> None:
    """A filter of times needs no field: entries alone show whether they lie outside."""
    since = {"code": "since", "title": "Since", "field": "recorded_at", "test": "from"}
    for value, why in (
        ("2000-01-01T00:00:00.000000Z", "is missing"),
        ("2100-01-01T00:00:00.000000Z", "outside"),
    ):
        assert why in refused(tmp_path, signed_anew(files, filters=[{**since, "value": value}]))


def test_a_case_without_a_row(files: Files, tmp_path: Path) -> None:
    rows, lines = files["decisions.csv"].split(b"\r\n"), lines_of(files, proofs.PROOF)
    subject = json.loads(lines[-1]["header"])["subject"]
    kept = [at for at, line in enumerate(lines) if subject not in line["header"]]
    data = b"\r\n".join([rows[0], *(rows[at + 1] for at in kept), b""])
    short = {**files, "decisions.csv": data, proofs.PROOF: written([lines[at] for at in kept])}
    gone = len(lines) - len(kept)
    said = manifest(files)
    found = signed_anew(short, rows=len(kept), outside=said["outside"] + gone)
    assert "has no row" in refused(tmp_path, found)


def test_a_file_that_is_not_the_one_signed(files: Files, tmp_path: Path) -> None:
    for name in files:
        if name not in (proofs.MANIFEST, proofs.SIGNATURE):
            assert "not the one that was signed" in refused(tmp_path, {**files, name: files[name] + b" "})


def test_a_decision_and_its_chain_entry_left_out(files: Files, tmp_path: Path) -> None:
    """The chain has a gap then; a chain that is cut from there on does not give the root."""
    lines = lines_of(files, proofs.CHAINS)
    at = lines.index(decision(lines, row=False, files=files))
    why = refused(tmp_path, with_lines(files, proofs.CHAINS, lambda all_: all_.pop(at)))
    assert "broken" in why
    why = refused(tmp_path, with_lines(files, proofs.CHAINS, lambda all_: all_.pop()))
    assert "tree.txt" in why or "not in the log" in why


def test_a_decision_said_to_lie_outside_the_filter(files: Files, tmp_path: Path) -> None:
    """Another value does not fit its commitment; withheld, it no longer shows that it lies outside."""

    def say(lines: Lines) -> None:
        decision(lines, row=False, files=files)["shown"]["row.outcome"][1] = "share_all"

    assert "not what was recorded" in refused(tmp_path, with_lines(files, proofs.CHAINS, say))
    wider = [{**manifest(files)["filters"][0], "test": "any", "value": None}]
    assert "A decision is missing" in refused(tmp_path, signed_anew(files, filters=wider))
    other = [{**manifest(files)["filters"][0], "value": "do_not_share"}]
    assert "outside the filter" in refused(tmp_path, signed_anew(files, filters=other))


def test_a_field_withheld_that_a_column_shows(files: Files, tmp_path: Path) -> None:
    def hide(lines: Lines) -> None:
        names = lines[0]["names"]
        for line in lines:
            salt, value = line["shown"].pop("reference")
            hashed = sha256(bytes.fromhex(salt) + chain.canonical(value)).digest()
            hidden = base64.b64decode(line["hidden"])
            at = 32 * [name for name in names if name not in line["shown"]].index("reference")
            line["hidden"] = base64.b64encode(hidden[:at] + hashed + hidden[at:]).decode()

    assert "withheld" in refused(tmp_path, with_lines(files, proofs.PROOF, hide))


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        (proofs.PROOF, lambda lines: lines.pop(), "Row 8 is missing"),
        (proofs.PROOF, lambda lines: lines.append(lines[-1]), "more rows"),
        (proofs.PROOF, lambda lines: lines.insert(3, lines[2]), "there twice"),
        (proofs.PROOF, lambda lines: lines.reverse(), "nothing tells the names"),
        (proofs.PROOF, lambda lines: lines[0].update(index=lines[0]["index"] + 1), "not of others"),
        (proofs.PROOF, lambda lines: lines[0].update(hidden=lines[1]["hidden"]), "not what was recorded"),
        (proofs.PROOF, lambda lines: lines[0].update(header=lines[1]["header"]), "not what was recorded"),
        (proofs.PROOF, lambda lines: lines[0].update(hidden="%%%%"), "not in its form"),
        (proofs.PROOF, lambda lines: lines[0].update(hidden=5), "not in its form"),
        (proofs.PROOF, lambda lines: lines[0].update(hidden=lines[0]["hidden"][:-4]), "not in its form"),
        (proofs.PROOF, lambda lines: lines[0].update(form="0" * 16), "those of its form"),
        (proofs.PROOF, lambda lines: lines[0].pop("names"), "nothing tells the names"),
        (proofs.PROOF, lambda lines: lines[0].pop("shown"), "not in its form"),
        (proofs.PROOF, lambda lines: lines[0].update(names=["a", "a"]), "not in its form"),
        (proofs.PROOF, lambda lines: lines[0]["shown"].update(more=["0" * 64, 1]), "not in its form"),
        (proofs.PROOF, lambda lines: lines[0]["shown"].update(reference=["0" * 63, 1]), "not in its form"),
        (proofs.PROOF, lambda lines: lines[0].update(header=lines[0]["header"] + " "), "header is not"),
        (proofs.CHAINS, lambda lines: lines.pop(0), "broken at its entry 1"),
        (proofs.CHAINS, lambda lines: lines.pop(2), "broken at its entry 3"),
        (proofs.CHAINS, lambda lines: lines.insert(0, lines[0]), "broken at its entry 2"),
        (proofs.CHAINS, lambda lines: lines.extend(lines[:6]), "not in their order"),
        (proofs.CHAINS, lambda lines: lines[0].update(index=10**6), "outside the log"),
        (proofs.CHAINS, lambda lines: lines[0].update(index=lines[2]["index"] + 2), "not in the log"),
        (proofs.CHAINS, lambda lines: lines[0].update(index=lines[2]["index"]), "there twice"),
        (proofs.CHAINS, lambda lines: lines[1].update(index=lines[3]["index"]), "different|twice|of others"),
    ],
)  # fmt: skip
def test_lines(name: str, change: Any, why: str, files: Files, tmp_path: Path) -> None:
    found = refused(tmp_path, with_lines(files, name, change))
    assert any(one in found for one in why.split("|")), found


def test_a_subtree_of_another_log(files: Files, tmp_path: Path) -> None:
    nodes = files[proofs.TREE].splitlines(keepends=True)
    for other in (nodes[1:], [*nodes, nodes[0]], [nodes[1], nodes[0], *nodes[2:]], [b"x\n", *nodes[1:]], []):
        assert refused(tmp_path, signed_anew({**files, proofs.TREE: b"".join(other)}))


@pytest.mark.parametrize(
    "said",
    [
        {"rows": 9},
        {"rows": 7},
        {"cases": 3},
        {"outside": 5},
        {"kind": "decision.other"},
        {"format": "ods"},
        {"format": "jsonl"},
        {"version": True},
        {"columns": []},
        {"columns": [COLUMNS[0].__dict__ | {"how": "word"}]},
        {"filters": [SHARED.__dict__ | {"test": "like"}]},
        {"filters": [SHARED.__dict__ | {"test": "one_of"}]},
        {"filters": [SHARED.__dict__ | {"test": "from", "value": "yesterday"}]},
        {"filters": [SHARED.__dict__ | {"test": "either", "field": None, "value": [["a", "is"]]}]},
        {"filters": [SHARED.__dict__ | {"test": "either", "field": None, "value": [[1, "is", 1]]}]},
        {"data": []},
        {"data": ["decisions.csv", "decisions.csv"]},
        {"more": 1},
        {"names": 1},
        {"made_at": "2026-13-01T00:00:00.000000Z"},
        {"log": {"origin": "dahashare/log/other", "size": 36, "root": "0" * 64}},
    ],
    ids=str,
)
def test_what_the_manifest_says(said: dict[str, Any], files: Files, tmp_path: Path) -> None:
    try:
        assert refused(tmp_path, signed_anew(files, **said))
    except verifier.Unchecked as why:
        assert "version" in said, why  # noqa: PT017 - a form of another day is no forgery


def test_columns_that_say_another_thing(files: Files, tmp_path: Path) -> None:
    """A title can be anything, and rests on the signature; what it shows of the log cannot."""
    columns = manifest(files)["columns"]
    words = [{**one, "words": {"share_all": "Do not share"}} for one in columns]
    assert "Outcome" in refused(tmp_path, signed_anew(files, columns=words))
    assert "titles" in refused(
        tmp_path, signed_anew(files, columns=[{**columns[0], "title": "Id"}, *columns[1:]])
    )
    swapped = [columns[1], columns[0], *columns[2:]]
    assert "titles" in refused(tmp_path, signed_anew(files, columns=swapped))


def test_files_that_are_none_of_the_export(files: Files, tmp_path: Path) -> None:
    for other in ({**files, "notes.txt": b"x"}, {"a": b"", **files}):
        assert "too many" in refused(tmp_path, other)
    for name in files:
        assert refused(tmp_path, {one: data for one, data in files.items() if one != name})
    turned = dict(reversed(files.items()))
    assert "order" in refused(tmp_path, turned)
