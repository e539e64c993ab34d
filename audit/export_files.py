"""Files of an export on disk: encrypted from their first byte, whole or not there.

A file is a salt, then frames of 64 KiB under AES-256-GCM with a key of the file's own (HKDF of the export's
key, the salt and the file's name). A frame's nonce holds its number and whether it is the last: frames that
are dropped, doubled, swapped, or taken from another file do not open, and neither does a file that was cut.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

FRAME: Final = 64 * 1024
_TAG: Final = 16
_SALT: Final = 32
_MARK: Final = b"dhx1"
_START: Final = len(_MARK) + _SALT


class DamagedError(Exception):
    """A file is not what was written: missing, cut, or altered."""


def folder() -> Path:
    """Where the files of all exports lie."""
    return Path(settings.DATA_DIR) / "exports"


def _cipher(key: bytes, salt: bytes, name: str) -> AESGCM:
    derived = HKDF(hashes.SHA256(), 32, salt=salt, info=b"dahashare export " + name.encode()).derive(key)
    return AESGCM(derived)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Writer:
    """A file that appears under its name when it is closed, whole; a failure leaves nothing behind.

    Not seekable, as `zipfile` can write it. `name` binds the content to its place: export and file.
    """

    def __init__(self, path: Path, key: bytes, name: str) -> None:
        self.path, self.size = path, 0
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        salt = secrets.token_bytes(_SALT)
        self._cipher = _cipher(key, salt, name)
        self._held, self._number = bytearray(), 0
        self._file: IO[bytes] = self._draft.open("xb", buffering=0)
        try:
            self._draft.chmod(0o600)
            self._put(_MARK + salt)
        except BaseException:
            self.abandon()
            raise

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take bytes; frames that are full go to the disk."""
        self._held += data
        self.size += len(data)
        if len(self._held) > FRAME:
            at = 0
            view = bytes(self._held)
            while len(view) - at > FRAME:  # the last frame is not known before the end
                self._frame(view[at : at + FRAME], last=False)
                at += FRAME
            self._held = bytearray(view[at:])
        return len(data)

    def flush(self) -> None:
        """Nothing: a frame is written when it is full."""

    def _frame(self, plain: bytes, *, last: bool) -> None:
        self._put(self._cipher.encrypt(_nonce(self._number, last=last), plain, None))
        self._number += 1

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._file.fileno(), view) :]

    def close(self) -> None:
        """Write what is left, wait for the disk, and give the file its name."""
        try:
            self._frame(bytes(self._held), last=True)
            os.fsync(self._file.fileno())
            self._file.close()
            self._draft.replace(self.path)
            _sync(self.path.parent)
        except BaseException:
            self.abandon()
            raise

    def abandon(self) -> None:
        """Remove what was written."""
        self._file.close()
        self._draft.unlink(missing_ok=True)

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Reader:
    """A written file, opened: its first and its last frame are what was written, so its size is.

    Raises DamagedError, here and while reading.
    """

    def __init__(self, path: Path, key: bytes, name: str) -> None:
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise DamagedError("a file of this export is not there") from error
        try:
            start = self._file.read(_START)
            if len(start) != _START or not start.startswith(_MARK):
                raise DamagedError("a file of this export is not one that was written")  # noqa: TRY301
            self._cipher = _cipher(key, start[len(_MARK) :], name)
            stored = os.fstat(self._file.fileno()).st_size - _START
            self._frames = -(-stored // (FRAME + _TAG))
            self.size = stored - self._frames * _TAG
            self._frame(0)
            self._frame(self._frames - 1)
        except BaseException:
            self._file.close()
            raise

    def _frame(self, number: int) -> bytes:
        self._file.seek(_START + number * (FRAME + _TAG))
        try:
            last = number == self._frames - 1
            return self._cipher.decrypt(_nonce(number, last=last), self._file.read(FRAME + _TAG), None)
        except (InvalidTag, OverflowError, ValueError) as error:
            raise DamagedError("a file of this export was altered or cut") from error

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to before `end`, a frame at a time."""
        end = self.size if end is None else min(end, self.size)
        at = start
        while at < end:
            number, inside = divmod(at, FRAME)
            piece = self._frame(number)[inside : inside + end - at]
            if not piece:
                raise DamagedError("a file of this export was cut")
            at += len(piece)
            yield piece

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Stream(Iterator[bytes]):
    """The bytes of a file; it is let go of at their end, or where nobody wants them."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self._pieces = reader, reader.read()

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it; what is gone already is as good."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)  # what stays is tried again by the next sweep
    else:
        path.unlink(missing_ok=True)
