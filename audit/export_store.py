"""The files of an export while it is written: which they are, and the places of its rows among them."""

import sys
from array import array
from collections.abc import Iterator
from functools import cached_property
from typing import Final
from uuid import UUID

from audit import exports
from audit.export_files import Reader, Writer
from audit.models import Export

_PLACE: Final = 8


class Files:
    """The files that an export's row names, under its key; a row that begins again names others."""

    def __init__(self, export: Export) -> None:
        self.export = export
        self.folder = exports.folder_of(export.id)

    @cached_property
    def key(self) -> bytes:
        return exports.key_of(self.export)

    def _name(self, what: str) -> str:
        # Whoever can write to the row does not choose a folder.
        try:
            return f"{UUID(exports.noted(self.export, 'files')).hex}.{what}"
        except ValueError as error:
            raise exports.NotRecordedError("manifest names no files", self.export.owner) from error

    def _writer(self, name: str) -> Writer:
        return Writer(self.folder / name, self.key, f"{self.export.id} {name}")

    def _reader(self, name: str) -> Reader:
        return Reader(self.folder / name, self.key, f"{self.export.id} {name}")

    def _read(self, name: str) -> Iterator[bytes]:
        with self._reader(name) as reader:
            yield from reader.read()

    def _indexes(self, start: int, end: int) -> list[int]:
        with self._reader(self._name("rows")) as file:
            return _unpacked(b"".join(file.read(start * _PLACE, end * _PLACE)))

    def _all_indexes(self) -> Iterator[int]:
        for piece in self._read(self._name("rows")):
            yield from _unpacked(piece)


def packed_places(places: "array[int]") -> bytes:
    """Places of the log as they are stored."""
    return _little(places).tobytes()


def _unpacked(stored: bytes) -> list[int]:
    return _little(array("Q", stored)).tolist()


def _little(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
