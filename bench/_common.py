"""Figures against goals, printed one a line; exit code 1 where one falls short. A throwaway copy."""

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


@dataclass(frozen=True)
class Figure:
    """One measured figure and the least that it should be; with `most`, the most that it may be."""

    name: str
    measured: float
    goal: float
    most: bool = False

    @property
    def ok(self) -> bool:
        """Whether the goal is reached."""
        return self.measured <= self.goal if self.most else self.measured >= self.goal

    def __str__(self) -> str:
        return f"{self.name}: {self.measured:.2f} ({self.goal:.2f}) {'ok' if self.ok else 'short'}"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Our median rate in theirs, of rounds that took turns."""
    return median(ours) / median(theirs)


def report(figures: Sequence[Figure]) -> int:
    """Print every figure; 1 where one falls short."""
    for figure in figures:
        print(figure, flush=True)
    return 0 if all(figure.ok for figure in figures) else 1


def size(description: str, goal: int, what: str) -> int:
    """The size that was asked for; the goal's where none was."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--size", type=int, default=goal, help=f"{what} (default {goal})")
    return max(1, int(parser.parse_args().size))


@contextlib.contextmanager
def throwaway(database_url: str = "", settings: str = "dahashare.settings") -> Iterator[Path]:
    """A data folder with keys of its own, and the settings of a copy that uses it and this database.

    Without a database's address it is SQLite in that folder.
    """
    from dahashare.keys import make_keys  # noqa: PLC0415 - after the path is set

    with tempfile.TemporaryDirectory(prefix="dahashare-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        make_keys(folder / "keys")
        (folder / "static").mkdir()
        os.environ.pop("DAHASHARE_KEYS", None)
        url = database_url or f"sqlite:///{folder / 'bench.sqlite3'}"
        os.environ |= {"DAHASHARE_DATA": name, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": settings}
        yield folder
