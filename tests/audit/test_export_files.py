"""Files of an export on disk: nothing readable, whole or not there, and no damage that is not noticed."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.export_files import FRAME, DamagedError, Reader, Writer

KEY, NAME = bytes(range(32)), "export rows"
TEXT = b"Rosalind Achterberg, 14 Quarry Rise\r\n"


def content(size: int) -> bytes:
    return (TEXT * (size // len(TEXT) + 1))[:size]


def write(path: Path, data: bytes, piece: int = 10_000) -> None:
    with Writer(path, KEY, NAME) as file:
        for at in range(0, len(data), piece):
            file.write(data[at : at + piece])


def read(path: Path, key: bytes = KEY, name: str = NAME) -> bytes:
    with Reader(path, key, name) as file:
        return b"".join(file.read())


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 3 * FRAME + 7])
def test_what_is_written_is_read(tmp_path: Path, size: int) -> None:
    write(tmp_path / "a", content(size))
    assert read(tmp_path / "a") == content(size)
    with Reader(tmp_path / "a", KEY, NAME) as file:
        assert file.size == size
        part = slice(size // 3, size // 3 + FRAME + 5)
        assert b"".join(file.read(part.start, part.stop)) == content(size)[part]
    assert [one.name for one in tmp_path.iterdir()] == ["a"]


def test_nothing_of_it_can_be_read_on_the_disk(tmp_path: Path) -> None:
    with Writer(tmp_path / "a", KEY, NAME) as file:
        for _ in range(5):
            file.write(content(FRAME))
            assert all(TEXT[:9] not in one.read_bytes() for one in tmp_path.iterdir())
    assert TEXT[:9] not in (tmp_path / "a").read_bytes()
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0


def test_two_files_of_one_content_differ(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / name, content(100))
    assert (tmp_path / "a").read_bytes()[36:] != (tmp_path / "b").read_bytes()[36:]


def _flip(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


_START, _STORED = 36, FRAME + 16
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "mark": _flip(0),
    "salt": _flip(5),
    "first frame": _flip(_START),
    "middle frame": _flip(_START + _STORED + 9),
    "tag": _flip(_START + 2 * _STORED - 1),
    "last byte": _flip(-1 + _START + 3 * _STORED + 23),
    "last frame gone": lambda data: data[: _START + 3 * _STORED],
    "cut": lambda data: data[:-1],
    "cut to nothing": lambda data: data[:0],
    "cut in the start": lambda data: data[:20],
    "no frame left": lambda data: data[:_START],
    "a byte more": lambda data: data + b"x",
    "a frame twice": lambda data: data[: _START + _STORED] + data[_START:],
    "a frame dropped": lambda data: data[:_START] + data[_START + _STORED :],
    "frames swapped": lambda data: (
        data[:_START]
        + data[_START + _STORED : _START + 2 * _STORED]
        + data[_START : _START + _STORED]
        + data[_START + 2 * _STORED :]
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_no_damage_goes_unnoticed(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "a"
    write(path, content(3 * FRAME + 7))
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    with pytest.raises(DamagedError):
        read(path)


def test_a_file_opens_with_its_own_key_and_name_alone(tmp_path: Path) -> None:
    write(tmp_path / "a", content(10))
    for key, name in ((bytes(32), NAME), (KEY, "another export rows")):
        with pytest.raises(DamagedError):
            read(tmp_path / "a", key, name)
    with pytest.raises(DamagedError, match="not there"):
        read(tmp_path / "b")


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At whichever write the disk is full: the error is told, and neither file nor draft stays."""
    data, wrote, fails = content(2 * FRAME), [0], 0
    real = os.write

    def counted(handle: int, piece: bytes) -> int:
        wrote[0] += 1
        if wrote[0] == fails:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle, piece)

    monkeypatch.setattr(os, "write", counted)
    for number in (1, 2, 3):
        wrote[0], fails = 0, number
        with pytest.raises(OSError, match="No space"):
            write(tmp_path / "a", data)
        assert list(tmp_path.iterdir()) == []


def test_a_write_that_takes_a_part_goes_on_with_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, piece: real(handle, piece[:1000]))
    write(tmp_path / "a", content(FRAME + 1))
    monkeypatch.undo()
    assert read(tmp_path / "a") == content(FRAME + 1)
