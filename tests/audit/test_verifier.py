"""The verifier as an auditor meets it: what it says, what it asks for, and when it says nothing."""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from audit import chain, checkpoints, note, proofs, signing, verifier
from audit.models import Checkpoint
from tests.audit.packing import (
    SECRET_WORDS,
    Log,
    a_log,
    files_of,
    key,
    put,
    signed_anew,
)

pytestmark = pytest.mark.django_db(transaction=True)
Files = dict[str, bytes]


@pytest.fixture
def subjects() -> list[UUID]:
    return a_log()


@pytest.fixture
def files(subjects: list[UUID]) -> Files:
    return files_of(Log().decisions(subjects, lambda line: line.content["row.outcome"] == "share_all"))


def asked(capfdbinary: Any, *arguments: object) -> tuple[int, str]:
    code = verifier.main([str(one) for one in arguments])
    return code, capfdbinary.readouterr().out.decode()


def unpacked(folder: Path, files: Mapping[str, bytes]) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def test_what_it_says(files: Files, tmp_path: Path, capfdbinary: Any) -> None:
    code, said = asked(capfdbinary, put(tmp_path, files), "--key", key())
    assert code == 0
    proved, _, rest = said.partition("Rests on the signature")
    signed, _, withheld = rest.partition("Withheld")
    assert "8 rows of 4 cases" in proved
    assert "4 other decisions of these cases lie outside" in proved
    assert "Outcome (row.outcome)" in proved
    assert "Case (stand-in)" not in proved
    assert "Case (stand-in)" in signed
    assert 'Outcome: Share all of it [row.outcome is "share_all"]' in signed
    assert "give a checkpoint" in signed
    assert "Case, People" in withheld
    assert "harm_if_not, people, row.risk_level" in withheld
    assert SECRET_WORDS not in said


@pytest.mark.parametrize("form", ["jsonl", "xlsx", "pdf"])
def test_other_formats(form: str, subjects: list[UUID], tmp_path: Path, capfdbinary: Any) -> None:
    files = files_of(Log().decisions(subjects), form, filters=[])
    code, said = asked(capfdbinary, unpacked(tmp_path / "export", files), "--key", key())
    assert code == 0, said
    assert "12 rows of 4 cases" in said
    assert "no decision in the chains shown is missing" in said
    assert ("not compared with its pages" in said) is (form == "pdf")
    assert ("spreadsheet program" in said) is (form == "xlsx")


def test_the_key_comes_in_two_spellings_and_no_third(files: Files, tmp_path: Path, capfdbinary: Any) -> None:
    path = put(tmp_path, files)
    line = note.key_line(signing.key_name(), signing.public_key())
    assert asked(capfdbinary, path, "--key", line)[0] == 0
    for other in ("", "abc", "é" * 44, base64.b64encode(bytes(31)).decode(), key()[:-2], line[:-4]):
        code, said = asked(capfdbinary, path, "--key", other)
        assert (code, "not a public key" in said) == (2, True)
    code, said = asked(capfdbinary, path, "--key", base64.b64encode(bytes(range(32))).decode())
    assert (code, "signature is not that of the key" in said) == (1, True)


def test_a_checkpoint_from_an_earlier_day(files: Files, tmp_path: Path, capfdbinary: Any) -> None:
    """At another size by a consistency proof, at its own by the root; a log that was rewritten is caught."""
    path, held = put(tmp_path, files), tmp_path / "held.txt"
    sizes = []
    for row in Checkpoint.objects.order_by("size"):
        held.write_text(row.note, "utf-8")
        code, said = asked(capfdbinary, path, "--key", key(), "--checkpoint", held)
        assert code == 0, said
        assert f"begins with the {row.size} entries" in said
        sizes.append(row.size)
        other = note.Statement(row.origin, row.size, sha256(b"rewritten").digest())
        held.write_text(checkpoints.signed(other), "utf-8")
        code, said = asked(capfdbinary, path, "--key", key(), "--checkpoint", held)
        assert (code, "it was rewritten" in said) == (1, True)
    assert len(sizes) == 2
    held.write_bytes(files[proofs.CHECKPOINT])
    assert asked(capfdbinary, path, "--key", key(), "--checkpoint", held)[0] == 0


def test_checkpoints_that_cannot_be_compared(files: Files, tmp_path: Path, capfdbinary: Any) -> None:
    path, held = put(tmp_path, files), tmp_path / "held.txt"
    own = json.loads(files[proofs.MANIFEST])["log"]
    root = bytes.fromhex(own["root"])
    held.write_text(checkpoints.signed(note.Statement(own["origin"], own["size"], root[::-1])), "utf-8")
    code, said = asked(capfdbinary, path, "--key", key(), "--checkpoint", held)
    assert (code, "it was rewritten" in said) == (1, True)
    for origin, size, code, words in (
        (own["origin"], own["size"] + 1, 2, "newer than the export"),
        (own["origin"], own["size"] - 1, 2, "holds no proof"),
        (own["origin"], own["size"], 0, "All matches"),
        ("dahashare/log/other", own["size"], 2, "another log"),
    ):
        held.write_text(checkpoints.signed(note.Statement(origin, size, root)), "utf-8")
        assert asked(capfdbinary, path, "--key", key(), "--checkpoint", held)[0] == code
        assert words in asked(capfdbinary, path, "--key", key(), "--checkpoint", held)[1]
    for text in (b"", b"x" * 20_000, files[proofs.CHECKPOINT].replace(b"\n\n", b"\n"), b"\xff\xfe"):
        held.write_bytes(text)
        code, said = asked(capfdbinary, path, "--key", key(), "--checkpoint", held)
        assert (code, "not a checkpoint" in said) == (1, True)
    stranger = files[proofs.CHECKPOINT].decode().replace(signing.key_name(), "somebody")
    held.write_text(stranger, "utf-8")
    assert "not signed with the key" in asked(capfdbinary, path, "--key", key(), "--checkpoint", held)[1]
    altered = files[proofs.CHECKPOINT].decode().replace(f"\n{own['size']}\n", f"\n{own['size'] - 1}\n")
    held.write_text(altered, "utf-8")
    assert "not that of the key" in asked(capfdbinary, path, "--key", key(), "--checkpoint", held)[1]
    code, said = asked(capfdbinary, path, "--key", key(), "--checkpoint", tmp_path / "none.txt")
    assert (code, "cannot be read" in said) == (2, True)


def test_earlier_proofs_that_are_none(files: Files, tmp_path: Path) -> None:
    row = Checkpoint.objects.order_by("size").first()
    assert row is not None
    size, hashes = json.loads(files[proofs.EARLIER])[0]
    others: list[Any] = [[], {}, [[1]], [["a", []]], [[size, [1]]], [[size, []]], [[size, hashes[:-1]]]]
    for other in others:
        path = put(tmp_path, signed_anew({**files, proofs.EARLIER: chain.canonical(other)}))
        with pytest.raises((verifier.Refused, verifier.Unchecked)):
            verifier.check(path, verifier.key_of(key()), row.note.encode())


def test_a_disk_that_does_not_answer(
    files: Files, tmp_path: Path, capfdbinary: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, files)
    for error, code in ((OSError(5, "Input/output error"), 2), (MemoryError(), 1), (RecursionError(), 1)):

        def stop(*_: object, error: BaseException = error) -> int:
            raise error

        with monkeypatch.context() as patched:
            patched.setattr(verifier._Window, "readinto", stop)
            answer, said = asked(capfdbinary, path, "--key", key())
        assert answer == code, said


def test_what_is_not_there(tmp_path: Path, capfdbinary: Any) -> None:
    code, said = asked(capfdbinary, tmp_path / "none.zip", "--key", key())
    assert (code, "cannot be read" in said) == (2, True)
    code, said = asked(capfdbinary, "/dev/null", "--key", key())
    assert (code, "neither a file nor a folder" in said) == (2, True)


def test_a_folder_of_the_export_and_nothing_else(files: Files, tmp_path: Path, capfdbinary: Any) -> None:
    folder = unpacked(tmp_path / "export", files)
    assert asked(capfdbinary, folder, "--key", key())[0] == 0
    other = folder / "other.txt"
    for make in (other.mkdir, lambda: other.symlink_to(folder / "README.txt"), lambda: other.write_text("x")):
        make()
        assert asked(capfdbinary, folder, "--key", key())[0] == 1
        other.rmdir() if other.is_dir() else other.unlink()
    for at in range(verifier.MOST_FILES):
        (folder / f"{at}.txt").write_text("x")
    assert "one too many" in asked(capfdbinary, folder, "--key", key())[1]


def test_content_that_is_gone(subjects: list[UUID], tmp_path: Path, capfdbinary: Any) -> None:
    """What was destroyed before cannot be shown: rows stand by their times, others by the signature."""
    log = Log(destroyed=frozenset(subjects[:1]))
    lines = log.decisions(subjects)
    code, said = asked(capfdbinary, put(tmp_path, files_of(lines, filters=[], log=log)), "--key", key())
    assert code == 0, said
    assert "3 rows whose content is said to be destroyed" in said
    code, said = asked(capfdbinary, put(tmp_path, files_of(lines[:1] + lines[2:], log=log)), "--key", key())
    assert code == 1, said
    shared = [line for line in lines if line.content.get("row.outcome", "share_all") == "share_all"][1:]
    code, said = asked(capfdbinary, put(tmp_path, files_of(shared, log=log)), "--key", key())
    assert code == 0, said
    assert "that 1 other decisions of these cases, whose content is said to be destroyed" in said


def test_filters_that_the_log_cannot_show(subjects: list[UUID], tmp_path: Path, capfdbinary: Any) -> None:
    later = proofs.Filter("superseded", "Not superseded", None, "is", "no")
    either = proofs.Filter("risk", "High", None, "either", [["row.risk_level", "is", "high"]])
    lines = Log().decisions(subjects)[1:]
    path = put(tmp_path, files_of(lines, filters=[later, either]))
    code, said = asked(capfdbinary, path, "--key", key())
    assert code == 0, said
    assert "that 1 other decisions of these cases lie outside what the log cannot show" in said
    assert 'High [row.risk_level is "high"]' in said
    assert "Not superseded [the log cannot show it]" in said


def test_terminals_are_not_driven_by_an_export(files: Files, tmp_path: Path, capfdbinary: Any) -> None:
    said = json.loads(files[proofs.MANIFEST])
    purpose = {"code": "audit", "words": "\x1b[2J\rAll matches\u202e"}
    code, printed = asked(capfdbinary, put(tmp_path, signed_anew(files, purpose=purpose)), "--key", key())
    assert code == 0
    assert not {"\x1b", "\r", "\u202e"} & set(printed)
    assert said["purpose"]["words"] == "Audit"


def test_it_runs_as_a_program(files: Files, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    tool = tmp_path / "verifier.py"
    tool.write_bytes(files["verifier.py"])
    path = put(tmp_path, files)
    command = [sys.executable, "-I", "-S", str(tool), str(path)]
    done = subprocess.run([*command, "--key", key()], cwd=empty, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert subprocess.run(command, cwd=empty, capture_output=True, check=False).returncode == 2
