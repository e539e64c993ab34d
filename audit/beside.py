"""Checkpoints that have a row, and no file beside the database: how many, since when, and written again."""

import os
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from audit import checkpoints
from audit.models import Checkpoint


@dataclass(frozen=True, slots=True)
class Missing:
    """How many checkpoints have no file, and when the oldest of them was made."""

    count: int
    since: datetime


def without_file(*, newest: int | None = None) -> Missing | None:
    """The checkpoints that have a row, and a file in neither folder; None where every one has its file.

    Args:
        newest: so many rows alone, in constant time.
    """
    rows = Checkpoint.objects.order_by("-made_at", "-size")
    said = (rows[:newest] if newest else rows).values_list("origin", "size", "made_at")
    there = _is_there if newest else _file_names().__contains__
    missing = [at for origin, size, at in said.iterator() if not there(checkpoints.file_name(origin, size))]
    return Missing(len(missing), min(missing)) if missing else None


def _is_there(name: str) -> bool:
    return any((place / name).exists() for place in checkpoints.folders())


def _file_names() -> set[str]:
    names: set[str] = set()
    for place in checkpoints.folders():
        try:
            names.update(os.listdir(place))  # noqa: PTH208 - names alone, of many files
        except OSError:
            continue
    return names


def restore() -> tuple[int, int]:
    """Write the files that are missing from their rows; how many were written, how many rows are no good.

    By hand only: files that came back by themselves would hide that somebody takes them away.
    """
    names, written, bad = _file_names(), 0, 0
    for row in Checkpoint.objects.order_by("made_at", "size").iterator():
        if checkpoints.file_name(row.origin, row.size) in names:
            continue
        good = checkpoints.keep_again(row)
        written, bad = written + good, bad + (not good)
    return written, bad


def words(missing: Missing) -> str:
    """What is missing and what to do, for people."""
    at = moment(missing.since)
    if missing.count == 1:
        which, it = f"One checkpoint has no file in the folder: it is from {at}.", "it"
    else:
        which = f"{missing.count:,} checkpoints have no file in the folder: the oldest is from {at}."
        it = "them"
    return f"{which} Find out who removed {it}. Then manage.py checkpoint --restore puts {it} back."


def moment(at: datetime) -> str:
    """A moment for people."""
    local = timezone.localtime(at)
    return f"{local.day} {local:%B %Y}, {local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"
