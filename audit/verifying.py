"""Recomputing the ledger from its stored bytes: entries, chains, heads, the log, what stands above."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from audit import chain, checkpoints, leaves, merkle, note, signing, triggers
from audit.models import Check, Checkpoint, Entry, Leaf

CHUNK = 2000

COMPARED = 500
"""Entries whose rows are compared together: as many are open at a time, and their keys with them."""

_compare: dict[str, Callable[[Sequence[Entry]], Sequence[str | None]]] = {}
_count: dict[str, Callable[[], int]] = {}


def register_projection(kind: str, compare: Callable[[Sequence[Entry]], Sequence[str | None]]) -> None:
    """Have verify() ask what the rows that stand for entries of `kind` say otherwise (None: nothing).

    Args:
        compare: gets some entries of the kind and says it of each, in as many queries for many as for one.
    """
    _compare[kind] = compare


def register_projection_count(kind: str, count: Callable[[], int]) -> None:
    """Have verify() compare how many rows stand for entries of `kind` with how many entries there are."""
    _count[kind] = count


@dataclass(frozen=True, slots=True)
class Report:
    """What verify() found: how much was recomputed, the first thing that does not match, the log's edge."""

    entries: int
    subjects: int
    problem: chain.Problem | None
    edge: merkle.Frontier = field(default_factory=merkle.Frontier, compare=False, repr=False)


def _problem(why: str, number: int | None = None) -> chain.Problem:
    """What does not match and is no entry of a subject; `number` counts the log's entries from one."""
    return chain.Problem("", "", str(number or ""), why)


def verify(since: Check | None = None) -> Report:
    """Recompute all from the stored bytes: columns, hashes, links, heads, the log, what stands above.

    New entries are placed in the log first; else it reads only. Entries appended meanwhile do no harm.

    Args:
        since: a whole check that found everything in order: only what is new since then is recomputed, and
            that the log begins as that check found it is proved by what it kept.
    """
    unplaced = _unplaced()
    size, start = leaves.size(), merkle.Frontier()
    if since:
        kept = leaves.kept_edge(since)
        if kept is None or kept.size > size:
            return Report(0, 0, _problem("the log does not begin as the last check found it"))
        start = kept
    before = _before(start.size) if since else None
    with closing(_stream(size, start.size if since else None)) as rows:  # the transaction ends here
        verdict = chain.verify(rows, before, typed=connection.vendor == "postgresql")
    if verdict.placed < verdict.entries and not unplaced:
        unplaced = _unplaced(sure=True)  # most likely they were recorded meanwhile
    problem = verdict.problem or unplaced or (None if since else _empty_head())
    edge, of_log = _log(start, size, verdict.placed)
    problem = problem or of_log or _projection_problem(verdict.kinds, start.size if since else None)
    return Report(verdict.entries, verdict.subjects, problem, edge)


def _unplaced(*, sure: bool = False) -> chain.Problem | None:
    try:
        leaves.sequence(sure=sure)
    except DatabaseError as error:
        return _problem(f"an entry cannot be given its place in the log ({type(error).__name__})")
    return None


# --- Entries and chains ------------------------------------------------------------------------------------


def _stream(size: int, low: int | None = None) -> Generator[chain.Row, None, None]:
    """The stored rows, ordered by subject and place.

    Args:
        size: of the log; leaves past it do not count.
        low: only the entries whose leaves are from there on.
    """
    # One statement, so one moment: entries, heads and leaves are of the same transactions' making.
    leaf = f'JOIN audit_leaf l ON l.hash = e.hash AND l."index" < {size:d}'
    query = (
        f"SELECT {', '.join(triggers.row_columns(connection.vendor))} "  # noqa: S608 - our own words
        "FROM audit_entry e LEFT JOIN audit_head h ON h.subject = e.subject "
        f"{f'LEFT {leaf}' if low is None else _NEW.format(leaf=leaf, low=low)} ORDER BY e.subject, e.seq"
    )
    with _cursor() as cursor:
        cursor.execute(query)
        with closing(_chunks(cursor)) as chunks:
            for rows in chunks:
                yield from map(_row, rows)


def _chunks(cursor: Any) -> Generator[list[tuple[Any, ...]], None, None]:
    if connection.vendor != "postgresql":
        while rows := cursor.fetchmany(CHUNK):
            yield rows
        return
    # The database composes the next rows while these are hashed.
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(cursor.fetchmany, CHUNK)
        while rows := coming.result():
            coming = ahead.submit(cursor.fetchmany, CHUNK)
            yield rows


_NEW = '{leaf} AND l."index" >= {low:d}'


@contextmanager
def _cursor() -> Iterator[Any]:
    """A cursor that never holds the whole result."""
    if connection.vendor == "postgresql":
        # The driver's own cursor: Django's cannot ask for bytes as they are, and hexadecimal is twice as
        # long. In a transaction, since PostgreSQL else copies the whole result aside.
        with (
            transaction.atomic(),
            connection.wrap_database_errors,
            connection.connection.cursor(f"audit_{uuid4().hex}", binary=True) as cursor,
        ):
            yield cursor
    else:
        # A transaction would keep SQLite's writers out, and reading needs none.
        with connection.chunked_cursor() as cursor:
            yield cursor


def _row(values: tuple[Any, ...]) -> chain.Row:
    if None not in values:
        return chain.Row._make(values)
    *stored, placed, head_seq, head_hash = values
    return chain.Row._make([*(value or b"" for value in stored), placed, head_seq, head_hash])


def _before(size: int) -> Callable[[chain.Row], tuple[int, bytes]]:
    """What comes before a subject's first new entry: the entry before it, which the log held at `size`."""

    def found(row: chain.Row) -> tuple[int, bytes]:
        if not row.seq.isdigit() or row.seq in (b"0", b"1"):
            return 0, chain.GENESIS
        seq = int(row.seq) - 1
        last = Entry.objects.filter(subject=UUID(row.subject.decode()), seq=seq).first()
        placed = last and Leaf._default_manager.filter(hash=last.hash, index__lt=size).exists()
        return seq, bytes(last.hash) if last and placed else b""

    return found


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


# --- The log and its checkpoints ---------------------------------------------------------------------------


def _log(start: merkle.Frontier, size: int, placed: int) -> tuple[merkle.Frontier, chain.Problem | None]:
    """The log's edge at `size`, grown from `start`, and what does not match on the way.

    Args:
        placed: how many entries stood for the leaves from there on.
    """
    try:
        said, problem = _said(start.size)
    except signing.NoSigningKeyError as error:
        said, problem = {}, _problem(str(error))
    edge = start.copy()
    try:
        for at in sorted({*(one for one in said if one <= size), size}):
            for some in leaves.hashes(edge.size, at):
                edge.extend(some)
            if any(root != edge.root() for root in said.get(at, ())):
                problem = problem or _problem(f"the checkpoint of {at} entries has another root than the log")
    except leaves.MissingLeafError as error:
        return edge, _problem(str(error))
    longer = [at for at in said if at > size]
    if longer:
        why = f"a checkpoint counts {max(longer)} entries, the log holds {size}"
        problem = problem or _problem(why)
    if placed != size - start.size:
        problem = problem or _leaf_without_entry(start.size)
    return edge, problem


def _leaf_without_entry(low: int) -> chain.Problem | None:
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT min(l."index") FROM audit_leaf l LEFT JOIN audit_entry e ON e.hash = l.hash '
            'WHERE e.hash IS NULL AND l."index" >= %s',
            [low],
        )
        (number,) = cursor.fetchone()
    if number is None:
        return None
    return _problem("the entry with this number is gone, or is not the one that was recorded", number + 1)


def _said(low: int) -> tuple[dict[int, set[bytes]], chain.Problem | None]:
    """The roots that checkpoints from the size `low` on give, by size, and what is wrong with one itself."""
    said: dict[int, set[bytes]] = {}
    problem = None
    public, name = signing.public_key(), signing.key_name()
    newest = checkpoints.newest_checkpoint()
    notes: dict[tuple[str, int], str] = {}
    for row in Checkpoint.objects.filter(size__gte=low).order_by("made_at").iterator(CHUNK):
        said.setdefault(row.size, set()).add(bytes(row.root))
        notes[row.origin, row.size] = row.note
        why = _wrong_with(row, public, name, own=newest is not None and row.origin == newest.origin)
        problem = problem or (_problem(f"the checkpoint of {row.size} entries {why}") if why else None)
    for path, text, one in _files(low, public, name):
        if notes.get((one.origin, one.size), text) != text:
            problem = problem or _problem(f"the file {path} says something else than the database")
        said.setdefault(one.size, set()).add(one.root)
    return said, problem


def _wrong_with(row: Checkpoint, public: bytes, name: str, *, own: bool) -> str | None:
    try:
        read = note.read(row.note)
    except note.NotANoteError:
        return "is not in its form"
    if read.statement != note.Statement(row.origin, row.size, bytes(row.root)):
        return "says something else than its note"
    ours = any(by == name for by, _, _ in read.signatures)
    if (ours or own) and not read.signed_by(name, public):
        return "does not have the log's signature"
    return None


def _files(low: int, public: bytes, name: str) -> Iterator[tuple[str, str, note.Statement]]:
    """The checkpoints beside the database that the log has to bear out: name, text, what it says."""
    notes = checkpoints.set_back()
    given_up = {one.origin: one.size for one in map(_statement, notes)} if checkpoints.is_cited(notes) else {}
    for paths in checkpoints.kept().values():
        before = ("", "")
        for path in paths:
            size = path.stem.rpartition("-")[2]
            if not size.isdecimal() or int(size) < low:
                continue
            text = checkpoints.read(path)
            if (path.name, text) == before:
                continue  # the second folder's, beside it: it says the same
            before = (path.name, text)
            try:
                read = note.read(text)
            except note.NotANoteError:
                continue
            one = read.statement
            if read.signed_by(name, public) and not _given_up(one, given_up):
                yield path.name, text, one


def _statement(text: str) -> note.Statement:
    return note.read(text).statement


def _given_up(one: note.Statement, given_up: Mapping[str, int]) -> bool:
    """Whether an entry tells that the log was set back to before this, and it is not borne out."""
    return one.size <= given_up.get(one.origin, -1) and bool(checkpoints.against(one))


# --- What stands for entries on upper floors ----------------------------------------------------------------


def _projection_problem(kinds: Mapping[str, int], low: int | None) -> chain.Problem | None:
    """The first entry that a row does not stand for, and kinds with more rows than entries, or fewer.

    Args:
        kinds: how many entries of each kind were seen.
        low: only the entries placed from there on, and no counts.
    """
    entries: QuerySet[Entry] = Entry.objects.filter(kind__in=_compare.keys() & kinds.keys())
    if low is not None:
        entries = entries.filter(hash__in=Leaf._default_manager.filter(index__gte=low).values("hash"))
    ordered = entries.order_by("subject", "seq").iterator(COMPARED)
    while some := list(islice(ordered, COMPARED)):
        if problem := _first_difference(some):
            return problem
    for kind, count in _count.items() if low is None else ():
        seen, rows = kinds.get(kind, 0), count()
        # Others write meanwhile: rows are more than the entries seen, and no more than there are now.
        after = seen if rows == seen else Entry.objects.filter(kind=kind).count()
        if not seen <= rows <= after:
            return _problem(f"{rows} rows stand for {after} entries of the kind {kind}")
    return None


def _first_difference(some: Sequence[Entry]) -> chain.Problem | None:
    of_kind: dict[str, list[Entry]] = {}
    for item in some:
        of_kind.setdefault(item.kind, []).append(item)
    found = {kind: iter(_differences(kind, items)) for kind, items in of_kind.items()}
    for item in some:
        if why := next(found[item.kind]):
            return chain.Problem(bytes(item.hash).hex(), str(item.subject), str(item.seq), why)
    return None


def _differences(kind: str, items: Sequence[Entry]) -> Sequence[str | None]:
    try:
        return _compare[kind](items)
    except Exception as error:  # noqa: BLE001 - a row too damaged to be read is a finding, not a crash
        if len(items) == 1:
            return [f"what stands for it cannot be read ({type(error).__name__})"]
    # One by one then: which of them it is has to be said.
    return [_differences(kind, [item])[0] for item in items]
