"""Page 8: doubt, the decision, the reasons for it; and the points that are answered before it is recorded."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Self

from django import forms
from django.utils import timezone

from cases.forms.base import CheckboxSet, DayField, MomentField, PlainCharField, PlainTextField, Radios
from sharing import lists, rules
from sharing.forms.page import FromTodayField, PageForm, in_days, in_words, options
from sharing.sheet import Sheet
from sharing.words import words

WAITING = {"reason_text": "What are you waiting for?", "review_on": "By when do you need the answer?"}
"""What two of the questions ask while advice is awaited; the record asks them so as well."""
WORKING_DAYS_AT_HIGH_RISK = {"do_not_share": 2, "not_yet": 1}


class DecisionForm(PageForm):
    """Your decision."""

    as_stored = False

    doubt = Radios(
        options("doubt"),
        label="Are you in doubt about anything?",
        help_text="You can ask a colleague, a manager or the information governance lead without naming "
        "anyone. If you ask now and select nothing below, your decision is “Not yet” until the answer comes.",
        error_messages={"required": "Select whether you are in doubt"},
    )
    outcome = Radios(
        options("outcome"),
        label="What have you decided?",
        error_messages={"required": "Select what you have decided"},
    )
    decided_at = MomentField(
        label="When did you decide?",
        help_text="Change this if you decided earlier.",
        what="The time of the decision",
        past_only=True,
        error_messages={"required": "Enter when you decided"},
    )

    def adapt(self) -> None:
        """Say what sharing means where information is asked for."""
        if self.sheet.answers.get("started") == "need":
            self.fields[
                "outcome"
            ].help_text = "To share means here: to ask, and to reveal these items in asking."

    def again(self) -> Self:
        """The same page as stored: what is not in the draft is not decided for it."""
        self.as_stored = True
        return super().again()

    def clean(self) -> dict[str, Any]:
        """Whoever asks first has not decided yet."""
        asks = self.cleaned_data.get("doubt") == "ask" and not self.as_stored
        if asks and "outcome" in self.emptied():
            self.errors.pop("outcome")
            self.cleaned_data["outcome"] = "not_yet"
        return self.cleaned_data

    def defaults(self) -> dict[str, Any]:
        """Now."""
        return {"decided_at": timezone.now().isoformat()}


class MainReasonsForm(PageForm):
    """The reasons, and what follows. Each outcome has questions of its own."""

    keeps_clock = frozenset({"review_on"})

    reasons = CheckboxSet(
        label="What are your main reasons?",
        help_text="Select all that apply.",
        error_messages={"required": "Select at least one reason"},
    )
    reason_text = PlainTextField(
        label="Why, in this case?",
        help_text="What happened, who could be hurt, what this changes. "
        "A policy or the name of a law is not enough on its own.",
        max_length=500,
        error_messages={"required": "Enter reasons about this case"},
    )
    adviser = Radios(
        options("adviser"),
        label="Who are you asking?",
        error_messages={"required": "Select who you are asking"},
    )
    confirmed_by = PlainCharField(
        label="If they already know it: who confirmed this, and when?",
        help_text="Leave this empty for the other reasons.",
        required=False,
    )
    instead = PlainTextField(
        label="What will you do instead to keep people safe?",
        max_length=500,
        error_messages={"required": "Enter what you will do instead to keep people safe"},
    )
    review_on = DayField(
        label="When will you look at this again?",
        help_text="For example, 27 3 2026.",
        what="The review date",
        future_only=True,
        error_messages={"required": "Enter when you will look at this again"},
    )

    def adapt(self) -> None:
        """Ask what goes with the outcome."""
        outcome = str(self.sheet.answers.get("outcome", ""))
        if lists.marked("outcome", outcome, "sharing"):
            dropped = ["adviser", "confirmed_by", "instead", "review_on"]
            self.offer("reasons", options("reasons_share"))
        elif outcome == "not_yet":
            dropped = ["reasons", "confirmed_by", "instead"]
            self._wait()
        else:
            dropped = ["adviser"]
            self.offer("reasons", options("reasons_do_not_share"))
        for name in dropped:
            del self.fields[name]

    def _wait(self) -> None:
        """Ask what is waited for, and by when."""
        asked = self.fields["reason_text"]
        asked.required = False
        asked.label = WAITING["reason_text"]
        asked.help_text = "What you asked them. Name nobody in the case."
        self.fields["review_on"] = FromTodayField(
            label=WAITING["review_on"],
            help_text=f"Within one working day: by {in_words(self._last())}."
            if self._pressing()
            else "For example, 27 3 2026.",
            what="The date by which you need the answer",
            error_messages={"required": "Enter by when you need the answer"},
        )
        self.order_fields(["adviser", "reason_text", "review_on"])

    def _pressing(self) -> bool:
        """Whether the risk is high or the MARAC threshold is met: waiting has a limit then."""
        case = self.sheet.facts.case
        return case.risk_level == "high" or rules.threshold_met(case)

    def _last(self) -> date:
        """The last day that a pressing case may wait, or be looked at again: so many working days on."""
        count = WORKING_DAYS_AT_HIGH_RISK.get(str(self.sheet.answers.get("outcome", "")), 0)
        holidays = self.sheet.facts.organisation.bank_holidays
        return rules.working_days_after(timezone.localdate(), count, holidays)

    def defaults(self) -> dict[str, Any]:
        """The review date: sooner where the risk is high or the MARAC threshold is met."""
        day = self._last() if self._pressing() else in_days(self.sheet.review_after_days)
        return {"review_on": day.isoformat()}

    def clean(self) -> dict[str, Any]:
        """Ask who confirmed that it is known already; do not let a pressing case wait."""
        known = lists.codes("reasons_do_not_share", "needs_confirmation")
        if known.intersection(self.cleaned_data.get("reasons", ())):
            self.need("confirmed_by", "Enter who confirmed that they already know it, and when")
        answer_by = self.cleaned_data.get("review_on")
        if "adviser" in self.fields and self._pressing() and answer_by and answer_by > self._last():
            last = in_words(self._last())
            self.add_error("review_on", f"At this risk you can wait one working day: enter {last} or earlier")
        return self.cleaned_data


class PointsForm(PageForm):
    """One question for each point that the answers raise; the fields are named after the points."""

    def __init__(self, sheet: Sheet, points: Sequence[rules.Finding], data: Any = None) -> None:
        self.points = points
        super().__init__(sheet, data, stored=sheet.answers.get("points", {}))

    def adapt(self) -> None:
        """Ask about each point."""
        self.fields: dict[str, forms.Field] = {
            point.code: PlainTextField(
                label="It is right because…",
                max_length=200,
                rows=2,
                error_messages={
                    "required": f"{words(point.words).title}: enter why it is right, or change it"
                },
            )
            for point in self.points
        }

    def question(self, name: str) -> str:
        """The point that a field answers."""
        return next(words(point.words).title for point in self.points if point.code == name)

    def load(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Show the answers to the points that are still raised."""
        return {point.code: stored.get(point.code) for point in self.points}
