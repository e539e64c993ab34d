"""Set-up: the privacy notice, and the appropriate policy document."""

from typing import Any

from cases.forms.base import YES_NO, CheckboxSet, DayField, PlainCharField, Radios
from cases.forms.lines import LinkField
from cases.models import Organisation
from sharing import lists
from sharing.forms.setup.part import PartForm


class NoticeForm(PartForm):
    """The privacy notice."""

    part, title = "notice", "Privacy notice"
    hint = "Its version and date, where it is, and the lawful bases that it names"
    kept = ("notice_version", "notice_dated", "notice_link", "notice_bases")

    notice_version = PlainCharField(
        label="Which version of the privacy notice is in force?",
        help_text="For example, 3.1",
        max_length=40,
        error_messages={"required": "Enter the version of the privacy notice"},
    )
    notice_dated = DayField(
        label="What is its date?",
        help_text="For example, 27 3 2026",
        what="The date of the privacy notice",
        past_only=True,
    )
    notice_link = LinkField(
        label="Where can it be read? (optional)",
        help_text="The address of the page, starting with https://",
        required=False,
    )
    notice_bases = CheckboxSet(
        label="Which lawful bases does it name?",
        help_text="Officers are told when they pick one that it does not name.",
        error_messages={"required": "Select each lawful basis that the privacy notice names"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["notice_bases"].offer(lists.choices("basis"))  # type: ignore[attr-defined]


class DocumentForm(PartForm):
    """The appropriate policy document."""

    part, title = "document", "Appropriate policy document"
    hint = "Whether there is one, and where it is"
    kept = ("policy_document_link",)

    policy_document = Radios(
        YES_NO,
        label="Is there an appropriate policy document?",
        help_text="Some conditions for special category and criminal offence data need one. "
        "If there is none, officers are told where one is expected.",
        error_messages={"required": "Select whether there is an appropriate policy document"},
    )
    policy_document_link = LinkField(
        label="Where can it be read? (optional)",
        help_text="The address of the page, starting with https://. Leave it empty if there is none.",
        required=False,
    )

    def start(self, organisation: Organisation) -> dict[str, Any]:
        """Show the settings; it is not answered until somebody has."""
        known = organisation.policy_document or self.part in organisation.set_up
        said = {True: "yes", False: "no"}[organisation.policy_document] if known else ""
        return super().start(organisation) | {"policy_document": said}

    def clean(self) -> dict[str, Any]:
        """A document that there is not is nowhere."""
        answers = self.cleaned_data
        if answers.get("policy_document") == "no" and answers.get("policy_document_link"):
            self.add_error("policy_document_link", "Remove the address, or say that there is a document")
        return answers

    def values(self) -> dict[str, Any]:
        """The settings."""
        return super().values() | {"policy_document": self.cleaned_data["policy_document"] == "yes"}
