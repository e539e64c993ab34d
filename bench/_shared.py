"""The list, the page and the search, on one caseload for each database: to make it takes minutes.

`run.py bench list search page` comes here with all that were named; each of the three can be run by itself.
"""

import argparse
import sys
import time
from functools import cached_property
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._apart import Apart
from bench._common import Figure, report
from tests import servers

ORDER = ("list", "page", "search")
"""The search comes last: it opens cases, and the others would meet them at the top of the list."""


class Part:
    """What one subject does with a copy."""

    def __init__(self, copy: Apart, subject: str) -> None:
        self.copy, self.subject = copy, subject

    def ask(self, name: str, *arguments: Any) -> Any:
        """Call a method of the subject's own `Work` and wait."""
        return self.copy.ask(f"{self.subject}.{name}", *arguments)


class Work:
    """What a copy does: it makes the caseload, and each subject finds it."""

    def __init__(self, count: int) -> None:
        from django.core.management import call_command  # noqa: PLC0415 - as below

        from bench import _caseload  # noqa: PLC0415 - Django is set up only in the copy's process

        call_command("prepare", verbosity=0)
        self.load = _caseload.fill(count)

    def ready(self) -> None:
        """It is."""

    @cached_property
    def list(self) -> Any:
        """See `_listing`."""
        from bench import _listing  # noqa: PLC0415 - as above

        return _listing.Work(self.load)

    @cached_property
    def page(self) -> Any:
        """See `_paging`."""
        from bench import _paging  # noqa: PLC0415 - as above

        return _paging.Work(self.load)

    @cached_property
    def search(self) -> Any:
        """See `_searching`."""
        from bench import _searching  # noqa: PLC0415 - as above

        return _searching.Work(self.load)


def copy(server: servers.Postgres | None, count: int) -> Apart:
    """A copy with so many cases, not filled yet: on the server, or on SQLite."""
    url = server.create(f"copy{count}") if server else ""
    return Apart("bench._shared", url, "bench._settings", count=count)


def main(subjects: list[str]) -> int:
    """Fill a copy on each database, measure, print the figures; 1 where one falls short."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subjects", nargs="*", help="list, page, search (all without any)")
    parser.add_argument("--size", type=int, default=100_000, help="cases of one person each (default 100000)")
    options = parser.parse_args()
    start, count = time.monotonic(), max(1_000, options.size)
    wanted = options.subjects or subjects or ORDER
    figures: list[Figure] = []
    with servers.postgres() as server:
        copies = {"PostgreSQL": copy(server, count), "SQLite": copy(None, count)}
        say(start, f"making {count} cases on each database, two at a time")
        for one in copies.values():
            one.tell("ready")
        for one in copies.values():
            one.hear()
        say(start, "made")
        for subject in (one for one in ORDER if one in wanted):
            for database, one in copies.items():
                say(start, f"{subject} on {database}")
                figures += _measured(subject, database, one, server)
        for one in copies.values():
            one.end()
    say(start, "measured")
    return report(figures)


def _measured(subject: str, database: str, copy: Apart, server: servers.Postgres) -> list[Figure]:
    from bench import list as listed  # noqa: PLC0415 - they start here when they are run by themselves
    from bench import page, search  # noqa: PLC0415 - as above

    part = Part(copy, subject)
    if subject == "list":
        return listed.figures(database, part, server)
    return page.figures(database, part) if subject == "page" else search.figures(database, part)


def say(start: float, words: str) -> None:
    """A line of progress, with the seconds since the start."""
    print(f"[{time.monotonic() - start:4.0f} s] {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main([]))
