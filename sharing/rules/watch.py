"""The watch: what makes a live decision not to share due for review on the same day (rules.md). Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

RISK_ROSE, NEW_CRITERION, REPEAT, NEW_AGENCY = "risk_rose", "new_criterion", "repeat", "new_agency"
_REPEAT = "repeat"
_ORDER = ("not_assessed", "standard", "medium", "high")


@dataclass(frozen=True, slots=True)
class Risk:
    """What an assessment says: a level, the MARAC criteria, and the day of the newest incident it knows."""

    level: str
    criteria: frozenset[str] = frozenset()
    incident_on: date | None = None


def changed(before: Risk, after: Risk) -> list[str]:
    """Why a decision not to share is looked at again after a new assessment; none: it need not be.

    Args:
        before: as it was when the decision was recorded.
        after: the new assessment.
    """
    new = after.criteria - before.criteria
    found = {
        RISK_ROSE: _height(after.level) > _height(before.level),
        NEW_CRITERION: bool(new - {_REPEAT}),
        REPEAT: _REPEAT in new or _repeated_again(before, after),
    }
    return [code for code, raised in found.items() if raised]


def _repeated_again(before: Risk, after: Risk) -> bool:
    """Whether what was a repeat already has happened once more since."""
    if not {_REPEAT} <= before.criteria & after.criteria or after.incident_on is None:
        return False
    return before.incident_on is None or after.incident_on > before.incident_on


def _height(level: str) -> int:
    return _ORDER.index(level) if level in _ORDER else 0


def asked_anew(agency: str, considered: Collection[str]) -> bool:
    """Whether an agency that the decision did not consider asks now. One that has no code is always new."""
    return not agency or agency not in considered
