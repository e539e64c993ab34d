"""The ledger's tables. No foreign keys: an entry outlives what it tells of."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import uuid4

from django.db import models


class Entry(models.Model):
    """One thing that happened to one subject. Written by `audit.ledger.append` alone; never changed."""

    hash = models.BinaryField(primary_key=True, max_length=32)
    subject = models.UUIDField()
    seq = models.PositiveBigIntegerField()
    prev = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=64)
    actor = models.UUIDField()
    recorded_at = models.DateTimeField()
    occurred_at = models.DateTimeField()
    request_key = models.UUIDField(unique=True)
    ct = models.BinaryField(max_length=32)
    commit = models.BinaryField(max_length=32)
    header = models.BinaryField()
    sealed = models.BinaryField()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["subject", "seq"], name="audit_entry_place"),
        ]
        # Who took what out is read by kind, the newest first.
        indexes = [models.Index(fields=["kind", "recorded_at", "hash"], name="entries_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {bytes(self.hash).hex()[:12]}"


class Head(models.Model):
    """How many entries a subject has and the hash of the last one: the row that an append locks."""

    subject = models.UUIDField(primary_key=True)
    seq = models.PositiveBigIntegerField()
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.subject} {self.seq}"


class Leaf(models.Model):
    """An entry's place in the one Merkle log of all subjects (RFC 6962). Append-only, without gaps."""

    append_only = True

    index = models.PositiveBigIntegerField(primary_key=True)
    hash = models.BinaryField(max_length=32, unique=True)

    class Meta:
        verbose_name_plural = "leaves"

    def __str__(self) -> str:
        return f"leaf {self.index}"


class Checkpoint(models.Model):
    """A signed statement of the log's size and root; `note` is what leaves the house (C2SP signed note)."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    origin = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    made_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Checkpoint"]] = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["origin", "size"], name="one_checkpoint_of_a_size"),)

    def __str__(self) -> str:
        return f"{self.origin} {self.size}"


class Check(models.Model):
    """What a verification found. `frontier` is the log's right edge at `size`: where the next one goes on.

    `by` is who asked, None for the worker; `whole`: everything was recomputed, not only what was new.
    `problem` is empty where everything matched. `signature` is the log's (audit/checks.py): none in rows that
    are older than it.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    whole = models.BooleanField()
    entries = models.PositiveBigIntegerField()
    subjects = models.PositiveBigIntegerField()
    origin = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    root = models.BinaryField(max_length=32)
    frontier = models.BinaryField()
    problem = models.JSONField(default=dict)
    signature = models.BinaryField(null=True)

    objects: ClassVar[models.Manager["Check"]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["-at"], name="newest_check"),)

    def __str__(self) -> str:
        return f"check of {self.size} entries"


class Noted(models.JSONField):
    """JSON in a row that anybody could have changed who writes to the database: what cannot be read is None.

    So one such row keeps no page, and no other row, from being read. To migrations it is a JSONField.
    """

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """What is stored, or None where it is no JSON, or nested deeper than can be read."""
        try:
            return super().from_db_value(value, expression, connection)
        except (ValueError, RecursionError):
            return None

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """As the field that it is in the database."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


class Export(models.Model):
    """An export job: this row is the truth of how far it is, and the message to a worker only a doorbell.

    What it holds, for whom, and who approved it, counts as it was sealed: whoever writes to the database can
    write a row.

    `options` holds codes only (filters, columns, format); what was typed is in the sealed entry of asking.
    `secret` is sealed above this floor: the key of the files and of the pseudonyms. It is wiped when the
    export is over: its files are then unreadable. `lease` names the worker that writes, until `lease_until`.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    request_key = models.UUIDField(unique=True)
    owner = models.UUIDField()
    source = models.CharField(max_length=40)
    purpose = models.CharField(max_length=40)
    options = Noted(default=dict)
    state = models.CharField(max_length=20)
    asked_at = models.DateTimeField()
    approved_by = models.UUIDField(null=True)
    approved_at = models.DateTimeField(null=True)
    secret = models.BinaryField(null=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=60, default="")
    log_size = models.PositiveBigIntegerField(null=True)
    manifest = Noted(default=dict)
    size = models.PositiveBigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Export"]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(fields=["owner", "-asked_at"], name="exports_of_somebody"),
            models.Index(fields=["state", "lease_until"], name="exports_to_write"),
        )

    def __str__(self) -> str:
        return f"export {self.id}"
