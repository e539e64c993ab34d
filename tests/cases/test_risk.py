"""Criteria and level: each input only raises them, thresholds hold to the day, each reason is true."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import choices, risk
from cases.models import Organisation, RiskAssessment
from cases.risk import Assessed, Thresholds
from cases.risk_picture import picture

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
ASSESSED = st.builds(
    Assessed,
    checklist_yes=st.none() | st.integers(0, 24),
    incidents=st.none() | st.integers(0, 999),
    incident_on=st.none() | DAYS,
    referrals=st.lists(DAYS, max_size=3),
    judged_high=st.booleans(),
    judgement=st.sampled_from(["", " ", "She is afraid"]),
    local=st.sampled_from(["", "\t", "Stalking"]),
)
THRESHOLDS = st.builds(Thresholds, st.integers(1, 24), st.integers(1, 99), st.integers(1, 60))


def more(one: Assessed, other: Assessed) -> Assessed:
    """An assessment that found all that either of the two found; the incident is the first one's."""
    return Assessed(
        max(one.checklist_yes or 0, other.checklist_yes or 0),
        max(one.incidents or 0, other.incidents or 0),
        one.incident_on,
        [*one.referrals, *other.referrals],
        one.judged_high or other.judged_high,
        one.judgement.strip() or other.judgement,
        one.local.strip() or other.local,
    )


@given(ASSESSED, ASSESSED, THRESHOLDS)
def test_to_find_more_never_takes_a_criterion_away(
    one: Assessed, other: Assessed, set_to: Thresholds
) -> None:
    less, found = risk.criteria(one, set_to), risk.criteria(more(one, other), set_to)
    assert set(less) <= set(found)
    levels = [risk.LEVELS.index(risk.least(met)) for met in (less, found)]
    assert levels == sorted(levels)


@given(ASSESSED, THRESHOLDS, st.sampled_from(risk.LEVELS))
def test_judgement_raises_and_never_lowers(one: Assessed, set_to: Thresholds, level: str) -> None:
    plain = Assessed(one.checklist_yes, one.incidents, one.incident_on, one.referrals, local=one.local)
    without, met = risk.criteria(plain, set_to), risk.criteria(one, set_to)
    assert set(met) - set(without) <= {risk.JUDGEMENT}
    assert set(without) <= set(met)
    assert bool(risk.too_low(level, met)) == (level != "high" and risk.least(met) == "high")
    assert not risk.too_low("high", met)


@given(ASSESSED, THRESHOLDS)
def test_thresholds_hold_exactly_and_the_order_is_that_of_the_list(one: Assessed, set_to: Thresholds) -> None:
    met = risk.criteria(one, set_to)
    assert (risk.VISIBLE in met) == (one.checklist_yes is not None and one.checklist_yes >= set_to.checklist)
    assert (risk.ESCALATION in met) == (one.incidents is not None and one.incidents >= set_to.incidents)
    assert (risk.LOCAL in met) == (one.local == "Stalking")
    assert met == [code for code, _ in choices.choices("marac_criteria") if code in met]


@given(ASSESSED, THRESHOLDS)
def test_every_criterion_says_why_by_the_thresholds_of_its_day(one: Assessed, set_to: Thresholds) -> None:
    met = risk.criteria(one, set_to)
    kept = RiskAssessment(
        checklist_yes=one.checklist_yes,
        incidents=one.incidents,
        incident_on=one.incident_on,
        repeat_of=risk.repeat_of(one.incident_on, one.referrals, set_to.repeat_months),
        judgement=one.judgement,
        local_criterion=one.local,
        thresholds=set_to.stored(),
        criteria=met,
    )
    said = {code: risk.why(code, kept) for code in met}
    assert all(said.values())
    assert f"{set_to.checklist} or more" in said.get(risk.VISIBLE, f"{set_to.checklist} or more")
    assert f"{set_to.incidents} or more" in said.get(risk.ESCALATION, f"{set_to.incidents} or more")


# --- A repeat --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("referred", "incident", "months", "repeat"),
    [
        (date(2026, 1, 2), date(2026, 1, 2), 12, False),  # what was referred
        (date(2026, 1, 2), date(2026, 1, 3), 12, True),
        (date(2026, 1, 2), date(2026, 1, 1), 12, False),
        (date(2026, 1, 2), date(2027, 1, 2), 12, True),
        (date(2026, 1, 2), date(2027, 1, 3), 12, False),
        (date(2024, 2, 29), date(2025, 2, 28), 12, True),
        (date(2024, 2, 29), date(2025, 3, 1), 12, False),
        (date(2023, 2, 28), date(2024, 2, 28), 12, True),
        (date(2023, 2, 28), date(2024, 2, 29), 12, False),
        (date(2026, 8, 31), date(2026, 9, 30), 1, True),
        (date(2026, 8, 31), date(2026, 10, 1), 1, False),
        (date(2025, 8, 31), date(2026, 2, 28), 6, True),
        (date(2025, 8, 31), date(2026, 3, 1), 6, False),
    ],
)
def test_the_edges_of_a_repeat(referred: date, incident: date, months: int, repeat: bool) -> None:
    assert risk.repeat_of(incident, [referred], months) == (referred if repeat else None)


def test_a_repeat_is_of_the_last_referral_before_the_incident() -> None:
    days = [date(2026, 5, 9), date(2024, 1, 2), date(2026, 1, 2)]
    assert risk.repeat_of(date(2026, 5, 3), days, 12) == date(2026, 1, 2)
    assert risk.repeat_of(None, days, 12) is None
    assert risk.repeat_of(date(2026, 5, 3), [], 12) is None


@given(DAYS, st.integers(0, 60), st.integers(0, 400))
def test_months_are_those_of_the_calendar(first: date, months: int, days: int) -> None:
    assert risk.months_between(first, risk.months_after(first, months)) == months
    last = first + timedelta(days=days)
    count = risk.months_between(first, last)
    assert risk.months_after(first, count) <= last < risk.months_after(first, count + 1)


@pytest.mark.parametrize(
    ("incident", "words"),
    [
        (date(2026, 5, 3), "An incident on 3 May 2026, 4 months after the MARAC referral of 2 January 2026"),
        (date(2026, 1, 3), "An incident on 3 January 2026, 1 day after the MARAC referral of 2 January 2026"),
        (date(2026, 2, 2), "1 month after"),
    ],
)
def test_a_repeat_says_which_two_days(incident: date, words: str) -> None:
    kept = RiskAssessment(incident_on=incident, repeat_of=date(2026, 1, 2))
    assert words in risk.why(risk.REPEAT, kept)


# --- Thresholds and the picture --------------------------------------------------------------------------


def test_thresholds_are_those_of_the_organisation_and_of_the_list_where_none_are_kept() -> None:
    ours = Organisation(checklist_threshold=10, escalation_threshold=5, repeat_months=6)
    assert Thresholds.of(ours) == Thresholds(10, 5, 6) == Thresholds.kept(Thresholds.of(ours).stored())
    assert Thresholds.kept({}) == Thresholds(14, 3, 12) == Thresholds.of(Organisation())


@given(st.lists(st.tuples(DAYS, st.sampled_from(["not_assessed", *risk.LEVELS])), max_size=8))
def test_the_picture_holds_every_level_and_stays_in_its_frame(assessed: list[tuple[date, str]]) -> None:
    in_order = sorted(assessed, key=lambda one: one[0])
    known = [one for one in in_order if one[1] != "not_assessed"]
    drawn = picture(in_order)
    assert (drawn is None) == (len(known) < 2)
    if drawn:
        assert [(mark.day, mark.level) for mark in drawn.marks] == known
        assert all(drawn.left < mark.x < drawn.right and 0 < mark.y < drawn.height for mark in drawn.marks)
        heights = {mark.level: mark.y for mark in drawn.marks}
        assert sorted(heights, key=lambda level: -heights[level]) == sorted(heights, key=risk.LEVELS.index)
