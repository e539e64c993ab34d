"""Of which time the register is wanted."""

from datetime import date
from typing import Any

from django.utils import timezone

from cases.forms.base import Dropdown, FilterForm
from sharing.log import Period, quarter

ALL, LAST = "all", "1"
QUARTERS = 9
"""This quarter and the two years before it."""


class RegisterForm(FilterForm):
    """One calendar quarter, or all of it."""

    quarter = Dropdown((), label="Which quarter?", empty_label="Last full quarter")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        named = [(str(back), _words(quarter(today, back=back))) for back in range(QUARTERS)]
        field = self.fields["quarter"]
        assert isinstance(field, Dropdown)  # noqa: S101 - declared above
        field.offer([*named, (ALL, "All of it")])

    def period(self) -> Period:
        """What was chosen; with no answer, or junk: the last full quarter."""
        chosen = self.chosen().get("quarter") or LAST
        return Period() if chosen == ALL else quarter(timezone.localdate(), back=int(chosen))


def _words(period: Period) -> str:
    return f"{_month(period.since)} to {_month(period.until)}"


def _month(day: date | None) -> str:
    return f"{day:%B %Y}" if day else ""
