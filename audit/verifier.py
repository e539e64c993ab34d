"""Checks an export of dahashare without its makers: one file, the standard library, no network.

    python3 verifier.py export.zip --key PUBLIC-KEY [--checkpoint FILE]

The public key (base64 of 32 bytes, or the key's line as checkers of signed notes take it) must come from
somewhere else than the export. An unpacked folder does as well as the zip. Ends with 0: all matches;
1: refused; 2: it could not be checked.
"""

import argparse
import base64
import csv
import hashlib
import io
import json
import os
import re
import stat
import struct
import sys
import zipfile
import zlib
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import IO, Any, NamedTuple
from xml.parsers import expat

VERSION = 1
PURPOSE = b"dahashare export manifest v1"
MOST_FILES, MOST_MANIFEST, MOST_LINE, MOST_NOTE = 64, 16 << 20, 16 << 20, 10_000
MOST_DEPTH, MOST_DIGITS, MOST_SHEET = 32, 19, 1 << 34
PIECE = 1 << 20
UTC = timezone.utc  # noqa: UP017 - older Pythons too


class Refused(Exception):  # noqa: N818 - what happened, not a fault
    """Something does not match: the export is not what was made, or not whole."""


class Unchecked(Exception):  # noqa: N818 - what happened, not a fault
    """It cannot be said: something needed is missing or not readable."""


# --- Ed25519 (RFC 8032), checking only, strict --------------------------------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z
_NEUTRAL: Point = (0, 1, 1, 0)


def _add(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % _P
    b = (one[1] + one[0]) * (two[1] + two[0]) % _P
    c, d = 2 * one[3] * two[3] * _D % _P, 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number: int, point: Point) -> Point:
    total = _NEUTRAL
    while number:
        if number & 1:
            total = _add(total, point)
        point, number = _add(point, point), number >> 1
    return total


def _same(one: Point, two: Point) -> bool:
    return (one[0] * two[2] - two[0] * one[2]) % _P == 0 and (one[1] * two[2] - two[1] * one[2]) % _P == 0


def _point(stored: bytes) -> Point | None:
    """A point in its only spelling; None for another spelling, no point, or one of small order."""
    number = int.from_bytes(stored, "little")
    y, odd = number & (1 << 255) - 1, number >> 255
    if y >= _P:
        return None
    over, under = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = over * pow(under, 3, _P) * pow(over * pow(under, 7, _P), (_P - 5) // 8, _P) % _P
    if (under * x * x - over) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (under * x * x - over) % _P or (not x and odd):
        return None
    x = _P - x if x & 1 != odd else x
    point = (x, y, 1, x * y % _P)
    return None if _same(_times(8, point), _NEUTRAL) else point


_BASE = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the 64 bytes are the signature of the 32 bytes' owner under the message."""
    if len(public) != 32 or len(signature) != 64 or _BASE is None:
        return False
    key, commitment = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= _L:
        return False
    asked = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    return _same(_times(scalar, _BASE), _add(commitment, _times(asked, key)))


# --- Bytes with one spelling --------------------------------------------------------------------------------


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def canonical(value: Any) -> bytes:
    """The only bytes that stand for a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError("a number that is too long")
    return int(digits)


def _no_number(_: str) -> Any:
    raise ValueError("a number that is not whole")


def _deep(value: Any, depth: int) -> bool:
    if isinstance(value, (list, dict)):
        inside = value if isinstance(value, list) else value.values()
        return depth > MOST_DEPTH or any(_deep(one, depth + 1) for one in inside)
    return False


_JSON = json.JSONDecoder(parse_int=_whole, parse_float=_no_number, parse_constant=_no_number)


def read_json(data: bytes, what: str) -> Any:
    """The value of canonical JSON. Raises Refused for anything else."""
    try:
        value = _JSON.decode(data.decode())
        if _deep(value, 0) or canonical(value) != data:
            raise ValueError("another spelling")  # noqa: TRY301 - every fault has one sentence
    except (ValueError, RecursionError) as error:
        raise Refused(f"{what} is not in its form.") from error
    return value


def unbase64(text: Any, what: str, size: int | None = None) -> bytes:
    """Bytes of base64 in its only spelling. Raises Refused."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
        if base64.b64encode(data).decode("ascii") != text or size not in (None, len(data)):
            raise ValueError("another spelling or size")  # noqa: TRY301
    except (ValueError, AttributeError) as error:
        raise Refused(f"{what} is not in its form.") from error
    return data


def unhex(text: Any, what: str) -> bytes:
    """The 32 bytes of a hash. Raises Refused."""
    if not isinstance(text, str) or not re.fullmatch("[0-9a-f]{64}", text):
        raise Refused(f"{what} is not in its form.")
    return bytes.fromhex(text)


# --- The package: a folder, or a zip in its one form --------------------------------------------------------

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


class Package:
    """The files of an export by name, each opened anew as often as it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.places: dict[str, tuple[Path, int, int]] = {}  # name → file, where it begins, size
        try:
            self._folder() if path.is_dir() else self._zip()
        except OSError as error:
            raise Unchecked(f"{path} cannot be read: {error.strerror}.") from error
        except (struct.error, OverflowError) as error:
            raise Refused("The zip is not in the form that an export has.") from error

    def _folder(self) -> None:
        for found in sorted(os.scandir(self.path), key=lambda one: one.name):
            if not found.is_file(follow_symlinks=False):
                raise Refused(f"The folder holds {found.name!r}, which is no file of an export.")
            self._place(found.name, Path(found.path), 0, found.stat(follow_symlinks=False).st_size)

    def _place(self, name: str, path: Path, start: int, size: int) -> None:
        if len(self.places) >= MOST_FILES or not _NAME.fullmatch(name) or name in self.places:
            raise Refused(f"{name[:80]!r} is no file of an export, or one too many.")
        self.places[name] = path, start, size

    def _zip(self) -> None:
        with self.path.open("rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unchecked(f"{self.path} is neither a file nor a folder.")
            members = _members(file)
            if sum(member.size for member in members) > os.fstat(file.fileno()).st_size:
                raise Refused("The zip is not a whole one.")
            offset = 0
            heads, end = _frame(members)
            for (name, size, crc), head in zip(members, heads, strict=True):
                file.seek(offset)
                self._place(name, self.path, offset + len(head), size)
                if file.read(len(head)) != head or _crc(file, size) != crc:
                    raise Refused(f"The zip is damaged or was altered at {name!r}.")
                offset += len(head) + size
            file.seek(offset)
            if file.read(len(end) + 1) != end:
                raise Refused("The zip is not in the form that an export has.")

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A file of the package to read from. Raises Refused where there is none."""
        if name not in self.places:
            raise Refused(f"The file {name} is missing.")
        path, start, size = self.places[name]
        try:
            with path.open("rb") as file:
                file.seek(start)
                yield io.BufferedReader(_Window(file, size), PIECE)
        except OSError as error:
            raise Unchecked(f"{name} cannot be read: {error.strerror}.") from error

    def read(self, name: str, most: int) -> bytes:
        """All of a small file. Raises Refused where it is missing or longer than such a file can be."""
        with self.open(name) as file:
            if self.places[name][2] > most:
                raise Refused(f"The file {name} is much longer than such a file can be.")
            return file.read()

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file without their ends. Raises Refused where one has none."""
        with self.open(name) as file:
            while line := file.readline(MOST_LINE + 1):
                if not line.endswith(b"\n"):
                    raise Refused(f"A line of {name} has no end.")
                yield line[:-1]


class _Window(io.RawIOBase):
    """A stretch of an opened file, as a file."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        super().__init__()
        self._file, self._start, self._size, self._at = file, file.tell(), size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, (0, self._at, self._size)[whence] + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._start + self._at)
        data = self._file.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class Member(NamedTuple):
    name: str
    size: int
    crc: int


_MOST, _DAY, _MADE, _MODE = 0xFFFFFFFF, 0x21, 0x0314, 0o100600 << 16


def _members(file: IO[bytes]) -> list[Member]:
    """The files that the list at the end of a zip names; whether the zip has its form is asked afterwards."""
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(max(0, size - 22))
    end = file.read(22)
    if end[:4] != b"PK\5\6":
        raise Refused("This is not a zip, or not a whole one.")
    count, listed, start = struct.unpack("<HII", end[10:20])
    if start == _MOST:
        file.seek(max(0, size - 22 - 20 - 56))
        wide = file.read(56)
        if wide[:4] != b"PK\6\6":
            raise Refused("The zip is not in the form that an export has.")
        listed, start = struct.unpack("<QQ", wide[40:])
    if count > MOST_FILES or listed > MOST_FILES * 200 or start + listed > size:
        raise Refused("The zip is not in the form that an export has.")
    file.seek(start)
    data, found = file.read(listed), []
    while data:
        found.append(_member(data))
        data = data[46 + sum(struct.unpack("<HHH", data[28:34])) :]
    if len(found) != count:
        raise Refused("The zip is not in the form that an export has.")
    return found


def _member(data: bytes) -> Member:
    if len(data) < 46 or data[:4] != b"PK\1\2":
        raise Refused("The zip is not in the form that an export has.")
    flags, method = struct.unpack("<HH", data[8:12])
    if flags & 1 or method == 99:
        raise Unchecked(
            "The zip is locked with a password. Unpack it with a zip program into an empty folder, "
            "then check that folder."
        )
    crc, _, size, long, extra = struct.unpack("<IIIHH", data[16:32])
    if size == _MOST and extra >= 12:
        size = int.from_bytes(data[50 + long : 58 + long], "little")
    return Member(data[46 : 46 + long].decode("ascii", "replace"), size, crc)


def _wide(*values: int) -> bytes:
    return struct.pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values) if values else b""


def _frame(members: Sequence[Member]) -> tuple[list[bytes], bytes]:
    """Every byte of the zip that is none of a file's: it follows from names, sizes and sums alone."""
    heads, listed, offset = [], b"", 0
    for name, size, crc in members:
        big, shown = size >= _MOST, min(size, _MOST)
        called = name.encode("ascii", "replace")
        extra = _wide(size, size) if big else b""
        fields = (45 if big else 20, 0, 0, 0, _DAY, crc, shown, shown, len(called), len(extra))
        heads.append(struct.pack("<IHHHHHIIIHH", 0x04034B50, *fields) + called + extra)
        extra = _wide(*([size] * 2 if big else []), *([offset] if offset >= _MOST else []))
        fields = (45 if extra else 20, 0, 0, 0, _DAY, crc, shown, shown, len(called), len(extra))
        listed += struct.pack("<IHHHHHHIIIHH", 0x02014B50, _MADE, *fields)
        listed += struct.pack("<HHHII", 0, 0, 0, _MODE, min(offset, _MOST)) + called + extra
        offset += len(heads[-1]) + size
    count, long, wide = len(members), len(listed), b""
    if offset >= _MOST:
        wide = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, _MADE, 45, 0, 0, count, count, long, offset)
        wide += struct.pack("<IIQI", 0x07064B50, 0, offset + long, 1)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, long, min(offset, _MOST), 0)
    return heads, listed + wide + end


def _crc(file: IO[bytes], size: int) -> int:
    crc = 0
    while size and (piece := file.read(min(PIECE, size))):
        crc, size = zlib.crc32(piece, crc), size - len(piece)
    return crc if not size else -1


# --- The manifest -------------------------------------------------------------------------------------------

_LAST = ("manifest.json", "manifest.sig")
_ALWAYS = (
    "proof.jsonl",
    "chains.jsonl",
    "tree.txt",
    "earlier.json",
    "checkpoint.txt",
    "verifier.py",
    "README.txt",
)
_HEADER_FIELDS = ("occurred_at", "recorded_at")
_COUNT = "a count"
_SHAPE: dict[str, Any] = {
    "version": int, "kind": str, "made_at": str, "purpose": {"code": str, "words": str}, "format": str,
    "data": [str], "names": bool, "free_text": bool, "rows": _COUNT, "cases": _COUNT, "outside": _COUNT,
    "columns": [{"code": str, "title": str, "field": (str, None), "how": str, "words": {None: str}}],
    "filters": [{"code": str, "title": str, "field": (str, None), "test": str, "value": object}],
    "withheld": [str], "log": {"origin": str, "size": _COUNT, "root": str},
    "files": [{"name": str, "size": _COUNT, "sha256": str}],
}  # fmt: skip
_FORMATS = ("csv", "jsonl", "xlsx", "pdf")
_HOWS = ("text", "code", "codes", "moment", "day", "yes", "count")
_TESTS = ("is", "one_of", "has", "any", "none", "from", "before")


def _shaped(value: Any, shape: Any) -> bool:
    """Whether a value has this shape."""
    if shape is object:
        return True
    if shape == _COUNT:
        return type(value) is int and value >= 0
    if isinstance(shape, tuple):
        return any(value is None if one is None else type(value) is one for one in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(_shaped(one, shape[0]) for one in value)
    if isinstance(shape, dict) and None in shape:
        return isinstance(value, dict) and all(_shaped(one, shape[None]) for one in value.values())
    if isinstance(shape, dict):
        same = isinstance(value, dict) and value.keys() == shape.keys()
        return same and all(_shaped(value[name], one) for name, one in shape.items())
    return type(value) is shape


def manifest_of(package: Package, key: bytes) -> dict[str, Any]:
    """The signed manifest, once the signature and its shape are right. Raises Refused."""
    data = package.read(_LAST[0], MOST_MANIFEST)
    signed = package.read(_LAST[1], MOST_NOTE)
    signature = unbase64(signed.decode("ascii", "replace")[:-1], "manifest.sig", 64)
    if signed[-1:] != b"\n" or not ed25519(key, PURPOSE + b"\n" + data, signature):
        raise Refused(
            "The signature is not that of the key you gave: the manifest was altered, or made by others."
        )
    said = read_json(data, "manifest.json")
    if not isinstance(said, dict) or said.get("version") != VERSION:
        raise Unchecked(
            "The export has a form that this verifier does not know. Ask for a newer verifier.py."
        )
    named = {one["title"] for one in said["columns"]} if _shaped(said, _SHAPE) else set()
    if not named or len(named) != len(said["columns"]):
        raise Refused("manifest.json does not say what a manifest has to say.")
    known = {one["how"] for one in said["columns"]} <= set(_HOWS) and all(map(_is_filter, said["filters"]))
    if not known or said["format"] not in _FORMATS:
        raise Refused("manifest.json has a format, a column or a filter that means nothing.")
    moment(said["made_at"])
    result: dict[str, Any] = said
    return result


def _is_filter(said: Mapping[str, Any]) -> bool:
    """Whether a filter can be asked of an entry."""
    if said["test"] == "either":
        parts = said["value"]
        right = said["field"] is None and isinstance(parts, list) and bool(parts)
        return right and all(isinstance(one, list) and len(one) == 3 and _asks(*one) for one in parts)
    return said["field"] is None or _asks(said["field"], said["test"], said["value"])


def _asks(field: Any, test: Any, value: Any) -> bool:
    if not isinstance(field, str) or test not in _TESTS:
        return False
    if test in ("from", "before"):
        moment(value)
    return test != "one_of" or isinstance(value, list)


def check_files(package: Package, said: Mapping[str, Any]) -> None:
    """Every file of the manifest, with its hash, and no other. Raises Refused."""
    names = [one["name"] for one in said["files"]]
    if names != [*said["data"], *_ALWAYS] or not said["data"] or len(set(names)) != len(names):
        raise Refused("manifest.json does not name the files that an export has.")
    for other in package.places:
        if other not in names and other not in _LAST:
            raise Refused(f"There is a file too many: {other}.")
    if not package.path.is_dir() and list(package.places) != [*names, *_LAST]:
        raise Refused("The files of the zip are not in their order.")
    for one in said["files"]:
        hashed, size = hashlib.sha256(), 0
        with package.open(one["name"]) as file:
            while piece := file.read(PIECE):
                hashed.update(piece)
                size += len(piece)
        if size != one["size"] or hashed.hexdigest() != one["sha256"]:
            raise Refused(f"The file {one['name']} is not the one that was signed.")


# --- Cells --------------------------------------------------------------------------------------------------

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def moment(text: Any) -> datetime:
    """A moment as the log spells it, in UTC. Raises Refused."""
    match = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    try:
        if match is None:
            raise ValueError("no moment")  # noqa: TRY301 - every fault has one sentence
        minute, second, part, zone = match.groups()
        whole = f"{minute}{second or ':00'}.{(part or '').ljust(6, '0')}"
        found = datetime.fromisoformat(whole + (zone or "Z").replace("Z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused("A time is not in its form.") from error
    return found


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def in_london(text: Any) -> list[str]:
    """How London spells a moment. Before 1996 its summers were other ones: each spelling is right."""
    at = moment(text)
    if at.year < 1996:
        hours = [0, 1, 2]
    else:
        hours = [1 if _last_sunday(at.year, 3) <= at < _last_sunday(at.year, 10) else 0]
    return [(at + timedelta(hours=hour)).strftime("%Y-%m-%d %H:%M") for hour in hours]


def spelled(how: str, value: Any, words: Mapping[str, str]) -> list[str]:
    """The cells that stand for a value (more than one only for times long ago). Raises Refused."""
    if how == "yes":
        return ["Yes" if value else "No"]
    if value is None or value == "" or value == []:
        return [""]
    if how == "moment":
        return in_london(value)
    codes = value if how == "codes" else [value]
    if how in ("code", "codes"):
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise Refused("A field does not hold the codes that its column shows.")
        return ["; ".join(words.get(code, code) for code in codes)]
    return [str(value)]


_UNSEEN = (
    r"\s\x00-\x20\x7f-\xa0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
)
FORMULA = re.compile(
    rf"[\t\r\n]|[{_UNSEEN}]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212\u207a-\u207c\u208a-\u208c]"
)
LONGEST = 32_767


def safe(cell: str) -> str:
    """A cell with an apostrophe before what a spreadsheet would compute."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def in_sheet(cell: str) -> str:
    """A cell as a sheet of a workbook holds it: cut where it would be too long."""
    wide = cell.encode("utf-16-le", "surrogatepass")
    return (
        cell if len(wide) // 2 <= LONGEST else wide[: 2 * (LONGEST - 1)].decode("utf-16-le", "ignore") + "…"
    )


# --- The rows of the data -----------------------------------------------------------------------------------


def data_rows(package: Package, said: Mapping[str, Any]) -> Iterator[list[str]]:
    """The rows of all data files, in order. Raises Refused."""
    titles = [one["title"] for one in said["columns"]]
    read = {"csv": _csv_rows, "jsonl": _json_rows, "xlsx": _sheet_rows}[said["format"]]
    for name in said["data"]:
        yield from read(package, name, titles)


def _titled(row: list[str] | None, titles: list[str], name: str) -> None:
    if row != [safe(title) for title in titles]:
        raise Refused(f"{name} does not begin with the titles of its columns.")


def _csv_rows(package: Package, name: str, titles: list[str]) -> Iterator[list[str]]:
    csv.field_size_limit(MOST_LINE)
    with package.open(name) as file:
        try:
            if file.read(3) != b"\xef\xbb\xbf":
                raise Refused(f"{name} does not begin as it should.")
            rows = csv.reader(io.TextIOWrapper(file, "utf-8", newline=""), strict=True)
            _titled(next(rows, None), titles, name)
            yield from rows
        except (csv.Error, UnicodeDecodeError) as error:
            raise Refused(f"{name} is not in its form.") from error


def _json_rows(package: Package, name: str, titles: list[str]) -> Iterator[list[str]]:
    for line in package.lines(name):
        try:
            row = _JSON.decode(line.decode())
            form = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
        except (ValueError, RecursionError) as error:
            raise Refused(f"{name} is not in its form.") from error
        if not isinstance(row, dict) or list(row) != titles or form != line:
            raise Refused(f"A line of {name} is not a row of its columns.")
        yield list(row.values())


def _sheet_rows(package: Package, name: str, titles: list[str]) -> Iterator[list[str]]:
    with package.open(name) as file:
        try:
            book = zipfile.ZipFile(file)
            names = book.namelist()
            sheets = [
                f"xl/worksheets/sheet{at}.xml" for at in range(1, len(names) - len(_PARTS_OF_A_BOOK) + 1)
            ]
            if not sheets or names != [*sheets, *_PARTS_OF_A_BOOK]:
                raise Refused(f"{name} does not hold the parts of a workbook of ours.")
            for sheet in sheets:
                if book.getinfo(sheet).file_size > MOST_SHEET:
                    raise Refused(f"A sheet of {name} is much longer than one can be.")
                with book.open(sheet) as part:
                    rows = _Sheet().rows(part)
                    _titled(next(rows, None), titles, name)
                    yield from rows
        except _NO_BOOK as error:
            raise Refused(f"{name} is not in its form.") from error


_NO_BOOK = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    struct.error,
)
_PARTS_OF_A_BOOK = (
    "[Content_Types].xml",
    "_rels/.rels",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
)


class _Sheet:
    """Reads a sheet's rows piece by piece; knows the elements that ours have, and no others."""

    INSIDE = {"c": "row", "is": "c", "t": "is", "row": "sheetData"}
    KNOWN = {
        "worksheet": {"xmlns"},
        "sheetViews": set[str](),
        "sheetView": {"workbookViewId"},
        "pane": {"ySplit", "topLeftCell", "activePane", "state"},
        "sheetFormatPr": {"defaultRowHeight"},
        "cols": set[str](),
        "col": {"min", "max", "width", "style"},
        "sheetData": set[str](),
        "row": set[str](),
        "c": {"t", "s"},
        "is": set[str](),
        "t": {"xml:space"},
    }
    """Nothing else: no cell is hidden, merged or computed."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._rows: list[list[str]] = []
        self._text: list[str] = []
        self._size = 0

    def rows(self, part: IO[bytes]) -> Iterator[list[str]]:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._said
        parser.StartDoctypeDeclHandler = self._doctype
        last = False
        while not last:
            piece = part.read(1 << 16)
            last = not piece
            parser.Parse(piece, last)
            done = len(self._rows) if last or "row" not in self._path else len(self._rows) - 1
            yield from self._rows[:done]
            del self._rows[:done]

    def _doctype(self, *_: Any) -> None:
        raise Refused("A sheet declares what no sheet of ours does.")

    def _start(self, tag: str, said: dict[str, str]) -> None:
        above = self._path[-1] if self._path else ""
        if not said.keys() <= self.KNOWN.get(tag, set()) or self.INSIDE.get(tag, above) != above:
            raise Refused(f"A sheet holds {tag[:20]!r} as none of ours does.")
        if tag not in self.KNOWN:
            raise Refused(f"A sheet holds {tag[:20]!r}, which none of ours does.")
        if tag == "row":
            self._rows.append([])
            self._size = 0
        elif tag == "c":
            if said.get("t", "inlineStr") != "inlineStr":
                raise Refused("A sheet holds a cell that is not text.")
            self._rows[-1].append("")
        elif tag == "t":
            self._text = []
        self._path.append(tag)

    def _said(self, text: str) -> None:
        self._size += len(text)
        if self._size > MOST_LINE:
            raise Refused("A row of a sheet is much longer than one can be.")
        if self._path[-1] == "t":
            self._text.append(text)
        elif text.strip():
            raise Refused("A sheet holds text outside its cells.")

    def _end(self, tag: str) -> None:
        self._path.pop()
        if tag == "t":
            found = re.sub("_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), "".join(self._text))
            if self._rows[-1][-1]:
                raise Refused("A cell of a sheet holds two texts.")
            self._rows[-1][-1] = found


# --- Entries ------------------------------------------------------------------------------------------------

_ID = rb'"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"'
_TIME = rb'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)"'
_SHA = rb'"([0-9a-f]{64})"'
_PARTS = {
    "actor": _ID, "commit": _SHA, "ct": _SHA, "kind": rb'"([a-z0-9]+(?:[._][a-z0-9]+)*)"',
    "occurred_at": _TIME, "prev": _SHA, "recorded_at": _TIME, "request_key": _ID,
    "seq": rb"([1-9]\d{0,18})", "subject": _ID,
}  # fmt: skip
HEADER = re.compile(
    rb"\{" + b",".join(b'"%b":%b' % (name.encode(), form) for name, form in _PARTS.items()) + rb"\}"
)


class Entry(NamedTuple):
    """A line of proof.jsonl or chains.jsonl, checked as far as it stands alone.

    `fields`: every field's value, or `WITHHELD`; None where nothing of the content goes with it.
    """

    place: int
    hash: bytes
    header: dict[str, str]
    fields: dict[str, Any] | None


WITHHELD = object()


class Lines:
    """The lines of a file as entries. Raises Refused where one is not what was recorded."""

    def __init__(self, package: Package, name: str) -> None:
        self._package, self._name = package, name
        self._forms: dict[str, list[str]] = {}

    def __iter__(self) -> Iterator[Entry]:
        for number, line in enumerate(self._package.lines(self._name), 1):
            yield self._entry(read_json(line, f"Line {number} of {self._name}"), number)

    def _entry(self, said: Any, number: int) -> Entry:
        at = f"Line {number} of {self._name}"
        bare = isinstance(said, dict) and said.keys() == {"header", "index"}
        full = isinstance(said, dict) and said.keys() - {"names"} == {
            "form",
            "header",
            "hidden",
            "index",
            "shown",
        }
        if not (bare or full) or not _shaped(said["index"], _COUNT) or not isinstance(said["header"], str):
            raise Refused(f"{at} is not in its form.")
        raw = said["header"].encode()
        match = HEADER.fullmatch(raw)
        if match is None:
            raise Refused(f"{at}: the header is not in its form.")
        header = {name: part.decode() for name, part in zip(_PARTS, match.groups(), strict=True)}
        fields = self._fields(said, at) if full else None
        if full and self._commit(said, at) != header["commit"]:
            raise Refused(f"{at}: a field is not what was recorded.")
        return Entry(said["index"], sha256(b"\0" + raw), header, fields)

    def _names(self, said: dict[str, Any], at: str) -> list[str]:
        form = said["form"]
        if "names" in said:
            names = said["names"]
            if not _shaped(names, [str]) or names != sorted(set(names)):
                raise Refused(f"{at} is not in its form.")
            if hashlib.sha256(canonical(names)).hexdigest()[:16] != form or len(self._forms) > 10_000:
                raise Refused(f"{at}: the names of its fields are not those of its form.")
            self._forms[form] = names
        if not isinstance(form, str) or form not in self._forms:
            raise Refused(f"{at}: nothing tells the names of its fields.")
        return self._forms[form]

    def _fields(self, said: dict[str, Any], at: str) -> dict[str, Any]:
        names, shown = self._names(said, at), said["shown"]
        pairs = isinstance(shown, dict) and all(
            isinstance(one, list) and len(one) == 2 for one in shown.values()
        )
        if not pairs or not shown.keys() <= set(names):
            raise Refused(f"{at} is not in its form.")
        return {name: shown[name][1] if name in shown else WITHHELD for name in names}

    def _commit(self, said: dict[str, Any], at: str) -> str:
        names, shown = self._names(said, at), said["shown"]
        hidden = unbase64(said["hidden"], at, 32 * (len(names) - len(shown)))
        fields, place = [], 0
        for name in names:
            if name in shown:
                salt, value = shown[name]
                hashed = sha256(unhex(salt, at) + canonical(value)).hex()
            else:
                hashed, place = hidden[place : place + 32].hex(), place + 32
            fields.append([name, hashed])
        return sha256(canonical(fields)).hex()


_UNKNOWN = object()


def value_of(entry: Entry, name: str | None) -> Any:
    """The value that an entry shows for a column or filter; `_UNKNOWN` where it shows none."""
    if name is None:
        return _UNKNOWN
    if name in _HEADER_FIELDS:
        return entry.header[name]
    if entry.fields is None:
        return _UNKNOWN
    value = entry.fields.get(name)
    return _UNKNOWN if value is WITHHELD else value


def holds(test: Mapping[str, Any], entry: Entry) -> bool | None:
    """Whether a filter holds for an entry; None where the log cannot show it."""
    if test["test"] == "either":
        answers = [_holds(field, asked, value, entry) for field, asked, value in test["value"]]
        return True if True in answers else None if None in answers else False
    return _holds(test["field"], test["test"], test["value"], entry)


def _holds(field: str | None, test: str, wanted: Any, entry: Entry) -> bool | None:
    value = value_of(entry, field)
    if value is _UNKNOWN:
        return None
    if test in ("is", "one_of"):
        some = wanted if test == "one_of" else [wanted]
        return any(type(value) is type(one) and value == one for one in some)
    if test == "has":
        return isinstance(value, list) and any(one == wanted for one in value)
    if test in ("any", "none"):
        return bool(value) is (test == "any")
    if value is None:
        return False
    return (moment(value) >= moment(wanted)) is (test == "from")


# --- The whole check ----------------------------------------------------------------------------------------


class Found:
    """What was found on the way: every entry's place and hash, and what goes into the report."""

    def __init__(self) -> None:
        self.row_indexes, self.row_hashes = array("Q"), bytearray()
        self.indexes, self.hashes = array("Q"), bytearray()
        self.row_opened = bytearray()
        self.destroyed = self.outside = self.unproved = self.closed = self.cases = self.rows_in_chains = 0
        self.hidden: Counter[str] = Counter()


def check_rows(package: Package, said: Mapping[str, Any], found: Found) -> None:
    """Rows and proof lines one to one; every cell made again of what its entry shows. Raises Refused."""
    entries = iter(Lines(package, "proof.jsonl"))
    compared = said["format"] != "pdf"
    rows = data_rows(package, said) if compared else iter(lambda: None, 0)
    for number in range(1, said["rows"] + 1):
        entry, row = next(entries, None), next(rows, None)
        if entry is None or (compared and row is None):
            raise Refused(f"Row {number} is missing, or its proof.")
        if found.row_indexes and entry.place <= found.row_indexes[-1]:
            raise Refused(f"Row {number} is not in the order of the log, or there twice.")
        if entry.header["kind"] != said["kind"]:
            raise Refused(f"Row {number} is not of what this export says it holds.")
        for one in said["filters"]:
            if holds(one, entry) is False:
                raise Refused(f"Row {number} lies outside the filter: {one['title']}.")
        _check_cells(said, entry, row, number)
        found.row_indexes.append(entry.place)
        found.row_hashes += entry.hash
        found.row_opened.append(entry.fields is not None)
        found.destroyed += entry.fields is None
        found.hidden.update(name for name, value in (entry.fields or {}).items() if value is WITHHELD)
    if next(entries, None) is not None or (compared and next(rows, None) is not None):
        raise Refused("There are more rows, or more proofs, than the manifest counts.")


def _check_cells(said: Mapping[str, Any], entry: Entry, row: list[str] | None, number: int) -> None:
    if row is not None and (
        len(row) != len(said["columns"]) or not all(isinstance(cell, str) for cell in row)
    ):
        raise Refused(f"Row {number} does not have the cells of its columns.")
    for at, column in enumerate(said["columns"]):
        value = value_of(entry, column["field"])
        if column["field"] and entry.fields is not None and value is _UNKNOWN:
            raise Refused(f"Row {number}: {column['title']} shows a field that is withheld.")
        if value is _UNKNOWN or row is None:
            continue
        cells = [safe(cell) for cell in spelled(column["how"], value, column["words"])]
        if row[at] not in (map(in_sheet, cells) if said["format"] == "xlsx" else cells):
            raise Refused(f"Row {number}: {column['title']} is not what was recorded.")


def check_chains(package: Package, said: Mapping[str, Any], found: Found) -> None:
    """The chain of each case shown from its first entry, no decision left out. Raises Refused."""
    case = _Case("", said)
    for entry in Lines(package, "chains.jsonl"):
        subject = entry.header["subject"]
        if subject != case.subject:
            if subject < case.subject:
                raise Refused("The cases are not in their order.")
            case.check_end(found)
            case = _Case(subject, said)
        case.add(entry, found)
    case.check_end(found)
    if (found.cases, found.outside, found.rows_in_chains) != (said["cases"], said["outside"], said["rows"]):
        raise Refused("The chains do not hold the cases and decisions that the manifest counts.")


class _Case:
    """A case of chains.jsonl while its entries are read."""

    def __init__(self, subject: str, said: Mapping[str, Any]) -> None:
        self.subject, self._said = subject, said
        self._asks = any(one["field"] not in (None, *_HEADER_FIELDS) for one in said["filters"])
        self._asks = self._asks or any(one["test"] == "either" for one in said["filters"])
        self._seq, self._prev, self._rows = 0, "0" * 64, 0
        self._opened = set[bool]()  # whether its decisions show their fields

    def add(self, entry: Entry, found: Found) -> None:
        self._seq += 1
        if entry.header["seq"] != str(self._seq) or entry.header["prev"] != self._prev:
            raise Refused(f"The chain of case {self.subject} is broken at its entry {self._seq}.")
        self._prev = entry.hash.hex()
        found.indexes.append(entry.place)
        found.hashes += entry.hash
        at = _row_of(entry, found)
        if at is not None:
            self._rows += 1
            self._opened.add(bool(found.row_opened[at]))
        elif entry.header["kind"] == self._said["kind"]:
            self._check_outside(entry, found)

    def _check_outside(self, entry: Entry, found: Found) -> None:
        answers = [holds(one, entry) for one in self._said["filters"]]
        found.outside += 1
        if self._asks:
            self._opened.add(entry.fields is not None)
        if False in answers:
            return
        if None not in answers:
            raise Refused(
                f"A decision is missing: entry {entry.header['seq']} of case {entry.header['subject']}."
            )
        found.unproved += 1
        found.closed += self._asks and entry.fields is None

    def check_end(self, found: Found) -> None:
        """A case has a row; its key was destroyed for all of its decisions, or for none."""
        if not self.subject:
            return
        if not self._rows:
            raise Refused("A case of chains.jsonl has no row.")
        if len(self._opened) > 1:
            raise Refused(f"Case {self.subject} shows the fields of some of its decisions and not of others.")
        found.cases += 1
        found.rows_in_chains += self._rows


def _row_of(entry: Entry, found: Found) -> int | None:
    """Which row an entry of a chain is, from 0; None where it is none."""
    at = bisect_left(found.row_indexes, entry.place)
    if at == len(found.row_indexes) or found.row_indexes[at] != entry.place:
        return None
    if found.row_hashes[32 * at : 32 * at + 32] != entry.hash:
        raise Refused(f"Row {at + 1} and the chain of its case name different entries.")
    return at


def check_tree(package: Package, said: Mapping[str, Any], found: Found) -> None:
    """The entries and the subtrees of tree.txt give the signed root. Raises Refused."""
    order = sorted(range(len(found.indexes)), key=found.indexes.__getitem__)
    numbers = array("Q", (found.indexes[at] for at in order))
    size, nodes = said["log"]["size"], package.lines("tree.txt")
    if size > 1 << 48 or any(one >= two for one, two in zip(numbers, numbers[1:])):  # noqa: B905, RUF007
        raise Refused("An entry is there twice.")

    def root(low: int, high: int, first: int, last: int) -> bytes:
        if first == last:
            node = next(nodes, None)
            return unhex(node.decode("ascii", "replace") if node is not None else None, "tree.txt")
        if high - low == 1:
            return bytes(found.hashes[32 * order[first] : 32 * order[first] + 32])
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        between = bisect_left(numbers, middle, first, last)
        left = root(low, middle, first, between)
        return sha256(b"\1" + left + root(middle, high, between, last))

    if numbers and numbers[-1] >= size:
        raise Refused("An entry lies outside the log.")
    top = root(0, size, 0, len(numbers)) if size else sha256(b"")
    if next(nodes, None) is not None or top.hex() != said["log"]["root"]:
        raise Refused("The entries are not in the log that was signed.")


class Note(NamedTuple):
    """A checkpoint: which log, how many entries, the root."""

    origin: str
    size: int
    root: bytes


_NOTE = re.compile(
    "([!-*,-~]{1,200})\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/=]{44})\n\n"
    "((?:\u2014 [!-*,-~]+ [A-Za-z0-9+/=]+\n)+)"
)


def note_of(data: bytes, key: bytes, what: str) -> Note:
    """A checkpoint that the key signed. Raises Refused."""
    match = _NOTE.fullmatch(data.decode("utf-8", "replace"))
    if len(data) > MOST_NOTE or match is None:
        raise Refused(f"{what} is not a checkpoint.")
    origin, size, root, signatures = match.groups()
    text = f"{origin}\n{size}\n{root}\n".encode()
    good = False
    for line in signatures.splitlines():
        _, name, made = line.split(" ")
        signature = unbase64(made, what)
        if signature[:4] == sha256(name.encode() + b"\n\1" + key)[:4]:
            if not ed25519(key, text, signature[4:]):
                raise Refused(f"The signature of {what} is not that of the key you gave.")
            good = True
    if not good:
        raise Refused(f"{what} is not signed with the key you gave.")
    return Note(origin, int(size), unbase64(root, what, 32))


def check_note(package: Package, said: Mapping[str, Any], key: bytes) -> Note:
    """The checkpoint of the export says what its manifest says. Raises Refused."""
    own = note_of(package.read("checkpoint.txt", MOST_NOTE), key, "checkpoint.txt")
    log = said["log"]
    if own != Note(log["origin"], log["size"], unhex(log["root"], "manifest.json")):
        raise Refused("The checkpoint of the export and its manifest name different logs.")
    return own


def check_held(package: Package, own: Note, held: Note) -> None:
    """The log only grew between the checkpoint held outside and the export. Raises Refused, Unchecked."""
    proofs = read_json(package.read("earlier.json", MOST_MANIFEST), "earlier.json")
    if not _shaped(proofs, [[object]]) or not all(
        len(one) == 2 and _shaped(one[0], _COUNT) and _shaped(one[1], [str]) for one in proofs
    ):
        raise Refused("earlier.json is not in its form.")
    if held.origin != own.origin:
        raise Unchecked(
            "Your checkpoint is of another log: after a restore a new one begins. Ask for its first entry."
        )
    if held.size == own.size:
        if held.root != own.root:
            raise Refused("The log is not the one that your checkpoint was made of: it was rewritten.")
        return
    if held.size > own.size:
        raise Unchecked("Your checkpoint is newer than the export. Ask for a new export, then compare.")
    proof = next((hashes for size, hashes in proofs if size == held.size), None)
    if proof is None:
        raise Unchecked("The export holds no proof from your checkpoint. Give one of the last we made.")
    if not _consistent(held, own, [unhex(one, "earlier.json") for one in proof]):
        raise Refused("The log is not the one that your checkpoint was made of: it was rewritten.")


def _consistent(old: Note, new: Note, proof: list[bytes]) -> bool:
    """RFC 9162, 2.1.4.2: the old log is the beginning of the new one."""
    if old.size & (old.size - 1) == 0:
        proof = [old.root, *proof]
    at, last = old.size - 1, new.size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not proof:
        return False
    before = after = proof[0]
    for one in proof[1:]:
        if not last:
            return False
        if at & 1 or at == last:
            before, after = sha256(b"\1" + one + before), sha256(b"\1" + one + after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = sha256(b"\1" + after + one)
        at, last = at >> 1, last >> 1
    return not last and before == old.root and after == new.root


# --- What is said -------------------------------------------------------------------------------------------


def check(path: Path, key: bytes, held: bytes | None = None) -> str:
    """The report on a package that matches. Raises Refused, Unchecked."""
    package, found = Package(path), Found()
    said = manifest_of(package, key)
    check_files(package, said)
    own = check_note(package, said, key)
    check_rows(package, said, found)
    check_chains(package, said, found)
    check_tree(package, said, found)
    outside = note_of(held, key, "The checkpoint you gave") if held is not None else None
    if outside is not None:
        check_held(package, own, outside)
    return report(said, found, outside)


def _line(text: str) -> str:
    """Text of an export for a terminal: nothing in it moves the cursor."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def _list(heading: str, points: Sequence[str]) -> str:
    return "\n".join([heading, *(f"  - {_line(point)}" for point in points), ""])


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "none"


def report(said: Mapping[str, Any], found: Found, held: Note | None) -> str:
    """What was checked, in plain words and three groups."""
    log, columns = said["log"], said["columns"]
    head = (
        f"All matches. {said['rows']} rows of {said['cases']} cases, made {said['made_at']} "
        f"for: {said['purpose']['words']} ({said['purpose']['code']})."
    )
    parts = [_line(head), "", _list("Proved from the log", _proved(said, found, held))]
    parts.append(_list("Rests on the signature of those who made the export", _signed(said, found, held)))
    withheld = [
        f"columns left out: {_few(said['withheld'])}",
        "names are in it"
        if said["names"]
        else "names were left out: stand-ins of this export take their place",
        "people's own words are in it" if said["free_text"] else "people's own words were left out",
        f"fields of the entries that nothing shows, by name: {_few(sorted(found.hidden))}",
    ]
    parts.append(_list("Withheld", withheld))
    parts.append(
        _line(f"The log: {log['origin']}, {log['size']} entries, root {log['root']}; {len(columns)} columns.")
    )
    return "\n".join(parts)


def _proved(said: Mapping[str, Any], found: Found, held: Note | None) -> list[str]:
    shown = [f"{one['title']} ({one['field']})" for one in said["columns"] if one["field"]]
    points = [
        f"each of the {said['rows']} rows is an entry of the log with this root, of the kind {said['kind']}",
        f"the chain of each case shown ({found.cases}) has no gap from its first entry to the last one shown",
    ]
    if said["format"] != "pdf":
        points.append(f"these columns say what was recorded at the time: {_few(shown)}")
    if said["outside"]:
        proved = found.outside - found.unproved
        points.append(f"{proved} other decisions of these cases lie outside what was asked for")
    else:
        points.append("no decision in the chains shown is missing from the rows")
    if held is not None:
        points.append(f"the log still begins with the {held.size} entries of the checkpoint you gave")
    return points


def _asked(test: Mapping[str, Any]) -> str:
    """A filter in words and as it was asked of the log."""
    if test["test"] == "either":
        how = " or ".join(f"{field} {asked} {json.dumps(value)}" for field, asked, value in test["value"])
    elif test["field"] is None:
        how = "the log cannot show it"
    else:
        how = f"{test['field']} {test['test']} {json.dumps(test['value'])}"
    return f"{test['title']} [{how}]"


def _signed(said: Mapping[str, Any], found: Found, held: Note | None) -> list[str]:
    other = [one["title"] for one in said["columns"] if not one["field"]]
    asked = [_asked(one) for one in said["filters"]]
    points = [
        f"what was asked for ({_few(asked)}), and that no other case has a decision that belongs here",
        f"that the log had {said['log']['size']} entries then, and no further ones of the cases shown",
        "the words that stand for codes",
    ]
    if other:
        points.append(f"columns made of stand-ins, names or later entries: {_few(other)}")
    if said["format"] == "xlsx":
        points.append("that a spreadsheet program shows the rows of the workbook as they stand in it")
    if said["format"] == "pdf":
        points.append("the text of the PDF: the rows were proved, but not compared with its pages")
    if found.unproved > found.closed:
        count = found.unproved - found.closed
        points.append(f"that {count} other decisions of these cases lie outside what the log cannot show")
    if found.closed:
        points.append(
            f"that {found.closed} other decisions of these cases, whose content is said to be destroyed, "
            "lie outside what was asked for"
        )
    if found.destroyed:
        points.append(
            f"{found.destroyed} rows whose content is said to be destroyed: only their times were compared"
        )
    if held is None:
        points.append(
            "that the log was never rewritten: give a checkpoint from an earlier day to have that checked"
        )
    return points


def key_of(text: str) -> bytes:
    """The public key of its base64, or of the line name+hash+base64. Raises Unchecked."""
    raw = (
        text.strip().split("+", 2)[-1]
        if re.match(r"[^+]*[^+A-Za-z0-9/=][^+]*\+[0-9a-f]{8}\+", text)
        else text.strip()
    )
    try:
        data = base64.b64decode(raw.encode("ascii"), validate=True)
    except ValueError:
        data = b""
    if len(data) == 33 and data[:1] == b"\1":
        data = data[1:]
    if len(data) != 32:
        raise Unchecked("The key is not a public key: it is 44 characters of base64.")
    return data


def _held(name: str | None) -> bytes | None:
    if name is None:
        return None
    try:
        with Path(name).open("rb") as file:
            return file.read(MOST_NOTE + 1)
    except OSError as error:
        raise Unchecked(f"The checkpoint cannot be read: {error.strerror}.") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names; print what was found. 0, 1 or 2."""
    parser = argparse.ArgumentParser(prog="verifier.py", description="Check an export without its makers.")
    parser.add_argument("package", help="the export: the zip, or the folder it was unpacked to")
    parser.add_argument("--key", required=True, help="the public key, got by another way than the export")
    parser.add_argument("--checkpoint", help="a file with a checkpoint that you hold")
    given = parser.parse_args(arguments)
    try:
        said, code = check(Path(given.package), key_of(given.key), _held(given.checkpoint)), 0
    except Refused as why:
        said, code = (
            f"REFUSED. {why}\nDo not rely on this export. Keep it as it is and tell those who made it.",
            1,
        )
    except Unchecked as why:
        said, code = f"NOT CHECKED. {why}", 2
    except (MemoryError, RecursionError, OverflowError):
        said, code = "REFUSED. It is larger, or deeper, than an export can be.", 1
    sys.stdout.buffer.write(said.encode("utf-8", "backslashreplace") + b"\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
