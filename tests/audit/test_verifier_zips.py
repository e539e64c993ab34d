"""The one form of a package's zip: what writes it and what reads it agree, and nothing else passes."""

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from audit import verifier, zipped
from tests.audit.packing import (
    key,
    zip_of,
)

pytestmark = pytest.mark.django_db  # so that a database is there for what is made once
Files = dict[str, bytes]


def asked(capfdbinary: Any, *arguments: object) -> tuple[int, str]:
    code = verifier.main([str(one) for one in arguments])
    return code, capfdbinary.readouterr().out.decode()


def test_the_zip_has_one_form(files: Files, tmp_path: Path) -> None:
    """The verifier writes it as the writer does; another program's zip of the same files is refused."""
    members = [zipped.Member(name, len(data), zlib.crc32(data)) for name, data in files.items()]
    assert verifier._frame([verifier.Member(*vars(one).values()) for one in members]) == zipped.frame(members)
    assert zipped.length(members) == len(zip_of(files))
    wide = [zipped.Member("a", 2**32 + 5, 1), zipped.Member("b", 7, 2), zipped.Member("c", 2**32 - 1, 3)]
    assert verifier._frame([verifier.Member(*vars(one).values()) for one in wide]) == zipped.frame(wide)
    with zipfile.ZipFile(io.BytesIO(zip_of(files))) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == files
    path = tmp_path / "other.zip"
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(path, "w", compression) as made:
            for name, data in files.items():
                made.writestr(zipfile.ZipInfo(name), data, compression)
        with pytest.raises(verifier.Refused):
            verifier.check(path, verifier.key_of(key()))


def test_wide_zips_are_read(tmp_path: Path) -> None:
    """More than four gibibytes, of which the disk holds no more than the ends: the rest is a hole."""
    members = [zipped.Member("a.bin", 2**32 + 5, 0), zipped.Member("b.bin", 3, zlib.crc32(b"end"))]
    heads, end = zipped.frame(members)
    path = tmp_path / "wide.zip"
    with path.open("wb") as file:
        file.write(heads[0])
        file.seek(members[0].size, 1)
        file.write(heads[1] + b"end" + end)
    with zipfile.ZipFile(path) as opened:
        assert opened.namelist() == ["a.bin", "b.bin"]
        assert opened.read("b.bin") == b"end"
    with path.open("rb") as file:
        assert verifier._members(file) == [verifier.Member(*vars(one).values()) for one in members]


def test_ends_of_zips_that_lie(files: Files, tmp_path: Path) -> None:
    whole = zip_of(files)
    start = struct.unpack("<I", whole[-6:-2])[0]
    path = tmp_path / "lies.zip"
    for data in (
        b"",
        b"PK\5\6" + bytes(18),
        b"PK\6\6" + bytes(10) + b"PK\5\6" + bytes(12) + b"\xff" * 4 + bytes(2),
        whole[:-6] + struct.pack("<I", 0xFFFFFFFF) + b"\0\0",
        whole[:-22] + b"PK\6\6" + bytes(16),
        whole[:-12] + struct.pack("<HII", 0xFFFF, 0, 0),
        whole[:-12] + struct.pack("<H", 65) + whole[-10:],
        whole[:-14] + struct.pack("<HHII", 9, 9, 0, 0) + b"\0\0",
        whole[: start + 20] + struct.pack("<II", 0xFFFFFFF0, 0xFFFFFFF0) + whole[start + 28 :],
        whole[: start + 4] + bytes(60) + whole[start + 64 :],
        whole.replace(b"manifest.sig", b"manifest\xff\xfeig"),
        whole.replace(b"manifest.sig", b"../../an.sig"),
        whole + b"\0",
    ):
        path.write_bytes(data)
        with pytest.raises((verifier.Refused, verifier.Unchecked)):
            verifier.check(path, verifier.key_of(key()))


def test_a_locked_zip_says_what_to_do(files: Files, tmp_path: Path, capfdbinary: Any) -> None:
    whole = bytearray(zip_of(files))
    at = whole.index(b"PK\1\2")
    whole[at + 8] |= 1
    path = tmp_path / "locked.zip"
    path.write_bytes(bytes(whole))
    code, said = asked(capfdbinary, path, "--key", key())
    assert (code, "password" in said) == (2, True)
