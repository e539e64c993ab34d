"""Set-up: what the organisation is. It decides which lawful bases are offered."""

from typing import Any

from cases.forms.base import PlainCharField, Radios
from cases.models import Organisation
from sharing import lists
from sharing.forms.setup.part import PartForm

_FLAG = {True: "yes", False: "no", None: "by_type"}
_VALUE = {words: value for value, words in _FLAG.items()}


class OrganisationForm(PartForm):
    """What the organisation is."""

    part, title = "organisation", "Your organisation"
    hint = "Its name, its kind, and whether it is a public authority"
    kept = ("name", "type")

    name = PlainCharField(
        label="Name of the organisation",
        max_length=120,
        error_messages={"required": "Enter the name of the organisation"},
    )
    type = Radios(
        label="What kind of organisation is it?",
        help_text="It decides which lawful bases are offered.",
        error_messages={"required": "Select the kind of organisation"},
    )
    public_authority = Radios(
        (
            ("by_type", "Decide it by the kind of organisation"),
            ("yes", "Yes"),
            ("no", "No", "For example a registered provider that your legal adviser does not count as one"),
        ),
        label="Is it a public authority for data protection law?",
        error_messages={"required": "Select whether it is a public authority"},
    )
    seventh_basis = Radios(
        (
            ("no", "No"),
            ("yes", "Yes, our legal adviser has agreed to it in writing"),
        ),
        label="Offer the seventh basis, recognised legitimate interest?",
        help_text=(
            "Keep this at No until your own legal adviser has agreed. It came into force on 5 February 2026, "
            "and a public authority doing its own tasks cannot use it."
        ),
        error_messages={"required": "Select whether to offer the seventh basis"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].offer(lists.choices("organisation_type"))  # type: ignore[attr-defined]

    def start(self, organisation: Organisation) -> dict[str, Any]:
        """Show the settings."""
        return super().start(organisation) | {
            "public_authority": _FLAG[organisation.public_authority],
            "seventh_basis": _FLAG[organisation.seventh_basis],
        }

    def values(self) -> dict[str, Any]:
        """The settings."""
        return super().values() | {
            "public_authority": _VALUE[self.cleaned_data["public_authority"]],
            "seventh_basis": self.cleaned_data["seventh_basis"] == "yes",
        }
