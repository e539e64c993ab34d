"""The rules of what comes after a decision, for every combination that hypothesis thinks of."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharing.rules import after
from sharing.rules.terms import LONDON

KEYS = st.sampled_from(["a", "b", "c"])
PAIRS = st.frozensets(st.tuples(KEYS, st.sampled_from(["x", "y", "z"])))
WAYS = st.sampled_from(["portal", "fax", "in_person"])
DECIDED = st.builds(
    after.Decided,
    pairs=PAIRS,
    methods=st.dictionaries(KEYS, WAYS),
    withheld=st.frozensets(st.sampled_from("xyz")),
)
SENT = st.builds(
    after.Sent, pairs=PAIRS, method=WAYS, other_recipient=st.booleans(), other_item=st.booleans(),
    complete=st.booleans(),
)  # fmt: skip
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(LONDON))  # noqa: DTZ001


@given(st.lists(st.tuples(KEYS, KEYS)), st.lists(PAIRS))
def test_what_is_left_shrinks_and_ends(to_send: list[after.Pair], parts: list[frozenset[after.Pair]]) -> None:
    gone: set[after.Pair] = set()
    before = after.still_to_send(to_send, gone)
    assert before == to_send
    for part in parts:
        gone |= part
        now = after.still_to_send(to_send, gone)
        assert set(now) <= set(before)
        assert set(now) == set(to_send) - gone
        before = now
    assert after.still_to_send(to_send, to_send) == []


@given(DECIDED, SENT, PAIRS)
def test_what_differs(decided: after.Decided, sent: after.Sent, before: frozenset[after.Pair]) -> None:
    codes = after.differs_from_decision(decided, sent, before)
    assert len(set(codes)) == len(codes)
    assert (after.OTHER_RECIPIENT in codes) == sent.other_recipient
    assert (after.WITHHELD in codes) == any(what in decided.withheld for _, what in sent.pairs)
    planned = sent.pairs <= decided.pairs
    assert not (planned and not sent.other_item) or after.OTHER_ITEM not in codes
    assert (after.OTHER_METHOD in codes) == any(
        who in decided.methods and decided.methods[who] != sent.method for who, _ in sent.pairs
    )


@given(PAIRS, WAYS)
def test_what_was_decided_is_no_difference(pairs: frozenset[after.Pair], way: str) -> None:
    decided = after.Decided(pairs=pairs, to_send=pairs, methods=dict.fromkeys("abc", way))
    assert after.differs_from_decision(decided, after.Sent(pairs, way, complete=True)) == []


@given(PAIRS, PAIRS)
def test_parts_that_make_the_whole_are_no_difference(
    first: frozenset[after.Pair], rest: frozenset[after.Pair]
) -> None:
    decided = after.Decided(pairs=first | rest, to_send=first | rest)
    assert after.differs_from_decision(decided, after.Sent(first)) == []
    assert after.differs_from_decision(decided, after.Sent(rest, complete=True), first) == []
    missing = after.Sent(rest, complete=True)
    assert (after.NOT_ALL in after.differs_from_decision(decided, missing)) == (not first <= rest)


def test_anything_under_a_decision_not_to_share_differs() -> None:
    decided = after.Decided(sharing=False)
    assert after.NOT_DECIDED in after.differs_from_decision(decided, after.Sent(other_item=True))
    assert after.differs_from_decision(decided, after.Sent(complete=True)) == []


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_72_hours_are_72_hours_whatever_the_clocks_do(known: datetime, later: timedelta) -> None:
    by = after.report_by(known)
    assert by - known.astimezone(UTC) == timedelta(hours=72)
    reported = known.astimezone(UTC) + later
    assert after.late_report(known, reported) == (later > timedelta(hours=72))


@pytest.mark.parametrize(("day", "hour"), [(27, 13), (24, 11)])
def test_the_clock_over_the_night_of_the_change(day: int, hour: int) -> None:
    """In March 2026 the clocks go forward on the 29th, in October back on the 25th."""
    month = 3 if day == 27 else 10
    by = after.report_by(datetime(2026, month, day, 12, tzinfo=LONDON)).astimezone(LONDON)
    assert (by.day, by.hour) == (day + 3, hour)


@given(MOMENTS, MOMENTS)
def test_the_basis_after_sharing(sent: datetime, basis: datetime) -> None:
    sent = sent.replace(microsecond=sent.microsecond or 1)  # a time of a clock, not one that was typed
    assert after.basis_after_sharing(sent, basis) == (sent.astimezone(UTC) < basis.astimezone(UTC))
    assert not after.basis_after_sharing(None, basis)
    assert not after.basis_after_sharing(sent, None)


@given(MOMENTS, st.integers(0, 59))
def test_a_time_that_was_typed_lasts_for_its_minute(basis: datetime, seconds: int) -> None:
    typed = basis.replace(second=0, microsecond=0)
    assert not after.basis_after_sharing(typed, basis.replace(second=seconds))
    earlier = (typed.astimezone(UTC) - timedelta(minutes=1)).astimezone(LONDON)
    assert after.basis_after_sharing(earlier, basis)
