"""Verifying the whole ledger and its log, against hashing the same bytes in memory and only reading the rows.

One PostgreSQL that is started for this run. The ways take turns round by round; what is new since the last
check is verified too, at the full size and at a tenth of it: that work must not grow with the ledger. Beside
it, without a goal: giving new entries their places, and comparing the rows of decisions with their entries.
"""

import importlib
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._apart import Apart
from bench._common import Figure, report, size, throwaway
from tests import servers

ENTRIES, ROUNDS, NEW, TURNS, DECISIONS = 1_000_000, 3, 2_000, 7, 10_000


def main() -> int:
    """Measure at a tenth and at the full size; print the figures."""
    count = size(__doc__ or "", ENTRIES, "entries of the ledger")
    with servers.postgres() as server:
        url = server.create("bench_verify")
        work = Apart("bench._verifying", url)
        tenth = Apart("bench._verifying", server.create("bench_tenth"))
        start = time.perf_counter()
        tenth.tell("grow", max(1, count // 10))
        placing = work.ask("grow", count)
        tenth.hear()
        filling = time.perf_counter() - start
        print(f"{count} entries made in {filling:.0f} s, {placing:.0f} s of it for their places", flush=True)
        limits, whole = [], []
        for _ in range(ROUNDS):
            limits.append(work.ask("limit"))
            whole.append(work.ask("whole"))
            print(f"hashing and reading {limits[-1]:.2f} s, verifying {whole[-1]:.2f} s", flush=True)
        new = [(*tenth.ask("new", NEW), *work.ask("new", NEW)) for _ in range(TURNS)]
        fresh = Apart("bench._verifying", url, count=work.ask("entries"))
        peak = fresh.ask("peak")
        for one in (fresh, work, tenth):
            one.end()
        with (
            throwaway(server.create("bench_rows")),
            ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool,
        ):
            compared, each = pool.submit(_rows).result()
    small_new, small_placed, large_new, large_placed = (median(times) for times in zip(*new, strict=True))
    print(
        f"{count} entries: {median(whole):.2f} s; hashing and reading alone {median(limits):.2f} s; "
        f"{NEW} new ones {small_new:.3f} s at a tenth, {large_new:.3f} s at the full size\n"
        f"giving {NEW} new ones their places: {small_placed:.3f} s at a tenth, {large_placed:.3f} s\n"
        f"comparing the rows of {compared} decisions and sendings with their entries: {each:.0f} µs each",
        flush=True,
    )
    return report(
        [
            Figure(
                "verifying the whole log, rate against hashing and reading alone",
                median(limits) / median(whole),
                0.85,
            ),
            Figure("verifying the whole log, most memory above the start, in MiB", peak, 64, most=True),
            Figure(
                "verifying what is new, its time at the full size against a tenth",
                large_new / small_new,
                1.5,
                most=True,
            ),
        ]
    )


def _rows() -> tuple[int, float]:
    django.setup()
    found: tuple[int, float] = importlib.import_module("bench._verifying").rows(DECISIONS)
    return found


if __name__ == "__main__":
    sys.exit(main())
