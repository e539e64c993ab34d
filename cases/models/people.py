"""The people of a case, how they may safely be reached, what happened, and the information held."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from simple_history.models import HistoricalRecords

from cases.fields import SealedTextField
from cases.models.cases import Case


class Person(models.Model):
    """Somebody in a case. A route that is in neither list, or in both, is unsafe (rules.md)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="people")
    position = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(max_length=30)
    name = SealedTextField(max_length=200)
    preferred_name = SealedTextField(max_length=200)
    aliases = SealedTextField(max_length=300)
    birth_date = SealedTextField(max_length=10)
    address = SealedTextField(max_length=300)
    contact = SealedTextField(max_length=300)
    do_not = SealedTextField(max_length=300)
    safe_times = SealedTextField(max_length=200)
    code_word = SealedTextField(max_length=100)
    reviewed = models.JSONField(default=dict)
    """The day (ISO) on which each answer about safe contact was last checked with the person, by field."""
    safe_routes = models.JSONField(default=list)
    unsafe_routes = models.JSONField(default=list)
    routes_checked_on = models.DateField(null=True)
    care_needs = models.BooleanField(null=True)
    at_risk = models.BooleanField(null=True)
    cannot_protect = models.BooleanField(null=True)

    history = HistoricalRecords()
    objects: ClassVar[models.Manager["Person"]] = models.Manager()

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return f"person {self.id}"

    def safe(self, route: str) -> bool:
        """Whether a contact route is recorded as safe: on the safe list and not on the unsafe one."""
        return route in self.safe_routes and route not in self.unsafe_routes


class InformationItem(models.Model):
    """One piece of information that the organisation holds, with where it came from."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="information")
    position = models.PositiveSmallIntegerField(default=0)
    text = SealedTextField(max_length=500)
    source = SealedTextField(max_length=200)
    received_from = models.CharField(max_length=60, default="")
    received_on = models.DateField(null=True)
    conditions = SealedTextField(max_length=300)
    answers = models.UUIDField(null=True)
    """The request that it answers, by value: requests are kept on the floor above."""
    dated = models.DateField(null=True)
    date_not_known = models.BooleanField(default=False)
    nature = models.CharField(max_length=20, default="")
    whose = SealedTextField(max_length=200)
    historical = models.BooleanField(default=False)
    checked_on = models.DateField(null=True)
    alleges_offence = models.BooleanField(default=False)
    about = models.JSONField(default=list)

    history = HistoricalRecords()
    objects: ClassVar[models.Manager["InformationItem"]] = models.Manager()

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return f"information {self.id}"


class Concern(models.Model):
    """Something that happened, or that somebody was worried about: one line of the case's chronology."""

    class Kind(models.TextChoices):
        INCIDENT = "incident", "Incident"
        CONCERN = "concern", "Concern raised"
        CONTACT = "contact", "Contact or visit"
        ACTION = "action", "What we did"
        OTHER = "other", "Something else"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="concerns")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    happened_on = models.DateField(null=True)
    date_not_known = models.BooleanField(default=False)
    text = SealedTextField(max_length=1000)
    source = SealedTextField(max_length=200)
    action = SealedTextField(max_length=500)
    recorded_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()
    objects: ClassVar[models.Manager["Concern"]] = models.Manager()

    class Meta:
        ordering = ("happened_on", "recorded_at")

    def __str__(self) -> str:
        return f"concern {self.id}"
