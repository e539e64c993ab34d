"""The pure rules of clocks: when a stage begins, what is loud, which digest tells of it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from sharing.rules import clocks as rule
from sharing.rules import ends
from tests.cast import LONDON

EIGHT = time(8)
TUESDAY = datetime(2026, 3, 3, 16, tzinfo=LONDON)
ALL = (rule.AT_ONCE, rule.TODAY, rule.NEAR, rule.PAST)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("stages", "at", "stage"),
    [
        ((rule.AT_ONCE, rule.PAST), TUESDAY - 99 * HOUR, rule.AT_ONCE),
        ((rule.AT_ONCE, rule.PAST), TUESDAY - SECOND, rule.AT_ONCE),
        ((rule.AT_ONCE, rule.PAST), TUESDAY, rule.PAST),
        ((rule.TODAY, rule.PAST), datetime(2026, 3, 2, 23, 59, 59, tzinfo=LONDON), None),
        ((rule.TODAY, rule.PAST), datetime(2026, 3, 3, tzinfo=LONDON), rule.TODAY),
        ((rule.PAST,), TUESDAY - SECOND, None),
        ((rule.NEAR, rule.PAST), TUESDAY - 24 * HOUR - SECOND, None),
        ((rule.NEAR, rule.PAST), TUESDAY - 24 * HOUR, rule.NEAR),
        (ALL, TUESDAY + HOUR, rule.PAST),
    ],
)
def test_the_last_stage_that_has_begun_rings(
    stages: tuple[str, ...], at: datetime, stage: str | None
) -> None:
    assert rule.stage_now(stages, TUESDAY, at) == stage


def test_a_day_begins_at_midnight_in_london_also_when_the_clocks_change() -> None:
    sunday = ends(date(2026, 3, 29))
    assert rule.begins(rule.TODAY, sunday) == datetime(2026, 3, 29, tzinfo=UTC)
    assert rule.begins(rule.TODAY, ends(date(2026, 3, 30))) == datetime(2026, 3, 29, 23, tzinfo=UTC)


def test_a_day_is_no_time() -> None:
    assert rule.has_a_time(TUESDAY)
    assert not rule.has_a_time(ends(TUESDAY.date()))


@pytest.mark.parametrize(
    ("stage", "due_at", "hurried", "loud"),
    [
        (rule.AT_ONCE, TUESDAY, False, False),  # the digest comes before it
        (rule.AT_ONCE, TUESDAY - 9 * HOUR, False, True),  # it would come too late
        (rule.AT_ONCE, TUESDAY, True, True),
        (rule.TODAY, TUESDAY - 9 * HOUR, False, False),
        (rule.TODAY, TUESDAY, True, True),
        (rule.PAST, TUESDAY, True, True),
        (rule.PAST, ends(TUESDAY.date()), True, False),  # nobody reads it at midnight
        (rule.PAST, TUESDAY, False, False),
    ],
)
def test_what_is_a_mail_at_once(stage: str, due_at: datetime, hurried: bool, loud: bool) -> None:
    digest = datetime(2026, 3, 3, 8, tzinfo=LONDON)
    assert rule.loud(stage, due_at, hurried=hurried, digest=digest) is loud


FRIDAY = datetime(2026, 4, 3, 9, tzinfo=LONDON)
"""Good Friday: the next working day is Tuesday."""
CLOSED = {date(2026, 4, 3), date(2026, 4, 6)}


@pytest.mark.parametrize(
    ("now", "day", "following"),
    [
        (FRIDAY - 26 * HOUR, None, (4, 2)),  # seven in the morning of the day before
        (FRIDAY - 25 * HOUR, (4, 2), (4, 7)),
        (FRIDAY, None, (4, 7)),
        (FRIDAY + 48 * HOUR, None, (4, 7)),
        (FRIDAY + 72 * HOUR, None, (4, 7)),
        (FRIDAY + 96 * HOUR, (4, 7), (4, 8)),
    ],
)
def test_a_digest_goes_on_working_days(
    now: datetime, day: tuple[int, int] | None, following: tuple[int, int]
) -> None:
    assert rule.digest_day(now, EIGHT, CLOSED) == (date(2026, *day) if day else None)
    assert rule.next_digest(now, EIGHT, CLOSED) == datetime(2026, *following, 8, tzinfo=LONDON)


def test_a_manager_looks_in_four_hours_or_by_the_end_of_the_next_working_day() -> None:
    assert rule.non_share_due(FRIDAY, "today", CLOSED) == FRIDAY + 4 * HOUR
    assert rule.non_share_due(FRIDAY, "now", CLOSED) == FRIDAY + 4 * HOUR
    assert rule.non_share_due(FRIDAY, "two_days", CLOSED) == ends(date(2026, 4, 7))
    assert rule.approve_by(FRIDAY, CLOSED) == ends(date(2026, 4, 7))


def test_waits_grow_and_end() -> None:
    waits = [rule.try_again(tries) for tries in range(1, 13)]
    minutes = [int(wait.total_seconds()) // 60 for wait in waits if wait]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]
    assert waits[-1] is None
