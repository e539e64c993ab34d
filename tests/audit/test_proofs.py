"""What goes into a package: only what is shown, the whole chain of each case, the fewest subtrees."""

import base64
import hmac
import json
import random
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from audit import chain, checkpoints, leaves, merkle, note, proofs, verifier
from audit.exports import Line
from audit.models import Checkpoint
from tests.audit.making import record
from tests.audit.packing import COLUMNS, KIND, MADE_AT, SECRET_WORDS, SHARED, Log, a_log, files_of, key, put

database = pytest.mark.django_db(transaction=True)
ABOUT = proofs.About(
    kind=KIND,
    made_at=MADE_AT,
    purpose=("audit", "Audit"),
    format="csv",
    log_size=0,
    columns=COLUMNS,
    filters=(),
)


# --- Pure ---------------------------------------------------------------------------------------------------


def test_a_line_shows_what_is_to_be_shown_and_hashes_of_the_rest() -> None:
    secret, said = bytes(range(32)), {"a": SECRET_WORDS, "b": [1, {"x": None}], "row.outcome": "share_all"}
    line = Line(7, b'{"kind":"x"}', said, secret, [])
    data = proofs.lines(
        [line, line, replace(line, content={}, secret=b"")], frozenset({"row.outcome", "none"})
    )
    first, second, bare = (json.loads(one) for one in data.splitlines())
    assert SECRET_WORDS.encode() not in data
    salts = {name: hmac.digest(secret, chain.canonical(name), "sha256") for name in said}
    assert first["shown"] == {"row.outcome": [salts["row.outcome"].hex(), "share_all"]}
    hashes = [sha256(salts[name] + chain.canonical(said[name])).digest() for name in ("a", "b")]
    assert base64.b64decode(first["hidden"]) == b"".join(hashes)
    assert first["names"] == ["a", "b", "row.outcome"]
    assert "names" not in second
    assert first["form"] == second["form"]
    assert bare == {"header": '{"kind":"x"}', "index": 7}
    assert all(chain.canonical(json.loads(one)) == one for one in data.splitlines())
    for name in ("a", "b"):
        assert salts[name].hex().encode() not in data
    assert secret.hex().encode() not in data


def test_fields_are_cut_out_of_what_was_sealed() -> None:
    """The canonical bytes of each field, whatever they hold; of what is no canonical object nothing."""
    said = {"a": '"},{\\"', "b": [1, {"x": None, "é": "\u2028"}], "c": {}, "d": True, "e": -5, "é": ""}
    assert proofs.parted(chain.canonical(said)) == {name: chain.canonical(one) for name, one in said.items()}
    assert proofs.parted(b"{}") == {}
    for broken in (b'{"a"', b'{"a":}', b'{"a":1,b}'):
        with pytest.raises(ValueError, match="canonical form"):
            proofs.parted(broken)


def test_what_filters_ask_about_is_shown_too() -> None:
    asked = [["row.risk_level", "is", "high"], ["b", "any", None]]
    either = proofs.Filter("risk", "High", None, "either", asked)
    since = proofs.Filter("since", "Since", "recorded_at", "from", "2026-01-01T00:00:00.000000Z")
    shown = proofs.to_show(COLUMNS[:4], [either, since, SHARED])
    assert shown == {"reference", "row.outcome", "row.risk_level", "b"}
    assert proofs.to_show((), ()) == frozenset()


def test_marks_hold_each_number_once() -> None:
    marks = proofs.Marks(70)
    for number in (69, 0, 8, 7):
        marks.add(number)
    assert (list(marks), marks.count, 8 in marks, 9 in marks) == ([0, 7, 8, 69], 4, True, False)
    for number in (70, -1, 8):
        with pytest.raises(ValueError, match="outside the log, or an entry twice"):
            marks.add(number)


def test_the_cover_is_that_of_the_tree() -> None:
    """The same subtrees that `merkle.cover` names, without the list of indexes in memory."""
    for size in range(40):
        for _ in range(10):
            chosen = sorted(random.sample(range(size), random.randrange(size + 1)))
            marks = proofs.Marks(size)
            for number in chosen:
                marks.add(number)
            assert list(proofs.cover(marks)) == list(merkle.cover(chosen, size))


def test_consistency_is_checked_as_it_is_made() -> None:
    """For every pair of sizes: the proof of the tree that grew is accepted, that of another is not."""
    hashed = [sha256(bytes([at])).digest() for at in range(34)]
    for size in range(1, 34):
        top = merkle.root(hashed[:size])
        for old in range(1, size):
            proof = [merkle.root(hashed[low:high]) for low, high in merkle.consistency(old, size)]
            before, after = (verifier.Note("o", at, merkle.root(hashed[:at])) for at in (old, size))
            assert after.root == top
            assert verifier._consistent(before, after, proof)
            assert not verifier._consistent(before._replace(root=top), after, proof)
            assert not verifier._consistent(before, after._replace(root=before.root), proof)
            assert not verifier._consistent(before, after, proof[:-1])
            assert not verifier._consistent(before, after, [*proof, top])


# --- Of a real log ------------------------------------------------------------------------------------------


@database
def test_many_rows_make_the_same_package(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = Log().decisions(a_log(7, 2), lambda line: line.content["row.outcome"] == "share_all")
    for _ in range(20):
        record(uuid4())
    for name, number in (("SUBJECTS", 2), ("INDEXES", 3), ("NODES", 2)):
        monkeypatch.setattr(proofs, name, number)
    few = files_of(lines)
    monkeypatch.setattr(proofs, "FEW_ROWS", 0)
    many = files_of(lines)
    assert many == few
    subjects = [json.loads(json.loads(line)["header"])["subject"] for line in few[proofs.CHAINS].splitlines()]
    assert subjects == sorted(subjects)
    assert set(subjects) == {json.loads(line.header)["subject"] for line in lines}


@database
@pytest.mark.parametrize("count", [0, 1, 5])
def test_earlier_checkpoints(count: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The last so many of them, each of which the verifier finds at the beginning of the log."""
    lines = Log().decisions(a_log(3, 4))
    made = list(Checkpoint.objects.order_by("size"))
    monkeypatch.setattr(proofs, "KEPT_CHECKPOINTS", count)
    files = files_of(lines, filters=[])
    sizes = [size for size, _ in json.loads(files[proofs.EARLIER])]
    assert sizes == [row.size for row in made][-count:] if count else sizes == []
    path = put(tmp_path, files)
    for row in made[len(made) - len(sizes) :]:
        assert "begins with" in verifier.check(path, verifier.key_of(key()), row.note.encode())


@database
def test_an_export_of_nothing(tmp_path: Path) -> None:
    a_log(1, 1)
    assert "0 rows of 0 cases" in verifier.check(put(tmp_path, files_of([])), verifier.key_of(key()))
    assert proofs._roots((), 0) == {merkle.Piece(0, 0): merkle.EMPTY}


def finished(rows: list[int], opened: Callable[..., Any] = lambda _: [], **changes: Any) -> dict[str, bytes]:
    about = replace(ABOUT, **({"log_size": leaves.sequence()} | changes))
    data = [proofs.Stored("decisions.csv", 0, bytes(32)), proofs.Stored(proofs.PROOF, 0, bytes(32))]
    files = proofs.finish(about, rows=rows, data=data, opened=opened)
    return {name: b"".join(pieces) for name, pieces in files}


@database
def test_what_cannot_be_proved_is_not_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = Log().decisions(a_log(2, 2))
    rows = [line.index for line in lines]
    assert finished(rows)[proofs.SIGNATURE]
    size = leaves.size()
    with pytest.raises(ValueError, match="outside the log, or an entry twice"):
        finished([*rows, rows[0]])
    with pytest.raises(ValueError, match="outside the log"):
        finished([*rows, size])
    files = proofs.finish(replace(ABOUT, log_size=size), rows=rows, data=[], opened=lambda _: [])
    next(files)
    with pytest.raises(ValueError, match="written before"):
        next(files)
    with monkeypatch.context() as patched:
        patched.setattr(proofs, "_chains", lambda _: iter(()))
        with pytest.raises(ValueError, match="no entry in the log"):
            finished(rows)
    with monkeypatch.context() as patched:
        patched.setattr(checkpoints, "head", lambda at: note.Statement("dahashare/log/x", at, bytes(32)))
        with pytest.raises(ValueError, match="not the one that was checked"):
            finished(rows)
    link = proofs._Link(0, b'{"a":"","seq":2,"subject":""}', KIND)
    with pytest.raises(ValueError, match="gap at entry 1"):
        proofs._whole([link])
