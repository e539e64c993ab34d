"""Set-up: the lawful basis that the emergency page offers for urgent safeguarding."""

from typing import Any

from django.utils import timezone

from cases.forms.base import PlainCharField, Radios
from cases.models import Organisation
from sharing import lists, rules
from sharing.answers import organisation_facts
from sharing.forms.setup.part import PartForm

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


class UrgentForm(PartForm):
    """Which basis, and what it rests on."""

    part, title = "urgent", "Urgent safeguarding"
    hint = "The lawful basis that the emergency page offers"

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

    def start(self, organisation: Organisation) -> dict[str, Any]:
        """Show the settings."""
        basis = organisation.urgent_basis or BY_TYPE[0]
        return {"urgent_basis": basis, "urgent_power": organisation.urgent_power}

    def clean(self) -> dict[str, Any]:
        """Hold the basis against what is open to the organisation, and ask what it rests on."""
        answers = self.cleaned_data
        basis = lists.row("basis", answers.get("urgent_basis"))
        if basis is None:
            return answers
        if basis.code not in rules.bases_offered(organisation_facts(self.organisation), timezone.now()):
            self.add_error("urgent_basis", "Select a basis that is open to your kind of organisation")
        elif (
            basis.marks.get("needs") and not answers.get("urgent_power") and "urgent_power" not in self.errors
        ):
            self.add_error("urgent_power", "Enter what the basis for urgent safeguarding rests on")
        return answers

    def values(self) -> dict[str, Any]:
        """The settings; a basis that rests on nothing keeps no text."""
        answers = self.cleaned_data
        basis = lists.row("basis", answers["urgent_basis"])
        rests_on = answers["urgent_power"] if basis and basis.marks.get("needs") else ""
        return {"urgent_basis": basis.code if basis else "", "urgent_power": rests_on}
