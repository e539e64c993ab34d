"""The level of risk over time as a picture: where its lines and marks stand. Pure; the template draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cases import choices, risk

WIDTH, HEIGHT = 480, 210
_LEFT, _RIGHT, _TOP, _BOTTOM, _INSET = 90, 464, 30, 150, 12
LEAST = 2
"""Of fewer assessments there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One assessment in the picture."""

    x: int
    y: int
    day: date
    level: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture: `rows` are (height, words) of the levels, `line` the points of the step line."""

    marks: Sequence[Mark]
    rows: Sequence[tuple[int, str]]
    line: str
    summary: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = _RIGHT


def picture(assessed: Sequence[tuple[date, str]]) -> Picture | None:
    """The picture of these assessments, or None where there are too few levels to compare.

    Args:
        assessed: day and level of each assessment, in the order in which they count.
    """
    known = [(day, level) for day, level in assessed if level in risk.LEVELS]
    if len(known) < LEAST:
        return None
    first, span = known[0][0], max((known[-1][0] - known[0][0]).days, 1)
    start, length = _LEFT + _INSET, _RIGHT - _LEFT - 2 * _INSET
    marks = [
        Mark(start + round((day - first).days / span * length), _height(level), day, level)
        for day, level in known
    ]
    rows = [(_height(level), choices.label("risk_level", level)) for level in reversed(risk.LEVELS)]
    return Picture(marks, rows, _steps(marks), _summary(known))


def _height(level: str) -> int:
    step = (_BOTTOM - _TOP) // (len(risk.LEVELS) - 1)
    return _BOTTOM - risk.LEVELS.index(level) * step


def _steps(marks: Sequence[Mark]) -> str:
    """A line that stays at a level until the next assessment."""
    points = [(marks[0].x, marks[0].y)]
    for mark in marks[1:]:
        points += [(mark.x, points[-1][1]), (mark.x, mark.y)]
    return " ".join(f"{x},{y}" for x, y in points)


def _summary(known: Sequence[tuple[date, str]]) -> str:
    """What the picture says, in a sentence."""
    said = [(f"{day.day} {day:%B %Y}", choices.label("risk_level", level).lower()) for day, level in known]
    (since, was), (last, now) = said[0], said[-1]
    if {level for _, level in said} == {now}:
        return f"The level was {now} at each of {len(said)} assessments from {since} to {last}."
    return f"The level was {was} on {since} and {now} on {last}, over {len(said)} assessments."
