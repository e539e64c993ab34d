"""What a chronology does not hold, against a plain restatement of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sharing.rules.gaps import DECIDED_WITHIN, SILENCE, WRITTEN_WITHIN, Happened, find
from tests import fuzz

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def at(day: int, *, written: int | None = None, decides: bool = False, high: bool = False) -> Happened:
    when = START + day * DAY
    return Happened(
        at=when,
        recorded_at=START + (day if written is None else written) * DAY,
        title="A concern",
        dated=written is not None,
        decides=decides,
        high=high,
    )


def codes(*events: Happened, until: int) -> list[tuple[str, int, int]]:
    found = find(events, until=START + until * DAY)
    return [(gap.code, (gap.since - START).days, (gap.until - START).days) for gap in found]


def test_silence_is_longer_than_four_weeks_also_at_the_end() -> None:
    assert codes(at(0), at(28), until=30) == []
    assert codes(at(0), at(29), until=30) == [("silence", 0, 29)]
    assert codes(at(0), until=29) == [("silence", 0, 29)]


def test_high_risk_waits_for_a_decision_and_a_decision_on_the_day_is_in_time() -> None:
    assert codes(at(0, high=True), at(3, decides=True), until=5) == []
    assert codes(at(0, high=True), at(4, decides=True), until=5) == [("undecided", 0, 4)]
    assert codes(at(0, high=True), until=9) == [("undecided", 0, 9)]
    # An earlier decision was taken about another risk.
    assert codes(at(0, decides=True), at(1, high=True), until=9) == [("undecided", 1, 9)]


def test_nothing_is_missing_while_the_case_is_closed() -> None:
    def turn(day: int, *, closes: bool) -> Happened:
        return replace(at(day), closes=closes)

    closed = [at(0, high=True), turn(2, closes=True)]
    assert codes(*closed, until=300) == []
    assert codes(*closed, at(40), until=300) == []
    again = [*closed, turn(100, closes=False)]
    assert codes(*again, until=110) == [("undecided", 0, 110)]
    assert codes(*again, until=140) == [("undecided", 0, 140), ("silence", 100, 140)]
    assert codes(at(0, high=True), turn(9, closes=True), until=300) == [("undecided", 0, 9)]


def test_what_was_written_down_late_is_named_once() -> None:
    assert codes(at(0, written=7), until=8) == []
    assert codes(at(0, written=8), until=8) == [("late", 0, 8)]


events = st.builds(
    lambda day, late, decides, high: at(day, written=day + late, decides=decides, high=high),
    st.integers(0, 400),
    st.integers(0, 30),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=fuzz.examples(100, 2_000))
@given(st.lists(events, max_size=12), st.integers(400, 500))
def test_gaps_are_what_a_plain_recount_finds(told: list[Happened], until: int) -> None:
    found = find(told, until=START + until * DAY)
    days = sorted((one.at - START).days for one in told)
    silent = [b - a for a, b in zip(days, [*days[1:], until], strict=False) if b - a > SILENCE.days]
    assert sorted((gap.until - gap.since).days for gap in found if gap.code == "silence") == sorted(silent)
    late = sum((one.recorded_at - one.at) > WRITTEN_WITHIN for one in told)
    assert sum(gap.code == "late" for gap in found) == late
    waits = 0
    for one in told:
        after = [other.at for other in told if other.decides and other.at >= one.at]
        end = min(after, default=START + until * DAY)
        waits += one.high and end - one.at > DECIDED_WITHIN
    assert sum(gap.code == "undecided" for gap in found) == waits
    assert found == sorted(found, key=lambda gap: (gap.since, gap.code))
