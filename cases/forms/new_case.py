"""The questions of a new case, on four short pages. What is asked later is asked from the case itself."""

from collections.abc import Mapping
from typing import Any

from django import forms

from cases import choices
from cases.banner import VICTIM_SURVIVOR
from cases.forms.base import DayField, Dropdown, GovForm, MomentField, PlainCharField, PlainTextField, Radios
from cases.forms.cases import CONCERN, GIVEN, privacy_day_problem
from cases.forms.listed import ListedForm, most
from cases.forms.people import ALIASES, BIRTH_DATE, ROUTE, ROUTE_ANSWERS, SAFE, UNKNOWN, UNSAFE
from cases.forms.safety import DO_NOT, SAFE_TIMES
from cases.models import Case, Concern, Person, User

NOT_ON_THIS_PAGE = False
"""These forms are parts of one post: what the other parts post is no stranger to them."""


class WhoForm(GovForm):
    """Page 1: the victim/survivor."""

    strict_names = NOT_ON_THIS_PAGE
    name = PlainCharField(
        label="What is the victim/survivor’s name?",
        help_text="If you do not know it, say so: “not known yet”.",
        max_length=most(Person, "name"),
        error_messages={"required": "Enter the victim/survivor’s name, or say that it is not known yet"},
    )
    preferred_name = PlainCharField(
        label="What do they prefer to be called? (optional)",
        help_text="This is shown at the top of every page of the case.",
        max_length=most(Person, "preferred_name"),
        required=False,
    )
    aliases = PlainTextField(**ALIASES)
    birth_date = DayField(**BIRTH_DATE)
    address = PlainTextField(
        label="Address (optional)",
        help_text="Where they live now. Leave it empty if you do not know it.",
        max_length=most(Person, "address"),
        rows=3,
        required=False,
    )


class ContactForm(GovForm):
    """Page 2: how they may safely be reached, and what staff must know first."""

    strict_names = NOT_ON_THIS_PAGE
    do_not = PlainTextField(**DO_NOT)
    safe_times = PlainTextField(**SAFE_TIMES)
    contact = PlainTextField(
        label="Contact details (optional)",
        help_text="Numbers and addresses, and what to say if somebody else answers.",
        max_length=most(Person, "contact"),
        rows=3,
        required=False,
    )
    routes_checked_on = DayField(
        label="When did somebody check this with them? (optional)",
        help_text="For example, 27 3 2026",
        what="The date this was checked with them",
        past_only=True,
        required=False,
    )
    staff_safety = PlainTextField(
        label="Is there a risk to staff? (optional)",
        help_text="What staff must know before a visit or a call. Each page of the case shows it at the top.",
        max_length=most(Case, "staff_safety"),
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, words in choices.choices("route"):
            self.fields[ROUTE + code] = Radios(ROUTE_ANSWERS, label=words, initial=UNKNOWN, required=False)

    @property
    def route_fields(self) -> list[Any]:
        """The bound fields of the contact routes, in the order of the list."""
        return [self[name] for name in self.fields if name.startswith(ROUTE)]

    def routes(self, answer: str) -> list[str]:
        """The codes of the routes with this answer."""
        return [code for code, _ in choices.choices("route") if self.cleaned_data.get(ROUTE + code) == answer]

    def clean(self) -> dict[str, Any]:
        """A day on which this was checked needs something that was checked."""
        answers = self.cleaned_data
        said = answers.get("do_not") or answers.get("safe_times")
        if answers.get("routes_checked_on") and not (said or self.routes(SAFE) or self.routes(UNSAFE)):
            self.add_error("routes_checked_on", "Say what is safe or not safe, or remove this date")
        return answers


class OtherForm(GovForm):
    """Page 3, once for each: somebody else in the case. Left empty, it is nobody."""

    strict_names = NOT_ON_THIS_PAGE
    role = Dropdown(label="Who are they in this case?", required=False)
    name = PlainCharField(
        label="Name",
        help_text="If you do not know it, describe them: “the neighbour at number 4”.",
        max_length=most(Person, "name"),
        required=False,
    )
    birth_date = DayField(**BIRTH_DATE)
    address = PlainTextField(
        label="Address, if it is another one (optional)",
        max_length=most(Person, "address"),
        rows=2,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].offer(choices.choices("role"))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Whoever is there has a role and a name."""
        answers = self.cleaned_data
        if any(answers.values()):
            for name, words in (
                ("role", "Select who they are"),
                ("name", "Enter their name, or describe them"),
            ):
                if not answers.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return answers

    @property
    def somebody(self) -> bool:
        """Whether anybody is entered."""
        return any(self.cleaned_data.values())


class ConcernForm(ListedForm):
    """Page 4: what the concern is, what the person was told of their information, and the team."""

    strict_names = NOT_ON_THIS_PAGE
    what_happened = PlainTextField(
        label="What happened, or what is the worry?",
        help_text="What was seen, heard or said. Put quoted words in quotation marks.",
        max_length=most(Concern, "text"),
        rows=5,
        error_messages={"required": "Enter what happened, or what the worry is"},
    )
    happened_on = DayField(
        label="When did it happen? (optional)",
        help_text="For example, 27 3 2026. Leave this empty if you do not know.",
        what="The date it happened",
        past_only=True,
        required=False,
    )
    concern_identified_at = MomentField(**CONCERN)
    source = PlainCharField(
        label="Who told us, or how do we know?",
        max_length=most(Concern, "source"),
        error_messages={"required": "Enter who told us, or how we know"},
    )
    privacy_information = Radios(
        label="Has the victim/survivor been given privacy information?",
        help_text="What we do with their information, and their rights.",
        error_messages={"required": "Select whether privacy information was given"},
    )
    privacy_given_on = DayField(
        label="When was it given? (only where it was given)",
        help_text="For example, 27 3 2026",
        what="The date it was given",
        past_only=True,
        required=False,
    )
    team = Radios(
        label="Which team holds the case?", error_messages={"required": "Select the team that holds the case"}
    )
    lists = {"privacy_information": "privacy_information"}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.teams = {str(team.id): team for team in user.teams.all()}
        self.fields["team"].offer([(code, team.name) for code, team in self.teams.items()])  # type: ignore[attr-defined]
        if len(self.teams) == 1:
            self.fields["team"].initial = next(iter(self.teams))

    def clean(self) -> dict[str, Any]:
        """Ask for the day where privacy information was given, and for none where it was not."""
        privacy_day_problem(self)
        return self.cleaned_data


def case_values(concern: ConcernForm, contact: ContactForm) -> dict[str, Any]:
    """What `actions.create_case` takes of valid answers about the case itself."""
    said = concern.cleaned_data
    return {
        "team": concern.teams[said["team"]],
        "concern_identified_at": said["concern_identified_at"],
        "staff_safety": contact.cleaned_data["staff_safety"],
        "privacy_information": said["privacy_information"],
        "privacy_given_on": said["privacy_given_on"] if said["privacy_information"] in GIVEN else None,
        "concern": {
            "kind": Concern.Kind.CONCERN,
            "happened_on": said["happened_on"],
            "date_not_known": said["happened_on"] is None,
            "text": said["what_happened"],
            "source": said["source"],
        },
    }


def victim_survivor(who: WhoForm, contact: ContactForm) -> dict[str, Any]:
    """The fields of the `Person` whom the first two pages are about."""
    said, reach = who.cleaned_data, contact.cleaned_data
    checked = reach["routes_checked_on"]
    answered = [name for name in ("do_not", "safe_times", "contact") if reach[name]]
    return {
        **{name: said[name] for name in ("name", "preferred_name", "aliases", "address")},
        **{name: reach[name] for name in ("do_not", "safe_times", "contact")},
        "role": VICTIM_SURVIVOR,
        "birth_date": iso(said["birth_date"]),
        "safe_routes": contact.routes(SAFE),
        "unsafe_routes": contact.routes(UNSAFE),
        "routes_checked_on": checked,
        "reviewed": dict.fromkeys(answered, iso(checked)) if checked else {},
    }


def other_person(form: OtherForm) -> dict[str, Any]:
    """The fields of somebody else's `Person`."""
    said = form.cleaned_data
    return {name: said[name] for name in ("role", "name", "address")} | {
        "birth_date": iso(said["birth_date"])
    }


def iso(day: Any) -> str:
    """A day as a person's row holds it; empty for none."""
    return day.isoformat() if day else ""


def as_typed(form: forms.Form, data: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the boxes of a form, as initial answers: shown again without being judged."""
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
        for name, field in form.fields.items()
    }
