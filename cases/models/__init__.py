"""Floor 2's tables, one room a subject."""

from cases.models.access import CaseGroupPermission, CaseUserPermission, Exclusion, Notice, TimedAccess
from cases.models.accounts import (
    Agency,
    Membership,
    Organisation,
    ParkedPost,
    Policy,
    SignInLink,
    Team,
    User,
)
from cases.models.cases import Case, ConsentRecord
from cases.models.people import Concern, InformationItem, Person
from cases.models.risk import RiskAssessment
from cases.models.vault import Canary, CaseKey

__all__ = [
    "Agency",
    "Canary",
    "Case",
    "CaseGroupPermission",
    "CaseKey",
    "CaseUserPermission",
    "Concern",
    "ConsentRecord",
    "Exclusion",
    "InformationItem",
    "Membership",
    "Notice",
    "Organisation",
    "ParkedPost",
    "Person",
    "Policy",
    "RiskAssessment",
    "SignInLink",
    "Team",
    "TimedAccess",
    "User",
]
