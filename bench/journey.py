"""The pages of a decision with 40 items and 8 recipients, against the sign-in page of the same run.

Each is opened in turn, on a PostgreSQL that is started for this run. A figure is a page's 95th percentile in
that of the sign-in page; then the queries that it makes.
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
        seconds, queries = pages.timed(visit, rounds), pages.queries(visit)
    limit = pages.p95(seconds.pop("sign-in"))
    print(f"sign-in page, 95th percentile: {limit * 1000:.1f} ms", flush=True)
    figures = [
        Figure(f"{name}, times the sign-in page", pages.p95(found) / limit, TIMES, most=True)
        for name, found in seconds.items()
    ]
    figures += [Figure(f"{name}, queries", count, QUERIES, most=True) for name, count in queries.items()]
    return report(figures)


if __name__ == "__main__":
    sys.exit(main())
