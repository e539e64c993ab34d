"""Checkpoints as signed notes: what is written is read, one byte else is refused, and keys stay apart."""

import base64
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from audit import note, signing
from audit.note import NotANoteError, Statement
from tests.fuzz import examples

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
SAID = Statement("dahashare/log/0123", 4812, bytes(range(100, 132)))
NAME = "dahashare-test"


def written() -> str:
    return note.write(SAID, NAME, PUBLIC, KEY.sign)


def test_a_note_line_by_line() -> None:
    lines = written().split("\n")
    assert lines[:4] == ["dahashare/log/0123", "4812", base64.b64encode(SAID.root).decode(), ""]
    dash, name, made = lines[4].split(" ")
    assert (dash, name, lines[5:]) == ("\u2014", NAME, [""])
    raw = base64.b64decode(made)
    assert raw[:4] == sha256(NAME.encode() + b"\n\x01" + PUBLIC).digest()[:4]
    KEY.public_key().verify(raw[4:], ("\n".join(lines[:3]) + "\n").encode())


def test_what_is_written_is_read() -> None:
    read = note.read(written())
    assert read.statement == SAID
    assert read.signed_by(NAME, PUBLIC)
    assert note.key_line(NAME, PUBLIC).split("+")[0] == NAME
    assert note.key_line(NAME, PUBLIC).split("+", 2)[1] == note.key_id(NAME, PUBLIC).hex()


def test_another_key_another_name_or_other_words_are_not_signed() -> None:
    read = note.read(written())
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert not read.signed_by(NAME, other)
    assert not read.signed_by("somebody-else", PUBLIC)
    assert not replace(read, statement=replace(SAID, size=4811)).signed_by(NAME, PUBLIC)
    assert not replace(read, signatures=()).signed_by(NAME, PUBLIC)


def test_a_second_signature_does_no_harm_and_a_wrong_one_of_ours_does() -> None:
    other = Ed25519PrivateKey.generate()
    line = note.write(SAID, "witness", other.public_key().public_bytes_raw(), other.sign).split("\n")[4]
    assert note.read(written() + line + "\n").signed_by(NAME, PUBLIC)
    wrong = note.write(SAID, NAME, PUBLIC, lambda _: bytes(64)).split("\n")[4]
    assert not note.read(written() + wrong + "\n").signed_by(NAME, PUBLIC)


@settings(max_examples=examples(200, 5000), deadline=None)
@given(st.integers(0, 400), st.sampled_from(["drop", "double", "change", "cut", "insert"]), st.characters())
@example(0, "change", "\0")
@example(18, "insert", "\r")
def test_no_changed_note_passes(at: int, how: str, letter: str) -> None:
    text = written()
    at %= len(text)
    changed = {
        "drop": text[:at] + text[at + 1 :],
        "double": text[: at + 1] + text[at:],
        "change": text[:at] + letter + text[at + 1 :],
        "cut": text[:at],
        "insert": text[:at] + letter + text[at:],
    }[how]
    if changed == text:
        return
    try:
        read = note.read(changed)
    except NotANoteError:
        return
    assert not read.signed_by(NAME, PUBLIC)


@pytest.mark.parametrize(
    "changed",
    [
        "",
        "\n\n",
        written().replace("4812", "04812"),
        written().replace("4812", "-4812"),
        written().replace("4812", "٤٨١٢"),
        written().replace("4812", "9" * 30),
        written().replace("dahashare/log/0123", "a log"),
        written().replace("dahashare/log/0123", ""),
        written().replace("\n", "\r\n"),
        written()[:-1],
        written() + "\n",
        written().replace("\u2014 ", "- "),
        written() + "x" * note.MOST_BYTES,
    ],
)
def test_a_note_in_another_form_is_refused(changed: str) -> None:
    with pytest.raises(NotANoteError):
        note.read(changed)


@pytest.mark.parametrize(
    "bad",
    [
        replace(SAID, origin="a b"),
        replace(SAID, origin="a\nb"),
        replace(SAID, root=b""),
        replace(SAID, size=-1),
    ],
)
def test_what_is_no_statement_is_not_written(bad: Statement) -> None:
    with pytest.raises(ValueError, match="no statement"):
        note.write(bad, NAME, PUBLIC, KEY.sign)


def test_what_is_no_key_has_no_line() -> None:
    for name, public in (("a+b", PUBLIC), ("a b", PUBLIC), (NAME, PUBLIC[:31])):
        with pytest.raises(ValueError, match="no key"):
            note.key_line(name, public)


# --- The log's own key -------------------------------------------------------------------------------------


def test_a_signature_for_one_purpose_is_none_for_another() -> None:
    made = signing.sign("dahashare manifest", b"words")
    assert signing.good("dahashare manifest", b"words", made, signing.public_key())
    assert not signing.good("dahashare/log/0123", b"words", made, signing.public_key())
    assert not signing.good("dahashare manifest", b"word", made, signing.public_key())
    assert not signing.good("dahashare manifest", b"words", made[:-1], signing.public_key())
    assert not signing.good("dahashare manifest", b"words", made, bytes(3))
    for purpose in ("", "two\nlines"):
        with pytest.raises(ValueError, match="one line"):
            signing.sign(purpose, b"")


def test_our_signature_is_that_of_a_signed_note() -> None:
    public, name = signing.public_key(), signing.key_name()

    def sign(text: bytes) -> bytes:
        purpose, _, rest = text.partition(b"\n")
        return signing.sign(purpose.decode(), rest)

    assert note.read(note.write(SAID, name, public, sign)).signed_by(name, public)


@pytest.mark.parametrize("held", [None, "", "not base64!", "c2hvcnQ=", "é"])
def test_a_missing_or_damaged_key_is_said(held: str | None, tmp_path: Path, settings: Settings) -> None:
    settings.KEYS_DIR = tmp_path
    if held is not None:
        (tmp_path / signing.FILE).write_text(held, "utf-8")
    with pytest.raises(signing.NoSigningKeyError, match=signing.FILE):
        signing.public_key()
