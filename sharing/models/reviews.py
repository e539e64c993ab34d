"""A manager's look at a decision, the quality sample, and the views of the log that somebody keeps."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from cases.models import User
from sharing.models.decisions import Decision
from sharing.models.recorded import Recorded


class ManagerReview(Recorded):
    """A manager's outcome: they agree, ask to reconsider, or direct a new decision. The newest stands.

    `answer_by`: by when what they asked for is expected; None where they agree.
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="manager_reviews")
    outcome = models.CharField(max_length=20)
    answer_by = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["ManagerReview"]] = models.Manager()

    class Meta:
        ordering = ("recorded_at",)

    def __str__(self) -> str:
        return f"manager's review of {self.decision_id}"


class Sample(models.Model):
    """A quality sample of the decisions recorded in a period: whoever holds the seed can draw it again.

    `percent` of what is not sampled in any case; `drawn` is how many decisions it holds in all.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    request_key = models.UUIDField(unique=True)
    entry_hash = models.BinaryField(max_length=32, unique=True)
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField()
    seed = models.BinaryField(max_length=32)
    percent = models.PositiveSmallIntegerField()
    drawn = models.PositiveIntegerField()

    objects: ClassVar[models.Manager["Sample"]] = models.Manager()

    class Meta:
        ordering = ("-since", "-recorded_at")

    def __str__(self) -> str:
        return f"sample of {self.since} to {self.until}"


class SampleAnswer(Recorded):
    """The six questions answered about a sampled decision: code of the question → yes, no, not_applicable."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="sample_answers")
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="answers")
    answers = models.JSONField(default=dict)
    learning = models.BooleanField(default=False)
    """Whether there is a learning note; its words are in the sealed entry."""

    objects: ClassVar[models.Manager["SampleAnswer"]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["sample", "decision"], name="one_answer_to_a_sampled_decision"),
        )

    def __str__(self) -> str:
        return f"sample answer about {self.decision_id}"


class SavedView(models.Model):
    """Filters and columns of the decision log that somebody keeps; `name` is sealed, it may name somebody."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="saved_views")
    name = models.BinaryField(max_length=400)
    chosen = models.JSONField(default=dict)
    made_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["SavedView"]] = models.Manager()

    class Meta:
        ordering = ("made_at",)

    def __str__(self) -> str:
        return f"view {self.id}"
