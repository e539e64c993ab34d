"""What every page of the journey is: a form over a sheet, that stores its answers and can be checked again.

A page checks shape: that a question is answered, with something that can be read. Whether the answers hold is
asked of `sharing.rules` by the views, and shown beside the field that each finding belongs to.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from cases.forms.base import DayField, GovForm, MomentField, Option, Radios
from cases.forms.days import MomentWidget, PartsWidget
from sharing import agreements, lists
from sharing.sheet import Sheet

Row = tuple[str, list[str]]


def options(name: str, only: Collection[str] | None = None) -> list[Option]:
    """The rows of a reference list that are offered, with their hints."""
    return [(code, label, lists.hint(name, code)) for code, label in lists.choices(name, only)]


class YesNo(Radios):
    """A yes or no that is stored as true or false."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__([("yes", "Yes"), ("no", "No")], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored answer."""
        return {True: "yes", False: "no"}.get(value, value)

    def clean(self, value: Any) -> Any:
        """Return True, False or None."""
        return {"yes": True, "no": False}.get(super().clean(value))


class OpenMomentWidget(MomentWidget):
    """Day and time, of which the time may be missing."""

    def decompress(self, value: Any) -> list[Any]:
        """Split a stored day or moment into the boxes."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return [value.day, value.month, value.year, None]
        return super().decompress(value)


class OpenMomentField(MomentField):
    """A moment, or a whole day where no time is given: the rules take a day to end with its last second."""

    widget = OpenMomentWidget

    def to_python(self, value: Any) -> date | None:  # type: ignore[override]
        """Return a datetime, a date or None. Raises ValidationError with what to do."""
        parts = self.typed(value)
        if any(parts) and not parts[3]:
            return DayField.to_python(self, parts[:3])
        return super().to_python(value)


class FromTodayField(DayField):
    """A day that is not over yet."""

    from_today = True

    def to_python(self, value: Any) -> date | None:
        """Return the day. Raises ValidationError where it has passed."""
        day = super().to_python(value)
        if day is not None and self.from_today and day < timezone.localdate():
            raise ValidationError(f"{self.what} must be today or in the future", code="past")
        return day


def to_answer(value: Any) -> Any:
    """A cleaned value as the draft stores it: days and moments as ISO text."""
    return value.isoformat() if isinstance(value, date) else value


def from_answer(field: forms.Field, value: Any) -> Any:
    """A stored answer as the field shows it."""
    if not isinstance(field, DayField) or not isinstance(value, str):
        return value
    if not isinstance(field, MomentField):
        return date.fromisoformat(value[:10])
    if len(value) == len("2026-01-31") and isinstance(field, OpenMomentField):
        return date.fromisoformat(value)
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else timezone.make_aware(moment)


def in_words(value: Any) -> str:
    """A day or a moment as people say it: Tuesday 4 June 2026, 2:30pm."""
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{in_words(local.date())}, {local:%-I:%M}{local:%p}".replace("AM", "am").replace("PM", "pm")
    if isinstance(value, date):
        return f"{value:%A} {value.day} {value:%B %Y}"
    return {True: "Yes", False: "No"}.get(value, str(value))


class PageForm(GovForm):
    """One page. `keeps_clock`: the days that are held against the calendar again when the page is re-read."""

    buttons = ()
    other_names = frozenset({"saves", "window", "restored"})
    keeps_clock: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, sheet: Sheet, data: Any = None, *, stored: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.sheet = sheet
        self.stored = dict(sheet.answers if stored is None else stored)
        self.adapt()
        self.kept = self._as_fields(self.load(self.stored))
        self.initial = self._as_fields(self.defaults()) | self.kept

    def _as_fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: from_answer(field, values[name])
            for name, field in self.fields.items()
            if values.get(name) is not None
        }

    def adapt(self) -> None:
        """Fit the questions to the answers so far: which are asked, what is offered, how they read."""

    def offer(self, name: str, rows: Sequence[Option]) -> None:
        """Offer these answers to a question."""
        field: Any = self.fields[name]
        field.offer(rows)

    def defaults(self) -> dict[str, Any]:
        """What stands in the fields before they are answered: the officer confirms it or changes it.

        A sharing agreement that was chosen fills in what it settles.
        """
        agreement = self.sheet.agreement if self._asked & set(agreements.SETTLES) else None
        return self.load(agreements.defaults(agreement, self.sheet.answers)) if agreement else {}

    @property
    def _asked(self) -> set[str]:
        """The names of the answers that the page asks for."""
        return {*self.fields, *getattr(self, "for_each_recipient", ())}

    @property
    def from_agreement(self) -> str:
        """What the page says of the agreement that was chosen; empty where it settles nothing on it."""
        if not self._asked & set(agreements.SETTLES):
            return ""
        return agreements.line(self.sheet.agreement, self.sheet.answers, self._asked)

    def load(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Turn what the draft stores into what the fields show."""
        return dict(stored)

    def answers(self) -> dict[str, Any]:
        """What the page stores: a value for each answered question, None for one that was left empty."""
        found = {name: to_answer(value) for name, value in self.cleaned_data.items()}
        return {name: None if value in ("", []) else value for name, value in found.items()}

    def emptied(self) -> dict[str, Any]:
        """The questions that were left empty although they need an answer."""
        return {
            name: None
            for name, errors in self.errors.as_data().items()
            if name in self.fields and all(error.code == "required" for error in errors)
        }

    @property
    def only_unanswered(self) -> bool:
        """Whether nothing is wrong but that questions are still open."""
        return all(error.code == "required" for errors in self.errors.as_data().values() for error in errors)

    def need(self, name: str, message: str | None = None) -> None:
        """Ask for an answer that the other answers of the page make necessary."""
        if name in self.fields and name not in self.errors and self.cleaned_data.get(name) in (None, "", []):
            words = message or self.fields[name].error_messages["required"]
            self.add_error(name, ValidationError(words, code="required"))

    def posted(self) -> MultiValueDict[str, Any]:
        """The stored answers as a browser would send them."""
        data: MultiValueDict[str, Any] = MultiValueDict()
        for name, field in self.fields.items():
            value = field.prepare_value(self.kept.get(name))
            if isinstance(field.widget, PartsWidget):
                widget: Any = field.widget
                boxes = zip(widget.widgets_names, widget.decompress(value), strict=True)
                data.update({name + box: "" if part is None else str(part) for box, part in boxes})
            elif isinstance(value, list):
                data.setlist(name, value)
            elif value is not None:
                data[name] = str(value)
        return data

    def as_typed(self, data: Any) -> Self:
        """The same page with what was typed in it: nothing is judged until it is sent."""
        self.data, self.is_bound, self.cleaned_data = data, True, {}
        self._errors: ErrorDict | None = ErrorDict()
        return self

    def again(self) -> Self:
        """The same page, filled in with what is stored, to be checked, or shown with its stops."""
        self.data, self.is_bound, self._errors = self.posted(), True, None
        for name, field in self.fields.items():
            if isinstance(field, DayField) and name not in self.keeps_clock:
                # Time passes while a draft waits: a day that was right when it was typed is kept.
                field.past_only = field.future_only = False
                if isinstance(field, FromTodayField):
                    field.from_today = False
        return self

    def rows(self) -> list[Row]:
        """Each question with its answer in words, for summaries.

        A question that must be answered and is not has an empty list; one that need not be is left out.
        """
        shown = [(name, field, self._shown(name, field)) for name, field in self.fields.items()]
        return [(self.question(name), answer) for name, field, answer in shown if answer or field.required]

    def question(self, name: str) -> str:
        """A question in words, where it stands without its page."""
        return str(self.fields[name].label)

    def _shown(self, name: str, field: forms.Field) -> list[str]:
        value = self.kept.get(name)
        if value in (None, "", []):
            return []
        if isinstance(field, forms.ChoiceField):
            value = field.prepare_value(value)
            offered: Any = field.choices
            labels = {str(code): str(label) for code, label in offered}
            chosen: Iterable[Any] = value if isinstance(value, list) else [value]
            return [labels.get(str(code), str(code)) for code in chosen]
        return [in_words(value)]


def in_days(count: int) -> date:
    """The day so many days from today."""
    return timezone.localdate() + timedelta(days=count)
