"""The organisation's settings: facts that the rules of every decision read."""

from typing import Any

from django.utils import timezone

from cases.forms.base import YES_NO, CheckboxSet, GovForm, PlainCharField, Radios
from cases.models import Organisation
from sharing import lists, rules

_FLAG = {True: "yes", False: "no"}
BY_TYPE = (
    "by_type",
    "Decide it by the kind of organisation",
    "A public authority: public task under the Crime and Disorder Act 1998, section 115. "
    "Any other: legitimate interests.",
)
_ALWAYS_OFFERED = {row.marks.get("basis") for row in lists.rows("emergency_basis")}
# Not consent: nobody is asked for it in an emergency. Not the seventh basis: it rests on no text.
_URGENT = [
    (row.code, row.label)
    for row in lists.rows("basis")
    if not (row.marked("consent") or row.marked("switched_on_by") or row.code in _ALWAYS_OFFERED)
]


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

    urgent_basis = Radios(
        label="Which lawful basis does the emergency page offer for urgent safeguarding?",
        help_text="It stands beside vital interests. Officers may always say which one later.",
        error_messages={"required": "Select the basis for urgent safeguarding"},
    )
    urgent_power = PlainCharField(
        label="What does it rest on?",
        help_text="For public task the legal power, such as Crime and Disorder Act 1998, section 115. For "
        "legal obligation the law, for legitimate interests how they weigh. Leave this empty for the others.",
        max_length=200,
        required=False,
        error_messages={"required": "Enter what the basis for urgent safeguarding rests on"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["urgent_basis"].offer([BY_TYPE, *_URGENT])  # type: ignore[attr-defined]
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
            "urgent_basis": organisation.urgent_basis or BY_TYPE[0],
            "urgent_power": organisation.urgent_power,
        }

    def clean(self) -> dict[str, Any]:
        """Hold the urgent basis against what is open to such an organisation, and ask what it rests on."""
        answers = self.cleaned_data
        basis = lists.row("basis", answers.get("urgent_basis"))
        if basis is None or {"type", "public_authority", "seventh_basis"} & set(self.errors):
            return answers
        public = answers["public_authority"]
        told = rules.Organisation(
            answers["type"],
            None if public == "by_type" else public == "yes",
            seventh_basis=answers["seventh_basis"] == "yes",
        )
        if basis.code not in rules.bases_offered(told, timezone.now()):
            self.add_error("urgent_basis", "Select a basis that is open to this kind of organisation")
        elif (
            basis.marks.get("needs") and not answers.get("urgent_power") and "urgent_power" not in self.errors
        ):
            self.add_error("urgent_power", "Enter what the basis for urgent safeguarding rests on")
        return answers

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
            **self._urgent(),
        }

    def _urgent(self) -> dict[str, str]:
        answers = self.cleaned_data
        basis = lists.row("basis", answers["urgent_basis"])
        rests_on = answers["urgent_power"] if basis and basis.marks.get("needs") else ""
        return {"urgent_basis": basis.code if basis else "", "urgent_power": rests_on}
