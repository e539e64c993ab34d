"""The one form of a package's zip: files stored one after the other, every other byte follows from them.

So a zip that differs in anything but its files is not one of ours (`audit/verifier.py` writes the form again
and compares). Nothing in it tells when or where it was made. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from struct import pack

MOST = 0xFFFFFFFF
"""A size or an offset from here on is written in the 64-bit fields of the format."""
_DAY = 0x21  # 1 January 1980, the format's first day
_MADE, _MODE = 0x0314, 0o100600 << 16  # a private file, where the unpacking program cares


@dataclass(frozen=True)
class Member:
    """A file of the package: its name (ASCII, no folder), its size in bytes and its CRC-32."""

    name: str
    size: int
    crc: int


def _wide(*values: int) -> bytes:
    """The extra field that holds what does not fit in 32 bits."""
    return pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values) if values else b""


def _head(member: Member) -> bytes:
    """What stands before a file."""
    wide = member.size >= MOST
    extra = _wide(member.size, member.size) if wide else b""
    size = MOST if wide else member.size
    name = member.name.encode("ascii")
    fields = (0x04034B50, 45 if wide else 20, 0, 0, 0, _DAY, member.crc, size, size, len(name), len(extra))
    return pack("<IHHHHHIIIHH", *fields) + name + extra


def _listed(member: Member, offset: int) -> bytes:
    """A file's line in the list at the end."""
    wide = [member.size] * 2 if member.size >= MOST else []
    extra = _wide(*wide, *([offset] if offset >= MOST else []))
    size, name = min(member.size, MOST), member.name.encode("ascii")
    version = 45 if extra else 20
    fields = (0x02014B50, _MADE, version, 0, 0, 0, _DAY, member.crc, size, size, len(name), len(extra))
    return pack("<IHHHHHHIIIHHHHHII", *fields, 0, 0, 0, _MODE, min(offset, MOST)) + name + extra


def _end(count: int, start: int, size: int) -> bytes:
    """What stands behind the list: where it begins and how long it is."""
    wide = b""
    if start >= MOST:
        wide = pack("<IQHHIIQQQQ", 0x06064B50, 44, _MADE, 45, 0, 0, count, count, size, start)
        wide += pack("<IIQI", 0x07064B50, 0, start + size, 1)
    return wide + pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, size, min(start, MOST), 0)


def frame(members: Sequence[Member]) -> tuple[list[bytes], bytes]:
    """All of the zip but the files: what stands before each, and what stands behind the last."""
    heads, listed, offset = [], b"", 0
    for member in members:
        heads.append(_head(member))
        listed += _listed(member, offset)
        offset += len(heads[-1]) + member.size
    return heads, listed + _end(len(members), offset, len(listed))


def length(members: Sequence[Member]) -> int:
    """How many bytes the zip of these files has."""
    heads, end = frame(members)
    return sum(map(len, heads)) + sum(member.size for member in members) + len(end)


def package(members: Sequence[Member], contents: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    """The zip, piece by piece; `contents` are the files' bytes in the order of `members`."""
    heads, end = frame(members)
    for head, content in zip(heads, contents, strict=True):
        yield head
        yield from content
    yield end
