"""The signed-in, audited list of cases over HTTP, from the web server that `run.py` starts.

Every row of ours says why it is open to the reader. Against the same list as guardian's generic rows and
Django's paginator make it, unsealed and entered nowhere, where each row asks `get_obj_perms` what the reader
may do, as guardian's documentation has it; and against a page that says one constant line. All stand behind
the same sign-in and middleware, on the same caseload. Beside them, without a goal, guardian's page with the
rights of all rows read together (`prefetch_perms`). They take turns; a figure is a ratio of medians, of rates
of one who asks for page after page.
"""

import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import _shared
from bench._common import Figure

ROUNDS, PEER_ROUNDS = 60, 10
FASTER, OF_CONSTANT = 15.0, 0.10


def figures(database: str, copy: _shared.Part) -> list[Figure]:
    """The figures of one database."""
    print(
        f"page, {database}: guardian's page has five columns and no filters, asks for the rights of each "
        "row, and enters nothing",
        flush=True,
    )
    found = [
        figure for who in ("officer", "manager") for figure in measure(f"page, {database}, {who}", copy, who)
    ]
    copy.ask("close")
    return found


def measure(name: str, copy: _shared.Part, who: str) -> list[Figure]:
    """The figures of one person on one database."""
    took: dict[str, list[float]] = {"list": [], "constant": [], "guardian": [], "prefetched": []}
    for turn in range(ROUNDS + 5):
        for page, kept in took.items():
            if page in ("guardian", "prefetched") and turn % (ROUNDS // PEER_ROUNDS):
                continue
            seconds = copy.ask("ask", who, page)
            kept.extend([seconds] if turn >= 5 else [])  # the first rounds warm up
    ours, constant, guardian, prefetched = (median(kept) for kept in took.values())
    print(
        f"{name}: {ours * 1000:.1f} ms, guardian {guardian * 1000:.0f} ms (with prefetch_perms "
        f"{prefetched * 1000:.0f} ms), a constant page {constant * 1000:.1f} ms, "
        f"{copy.ask('queries', who)} queries",
        flush=True,
    )
    return [
        Figure(f"{name}: rate, times that of guardian with a paginator", guardian / ours, FASTER),
        Figure(f"{name}: rate, in that of a constant page", constant / ours, OF_CONSTANT),
    ]


if __name__ == "__main__":
    sys.exit(_shared.main(["page"]))
