"""A ledger of any size with real hashes, and the ways of `bench/verify.py`. Django must be set up."""

import gc
import hashlib
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from audit import chain, checks, leaves, ledger, verifying
from audit.models import Check, Entry
from bench import _decisions
from sharing import integrity_actions

CHAIN = 20
"""Entries of a subject."""
SEALED = 600
"""Bytes of a sealed content: that of a view has some 200, that of a decision some thousands."""
WHEN = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
STEP = 50_000
"""Entries that are made and placed together."""
COLUMNS = {
    str(field.column): str(field.db_type(connection)).partition("(")[0]
    for field in Entry._meta.concrete_fields
}
"""Of an entry, and the database's type of each."""
HEADER = (
    b'{"actor":"%b","commit":"%b","ct":"%b","kind":"case.viewed","occurred_at":"%b","prev":"%b",'
    b'"recorded_at":"%b","request_key":"%b","seq":%d,"subject":"%b"}'
)
"""Filled in, not composed, which takes longer than all the rest; the guards compare it with the columns."""


class Work:
    """The ledger of one database."""

    def __init__(self, count: int = 0) -> None:
        if not count:
            call_command("migrate", verbosity=0)
        self.count = count
        self.last: Check | None = None

    def grow(self, count: int) -> float:
        """Bring the ledger to `count` entries, placed in the log and checked; the seconds of the placing."""
        placing = 0.0
        while self.count < count:
            # Often, as by the worker: with a million left to place each would be looked at a hundred times.
            placing += self._fill(min(STEP, count - self.count))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE audit_entry, audit_head, audit_leaf")
        self.last = integrity_actions.check_log(now=timezone.now())
        assert not self.last.problem, self.last.problem
        return placing

    def _fill(self, count: int) -> float:
        """Rows by COPY (the guards look at each, as they do at an insert), and their places in the log.

        The seconds of the placing.
        """
        names = ", ".join(f'"{name}"' for name in COLUMNS)
        heads: dict[UUID, tuple[int, bytes]] = {}
        with connection.cursor() as cursor:
            with cursor.copy(f"COPY audit_entry ({names}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(COLUMNS.values())
                for row in _entries(count):
                    copy.write_row([row[name] for name in COLUMNS])
                    heads[row["subject"]] = row["seq"], row["hash"]
            with cursor.copy("COPY audit_head (subject, seq, hash) FROM STDIN") as copy:
                for subject, (seq, hashed) in heads.items():
                    copy.write_row([subject, seq, hashed])
        self.count += count
        start = time.perf_counter()
        assert ledger.sequence() == self.count
        return time.perf_counter() - start

    def limit(self) -> float:
        """Seconds for reading the rows to their end, and for hashing in memory what is to be hashed."""
        start = time.perf_counter()
        with closing(verifying._stream(self.count)) as rows:
            for _ in rows:
                pass
        for _ in leaves.hashes(0, self.count):
            pass
        read = time.perf_counter() - start
        return read + _hashing(self.count)

    def whole(self) -> float:
        """Seconds of a verification of everything."""
        gc.collect()
        start = time.perf_counter()
        report = ledger.verify()
        seconds = time.perf_counter() - start
        assert (report.problem, report.entries) == (None, self.count), report
        return seconds

    def new(self, count: int) -> tuple[float, float]:
        """Seconds of a verification of `count` new entries, since the last check of everything.

        And of giving them their places before.
        """
        placing = self._fill(count)
        assert self.last
        start = time.perf_counter()
        report = ledger.verify(self.last)
        seconds = time.perf_counter() - start
        assert report.problem is None, report
        self.last.size, self.last.root = report.edge.size, report.edge.root()
        self.last.frontier = bytes(report.edge)
        checks.sign(self.last)
        return seconds, placing

    def entries(self) -> int:
        """How many there are."""
        return self.count

    def peak(self) -> float:
        """MiB by which a process that has done nothing yet grows at most in a verification of everything."""
        assert ledger.size() == self.count
        before = _resident("VmRSS")
        self.whole()
        return (_resident("VmHWM") - before) / 1024


def rows(count: int) -> tuple[int, float]:
    """How many rows stand for entries with `count` decisions, and the microseconds to compare one."""
    _decisions.fill(count)
    kinds = Counter(Entry.objects.values_list("kind", flat=True))
    gc.collect()
    start = time.perf_counter()
    assert verifying._projection_problem(kinds, None) is None
    seconds = time.perf_counter() - start
    compared = sum(kinds[kind] for kind in verifying._compare)
    return compared, seconds / compared * 1_000_000


def _resident(what: str) -> int:
    """KiB, as the system counts them."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


def _entries(count: int) -> Iterator[dict[str, Any]]:
    """Entries of subjects with `CHAIN` each, as `ledger.append` makes them."""
    actor, when = uuid4(), chain.spell_time(WHEN).encode()
    for number in range(count):
        if number % CHAIN == 0:
            subject, prev = uuid4(), chain.GENESIS
        sealed, commit, key, seq = os.urandom(SEALED), os.urandom(32), uuid4(), number % CHAIN + 1
        ct = hashlib.sha256(sealed).digest()
        header = HEADER % (
            *(str(actor).encode(), commit.hex().encode(), ct.hex().encode(), when),
            *(prev.hex().encode(), when, str(key).encode(), seq, str(subject).encode()),
        )
        hashed = chain.entry_hash(header)
        yield {
            "hash": hashed,
            "subject": subject,
            "seq": seq,
            "prev": prev,
            "kind": "case.viewed",
            "actor": actor,
            "recorded_at": WHEN,
            "occurred_at": WHEN,
            "request_key": key,
            "ct": ct,
            "commit": commit,
            "header": header,
            "sealed": sealed,
        }
        prev = hashed


def _hashing(count: int) -> float:
    """Seconds for the hashes of so many headers, sealed contents and nodes, and nothing else."""
    header, sealed, node = os.urandom(560), os.urandom(SEALED), os.urandom(65)
    sha256 = hashlib.sha256
    start = time.perf_counter()
    for _ in range(count):
        sha256(header).digest()
        sha256(sealed).digest()
        sha256(node).digest()
    return time.perf_counter() - start
