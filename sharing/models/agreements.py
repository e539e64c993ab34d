"""Sharing agreements: what partners settled once, so that an officer confirms it and need not know it."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from cases.models import User


class Agreement(models.Model):
    """One version of a sharing agreement. A change is the next version of the series; nothing is edited.

    `agencies`, `aims`, `conditions` and `methods` hold codes of the reference lists and the directory.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    series = models.UUIDField(default=uuid4)
    version = models.PositiveSmallIntegerField(default=1)
    request_key = models.UUIDField(unique=True)
    entry_hash = models.BinaryField(max_length=32, unique=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    name = models.CharField(max_length=120)
    active = models.BooleanField(default=True)
    agencies = models.JSONField(default=list)
    aims = models.JSONField(default=list)
    basis = models.CharField(max_length=20)
    power = models.CharField(max_length=200, default="")
    enactment = models.CharField(max_length=200, default="")
    annex_1 = models.CharField(max_length=20, default="")
    article_9 = models.CharField(max_length=20, default="")
    schedule_1 = models.CharField(max_length=20, default="")
    offence_condition = models.CharField(max_length=20, default="")
    policy_document = models.CharField(max_length=200, default="")
    conditions = models.JSONField(default=list)
    methods = models.JSONField(default=list)
    procedure = models.CharField(max_length=60, default="")
    fits = models.CharField(max_length=200, default="")
    agreed_on = models.DateField()
    review_on = models.DateField()

    objects: ClassVar[models.Manager["Agreement"]] = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["series", "version"], name="one_agreement_version"),)

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"
