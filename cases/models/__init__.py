"""Floor 2's tables, one room a subject."""

from cases.models.access import CaseGroupPermission, CaseUserPermission, Exclusion
from cases.models.accounts import Agency, Membership, Organisation, ParkedPost, SignInLink, Team, User
from cases.models.cases import Case, ConsentRecord
from cases.models.people import InformationItem, Person
from cases.models.risk import RiskAssessment
from cases.models.vault import Canary, CaseKey

__all__ = [
    "Agency",
    "Canary",
    "Case",
    "CaseGroupPermission",
    "CaseKey",
    "CaseUserPermission",
    "ConsentRecord",
    "Exclusion",
    "InformationItem",
    "Membership",
    "Organisation",
    "ParkedPost",
    "Person",
    "RiskAssessment",
    "SignInLink",
    "Team",
    "User",
]
