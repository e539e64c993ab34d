"""The one export job: what a source yields becomes a package for one person. The row says how far it is.

A worker takes a row by a lease (`audit/export_work.py` writes it), and whoever else comes meanwhile leaves it
alone; killed at any moment, the next one goes on after the last whole chunk. Every change of state is a
compare-and-set: of two, one wins. `docs/decisions/0021-exports.md` says why.

    waiting → queued → writing → done → expired          waiting: for the second approver
       ↓         ↓        ↓  ↘ failed → queued (again), or expired
    refused, cancelled  cancelled
    or expired: nobody answered

The row is a place in the queue and no more: whoever can write to the database can write one. What it does is
compared with what was sealed about it (`confirm`) at each turn of a worker and before anything leaves.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as fresh
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from celery import current_app
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from audit import export_files
from audit.aside import Aside
from audit.models import Export
from audit.placed import Placed

if TYPE_CHECKING:
    from audit.proofs import About

log = logging.getLogger(__name__)

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
KEPT: Final = timedelta(hours=24)
"""How long a package can be downloaded, and a failed export be tried again."""
LEASE: Final = timedelta(seconds=20)
"""A worker that was not heard of for so long is gone. It is heard of at every chunk, and while it packs."""
ATTEMPTS: Final = 5
"""How often workers may die over an export without writing another chunk."""

DISK_FULL: Final = "disk_full"
DAMAGED: Final = "damaged"
TOO_MANY: Final = "too_many"
GAVE_UP: Final = "gave_up"
NOT_AS_ASKED: Final = "not_as_asked"
NO_LEAD: Final = "no_lead"
UNANSWERED: Final = "unanswered"
"""Not a failure: nobody approved or refused it in time (`Export.error` of one that is over)."""
PROBLEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        DISK_FULL: "There was no room left on the disk. Ask your administrator to make room, then try again.",
        DAMAGED: (
            "Something it was made from is not what was written. Do not try again before the log was checked "
            "on the page “Integrity”."
        ),
        TOO_MANY: "It has more rows than fit in a PDF. Choose another format, or fewer decisions.",
        GAVE_UP: f"It stopped {ATTEMPTS} times at the same place. Tell your administrator, then try again.",
        NO_LEAD: "You were no governance lead when it was made. Try again, or ask for a new one.",
        NOT_AS_ASKED: (
            "It was not what is on record as asked for and approved, so it was stopped and nothing of it is "
            "kept. Tell your administrator. Then ask for a new export."
        ),
    }
)
"""Why an export failed (`Export.error`), in words for its owner."""
TASK: Final = "dahashare.tasks.write_exports"

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
    words: Mapping[str, str] = fresh(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of an export: the leaf's index in the log, its entry's stored header and opened seal, the cells.

    `content` holds the sealed fields as they were sealed, `secret` the 32 bytes their salts are made of.
    `canonical`: the bytes that the content was read from, where they are at hand, instead of it: to make them
    again takes most of the time that an export takes. All three are empty where the case's key was destroyed.
    """

    index: int
    header: bytes
    content: Mapping[str, Any]
    secret: bytes
    cells: list[str]
    canonical: bytes | memoryview = b""


@dataclass(frozen=True)
class Source:
    """Where the rows of a kind of export come from; an upper floor registers it.

    `about`: what the manifest says, with the columns; `select`: the leaf indexes of the rows, ascending, all
    below `Export.log_size`; `lines` of the entries of some, in their order, with the cells of these columns
    (what else they take can be asked aside); `secrets`: the opened `Export.secret`: "files" and "pseudonyms"
    (32 bytes as hexadecimal) and "password" (empty: not locked). `destroyed`: the subjects whose key is gone
    by now. `confirm`: what speaks against doing what the row says, by what was sealed when it was asked for,
    approved and written. `record` seals an entry with the owner as its actor and gives back what appends it,
    inside the caller's transaction; `disclosed` enters the export in the chains of what it shows, before it
    can be downloaded, as often as it is called, and yields while it does. `paper` sets titles and rows as a
    PDF.
    """

    code: str
    about: "Callable[[Export], About]"
    select: Callable[[Export], Iterable[int]]
    lines: Callable[[Export, Sequence[Placed], Sequence[Column], Aside], Sequence[Line]]
    secrets: Callable[[Export], Mapping[str, str]]
    destroyed: Callable[[], Collection[UUID]]
    confirm: "Callable[[Export], NotRecordedError | None]"
    record: Callable[[Export, str, Mapping[str, Any]], Callable[[], object]]
    disclosed: Callable[[Export, Iterable[int]], Iterable[object]]
    paper: Callable[[Export, Sequence[str], Sequence[Sequence[str]]], bytes]


class NotRecordedError(Exception):
    """The row is not what was sealed about it: nothing is written by it, nothing leaves.

    `owner`: whoever asked for it, by what was sealed; None: nobody did.
    """

    def __init__(self, why: str, owner: UUID | None = None) -> None:
        super().__init__(why)
        self.owner = owner


SOURCES: dict[str, Source] = {}


def register(source: Source) -> None:
    """Have exports of `source.code` made of this source."""
    SOURCES[source.code] = source


def source_of(export: Export) -> Source:
    """The source that an export is made of."""
    return SOURCES[export.source]


def confirm(export: Export) -> None:
    """Compare the row, as it was just read, with what was sealed about it.

    Raises:
        NotRecordedError: it is not what was asked for and approved, or not what was written.
    """
    source = SOURCES.get(export.source)
    why = source.confirm(export) if source else NotRecordedError("there is no such source")
    if why:
        raise why


def void(export: Export, why: NotRecordedError) -> bool:
    """End an export that is not what was sealed about it, for good; whether it was in these hands still.

    It is given back to whoever asked for it: they are told, and nobody that a changed row names instead.
    """
    ended = fail(export, NOT_AS_ASKED, owner=why.owner)
    if ended:  # else it was ended at this moment, by somebody who may
        log.error("Export %s is not what is on record: %s", export.id, why)
    return ended


def noted(export: Export, name: str) -> str:
    """What a row notes of its files under this name; nothing where it was changed into something else."""
    return str(export.manifest.get(name, "")) if isinstance(export.manifest, dict) else ""


def figures(export: Export) -> dict[str, Any]:
    """What is sealed of an export when it is written, besides its purpose: what is downloaded till when."""
    until = export.expires_at.astimezone(UTC).isoformat() if export.expires_at else ""
    said = {name: noted(export, name) for name in ("package", "sha256")}
    return {"rows": export.total, "size": export.size, "log_size": export.log_size, "until": until, **said}


# --- what the owner, and whoever approves, can do ------------------------------------------------------


def ring() -> None:
    """Tell a worker, once the caller's transaction is committed, that an export is queued.

    Only a doorbell: where it is not heard, beat's next turn finds the row.
    """
    transaction.on_commit(_ring)


def _ring() -> None:
    try:
        current_app.send_task(TASK, retry=False, expires=LEASE.total_seconds())
    except Exception as error:  # noqa: BLE001 - whatever a broker that is down raises, the row is there
        log.warning("No worker could be told of an export (%s); the next turn finds it", type(error).__name__)


def release(export_id: UUID) -> bool:
    """Queue an export that waited for its second approver, in the caller's transaction; whether it waited."""
    found = Export.objects.filter(id=export_id, state=WAITING).update(state=QUEUED)
    if found:
        ring()
    return bool(found)


def cancel(export_id: UUID, *, state: str = CANCELLED, why: str = "") -> bool:
    """End an export that is not finished, inside the caller's transaction; whether it was not.

    Its secret is wiped at once, and with it what is written; a worker that writes it stops within a chunk.

    Args:
        state: or REFUSED, where the second approver said no; EXPIRED, where nobody answered.
        why: UNANSWERED, where nobody answered.
    """
    over = {"state": state, "error": why, "secret": None, "lease": None, "finished_at": timezone.now()}
    if not Export.objects.filter(id=export_id, state__in=OPEN).update(**over):
        return False
    transaction.on_commit(lambda: export_files.remove(folder_of(export_id)))
    return True


def retry(export_id: UUID) -> bool:
    """Queue a failed export anew, from its beginning, in the caller's transaction; whether it could be."""
    anew: dict[str, Any] = {
        "state": QUEUED,
        **dict.fromkeys(("total", "log_size", "lease", "lease_until", "finished_at", "expires_at")),
        "done": 0,
        "attempts": 0,
        "error": "",
        "manifest": {},
    }
    found = Export.objects.filter(id=export_id, state=FAILED, secret__isnull=False).update(**anew)
    if found:
        ring()
    return bool(found)


# --- which worker writes it ----------------------------------------------------------------------------


def take(worker: UUID, now: datetime) -> Export | None:
    """Take an export that waits to be written, or whose worker has gone, for this worker alone.

    One is written at a time, so that other work of the machine is never kept waiting by exports.

    Args:
        worker: a fresh id: two turns of one process are two workers.
        now: aware.
    """
    if Export.objects.filter(state=WRITING).exclude(_left(now)).exists():
        return None
    waiting = Export.objects.filter(Q(state=QUEUED) | Q(_left(now), state=WRITING))
    for export in waiting.order_by(F("lease_until").asc(nulls_first=True), "asked_at", "id")[:5]:
        if export.attempts >= ATTEMPTS:
            fail(export, GAVE_UP)
        elif as_it_was(export).update(
            state=WRITING, lease=worker, lease_until=now + LEASE, attempts=F("attempts") + 1
        ):
            export.refresh_from_db()
            return export
    return None


def _left(now: datetime) -> Q:
    """Leases that are over; one far in the future was given before the clock was set back."""
    over = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    return over | Q(lease_until__gt=now + 2 * LEASE)


def as_it_was(export: Export) -> QuerySet[Export]:
    """The row, if it is still in the hands that `export` was read in."""
    return Export.objects.filter(
        id=export.id, state=export.state, lease=export.lease, lease_until=export.lease_until
    )


def mine(export: Export) -> QuerySet[Export]:
    """The row, if `export` is still written by the worker that took it."""
    return Export.objects.filter(id=export.id, state=WRITING, lease=export.lease)


def fail(export: Export, problem: str, owner: UUID | None = None) -> bool:
    """Give an export up for a reason of `PROBLEMS`, unless it is in other hands: files first, then the row.

    Its secret is kept: for a day its owner can have it tried again. Not where it was nothing that was asked.

    Args:
        owner: whose it is, where the row says otherwise.
    """
    held = mine(export) if export.state == WRITING else as_it_was(export)
    if not held.exists():
        return False
    export_files.remove(folder_of(export.id))
    export.owner = owner or export.owner
    append, now = _told_of_failing(export, problem), timezone.now()
    with transaction.atomic():
        over = {"state": FAILED, "error": problem, "finished_at": now, "expires_at": now + KEPT}
        wiped = {"secret": None} if problem == NOT_AS_ASKED else {}
        if not held.update(owner=export.owner, **over, **wiped):
            return False
        append()
    log.warning("Export %s failed: %s", export.id, problem)
    return True


def _told_of_failing(export: Export, problem: str) -> Callable[[], object]:
    """What enters it; nothing where a made-up row names a source, or an owner, that does not exist."""
    source = SOURCES.get(export.source)
    try:
        said = {"export": str(export.id), "problem": problem}
        return source.record(export, "export.failed", said) if source else lambda: None
    except ObjectDoesNotExist:
        return lambda: None


# --- its files -------------------------------------------------------------------------------------------


def folder_of(export_id: UUID) -> Path:
    """Where an export's files lie."""
    return export_files.folder() / export_id.hex


def key_of(export: Export) -> bytes:
    """The key of an export's files (32 bytes).

    Raises:
        ValueError: the secret was wiped.
    """
    return bytes.fromhex(source_of(export).secrets(export)["files"])


def open_package(export: Export) -> Iterator[bytes]:
    """The package as it goes to its owner, decrypted while it streams; `Export.size` bytes.

    Raises:
        NotRecordedError: the row is not what was asked for, approved and written.
        audit.export_files.DamagedError: before the first byte, or in the stream: it is not what was written.
    """
    name = noted(export, "package")
    if export.state != DONE or not export.secret or not name:
        raise export_files.DamagedError("this export has no package")
    confirm(export)
    reader = export_files.Reader(folder_of(export.id) / name, key_of(export), f"{export.id} {name}")
    if reader.size != export.size:
        reader.close()
        raise export_files.DamagedError("the package is not as long as it was")
    return export_files.Stream(reader)


def expire(now: datetime) -> int:
    """Wipe the secrets and remove the files of exports whose time is over; how many those were.

    Files that belong to no export that is being written or can be downloaded go too.
    """
    old = Export.objects.filter(state__in=(DONE, FAILED), expires_at__lte=now)
    count = old.update(state=EXPIRED, secret=None)
    live = Export.objects.filter(state__in=(QUEUED, WRITING, DONE)).values_list("id", flat=True)
    there = export_files.folder()
    named = {path.name: path for path in there.iterdir()} if there.is_dir() else {}
    # Asked after the listing: what appears between the two is not taken for left behind.
    kept = {one.hex for one in live.filter(id__in=_ids(named))}
    for name, path in named.items():
        if name not in kept:
            export_files.remove(path)
    return count


def _ids(names: Iterable[str]) -> list[UUID]:
    """The names that are an export's."""
    return [UUID(name) for name in names if len(name) == 32 and set(name) <= set("0123456789abcdef")]
