"""The table of a request's states: what can be reached, what always has a clock, what never ends it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharing import lists
from sharing.rules import requests as rules

NOW = datetime(2026, 3, 3, 11, tzinfo=UTC)
REFUSALS = sorted(lists.codes("refusal_reason"))
BLANKET = {"policy", "data_protection", "no_consent", "none"}
START = rules.ACTS["write"]
MOVES = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from(REFUSALS), st.integers(0, 9), st.booleans()), max_size=30
)


def test_the_acts_and_states_are_those_of_the_service() -> None:
    named = {state for act in rules.ACTS.values() for state in (*act.since, *([act.to] if act.to else []))}
    assert named == set(rules.STATES)
    assert {act.letter for act in rules.ACTS.values()} - {""} == {"L1", "L2", "L3", "L4"}
    assert {"L3", "L4"} == rules.APPROVED
    assert rules.acts_in(rules.CLOSED) == []


def test_every_state_is_reached_and_leads_to_the_end() -> None:
    reached, edges = {START.to}, {(s, act.after(s)) for act in rules.ACTS.values() for s in act.since}
    leading = {rules.CLOSED}
    for _ in rules.STATES:
        reached |= {to for since, to in edges if since in reached}
        leading |= {since for since, to in edges if to in leading}
    assert reached == leading == set(rules.STATES)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_is_not_enough_on_its_own(refusal: str) -> None:
    assert rules.blanket_refusal(refusal) == (refusal in BLANKET)


def reachable() -> set[tuple[str, str, bool]]:
    """Every state with the refusal that stands in it and whether anything came, whatever led there."""
    found, waiting = set[tuple[str, str, bool]](), {(START.to, "", False)}
    while waiting:
        state, refusal, came = at = waiting.pop()
        found.add(at)
        for act in rules.acts_in(state):
            for reason in REFUSALS if act.code.startswith("refuse") else [""]:
                standing = rules.standing_refusal([("refuse", refusal), (act.code, reason)])
                after = act.after(state), standing, came or act.code in rules.ANSWERS
                waiting |= {after} - found
    return found


def test_nowhere_does_a_blanket_refusal_close_it() -> None:
    everywhere = reachable()
    assert {state for state, _, _ in everywhere} == set(rules.STATES)
    blanket = {at for at in everywhere if at[1] in BLANKET and at[0] not in (rules.CLOSED, rules.ANSWERED)}
    assert {state for state, _, _ in blanket} == {
        rules.REFUSED, rules.REASONS, rules.SENIOR, rules.STRATEGIC
    }  # fmt: skip
    for state, refusal, came in blanket:
        assert rules.endings(state, refusal, came=came, manager=False) == []
        last = [rules.OTHERWISE] if state == rules.STRATEGIC else []
        assert rules.endings(state, refusal, came=came, manager=True) == last


@settings(max_examples=400)
@given(MOVES)
def test_a_walk_never_ends_in_a_blanket_refusal(moves: list[tuple[int, str, int, bool]]) -> None:
    """Whatever is done in whatever order, only the last step of the escalation opens another way out."""
    state, refusal, came, steps = START.to, "", False, [("write", "")]
    for choice, reason, ending, manager in moves:
        offered = rules.acts_in(state)
        if not offered:
            assert state == rules.CLOSED
            break
        act = offered[choice % len(offered)]
        if act.code in ("close", "discard"):
            ways = rules.endings(state, refusal, came=came, manager=manager)
            if not ways:
                continue
            way, before = ways[ending % len(ways)], state
            assert way in lists.codes("request_ending")
            if refusal in BLANKET and before != rules.ANSWERED:
                assert (way, before, manager) == (rules.OTHERWISE, rules.STRATEGIC, True)
            assert (way == rules.NOT_SENT) == (before == rules.DRAFT)
            assert way != rules.RECEIVED or before == rules.ANSWERED
        steps.append((act.code, reason if act.code.startswith("refuse") else ""))
        refusal = rules.standing_refusal(steps)
        assert act.code not in rules.ANSWERS or not refusal
        came = came or act.code.startswith("answer")
        state = act.after(state)
        assert state in rules.STATES
        suggested = rules.suggested(state, refusal)
        assert (not suggested) == (state == rules.CLOSED)
        assert not suggested or state in rules.ACTS[suggested].since


@given(
    st.sampled_from(sorted(set(rules.STATES) - {rules.CLOSED})),
    st.sampled_from(sorted(lists.codes("urgency"))),
    st.none() | st.integers(-400, 400),
    st.integers(1, 48),
    st.integers(1, 20),
)
def test_every_state_but_the_last_has_a_clock(
    state: str, urgency: str, hours: int | None, chase: int, days: int
) -> None:
    reply_by = None if hours is None else NOW + timedelta(hours=hours)
    timers = rules.Timers(chase, days)
    at = rules.rings_at(state, urgency, now=NOW, reply_by=reply_by, timers=timers)
    assert at is not None
    assert at > NOW
    if urgency in ("now", "today"):
        assert at == NOW + timedelta(hours=chase)
    assert rules.rings_at(rules.CLOSED, urgency, now=NOW, reply_by=reply_by, timers=timers) is None


@pytest.mark.parametrize(
    ("started", "outcome", "followed", "may"),
    [
        ("need", "share_all", False, True),
        ("need", "share_part", False, True),
        ("need", "share_part", True, False),
        ("need", "do_not_share", False, False),
        ("need", "not_yet", False, False),
        ("offer", "share_all", False, False),
        ("asked", "share_all", False, False),
        ("", "share_all", False, False),
    ],
)
def test_asking_is_decided_first(started: str, outcome: str, followed: bool, may: bool) -> None:
    assert rules.may_ask(started, outcome, followed=followed) == may
