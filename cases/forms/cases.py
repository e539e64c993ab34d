"""Opening a case, changing what is recorded of it, and filtering the list of cases."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from cases import choices, listing, search
from cases.forms.base import (
    DayField,
    Dropdown,
    FilterForm,
    MomentField,
    PlainCharField,
    Radios,
)
from cases.forms.listed import ListedForm
from cases.models import Case, User
from cases.models.cases import CLOSED

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
ME, YES = "me", "yes"
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
    """Search and filters of the list of cases. What is searched for is posted: it is never in an address."""

    method = "post"
    text = PlainCharField(
        label="Search",
        help_text="A name or the start of one, an address, postcode, telephone number or case reference",
        max_length=search.LONGEST_TEXT,
    )
    owner = Dropdown(label="Owner", empty_label="Anybody")
    team = Dropdown(label="Team", empty_label="All your teams")
    risk = Dropdown(label="Risk", empty_label="Any")
    status = Dropdown(
        ((CLOSED, "Closed"), (listing.ANY_STATUS, "Open and closed")), label="Status", empty_label="Open"
    )
    due = Dropdown(((YES, "Something is due"),), label="Due for you", empty_label="Either")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].offer([(ME, "Me"), *listing.colleagues_of(user)])  # type: ignore[attr-defined]
        self.fields["risk"].offer(choices.options("risk_level"))  # type: ignore[attr-defined]
        teams = listing.teams_of(user) if user.role == User.Role.MANAGER else []
        if len(teams) > 1:
            self.fields["team"].offer(teams)  # type: ignore[attr-defined]
        else:
            del self.fields["team"]

    def clean_text(self) -> str:
        """Refuse a search that would find nothing or everything, and say what to type."""
        text: str = self.cleaned_data["text"]
        if text and (problem := search.problem(text)):
            raise forms.ValidationError(problem)
        return text

    def selected(self) -> list[dict[str, str]]:
        """What is chosen, in words, one for each filter."""
        found = []
        for name, value in self.chosen().items():
            field = self.fields[name]
            known = dict(getattr(field, "choices", ()))
            found.append({"name": name, "words": f"{field.label}: {known.get(value, value)}"})
        return found
