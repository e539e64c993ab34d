"""One dated line of the consent log: consent, wishes and being told are kept apart (law.md 4)."""

from typing import Any

from cases import choices
from cases.forms.base import DayField, PlainTextField, Radios
from cases.forms.listed import ListedForm, most
from cases.models import ConsentRecord

NOTHING = ("", "Nothing new to record")
THREE = {"consent": "consent", "wishes": "wishes", "informed": "informed"}


class ConsentForm(ListedForm):
    """A new line; at least one of the three things is answered."""

    happened_on = DayField(
        label="When was this?", help_text="For example, 27 3 2026", what="The date of this", past_only=True
    )
    consent = Radios(label="Consent", required=False, initial="")
    wishes = Radios(label="What the person wants", required=False, initial="")
    informed = Radios(label="What the person has been told", required=False, initial="")
    told_by = Radios(label="How were they told, or will they be told?", required=False, initial="")
    note = PlainTextField(
        label="In their words, and your reasons",
        help_text="Needed where consent was refused, withdrawn, not possible or not asked for, "
        "and where it is not safe or appropriate to tell them.",
        max_length=most(ConsentRecord, "note"),
        required=False,
    )
    lists = THREE | {"told_by": "told_by"}
    buttons = (("save", "Add to the log"),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.lists:
            field = self.fields[name]
            none = ("", "Not told, or not known") if name == "told_by" else NOTHING
            field.offer([none, *choices.options(self.lists[name])])  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Something is answered, and an answer that needs its reason has it."""
        answers = self.cleaned_data
        if not any(answers.get(name) or name in self.errors for name in THREE):
            self.add_error("consent", "Select an answer to at least one of consent, wishes and being told")
        reasons = [
            name
            for name in ("consent", "informed")
            if choices.mark(name, answers.get(name, ""), "needs_reason")
        ]
        if reasons and not answers.get("note") and "note" not in self.errors:
            self.add_error("note", "Enter the reason")
        return answers

    def values(self) -> dict[str, Any]:
        """Fields of `ConsentRecord`, as the action takes them."""
        return dict(self.cleaned_data)
