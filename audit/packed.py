"""The package of an export: its parts in one zip, locked with AES-256 where there is a password."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyzipper

from audit import zipped
from audit.export_files import Writer


@dataclass(frozen=True)
class Part:
    """A file of the package on its way in: its name, and its bytes, as often as they are asked for."""

    name: str
    pieces: Callable[[], Iterable[bytes]]


Alive = Callable[[Iterable[bytes]], Iterator[bytes]]
"""Hands on the same pieces; whoever works on them is heard of meanwhile."""


def write(file: Writer, parts: Sequence[Part], alive: Alive, password: str) -> None:
    """Write the package.

    Args:
        alive: lets the export's row say that somebody works on it.
        password: empty where it is not locked.
    """
    if password:
        _lock(file, parts, alive, password)
        return
    members = [_member(part, alive) for part in parts]
    for piece in zipped.package(members, [alive(part.pieces()) for part in parts]):
        file.write(piece)


def _member(part: Part, alive: Alive) -> zipped.Member:
    size = crc = 0
    for piece in alive(part.pieces()):
        size, crc = size + len(piece), zlib.crc32(piece, crc)
    return zipped.Member(part.name, size, crc)


def _lock(file: Writer, parts: Sequence[Part], alive: Alive, password: str) -> None:
    with pyzipper.AESZipFile(
        file, "w", compression=pyzipper.ZIP_STORED, encryption=pyzipper.WZ_AES
    ) as locked:
        locked.setpassword(password.encode())
        for part in parts:
            with locked.open(locked.zipinfo_cls(part.name), "w", force_zip64=True) as inside:
                for piece in alive(part.pieces()):
                    inside.write(piece)
