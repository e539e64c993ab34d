"""Finding a person among 100,000 by name or the start of a name, and what the index costs.

Against PostgreSQL's pg_trgm on readable text where this PostgreSQL has it; without it, and on SQLite, against
a search of readable text without an index. Then a person saved (ours sealed and with tokens), and a case with
six people opened by its action, against the same rows and their history without sealing, index and ledger.
Both ways take turns; a figure is a ratio of medians.
"""

import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._apart import Apart
from bench._common import Figure, report, size
from tests import servers

SEARCHES, INSERTS, CREATED = 90, 100, 60
FOUND, INSERTED, OPENED = 0.75, 1.6, 2.0


def main() -> int:
    """Fill a copy on each database; measure, print the figures."""
    count = size(__doc__ or "", 100_000, "people")
    figures: list[Figure] = []
    with servers.postgres() as server:
        copies = {
            "PostgreSQL": Apart("bench._searching", server.create("search"), count=count),
            "SQLite": Apart("bench._searching", "", count=count),
        }
        for copy in copies.values():
            copy.tell("ready")
        peers = {
            database: "trigrams" if copy.hear() else "a search without an index"
            for database, copy in copies.items()
        }
        for database, copy in copies.items():
            figures += measure(f"search, {database}", peers[database], copy)
            copy.end()
    return report(figures)


def measure(name: str, peer: str, copy: Apart) -> list[Figure]:
    """The figures of one database."""
    found = turns(f"{name}: finding a person", copy, "find", list(range(SEARCHES)))
    figures = [Figure(f"{name}: finding a person, times {peer}", found, FOUND, most=True)]
    turns(f"{name}: a page of results under the same policy", copy, "page", list(range(SEARCHES)))
    inserted = turns(f"{name}: saving a person", copy, "insert", [None] * INSERTS)
    if peer == "trigrams":
        figures.append(Figure(f"{name}: saving a person, times {peer}", inserted, INSERTED, most=True))
    created = turns(f"{name}: opening a case with six people", copy, "create", [None] * CREATED)
    rows = "the same rows without sealing, index and ledger"
    figures.append(Figure(f"{name}: a case with six people, times {rows}", created, OPENED, most=True))
    return figures


def turns(name: str, copy: Apart, what: str, arguments: list[int | None]) -> float:
    """Our median in the peer's; both are printed."""
    warm = max(3, len(arguments) // 10)
    took = [copy.ask(what, *([] if one is None else [one])) for one in arguments[:warm] + arguments][warm:]
    ours, theirs = (float(median(pair[side] for pair in took)) for side in (0, 1))
    print(f"{name}: ours {ours * 1000:.2f} ms, the peer {theirs * 1000:.2f} ms", flush=True)
    return ours / theirs


if __name__ == "__main__":
    sys.exit(main())
