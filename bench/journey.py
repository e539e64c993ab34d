"""The pages of a decision with 40 items and 8 recipients, against the sign-in page of the same run.

A page's rendering is what an officer waits for: from asking for it until Chromium has drawn it (its load
event), from the web server that `run.py` starts, on a PostgreSQL that is started for this run. The pages take
turns. A figure is a page's 95th percentile in that of the sign-in page; then the queries that it makes. The
time in which the application alone answers is printed beside it, as a figure without a goal.
"""

import importlib
import sys
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._common import Figure, report, size, throwaway
from tests import servers

TIMES, QUERIES = 3.0, 12


def main() -> int:
    """Measure every page of the journey; print the figures."""
    rounds = size(__doc__ or "", 60, "times that each page is asked for")
    with servers.postgres() as server, throwaway(server.create("bench")):
        django.setup()
        pages = importlib.import_module("bench._pages")
        visit = pages.prepare(items=40, recipients=8)
        answered, queries = pages.answered(visit, rounds), pages.queries(visit)
        drawn = importlib.import_module("bench._drawing").drawn(visit, rounds)
    limit, quickest = pages.p95(drawn["sign-in"]), pages.p95(answered["sign-in"])
    for name, seconds in drawn.items():
        times = pages.p95(answered[name]) / quickest
        print(
            f"{name}: drawn in {pages.p95(seconds) * 1000:.0f} ms, answered in "
            f"{pages.p95(answered[name]) * 1000:.1f} ms ({times:.1f} times the sign-in page)",
            flush=True,
        )
    figures = [
        Figure(f"{name}, drawn, times the sign-in page", pages.p95(seconds) / limit, TIMES, most=True)
        for name, seconds in drawn.items()
        if name != "sign-in"
    ]
    figures += [Figure(f"{name}, queries", count, QUERIES, most=True) for name, count in queries.items()]
    return report(figures)


if __name__ == "__main__":
    sys.exit(main())
