"""Closing a case, opening it again, moving it to another team."""

from typing import Any

from cases.forms.base import Dropdown, GovForm, PlainCharField, PlainTextField, Radios
from cases.forms.listed import most
from cases.forms.match import NOT_THAT, typed_reference
from cases.models import Case, Membership, Team, User
from cases.reasons import CLOSING, NEED_A_NOTE

MOST_REASON = 300
"""Characters of why a case is opened again."""
DUPLICATE_HINT = "Its exact reference, such as C-7F3K2Q. You must be able to work on both cases."


class CloseForm(GovForm):
    """Why the case is closed."""

    buttons = ()
    reason = Radios(
        CLOSING, label="Why is the case closed?", error_messages={"required": "Select why it is closed"}
    )
    note = PlainTextField(
        label="What must somebody know who opens this case later?",
        help_text="Needed unless the person is safe now. Facts and dates, and who has been told.",
        max_length=most(Case, "closing_note"),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Most reasons mean nothing without a line that says what happened."""
        answers = self.cleaned_data
        if answers.get("reason") in NEED_A_NOTE and not answers.get("note") and "note" not in self.errors:
            self.add_error("note", "Enter what somebody must know who opens this case later")
        return answers


class DuplicateForm(GovForm):
    """Which case stays. Whether there is such a case, and for whom, the view asks of the policy."""

    buttons = ()
    reference = PlainCharField(
        label="Which case stays open?",
        help_text=DUPLICATE_HINT,
        max_length=20,
        error_messages={"required": NOT_THAT, "max_length": NOT_THAT},
    )
    note = PlainTextField(
        label="What is only in this case, and not in the other? (optional)",
        max_length=most(Case, "closing_note"),
        rows=3,
        required=False,
    )

    def clean_reference(self) -> str:
        """The reference as it is written on every page, however it was typed."""
        return typed_reference(self.cleaned_data["reference"])


class ReopenForm(GovForm):
    """Why the case is opened again."""

    buttons = ()
    reason = PlainTextField(
        label="Why is the case opened again?",
        max_length=MOST_REASON,
        rows=3,
        error_messages={"required": "Enter why the case is opened again"},
    )


class MoveForm(GovForm):
    """Another team for the case, and who of it owns the case then."""

    buttons = ()
    place = Dropdown(
        label="Which team, and who of it owns the case?",
        help_text="Managers of that team can open the case from then on, and those of this team no longer.",
        error_messages={"required": "Select the team and the owner"},
    )
    reason = PlainTextField(
        label="Why does the case move?",
        max_length=MOST_REASON,
        rows=3,
        error_messages={"required": "Enter why the case moves"},
    )

    def __init__(self, *args: Any, places: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {str(one.id): (one.team, one.user) for one in places}
        offered = [(str(one.id), f"{one.team}: {one.user.name}") for one in places]
        self.fields["place"].offer(offered)  # type: ignore[attr-defined]

    @property
    def chosen(self) -> tuple[Team, User]:
        """The team and its member."""
        return self.places[self.cleaned_data["place"]]
