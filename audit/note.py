"""Checkpoints as C2SP signed notes (signed-note, tlog-checkpoint), signed with Ed25519. Pure, and strict.

origin
size
base64(root)

— name base64(4 bytes of the key's hash ‖ signature)
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MOST_BYTES = 10_000  # a note of ours has some 300; nobody has us read more
ED25519 = b"\1"
_ID_BYTES, _SIGNATURE_BYTES, _ROOT_BYTES, _KEY_BYTES = 4, 64, 32, 32
_NAME = re.compile(r"[!-*,-~]+")  # printable ASCII without a space and without "+"
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_MARK = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Statement:
    """What a checkpoint says: the log's origin, how many entries it holds, and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The signed words. Raises ValueError for an origin or a root that has no place in them."""
        if not _NAME.fullmatch(self.origin) or len(self.root) != _ROOT_BYTES or self.size < 0:
            raise ValueError("this is no statement of a log")
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


def key_id(name: str, public: bytes) -> bytes:
    """The 4 bytes by which a signature's line names its key."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:_ID_BYTES]


def key_line(name: str, public: bytes) -> str:
    """The key in the one line that checkers of signed notes take: name+hex(id)+base64(1 ‖ key)."""
    if not _NAME.fullmatch(name) or len(public) != _KEY_BYTES:
        raise ValueError("this is no key of a log")
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(ED25519 + public).decode('ascii')}"


def write(statement: Statement, name: str, public: bytes, sign: Callable[[bytes], bytes]) -> str:
    """The whole note; `sign` is given the signed bytes and returns 64 bytes."""
    text = statement.text()
    line = base64.b64encode(key_id(name, public) + sign(text.encode())).decode("ascii")
    return f"{text}\n{_MARK}{name} {line}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note that was read: its statement, and each signature by (name, 4 bytes of the key's hash)."""

    statement: Statement
    signatures: tuple[tuple[str, bytes, bytes], ...]

    def signed_by(self, name: str, public: bytes) -> bool:
        """Whether one signature is this key's, and right. Any that names this key and is wrong: False."""
        own = [made for by, key, made in self.signatures if (by, key) == (name, key_id(name, public))]
        try:
            for made in own:
                Ed25519PublicKey.from_public_bytes(public).verify(made, self.statement.text().encode())
        except InvalidSignature:
            return False
        return bool(own)


class NotANoteError(ValueError):
    """The text is no checkpoint; the message says what is wrong with it, for people."""


def read(text: str) -> Note:
    """The parts of a note. Raises NotANoteError unless every byte is where it must be."""
    if len(text) > MOST_BYTES:
        raise NotANoteError("it is much longer than a checkpoint")
    words, parted, signed = text.partition("\n\n")
    lines = words.split("\n")
    if not parted or len(lines) != 3 or not signed.endswith("\n"):
        raise NotANoteError("it does not have the lines of a checkpoint")
    origin, size, top = lines
    if not _NAME.fullmatch(origin) or not _SIZE.fullmatch(size):
        raise NotANoteError("its first lines are not the name and the size of a log")
    statement = Statement(origin, int(size), _decoded(top, _ROOT_BYTES))
    return Note(statement, tuple(_signature(line) for line in signed[:-1].split("\n")))


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, parted, made = line.removeprefix(_MARK).partition(" ")
    if not line.startswith(_MARK) or not parted or not _NAME.fullmatch(name):
        raise NotANoteError("a line of its signatures is not in their form")
    raw = _decoded(made, _ID_BYTES + _SIGNATURE_BYTES)
    return name, raw[:_ID_BYTES], raw[_ID_BYTES:]


def _decoded(text: str, size: int) -> bytes:
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NotANoteError("a part of it is not base64") from error
    # One spelling only: bits that stand for nothing must be nought.
    if len(raw) != size or base64.b64encode(raw).decode("ascii") != text:
        raise NotANoteError("a part of it has the wrong length or spelling")
    return raw
