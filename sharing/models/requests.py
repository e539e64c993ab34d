"""What we ask other agencies for, what they ask us for, and the letters of both.

Each row is a projection of its ledger entry: codes and times for lists, never text.
"""

from typing import ClassVar

from django.db import models

from cases.models.cases import new_reference
from sharing.models.decisions import Decision
from sharing.models.recorded import Recorded


def new_request_reference() -> str:
    return new_reference("R")


def new_asked_reference() -> str:
    return new_reference("Q")


def new_letter_reference() -> str:
    return new_reference("L")


class Request(Recorded):
    """Information that we ask one agency for. What the asking reveals was decided first: `decision`.

    `agency` is a code of the directory ("": one that is not in it), `recipient` the key of whom the decision
    names. Where it stands is its newest step.
    """

    reference = models.CharField(max_length=8, unique=True, default=new_request_reference)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="requests")
    agency = models.CharField(max_length=60)
    recipient = models.CharField(max_length=60)
    urgency = models.CharField(max_length=20)
    reply_by = models.DateTimeField()

    objects: ClassVar[models.Manager["Request"]] = models.Manager()

    class Meta:
        ordering = ("-recorded_at",)
        constraints = (models.UniqueConstraint(fields=["decision", "recipient"], name="one_request_each"),)

    def __str__(self) -> str:
        return self.reference


class Asked(Recorded):
    """Information that an agency asks us for. `checked`: how we know that it was them.

    Answered by the decision that names it (`Decision.asked`), or by an `AskedAnswer`.
    """

    reference = models.CharField(max_length=8, unique=True, default=new_asked_reference)
    agency = models.CharField(max_length=60)
    checked = models.CharField(max_length=20)
    received_at = models.DateTimeField()
    answer_by = models.DateTimeField()

    objects: ClassVar[models.Manager["Asked"]] = models.Manager()

    class Meta:
        ordering = ("-received_at",)

    def __str__(self) -> str:
        return self.reference


class AskedAnswer(Recorded):
    """How a request made to us ended where no decision was begun from it: the newest stands."""

    asked = models.ForeignKey(Asked, on_delete=models.PROTECT, related_name="answers")
    outcome = models.CharField(max_length=20)
    """A code of the list `asked_outcome`: a decision answers it, it was taken back, it was not ours."""
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[models.Manager["AskedAnswer"]] = models.Manager()

    class Meta:
        ordering = ("recorded_at",)

    def __str__(self) -> str:
        return f"answer to {self.asked_id}"


class Letter(Recorded):
    """A letter as it was prepared; its text and its PDF are in the entry, their fingerprints here too.

    L1 to L4 belong to a request of ours, L5 to one that was made to us. A changed letter is another row.
    """

    reference = models.CharField(max_length=8, unique=True, default=new_letter_reference)
    kind = models.CharField(max_length=2)
    request = models.ForeignKey(Request, null=True, on_delete=models.PROTECT, related_name="letters")
    asked = models.ForeignKey(Asked, null=True, on_delete=models.PROTECT, related_name="letters")
    reply_by = models.DateTimeField(null=True)
    text_sha256 = models.CharField(max_length=64)
    pdf_sha256 = models.CharField(max_length=64)
    leaks = models.JSONField(default=list)
    """The kinds of identity that were found in it and left in with a reason."""

    objects: ClassVar[models.Manager["Letter"]] = models.Manager()

    class Meta:
        ordering = ("recorded_at",)

    def __str__(self) -> str:
        return self.reference


class LetterCheck(Recorded):
    """What a manager said of a letter that must be approved before it goes: L3 and L4."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="checks")
    outcome = models.CharField(max_length=20)
    """`approved` or `returned`."""

    objects: ClassVar[models.Manager["LetterCheck"]] = models.Manager()

    class Meta:
        ordering = ("recorded_at",)

    def __str__(self) -> str:
        return f"check of {self.letter_id}"


class RequestStep(Recorded):
    """What happened to a request, and the state that it is in since: one line of the table of states.

    `act` and `state` are codes of `sharing.rules.requests`. `due_at`: when the state's clock rings; None: no
    clock runs. `refusal`: how the agency's reason was classified; `ending`: how the request was closed.
    """

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    """1 for the first step of a request: two people who act at once cannot both be the next."""
    act = models.CharField(max_length=30)
    state = models.CharField(max_length=30)
    due_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=30, default="")
    ending = models.CharField(max_length=30, default="")
    letter = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="steps")
    items = models.JSONField(default=list)
    """The ids of the information items that came with it."""

    objects: ClassVar[models.Manager["RequestStep"]] = models.Manager()

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["request", "number"], name="one_step_at_a_time"),)

    def __str__(self) -> str:
        return f"{self.act} of {self.request_id}"
