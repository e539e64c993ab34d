"""The vault's tables. They have no history: a tracked key could never be destroyed."""

from typing import ClassVar

from django.db import models


class CaseKey(models.Model):
    """The data key of one subject (a case, or the organisation), wrapped by the key-encryption key."""

    subject = models.UUIDField(primary_key=True)
    key_id = models.CharField(max_length=40)
    wrapped = models.BinaryField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["CaseKey"]] = models.Manager()

    def __str__(self) -> str:
        return f"key of {self.subject}"


class Canary(models.Model):
    """A known text under each key-encryption key: a wrong key is found at start, not years later."""

    key_id = models.CharField(max_length=40, primary_key=True)
    sealed = models.BinaryField()

    objects: ClassVar[models.Manager["Canary"]] = models.Manager()

    def __str__(self) -> str:
        return f"canary of {self.key_id}"
