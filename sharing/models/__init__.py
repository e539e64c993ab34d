"""Floor 3's tables."""

from sharing.models.after import Disclosure, Incident, IncidentAnswer, Review
from sharing.models.agreements import Agreement
from sharing.models.decisions import Decision, Draft, Typing

__all__ = ["Agreement", "Decision", "Disclosure", "Draft", "Incident", "IncidentAnswer", "Review", "Typing"]
