"""Who works on a case and who must never see it."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from cases.access_actions import MOST_GRANT_DAYS
from cases.forms.base import DayField, Dropdown, GovForm, PlainTextField
from cases.forms.listed import most
from cases.models import Case, Exclusion, User

WITHIN_A_YEAR = "The last day must be from today to a year from today"


class UntilForm(GovForm):
    """Until when somebody has the case."""

    buttons = ()
    until = DayField(
        label="Until when?",
        help_text="The last day on which they can open it, a year from today at most. For example, 27 3 2027",
        what="The last day",
        error_messages={"required": "Enter the last day on which they can open it"},
    )

    def clean_until(self) -> date:
        """A day from today to a year from today."""
        until: date = self.cleaned_data["until"]
        today = timezone.localdate()
        if not today <= until <= today + timedelta(days=MOST_GRANT_DAYS):
            raise ValidationError(WITHIN_A_YEAR)
        return until


class ChooseForm(GovForm):
    """One member of staff out of those offered."""

    other_names = frozenset({"action"})
    buttons = ()
    user = Dropdown(label="Member of staff", error_messages={"required": "Select a member of staff"})

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.id): one for one in people}
        named = [(code, f"{one.name}, {one.get_role_display()}") for code, one in self.people.items()]
        self.fields["user"].offer(named)  # type: ignore[attr-defined]

    def chosen(self) -> User:
        """Whoever was chosen."""
        return self.people[self.cleaned_data["user"]]


class GrantForm(ChooseForm, UntilForm):
    """Give somebody the case beside its owner, until a day."""

    user = Dropdown(
        label="Who should be given the case?",
        error_messages={"required": "Select who should be given the case"},
    )
    field_order = ("user", "until")


class AllocateForm(ChooseForm):
    """Make somebody else the owner."""

    user = Dropdown(label="Who is the new owner?", error_messages={"required": "Select the new owner"})


class ExcludeForm(ChooseForm):
    """Shut somebody out."""

    user = Dropdown(
        label="Who must not see the case?", error_messages={"required": "Select who must not see the case"}
    )
    reason = PlainTextField(
        label="Why must they not see it?",
        help_text="For example, they know the alleged perpetrator.",
        max_length=most(Exclusion, "reason"),
        rows=3,
        error_messages={"required": "Enter why they must not see the case"},
    )


class RestrictForm(GovForm):
    """Open a case to those who are named, alone."""

    buttons = ()
    reason = PlainTextField(
        label="Why must only a few people see the case?",
        help_text="For example, the victim/survivor works for us.",
        max_length=most(Case, "restriction_reason"),
        rows=3,
        error_messages={"required": "Enter why only a few people must see the case"},
    )
