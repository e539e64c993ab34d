"""What a chronology does not hold: long silence, high risk without a decision, late writing. Pure.

Source: the guide names missed opportunities to share as what death reviews find; the lengths are ours and are
said wherever a gap is shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

SILENCE = timedelta(days=28)
DECIDED_WITHIN = timedelta(days=3)
WRITTEN_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a case, as far as gaps are judged by it.

    `at`: when it happened, `recorded_at`: when it was written down, both aware; `dated`: it has a time of its
    own, and `at` is not only that of writing. `decides`: it is a decision, to share or not. `high`: the risk
    was found to be high, or the MARAC threshold met, by it. `closes`: it closed the case (False: it opened
    it again, None: neither).
    """

    at: datetime
    recorded_at: datetime
    title: str
    dated: bool = False
    decides: bool = False
    high: bool = False
    closes: bool | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing: of which kind, from when until when, and in words."""

    code: str
    since: datetime
    until: datetime
    words: str


def find(events: Iterable[Happened], *, until: datetime) -> list[Gap]:
    """Every gap, in the order in which it began.

    Args:
        events: of one case, in any order; looks at the case are not among them.
        until: the end of what is told. Nothing is missing while the case is closed.
    """
    told = sorted(events, key=lambda one: (one.at, one.recorded_at))
    turns = [one for one in told if one.closes is not None]
    ended = turns[-1].at if turns and turns[-1].closes else until
    found = [*_silences(told, until), *_undecided(told, ended), *_written_late(told)]
    return sorted(found, key=lambda gap: (gap.since, gap.code))


def days(between: timedelta) -> str:
    """A length in whole days, in words."""
    return "1 day" if between.days == 1 else f"{between.days} days"


def _day(at: datetime) -> date:
    return at.date()


def _silences(told: Sequence[Happened], until: datetime) -> Iterable[Gap]:
    """Longer than SILENCE nothing happened that was recorded."""
    closed = False
    moments = [one.at for one in told if one.at <= until]
    for one, (before, after) in zip(told, pairwise([*moments, until]), strict=False):
        closed = closed if one.closes is None else one.closes
        if not closed and _day(after) - _day(before) > SILENCE:
            words = f"Nothing is recorded for {days(_day(after) - _day(before))}"
            yield Gap("silence", before, after, words)


def _undecided(told: Sequence[Happened], until: datetime) -> Iterable[Gap]:
    """The risk was high, and no decision, to share or not, followed within DECIDED_WITHIN."""
    decided = [one.at for one in told if one.decides]
    for one in told:
        if not one.high:
            continue
        first = min((at for at in decided if _day(at) >= _day(one.at)), default=None)
        end = first or until
        if _day(end) - _day(one.at) > DECIDED_WITHIN:
            took = days(_day(end) - _day(one.at))
            words = (
                f"The risk was high, and it took {took} until a decision was recorded"
                if first
                else f"The risk was high, and no decision was recorded in the {took} since"
            )
            yield Gap("undecided", one.at, end, words)


def _written_late(told: Sequence[Happened]) -> Iterable[Gap]:
    """It was written down more than WRITTEN_WITHIN after it happened."""
    for one in told:
        if one.dated and _day(one.recorded_at) - _day(one.at) > WRITTEN_WITHIN:
            took = days(_day(one.recorded_at) - _day(one.at))
            yield Gap("late", one.at, one.recorded_at, f"Written down {took} after it happened: {one.title}")
