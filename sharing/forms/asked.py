"""What is asked about a request made to us: who, how they were checked, what for, by when; how it ended."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.utils import timezone

from cases import working_days
from cases.forms.base import Dropdown, GovForm, MomentField, PlainCharField, PlainTextField, Radios
from cases.models import Agency, Organisation
from sharing import lists
from sharing.forms.page import options
from sharing.rules.terms import LONDON, day_of, working_days_after

ANSWER_DAYS = 2
"""Working days within which we mean to answer, where they do not say by when they need it."""
_END_OF_DAY = time(17)
DECISION = "decision"
NONE = "none"


def answer_by(received_at: datetime, organisation: Organisation) -> datetime:
    """By when to answer where nobody says: the end of the second working day after it came, London time.

    Args:
        received_at: aware.
    """
    day = day_of(received_at)
    closed = working_days.closed(organisation, (day.year, day.year + 1))
    return datetime.combine(working_days_after(day, ANSWER_DAYS, closed), _END_OF_DAY, LONDON)


class AskedForm(GovForm):
    """A request that came to us."""

    buttons = ()
    requester_name = PlainCharField(
        label="Who asked?",
        help_text="Their full name.",
        max_length=100,
        error_messages={"required": "Enter who asked"},
    )
    requester_job = PlainCharField(
        label="What is their job?", max_length=80, error_messages={"required": "Enter their job"}
    )
    agency = Dropdown(label="Which agency are they from?", error_messages={"required": "Select their agency"})
    agency_name = PlainCharField(
        label="If it is not in the list, which agency?",
        help_text="Leave this empty if you found the agency in the list.",
        max_length=100,
        required=False,
        error_messages={"required": "Enter the name of the agency"},
    )
    checked = Radios(
        options("requester_checked"),
        label="How did you check that it was them?",
        help_text="Use a number or an address that you already had, not one that they gave you.",
        error_messages={"required": "Select how you checked"},
    )
    received_at = MomentField(
        label="When did it come?",
        help_text="For example, 27 3 2026 at 2:30pm.",
        what="The time it came",
        past_only=True,
        error_messages={"required": "Enter when it came"},
    )
    what = PlainTextField(
        label="What did they ask for?",
        max_length=500,
        error_messages={"required": "Enter what they asked for"},
    )
    why = PlainTextField(
        label="Why do they say they need it?",
        help_text="In their words. If they did not say, write that.",
        max_length=200,
        rows=3,
        error_messages={"required": "Enter why they say they need it, or that they did not say"},
    )
    answer_by = MomentField(
        label="By when do they need it?",
        help_text="If they did not say, leave the end of the second working day.",
        what="The time they need it by",
        error_messages={"required": "Enter by when they need it"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agencies = list(Agency.objects.filter(active=True).values_list("code", "name"))
        self.named = {name.casefold() for _, name in agencies}
        field: Any = self.fields["agency"]
        field.offer([*agencies, *options("unlisted_agency")])
        now = timezone.now()
        self.initial.setdefault("received_at", now)
        self.initial.setdefault("answer_by", answer_by(now, Organisation.current()))

    def clean(self) -> dict[str, Any]:
        """An agency that is not in the list has its name; nobody needs an answer before they asked."""
        answers = self.cleaned_data
        if answers.get("agency") in lists.codes("unlisted_agency"):
            self._clean_unlisted(answers.get("agency_name", ""))
        elif answers.get("agency") and answers.get("agency_name"):
            self.add_error("agency_name", "Remove this, or select that the agency is not in the list")
        came, by = answers.get("received_at"), answers.get("answer_by")
        if came and by and by <= came:
            self.add_error("answer_by", "The time they need it by must be after the time it came")
        return answers

    def _clean_unlisted(self, name: str) -> None:
        if "agency_name" in self.errors:
            return
        if not name:
            self.add_error("agency_name", "Enter the name of the agency")
        elif name.casefold() in self.named:
            self.add_error("agency", "This agency is in the list. Select it there")

    def values(self) -> dict[str, Any]:
        """The answers as `log_asked` takes them."""
        return dict(self.cleaned_data)


class WhichForm(GovForm):
    """Which request to us a decision answers."""

    buttons = ()
    other_names = frozenset({"saves"})
    which = Radios(
        label="Which request does this decision answer?",
        help_text="Who asked is filled in from it.",
        error_messages={"required": "Select the request, or none of them"},
    )

    def __init__(self, *args: Any, rows: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["which"]
        field.divider_before = NONE
        field.offer([*rows, (NONE, "None of these")])


class AskedAnswerForm(GovForm):
    """How a request to us ended where no decision was begun from it."""

    buttons = ()
    other_names = frozenset({"seen"})
    outcome = Radios(
        options("asked_outcome"),
        label="How does it end?",
        error_messages={"required": "Select how it ends"},
    )
    decision = Dropdown(
        label="If a decision answers it: which one?",
        help_text="Leave this empty for the other answers.",
        required=False,
    )
    reason = PlainTextField(
        label="Why?",
        help_text="How the decision answers it, or who took it back and when, or whom they should ask.",
        max_length=500,
        error_messages={"required": "Enter why"},
    )

    def __init__(self, *args: Any, decisions: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["decision"]
        field.offer(decisions)

    def clean(self) -> dict[str, Any]:
        """A decision that answers it is named; for the other answers none is."""
        answers = self.cleaned_data
        if "decision" in self.errors or not answers.get("outcome"):
            return answers
        if answers["outcome"] == DECISION and not answers.get("decision"):
            self.add_error("decision", "Select the decision that answers it")
        if answers["outcome"] != DECISION and answers.get("decision"):
            self.add_error("decision", "Remove this, or select that a decision answers it")
        return answers

    @property
    def chosen(self) -> UUID | None:
        """The id of the decision that was named."""
        chosen = self.cleaned_data.get("decision")
        return UUID(chosen) if chosen else None
