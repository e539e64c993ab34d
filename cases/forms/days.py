"""Days and moments, typed into separate boxes as people say them. Import them through `cases.forms.base`."""

import re
from calendar import month_name
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from cases.forms.fields import SURROGATE

MONTHS = [name.lower() for name in month_name[1:]]
CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]?([0-5][0-9]))?\s*(am|pm)?", re.IGNORECASE)
WORDS = {"midday": time(12), "noon": time(12), "midnight": time(0)}
FIRST_YEAR, LAST_YEAR = 1900, 2100


class PartsWidget(forms.MultiWidget):
    """Boxes side by side. Posted as `<name>_day`, `<name>_month`, `<name>_year` (and `<name>_time`)."""

    labels: dict[str, str] = {"day": "Day", "month": "Month", "year": "Year"}

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({name: forms.TextInput() for name in self.labels}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        """Split a stored day into the boxes."""
        return [value.day, value.month, value.year] if value else [None, None, None]


class MomentWidget(PartsWidget):
    """Day, month, year and the time of day."""

    labels = {**PartsWidget.labels, "time": "Time"}

    def decompress(self, value: Any) -> list[Any]:
        """Split a stored moment into the boxes, in local time."""
        if not value:
            return [None, None, None, None]
        local = timezone.localtime(value)
        return [local.day, local.month, local.year, f"{local:%H:%M}"]


def _month(text: str) -> int | None:
    """Read a month written as a number or as (the start of) its English name."""
    if re.fullmatch("[0-9]{1,2}", text):
        return int(text)
    if len(text) >= 3 and text.isalpha():
        return next((n for n, name in enumerate(MONTHS, 1) if name.startswith(text.lower())), None)
    return None


def read_day(parts: Sequence[str], what: str) -> date:
    """Read day, month and year as typed.

    Arguments: `what` – how the messages call it, "The review date".
    Raises ValidationError with what to do.
    """
    names = ("day", "month", "year")
    missing = [name for name, part in zip(names, parts, strict=True) if not part]
    if missing:
        raise ValidationError(f"{what} must include a {' and a '.join(missing)}", code="incomplete")
    day, month, year = parts
    number = _month(month)
    if not re.fullmatch("[0-9]{1,2}", day) or number is None or not re.fullmatch("[0-9]{1,6}", year):
        raise ValidationError(f"{what} must be a real date, like 27 3 2026", code="invalid")
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise ValidationError(
            f"{what} must have a year from {FIRST_YEAR} to {LAST_YEAR}, in 4 figures", code="range"
        )
    try:
        return date(int(year), number, int(day))
    except ValueError:
        raise ValidationError(f"{what} must be a real date, like 27 3 2026", code="invalid") from None


def read_time(text: str, what: str) -> time:
    """Read a time of day: 14:30, 14.30, 1430, 2:30pm, 2pm, midday. Raises ValidationError with what to do."""
    known = WORDS.get(text.lower())
    if known is not None:
        return known
    match = CLOCK.fullmatch(text)
    if match and (match[2] or match[3]):
        hour, half = int(match[1]), (match[3] or "").lower()
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "pm" else 0)
        elif half:
            hour = 24
        if hour < 24:
            return time(hour, int(match[2] or 0))
    raise ValidationError(f"{what} must have a real time, like 2:30pm or 14:30", code="time")


class DayField(forms.Field):
    """A day of the calendar, 1900 to 2100; the cleaned value is a `date` or None.

    Arguments: `what` – its name in messages; `past_only` – today or earlier; `future_only` – tomorrow on.
    """

    widget: Any = PartsWidget

    def __init__(
        self, *, what: str = "The date", past_only: bool = False, future_only: bool = False, **kwargs: Any
    ) -> None:
        kwargs["error_messages"] = {"required": f"Enter {what[0].lower()}{what[1:]}"} | (
            kwargs.get("error_messages") or {}
        )
        super().__init__(**kwargs)
        self.what, self.past_only, self.future_only = what, past_only, future_only

    def bound_data(self, data: Any, initial: Any) -> Any:  # noqa: ARG002 – Django's signature
        """What was typed, in a form that a page can carry."""
        return [SURROGATE.sub("\ufffd", part) if isinstance(part, str) else part for part in data or []]

    def typed(self, value: Any) -> list[str]:
        """Return the boxes as typed, without spaces at their ends."""
        parts = value if isinstance(value, (list, tuple)) else self.widget.decompress(value)
        return [str(part if part is not None else "").strip() for part in parts]

    def to_python(self, value: Any) -> date | None:
        """Return the day, or None where every box is empty. Raises ValidationError with what to do."""
        parts = self.typed(value)
        if not any(parts):
            return None
        day = read_day(parts, self.what)
        today = timezone.localdate()
        if self.past_only and day > today:
            raise ValidationError(f"{self.what} must be today or in the past", code="future")
        if self.future_only and day <= today:
            raise ValidationError(f"{self.what} must be in the future", code="past")
        return day


class MomentField(DayField):
    """A day and a time of day; the cleaned value is an aware `datetime` or None.

    `past_only` means not later than now, `future_only` later than now. A time the clocks skipped is refused.
    """

    widget = MomentWidget

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment, or None where every box is empty. Raises ValidationError with what to do."""
        parts = self.typed(value)
        if not any(parts):
            return None
        day = read_day(parts[:3], self.what)
        if not parts[3]:
            raise ValidationError(f"{self.what} must include a time, like 2:30pm", code="incomplete")
        moment = timezone.make_aware(datetime.combine(day, read_time(parts[3], self.what)))
        if timezone.localtime(moment.astimezone(UTC)).replace(tzinfo=None) != moment.replace(tzinfo=None):
            raise ValidationError(
                f"{self.what} must be a real time: the clocks went forward then", code="time"
            )
        if self.past_only and moment > timezone.now():
            raise ValidationError(f"{self.what} cannot be in the future", code="future")
        if self.future_only and moment <= timezone.now():
            raise ValidationError(f"{self.what} must be in the future", code="past")
        return moment
