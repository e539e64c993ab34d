"""Clocks that rang, and the mail that says so: work of the machine, kept so that each is done once.

The row is the truth; a message of the queue only wakes the worker. Nothing here names anybody in a case.
"""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from cases.models import Case, User
from cases.models.cases import new_reference


def new_reminder_reference() -> str:
    return new_reference("T")


class Mail(models.Model):
    """One e-mail to a member of staff: a digest of the day, or something urgent. Its id is its Message-ID."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        GIVEN_UP = "given_up", "Given up"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    urgent = models.BooleanField(default=False)
    day = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField()
    try_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[models.Manager["Mail"]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["state", "try_at"], name="mail_to_send"),)
        constraints = (
            models.UniqueConstraint(
                fields=["user", "day"], condition=models.Q(urgent=False), name="one_digest_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"mail {self.id}"


class Reminder(models.Model):
    """A clock that rang for somebody, once. `key` says which clock, of what, for which moment, for whom.

    `kind` is a code of `sharing.clocks`, `about` the id of the row that waits, `due_at` its deadline.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reference = models.CharField(max_length=8, unique=True, default=new_reminder_reference)
    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=30)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reminders")
    about = models.UUIDField()
    due_at = models.DateTimeField()
    rang_at = models.DateTimeField()
    urgent = models.BooleanField(default=False)
    mail = models.ForeignKey(Mail, null=True, on_delete=models.PROTECT, related_name="reminders")

    objects: ClassVar[models.Manager["Reminder"]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(fields=["user", "-rang_at"], name="reminder_of_user"),
            models.Index(fields=["mail"], name="reminder_of_mail"),
        )

    def __str__(self) -> str:
        return self.reference
