"""What the dashboard's figures are added up from: counts of days that are over.

Everything here can be thrown away: `sharing.tallying` counts it again from the decisions themselves.
"""

from typing import ClassVar

from django.db import models

from cases.models import Team


class Tally(models.Model):
    """How often something came up among what was recorded on one day in a team's cases.

    `restricted`: in restricted cases, which not every manager of the team may know of. `key` is a code of the
    chart's own; nothing here tells which case it was.
    """

    day = models.DateField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    restricted = models.BooleanField()
    chart = models.CharField(max_length=20)
    key = models.CharField(max_length=100)
    count = models.PositiveIntegerField()

    objects: ClassVar[models.Manager["Tally"]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["chart", "day", "team", "restricted", "key"], name="one_tally_of_a_key"
            ),
        )
        indexes = (models.Index(fields=["day"], name="tallies_of_a_day"),)

    def __str__(self) -> str:
        return f"{self.chart} {self.key} on {self.day}"


class TallyDay(models.Model):
    """A local day whose tallies are there. Its row is what a count of the day locks."""

    day = models.DateField(primary_key=True)
    counted_at = models.DateTimeField()

    objects: ClassVar[models.Manager["TallyDay"]] = models.Manager()

    def __str__(self) -> str:
        return str(self.day)


class TallyMark(models.Model):
    """Something that counts otherwise since: written with what changed it, in the same transaction.

    `decision`: that one and those that follow it; `case`: everything in a case whose team or restriction
    changed. Until its days are counted again, they are counted as they are read.
    """

    decision = models.UUIDField(null=True)
    case = models.UUIDField(null=True)

    objects: ClassVar[models.Manager["TallyMark"]] = models.Manager()

    def __str__(self) -> str:
        return f"mark {self.pk}"
