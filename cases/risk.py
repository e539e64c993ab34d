"""MARAC criteria and the level, from what was assessed. Computed and explained, never ticked (law.md 5).

Judgement may raise a level, never lower it. An assessment keeps the thresholds that it was made under, so
that what is said of it stays true when the organisation changes its own.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from cases import choices
from cases.models import Organisation, RiskAssessment

VISIBLE, JUDGEMENT, ESCALATION = "visible_high_risk", "professional_judgement", "potential_escalation"
REPEAT, LOCAL = "repeat", "local"
HIGH = "high"
LEVELS = ("standard", "medium", HIGH)
"""From the lowest to the highest."""
MAKE_HIGH = (VISIBLE, JUDGEMENT)
"""The criteria that say of themselves that the risk is high."""
REPEAT_MONTHS = 12


def _default(criterion: str) -> int:
    return int(choices.mark("marac_criteria", criterion, "default"))


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which number of “yes” answers and of incidents, and for how many months after a MARAC referral."""

    checklist: int = field(default_factory=lambda: _default(VISIBLE))
    incidents: int = field(default_factory=lambda: _default(ESCALATION))
    repeat_months: int = REPEAT_MONTHS

    @classmethod
    def of(cls, organisation: Organisation) -> "Thresholds":
        """The thresholds that the organisation has set."""
        return cls(
            organisation.checklist_threshold, organisation.escalation_threshold, organisation.repeat_months
        )

    @classmethod
    def kept(cls, stored: Mapping[str, Any]) -> "Thresholds":
        """The thresholds that an assessment keeps; those of the list where it keeps none."""
        known = {name: int(stored[name]) for name in cls.__dataclass_fields__ if name in stored}
        return cls(**known)

    def stored(self) -> dict[str, int]:
        """The thresholds as an assessment keeps them."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Assessed:
    """What an assessment rests on; numbers and days are None where they were not assessed.

    `incident_on` is the day of the newest incident, `referrals` are the days of the known MARAC referrals.
    """

    checklist_yes: int | None = None
    incidents: int | None = None
    incident_on: date | None = None
    referrals: Collection[date] = ()
    judged_high: bool = False
    judgement: str = ""
    local: str = ""


def criteria(assessed: Assessed, thresholds: Thresholds | None = None) -> list[str]:
    """The codes of the criteria that are met, in the order of the list.

    Args:
        thresholds: None: those of the list.
    """
    set_to = thresholds or Thresholds()
    met = {
        VISIBLE: (assessed.checklist_yes or 0) >= set_to.checklist,
        JUDGEMENT: assessed.judged_high and bool(assessed.judgement.strip()),
        ESCALATION: (assessed.incidents or 0) >= set_to.incidents,
        REPEAT: repeat_of(assessed.incident_on, assessed.referrals, set_to.repeat_months) is not None,
        LOCAL: bool(assessed.local.strip()),
    }
    return [code for code, _ in choices.choices("marac_criteria") if met.get(code)]


# --- a repeat ----------------------------------------------------------------------------------------------


def repeat_of(incident_on: date | None, referrals: Iterable[date], months: int) -> date | None:
    """The MARAC referral that the incident is a repeat of: the last one before it, within so many months.

    An incident on the day of a referral is what was referred. The last day of the time counts.

    Args:
        incident_on: the day of the newest incident.
        referrals: the days of the MARAC referrals, in any order.
    """
    before = [day for day in referrals if incident_on and day < incident_on]
    last = max(before, default=None)
    return last if last and incident_on and incident_on <= months_after(last, months) else None


def months_after(day: date, months: int) -> date:
    """The same day so many months on; the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(first: date, last: date) -> int:
    """How many whole months lie between two days, the first not after the last."""
    count = (last.year - first.year) * 12 + last.month - first.month
    return count - (months_after(first, count) > last)


# --- the level ---------------------------------------------------------------------------------------------


def least(met: Collection[str]) -> str:
    """The lowest level that these criteria leave open."""
    return HIGH if any(code in met for code in MAKE_HIGH) else LEVELS[0]


def too_low(level: str, met: Sequence[str]) -> list[str]:
    """The criteria that a level contradicts because it is below what they say."""
    if level not in LEVELS or LEVELS.index(level) >= LEVELS.index(least(met)):
        return []
    return [code for code in MAKE_HIGH if code in met]


# --- in words ----------------------------------------------------------------------------------------------


def why(code: str, assessment: RiskAssessment) -> str:
    """Why a criterion was met, from what the assessment holds."""
    set_to = Thresholds.kept(assessment.thresholds)
    if code == VISIBLE and assessment.checklist_yes is not None:
        count = assessment.checklist_yes
        return f"{count} “yes” answers on the checklist; {set_to.checklist} or more meets it"
    if code == ESCALATION and assessment.incidents is not None:
        return f"{assessment.incidents} incidents in 12 months; {set_to.incidents} or more meets it"
    if code == JUDGEMENT and assessment.judgement:
        return f"Judged to be high risk: {assessment.judgement}"
    if code == REPEAT:
        return _why_repeat(assessment.incident_on, assessment.repeat_of)
    if code == LOCAL and assessment.local_criterion:
        return str(assessment.local_criterion)
    return choices.label("marac_criteria", code)


def _why_repeat(incident_on: date | None, referred_on: date | None) -> str:
    if incident_on is None or referred_on is None:
        return "Abuse between the same people again within 12 months of a MARAC referral"
    months, days = months_between(referred_on, incident_on), (incident_on - referred_on).days
    after = f"{months} month{_s(months)}" if months else f"{days} day{_s(days)}"
    return f"An incident on {_day(incident_on)}, {after} after the MARAC referral of {_day(referred_on)}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
