"""Page 1: how it started, what it is for, how soon; who asked; what has already happened."""

from typing import Any

from cases.forms.base import CheckboxSet, Dropdown, MomentField, PlainCharField, PlainTextField, Radios
from cases.forms.days import DayField
from sharing.forms.page import FromTodayField, PageForm, YesNo, options


class RequestForm(PageForm):
    """What this is about."""

    started = Radios(
        options("started"),
        label="How did this start?",
        error_messages={"required": "Select how this started"},
    )
    already_sent = YesNo(
        label="Has this already been shared?",
        help_text="What has already happened can always be recorded.",
        error_messages={"required": "Select whether it has already been shared"},
    )
    aims = CheckboxSet(
        options("aims"),
        label="What is sharing meant to achieve?",
        help_text="Select all that apply. Everything after this is judged against it.",
        error_messages={"required": "Select at least one aim"},
    )
    aim_text = PlainTextField(
        label="In your own words: what is it meant to achieve?",
        max_length=300,
        rows=3,
        error_messages={"required": "Enter what it is meant to achieve"},
    )
    urgency = Radios(
        options("urgency"),
        label="How soon is it needed?",
        error_messages={"required": "Select how soon"},
    )
    decide_by = FromTodayField(
        label="If it is needed by a date, which date?",
        help_text="For example, 27 3 2026. Leave this empty for the other answers.",
        what="The date by which it is needed",
        required=False,
    )
    without_identity = Radios(
        options("without_identity"),
        label="Could it work without identifying anyone?",
        help_text="If it could, you are not asked about a lawful basis or about telling the person.",
        error_messages={"required": "Select yes, no or not sure"},
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the date where a date was chosen."""
        if self.cleaned_data.get("urgency") == "by_date":
            self.need("decide_by", "Enter the date by which it is needed")
        return self.cleaned_data


class AlreadySentForm(PageForm):
    """What was shared before this record was made."""

    sent_at = MomentField(
        label="When was it shared?",
        help_text="For example, 27 3 2026 at 2:30pm.",
        what="The time it was shared",
        past_only=True,
        error_messages={"required": "Enter when it was shared"},
    )
    sent_how = PlainCharField(
        label="How was it shared?",
        help_text="For example, by phone to the duty desk.",
        max_length=200,
        error_messages={"required": "Enter how it was shared"},
    )
    sent_what = PlainTextField(
        label="What was shared?",
        max_length=500,
        error_messages={"required": "Enter what was shared"},
    )


class RequesterForm(PageForm):
    """Who asked, and how that was checked."""

    requester_name = PlainCharField(
        label="Who asked?",
        help_text="Their full name and job, and their agency if it is not in the list below.",
        error_messages={"required": "Enter who asked"},
    )
    requester_agency = Dropdown(
        label="Which agency are they from?",
        error_messages={"required": "Select their agency"},
    )
    requested_on = DayField(
        label="When did they ask?",
        help_text="For example, 27 3 2026.",
        what="The date of the request",
        past_only=True,
        error_messages={"required": "Enter the date of the request"},
    )
    requester_checked = Radios(
        options("requester_checked"),
        label="How did you check that it was them?",
        help_text="Use a number or an address that you already had, not one that they gave you.",
        error_messages={"required": "Select how you checked"},
    )

    def adapt(self) -> None:
        """Offer the directory's agencies."""
        self.offer("requester_agency", [*self.sheet.agencies, *options("unlisted_agency")])


class CourtForm(PageForm):
    """The court order or the duty that is being answered."""

    court_reference = PlainCharField(
        label="Which court order or legal duty is it?",
        help_text="Its reference, or the Act and section. Do not put names here.",
        error_messages={"required": "Enter the court order or legal duty"},
    )
