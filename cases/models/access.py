"""Who may, and who must never: guardian's direct-key grants, and exclusions that beat everything."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase
from simple_history.models import HistoricalRecords

from cases.fields import SealedTextField
from cases.models.accounts import User
from cases.models.cases import Case

GRANT_DAYS = 90


def grant_end() -> datetime:
    """When a grant ends that nobody gave another end."""
    return timezone.now() + timedelta(days=GRANT_DAYS)


class CaseUserPermission(UserObjectPermissionBase, models.Model):
    """A named person's grant on one case until its end (a direct key: generic ones do not scale)."""

    content_object = models.ForeignKey(Case, on_delete=models.PROTECT)
    ends_at = models.DateTimeField(default=grant_end)
    made_at = models.DateTimeField(default=timezone.now)
    reviewed_on = models.DateField(null=True)
    objects: ClassVar[models.Manager["CaseUserPermission"]]

    def __str__(self) -> str:
        return f"grant {self.pk}"

    history = HistoricalRecords()


class CaseGroupPermission(GroupObjectPermissionBase, models.Model):
    """guardian asks for it; no grant is ever made to a group."""

    content_object = models.ForeignKey(Case, on_delete=models.PROTECT)
    objects: ClassVar[models.Manager["CaseGroupPermission"]]

    def __str__(self) -> str:
        return f"grant {self.pk}"


class Exclusion(models.Model):
    """A person who must not know that the case exists, whatever else they hold."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="exclusions")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exclusions")
    reason = SealedTextField(max_length=300)
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    reviewed_on = models.DateField(null=True)

    history = HistoricalRecords()
    objects: ClassVar[models.Manager["Exclusion"]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["case", "user"], condition=models.Q(ended_at=None), name="one_live_exclusion"
            ),
        )

    def __str__(self) -> str:
        return f"exclusion {self.id}"


class TimedAccess(models.Model):
    """A case that is open to somebody for a short time, because they said why: an emergency, or a purpose."""

    class Kind(models.TextChoices):
        EMERGENCY = "emergency", "Emergency access"
        PURPOSE = "purpose", "Looking with a purpose"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="timed_access")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="timed_access")
    purpose = models.CharField(max_length=30, default="")
    reason = SealedTextField(max_length=300)
    begun_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    review = models.CharField(max_length=20, default="")
    review_note = SealedTextField(max_length=300)

    history = HistoricalRecords()
    objects: ClassVar[models.Manager["TimedAccess"]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["user", "kind", "ends_at"], name="timed_access_of_user"),)

    def __str__(self) -> str:
        return f"{self.kind} access {self.id}"


class Notice(models.Model):
    """What somebody must be told at once, until they have seen it. It names a case and nobody in it."""

    class Kind(models.TextChoices):
        EMERGENCY_ACCESS = "emergency_access", "Emergency access to a case"
        EMERGENCY_REFUSED = "emergency_refused", "Somebody shut out tried emergency access"
        PURPOSE_ACCESS = "purpose_access", "A governance lead looked at a case with a purpose"
        POSSIBLE_DUPLICATE = "possible_duplicate", "A case that may be about the same people was opened"
        HANDED_ON = "handed_on", "A case is yours now"
        TWO_STEP_RESET = "two_step_reset", "Your two-step sign-in was set back"
        SIGN_IN_OPENED = "sign_in_opened", "An administrator has opened somebody's sign-in"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=30, choices=Kind.choices)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    about = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    access = models.ForeignKey(TimedAccess, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Notice"]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["user", "seen_at"], name="notice_of_user"),)

    def __str__(self) -> str:
        return f"notice {self.id}"
