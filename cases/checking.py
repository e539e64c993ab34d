"""How long ago something was checked, and whether that is too long to rely on it (Organisation settings)."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from cases.models import Organisation

_WEEKS_FROM, _MONTHS_FROM, _YEARS_FROM = 14, 60, 730
"""The numbers of days from which an age is said in weeks, months and years."""


def ago(day: date, today: date) -> str:
    """How long ago a day was: “today”, “5 days ago”, “4 months ago”."""
    days = (today - day).days
    if days < 2:
        return "today" if days < 1 else "yesterday"
    for least, length, unit in ((_YEARS_FROM, 365, "years"), (_MONTHS_FROM, 30, "months")):
        if days >= least:
            return f"{days // length} {unit} ago"
    return f"{days // 7} weeks ago" if days >= _WEEKS_FROM else f"{days} days ago"


@dataclass(frozen=True, slots=True)
class Clock:
    """Today, and the days after which what was checked counts as old; both are local."""

    today: date
    most: int

    @classmethod
    def now(cls) -> "Clock":
        """Today under the organisation's setting: one query."""
        return cls(timezone.localdate(), Organisation.current().stale_after_days)

    def is_old(self, day: date | None) -> bool:
        """Whether it was never checked, or longer ago than the setting allows."""
        return day is None or (self.today - day).days > self.most

    def ago(self, day: date) -> str:
        """How long ago a day was."""
        return ago(day, self.today)
