"""The filters, columns and saved views of the decision log."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from cases.forms.base import (
    YES_NO,
    CheckboxSet,
    DayField,
    Dropdown,
    FilterForm,
    GovForm,
    PlainCharField,
    Radios,
)
from sharing import lists, log, log_columns
from sharing.log import LOOK_AT, Period, quarter

LAST, THIS, ALL, DAYS = "last_quarter", "this_quarter", "all", "days"
PERIODS = (
    (LAST, "Last full quarter"),
    (THIS, "This quarter"),
    (ALL, "All of it"),
    (DAYS, "Between two days", "Enter them as “From” and “To”."),
)
NOT_SHOWN = frozenset({"columns", "size", "reference"})
"""Fields of the filters that the page draws in a place of their own."""
_REFERENCE = re.compile(r"[CD]-[0-9A-Z]{6}")
WRONG_REFERENCE = "Enter a reference of a decision or a case, such as D-7F3K2Q"
NAME_MOST = 80


def _guards() -> Iterable[tuple[str, str]]:
    """Any stop, any point, then each by its title."""
    yield "stops", "Any stop"
    yield "points", "Any point"
    for code in ("stops", "points"):
        kind = code.removesuffix("s")
        for one, title in sorted(log_columns.BY_CODE[code].words.items(), key=lambda found: found[1]):
            yield f"{kind}.{one}", f"{kind.capitalize()}: {title}"


class ReferenceField(PlainCharField):
    """A reference of a decision or a case, however it is typed."""

    def to_python(self, value: Any) -> str:
        """Return the reference in capitals. Raises ValidationError for what is none."""
        text = re.sub(r"\s", "", super().to_python(value)).upper()
        if text and not _REFERENCE.fullmatch(text):
            raise ValidationError(WRONG_REFERENCE, code="reference")
        return text


class ReferenceForm(GovForm):
    """Find one reference. It is posted: whatever is typed there by mistake is never in an address."""

    buttons = (("find", "Find"),)
    find_reference = ReferenceField(
        label="Decision or case reference", max_length=40, error_messages={"required": WRONG_REFERENCE}
    )


class LogFilterForm(FilterForm):
    """When it was recorded, what was decided and how, what stands out; which columns, how many rows."""

    period = Radios(PERIODS, label="When was it recorded?", initial=LAST)
    since = DayField(label="From", what="The first day")
    until = DayField(label="To", what="The last day")
    outcome = Dropdown((), label="Outcome", empty_label="Any outcome")
    started = Dropdown((), label="How it started", empty_label="Any way")
    basis = Dropdown((), label="Lawful basis", empty_label="Any lawful basis")
    risk = Dropdown((), label="Risk", empty_label="Any risk")
    agency = Dropdown((), label="Agency", empty_label="Any agency")
    informed = Dropdown((), label="Was the victim/survivor told?", empty_label="Any answer")
    emergency = Dropdown(YES_NO, label="Emergency share", empty_label="Either")
    superseded = Dropdown(YES_NO, label="Superseded by another decision", empty_label="Either")
    guard = Dropdown((), label="Stop or point", empty_label="Any or none")
    look_at = Dropdown(
        [(code, words) for code, (words, _) in LOOK_AT.items()],
        label="What to look at",
        empty_label="Everything",
    )
    reference = ReferenceField(label="Reference", max_length=40, widget=forms.HiddenInput())
    columns = CheckboxSet(
        [(code, log_columns.BY_CODE[code].title) for code in log_columns.PAGED if code != "decision"],
        label="Which columns do you want to see?",
    )
    size = Dropdown(
        [(str(one), f"{one} decisions") for one in log.SIZES if one != log.SIZE],
        label="How many on a page?",
        empty_label=f"{log.SIZE} decisions",
    )

    LISTS: ClassVar[dict[str, str]] = {"started": "started", "basis": "basis", "informed": "informed"}

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        if data is not None and not data.getlist("columns"):
            data = data.copy()
            data.setlist("columns", list(log_columns.ON_PAGE[1:]))
        super().__init__(data, **kwargs)
        self.fields["columns"].initial = list(log_columns.ON_PAGE[1:])
        listed = {name: [(row.code, row.label) for row in lists.rows(of)] for name, of in self.LISTS.items()}
        listed["outcome"] = [
            *((row.code, row.label) for row in lists.rows("outcome")),
            (log.NOTHING_SHARED, "Not shared, or not yet"),
        ]
        listed["risk"] = [
            (log.HIGH, "High, or the MARAC threshold met"),
            *((row.code, row.label) for row in lists.rows("risk_level")),
        ]
        listed["agency"] = sorted(log_columns.agency_names().items(), key=lambda found: found[1])
        listed["guard"] = list(_guards())
        for name, options in listed.items():
            self.fields[name].offer(options)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Two days must be in their order."""
        values = self.cleaned_data
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", "The last day must be the same as or after the first day")
        return values

    def filters(self) -> dict[str, str]:
        """What `sharing.log.decisions` takes. With no answer, or junk: the last full quarter."""
        chosen = self.chosen()
        period = self.period_of(chosen)
        days = {"since": period.since, "until": period.until}
        found = {name: day.isoformat() for name, day in days.items() if day}
        return found | {name: chosen[name] for name in log.FILTERS if name in chosen and name not in days}

    def period_of(self, chosen: dict[str, Any]) -> Period:
        """The days that were chosen, as they are today."""
        today = timezone.localdate()
        if chosen.get("period") == ALL:
            return Period()
        if chosen.get("period") == THIS:
            return quarter(today)
        days = Period(chosen.get("since"), chosen.get("until"))
        if chosen.get("period") in (DAYS, None) and days != Period():
            return days
        return quarter(today, back=1)

    def shown_columns(self) -> list[str]:
        """The codes of the columns to show, the decision's reference first."""
        return ["decision", *(self.chosen().get("columns") or log_columns.ON_PAGE[1:])]

    def size_chosen(self) -> int:
        """How many decisions a page holds."""
        return int(self.chosen().get("size") or log.SIZE)

    def selected(self) -> list[tuple[str, str]]:
        """What narrows the log besides its period: the filter's name, and the filter in words."""
        found = []
        for name, value in self.chosen().items():
            if name in log.FILTERS and name not in ("since", "until"):
                known = dict(getattr(self.fields[name], "choices", ()))
                found.append((name, f"{log.FILTERS[name].title}: {known.get(value, value)}"))
        return found


class SavedViewForm(GovForm):
    """Keep the filters and columns as they are, under a name."""

    buttons = (("keep", "Keep this view"),)
    name = PlainCharField(
        label="What will you call it?",
        help_text="Only you see the name. Do not name anybody in it.",
        max_length=NAME_MOST,
        error_messages={"required": "Enter a name for the view"},
    )
    strict_names = False  # the filters are sent along
