"""The watch: what makes a live decision not to share due for review on the same day (rules.md). Pure."""

from collections.abc import Collection
from dataclasses import dataclass

RISK_ROSE, NEW_CRITERION, REPEAT, NEW_AGENCY = "risk_rose", "new_criterion", "repeat", "new_agency"
_REPEAT = "repeat"
_ORDER = ("not_assessed", "standard", "medium", "high")


@dataclass(frozen=True, slots=True)
class Risk:
    """What an assessment says: a level and the MARAC criteria."""

    level: str
    criteria: frozenset[str] = frozenset()


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
        REPEAT: _REPEAT in new,
    }
    return [code for code, raised in found.items() if raised]


def _height(level: str) -> int:
    return _ORDER.index(level) if level in _ORDER else 0


def asked_anew(agency: str, considered: Collection[str]) -> bool:
    """Whether an agency that the decision did not consider asks now. One that has no code is always new."""
    return not agency or agency not in considered
