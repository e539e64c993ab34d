"""What every row that stands for a ledger entry holds of it."""

from uuid import uuid4

from django.db import models

from cases.models import Case, User


class Recorded(models.Model):
    """What every row that stands for a ledger entry holds of it."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    request_key = models.UUIDField(unique=True)
    entry_hash = models.BinaryField(max_length=32, unique=True)
    recorded_at = models.DateTimeField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
