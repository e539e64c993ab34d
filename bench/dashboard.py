"""The dashboard's page at 1,000,000 decisions, for a governance lead and a manager, on both databases.

Against the same page at 10,000 decisions of the same five years. Each database and size is a process of its
own; they take turns, and a figure is a ratio of medians. The page is what the application answers, with its
six charts drawn. Beside it, without a goal: how long it takes to count all days for the first time, and one
day again.
"""

import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._apart import Apart
from bench._common import Figure, report, size
from tests import servers

SMALL, LARGE, ROUNDS, WARM = 10_000, 1_000_000, 30, 4
MOST = 3.0
PAGES = {"last quarter": "/dashboard/", "12 months": "/dashboard/?period=year"}


def main() -> int:
    """Measure and print; the exit code."""
    count = size(str(__doc__), LARGE, "decisions")
    found: list[Figure] = []
    with servers.postgres(max_wal_size="8GB", maintenance_work_mem="256MB") as server:
        for database in ("PostgreSQL", "SQLite"):
            urls = [server.create(f"bench{n}") if database == "PostgreSQL" else "" for n in (SMALL, count)]
            small, large = (
                Apart("bench._dashing", url, count=n) for url, n in zip(urls, (SMALL, count), strict=True)
            )
            found += figures(database, small, large)
            for copy in (small, large):
                copy.end()
    return report(found)


def figures(database: str, small: Apart, large: Apart) -> list[Figure]:
    """The figures of one database."""
    for copy in (small, large):
        copy.tell("count_all")
    (few, few_took, _), (many, took, again) = small.hear(), large.hear()
    print(
        f"dashboard, {database}: {many} decisions, every day counted in {took:.0f} s "
        f"({few}: {few_took:.0f} s), a day again in {again * 1000:.0f} ms",
        flush=True,
    )
    found = []
    for who in ("lead", "manager"):
        for page, address in PAGES.items():
            found += measure(f"dashboard, {database}, {who}, {page}", small, large, who, address)
    return found


def measure(name: str, small: Apart, large: Apart, who: str, address: str) -> list[Figure]:
    """The figures of one page for one person."""
    ours: list[float] = []
    few: list[float] = []
    for turn in range(ROUNDS + WARM):
        took = large.ask("page", who, address), small.ask("page", who, address)
        if turn >= WARM:
            ours.append(took[0])
            few.append(took[1])
    queries = large.ask("queries", who, address), small.ask("queries", who, address)
    print(
        f"{name}: {median(ours) * 1000:.0f} ms, {median(few) * 1000:.0f} ms; {queries[0]} queries", flush=True
    )
    return [
        Figure(f"{name}: times the page at {SMALL} decisions", median(ours) / median(few), MOST, most=True),
        Figure(f"{name}: queries, times those at {SMALL} decisions", queries[0] / queries[1], 1, most=True),
    ]


if __name__ == "__main__":
    sys.exit(main())
