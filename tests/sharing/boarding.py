"""Rows for the dashboard as a board would see them: a year of decisions, refusals and overdue reviews."""

import random
from datetime import date, datetime, time, timedelta

from cases.models import Agency, Case, User
from tests.sharing import recounting
from tests.sharing.recounting import LONDON

OUTCOMES = ["share_all"] * 6 + ["share_part"] * 3 + ["do_not_share"] * 2 + ["not_yet"]
BASES = ["6-1-e"] * 7 + ["6-1-d"] * 3 + ["6-1-c", "6-1-f", "6-1-a"]
KINDS = ("policy", "data_protection", "no_consent", "none", "specific", "not_theirs")
LONG = "Northumberland and Tyneside Integrated Safeguarding Partnership, adult and children's front door team"


def a_year(
    case: Case, by: User, today: date, *, each_week: int = 9, agencies: int = 4, weeks: int = 52
) -> int:
    """Decisions in each of the weeks before today; how many. The same ones each time."""
    dice = random.Random(7)
    codes = _agencies(agencies)
    made = 0
    for back in range(weeks):
        for _ in range(dice.randrange(max(each_week // 3, 1), each_week + 1)):
            day = today - timedelta(days=7 * back + dice.randrange(1, 8))
            _one(case, by, datetime.combine(day, time(10), LONDON), dice, codes)
            made += 1
    return made


def _agencies(count: int) -> list[str]:
    names = [LONG, *(f"Agency number {number} of the partnership" for number in range(1, count))]
    for number, name in enumerate(names[:count]):
        Agency.objects.get_or_create(code=f"a{number}", defaults={"name": name})
    return [f"a{number}" for number in range(count)]


def _one(case: Case, by: User, at: datetime, dice: random.Random, codes: list[str]) -> None:
    outcome = dice.choice(OUTCOMES)
    sharing = outcome.startswith("share")
    due_at = at + timedelta(days=dice.choice([0, 0, 0, 1, 3, -1, -3]), hours=5)
    decision = recounting.a_decision(
        case,
        by,
        at,
        due_at,
        outcome=outcome,
        lawful_basis=dice.choice(BASES),
        urgency=dice.choice(["now", "today", "two_days", "by_date"]),
        to_send=[["r1", "i1"]] if sharing else [],
        review_on=at.date() + timedelta(days=28) if dice.random() < 0.4 else None,
    )
    if sharing and dice.random() < 0.9:
        recounting.a_disclosure(decision, at + timedelta(days=dice.choice([0, 0, 0, 0, 1, 2, 5, 9]), hours=1))
    if dice.random() < 0.8:
        recounting.a_review(decision, at + timedelta(days=20), None)
    if codes and dice.random() < 0.2:
        recounting.a_refusal(decision, at, dice.choice(codes), dice.choice(KINDS))
