"""What is asked after a decision: what was sent, what is wrong, whether it is still right, who has it now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from cases.forms.base import (
    CheckboxSet,
    DayField,
    Dropdown,
    GovForm,
    MomentField,
    Option,
    PlainCharField,
    PlainTextField,
    Radios,
)
from sharing.forms.page import in_days, options
from sharing.rules import after
from sharing.rules.after import Pair

ALL, MORE = "all", "more"
_SHOWN = 160
"""Characters of an information item that a tick box shows."""


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()}…"


@dataclass(frozen=True)
class Ready:
    """What a decision says could be sent: its recipients, its items as recorded; and what was sent before."""

    recipients: Sequence[Mapping[str, Any]]
    items: Sequence[Mapping[str, Any]]
    sent: frozenset[Pair]

    def decided_for(self, key: str) -> list[Option]:
        """The items that were decided for a recipient."""
        return [self._option(key, one) for one in self.items if one["include"] and key in one["recipients"]]

    def others(self, key: str) -> list[Option]:
        """The items that were not decided for a recipient."""
        return [
            self._option(key, one) for one in self.items if not (one["include"] and key in one["recipients"])
        ]

    def _option(self, key: str, item: Mapping[str, Any]) -> Option:
        # Items of decisions that were recorded before agencies' conditions were kept have none.
        notes = [f"They asked: {item['conditions']}"] if item.get("conditions") else []
        notes += [] if item["include"] else ["It was withheld in the decision"]
        notes += ["It was sent before"] if (key, item["key"]) in self.sent else []
        return item["key"], _short(item["text"]), ". ".join(notes)


class SentForm(GovForm):
    """What was sent: a question for each recipient, and one for whatever else went."""

    buttons = ()
    other_names = frozenset({"seen"})

    other_recipient = PlainCharField(
        label="Did it go to anybody else? (optional)",
        help_text="Their name, job and agency.",
        required=False,
    )
    other_item = PlainTextField(
        label="Was anything else sent? (optional)",
        help_text="What it was, and to whom it went.",
        max_length=500,
        rows=3,
        required=False,
    )
    sent_at = MomentField(
        label="When was it sent?",
        help_text="For example, 27 3 2026 at 2:30pm. It may be before the decision.",
        what="The time it was sent",
        past_only=True,
        required=False,
    )
    sent_method = Dropdown(label="How was it sent?", required=False)
    sent_reference = PlainCharField(
        label="What is its reference? (optional)",
        help_text="For example, a message number or a tracking number. Do not put names here.",
        max_length=100,
        required=False,
    )
    sent_by = PlainCharField(
        label="Who sent it? (optional)",
        help_text="Leave this empty if you did.",
        max_length=120,
        required=False,
    )
    complete = Radios(
        (
            (MORE, "Yes, more will be sent", "Record it here when it has gone."),
            (ALL, "No, nothing more will be sent"),
        ),
        label="Is anything of this decision still to be sent?",
        error_messages={"required": "Select whether anything is still to be sent"},
    )
    reason = PlainTextField(
        label="Why was it different? (optional)",
        help_text="Needed if it was not sent as decided, or was sent before the lawful basis was chosen.",
        max_length=500,
        required=False,
    )

    def __init__(self, *args: Any, ready: Ready, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ready = ready
        self.initial.setdefault("sent_at", timezone.now())
        method: Any = self.fields["sent_method"]
        method.offer(options("method"))
        asked = {name: field for one in ready.recipients for name, field in self._asked_of(one).items()}
        self.fields = {**asked, **self.fields}

    def _asked_of(self, recipient: Mapping[str, Any]) -> dict[str, Any]:
        key, name = recipient["key"], recipient["name"]
        decided, others = self.ready.decided_for(key), self.ready.others(key)
        found: dict[str, Any] = {}
        if decided:
            found[f"sent_{key}"] = CheckboxSet(decided, label=f"What was sent to {name}?", required=False)
        if others:
            label = f"What else of this decision was sent to {name}?"
            found[f"also_{key}"] = CheckboxSet(others, label=label, required=False)
        return found

    def groups(self) -> list[dict[str, Any]]:
        """The questions about each recipient, for the page."""
        return [
            {
                "name": one["name"],
                "sent": self[name] if (name := f"sent_{one['key']}") in self.fields else None,
                "also": self[name] if (name := f"also_{one['key']}") in self.fields else None,
            }
            for one in self.ready.recipients
        ]

    def pairs(self) -> list[list[str]]:
        """What was ticked: pairs of a recipient's key and an item's key."""
        return [
            [one["key"], what]
            for one in self.ready.recipients
            for start in ("sent_", "also_")
            for what in self.cleaned_data.get(start + one["key"], ())
        ]

    def clean(self) -> dict[str, Any]:
        """What went has a time and a way; where nothing went, that must be meant."""
        answers = self.cleaned_data
        anything = self.pairs() or answers.get("other_recipient") or answers.get("other_item")
        if anything:
            self._need("sent_at", "Enter when it was sent")
            self._need("sent_method", "Select how it was sent")
        elif answers.get("complete") == MORE:
            message = "Select what was sent, or say below that nothing more will be sent"
            self.add_error(next(iter(self.fields)), message)
        return answers

    def _need(self, name: str, message: str) -> None:
        if name not in self.errors and not self.cleaned_data.get(name):
            self.add_error(name, ValidationError(message, code="required"))

    def values(self) -> dict[str, Any]:
        """The answers as `mark_sent` takes them."""
        answers = self.cleaned_data
        texts = ("other_recipient", "other_item", "sent_reference", "sent_by", "reason")
        return {name: answers[name] for name in texts} | {
            "method": answers["sent_method"],
            "pairs": self.pairs(),
            "sent_at": answers["sent_at"] or timezone.now(),
            "complete": answers["complete"] == ALL,
        }


class WrongForm(GovForm):
    """What is wrong with a decision."""

    buttons = ()
    what = PlainTextField(
        label="What is wrong?",
        help_text="In a sentence or two. It is recorded with the new decision.",
        max_length=500,
        error_messages={"required": "Enter what is wrong"},
    )


class ReviewForm(GovForm):
    """Whether a decision is still right."""

    buttons = ()
    other_names = frozenset({"seen"})
    outcome = Radios(
        label="Is this decision still right?",
        error_messages={"required": "Select whether it is still right"},
    )
    reason = PlainTextField(
        label="Why?",
        help_text="What has changed, or that nothing has, and how you know.",
        max_length=500,
        error_messages={"required": "Enter why"},
    )
    review_on = DayField(
        label="If it is still right: when will you look at it again?",
        help_text="For example, 27 3 2026. It does not count for the other answers.",
        what="The day to look at it again",
        future_only=True,
        required=False,
    )

    def __init__(self, *args: Any, after_days: int = 28, **kwargs: Any) -> None:
        """Arguments: `after_days` – days until it is looked at again, where the officer says no other day."""
        super().__init__(*args, **kwargs)
        outcome: Any = self.fields["outcome"]
        outcome.offer(options("review_outcome"))
        self.initial.setdefault("review_on", in_days(after_days))

    def clean(self) -> dict[str, Any]:
        """What is still right has a next day; for the other answers the day does not count."""
        answers = self.cleaned_data
        if answers.get("outcome") == "still_right":
            if "review_on" not in self.errors and not answers.get("review_on"):
                self.add_error("review_on", "Enter the day to look at it again")
        elif answers.get("outcome"):
            self.errors.pop("review_on", None)
        return answers

    def values(self) -> dict[str, Any]:
        """The answers as `review` takes them."""
        return {name: self.cleaned_data.get(name) for name in ("outcome", "reason", "review_on")}


class WrongPersonForm(GovForm):
    """Who has it, what they could do with it, who is in danger, what was done."""

    buttons = ()
    in_danger = Radios(
        label="Is anyone in danger now?",
        error_messages={"required": "Select whether anyone is in danger now"},
    )
    what = PlainTextField(
        label="What went to the wrong person?",
        max_length=500,
        error_messages={"required": "Enter what went to the wrong person"},
    )
    who_has_it = PlainTextField(
        label="Who has it now?",
        help_text="If you do not know, say so.",
        max_length=300,
        rows=3,
        error_messages={"required": "Enter who has it now, or that you do not know"},
    )
    could_do = PlainTextField(
        label="What could they do with it?",
        help_text="For example: find her new address, learn that she asked for help, tell somebody.",
        max_length=500,
        error_messages={"required": "Enter what they could do with it"},
    )
    told = CheckboxSet(
        label="Who has been told? (optional)",
        help_text="Select all that apply. Tell the victim/survivor only by a safe route.",
        required=False,
    )
    told_other = PlainCharField(
        label="If somebody else was told: who? (optional)",
        required=False,
    )
    done = PlainTextField(
        label="What has been done so far?",
        help_text="For example: asked them to delete it, changed the locks. If nothing yet, say so.",
        max_length=500,
        error_messages={"required": "Enter what has been done, or that nothing has yet"},
    )
    known_at = MomentField(
        label="When did you first know that it went to the wrong person?",
        help_text="For example, 27 3 2026 at 2:30pm. The 72 hours of the law count from then.",
        what="The time you first knew",
        past_only=True,
        error_messages={"required": "Enter when you first knew"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, listed in (("in_danger", "in_danger"), ("told", "incident_told")):
            field: Any = self.fields[name]
            field.offer(options(listed))
        self.initial.setdefault("known_at", timezone.now())

    def values(self) -> dict[str, Any]:
        """The answers as `report_wrong_recipient` takes them."""
        return dict(self.cleaned_data)


class IncidentAnswerForm(GovForm):
    """The short record of Articles 33 and 34."""

    buttons = ()
    outcome = Radios(
        label="Is it reported to the regulator?",
        error_messages={"required": "Select whether it is reported to the regulator"},
    )
    reported_at = MomentField(
        label="If it is reported: when?",
        help_text="For example, 27 3 2026 at 2:30pm. Leave this empty if it is not.",
        what="The time it was reported",
        past_only=True,
        required=False,
    )
    regulator_reference = PlainCharField(
        label="If it is reported: the regulator’s reference (optional)", max_length=100, required=False
    )
    late_reason = PlainTextField(
        label="If it is reported after the 72 hours: why so late?",
        max_length=500,
        rows=3,
        required=False,
    )
    reason = PlainTextField(
        label="What could it mean for the people it is about?",
        help_text="How likely a risk to them is, how serious, and why you think so.",
        max_length=1000,
        error_messages={"required": "Enter what it could mean for the people it is about"},
    )
    people_told = Radios(
        label="Have the people it is about been told?",
        help_text="Article 34: where a high risk to them is likely, they are told without undue delay.",
        error_messages={"required": "Select whether the people it is about have been told"},
    )
    people_reason = PlainTextField(
        label="How and when are they told, or why not?",
        max_length=500,
        error_messages={"required": "Enter how and when they are told, or why not"},
    )

    def __init__(self, *args: Any, incident: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incident = incident
        for name, listed in (("outcome", "incident_outcome"), ("people_told", "people_told")):
            field: Any = self.fields[name]
            field.offer(options(listed))

    def clean(self) -> dict[str, Any]:
        """What is reported has its time, and a reason where it is late."""
        answers = self.cleaned_data
        at = answers.get("reported_at")
        if "reported_at" in self.errors or not answers.get("outcome"):
            return answers
        if answers["outcome"] != "reported":
            if at:
                self.add_error("reported_at", "Remove this, or select that it is reported")
        elif at is None:
            self.add_error("reported_at", "Enter when it was reported")
        elif after.late_report(self.incident.known_at, at) and not answers.get("late_reason"):
            self.add_error("late_reason", "Enter why it was reported after the 72 hours")
        return answers

    def values(self) -> dict[str, Any]:
        """The answers as `answer_incident` takes them."""
        return dict(self.cleaned_data)
