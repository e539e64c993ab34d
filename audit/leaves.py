"""Every entry's place in the one Merkle log of all subjects: giving places, reading them, proofs."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import connection, transaction

from audit import checks, merkle
from audit.models import Check

BATCH = 10_000
CHUNK = 10_000
TRIED = 5  # checks that are not signed by us cost time, and no more than that
_LOCK = 0x6461686173686172  # any number, as long as nothing else of this database is locked by it

# The log's order: as recorded, and a subject's own entries by their place whatever a clock did. So each batch
# takes the beginning of what is left of every subject. By anti-join: commit order is not the order of any id.
_PLACE = """
INSERT INTO audit_leaf ("index", hash)
SELECT base + row_number() OVER (ORDER BY moment, subject, seq) - 1, hash
FROM (
    SELECT e.hash, e.subject, e.seq,
           max(e.recorded_at) OVER (PARTITION BY e.subject ORDER BY e.seq) AS moment
    FROM audit_entry e LEFT JOIN audit_leaf l ON l.hash = e.hash
    WHERE l.hash IS NULL {of}
    ORDER BY moment, subject, seq
    LIMIT %s
) new CROSS JOIN (SELECT coalesce(max("index") + 1, 0) AS base FROM audit_leaf) top
ORDER BY moment, subject, seq
"""
# A subject with something new is one whose last entry has no place yet: the entries themselves are many more.
_NEW = """AND e.subject IN (
    SELECT h.subject FROM audit_head h LEFT JOIN audit_leaf p ON p.hash = h.hash WHERE p.hash IS NULL
)"""


def size() -> int:
    """How many entries have their place in the log."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT coalesce(max("index") + 1, 0) FROM audit_leaf')
        return int(cursor.fetchone()[0])


def sequence(*, sure: bool = False) -> int:
    """Give every new entry its place in the log; the log's size then. Again, or several at once, is once.

    Args:
        sure: look at every entry, also where the heads tell of no new one.
    """
    while sure or _waiting():
        placed = _place(sure=sure)
        if 0 < placed < BATCH or (sure and not placed):
            break
        # Heads that count new entries and do not say whose are not believed.
        sure = sure or (not placed and _waiting())
    return size()


def _place(*, sure: bool) -> int:
    with transaction.atomic():
        lock()
        with connection.cursor() as cursor:
            cursor.execute(_PLACE.format(of="" if sure else _NEW), [BATCH])
            return int(cursor.rowcount)


def lock() -> None:
    """Have others wait who place entries or make checkpoints, until this transaction ends.

    SQLite has one writer at a time already.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _waiting() -> bool:
    """Whether the heads count more (or less) than the log holds: far fewer rows than the entries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT coalesce(sum(seq), 0) FROM audit_head) <> "
            '(SELECT coalesce(max("index") + 1, 0) FROM audit_leaf)'
        )
        return bool(cursor.fetchone()[0])


class MissingLeafError(Exception):
    """The log has a gap, or ends before what was asked for."""


def hashes(low: int, high: int) -> Iterator[list[bytes]]:
    """The hashes of the leaves from `low` to before `high`, in order, a list for each chunk.

    Raises MissingLeafError where one is not there.
    """
    for start in range(low, high, CHUNK):
        end = min(start + CHUNK, high)
        with connection.cursor() as cursor:
            cursor.execute(
                'SELECT hash FROM audit_leaf WHERE "index" >= %s AND "index" < %s ORDER BY "index"',
                [start, end],
            )
            found = [bytes(hashed) for (hashed,) in cursor.fetchall()]
        if len(found) != end - start:
            raise MissingLeafError(f"the log does not hold {end} entries without a gap")
        yield found


def subtrees(pieces: Iterable[merkle.Piece]) -> Iterator[bytes]:
    """The roots of `pieces` of the log, from left to right (`merkle.cover`), in one pass and flat memory."""
    for low, high in pieces:
        frontier = merkle.Frontier()
        for some in hashes(low, high):
            frontier.extend(some)
        yield frontier.root()


def proof(pieces: Sequence[merkle.Piece]) -> list[bytes]:
    """The hashes of `merkle.inclusion` or `merkle.consistency`, in their order."""
    ordered = sorted(pieces)
    found = dict(zip(ordered, subtrees(ordered), strict=True))
    return [found[piece] for piece in pieces]


def edge(at: int, *, anew: bool = False) -> merkle.Frontier:
    """The log's right edge at the size `at`: grown from the newest good check's, as far as there is one.

    Args:
        anew: from the first leaf on, trusting no check.

    Raises:
        MissingLeafError: the log does not hold so many entries.
    """
    good = () if anew else Check.objects.filter(problem={}, size__lte=at).order_by("-size")[:TRIED]
    frontier = next(filter(None, map(kept_edge, good)), None) or merkle.Frontier()
    for some in hashes(frontier.size, at):
        frontier.extend(some)
    return frontier


def kept_edge(check: Check) -> merkle.Frontier | None:
    """The edge that a check kept, where it is that of the size and root that the check found, and is ours."""
    if not checks.is_ours(check):
        return None
    try:
        frontier = merkle.Frontier.from_bytes(bytes(check.frontier))
    except ValueError:
        return None
    same = (frontier.size, frontier.root()) == (check.size, bytes(check.root))
    return frontier if same else None
