"""Who works on a case and who must never see it."""

from collections.abc import Iterable
from typing import Any

from cases.forms.base import Dropdown, GovForm, PlainTextField
from cases.forms.listed import most
from cases.models import Exclusion, User


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


class GrantForm(ChooseForm):
    """Give somebody the case beside its owner."""

    user = Dropdown(
        label="Who should be given the case?",
        error_messages={"required": "Select who should be given the case"},
    )


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
