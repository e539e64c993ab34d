"""One piece of information that we hold: what it is, where it came from, how far it can be trusted."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from cases import choices
from cases.banner import called
from cases.forms.base import (
    YES_NO,
    CheckboxSet,
    Confirm,
    DayField,
    Dropdown,
    FilterForm,
    PlainCharField,
    PlainTextField,
    Radios,
)
from cases.forms.listed import ListedForm, most, yes_or_no
from cases.models import Agency, InformationItem, Person
from cases.panels import Request

PLAIN = (
    *("text", "received_from", "received_on", "source", "conditions", "dated", "date_not_known", "nature"),
    *("whose", "checked_on", "about"),
)
NOBODY_ASKED = "No, nobody asked for it"
OWN = "Our own information"


class InformationForm(ListedForm):
    """Every answer about an information item."""

    text = PlainTextField(
        label="What is the information?",
        help_text="One thing, in plain words. Quote people as they said it.",
        max_length=most(InformationItem, "text"),
        error_messages={"required": "Enter the information"},
    )
    received_from = Dropdown(
        label="Is it our own, or did an agency give it to us?",
        help_text="Also when nobody asked for it. An agency that is not in the list: name it below, "
        "where you say where it came from.",
        empty_label=OWN,
        required=False,
    )
    received_on = DayField(
        label="If an agency gave it to us: when did it come?",
        help_text="For example, 27 3 2026. Leave this empty for our own information.",
        what="The date it came",
        past_only=True,
        required=False,
    )
    answers = Dropdown(
        label="Does it answer a request of ours?",
        help_text="Record on the page of the request too that it came.",
        empty_label=NOBODY_ASKED,
        required=False,
    )
    source = PlainCharField(
        label="Where did it come from?",
        help_text="Who said, saw or wrote it, and in what: “housing officer, visit note”.",
        max_length=most(InformationItem, "source"),
        error_messages={"required": "Enter where the information came from"},
    )
    conditions = PlainTextField(
        label="What did they say about passing it on? (optional)",
        help_text="Conditions such as “ask us first” or “not to the family”. "
        "They are shown again when you decide about sharing.",
        max_length=most(InformationItem, "conditions"),
        rows=2,
        required=False,
    )
    dated = DayField(
        label="What is its date?",
        help_text="The day it happened, was said or was written. For example, 27 3 2026",
        what="The date of the information",
        past_only=True,
        required=False,
    )
    date_not_known = Confirm(label="The date is not known", required=False)
    nature = Radios(
        label="Is it a fact, an opinion, or reported by someone?",
        error_messages={"required": "Select fact, opinion or reported"},
    )
    whose = PlainCharField(
        label="Whose opinion is it? (only for an opinion)",
        max_length=most(InformationItem, "whose"),
        required=False,
    )
    historical = Radios(
        (
            ("no", "Current"),
            ("yes", "Historical", "It tells of an earlier time. Its date is always shown with it."),
        ),
        label="Is it current or historical?",
        error_messages={"required": "Select whether it is current or historical"},
    )
    checked_on = DayField(
        label="When was it last checked? (optional)",
        help_text="The last day on which somebody made sure that it is still right.",
        what="The date it was last checked",
        past_only=True,
        required=False,
    )
    about = CheckboxSet(
        label="Whom is it about?", error_messages={"required": "Select at least one person whom it is about"}
    )
    alleges_offence = Radios(
        YES_NO,
        label="Does it say or suggest that somebody committed an offence?",
        help_text="Whether or not it was proven.",
        error_messages={"required": "Select yes if it says or suggests an offence"},
    )
    lists = {"nature": "nature"}
    other_names = frozenset({"seen"})
    buttons = (("save", "Save"),)

    def __init__(
        self, *args: Any, people: Sequence[Person], requests: Sequence[Request] = (), **kwargs: Any
    ) -> None:
        """Arguments: `requests` – those of the case; only what is open, or recorded already, is offered."""
        super().__init__(*args, **kwargs)
        about = [(str(one.id), called(one), choices.label("role", one.role)) for one in people]
        self.fields["about"].offer(about)  # type: ignore[attr-defined]
        self.fields["about"].required = bool(about)
        self.fields["received_from"].offer(_agencies(self.initial.get("received_from", "")))  # type: ignore[attr-defined]
        self._offer_requests(requests)

    def _offer_requests(self, requests: Sequence[Request]) -> None:
        stored = self.initial.get("answers", "")
        offered = [(str(one.id), one.words) for one in requests if one.open or str(one.id) == stored]
        if offered:
            self.fields["answers"].offer(offered)  # type: ignore[attr-defined]
        else:
            del self.fields["answers"]

    @staticmethod
    def initial_of(item: InformationItem) -> dict[str, Any]:
        """The answers as they are recorded."""
        answers = {name: getattr(item, name) for name in PLAIN}
        answers |= {"answers": str(item.answers or "")}
        return answers | {name: yes_or_no(getattr(item, name)) for name in ("historical", "alleges_offence")}

    def clean(self) -> dict[str, Any]:
        """Exactly one of a date and "not known"; an opinion says whose; what came has the day it came."""
        answers = self.cleaned_data
        self._clean_received(answers)
        if "dated" not in self.errors:
            if answers.get("dated") and answers.get("date_not_known"):
                self.add_error("dated", "Enter the date or tick that it is not known, not both")
            elif not answers.get("dated") and not answers.get("date_not_known"):
                self.add_error("dated", "Enter the date, or say it is not known")
        self._clean_owner(answers)
        return answers

    def _clean_received(self, answers: dict[str, Any]) -> None:
        if "received_on" not in self.fields or {"received_on", "received_from"} & set(self.errors):
            return
        came, day = answers.get("received_from"), answers.get("received_on")
        if came and not day:
            self.add_error("received_on", "Enter the date it came")
        if not came and day:
            self.add_error("received_on", "Remove this, or select the agency that gave it to us")
        if not came and answers.get("answers"):
            self.add_error("answers", "Select the agency that gave it to us, or that nobody asked for it")

    def _clean_owner(self, answers: dict[str, Any]) -> None:
        if "whose" in self.errors or not answers.get("nature"):
            return
        needed = bool(choices.mark("nature", answers["nature"], "needs_owner"))
        if needed and not answers.get("whose"):
            self.add_error("whose", "Enter whose opinion it is")
        if not needed and answers.get("whose"):
            self.add_error("whose", "Remove this, or select that it is an opinion")

    def values(self) -> dict[str, Any]:
        """Fields of `InformationItem`, as the actions take them."""
        answers = self.cleaned_data
        found = {name: answers[name] for name in PLAIN}
        if "answers" in self.fields:
            found["answers"] = UUID(answers["answers"]) if answers["answers"] else None
        return found | {name: answers[name] == "yes" for name in ("historical", "alleges_offence")}


def _agencies(stored: str) -> list[tuple[str, str]]:
    """The agencies of the directory, and the one that is recorded, whether it is still in use or not."""
    found = Agency.objects.values_list("code", "name", "active")
    listed = [(code, name) for code, name, active in found if active or code == stored]
    return [*listed, *choices.choices("unlisted_agency")]


class InformationFilterForm(FilterForm):
    """Which items to show."""

    about = Dropdown(label="Whom is it about?", empty_label="Anybody")
    check = Dropdown([("due", "Only what is due a check")], label="Due a check", empty_label="Everything")

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].offer([(str(one.id), called(one)) for one in people])  # type: ignore[attr-defined]
