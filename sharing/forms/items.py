"""Page 6: one information item at a time: to share or to withhold, with whom, and why."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import Truncator

from cases.forms.base import CheckboxSet, PlainTextField, Radios
from cases.models import InformationItem
from sharing import lists
from sharing.forms.page import PageForm, YesNo
from sharing.sheet import Sheet

SHARE, WITHHOLD = "share", "withhold"
SHOWN = 60
"""Characters of an item that an error names it by."""
WHEN_SHARED = ("recipients", "why", "relevant", "enough")


class ItemForm(PageForm):
    """What happens to one item. Its text, source and date come from the case: nothing is asked twice."""

    include = Radios(
        [
            (SHARE, "Share it", "Then answer who needs it and why."),
            (WITHHOLD, "Withhold it", "Then say why, at the end of this page."),
        ],
        label="Share this, or withhold it?",
        error_messages={"required": "Select whether to share this or withhold it"},
    )
    recipients = CheckboxSet(
        label="Who needs it?",
        help_text="Select all that apply.",
        required=False,
        error_messages={"required": "Select who needs it"},
    )
    why = PlainTextField(
        label="Why do they need it?",
        max_length=200,
        rows=3,
        required=False,
        error_messages={"required": "Enter why they need it"},
    )
    relevant = YesNo(
        label="Is it relevant to what sharing is meant to achieve?",
        required=False,
        error_messages={"required": "Select whether it is relevant"},
    )
    enough = YesNo(
        label="Is it enough to be understood?",
        help_text="Could somebody who does not know the case take it the wrong way?",
        required=False,
        error_messages={"required": "Select whether it is enough to be understood"},
    )
    third_party_effect = PlainTextField(
        label="How could sharing this affect them?",
        max_length=300,
        rows=3,
        required=False,
        error_messages={"required": "Enter how sharing this could affect them"},
    )
    withheld_reason = PlainTextField(
        label="If you withhold it: why?",
        max_length=300,
        rows=3,
        required=False,
        error_messages={"required": "Enter why you withhold it"},
    )

    def __init__(self, sheet: Sheet, item: InformationItem, data: Any = None) -> None:
        self.item = item
        stored = sheet.item_answers.get(str(item.id), {})
        super().__init__(sheet, data, stored=stored)

    def adapt(self) -> None:
        """Offer the recipients; ask about other people only where the item is about some."""
        self.offer("recipients", self.sheet.recipient_options)
        others = ", ".join(self.sheet.names[key] for key in third_parties(self.sheet, self.item))
        if others:
            self.fields[
                "third_party_effect"
            ].label = f"This is also about {others}. How could sharing it affect them?"
        else:
            del self.fields["third_party_effect"]

    def load(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Show whether it is shared as one of the two answers."""
        shown = dict(stored)
        if stored.get("include") is not None:
            shown["include"] = SHARE if stored["include"] else WITHHOLD
        return shown

    def clean(self) -> dict[str, Any]:
        """Ask for what the answer makes necessary."""
        if self.cleaned_data.get("include") == SHARE:
            if not self.cleaned_data.get("why"):
                self.need("why", self._why_needed())
            for name in WHEN_SHARED:
                self.need(name)
            self.need("third_party_effect")
        elif self.cleaned_data.get("include") == WITHHOLD:
            self.need("withheld_reason")
        return self.cleaned_data

    def _why_needed(self) -> str:
        """What to do where nobody said why the chosen people need this."""
        names = {person["key"]: str(person.get("name", "")) for person in self.sheet.recipients}
        who = [names[key] for key in self.cleaned_data.get("recipients", ()) if names.get(key)]
        needs = f"{who[0]} needs" if len(who) == 1 else f"{' and '.join(who) or 'they'} need"
        return f"Enter why {needs} “{Truncator(self.item.text).chars(SHOWN)}”"

    @property
    def can_wait(self) -> bool:
        """Whether it can be left half done: an item counts once it is said whether it is shared."""
        empty = not any(self.answers().values())
        return self.only_unanswered and (empty or "include" not in self.errors)

    def answers(self) -> dict[str, Any]:
        """Store the answers to the choice that was made."""
        found = super().answers()
        if found.get("include") is not None:
            found["include"] = found["include"] == SHARE
        return found


def third_parties(sheet: Sheet, item: InformationItem) -> list[str]:
    """Ids of the people an item is about, but for the victim/survivor and the alleged perpetrator."""
    third = lists.codes("role", "third_party")
    about = {str(key) for key in item.about}
    return [str(person.id) for person in sheet.people if person.role in third and str(person.id) in about]
