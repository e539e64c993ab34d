"""The filters of the decision log."""

from typing import Any

from django.utils import timezone

from cases.forms.base import DayField, Dropdown, FilterForm, Radios
from sharing import lists
from sharing.log import LOOK_AT, Period, quarter

LAST, THIS, ALL, DAYS = "last_quarter", "this_quarter", "all", "days"


class LogFilterForm(FilterForm):
    """When it was recorded, what was decided, on which basis, what stands out."""

    period = Radios(
        (
            (LAST, "Last full quarter"),
            (THIS, "This quarter"),
            (ALL, "All of it"),
            (DAYS, "Between two days", "Enter them below."),
        ),
        label="When was it recorded?",
        initial=LAST,
    )
    since = DayField(label="From", what="The first day")
    until = DayField(label="To", what="The last day")
    outcome = Dropdown((), label="Outcome", empty_label="Any outcome")
    basis = Dropdown((), label="Lawful basis", empty_label="Any lawful basis")
    look_at = Dropdown(
        [(code, words) for code, (words, _) in LOOK_AT.items()],
        label="What to look at",
        empty_label="Everything",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("outcome", "basis"):
            field = self.fields[name]
            assert isinstance(field, Dropdown)  # noqa: S101 - declared above
            field.offer((row.code, row.label) for row in lists.rows(name))

    def clean(self) -> dict[str, Any]:
        """Two days must be in their order."""
        values = self.cleaned_data
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", "The last day must be the same as or after the first day")
        return values

    def filters(self) -> dict[str, Any]:
        """What `sharing.log.decisions` takes. With no answer, or junk: the last full quarter."""
        chosen = self.chosen()
        return {
            "period": self._period(chosen),
            "outcome": chosen.get("outcome", ""),
            "lawful_basis": chosen.get("basis", ""),
            "look_at": chosen.get("look_at", ""),
        }

    def _period(self, chosen: dict[str, Any]) -> Period:
        today = timezone.localdate()
        if chosen.get("period") == ALL:
            return Period()
        if chosen.get("period") == THIS:
            return quarter(today)
        days = Period(chosen.get("since"), chosen.get("until"))
        if chosen.get("period") in (DAYS, None) and days != Period():
            return days
        return quarter(today, back=1)
