"""What a manager looks at, by when, and where it stands: one table, told again here in other words."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharing import lists
from sharing.rules import ends
from sharing.rules import reviewing as rule
from tests.cast import LONDON

FRIDAY = datetime(2026, 4, 17, 15, tzinfo=LONDON)
HOUR = timedelta(hours=1)
CALM: dict[str, Any] = {
    "outcome": "share_part", "risk_level": "standard", "threshold_met": False, "emergency": False,
    "follows_as": "", "stops": [], "basis_after_sharing": False, "lawful_basis": "6-1-e",
}  # fmt: skip


def _decision(**columns: Any) -> SimpleNamespace:
    return SimpleNamespace(**CALM | columns)


@pytest.mark.parametrize(
    ("columns", "codes"),
    [
        ({}, []),
        ({"outcome": "do_not_share"}, []),
        ({"outcome": "do_not_share", "risk_level": "high"}, ["not_shared"]),
        ({"outcome": "not_yet", "threshold_met": True}, ["not_shared"]),
        ({"risk_level": "high", "threshold_met": True}, []),
        ({"emergency": True, "stops": ["aim_missing"]}, ["emergency"]),
        ({"follows_as": "completion"}, ["completion"]),
        ({"follows_as": "correction"}, []),
        ({"stops": ["aim_missing"]}, ["stop"]),
        ({"basis_after_sharing": True}, ["late_basis"]),
        ({"lawful_basis": "6-1-a"}, []),
        ({"lawful_basis": "6-1-a", "risk_level": "medium"}, ["consent"]),
        ({"lawful_basis": "6-1-a", "risk_level": "not_assessed"}, ["consent"]),
        (
            {"lawful_basis": "6-1-a", "threshold_met": True, "stops": ["consent_not_free"]},
            ["stop", "consent"],
        ),
    ],
)
def test_what_comes_to_a_manager_and_nothing_else(columns: dict[str, Any], codes: list[str]) -> None:
    assert rule.raised_by(_decision(**columns)) == codes


@given(
    st.fixed_dictionaries(
        {
            "outcome": st.sampled_from(sorted(lists.codes("outcome"))),
            "risk_level": st.sampled_from(sorted(lists.codes("risk_level"))),
            "lawful_basis": st.sampled_from(["", *sorted(lists.codes("basis"))]),
            "follows_as": st.sampled_from(["", *sorted(lists.codes("follows_as"))]),
            "stops": st.sampled_from([[], ["aim_missing"]]),
            **dict.fromkeys(("threshold_met", "emergency", "basis_after_sharing"), st.booleans()),
        }
    )
)
def test_the_table_says_what_these_words_say(columns: dict[str, Any]) -> None:
    high = columns["risk_level"] == "high" or columns["threshold_met"]
    wanted = {
        "not_shared": columns["outcome"] in {"do_not_share", "not_yet"} and high,
        "emergency": columns["emergency"],
        "completion": columns["follows_as"] == "completion",
        "stop": bool(columns["stops"]) and not columns["emergency"],
        "late_basis": columns["basis_after_sharing"],
        "consent": columns["lawful_basis"] == "6-1-a" and (high or columns["risk_level"] != "standard"),
    }
    assert set(rule.raised_by(_decision(**columns))) == {code for code, holds in wanted.items() if holds}


@pytest.mark.parametrize(
    ("code", "urgency", "due"),
    [
        ("not_shared", "today", FRIDAY + 4 * HOUR),
        ("not_shared", "now", FRIDAY + 4 * HOUR),
        ("not_shared", "two_days", ends(date(2026, 4, 20))),
        ("emergency", "now", ends(date(2026, 4, 21))),
        ("consent", "today", ends(date(2026, 4, 24))),
        ("happened", "today", ends(date(2026, 4, 17))),
    ],
)
def test_by_when(code: str, urgency: str, due: datetime) -> None:
    assert rule.review_by(code, FRIDAY, urgency, ()) == due


def test_by_when_an_answer_is_expected() -> None:
    closed = {date(2026, 4, 20)}
    assert rule.answer_by("agree", FRIDAY, high=True, closed=closed) is None
    assert rule.answer_by("reconsider", FRIDAY, high=True, closed=closed) == ends(date(2026, 4, 21))
    assert rule.answer_by("direct", FRIDAY, high=False, closed=()) == ends(date(2026, 4, 24))


@pytest.mark.parametrize("text", [None, "", "  ", "ok", "I agree", "– – – –", ". . . . .", "\u200b a b c"])
def test_a_reason_is_a_few_words(text: str | None) -> None:
    assert not rule.reason_given(text)


def test_what_a_reason_is() -> None:
    assert rule.reason_given("The police know already.")


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
RAISED = st.dictionaries(st.sampled_from(sorted(rule.TABLE)), MOMENTS, max_size=3)
JUDGED = st.none() | st.tuples(st.sampled_from(sorted(lists.codes("manager_outcome"))), MOMENTS)


@given(RAISED, JUDGED, st.none() | MOMENTS, st.booleans())
def test_where_it_stands(
    raised: dict[str, datetime],
    judged: tuple[str, datetime] | None,
    answered: datetime | None,
    followed: bool,
) -> None:
    found = rule.stands(raised, judged, answered, followed=followed)
    assert bool(found.open) == (found.state == rule.TO_REVIEW)
    assert set(found.open) <= set(raised), "nothing else needs a manager"
    if followed:
        assert found.state == (rule.DONE if judged else rule.NOTHING)
    elif judged is None:
        assert found.open == raised
    elif judged[0] == "agree":
        assert found.open == {code: at for code, at in raised.items() if at > judged[1]}
    elif judged[0] == "direct" or answered is None or answered <= judged[1]:
        assert found.state == rule.WAITING, "a directed one is answered by a new decision alone"
    else:
        assert set(found.open) == set(raised), (
            "what was answered is looked at again, where it is of the table"
        )
        assert all(since >= answered for since in found.open.values())


@pytest.mark.parametrize(
    ("outcome", "answered", "state"),
    [
        ("agree", 1, rule.DONE),
        ("reconsider", None, rule.WAITING),
        ("reconsider", -1, rule.WAITING),
        ("reconsider", 1, rule.TO_REVIEW),
        ("direct", 1, rule.WAITING),
    ],
)
def test_what_answers_a_manager(outcome: str, answered: int | None, state: str) -> None:
    looked = None if answered is None else FRIDAY + answered * HOUR
    raised = {rule.NON_SHARE: FRIDAY - 9 * HOUR}
    assert rule.stands(raised, (outcome, FRIDAY), looked, followed=False).state == state
