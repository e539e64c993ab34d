"""The only door to the ledger's tables: append, read, place in the log, sign, verify."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError

from audit import chain
from audit.checkpoints import LogSetBackError, checkpoint, head, newest_checkpoint, signed
from audit.leaves import edge, proof, sequence, size, subtrees
from audit.models import Entry, Head
from audit.verifying import Report, register_projection, register_projection_count, verify

__all__ = [
    "DuplicateRequest",
    "LogSetBackError",
    "Report",
    "append",
    "by_hash",
    "by_hashes",
    "checkpoint",
    "edge",
    "entry",
    "head",
    "history",
    "newest",
    "newest_checkpoint",
    "proof",
    "register_projection",
    "register_projection_count",
    "sequence",
    "signed",
    "size",
    "subtrees",
    "verify",
]

# One statement makes the head or locks it, also when two first writers meet; the hash stays the last entry's.
_TAKE_PLACE = """
INSERT INTO audit_head (subject, seq, hash) VALUES (%s, 1, %s)
ON CONFLICT (subject) DO UPDATE SET seq = audit_head.seq + 1
RETURNING seq, hash
"""
_MOVE_ON = "UPDATE audit_head SET hash = %s WHERE subject = %s"


class DuplicateRequest(Exception):  # noqa: N818 - it is what happened, not a fault
    """An entry with this request key is recorded already."""


def append(sealed: chain.Sealed) -> Entry:
    """Record `sealed` as its subject's next entry. Last inside the caller's own `transaction.atomic`.

    Locks the subject's head until the transaction ends, nothing else. Raises DuplicateRequest where the
    request key is recorded already (the caller's transaction then has to be rolled back), and
    TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("append() belongs inside the writer's transaction.atomic")
    seq, prev = _take_place(sealed.subject)
    recorded_at = datetime.now(UTC)  # under the lock; it tells, `seq` orders
    header = chain.header_bytes(sealed, seq=seq, prev=prev, recorded_at=recorded_at)
    entry = Entry(
        hash=chain.entry_hash(header),
        subject=sealed.subject,
        seq=seq,
        prev=prev,
        kind=sealed.kind,
        actor=sealed.actor,
        recorded_at=recorded_at,
        occurred_at=sealed.occurred_at.astimezone(UTC),
        request_key=sealed.request_key,
        ct=sha256(sealed.ciphertext).digest(),
        commit=sealed.commit,
        header=header,
        sealed=sealed.ciphertext,
    )
    try:
        _insert(entry)
    except IntegrityError as error:
        if "request_key" in str(error):
            raise DuplicateRequest("this request is recorded already") from error
        raise
    return entry


_COLUMNS = Entry._meta.concrete_fields
_INSERT = "INSERT INTO audit_entry ({}) VALUES ({})".format(  # noqa: S608 - our own names
    ", ".join(f'"{field.column}"' for field in _COLUMNS), ", ".join(["%s"] * len(_COLUMNS))
)


def _insert(entry: Entry) -> None:
    """Write the row, as `save` does, and its hash into its subject's head.

    `save` takes longer to compose the row than the database to take it. One statement where it can be.
    """
    row = [field.get_db_prep_save(getattr(entry, field.attname), connection) for field in _COLUMNS]
    moved = [bytes(entry.hash), _key(entry.subject)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"WITH entry AS ({_INSERT}) {_MOVE_ON}", [*row, *moved])
        else:
            cursor.execute(_INSERT, row)
            cursor.execute(_MOVE_ON, moved)
    entry._state.adding, entry._state.db = False, connection.alias


def _key(subject: UUID) -> Any:
    """A subject as the database's driver takes it."""
    return Head._meta.get_field("subject").get_db_prep_value(subject, connection)


def _take_place(subject: UUID) -> tuple[int, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_PLACE, [_key(subject), chain.GENESIS])
        seq, prev = cursor.fetchone()
    return seq, bytes(prev)


def history(subject: UUID) -> QuerySet[Entry]:
    """Every entry of `subject`, oldest first."""
    return Entry.objects.filter(subject=subject).order_by("seq")


def entry(request_key: UUID) -> Entry | None:
    """The entry that was made for a request, or None."""
    return Entry.objects.filter(request_key=request_key).first()


def by_hash(hashed: bytes | memoryview) -> Entry | None:
    """The entry with this hash (32 bytes), or None."""
    return Entry.objects.filter(hash=hashed).first()


def by_hashes(hashes: Iterable[bytes | memoryview]) -> dict[bytes, Entry]:
    """The entries with these hashes (32 bytes each), by hash; one query."""
    found = Entry.objects.filter(hash__in=[bytes(one) for one in hashes])
    return {bytes(one.hash): one for one in found}


_NEWEST = """
SELECT h.subject, (
    SELECT e.recorded_at FROM audit_entry e
    WHERE e.subject = h.subject AND e.kind NOT IN ({kinds}) ORDER BY e.seq DESC LIMIT 1
) FROM audit_head h WHERE h.subject {among}
"""
# The subjects as one value: one by one the driver takes longer than the database.
_AMONG = {"postgresql": "= ANY(%s::uuid[])", "sqlite": "IN (SELECT value FROM json_each(%s))"}


def _moment(stored: Any) -> datetime:
    """A moment as a driver hands it over; SQLite's is in UTC, as text or not, and does not say so."""
    moment = stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def newest(subjects: Iterable[UUID], *, but: Iterable[str]) -> dict[UUID, datetime]:
    """When the newest entry of each subject was recorded, kinds in `but` left aside; one query."""
    wanted, kinds = [one.hex for one in subjects], list(but)
    if not wanted:
        return {}
    several = f"{{{','.join(wanted)}}}" if connection.vendor == "postgresql" else json.dumps(wanted)
    query = _NEWEST.format(kinds=", ".join(["%s"] * len(kinds)) or "''", among=_AMONG[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute(query, [*kinds, several])
        return {UUID(str(subject)): _moment(text) for subject, text in cursor.fetchall() if text}
