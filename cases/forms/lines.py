"""Fields of set-up: an address on the web, a time of day, a list with one entry a line, a list of days."""

import re
from collections.abc import Sequence
from datetime import date, time
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError

from cases.forms.base import PlainCharField, PlainTextField
from cases.forms.days import read_day, read_time

NOT_A_LINK = (
    "Enter the whole address of the page, starting with https://, like https://www.example.org/notice"
)


class LinkField(PlainCharField):
    """The address of a document: http or https, with a host, without a name or password in it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=300, **kwargs)

    def to_python(self, value: Any) -> str:
        """Return the address. Raises ValidationError where nobody could safely follow it."""
        text = super().to_python(value)
        if text and not is_link(text):
            raise ValidationError(NOT_A_LINK, code="link")
        return text


def is_link(text: str) -> bool:
    """Whether a text is an address that a page may link to."""
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and "@" not in parts.netloc
            and (parts.port is None or parts.port > 0)
            and re.search(r"[\s\\<>\"]", text) is None
        )
    except ValueError:  # a port that is no number, half an IPv6 address
        return False


class ClockField(PlainCharField):
    """A time of day, as people write it: 9am, 17:30."""

    widget = forms.TextInput(attrs={"class": "govuk-input--width-4"})

    def __init__(self, *, what: str, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)
        self.what = what

    def clean(self, value: Any) -> time | None:
        """Return the time. Raises ValidationError with what to do."""
        text = super().clean(value)
        return read_time(text, self.what) if text else None

    def prepare_value(self, value: Any) -> Any:
        """Show a stored time."""
        return f"{value:%H:%M}" if isinstance(value, time) else value


class LinesField(PlainTextField):
    """A list with one entry a line; empty lines and repeats are left out.

    Arguments: `most_lines`, `line_length` – how many entries, and how many characters each.
    """

    def __init__(self, *, most_lines: int, line_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=most_lines * (line_length + 1), **kwargs)
        self.most_lines, self.line_length = most_lines, line_length

    def clean(self, value: Any) -> list[str]:
        """Return the entries. Raises ValidationError that names the line."""
        text = super().clean(value)
        lines = list(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))
        if len(lines) > self.most_lines:
            raise ValidationError(f"Enter {self.most_lines} lines or fewer. There are {len(lines)} now")
        for line in lines:
            if len(line) > self.line_length:
                shown = line[:30]
                raise ValidationError(
                    f"Shorten the line that starts “{shown}” to {self.line_length} characters or fewer"
                )
        return [self.read(line) for line in lines]

    def read(self, line: str) -> str:
        """An entry as it is kept."""
        return line

    def prepare_value(self, value: Any) -> Any:
        """Show stored entries."""
        return "\n".join(value) if isinstance(value, list | tuple) else value


class DaysField(LinesField):
    """Days, one a line; kept as ISO text in the order of the calendar."""

    def __init__(self, *, most_lines: int, **kwargs: Any) -> None:
        super().__init__(most_lines=most_lines, line_length=40, rows=6, **kwargs)

    def clean(self, value: Any) -> list[str]:
        """Return the days. Raises ValidationError that names the line."""
        return sorted(set(super().clean(value)))

    def read(self, line: str) -> str:
        """The day as ISO text."""
        parts = [part for part in re.split(r"[\s./-]+", line) if part]
        try:
            return _day(parts).isoformat()
        except ValidationError:
            raise ValidationError(f"Write “{line}” as a date, like 24 12 2026") from None

    def prepare_value(self, value: Any) -> Any:
        """Show stored days as people write them."""
        days = [date.fromisoformat(one) for one in value] if isinstance(value, list | tuple) else None
        return value if days is None else "\n".join(f"{day.day} {day.month} {day.year}" for day in days)


def _day(parts: Sequence[str]) -> date:
    """The day of what was typed between spaces, dots, dashes and slashes; too little or too much is none."""
    three = [*parts, "", "", ""][:3] if len(parts) <= len(_PARTS) else [""] * len(_PARTS)
    year_first = len(three[0]) == len("2026")
    return read_day(list(reversed(three)) if year_first else three, "The date")


_PARTS = ("day", "month", "year")
