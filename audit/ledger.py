"""The only door to the ledger's tables: append, read, verify."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError

from audit import chain, triggers
from audit.models import Entry, Head

CHUNK = 2000

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
        entry.save(force_insert=True)
    except IntegrityError as error:
        if "request_key" in str(error):
            raise DuplicateRequest("this request is recorded already") from error
        raise
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_head SET hash = %s WHERE subject = %s", [bytes(entry.hash), _key(sealed.subject)]
        )
    return entry


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
) FROM audit_head h WHERE h.subject IN ({subjects})
"""


def _moment(stored: Any) -> datetime:
    """A moment as a driver hands it over; SQLite's is in UTC, as text or not, and does not say so."""
    moment = stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def newest(subjects: Iterable[UUID], *, but: Iterable[str]) -> dict[UUID, datetime]:
    """When the newest entry of each subject was recorded, kinds in `but` left aside; one query."""
    wanted, kinds = [_key(one) for one in subjects], list(but)
    if not wanted:
        return {}
    marks, others = (", ".join(["%s"] * len(some)) for some in (wanted, kinds))
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST.format(subjects=marks, kinds=others or "''"), [*kinds, *wanted])
        return {UUID(str(subject)): _moment(text) for subject, text in cursor.fetchall() if text}


# --- Verification ----------------------------------------------------------------------------------------

_compare: dict[str, Callable[[Entry], str | None]] = {}
_count: dict[str, Callable[[], int]] = {}


def register_projection(kind: str, compare: Callable[[Entry], str | None]) -> None:
    """Have verify() ask what the row that stands for an entry of `kind` says otherwise (None: nothing)."""
    _compare[kind] = compare


def register_projection_count(kind: str, count: Callable[[], int]) -> None:
    """Have verify() compare how many rows stand for entries of `kind` with how many entries there are."""
    _count[kind] = count


@dataclass(frozen=True, slots=True)
class Report:
    """What verify() found: how much there was, and the first thing that does not match."""

    entries: int
    subjects: int
    problem: chain.Problem | None


def verify() -> Report:
    """Recompute all from the stored bytes: columns, hashes, links, heads; then what stands for entries above.

    Reads only, in one pass; entries that are appended meanwhile do no harm.
    """
    with closing(_stream()) as rows:  # the transaction ends here, also where something breaks
        verdict = chain.verify(rows)
    problem = verdict.problem or _empty_head() or _projection_problem()
    return Report(verdict.entries, verdict.subjects, problem)


def _stream() -> Generator[chain.Row, None, None]:
    # One statement, so one moment: entries and heads are of the same transaction's making.
    columns = [triggers.column_bytes(connection.vendor, name, "e") for name in chain.Row._fields[:-2]]
    columns += [triggers.column_bytes(connection.vendor, name, "h") for name in ("seq", "hash")]
    query = (
        f"SELECT {', '.join(columns)} FROM audit_entry e LEFT JOIN audit_head h ON h.subject = e.subject "  # noqa: S608 - our own words
        "ORDER BY e.subject, e.seq"
    )
    with _cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(CHUNK):
            yield from map(_row, rows)


@contextmanager
def _cursor() -> Iterator[Any]:
    """A cursor that never holds the whole result."""
    if connection.vendor == "postgresql":
        # The driver's own cursor: Django's cannot ask for bytes as they are, and hexadecimal is twice as
        # long. In a transaction, since PostgreSQL else copies the whole result aside.
        with (
            transaction.atomic(),
            connection.wrap_database_errors,
            connection.connection.cursor("audit_verify", binary=True) as cursor,
        ):
            yield cursor
    else:
        # A transaction would keep SQLite's writers out, and reading needs none.
        with connection.chunked_cursor() as cursor:
            yield cursor


def _row(values: tuple[bytes | None, ...]) -> chain.Row:
    if None not in values:
        return chain.Row._make(values)
    *stored, head_seq, head_hash = values
    return chain.Row._make([*(value or b"" for value in stored), head_seq, head_hash])


def _empty_head() -> chain.Problem | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT h.subject, h.seq, h.hash FROM audit_head h "
            "WHERE NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.subject = h.subject) "
            "ORDER BY h.subject LIMIT 1"
        )
        row = cursor.fetchone()
    if row is None:
        return None
    subject, seq, hashed = row
    why = f"the head counts {seq} entries of this subject, none is there"
    return chain.Problem(bytes(hashed).hex(), str(subject), str(seq), why)


def _projection_problem() -> chain.Problem | None:
    for item in Entry.objects.filter(kind__in=_compare).order_by("subject", "seq").iterator(CHUNK):
        if why := _difference(item):
            return chain.Problem(bytes(item.hash).hex(), str(item.subject), str(item.seq), why)
    for kind, count in _count.items():
        entries = Entry.objects.filter(kind=kind)
        # Rows are counted between two counts of the entries: both only grow while others write.
        before, rows, after = entries.count(), count(), entries.count()
        if not before <= rows <= after:
            return chain.Problem("", "", "", f"{rows} rows stand for {after} entries of the kind {kind}")
    return None


def _difference(item: Entry) -> str | None:
    try:
        return _compare[item.kind](item)
    except Exception as error:  # noqa: BLE001 - a row too damaged to be read is a finding, not a crash
        return f"what stands for it cannot be read ({type(error).__name__})"
