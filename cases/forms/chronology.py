"""A line of the chronology, and the filter of the page."""

from typing import Any

from cases import chronology
from cases.forms.base import (
    CheckboxSet,
    Confirm,
    DayField,
    FilterForm,
    GovForm,
    PlainCharField,
    PlainTextField,
    Radios,
)
from cases.forms.listed import most
from cases.models import Concern

PLAIN = ("kind", "happened_on", "date_not_known", "text", "source", "action")
HINTS = {
    "incident": "Something that somebody did, such as violence, threats or control",
    "concern": "Something that worried somebody",
    "contact": "A call, a message or a visit",
    "action": "A step that we took",
}


class ConcernForm(GovForm):
    """Something that happened."""

    kind = Radios(
        [(kind.value, kind.label, HINTS.get(kind.value, "")) for kind in Concern.Kind],
        label="What kind of thing was it?",
        error_messages={"required": "Select what kind of thing it was"},
    )
    happened_on = DayField(
        label="When did it happen?",
        help_text="For example, 27 3 2026. If it went on for longer, enter its first day.",
        what="The date it happened",
        past_only=True,
        required=False,
    )
    date_not_known = Confirm(label="The date is not known", required=False)
    text = PlainTextField(
        label="What happened?",
        help_text="What each person did or said, in plain words. Quote people as they said it.",
        max_length=most(Concern, "text"),
        rows=5,
        error_messages={"required": "Enter what happened"},
    )
    source = PlainCharField(
        label="How do we know?",
        help_text="Who said, saw or wrote it: “Roz, by phone”, “police report”.",
        max_length=most(Concern, "source"),
        error_messages={"required": "Enter how we know about it"},
    )
    action = PlainTextField(
        label="What did we do? (optional)",
        max_length=most(Concern, "action"),
        rows=3,
        required=False,
    )
    other_names = frozenset({"seen"})
    buttons = (("save", "Save"),)

    @staticmethod
    def initial_of(concern: Concern) -> dict[str, Any]:
        """The answers as they are recorded."""
        return {name: getattr(concern, name) for name in PLAIN}

    def clean(self) -> dict[str, Any]:
        """Exactly one of a date and "not known"."""
        answers = self.cleaned_data
        if "happened_on" not in self.errors:
            if answers.get("happened_on") and answers.get("date_not_known"):
                self.add_error("happened_on", "Enter the date or tick that it is not known, not both")
            elif not answers.get("happened_on") and not answers.get("date_not_known"):
                self.add_error("happened_on", "Enter the date, or say it is not known")
        return answers

    def values(self) -> dict[str, Any]:
        """Fields of `Concern`, as the actions take them."""
        return {name: self.cleaned_data[name] for name in PLAIN}


class ChronologyFilterForm(FilterForm):
    """Which kinds of things to show."""

    kind = CheckboxSet(chronology.KINDS, label="What to show")
