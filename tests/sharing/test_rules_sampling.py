"""The quality sample: reproducible, all of the listed kinds, about five in a hundred of the rest."""

import hashlib
import hmac
import random
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharing.rules import sampling as rule

CALM: dict[str, Any] = {
    "outcome": "share_all", "risk_level": "high", "threshold_met": True, "emergency": False,
    "lawful_basis": "6-1-e",
}  # fmt: skip
SEEDS = st.binary(min_size=32, max_size=32)


def _decision(number: int = 1, **columns: Any) -> SimpleNamespace:
    return SimpleNamespace(id=UUID(int=number), **CALM | columns)


@pytest.mark.parametrize(
    ("columns", "superseded", "kind"),
    [
        ({}, False, ""),
        ({}, True, "superseded"),
        ({"outcome": "do_not_share"}, False, "not_shared"),
        ({"outcome": "not_yet", "risk_level": "standard"}, True, "not_shared"),
        ({"outcome": "do_not_share", "risk_level": "medium", "threshold_met": False}, False, ""),
        ({"emergency": True}, True, "emergency"),
        ({"lawful_basis": "6-1-a"}, False, "consent"),
    ],
)
def test_the_listed_kinds(columns: dict[str, Any], superseded: bool, kind: str) -> None:
    assert rule.listed(_decision(**columns), superseded=superseded) == kind


@given(SEEDS, st.sampled_from([{"emergency": True}, {"outcome": "do_not_share"}, {"lawful_basis": "6-1-a"}]))
def test_the_listed_kinds_are_in_whatever_the_seed(seed: bytes, columns: dict[str, Any]) -> None:
    assert rule.why_in(_decision(**columns), seed, 0, superseded=False) == rule.listed(
        _decision(**columns), superseded=False
    )
    assert rule.why_in(_decision(), seed, 0, superseded=True) == "superseded"


@given(SEEDS, st.uuids(), st.integers(0, 100))
def test_chance_is_the_function_that_is_written_down(seed: bytes, decision: UUID, percent: int) -> None:
    digest = hmac.new(seed, decision.bytes, hashlib.sha256).digest()
    number = int.from_bytes(digest[:8], "big")
    assert rule.by_chance(seed, decision, percent) == (number * 100 < percent * 2**64)
    assert not rule.by_chance(seed, decision, 0)
    assert rule.by_chance(seed, decision, 100)


@given(SEEDS, st.uuids(), st.integers(0, 99))
def test_a_larger_share_holds_the_smaller_one(seed: bytes, decision: UUID, percent: int) -> None:
    assert rule.by_chance(seed, decision, percent) <= rule.by_chance(seed, decision, percent + 1)


def test_of_the_rest_about_five_in_a_hundred_are_in() -> None:
    """20,000 decisions: 1,000 are expected, and five standard deviations of the binomial are 154."""
    chance = random.Random(2026)
    for _ in range(3):
        seed = chance.randbytes(32)
        found = sum(rule.by_chance(seed, UUID(int=chance.getrandbits(128))) for _ in range(20_000))
        assert 846 <= found <= 1154


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_months(day: date) -> None:
    month = rule.month_of(day)
    assert month.since <= day <= month.until
    assert month.after.before == month
    assert month.after.since > month.until
    assert rule.month_named(month.code) == month
    assert not month.over(day)
    assert month.over(month.after.since)


@pytest.mark.parametrize(
    "code", ["", "2026", "2026-13", "2026-00", "26-01", "2026-1", "9999-12", "2026-10-01", "２０２６-10", "x"]
)
def test_what_names_no_month(code: str) -> None:
    assert rule.month_named(code) is None


def test_shares_of_yes() -> None:
    answers = [{"safety": "yes", "need": "no"}, {"safety": "yes", "need": "not_applicable"}, {"gone": "yes"}]
    found = rule.shares(answers)
    assert found["safety"] == (2, 0, 0)
    assert found["need"] == (0, 1, 1)
    assert found["open"] == (0, 0, 0)
    assert len(found) == 6
