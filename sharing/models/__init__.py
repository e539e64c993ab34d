"""Floor 3's tables."""

from sharing.models.advice import Advice, AdviceAnswer
from sharing.models.after import Disclosure, Incident, IncidentAnswer, Review
from sharing.models.agreements import Agreement
from sharing.models.decisions import Decision, Draft, Typing
from sharing.models.reminders import Mail, Reminder
from sharing.models.requests import Asked, AskedAnswer, Letter, LetterCheck, Request, RequestStep
from sharing.models.reviews import ManagerReview, Sample, SampleAnswer, SavedView
from sharing.models.tallies import Tally, TallyDay, TallyMark

__all__ = [
    "Advice",
    "AdviceAnswer",
    "Agreement",
    "Asked",
    "AskedAnswer",
    "Decision",
    "Disclosure",
    "Draft",
    "Incident",
    "IncidentAnswer",
    "Letter",
    "LetterCheck",
    "Mail",
    "ManagerReview",
    "Reminder",
    "Request",
    "RequestStep",
    "Review",
    "Sample",
    "SampleAnswer",
    "SavedView",
    "Tally",
    "TallyDay",
    "TallyMark",
    "Typing",
]
