"""The organisation's settings: facts that the rules of every decision read."""

from typing import Any

from cases.forms.base import YES_NO, CheckboxSet, GovForm, PlainCharField, Radios
from cases.models import Organisation
from sharing import lists

_FLAG = {True: "yes", False: "no"}


class SetupForm(GovForm):
    """What the organisation is, and what it has decided once and for all."""

    buttons = (("save", "Save"),)
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
    policy_document = Radios(
        YES_NO,
        label="Is there an appropriate policy document?",
        help_text="Some conditions for special category and criminal offence data need one.",
        error_messages={"required": "Select whether there is an appropriate policy document"},
    )
    notice_bases = CheckboxSet(
        label="Which lawful bases does the privacy notice name?",
        help_text="Officers are told when they pick one that it does not name. None ticked: not checked.",
        required=False,
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
        self.fields["notice_bases"].offer(lists.choices("basis"))  # type: ignore[attr-defined]

    @staticmethod
    def start(organisation: Organisation) -> dict[str, Any]:
        """What the form shows first."""
        public = organisation.public_authority
        return {
            "name": organisation.name,
            "type": organisation.type,
            "public_authority": "by_type" if public is None else _FLAG[public],
            "policy_document": _FLAG[organisation.policy_document],
            "notice_bases": organisation.notice_bases or [],
            "seventh_basis": _FLAG[organisation.seventh_basis],
        }

    def values(self) -> dict[str, Any]:
        """The answers as `set_organisation` takes them."""
        answers = self.cleaned_data
        public = answers["public_authority"]
        return {
            "name": answers["name"],
            "type": answers["type"],
            "public_authority": None if public == "by_type" else public == "yes",
            "policy_document": answers["policy_document"] == "yes",
            "notice_bases": answers["notice_bases"] or None,
            "seventh_basis": answers["seventh_basis"] == "yes",
        }
