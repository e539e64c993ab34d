"""Risk assessments: each one is kept; the case carries the latest level and criteria."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from cases.fields import SealedTextField
from cases.models.accounts import User
from cases.models.cases import Case


class RiskAssessment(models.Model):
    """One assessment, as it was made."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="risk_assessments")
    assessed_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    level = models.CharField(max_length=20)
    checklist_yes = models.PositiveSmallIntegerField(null=True)
    incidents = models.PositiveSmallIntegerField(null=True)
    criteria = models.JSONField(default=list)
    incident_on = models.DateField(null=True)
    repeat_of = models.DateField(null=True)
    """The day of the MARAC referral that the newest incident came after, where that is a repeat."""
    thresholds = models.JSONField(default=dict)
    """The organisation's thresholds that counted when the assessment was made."""
    judgement = SealedTextField(max_length=500)
    local_criterion = SealedTextField(max_length=200)
    marac_referred_on = models.DateField(null=True)

    objects: ClassVar[models.Manager["RiskAssessment"]] = models.Manager()

    class Meta:
        ordering = ("-assessed_on", "-recorded_at")

    def __str__(self) -> str:
        return f"assessment of {self.case_id} on {self.assessed_on}"
