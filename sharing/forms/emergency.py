"""The emergency page: nine questions, all of them on one page, none of them answered beforehand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cases.forms.base import CheckboxSet, GovForm, MomentField, Option, PlainCharField, PlainTextField, Radios
from cases.forms.fields import SURROGATE
from cases.models import Organisation, Person
from sharing import lists
from sharing.emergency import QUESTIONS, urgent_basis
from sharing.forms.page import options

NUMBERS = {name: number for number, name in enumerate(QUESTIONS, 1)}
WHO_MISSING = "Select who is in danger, or enter who it is"


def _asked(name: str) -> str:
    return f"{NUMBERS[name]}. {QUESTIONS[name]}"


class EmergencyForm(GovForm):
    """The nine questions. `people`: those of the case; none asks for a name alone."""

    buttons = ()
    other_names = frozenset({"earlier", "draft"})

    who = CheckboxSet(
        label=_asked("who"),
        help_text="Select all that apply.",
        required=False,
        error_messages={"required": WHO_MISSING},
    )
    who_else = PlainCharField(
        label="Somebody else? Say who (optional)",
        required=False,
        max_length=200,
        error_messages={"required": "Enter who is in danger, or what you know of them"},
    )
    happening = CheckboxSet(
        options("emergency_happening"),
        label=_asked("happening"),
        help_text="Select all that apply.",
        error_messages={"required": "Select what is happening"},
    )
    told = Radios(
        options("emergency_told"),
        label=_asked("told"),
        error_messages={"required": "Select who you are telling"},
    )
    told_name = PlainCharField(
        label=_asked("told_name"),
        help_text="If nobody gave you one, enter “not given”.",
        max_length=120,
        error_messages={"required": "Enter a name, a number or a reference, or “not given”"},
    )
    how = Radios(
        options("emergency_how"),
        label=_asked("how"),
        error_messages={"required": "Select how you are telling them"},
    )
    what = CheckboxSet(
        options("emergency_items"),
        label=_asked("what"),
        help_text="Select all that apply.",
        error_messages={"required": "Select what you told them"},
    )
    basis = Radios(
        label=_asked("basis"),
        error_messages={"required": "Select a lawful basis, or that you say which one later"},
    )
    knows = Radios(
        options("emergency_knows"),
        label=_asked("knows"),
        error_messages={"required": "Select whether they know"},
    )
    note = PlainTextField(
        label=f"{_asked('note')} (optional)",
        max_length=200,
        rows=3,
        required=False,
    )
    sent_at = MomentField(
        label="When did you tell them?",
        help_text="For example, 27 3 2026 at 2:30pm.",
        what="The time when you told them",
        past_only=True,
        error_messages={"required": "Enter when you told them"},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        people: Sequence[Person] = (),
        organisation: Organisation,
        now: datetime,
        earlier: bool = False,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        if people:
            self._field("who").offer([_person(one) for one in people])
        else:
            del self.fields["who"]
            alone = self._field("who_else")
            alone.label, alone.required = _asked("who"), True
            alone.help_text = "Their name, or what you know of them."
        self._field("basis").offer(_bases(organisation, now))
        if not earlier:
            del self.fields["sent_at"]

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Ask for somebody: ticked or typed."""
        found = self.cleaned_data
        if (
            "who" in self.fields
            and "who_else" not in self.errors
            and not (found.get("who") or found.get("who_else"))
        ):
            self.add_error("who", WHO_MISSING)
        return found

    def given(self, now: datetime) -> dict[str, Any]:
        """The nine answers as they are recorded. `now` (aware): when they were told, unless they say."""
        found = dict(self.cleaned_data)
        told_at = found.get("sent_at") or now
        return {"who": [], **found, "sent_at": told_at.isoformat()}


def _person(person: Person) -> Option:
    role = lists.label("role", person.role)
    return (str(person.id), person.preferred_name or person.name or role, role)


def _bases(organisation: Organisation, now: datetime) -> list[Option]:
    """Vital interests, the organisation's own basis where it is another, or another one later."""
    code, rests_on = urgent_basis(organisation, now)
    vital = {row.marks.get("basis") for row in lists.rows("emergency_basis")}
    named = " – ".join(filter(None, [lists.label("basis", code), rests_on]))
    return [
        (row[0], row[1], named if row[0] == "urgent" else row[2])
        for row in options("emergency_basis")
        if row[0] != "urgent" or code not in vital
    ]


def carried(answers: Mapping[str, Any], people: Sequence[Person]) -> dict[str, Any]:
    """What a draft's answers say already to the nine questions; none of them is answered but by the draft."""
    known = {str(one.id) for one in people}
    found: dict[str, Any] = {
        "who": [key for key in answers.get("affected", ()) if key in known],
        "basis": _row_with("emergency_basis", "basis", answers.get("basis")),
        "knows": _row_with("emergency_knows", "informed", answers.get("informed")),
    }
    if len(recipients := answers.get("recipients", ())) == 1:
        found["told_name"] = recipients[0].get("name")
        found["told"] = _row_with("emergency_told", "agency", recipients[0].get("agency"))
        found["how"] = _row_with("emergency_how", "method", recipients[0].get("method"))
    return {name: value for name, value in found.items() if value}


def _row_with(name: str, mark: str, value: str | None) -> str:
    return next((row.code for row in lists.rows(name) if value and row.marks.get(mark) == value), "")


def typed(data: Any) -> dict[str, Any]:
    """What stands on a page that was sent to be changed and not to be recorded: shown again as it is."""
    several = ("who", "happening", "what")
    one = ("who_else", "told", "told_name", "how", "basis", "knows", "note")
    texts = {name: SURROGATE.sub("\ufffd", data.get(name, "")) for name in one}
    return {name: data.getlist(name) for name in several} | texts
