"""The one export job: what a source yields becomes a package for one person. The row is the truth.

A worker takes a row by a lease, fixes what the export holds, writes it a chunk at a time and packs it. Killed
at any moment, the next one goes on after the last whole chunk. `docs/decisions/0021-exports.md` says why.

    waiting → queued → writing → done → expired          waiting: for the second approver
       ↓         ↓        ↓  ↘ failed → queued (retry)
    refused  cancelled  cancelled
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import UUID

from audit.models import Export

WAITING: Final = "waiting"
QUEUED: Final = "queued"
WRITING: Final = "writing"
DONE: Final = "done"
CANCELLED: Final = "cancelled"
REFUSED: Final = "refused"
FAILED: Final = "failed"
EXPIRED: Final = "expired"
OPEN: Final = (WAITING, QUEUED, WRITING)
"""What can still be cancelled."""

How = Literal["text", "code", "codes", "moment", "day", "yes", "count"]


@dataclass(frozen=True)
class Column:
    """A column of an export.

    `field` is the sealed field that it shows ("row.outcome"), or a header's field ("recorded_at"), or None:
    a pseudonym, or made of later entries (then nothing but the manifest's signature covers it).
    `how` and `words` (code → label) say how the cell is made of the field's value, so that a verifier can
    make it again.
    """

    code: str
    title: str
    field: str | None
    how: How
    words: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Line:
    """A row of an export: the leaf's index in the log, its entry's stored header and opened seal, the cells.

    `content` holds the sealed fields as they were sealed, `secret` the 32 bytes their salts are made of.
    """

    index: int
    header: bytes
    content: Mapping[str, Any]
    secret: bytes
    cells: list[str]


@dataclass(frozen=True)
class Source:
    """Where the rows of a kind of export come from; an upper floor registers it.

    `columns` of an export; `select`: the leaf indexes of its rows, ascending, all below `Export.log_size`;
    `lines` of some of them, in their order; `secrets`: the opened `Export.secret`: "files" and "pseudonyms"
    (32 bytes as hexadecimal) and "password" (empty: not locked). `record` appends an entry with the owner as
    its actor, inside the caller's transaction; `disclosed` enters the export in the chains of what it shows,
    before it can be downloaded, as often as it is called.
    """

    code: str
    columns: Callable[[Export], Sequence[Column]]
    select: Callable[[Export], Iterable[int]]
    lines: Callable[[Export, Sequence[int]], Sequence[Line]]
    secrets: Callable[[Export], Mapping[str, str]]
    record: Callable[[Export, str, Mapping[str, Any]], object]
    disclosed: Callable[[Export, Iterable[int]], object]


SOURCES: dict[str, Source] = {}


def register(source: Source) -> None:
    """Have exports of `source.code` made of this source."""
    SOURCES[source.code] = source


def take(worker: UUID, now: datetime) -> Export | None:
    """Take an export that waits to be written, or whose worker has gone, for this worker alone."""
    raise NotImplementedError


def advance(export: Export) -> bool:
    """Write the next chunk; False when there is no more to write, or the export is no longer ours."""
    raise NotImplementedError


def finish(export: Export) -> bool:
    """Pack what was written; whether the export is done by this worker."""
    raise NotImplementedError


def cancel(export_id: UUID) -> bool:
    """End an export that is not finished, inside the caller's transaction; whether it was not."""
    raise NotImplementedError


def retry(export_id: UUID) -> bool:
    """Queue a failed export anew, inside the caller's transaction; whether it had failed."""
    raise NotImplementedError


def expire(now: datetime) -> int:
    """Remove the files and the secrets of exports whose time is over, and files that belong to none."""
    raise NotImplementedError


def open_package(export: Export) -> Iterable[bytes]:
    """The package as it goes to its owner, decrypted while it streams; `Export.size` bytes.

    Raises:
        audit.export_files.DamagedError: before the first byte, or in the stream: it is not what was written.
    """
    raise NotImplementedError
