"""What comes after a decision: what was sent, reviews, and what reached the wrong person.

Each row is a projection of its ledger entry: codes and times for lists, never text.
"""

from typing import ClassVar

from django.db import models

from cases.models.cases import new_reference
from sharing.models.decisions import Decision
from sharing.models.recorded import Recorded


def new_incident_reference() -> str:
    return new_reference("I")


class Disclosure(Recorded):
    """What was actually sent in one go. `sent` are pairs of a recipient's key and an item's key.

    `complete`: nothing more of the decision is to be sent after this. The two tags are of rules.md.
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="disclosures")
    sent_at = models.DateTimeField()
    sent = models.JSONField(default=list)
    method = models.CharField(max_length=20, default="")
    complete = models.BooleanField()
    basis_after_sharing = models.BooleanField(default=False)
    differs_from_decision = models.BooleanField(default=False)

    objects: ClassVar[models.Manager["Disclosure"]] = models.Manager()

    class Meta:
        ordering = ("sent_at", "recorded_at")

    def __str__(self) -> str:
        return f"disclosure of {self.decision_id}"


class Review(Recorded):
    """A look back at a decision: it is still right, a new one is needed, or it is closed."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="reviews")
    outcome = models.CharField(max_length=20)
    review_on = models.DateField(null=True)

    objects: ClassVar[models.Manager["Review"]] = models.Manager()

    class Meta:
        ordering = ("recorded_at",)

    def __str__(self) -> str:
        return f"review of {self.decision_id}"


class Incident(Recorded):
    """Information that reached the wrong person. `report_by` is 72 hours after it was known (Article 33)."""

    reference = models.CharField(max_length=8, unique=True, default=new_incident_reference)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="incidents")
    disclosure = models.ForeignKey(Disclosure, null=True, on_delete=models.PROTECT, related_name="incidents")
    known_at = models.DateTimeField()
    report_by = models.DateTimeField()
    in_danger = models.CharField(max_length=20)
    told = models.JSONField(default=list)

    objects: ClassVar[models.Manager["Incident"]] = models.Manager()

    def __str__(self) -> str:
        return self.reference


class IncidentAnswer(Recorded):
    """What the information governance lead decided about an incident; the newest stands."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="answers")
    outcome = models.CharField(max_length=20)

    objects: ClassVar[models.Manager["IncidentAnswer"]] = models.Manager()

    class Meta:
        ordering = ("recorded_at",)

    def __str__(self) -> str:
        return f"answer to {self.incident_id}"
