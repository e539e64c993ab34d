"""A draft that is being filled in, what is typed into it, and the decision that it became.

`Decision` is a projection of its ledger entry: codes and times for lists, filters and exports, never
text. The whole record is the sealed entry; verification compares the two.
"""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from cases.fields import SealedTextField
from cases.models import Case, User
from cases.models.cases import new_reference


def new_decision_reference() -> str:
    return new_reference("D")


class Draft(models.Model):
    """Answers in progress, sealed as one JSON document under the case's key. Kept out of every log."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="drafts")
    reference = models.CharField(max_length=8, unique=True, default=new_decision_reference, editable=False)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drafts")
    started_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)
    saves = models.PositiveIntegerField(default=0)
    request_key = models.UUIDField(unique=True, default=uuid4, editable=False)
    answers = SealedTextField(max_length=200_000)
    recorded_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    follows = models.ForeignKey(
        "sharing.Decision", null=True, on_delete=models.PROTECT, related_name="following_drafts"
    )
    follows_as = models.CharField(max_length=20, default="")
    asked = models.ForeignKey("sharing.Asked", null=True, on_delete=models.PROTECT, related_name="drafts")
    """The request made to us that it will answer."""

    objects: ClassVar[models.Manager["Draft"]] = models.Manager()

    def __str__(self) -> str:
        return self.reference


class Typing(models.Model):
    """What stands typed in one window at one page of a draft and is not saved yet, sealed like the draft.

    `page` is the page's slug, with a recipient's or an item's key after a slash; `saves` how often the draft
    had been saved when the page was opened.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="typing")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    page = models.CharField(max_length=80)
    window = models.UUIDField()
    saves = models.PositiveIntegerField()
    typed = SealedTextField(max_length=100_000)
    typed_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Typing"]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["draft", "by", "page", "window"], name="one_typing_in_a_window"),
        )

    def __str__(self) -> str:
        return f"typing in {self.draft_id}"


class Decision(models.Model):
    """A recorded decision, to share or not. What follows it (a correction, the completion of an emergency
    share, a new decision at its review) is a decision of its own that names it.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    reference = models.CharField(max_length=8, unique=True)
    request_key = models.UUIDField(unique=True)
    entry_hash = models.BinaryField(max_length=32, unique=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    outcome = models.CharField(max_length=20)
    started = models.CharField(max_length=20, default="")
    urgency = models.CharField(max_length=20, default="")
    lawful_basis = models.CharField(max_length=20, default="")
    consent = models.CharField(max_length=30, default="")
    wishes = models.CharField(max_length=20, default="")
    informed = models.CharField(max_length=30, default="")
    risk_level = models.CharField(max_length=20)
    threshold_met = models.BooleanField()
    already_sent = models.BooleanField()
    aims = models.JSONField(default=list)
    kinds = models.JSONField(default=list)
    reasons = models.JSONField(default=list)
    stops = models.JSONField(default=list)
    points = models.JSONField(default=list)
    agencies = models.JSONField(default=list)
    included = models.PositiveSmallIntegerField()
    withheld = models.PositiveSmallIntegerField()
    review_on = models.DateField(null=True)
    emergency = models.BooleanField(default=False)
    follows = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followed_by")
    follows_as = models.CharField(max_length=20, default="")
    agreement = models.ForeignKey(
        "sharing.Agreement", null=True, on_delete=models.PROTECT, related_name="decisions"
    )
    asked = models.ForeignKey("sharing.Asked", null=True, on_delete=models.PROTECT, related_name="decisions")
    """The request made to us that it answers."""
    basis_at = models.DateTimeField(null=True)
    basis_after_sharing = models.BooleanField(default=False)
    send_by = models.DateTimeField(null=True)
    to_send = models.JSONField(default=list)
    """Pairs of a recipient's key and an item's key."""

    objects: ClassVar[models.Manager["Decision"]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(fields=["-recorded_at", "-id"], name="decision_log"),
            models.Index(fields=["case", "-recorded_at"], name="decision_of_case"),
            # What the log is sorted by (sharing.log.SORTS): a page is read from one of these.
            models.Index(fields=["decided_at", "id"], name="decision_by_decided"),
            models.Index(fields=["outcome", "recorded_at", "id"], name="decision_by_outcome"),
            models.Index(fields=["lawful_basis", "recorded_at", "id"], name="decision_by_basis"),
            models.Index(fields=["risk_level", "recorded_at", "id"], name="decision_by_risk"),
        )

    def __str__(self) -> str:
        return self.reference
