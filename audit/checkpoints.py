"""Checkpoints: signed statements of the log's size and root, kept where the database cannot reach.

Each is a row and a file of the folder `CHECKPOINT_DIR` (and of `CHECKPOINT_COPY`, such as a mounted share),
and an object of the locked store where there is one (audit/elsewhere.py). Files are only ever added. A file
that the log does not bear out means that the database is an older copy, or another one: the log then goes on
under a new origin, and an entry cites what the files say.
"""

import logging
import os
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import models, transaction

from audit import leaves, note, signing
from audit.models import Checkpoint, Entry

_Newest = dict[str, tuple[note.Statement, str]]
EVERY = timedelta(minutes=15)
REOPENED = "log.reopened"
"""The kind of the entry that cites the notes of a log that was set back."""
SUFFIX = ".txt"
FETCHED = "from-the-store"
TRIED = 1_000  # rows that are not ours cost time, and no more than that
log = logging.getLogger(__name__)


class LogSetBackError(Exception):
    """The log does not hold what kept checkpoints say; `notes` are the last one of each origin."""

    def __init__(self, notes: Sequence[str]) -> None:
        super().__init__("checkpoints beside the database say more than the log holds, or something else")
        self.notes = tuple(notes)


# --- The folder --------------------------------------------------------------------------------------------


def folder() -> Path:
    """Where the files are."""
    return Path(settings.CHECKPOINT_DIR)


def folders() -> list[Path]:
    """The folders that every checkpoint is to have a file in."""
    return [Path(place) for place in (settings.CHECKPOINT_DIR, settings.CHECKPOINT_COPY) if place]


def file_name(origin: str, size: int) -> str:
    """The name of a checkpoint's file, and of its object in the locked store."""
    return f"{origin.removeprefix(signing.ORIGIN)}-{size:012}{SUFFIX}"


def _name(statement: note.Statement) -> str:
    return file_name(statement.origin, statement.size)


def _keep(place: Path, statement: note.Statement, text: str) -> None:
    """Write a file that is not there yet, whole or not at all; one that is there stays."""
    path = place / _name(statement)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # A rename would replace a file that another process wrote meanwhile.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def _keep_copy(statement: note.Statement, text: str) -> None:
    """Also in the second folder, where there is one; a share that is away must not stop the log."""
    if not settings.CHECKPOINT_COPY:
        return
    try:
        _keep(Path(settings.CHECKPOINT_COPY), statement, text)
    except OSError:
        log.exception("A checkpoint could not be copied to the second folder")


def keep_again(row: Checkpoint) -> bool:
    """Write a row's file where it is missing; False where the row's note is not what the row says."""
    if not is_borne_out(row):
        return False
    said = note.Statement(row.origin, row.size, bytes(row.root))
    _keep(folder(), said, row.note)
    _keep_copy(said, row.note)
    return True


def is_borne_out(row: Checkpoint) -> bool:
    """Whether a row says what its note says."""
    try:
        said = note.read(row.note).statement
        return said == note.Statement(row.origin, row.size, bytes(row.root))
    except (note.NotANoteError, TypeError):  # SQLite has a text where bytes should be
        return False


# What the locked store says and no row does stands in a folder of its own: a file of ours stays as it is.


def is_fetched(name: str) -> bool:
    """Whether there is a file of what the locked store has under this name."""
    return (folder() / FETCHED / name).exists()


def fetched(name: str, text: str) -> bool:
    """Keep what the locked store has under a name; False where our key did not sign it under this name."""
    said = _ours(text)
    if said is None or _name(said) != name:
        return False
    _keep(folder() / FETCHED, said, text)
    return True


def kept() -> dict[str, list[Path]]:
    """The files of all folders by the origin in their names, the largest size first; nothing is opened."""
    found: dict[str, list[Path]] = {}
    for place in (*folders(), folder() / FETCHED):
        try:
            paths = list(place.glob(f"[!.]*-*{SUFFIX}"))
        except OSError:
            continue
        for path in paths:
            found.setdefault(path.name.rpartition("-")[0], []).append(path)
    return {
        name: sorted(paths, key=lambda path: path.name, reverse=True) for name, paths in sorted(found.items())
    }


def read(path: Path) -> str:
    """The text of a file, as far as a note can go; nothing where it cannot be read."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(note.MOST_BYTES + 1)
    except (OSError, ValueError):
        return ""


# --- What they say against what the database holds --------------------------------------------------------


def set_back() -> tuple[str, ...]:
    """The newest note of each origin, where the log does not bear it out; none where all is well.

    Cheap: names of files, one question, and for each origin the leaves since the last good check.
    """
    newest = _newest_files()
    for row in _newest_rows():
        found = _ours(row.note)
        if found:
            _larger(newest, found, row.note)
    return tuple(text for _, (said, text) in sorted(newest.items()) if against(said))


def _ours(text: str) -> note.Statement | None:
    """What a note says that our key signed: nobody else can have the log reopened by a file or a row."""
    try:
        found = note.read(text)
    except note.NotANoteError:
        return None
    return found.statement if found.signed_by(signing.key_name(), signing.public_key()) else None


def _newest_files() -> _Newest:
    newest: _Newest = {}
    for paths in kept().values():
        for path in paths:
            text = read(path)
            said = _ours(text)
            if said:
                _larger(newest, said, text)
                if _name(said) == path.name:
                    break
    return newest


def _larger(newest: _Newest, said: note.Statement, text: str) -> None:
    """Keep the largest statement of each origin, by what was signed: a name or a column can be anybody's."""
    if said.origin not in newest or said.size > newest[said.origin][0].size:
        newest[said.origin] = (said, text)


def _newest_rows() -> Iterable[Checkpoint]:
    largest = Checkpoint.objects.values("origin").annotate(most=models.Max("size")).order_by()
    same = models.Q(pk__in=[])
    for one in largest:
        same |= models.Q(origin=one["origin"], size=one["most"])
    return Checkpoint.objects.filter(same)


def against(said: note.Statement, *, anew: bool = False) -> str:
    """What the log says otherwise than a statement from elsewhere; nothing where it bears it out.

    Args:
        anew: recompute from the first leaf on, trusting no check.
    """
    try:
        top = leaves.edge(said.size, anew=anew).root()
    except leaves.MissingLeafError:
        return f"it counts {said.size:,} entries, the log holds {leaves.size():,}"
    if top != said.root:
        return f"the first {said.size:,} entries of the log are not those that it was made of"
    return ""


def cited(notes: Sequence[str]) -> UUID:
    """The request key of the entry that cites these notes: it is made once, and found without a key."""
    return UUID(bytes=sha256("".join(notes).encode()).digest()[:16], version=4)


def is_cited(notes: Sequence[str]) -> bool:
    """Whether the log was reopened after these notes."""
    return Entry.objects.filter(request_key=cited(notes), kind=REOPENED).exists()


def origin() -> str:
    """The name under which the log goes on. Raises LogSetBackError where that has to be a new one first."""
    notes = set_back()
    if notes:
        if not is_cited(notes):
            raise LogSetBackError(notes)
        return _origin_after("".join(notes))
    newest = newest_checkpoint()
    if newest is None:
        return f"{signing.ORIGIN}{secrets.token_hex(8)}"
    # As it was signed: a column, that anybody with the database can write, must not choose what we sign.
    for text in Checkpoint.objects.order_by("-made_at", "-size").values_list("note", flat=True)[:TRIED]:
        said = _ours(text)
        if said:
            return said.origin
    # Another key, since every copy of the old one was lost: what it signed stays its own.
    return _origin_after(newest.note)


def _origin_after(text: str) -> str:
    return f"{signing.ORIGIN}{sha256(text.encode()).hexdigest()[:16]}"


# --- Making one --------------------------------------------------------------------------------------------


def newest_checkpoint() -> Checkpoint | None:
    """The checkpoint that was made last."""
    return Checkpoint.objects.order_by("-made_at", "-size").first()


def checkpoint(now: datetime, *, at_once: bool = False) -> Checkpoint | None:
    """Sign the log as it is, where it has grown since the last checkpoint; None where nothing was made.

    Args:
        at_once: do not wait until `EVERY` has passed since the last one.

    Raises:
        LogSetBackError: the log is shorter than a checkpoint says, or another: it is not signed.
    """
    newest = newest_checkpoint()
    if newest and not at_once and timedelta(0) <= now - newest.made_at < EVERY:
        return None
    size = leaves.sequence()
    with transaction.atomic():
        leaves.lock()
        name = origin()
        last = Checkpoint.objects.filter(origin=name).order_by("-size").first()
        if size == (last.size if last else 0):
            return None
        # From the first leaf on: whoever can add a check to the database must not choose what is signed.
        said = note.Statement(name, size, leaves.edge(size, anew=True).root())
        text = signed(said)
        # The file first: a checkpoint without one would be forgotten with the database.
        _keep(folder(), said, text)
        _keep_copy(said, text)
        row = _row(said, text, now)
        row.save(force_insert=True)
    return row


def _row(said: note.Statement, text: str, now: datetime) -> Checkpoint:
    return Checkpoint(origin=said.origin, size=said.size, root=said.root, note=text, made_at=now)


def signed(said: note.Statement) -> str:
    """The note of a statement, signed with the log's key: its first line is the purpose of the signature."""

    def sign(text: bytes) -> bytes:
        purpose, _, rest = text.partition(b"\n")
        return signing.sign(purpose.decode(), rest)

    return note.write(said, signing.key_name(), signing.public_key(), sign)


def head(size: int) -> note.Statement:
    """What the log says of itself at `size`, under the origin of now; for a package made at that size.

    Raises:
        LogSetBackError: as `checkpoint`.
        leaves.MissingLeafError: the log does not hold so many entries.
    """
    newest = newest_checkpoint()
    if newest is None:
        checkpoint(datetime.now().astimezone(), at_once=True)
    return note.Statement(origin(), size, leaves.edge(size).root())
