"""Somebody in a case, and how they may safely be reached."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

from cases import choices
from cases.forms.base import DayField, PlainCharField, PlainTextField, Radios
from cases.forms.listed import YES_NO_WORDS, ListedForm, most, yes_or_no
from cases.models import Person

ROUTE = "route_"
SAFE, UNSAFE, UNKNOWN = "safe", "unsafe", "not_recorded"
ROUTE_ANSWERS = ((SAFE, "Safe"), (UNSAFE, "Not safe"), (UNKNOWN, "Not recorded"))
LIMB_ANSWERS = (("yes", "Yes"), ("no", "No"), ("not_known", "Not known"))
LIMBS = ("care_needs", "at_risk", "cannot_protect")
TEXTS = ("name", "preferred_name", "address", "contact")


class PersonForm(ListedForm):
    """Everything recorded of a person. A route nobody has answered for is unsafe (rules.md)."""

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
    birth_date = DayField(
        label="Date of birth (optional)",
        help_text="For example, 27 3 1988",
        what="The date of birth",
        past_only=True,
        required=False,
    )
    address = PlainTextField(
        label="Address (optional)", max_length=most(Person, "address"), rows=3, required=False
    )
    contact = PlainTextField(
        label="Contact details (optional)",
        help_text="Numbers and addresses, when to call, what to say if somebody else answers.",
        max_length=most(Person, "contact"),
        rows=3,
        required=False,
    )
    routes_checked_on = DayField(
        label="When were these routes last checked with them? (optional)",
        help_text="For example, 27 3 2026",
        what="The date the routes were checked",
        past_only=True,
        required=False,
    )
    care_needs = Radios(LIMB_ANSWERS, label="Do they have needs for care and support?", required=False)
    at_risk = Radios(LIMB_ANSWERS, label="Are they experiencing harm, or at risk of it?", required=False)
    cannot_protect = Radios(
        LIMB_ANSWERS, label="Are those needs why they cannot protect themselves from it?", required=False
    )
    lists = {"role": "role"}
    other_names = frozenset({"seen"})
    buttons = (("save", "Save"),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, words in choices.choices("route"):
            self.fields[ROUTE + code] = Radios(ROUTE_ANSWERS, label=words, initial=UNKNOWN, required=False)

    @property
    def route_fields(self) -> list[Any]:
        """The bound fields of the contact routes, in the order of the list."""
        return [self[name] for name in self.fields if name.startswith(ROUTE)]

    @property
    def limb_fields(self) -> list[Any]:
        """The bound fields of the three questions about an adult at risk."""
        return [self[name] for name in LIMBS]

    @staticmethod
    def initial_of(person: Person) -> dict[str, Any]:
        """The answers as they are recorded; a route on both lists shows as not safe."""
        answers = {
            name: getattr(person, name) for name in (*TEXTS, "role", "birth_date", "routes_checked_on")
        }
        answers |= {name: yes_or_no(getattr(person, name)) or "not_known" for name in LIMBS}
        for code, _ in choices.choices("route"):
            known = UNSAFE if code in person.unsafe_routes else SAFE if person.safe(code) else UNKNOWN
            answers[ROUTE + code] = known
        answers["birth_date"] = _day(person.birth_date)
        return answers

    def clean(self) -> dict[str, Any]:
        """A day on which routes were checked needs a route."""
        answers = self.cleaned_data
        known = [answers.get(ROUTE + code) for code, _ in choices.choices("route")]
        if answers.get("routes_checked_on") and not {SAFE, UNSAFE} & set(known):
            self.add_error("routes_checked_on", "Say which routes are safe or not safe, or remove this date")
        return answers

    def _routes(self, answer: str, stored: Sequence[str]) -> list[str]:
        """The routes with this answer; in their stored order where they are the same, which is no change."""
        found = [
            code for code, _ in choices.choices("route") if self.cleaned_data.get(ROUTE + code) == answer
        ]
        return list(stored) if set(stored) == set(found) else found

    def values(self, person: Person | None = None) -> dict[str, Any]:
        """Fields of `Person`, as the actions take them. Arguments: `person` – who is changed, if anybody."""
        answers = self.cleaned_data
        day = answers["birth_date"]
        return (
            {name: answers[name] for name in (*TEXTS, "role", "routes_checked_on")}
            | {name: YES_NO_WORDS.get(answers[name]) for name in LIMBS}
            | {
                "birth_date": day.isoformat() if day else "",
                "safe_routes": self._routes(SAFE, person.safe_routes if person else ()),
                "unsafe_routes": self._routes(UNSAFE, person.unsafe_routes if person else ()),
            }
        )


def _day(text: str) -> Any:
    """A stored birth date as a day; None where it is empty or is no day (such as a destroyed one)."""
    field = DayField(required=False)
    try:
        return field.to_python([*reversed(text.split("-"))] if text.count("-") == 2 else "")
    except ValidationError:
        return None
