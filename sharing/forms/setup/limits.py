"""Set-up: thresholds of risk, timers, working hours and closed days."""

from typing import Any

from django.conf import settings

from cases import working_days
from cases.forms.base import Radios, WholeNumberField
from cases.forms.lines import ClockField, DaysField, LinesField
from sharing.forms.setup.part import PartForm


def _number(label: str, *, most: int, help_text: str, required: str) -> WholeNumberField:
    return WholeNumberField(
        minimum=1, maximum=most, label=label, help_text=help_text, error_messages={"required": required}
    )


class RiskSettingsForm(PartForm):
    """The thresholds of the organisation's area."""

    part, title = "risk", "Risk: thresholds and local criteria"
    hint = "From when the MARAC threshold is met in your area"
    lead = "Ask your MARAC coordinator. Assessments that were made keep the thresholds of their day."
    kept = ("checklist_threshold", "escalation_threshold", "repeat_months", "local_criteria")

    checklist_threshold = _number(
        "How many “yes” answers on the risk checklist meet the threshold?",
        most=24,
        help_text="14 in many areas.",
        required="Enter how many “yes” answers meet the threshold",
    )
    escalation_threshold = _number(
        "How many incidents in 12 months meet the threshold?",
        most=99,
        help_text="3 in many areas.",
        required="Enter how many incidents meet the threshold",
    )
    repeat_months = _number(
        "For how many months after a MARAC referral is another incident a repeat?",
        most=60,
        help_text="12 in most areas.",
        required="Enter for how many months another incident is a repeat",
    )
    local_criteria = LinesField(
        label="Which criteria does your area have of its own? (optional)",
        help_text="One on each line, at most 10. Officers can add another in their own words.",
        most_lines=10,
        line_length=80,
        required=False,
    )


class TimersForm(PartForm):
    """After how long something is looked at again."""

    part, title = "timers", "Timers"
    hint = "After how long information is stale, and decisions and access are reviewed"
    kept = (
        *("stale_after_days", "review_after_days", "access_review_days"),
        *("chase_hours", "chase_days", "advice_days", "digest_at"),
    )

    stale_after_days = _number(
        "After how many days is information to be checked again?",
        most=730,
        help_text="Officers are asked about what is older. 90 unless you decide otherwise.",
        required="Enter after how many days information is to be checked again",
    )
    review_after_days = _number(
        "After how many days is a decision not to share looked at again?",
        most=365,
        help_text="It is filled in for the officer, who can change it. 28 unless you decide otherwise. "
        "At high risk it is two working days, whatever is set here.",
        required="Enter after how many days a decision not to share is looked at again",
    )
    access_review_days = _number(
        "After how many days is access to a case reviewed?",
        most=365,
        help_text="Of people who were given a case, and of people who were shut out. "
        "90 unless you decide otherwise.",
        required="Enter after how many days access is reviewed",
    )
    chase_hours = _number(
        "After how many hours is a request chased that was needed today?",
        most=24,
        help_text="4 unless you decide otherwise.",
        required="Enter after how many hours an urgent request is chased",
    )
    chase_days = _number(
        "After how many working days is anything else chased?",
        most=30,
        help_text="What we asked for and what we were asked for. 2 unless you decide otherwise.",
        required="Enter after how many working days a request is chased",
    )
    advice_days = _number(
        "In how many working days is advice to be given?",
        most=10,
        help_text="Whoever asked can ask for it sooner. 1 unless you decide otherwise.",
        required="Enter in how many working days advice is to be given",
    )
    digest_at = ClockField(
        label="When are the day’s reminders sent?",
        help_text="One e-mail a day to each member of staff, for example at 8am. Urgent ones go at once.",
        what="The time of the reminders",
        error_messages={"required": "Enter when the day’s reminders are sent"},
    )

    def more(self) -> dict[str, Any]:
        """When a session locks and ends: settings of the server."""
        idle, absolute = settings.IDLE_SECONDS / 60, settings.SESSION_COOKIE_AGE / 3600
        return {
            "server": (
                ("A session locks after", f"{idle:g} minutes without anything done"),
                ("A session ends after", f"{absolute:g} hours, however busy it is"),
            )
        }


class HoursForm(PartForm):
    """When the organisation works."""

    part, title = "hours", "Working hours and bank holidays"
    hint = "Deadlines in working days leave out the days on which you are closed"
    kept = ("region", "working_from", "working_until", "closed_days")

    region = Radios(
        list(working_days.REGIONS.items()),
        label="Whose bank holidays do you keep?",
        error_messages={"required": "Select whose bank holidays you keep"},
    )
    working_from = ClockField(
        label="When does your working day start?",
        help_text="For example, 9am",
        what="The start of the working day",
        error_messages={"required": "Enter when your working day starts"},
    )
    working_until = ClockField(
        label="When does it end?",
        help_text="For example, 5pm",
        what="The end of the working day",
        error_messages={"required": "Enter when your working day ends"},
    )
    closed_days = DaysField(
        label="On which other days are you closed? (optional)",
        help_text="One date on each line, like 24 12 2026.",
        most_lines=60,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """A working day ends after it starts."""
        answers = self.cleaned_data
        start, end = answers.get("working_from"), answers.get("working_until")
        if start and end and end <= start:
            self.add_error("working_until", "Enter a time after the start of the working day")
        return answers
