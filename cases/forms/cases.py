"""Opening a case, changing what is recorded of it, and filtering the list of cases."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from cases import choices
from cases.forms.base import (
    DayField,
    Dropdown,
    FilterForm,
    MomentField,
    PlainCharField,
    Radios,
)
from cases.forms.listed import ListedForm
from cases.models import Case

WHEN_HINT = (
    "The day and time at which somebody in your organisation first saw the concern, "
    "such as 27 3 2026, 2:30pm. It may be before today."
)
CONCERN: dict[str, Any] = {
    "label": "When was the concern identified?",
    "help_text": WHEN_HINT,
    "what": "The time the concern was identified",
    "past_only": True,
}
GIVEN = frozenset({"given", "given_in_part"})


class CaseForm(ListedForm):
    """The case's own answers: the concern, privacy information."""

    concern_identified_at = MomentField(**CONCERN)
    privacy_information = Radios(
        label="Has the victim/survivor been given privacy information?",
        help_text="What we do with their information, and their rights.",
        error_messages={"required": "Select whether privacy information was given"},
    )
    privacy_given_on = DayField(
        label="When was it given? (only where it was given)",
        help_text="For example, 27 3 2026",
        what="The date it was given",
        past_only=True,
        required=False,
    )
    lists = {"privacy_information": "privacy_information"}
    other_names = frozenset({"seen"})
    buttons = (("save", "Save"),)

    @staticmethod
    def initial_of(case: Case) -> dict[str, Any]:
        """The answers as they are recorded."""
        names = ("concern_identified_at", "privacy_information", "privacy_given_on")
        return {name: getattr(case, name) for name in names}

    def clean(self) -> dict[str, Any]:
        """Ask for the day where privacy information was given, and for none where it was not."""
        privacy_day_problem(self)
        return self.cleaned_data

    def values(self, case: Case) -> dict[str, Any]:
        """What `actions.change_case` takes. A moment typed to the minute does not shorten the stored one."""
        values = dict(self.cleaned_data)
        if same_minute(values["concern_identified_at"], case.concern_identified_at):
            values["concern_identified_at"] = case.concern_identified_at
        return values


def privacy_day_problem(form: forms.Form) -> None:
    """Say so where privacy information was given on no day, or was not given and has one."""
    answers = form.cleaned_data
    given, day = answers.get("privacy_information"), answers.get("privacy_given_on")
    if given in GIVEN and not day and "privacy_given_on" not in form.errors:
        form.add_error("privacy_given_on", "Enter the date it was given")
    if given and given not in GIVEN and day:
        form.add_error("privacy_given_on", "Remove the date, or select that privacy information was given")


def same_minute(one: datetime, other: datetime) -> bool:
    """Whether two moments are the same to the minute, which is as finely as a page asks."""
    return timezone.localtime(one).replace(second=0, microsecond=0) == timezone.localtime(other).replace(
        second=0, microsecond=0
    )


class CaseFilterForm(FilterForm):
    """Filters of the list of cases."""

    reference = PlainCharField(
        label="Case reference", help_text="All of it or its beginning, such as C-7F3", max_length=12
    )
    risk = Dropdown(label="Risk", empty_label="Any")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["risk"].offer(choices.options("risk_level"))  # type: ignore[attr-defined]
