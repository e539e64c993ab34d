"""Advice: a question without anybody's identity, and what the adviser answered.

Each row is a projection of its ledger entry: codes and times for lists, never text.
"""

from typing import ClassVar

from django.db import models

from cases.models import User
from cases.models.cases import new_reference
from sharing.models.recorded import Recorded


def new_advice_reference() -> str:
    return new_reference("A")


class Advice(Recorded):
    """A question that was taken to an adviser. `adviser_kind` is a code of the list `adviser`.

    `adviser`: who reads it here; None: somebody without an account, whom the officer asks themselves.
    `decision_reference`: of the draft, and so of the decision, that it belongs to; "": asked from the case.
    `leaks`: the kinds of identity that were found in the text and left in with a reason.
    """

    reference = models.CharField(max_length=8, unique=True, default=new_advice_reference)
    adviser_kind = models.CharField(max_length=20)
    adviser = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="advice_asked")
    decision_reference = models.CharField(max_length=8, default="")
    reply_by = models.DateTimeField()
    leaks = models.JSONField(default=list)

    objects: ClassVar[models.Manager["Advice"]] = models.Manager()

    class Meta:
        ordering = ("recorded_at",)
        indexes = (models.Index(fields=["decision_reference"], name="advice_of_decision"),)

    def __str__(self) -> str:
        return self.reference


class AdviceAnswer(Recorded):
    """What came of a question: the adviser answered, or it was taken back. The newest stands."""

    advice = models.ForeignKey(Advice, on_delete=models.PROTECT, related_name="answers")
    outcome = models.CharField(max_length=20)
    """`answered` or `withdrawn`."""

    objects: ClassVar[models.Manager["AdviceAnswer"]] = models.Manager()

    class Meta:
        ordering = ("recorded_at",)

    def __str__(self) -> str:
        return f"answer to {self.advice_id}"
