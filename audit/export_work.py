"""What a worker does with an export that it took: fix what it holds, write it a chunk at a time, pack it.

The rows are fixed once, by one statement, as the leaf indexes of the log at one size. A chunk is a part of
that list, so that every worker writes the same; it is whole when its last file has its name.
"""

import errno
import gc
import json
import logging
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from time import monotonic
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from django.db import DatabaseError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from audit import export_files, exports, ledger, packed, placed, proofs, sheets
from audit.aside import Aside
from audit.export_files import DamagedError
from audit.export_store import Files, packed_places
from audit.models import Entry, Export, Leaf

log = logging.getLogger(__name__)
Piece = TypeVar("Piece")

CHUNK: Final = 2_000
"""Rows of a chunk: so many are in memory at once, and so many are written again after a kill."""
TURN: Final = 5.0
"""Seconds that an export is written for before another one has its turn."""
_BEAT: Final = 1.0
_SUBJECTS: Final = 500
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class LostError(Exception):
    """The export was cancelled, or another worker has taken it over."""


class ProblemError(Exception):
    """The export cannot be made, for a reason of `exports.PROBLEMS`."""


def work(seconds: float = TURN) -> bool:
    """Take an export, go on with it for so long, give it back or finish it; whether there was one.

    Whatever happens to it is in its row; an error that nobody foresaw is logged without its words.
    """
    export = exports.take(uuid4(), timezone.now())
    if export is None:
        return False
    try:
        exports.confirm(export)
        job = Job(export)
        job.look_for_destroyed(job.gone)
        _go_on(job, monotonic() + seconds)
    except LostError:
        _clear(export)
    except exports.NotRecordedError as why:
        if not exports.void(export, why):
            _clear(export)
    except ProblemError as problem:
        _fail(export, str(problem))
    except DamagedError as damage:
        log.warning("Export %s: %s", export.id, damage)
        _fail(export, exports.DAMAGED)
    except Exception as error:
        if not _disk_is_full(error):
            log.error("Export %s stopped (%s)", export.id, type(error).__name__)  # noqa: TRY400 - no words
            raise
        _fail(export, exports.DISK_FULL)
    return True


def _fail(export: Export, problem: str) -> None:
    """Give it up; where it was ended meanwhile, its files went from under us and nothing is wrong."""
    if not exports.fail(export, problem):
        _clear(export)


def _go_on(job: "Job", until: float) -> None:
    with job.at_work():
        while job.advance():
            if monotonic() > until:
                job.give_back()
                return
    job.finish()


def _disk_is_full(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in _FULL
    told = str(error)
    return isinstance(error, DatabaseError) and ("disk is full" in told or "No space left" in told)


def _clear(export: Export) -> None:
    """Remove what a worker may have written after the export was ended."""
    still = (exports.QUEUED, exports.WRITING, exports.DONE)
    if not Export.objects.filter(id=export.id, state__in=still).exists():
        export_files.remove(exports.folder_of(export.id))


class Job(Files):
    """An export in the hands of the worker that took it."""

    def __init__(self, export: Export) -> None:
        super().__init__(export)
        self.source = exports.source_of(export)
        self.form = str(export.options["format"])
        self._ahead, self._aside = placed.Ahead(), Aside()
        self._beaten = monotonic()

    @cached_property
    def about(self) -> proofs.About:
        """What was fixed with the rows: a label that is changed meanwhile is the old one throughout."""
        said = json.loads(b"".join(self._read(self._name("about"))))
        if said["fixed"] != self._fixed():
            raise exports.NotRecordedError("log_size, total or manifest is not as it was fixed")
        columns = [exports.Column(**column) for column in said["columns"]]
        made_at = datetime.fromisoformat(said["made_at"])
        return replace(self.source.about(self.export), made_at=made_at, columns=columns)

    @cached_property
    def titles(self) -> list[str]:
        return [column.title for column in self.about.columns]

    @cached_property
    def show(self) -> frozenset[str]:
        return proofs.to_show(self.about.columns, self.about.filters)

    # --- the row ---

    def keep(self, **columns: Any) -> None:
        """Say that this worker is alive, and write columns; LostError where the export is not its own."""
        until = timezone.now() + exports.LEASE
        if not exports.mine(self.export).update(lease_until=until, **columns):
            raise LostError
        self._beaten = monotonic()

    def drain(self, steps: Iterable[object]) -> None:
        """Do all of these steps; the row says meanwhile that somebody works on them."""
        for _ in self.alive(steps):
            pass

    def alive(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The same pieces; while they come, the row says that somebody works on them."""
        for piece in pieces:
            if monotonic() - self._beaten > _BEAT:
                self.keep()
            yield piece

    def give_back(self) -> None:
        """Let another export have its turn."""
        exports.mine(self.export).update(lease=None, lease_until=timezone.now(), attempts=0)

    # --- which rows, once and for good ---

    def _fix(self) -> None:
        """Fix the rows: which entries, of the log as it is now. A worker that is second has lost."""
        export = self.export
        export.log_size = ledger.sequence()
        export.manifest = {"files": uuid4().hex, "chunk": CHUNK}
        # Read to its end before the row is written: SQLite refuses a writer that still reads an older state.
        places = array("Q", self.source.select(export))
        with self._writer(self._name("rows")) as file:
            file.write(packed_places(places))
        export.total = len(places)
        with self._writer(self._name("about")) as about:
            about.write(json.dumps(self._said(), ensure_ascii=False).encode())
        self._keep_gone(self.gone)
        if self.form == "pdf" and export.total > sheets.PDF_MOST:
            raise ProblemError(exports.TOO_MANY)
        self.keep(log_size=export.log_size, manifest=export.manifest, total=export.total)

    def _said(self) -> dict[str, Any]:
        about = self.source.about(self.export)
        columns = [asdict(replace(column, words=dict(column.words))) for column in about.columns]
        return {"made_at": about.made_at.isoformat(), "columns": columns, "fixed": self._fixed()}

    def _fixed(self) -> list[Any]:
        """What the row says of the rows; their file is encrypted, and the row could be changed meanwhile."""
        return [self.export.log_size, self.export.total, self.export.manifest]

    # --- keys that are destroyed meanwhile ---

    @cached_property
    def gone(self) -> Collection[UUID]:
        """The subjects whose key was gone when this worker began: asked before it reads a row."""
        return self.source.destroyed()

    def look_for_destroyed(self, gone: Collection[UUID]) -> bool:
        """Begin again with the first row where a key of one was destroyed since they were fixed; whether.

        Of a case the package shows what every decision says, or of none: whoever checks it takes no other.
        """
        if self.export.total is None or not self.about:  # which is what says that the row is as it was
            return False
        known = b"".join(self._read(self._name("gone")))
        before = {UUID(bytes=known[at : at + 16]) for at in range(0, len(known), 16)}
        if not self._has_row_of(sorted(set(gone) - before)):
            return False
        self._begin_again(gone)
        return True

    def _has_row_of(self, subjects: Sequence[UUID]) -> bool:
        rows = array("Q", self._all_indexes()) if subjects else array("Q")
        for at in range(0, len(subjects), _SUBJECTS):
            entries = Entry.objects.filter(subject__in=subjects[at : at + _SUBJECTS]).values("hash")
            for place in Leaf.objects.filter(hash__in=entries).values_list("index", flat=True):
                found = bisect_left(rows, place)
                if found < len(rows) and rows[found] == place:
                    return True
        return False

    def _begin_again(self, gone: Collection[UUID]) -> None:
        """The same rows under another name: a worker that was thought gone writes where nobody reads."""
        rows, said = b"".join(self._read(self._name("rows"))), b"".join(self._read(self._name("about")))
        self.export.manifest = self.export.manifest | {"files": uuid4().hex}
        about = json.loads(said) | {"fixed": self._fixed()}
        for what, data in (("rows", rows), ("about", json.dumps(about, ensure_ascii=False).encode())):
            with self._writer(self._name(what)) as file:
                file.write(data)
        self._keep_gone(gone)
        self.keep(manifest=self.export.manifest)
        for path in self.folder.iterdir():
            if not path.name.startswith(self._name("")):
                export_files.remove(path)

    def _keep_gone(self, gone: Collection[UUID]) -> None:
        with self._writer(self._name("gone")) as file:
            file.write(b"".join(sorted(one.bytes for one in gone)))

    # --- chunk by chunk ---

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While rows are read: connections besides, and what was in memory before is not swept again."""
        gc.freeze()
        try:
            with self._ahead, self._aside:
                yield
        finally:
            gc.unfreeze()

    @property
    def _chunks(self) -> int:
        return -(-(self.export.total or 0) // int(self.export.manifest["chunk"]))

    @cached_property
    def _left(self) -> deque[int]:
        """The numbers of the chunks that are still to be written."""
        there = {path.name for path in self.folder.glob(self._name("*.data"))}
        return deque(at for at in range(self._chunks) if self._name(f"{at:06}.data") not in there)

    def advance(self) -> bool:
        """Write the next chunk that is not there yet; whether there was one."""
        if self.export.total is None:
            self._fix()
        if not self._left:
            return False
        self._write(self._left.popleft())
        return True

    def _write(self, number: int) -> None:
        indexes = self._of_chunk(number)
        lines = self.lines(indexes, self._of_chunk(self._left[0]) if self._left else ())
        self.write_chunk(number, lines)
        end = number * int(self.export.manifest["chunk"]) + len(indexes)
        self.keep(done=Greatest(F("done"), end), attempts=0)

    def _of_chunk(self, number: int) -> list[int]:
        size, total = int(self.export.manifest["chunk"]), self.export.total or 0
        return self._indexes(number * size, min((number + 1) * size, total))

    def write_chunk(self, number: int, lines: Sequence[exports.Line], *, proved: bool = True) -> None:
        """Write the files of a chunk; the one of the data, which makes it whole, last."""
        if proved:
            with self._writer(self._name(f"{number:06}.proof")) as file:
                file.write(proofs.lines(lines, self.show))
        with self._writer(self._name(f"{number:06}.data")) as file:
            file.write(sheets.rows(self.form, self.titles, [line.cells for line in lines]))

    def lines(self, indexes: Sequence[int], then: Sequence[int] = ()) -> Sequence[exports.Line]:
        """The rows at these places; those at `then` are asked for next."""
        entries = self._ahead.take(indexes, then)
        lines = self.source.lines(self.export, entries, self.about.columns, self._aside)
        if [line.index for line in lines] != list(indexes):
            raise DamagedError("an entry that was chosen is not there")
        return lines

    def _others(self, indexes: Sequence[int]) -> Sequence[exports.Line]:
        return self.source.lines(self.export, placed.entries(indexes), (), self._aside)

    # --- the package ---

    def finish(self) -> None:
        """Pack what was written, and say so in the row and in the ledger; then it can be downloaded."""
        export, name = self.export, f"{self.export.lease}.package"
        self.keep(done=export.total)
        if export.options.get("names"):
            self.drain(self.source.disclosed(export, self._all_indexes()))
        parts, manifest = self._parts()
        if self.look_for_destroyed(self.source.destroyed()):
            self.give_back()
            return
        with self._writer(name) as file:
            packed.write(file, parts, self.alive, self.source.secrets(export)["password"])
        said = {"files": export.manifest["files"], "package": name, "sha256": manifest}
        self._done(said, file.size)
        for path in self.folder.iterdir():
            if path.name != name:
                export_files.remove(path)

    def _done(self, said: dict[str, str], size: int) -> None:
        export, now = self.export, timezone.now()
        export.size, export.manifest, export.expires_at = size, said, now + exports.KEPT
        written = {"export": str(export.id), "purpose": export.purpose, **exports.figures(export)}
        append = self.source.record(export, "export.written", written)
        with transaction.atomic():
            self.keep(
                state=exports.DONE,
                done=export.total,
                size=size,
                manifest=said,
                finished_at=now,
                expires_at=export.expires_at,
            )
            append()

    def _parts(self) -> tuple[list[packed.Part], str]:
        """The files of the package in their order, and the SHA-256 of its manifest."""
        parts = [self._data(), packed.Part(proofs.PROOF, lambda: self._of_chunks("proof"))]
        stored = [self._stored(part) for part in parts]
        manifest = ""
        try:
            files = proofs.finish(self.about, rows=self._all_indexes(), data=stored, opened=self._others)
            for name, pieces in files:
                digest = self._keep_file(name, pieces)
                manifest = digest if name == proofs.MANIFEST else manifest
                # The default keeps this turn's name; mypy gives such a lambda no type.
                parts.append(packed.Part(name, lambda name=name: self._read(self._name(name))))  # type: ignore[misc]
        except ValueError as error:
            raise DamagedError(f"nothing can be proved with this log: {error}") from error
        return parts, manifest

    def _keep_file(self, name: str, pieces: Iterable[bytes]) -> str:
        digest = sha256()
        with self._writer(self._name(name)) as file:
            for piece in self.alive(pieces):
                digest.update(piece)
                file.write(piece)
        return digest.hexdigest()

    def _stored(self, part: packed.Part) -> proofs.Stored:
        size, digest = 0, sha256()
        for piece in self.alive(part.pieces()):
            size += len(piece)
            digest.update(piece)
        return proofs.Stored(part.name, size, digest.digest())

    def _data(self) -> packed.Part:
        """The data's file. What is not simply rows one after the other is written once more, as one file."""
        name = f"{self.export.source}.{self.form}"
        if self.form in ("csv", "jsonl"):
            return packed.Part(name, self._rows)
        with self._writer(self._name(name)) as file:
            if self.form == "xlsx":
                sheets.workbook(file, self.titles, self._counted())
            else:
                rows = sheets.read_rows(self._of_chunks("data"))
                file.write(self.source.paper(self.export, self.titles, rows))
        return packed.Part(name, lambda: self._read(self._name(name)))

    def _rows(self) -> Iterator[bytes]:
        yield sheets.head(self.form, self.titles)
        yield from self._of_chunks("data")

    def _of_chunks(self, what: str) -> Iterator[bytes]:
        for number in range(self._chunks):
            yield from self._read(self._name(f"{number:06}.{what}"))

    def _counted(self) -> Iterator[tuple[int, Iterable[bytes]]]:
        size, total = int(self.export.manifest["chunk"]), self.export.total or 0
        for number in range(self._chunks):
            rows = min(size, total - number * size)
            yield rows, self.alive(self._read(self._name(f"{number:06}.data")))
