"""Exporting decisions to CSV: 100,000 and 1,000,000 of them (`--size`, and a tenth of it), on PostgreSQL.

The limit is what cannot be left out: to fetch the entries and to open their seals as the ledger does. Chunks
of both take turns in one process, in at most eight rounds spread evenly over the whole log; a figure is a
ratio of medians. Printed beside it: decrypting alone, and the rows with their proof lines, which only a
package has. Then whole exports, of all rows, by a worker: time and memory.
"""

import importlib
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._common import Figure, report, size, throwaway
from tests import servers

SIZE, LIMIT, MEMORY = 1_000_000, 0.85, 1.1


def figures(count: int) -> list[Figure]:
    """Of both sizes on one copy."""
    found: list[Figure] = []
    few = max(1, count // 10)
    with servers.postgres() as server, throwaway(server.create("bench")):
        apart("fill", count)
        for rows in (few, count):
            took = {way: median(each) for way, each in apart("rates", rows).items()}
            print(f"export of {rows} decisions, µs a row: {_spelled(took)}", flush=True)
            name = f"export of {rows} decisions to CSV, of fetching and opening them alone"
            found.append(Figure(name, took["fetch and open"] / took["CSV"], LIMIT))
        memory = [_whole(rows) for rows in (few, count)]
    name = f"export, most memory at {count} decisions, times that at {few}"
    return [*found, Figure(name, memory[1] / memory[0], MEMORY, most=True)]


def _spelled(took: dict[str, float]) -> str:
    return ", ".join(f"{way} {1e6 * seconds:.0f}" for way, seconds in took.items())


def _whole(rows: int) -> float:
    seconds, memory, written = apart("whole", rows)
    print(
        f"whole export of {written} decisions, with proofs, packed: {1e6 * seconds:.0f} µs a row, "
        f"most memory {memory:.0f} MiB",
        flush=True,
    )
    return float(memory)


def apart(what: str, *given: Any) -> Any:
    """Do something of `bench/_exporting.py` in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_do, what, *given).result()


def _do(what: str, *given: Any) -> Any:
    django.setup()
    return getattr(importlib.import_module("bench._exporting"), what)(*given)


def main() -> int:
    """Measure and report."""
    return report(figures(size(__doc__ or "", SIZE, "decisions")))


if __name__ == "__main__":
    sys.exit(main())
