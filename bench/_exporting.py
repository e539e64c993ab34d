"""What the processes of `bench/export.py` do. Imported once Django is set up."""

import resource
from array import array
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import zip_longest
from time import perf_counter
from uuid import uuid4

from django.utils import timezone

from audit import chain, export_work, exports, placed
from audit.models import Export
from bench import _decisions
from cases import vault
from cases.models import User
from sharing import export_actions, log_columns

ROUND, ROUNDS = 10, 8
"""Chunks that each way does before the next one has its turn, and how many turns it has at most."""


def fill(count: int) -> None:
    """Make so many decisions."""
    _decisions.fill(count)


def _asked(count: int) -> Export:
    """An export of the first `count` decisions, as CSV with the standard columns."""
    until = _decisions.START + timedelta(minutes=2 * (count - 1))
    options = {
        "filters": {"until": until.date().isoformat()},
        "columns": list(log_columns.STANDARD),
        "format": "csv",
        **dict.fromkeys(("names", "free_text", "locked"), False),
    }
    owner = User.objects.get(role="governance")
    export, _ = export_actions.ask_export(by=owner, purpose="audit", options=options)
    return export


def _job(count: int) -> export_work.Job:
    _asked(count)
    taken = exports.take(uuid4(), timezone.now())
    assert taken is not None
    job = export_work.Job(taken)
    job._fix()
    return job


def rates(count: int) -> dict[str, list[float]]:
    """Seconds a row in each round of some chunks, of each way in turns; no way has the warmer cache.

    Where there are more rows than the rounds take, these are spread evenly over the whole log.
    """
    job = _job(count)
    found: dict[str, list[float]] = {"fetch and decrypt": [], "fetch and open": [], "CSV": [], "proved": []}
    places = array("Q", job._all_indexes())
    ways = list(found)
    for number, start in enumerate(_starts(len(places))):
        some = places[start : start + ROUND * export_work.CHUNK].tolist()
        for way in ways[number % 4 :] + ways[: number % 4]:
            vault.forget()
            began = perf_counter()
            _do(way, job, some)
            found[way].append((perf_counter() - began) / len(some))
    exports.cancel(job.export.id)
    return found


def _starts(rows: int) -> list[int]:
    """Where rounds begin: at the first row, at the last place for a whole round, and evenly between."""
    size = ROUND * export_work.CHUNK
    rounds = min(ROUNDS, max(1, rows // size))
    return [(rows - size) * at // max(1, rounds - 1) if rounds > 1 else 0 for at in range(rounds)]


def _chunks(some: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(some), export_work.CHUNK):
        yield some[at : at + export_work.CHUNK]


def _do(way: str, job: export_work.Job, some: Sequence[int]) -> None:
    chunks = list(_chunks(some))
    with job.at_work():
        for number, (part, then) in enumerate(zip_longest(chunks, chunks[1:], fillvalue=())):
            if way in ("CSV", "proved"):
                job.write_chunk(number, job.lines(part, then), proved=way == "proved")
                job.keep()
            else:
                _fetch(part, opened=way == "fetch and open")


def _fetch(part: Sequence[int], *, opened: bool) -> None:
    """The limit: the rows, and their seals decrypted; where `opened`, as the ledger opens them."""
    found = placed.entries(part)
    vault.load({one.subject for one in found})
    for one in found:
        if opened:
            _open(one)
        else:
            vault.unseal(one.subject, one.sealed, one.subject.bytes + one.request_key.bytes)


def _open(one: placed.Placed) -> None:
    chain.unseal(
        one.sealed,
        decrypt=lambda sealed, aad: vault.unseal(one.subject, sealed, aad),
        subject=one.subject,
        request_key=one.request_key,
    )


def whole(count: int) -> tuple[float, float, int]:
    """A whole export, by a worker, to its package: seconds a row, its most memory in MiB, its rows."""
    export = _asked(count)
    began = perf_counter()
    while export_work.work():
        pass
    seconds = perf_counter() - began
    export.refresh_from_db()
    assert export.state == exports.DONE, export.error
    rows = export.done
    Export.objects.filter(id=export.id).update(expires_at=timezone.now())
    exports.expire(timezone.now())
    return seconds / rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, rows
