"""Somebody in a case. How they may safely be reached is asked on the safety page."""

from typing import Any

from django.core.exceptions import ValidationError

from cases.forms.base import DayField, PlainCharField, PlainTextField, Radios
from cases.forms.listed import YES_NO_WORDS, ListedForm, most, yes_or_no
from cases.models import Person

ROUTE = "route_"
SAFE, UNSAFE, UNKNOWN = "safe", "unsafe", "not_recorded"
ROUTE_ANSWERS = ((SAFE, "Safe"), (UNSAFE, "Not safe"), (UNKNOWN, "Not recorded"))
LIMB_ANSWERS = (("yes", "Yes"), ("no", "No"), ("not_known", "Not known"))
LIMBS = ("care_needs", "at_risk", "cannot_protect")
TEXTS = ("name", "preferred_name", "aliases", "address")
ALIASES: dict[str, Any] = {
    "label": "Have they used any other names? (optional)",
    "help_text": "Such as a name before marriage. Put each on a line of its own.",
    "max_length": most(Person, "aliases"),
    "rows": 2,
    "required": False,
}
BIRTH_DATE: dict[str, Any] = {
    "label": "Date of birth (optional)",
    "help_text": "For example, 27 3 1988",
    "what": "The date of birth",
    "past_only": True,
    "required": False,
}
"""Questions that are asked when a case is opened, too."""


class PersonForm(ListedForm):
    """Who somebody is."""

    role = Radios(
        label="Who are they in this case?", error_messages={"required": "Select who they are in this case"}
    )
    name = PlainCharField(
        label="Name",
        help_text="If you do not know it, describe them: “the neighbour at number 4”.",
        max_length=most(Person, "name"),
        error_messages={"required": "Enter their name, or a short description"},
    )
    preferred_name = PlainCharField(
        label="What they prefer to be called (optional)",
        max_length=most(Person, "preferred_name"),
        required=False,
    )
    aliases = PlainTextField(**ALIASES)
    birth_date = DayField(**BIRTH_DATE)
    address = PlainTextField(
        label="Address (optional)", max_length=most(Person, "address"), rows=3, required=False
    )
    care_needs = Radios(LIMB_ANSWERS, label="Do they have needs for care and support?", required=False)
    at_risk = Radios(LIMB_ANSWERS, label="Are they experiencing harm, or at risk of it?", required=False)
    cannot_protect = Radios(
        LIMB_ANSWERS, label="Are those needs why they cannot protect themselves from it?", required=False
    )
    lists = {"role": "role"}
    other_names = frozenset({"seen"})
    buttons = (("save", "Save"),)

    @property
    def limb_fields(self) -> list[Any]:
        """The bound fields of the three questions about an adult at risk."""
        return [self[name] for name in LIMBS]

    @staticmethod
    def initial_of(person: Person) -> dict[str, Any]:
        """The answers as they are recorded."""
        answers = {name: getattr(person, name) for name in (*TEXTS, "role")}
        answers |= {name: yes_or_no(getattr(person, name)) or "not_known" for name in LIMBS}
        return answers | {"birth_date": _day(person.birth_date)}

    def values(self) -> dict[str, Any]:
        """Fields of `Person`, as the actions take them."""
        answers, day = self.cleaned_data, self.cleaned_data["birth_date"]
        return (
            {name: answers[name] for name in (*TEXTS, "role")}
            | {name: YES_NO_WORDS.get(answers[name]) for name in LIMBS}
            | {"birth_date": day.isoformat() if day else ""}
        )


def _day(text: str) -> Any:
    """A stored birth date as a day; None where it is empty or is no day (such as a destroyed one)."""
    field = DayField(required=False)
    try:
        return field.to_python([*reversed(text.split("-"))] if text.count("-") == 2 else "")
    except ValidationError:
        return None
