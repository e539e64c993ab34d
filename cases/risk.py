"""MARAC criteria from what was assessed. They are computed and explained, never ticked (law.md 5).

Judgement may raise a level, never lower it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cases import choices
from cases.models import RiskAssessment

VISIBLE, JUDGEMENT, ESCALATION = "visible_high_risk", "professional_judgement", "potential_escalation"
REPEAT, LOCAL = "repeat", "local"
HIGH = "high"
MAKE_HIGH = (VISIBLE, JUDGEMENT)
"""The criteria that say of themselves that the risk is high."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """What an assessment rests on; numbers are None where they were not assessed."""

    checklist_yes: int | None = None
    incidents: int | None = None
    repeat: bool = False
    judged_high: bool = False
    judgement: str = ""
    local: str = ""


def threshold(criterion: str) -> int:
    """The number from which a counted criterion is met."""
    return int(choices.mark("marac_criteria", criterion, "default"))


def criteria(assessed: Assessed) -> list[str]:
    """The codes of the criteria that are met, in the order of the list."""
    met = {
        VISIBLE: (assessed.checklist_yes or 0) >= threshold(VISIBLE),
        JUDGEMENT: assessed.judged_high and bool(assessed.judgement.strip()),
        ESCALATION: (assessed.incidents or 0) >= threshold(ESCALATION),
        REPEAT: assessed.repeat,
        LOCAL: bool(assessed.local.strip()),
    }
    return [code for code, _ in choices.choices("marac_criteria") if met.get(code)]


def too_low(level: str, met: Sequence[str]) -> list[str]:
    """The criteria that a level below high would contradict."""
    return [] if level == HIGH else [code for code in MAKE_HIGH if code in met]


def why(code: str, assessment: RiskAssessment) -> str:
    """Why a criterion is met, from what the assessment holds."""
    if code == VISIBLE and assessment.checklist_yes is not None:
        return (
            f"{assessment.checklist_yes} “yes” answers on the checklist; {threshold(code)} or more meets it"
        )
    if code == ESCALATION and assessment.incidents is not None:
        return f"{assessment.incidents} incidents in 12 months; {threshold(code)} or more meets it"
    if code == JUDGEMENT and assessment.judgement:
        return f"Judged to be high risk: {assessment.judgement}"
    if code == REPEAT:
        return "Abuse between the same people again within 12 months of a MARAC referral"
    if code == LOCAL and assessment.local_criterion:
        return str(assessment.local_criterion)
    return choices.label("marac_criteria", code)
