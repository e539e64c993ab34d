"""Recording a decision: sealed and in the ledger, against the same decision as ordinary rows.

8 writers, each a process of its own, on a PostgreSQL that is started for this run and waits for the disk. The
three ways take turns round by round; a figure is a ratio of median rates.
"""

import importlib
import multiprocessing
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from statistics import median
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._common import Figure, ratio, report, size, throwaway
from tests import servers

WRITERS, ROUNDS = 8, 5
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
SLOW = DURABLE | {"commit_delay": "2000", "commit_siblings": "0"}
"""2,000 microseconds before every flush of a commit, however few are active."""


def main() -> int:
    """Measure on the disk as it is and with slow flushes; print the figures."""
    count = size(__doc__ or "", 40, "decisions of each writer in a round")
    quick, slow = rates(count, DURABLE), rates(count, SLOW)
    named = (
        ("recording, rate against plain Django rows", quick, "plain", 1.0),
        ("recording, rate against rows with simple-history", quick, "tracked", 2.2),
        ("recording with 2 ms before every flush, rate against plain Django rows", slow, "plain", 0.9),
    )
    return report([Figure(name, ratio(of["ours"], of[peer]), goal) for name, of, peer, goal in named])


def rates(count: int, settings: dict[str, str]) -> dict[str, list[float]]:
    """Decisions a second of each way in each round."""
    found: dict[str, list[float]] = {"ours": [], "plain": [], "tracked": []}
    with servers.postgres(**settings) as server, throwaway(server.create("bench")):
        run_apart(prepare).join()
        writers = [Writer() for _ in range(WRITERS)]
        for number in range(ROUNDS + 1):
            for way, kept in found.items():
                rate = one_round(writers, way, count)
                kept.extend([rate] if number else [])  # the first round warms up
        for writer in writers:
            writer.end()
    rows = ", ".join(f"{way} {median(kept):.0f}" for way, kept in found.items())
    print(f"decisions a second ({settings.get('commit_delay', '0')} µs before a flush): {rows}", flush=True)
    return found


def writing() -> Any:
    """The part that needs Django, once the settings are known."""
    django.setup()
    return importlib.import_module("bench._writing")


def one_round(writers: "list[Writer]", way: str, count: int) -> float:
    """Every writer at once; decisions a second from the first start to the last end."""
    for order in (way, "go"):
        for writer in writers:
            writer.pipe.send((order, count))
        spans = [writer.pipe.recv() for writer in writers]
    seconds: float = max(end for _, end in spans) - min(start for start, _ in spans)
    return len(writers) * count / seconds


def run_apart(what: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Start a process of its own: Django knows one database for as long as it lives."""
    process = multiprocessing.get_context("spawn").Process(target=what, args=arguments, daemon=True)
    process.start()
    return process


def prepare() -> None:
    """What the process that makes the tables runs."""
    writing().prepare()


class Writer:
    """A process that records when it is told to."""

    def __init__(self) -> None:
        self.pipe, child = multiprocessing.Pipe()
        self.process = run_apart(serve, child)
        child.close()  # so that a writer that dies is an end of file here, and not a wait

    def end(self) -> None:
        """Let it end."""
        self.pipe.send(("end", 0))
        self.process.join(30)


def serve(pipe: Connection) -> None:
    """What a writer's process runs."""
    writing().serve(pipe)


if __name__ == "__main__":
    sys.exit(main())
