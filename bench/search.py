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

from bench import _shared
from bench._common import Figure

SEARCHES, INSERTS, CREATED = 90, 100, 60
FOUND, INSERTED, OPENED = 0.75, 1.6, 2.0
LESS = "it finds no address, number or reference, no sound of a name, and tells no owner of the same person"


def figures(database: str, copy: _shared.Part) -> list[Figure]:
    """The figures of one database."""
    peer = "trigrams" if copy.ask("ready") else "a search without an index"
    name = f"search, {database}"
    print(f"{name}: the peer, {peer}, has every column of ours as text; {LESS}", flush=True)
    found = turns(f"{name}: finding a person", copy, "find", list(range(SEARCHES)))
    found_so = [Figure(f"{name}: finding a person, times {peer}", found, FOUND, most=True)]
    turns(f"{name}: a page of results under the same policy", copy, "page", list(range(SEARCHES)))
    inserted = turns(f"{name}: saving a person", copy, "insert", [None] * INSERTS)
    if peer == "trigrams":
        found_so.append(Figure(f"{name}: saving a person, times {peer}", inserted, INSERTED, most=True))
    created = turns(f"{name}: opening a case with six people", copy, "create", [None] * CREATED)
    rows = "the same rows without sealing, index and ledger"
    found_so.append(Figure(f"{name}: a case with six people, times {rows}", created, OPENED, most=True))
    return found_so


def turns(name: str, copy: _shared.Part, what: str, arguments: list[int | None]) -> float:
    """Our median in the peer's; both are printed."""
    warm = max(3, len(arguments) // 10)
    took = [copy.ask(what, *([] if one is None else [one])) for one in arguments[:warm] + arguments][warm:]
    ours, theirs = (float(median(pair[side] for pair in took)) for side in (0, 1))
    print(f"{name}: ours {ours * 1000:.2f} ms, the peer {theirs * 1000:.2f} ms", flush=True)
    return ours / theirs


if __name__ == "__main__":
    sys.exit(_shared.main(["search"]))
