"""Who may, and who must never: guardian's direct-key grants, and exclusions that beat everything."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase
from simple_history.models import HistoricalRecords

from cases.fields import SealedTextField
from cases.models.accounts import User
from cases.models.cases import Case


class CaseUserPermission(UserObjectPermissionBase, models.Model):
    """A named person's grant on one case (a direct key: generic ones do not scale, stack.md)."""

    content_object = models.ForeignKey(Case, on_delete=models.PROTECT)
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
