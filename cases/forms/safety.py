"""How somebody may safely be reached, each answer with the day on which it was checked with them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from cases import choices
from cases.forms.base import CheckboxSet, Confirm, DayField, GovForm, PlainCharField, PlainTextField, Radios
from cases.forms.listed import most
from cases.forms.people import ROUTE, ROUTE_ANSWERS, SAFE, UNKNOWN, UNSAFE
from cases.models import Case, Person
from cases.safety import REVIEWED, checked_day, checked_words

TEXTS = ("do_not", "contact", "safe_times")
NOT_SHOWN = "not shown here; see the safety page"
DO_NOT: dict[str, Any] = {
    "label": "Do not… (optional)",
    "help_text": "What nobody may do, and who must not find out: “ring the landline”, “tell her sister”. "
    "Each page of the case shows it first.",
    "max_length": most(Person, "do_not"),
    "rows": 3,
    "required": False,
}
SAFE_TIMES: dict[str, Any] = {
    "label": "When is it safe? (optional)",
    "help_text": "Days and times: “weekdays from 10am to 2pm”.",
    "max_length": most(Person, "safe_times"),
    "rows": 2,
    "required": False,
}
"""Questions that are asked when a case is opened, too."""


class SafeContactForm(GovForm):
    """A way that nobody has answered for is unsafe (rules.md). The code word is never drawn with the page."""

    do_not = PlainTextField(**DO_NOT)
    safe_times = PlainTextField(**SAFE_TIMES)
    contact = PlainTextField(
        label="Contact details (optional)",
        help_text="Numbers and addresses, what to say if somebody else answers, and who may know that we are "
        "in touch. Pages show them only beside a way that is safe.",
        max_length=most(Person, "contact"),
        rows=3,
        required=False,
    )
    new_code_word = PlainCharField(
        label="New code word (optional)",
        help_text="A word that you both know, so that each knows who the other is. "
        "The word that is recorded is not shown here. Leave this empty to keep it.",
        max_length=most(Person, "code_word"),
        required=False,
    )
    no_code_word = Confirm(label="There is no code word any more: remove the one recorded", required=False)
    checked = CheckboxSet(
        [(name, words) for name, words in REVIEWED],
        label="What have you checked with them? (optional)",
        help_text="Tick what they told you is right. What you change and do not tick counts as not checked.",
        required=False,
    )
    checked_on = DayField(
        label="When did you check it with them?",
        help_text="Only if you ticked something. Leave this empty if it was today.",
        what="The date you checked it",
        past_only=True,
        required=False,
    )
    other_names = frozenset({"seen"})
    buttons = (("save", "Save"),)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        for code, words in choices.choices("route"):
            # Required, so that a post that was cut short wipes nothing.
            required = {"required": f"Select whether this is safe: {words.lower()}"}
            self.fields[ROUTE + code] = Radios(
                ROUTE_ANSWERS, label=words, initial=UNKNOWN, error_messages=required
            )

    @property
    def route_fields(self) -> list[Any]:
        """The bound fields of the ways to contact, in the order of the list."""
        return [self[name] for name in self.fields if name.startswith(ROUTE)]

    @staticmethod
    def initial_of(person: Person) -> dict[str, Any]:
        """The answers as they are recorded; a way on both lists shows as not safe."""
        answers = {name: getattr(person, name) for name in TEXTS}
        for code, _ in choices.choices("route"):
            known = UNSAFE if code in person.unsafe_routes else SAFE if person.safe(code) else UNKNOWN
            answers[ROUTE + code] = known
        return answers

    def recorded(self, name: str) -> str:
        """What a conflict says is recorded, where the field itself cannot tell; empty elsewhere."""
        if name in ("new_code_word", "no_code_word"):
            return NOT_SHOWN
        if name in ("checked", "checked_on"):
            days = ((words, checked_day(self.person, one)) for one, words in REVIEWED)
            return ", ".join(f"{words}: {checked_words(day)}" for words, day in days)
        return ""

    def clean(self) -> dict[str, Any]:
        """What was checked must be there, its day goes with it, and a code word is set or removed."""
        answers = self.cleaned_data
        known = {answers.get(ROUTE + code) for code, _ in choices.choices("route")}
        ticked = answers.get("checked") or []
        if "routes" in ticked and not {SAFE, UNSAFE} & known:
            self.add_error("checked", "Say which ways are safe or not safe, or take away this tick")
        if answers.get("checked_on") and not ticked and "checked" not in self.errors:
            self.add_error("checked_on", "Select what you checked with them, or remove this date")
        if answers.get("new_code_word") and answers.get("no_code_word"):
            self.add_error("new_code_word", "Enter a new code word or tick that there is none, not both")
        return answers

    def _routes(self, answer: str, stored: Sequence[str]) -> list[str]:
        """The ways with this answer; in their stored order where they are the same, which is no change."""
        found = [
            code for code, _ in choices.choices("route") if self.cleaned_data.get(ROUTE + code) == answer
        ]
        return list(stored) if set(stored) == set(found) else found

    def values(self) -> dict[str, Any]:
        """Fields of `Person`, as the actions take them. What changed unticked is not checked any more."""
        answers, person = self.cleaned_data, self.person
        values = {name: answers[name] for name in TEXTS} | {
            "safe_routes": self._routes(SAFE, person.safe_routes),
            "unsafe_routes": self._routes(UNSAFE, person.unsafe_routes),
        }
        if answers["new_code_word"] or answers["no_code_word"]:
            values["code_word"] = answers["new_code_word"]
        changed = {name for name, value in values.items() if getattr(person, name) != value}
        days = {name: self._day(name, changed) for name, _ in REVIEWED}
        routes = days.pop("routes")
        reviewed = {name: day.isoformat() for name, day in days.items() if day}
        return values | {"routes_checked_on": routes, "reviewed": reviewed}

    def _day(self, name: str, changed: set[str]) -> date | None:
        """The day on which an answer was last checked, once this form is saved."""
        if name in self.cleaned_data["checked"]:
            return self.cleaned_data["checked_on"] or timezone.localdate()
        of = {"safe_routes", "unsafe_routes"} if name == "routes" else {name}
        return None if of & changed else checked_day(self.person, name)


class StaffSafetyForm(GovForm):
    """What staff must know before a visit or a call."""

    staff_safety = PlainTextField(
        label="Is there a risk to staff? (optional)",
        help_text="What staff must know before a visit or a call. Each page of the case shows it at the top. "
        "Leave this empty if no risk is known.",
        max_length=most(Case, "staff_safety"),
        rows=3,
        required=False,
    )
    checked_today = Confirm(label="I checked today that this is right", required=False)
    other_names = frozenset({"seen"})
    buttons = (("save", "Save"),)

    @staticmethod
    def initial_of(case: Case) -> dict[str, Any]:
        """The answer as it is recorded."""
        return {"staff_safety": case.staff_safety}

    def clean(self) -> dict[str, Any]:
        """An empty answer is one; a post that was cut short is none, and wipes nothing."""
        if "staff_safety" not in self.data:
            self.add_error("staff_safety", "Reload the page and enter your answer again")
        return self.cleaned_data

    def values(self, case: Case) -> dict[str, Any]:
        """What `actions.change_case` takes. A new text that nobody checked has no day."""
        text, day = self.cleaned_data["staff_safety"], case.staff_safety_checked_on
        if text != case.staff_safety:
            day = None
        if self.cleaned_data["checked_today"]:
            day = timezone.localdate()
        return {"staff_safety": text, "staff_safety_checked_on": day}
