"""Page 2: who needs to know; the governance lead's sign-off where an agency needs it."""

from typing import Any

from cases.forms.base import Dropdown, PlainCharField, PlainTextField, Radios
from sharing import lists
from sharing.forms.page import PageForm, Row, YesNo, options

UNLISTED: Row = ("For the information governance lead to check:", ["this agency is not in the directory"])


class RecipientForm(PageForm):
    """One person who would get the information."""

    other_names = PageForm.other_names | {"key"}

    name = PlainCharField(
        label="Who needs to know?",
        help_text="A named person, or the duty team and who you spoke to.",
        error_messages={"required": "Enter a named person, or the duty team and who you spoke to"},
    )
    role = PlainCharField(
        label="What is their job?",
        error_messages={"required": "Enter their job"},
    )
    agency = Dropdown(
        label="Which agency are they from?",
        error_messages={"required": "Select their agency"},
    )
    agency_name = PlainCharField(
        label="If it is not in the list, which agency?",
        help_text="Leave this empty if you found the agency in the list.",
        required=False,
    )
    why = PlainTextField(
        label="Why do they need it?",
        help_text="What they will do with it.",
        max_length=200,
        rows=3,
        error_messages={"required": "Enter why they need it"},
    )
    linked = Radios(
        options("linked"),
        label="Are they connected to the alleged perpetrator?",
        help_text="Through family, friendship or work.",
        error_messages={"required": "Select whether they are connected to the alleged perpetrator"},
    )

    def adapt(self) -> None:
        """Offer the directory's agencies, and one that is not in it; say what is asked of whom we ask."""
        self.offer("agency", [*self.sheet.agencies, *options("unlisted_agency")])
        if self.sheet.answers.get("started") == "need":
            self.fields["why"].help_text = "Why you ask them, and what they must know of this to answer."

    def clean(self) -> dict[str, Any]:
        """Ask for the name of an agency that is not in the list."""
        if self.cleaned_data.get("agency") in lists.codes("unlisted_agency"):
            self.need("agency_name", "Enter the name of the agency")
            named = self.cleaned_data.get("agency_name", "").casefold()
            if any(named == name.casefold() for _, name in self.sheet.agencies):
                # Typed by hand it would pass by the rules for this agency, such as a sign-off.
                self.add_error("agency", "This agency is in the list. Select it there")
        return self.cleaned_data

    def rows(self) -> list[Row]:
        """The answers; an agency that nobody keeps in the directory is for the governance lead to check."""
        unlisted = self.stored.get("agency") in lists.codes("unlisted_agency")
        return [*super().rows(), *([UNLISTED] if unlisted else [])]


class SignOffForm(PageForm):
    """The information governance lead's sign-off."""

    signed_off = YesNo(
        label="Has the information governance lead signed this share off?",
        help_text="One of the agencies you chose gets nothing without their sign-off.",
        error_messages={"required": "Select whether it has been signed off"},
    )
