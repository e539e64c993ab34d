"""The export job under faults: workers killed, in each other's way, cancelled, out of disk; files altered."""

import errno
import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone

from audit import export_files, export_work, exports, signing, verifier
from audit.models import Entry, Export
from cases.models import User
from dahashare import tasks
from tests.cast import CaseFile
from tests.sharing.taking_out import many, queued, written

pytestmark = pytest.mark.django_db
ROWS = 20


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten chunks are enough; a worker that is gone is gone at once."""
    monkeypatch.setattr(export_work, "CHUNK", ROWS // 10)
    monkeypatch.setattr(exports, "LEASE", timedelta(microseconds=1))


@pytest.fixture
def export(governance: User, officer: User, case_file: CaseFile) -> Export:
    many(officer, case_file, ROWS)
    return queued(governance)


def told(export: Export) -> list[str]:
    """The kinds of the entries about exports since they were asked for, oldest first."""
    kinds = Entry.objects.filter(subject=export.owner, kind__startswith="export.").order_by("seq")
    return list(kinds.exclude(kind="export.asked").values_list("kind", flat=True))


def genuine(export: Export, folder: Path) -> bool:
    """Whether the package is one that our verifier takes."""
    path = folder / f"{uuid4()}.zip"
    path.write_bytes(b"".join(exports.open_package(export)))
    assert path.stat().st_size == export.size
    return f"{ROWS} rows" in verifier.check(path, signing.public_key())


def files(export: Export) -> list[str]:
    folder = exports.folder_of(export.id)
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# --- a worker that is killed ----------------------------------------------------------------------


def killed_in(work: Callable[[], object]) -> None:
    """A process of its own that works, and is killed where it kills itself."""
    connections.close_all()
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(7)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _dies(at: str, after: int) -> None:
    """Work, but be killed at the `after`th call of a step, before or after it is done."""
    where, _, name = at.rpartition(".")
    owner = {"job": export_work.Job, "files": export_files.Writer}[where.removeprefix("after ")]
    real, calls = getattr(owner, name), [0]

    def step(*given: object, **named: object) -> object:
        calls[0] += 1
        last = calls[0] == after
        if last and not where.startswith("after "):
            die()
        found = real(*given, **named)
        if last:
            die()
        return found

    setattr(owner, name, step)
    export_work.work()


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_at_every_tenth_percent_finishes_once(export: Export, tmp_path: Path) -> None:
    """In a chunk's last file and after each chunk; while the rows are fixed, and while it is packed."""
    seen = [0]
    deaths = [("job._fix", 1), ("after job._fix", 1)]
    deaths += [("files.close", 2), ("after job.keep", 1)] * 9 + [("after files.close", 2)]
    deaths += [("job._parts", 1), ("after job._parts", 1), ("job._done", 1)]
    for at, after in deaths:
        killed_in(lambda at=at, after=after: _dies(at, after))  # type: ignore[misc]
        export.refresh_from_db()
        assert export.state == exports.WRITING
        seen.append(export.done)
        assert b"Achterberg" not in _stored(export)
    assert seen == sorted(seen)
    assert set(seen) == set(range(0, ROWS + 1, ROWS // 10))
    written(export)
    assert (export.state, export.done, export.total) == (exports.DONE, ROWS, ROWS)
    assert told(export) == ["export.written"]
    assert genuine(export, tmp_path)
    assert files(export) == [export.manifest["package"]]


def _stored(export: Export) -> bytes:
    folder = exports.folder_of(export.id)
    return b"".join(path.read_bytes() for path in folder.iterdir()) if folder.exists() else b""


def test_whoever_kills_workers_again_and_again_ends_the_export(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No chunk was written in between: something in it kills them."""

    def dies(self: export_work.Job, number: int) -> None:
        raise RuntimeError(number)

    monkeypatch.setattr(export_work.Job, "_write", dies)
    for _ in range(exports.ATTEMPTS):
        with pytest.raises(RuntimeError):
            export_work.work()
    assert not export_work.work()
    export.refresh_from_db()
    assert (export.state, export.error) == (exports.FAILED, exports.GAVE_UP)
    assert told(export) == ["export.failed"]
    assert files(export) == []


# --- two workers ----------------------------------------------------------------------------------


def test_of_two_workers_one_finishes(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one stood still for longer than its lease, and comes back when the other has begun."""
    first = export_work.Job(_taken())
    assert first.advance()
    second = export_work.Job(_taken())
    assert second.advance()
    with pytest.raises(export_work.LostError):
        first.advance()
    with pytest.raises(export_work.LostError):
        first.finish()
    while second.advance():
        pass
    second.finish()
    with pytest.raises((export_work.LostError, export_files.DamagedError)):
        first.finish()
    export.refresh_from_db()
    assert export.state == exports.DONE
    assert told(export) == ["export.written"]
    assert b"".join(exports.open_package(export))


def _taken() -> Export:
    found = exports.take(uuid4(), timezone.now())
    assert found is not None
    return found


def test_what_is_being_written_is_left_alone(
    export: Export, governance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "LEASE", timedelta(seconds=20))
    other = queued(governance)
    now = timezone.now()
    held = exports.take(uuid4(), now)
    assert held is not None
    assert exports.take(uuid4(), now) is None
    later = now + timedelta(seconds=21)
    taken = exports.take(uuid4(), later)
    assert taken is not None
    assert {held.id, taken.id} == {export.id, other.id}
    # A clock that was set back by a day must not keep everybody away for as long.
    Export.objects.update(lease_until=now + timedelta(days=1))
    assert exports.take(uuid4(), now) is not None


def test_exports_have_their_turns(export: Export, governance: User) -> None:
    other = queued(governance)
    for _ in range(2):
        export_work.work(seconds=0)
    done = Export.objects.filter(id__in=(export.id, other.id)).values_list("done", flat=True)
    assert list(done) == [ROWS // 10] * 2
    assert not written(other).error
    export.refresh_from_db()
    assert export.state == exports.DONE


# --- cancelled, expired, tried again ---------------------------------------------------------------


def test_cancelling_takes_effect_within_a_chunk(
    export: Export, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    real = export_work.Job.write_chunk

    def cancelled_meanwhile(self: export_work.Job, number: int, lines: Any) -> None:
        if number == 1:
            with django_capture_on_commit_callbacks(execute=True):
                assert exports.cancel(export.id)
            assert files(export) == []
        real(self, number, lines)

    monkeypatch.setattr(export_work.Job, "write_chunk", cancelled_meanwhile)
    assert export_work.work()
    assert files(export) == []
    export.refresh_from_db()
    assert (export.state, export.secret, export.done) == (exports.CANCELLED, None, ROWS // 10)
    assert not exports.cancel(export.id)
    assert not export_work.work()
    assert told(export) == []


def test_after_a_day_nothing_of_it_can_be_read(export: Export) -> None:
    written(export)
    assert export.expires_at is not None
    assert exports.expire(export.expires_at - timedelta(seconds=1)) == 0
    assert b"".join(exports.open_package(export))
    assert exports.expire(export.expires_at) == 1
    export.refresh_from_db()
    assert (export.state, export.secret) == (exports.EXPIRED, None)
    assert files(export) == []
    with pytest.raises(export_files.DamagedError):
        exports.open_package(export)


def test_the_sweep_removes_what_belongs_to_no_export(export: Export) -> None:
    written(export)
    strays = [export_files.folder() / name for name in (uuid4().hex, "something")]
    for path in strays:
        path.mkdir()
        (path / "x").write_bytes(b"x")
    tasks.sweep()
    assert not any(path.exists() for path in strays)
    assert files(export) != []


# --- the disk -------------------------------------------------------------------------------------


@pytest.fixture
def full_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """The disk is full from the nth write on."""
    real, left = os.write, [-1]

    def write(handle: int, data: bytes) -> int:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, data)

    def arm(count: int) -> None:
        left[0] = count
        monkeypatch.setattr(os, "write", write)

    yield arm
    monkeypatch.undo()


def test_a_full_disk_fails_plainly_wherever_it_is_full(
    governance: User, officer: User, case_file: CaseFile, full_at: Callable[[int], None]
) -> None:
    """At every write from the first to the last: the reason is said, nothing stays, it can be tried again."""
    many(officer, case_file, 2)
    export, room = queued(governance), -1
    while export.state != exports.DONE:
        room += 1
        full_at(room)
        written(export)
        if export.state == exports.FAILED:
            assert (export.error, files(export)) == (exports.DISK_FULL, [])
            assert exports.retry(export.id)
            export.refresh_from_db()
            assert (export.state, export.done, export.total) == (exports.QUEUED, 0, None)
    assert room > 20
    assert told(export) == [*["export.failed"] * room, "export.written"]
    assert b"".join(exports.open_package(export))
    assert "disk" in exports.PROBLEMS[exports.DISK_FULL]


# --- altered files --------------------------------------------------------------------------------


def test_a_chunk_that_was_altered_ends_the_export(export: Export) -> None:
    job = export_work.Job(_taken())
    while job.advance():
        pass
    for path in exports.folder_of(export.id).glob("*.000004.proof"):
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    written(export)
    assert (export.state, export.error) == (exports.FAILED, exports.DAMAGED)
    assert files(export) == []


def test_an_altered_package_never_leaves_whole(export: Export) -> None:
    written(export)
    path = exports.folder_of(export.id) / export.manifest["package"]
    good = path.read_bytes()
    for at in range(0, len(good), len(good) // 40):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert _leaves(export) < export.size
    for size in (0, 30, 40, len(good) // 2, len(good) - 1):
        path.write_bytes(good[:size])
        with pytest.raises(export_files.DamagedError):
            exports.open_package(export)


def _leaves(export: Export) -> int:
    """How many bytes go out before it is noticed."""
    sent = 0
    try:
        for piece in exports.open_package(export):
            sent += len(piece)
    except export_files.DamagedError:
        return sent
    pytest.fail("nothing was noticed")


def test_a_package_that_nobody_takes_is_let_go_of(export: Export) -> None:
    written(export)
    sent = exports.open_package(export)
    sent.close()  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="closed"):
        next(iter(sent))


def test_the_bell_calls_a_task_that_there_is() -> None:
    assert tasks.write_exports.name == exports.TASK
