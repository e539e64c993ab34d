"""Late or in time: deadlines, working days, and the day in the United Kingdom."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from sharing import rules
from sharing.rules.terms import LONDON
from tests.sharing.clean import CASE, KEEP, MOVE, SHARE, change, codes


def _at(day: int, hour: int = 12, minute: int = 0, second: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("changes", "late"),
    [
        ({"urgency": "now", "send_by": _at(3, 23, 59, 59)}, False),
        ({"urgency": "today", "send_by": date(2026, 3, 3)}, False),
        ({"urgency": "today", "send_by": _at(4, 0)}, True),
        ({"urgency": "now", "send_by": date(2026, 3, 4)}, True),
        ({"urgency": "two_days", "send_by": _at(5, 23, 59, 59)}, False),
        ({"urgency": "two_days", "send_by": _at(6, 0)}, True),
        (
            {"urgency": "two_days", "now": _at(5), "send_by": _at(9, 23, 59)},
            False,
        ),  # Thursday: Friday, Monday
        ({"urgency": "two_days", "now": _at(5), "send_by": _at(10, 0)}, True),
        ({"urgency": "two_days", "now": _at(7), "send_by": date(2026, 3, 10)}, False),  # from a Saturday
        ({"urgency": "two_days", "now": _at(7), "send_by": date(2026, 3, 11)}, True),
        (
            {
                "urgency": "two_days",
                "organisation__bank_holidays": frozenset({date(2026, 3, 4)}),
                "send_by": _at(6),
            },
            False,
        ),
        ({"urgency": "by_date", "decide_by": date(2026, 3, 4), "send_by": _at(4, 23, 59, 59)}, False),
        # a day ends at its last second, whichever of the two is given as a day
        ({"urgency": "by_date", "decide_by": _at(4, 23, 59, 59), "send_by": date(2026, 3, 4)}, False),
        ({"urgency": "by_date", "decide_by": _at(4, 11), "send_by": _at(4, 11)}, False),
        ({"urgency": "by_date", "decide_by": _at(4, 11), "send_by": _at(4, 11, 0, 1)}, True),
        ({"urgency": "by_date", "decide_by": _at(4, 11), "send_by": date(2026, 3, 4)}, True),
        ({"urgency": "by_date", "decide_by": None, "send_by": _at(30)}, False),
        ({"urgency": "today", "decide_by": _at(30), "send_by": _at(29)}, True),
        ({"urgency": None, "send_by": _at(30)}, False),
        ({"urgency": "now", "send_by": None}, False),
        # a time with another offset is judged by the London clock: 23:30 on the 28th, 00:30 on the 31st
        (
            {
                "urgency": "today",
                "now": _at(28),
                "send_by": datetime.fromisoformat("2026-03-29T00:30:00+01:00"),
            },
            False,
        ),
        (
            {
                "urgency": "today",
                "now": _at(30),
                "send_by": datetime.fromisoformat("2026-03-30T23:30:00+00:00"),
            },
            True,
        ),
    ],
)
def test_late_by_the_deadline(changes: dict[str, Any], late: bool) -> None:
    assert ("late" in codes(change(SHARE, **changes))) is late


@pytest.mark.parametrize(
    ("risk", "concern", "now", "late"),
    [
        ("high", _at(2), _at(4, 23, 59, 59), False),
        ("high", _at(2), _at(5, 0), True),
        ("high", _at(2, 23, 59, 59), _at(4, 23, 59, 59), False),
        ("high", _at(6), _at(10, 23, 59), False),  # Friday: Monday, Tuesday
        ("high", _at(6), _at(11, 0), True),
        ("high", date(2026, 3, 2), _at(5, 0), True),
        ("high", None, _at(30), False),
        ("medium", _at(2), _at(30), False),
    ],
)
def test_late_by_the_concern(risk: str, concern: Any, now: datetime, late: bool) -> None:
    case = replace(CASE, risk_level=risk, concern_identified_at=concern)
    facts = replace(SHARE, case=case, now=now, send_by=now, items=())
    assert ("late" in codes(facts)) is late


def test_late_is_a_point_of_sharing_only() -> None:
    assert codes(change(KEEP, urgency="now", send_by=_at(30))) == []


def test_the_day_of_now_is_the_day_in_the_united_kingdom() -> None:
    # 23:30 UTC on 2 June is 3 June in London
    now = datetime.fromisoformat("2026-06-02T23:30:00+00:00")
    fresh = replace(SHARE, now=now, send_by=None, items=(replace(MOVE, dated=date(2026, 3, 5)),))
    stale = replace(SHARE, now=now, send_by=None, items=(replace(MOVE, dated=date(2026, 3, 4)),))
    assert (codes(fresh), codes(stale)) == ([], ["stale_item"])


def test_working_days() -> None:
    friday, holidays = date(2026, 4, 3), frozenset({date(2026, 4, 3), date(2026, 4, 6)})
    assert rules.working_days_after(friday, 0) == friday
    assert rules.working_days_after(friday, 1) == date(2026, 4, 6)
    assert rules.working_days_after(date(2026, 4, 2), 2, holidays) == date(2026, 4, 8)
