"""A case: who is responsible for it, what is known of its risk, and where its sharing stands."""

import secrets
from typing import ClassVar
from uuid import uuid4

from django.db import models
from simple_history.models import HistoricalRecords

from cases.fields import SealedTextField
from cases.models.accounts import Team, User

OPEN, CLOSED = "open", "closed"
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0/O, 1/I/L, U: a reference is read out over the telephone."""


def new_reference(prefix: str = "C") -> str:
    """A random reference such as C-7F3K2Q: it tells nothing and cannot be guessed in sequence."""
    return f"{prefix}-" + "".join(secrets.choice(_LETTERS) for _ in range(6))


class Case(models.Model):  # type: ignore[django-manager-missing]
    """A household's case. Everything personal in it is sealed under its own key."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reference = models.CharField(max_length=8, unique=True, default=new_reference, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="cases")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="cases")
    opened_at = models.DateTimeField()
    concern_identified_at = models.DateTimeField()
    staff_safety = SealedTextField(max_length=200)
    staff_safety_checked_on = models.DateField(null=True)

    status = models.CharField(max_length=10, default=OPEN)
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=30, default="")
    closing_note = SealedTextField(max_length=500)
    duplicate_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="duplicates")

    restricted = models.BooleanField(default=False)
    restriction_reason = SealedTextField(max_length=300)
    restriction_reviewed_on = models.DateField(null=True)

    provisional = models.BooleanField(default=False)
    matched_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="matched_from")

    privacy_information = models.CharField(max_length=20, default="not_recorded")
    privacy_given_on = models.DateField(null=True)

    risk_level = models.CharField(max_length=20, default="not_assessed")
    marac_criteria = models.JSONField(default=list)
    marac_referred_on = models.DateField(null=True)

    lawful_basis = models.CharField(max_length=20, default="")
    lawful_basis_at = models.DateTimeField(null=True)
    consent_status = models.CharField(max_length=30, default="")
    necessity = models.JSONField(default=dict)

    history = HistoricalRecords()
    objects: ClassVar[models.Manager["Case"]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(fields=["team", "-opened_at", "id"], name="case_team_list"),
            models.Index(fields=["owner", "-opened_at", "id"], name="case_owner_list"),
            models.Index(fields=["team", "status", "-opened_at", "id"], name="case_team_status_list"),
            models.Index(fields=["owner", "status", "-opened_at", "id"], name="case_owner_status_list"),
        )
        default_permissions = ()
        permissions = (("work_on_case", "Open and work on the case"),)

    def __str__(self) -> str:
        return self.reference

    @property
    def closed(self) -> bool:
        """Whether the case is closed: it is read, and nothing is worked on until it is opened again."""
        return self.status == CLOSED

    @property
    def threshold_met(self) -> bool:
        """Whether the MARAC threshold is met: there is at least one criterion (rules.md)."""
        return bool(self.marac_criteria)


class ConsentRecord(models.Model):
    """One dated line of a case's consent log: consent, wishes and what the person was told, kept apart."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="consent_log")
    happened_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    consent = models.CharField(max_length=30, default="")
    wishes = models.CharField(max_length=20, default="")
    informed = models.CharField(max_length=30, default="")
    told_by = models.CharField(max_length=20, default="")
    note = SealedTextField(max_length=300)
    decision_reference = models.CharField(max_length=8, default="")

    objects: ClassVar[models.Manager["ConsentRecord"]] = models.Manager()

    class Meta:
        ordering = ("-happened_on", "-recorded_at")

    def __str__(self) -> str:
        return f"consent of {self.case_id} on {self.happened_on}"
