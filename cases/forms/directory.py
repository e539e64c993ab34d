"""Forms of the directory: teams, and the agencies that information is asked of and shared with."""

from typing import Any

from cases import choices
from cases.forms.accounts import named
from cases.forms.base import CheckboxSet, GovForm, PlainCharField, Radios
from cases.models import Agency

_OWN = ("name", "secure_methods", "secure_address", "duty_phone")


class TeamForm(GovForm):
    """A new team."""

    buttons = (("save", "Add the team"),)
    name = named("Name of the new team", "Enter the name of the team")


class AgencyForm(GovForm):
    """A new agency."""

    buttons = (("save", "Add the agency"),)
    name = named("Name of the new agency", "Enter the name of the agency")


class ChangeAgencyForm(GovForm):
    """An agency: its name, how information reaches it safely, whether it is offered."""

    buttons = (("save", "Save"),)
    name = named("Name of the agency", "Enter the name of the agency")
    secure_methods = CheckboxSet(
        label="How does it receive information safely?",
        help_text="Select what you have agreed with them. Officers see it when they say how it will be sent.",
        required=False,
    )
    secure_address = PlainCharField(
        label="Which mailbox or portal is that? (optional)",
        help_text="Of the agency or the duty team, not of one person. You have checked it with them.",
        max_length=200,
        required=False,
    )
    duty_phone = PlainCharField(
        label="On which number is the duty team? (optional)",
        help_text="A number that you have checked yourself, to call back whoever asks.",
        max_length=40,
        required=False,
    )
    active = Radios(
        (
            ("yes", "Yes"),
            ("no", "No", "Decisions that name it keep it"),
        ),
        label="Is it offered in new decisions?",
        error_messages={"required": "Select whether it is offered"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["secure_methods"].offer(secure_ways())  # type: ignore[attr-defined]

    @staticmethod
    def start(agency: Agency) -> dict[str, Any]:
        """What the form shows first."""
        own = {name: getattr(agency, name) for name in _OWN}
        return own | {"active": "yes" if agency.active else "no"}

    def clean(self) -> dict[str, Any]:
        """An address without a way of sending says nothing."""
        answers = self.cleaned_data
        lost = answers.get("secure_address") and "secure_methods" in answers
        if lost and not answers["secure_methods"]:
            self.add_error("secure_methods", "Select how information is sent to that mailbox or portal")
        return answers

    def values(self) -> dict[str, Any]:
        """Fields of `Agency`."""
        own = {name: self.cleaned_data[name] for name in _OWN}
        return own | {"active": self.cleaned_data["active"] == "yes"}


def secure_ways() -> list[tuple[str, str]]:
    """The ways of sending that keep information safe by themselves."""
    return [
        (code, label)
        for code, label in choices.choices("method")
        if not (choices.mark("method", code, "weak") or choices.mark("method", code, "needs_reason"))
    ]
