"""The list of cases: a page of 25 at 100,000 cases, for an officer and a manager, on both databases.

Against the same page at 1,000 cases; against a page of guardian's generic rows with Django's paginator on the
same cases as plain rows; page 400 against page 1. Each database and size is a process of its own; they take
turns, and a figure is a ratio of medians. What is measured is the page's content, with its names opened: the
page over HTTP is `bench/page.py`.
"""

import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import _shared
from bench._common import Figure
from tests import servers

SMALL, ROUNDS, PEER_ROUNDS, DEEP = 1_000, 60, 8, 400
GROWTH, FASTER, DEEPER = 1.2, 20.0, 1.3


def figures(database: str, large: _shared.Part, server: servers.Postgres) -> list[Figure]:
    """The figures of one database; the small copy is made for it."""
    copy = _shared.copy(server if database == "PostgreSQL" else None, SMALL)
    small = _shared.Part(copy, "list")
    found = [
        figure
        for who in ("officer", "manager")
        for figure in measure(f"list, {database}, {who}", large, small, who)
    ]
    copy.end()
    return found


def measure(name: str, large: _shared.Part, small: _shared.Part, who: str) -> list[Figure]:
    """The figures of one person on one database."""
    number, at = large.ask("place", who, DEEP)
    large.ask("peer", who)
    ours: list[float] = []
    few: list[float] = []
    deep: list[float] = []
    peer: list[float] = []
    for turn in range(ROUNDS + 5):
        took = large.ask("page", who), small.ask("page", who), large.ask("page", who, at)
        if turn >= 5:  # the first rounds warm up
            for kept, seconds in zip((ours, few, deep), took, strict=True):
                kept.append(seconds)
        if turn % (ROUNDS // PEER_ROUNDS) == 0:
            peer.append(large.ask("peer", who))
    page, seconds = median(ours), median(peer)
    queries = large.ask("queries", who), small.ask("queries", who)
    print(
        f"{name}: {page * 1000:.2f} ms, at {SMALL} cases {median(few) * 1000:.2f} ms, page {number} "
        f"{median(deep) * 1000:.2f} ms, the peer {seconds * 1000:.0f} ms; {queries[0]} queries",
        flush=True,
    )
    return [
        Figure(f"{name}: times the page at {SMALL} cases", page / median(few), GROWTH, most=True),
        Figure(f"{name}: times faster than guardian with a paginator", seconds / page, FASTER),
        Figure(f"{name}: page {number}, times page 1", median(deep) / page, DEEPER, most=True),
        Figure(f"{name}: queries, times those at {SMALL} cases", queries[0] / queries[1], 1, most=True),
    ]


if __name__ == "__main__":
    sys.exit(_shared.main(["list"]))
