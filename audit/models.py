"""The ledger's tables. No foreign keys: an entry outlives what it tells of."""

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

    def __str__(self) -> str:
        return f"{self.kind} {bytes(self.hash).hex()[:12]}"


class Head(models.Model):
    """How many entries a subject has and the hash of the last one: the row that an append locks."""

    subject = models.UUIDField(primary_key=True)
    seq = models.PositiveBigIntegerField()
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.subject} {self.seq}"
