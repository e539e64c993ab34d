"""Why a case must be opened to somebody for a time, and whether that was right."""

import re
from typing import Any

from cases.forms.base import GovForm, PlainCharField, PlainTextField, Radios
from cases.forms.listed import most
from cases.models import TimedAccess
from cases.timed_access import NOT_RIGHT, PURPOSES, RIGHT

NO_CASE = "No case can be opened with this reference. Check every letter and number of it"
_KINDS = "CD"


def reference_of(text: str) -> str:
    """A reference as it is written on every page, from how somebody typed it."""
    letters = re.sub(r"[\s-]", "", text).upper()
    if len(letters) == 7 and letters[0] in _KINDS:
        return f"{letters[0]}-{letters[1:]}"
    return f"C-{letters}"


class EmergencyAccessForm(GovForm):
    """Which case, and why now. Whether there is such a case, and for whom, the action asks of the policy."""

    buttons = ()
    reference = PlainCharField(
        label="What is the case’s reference?",
        help_text="All of it, such as C-7F3K2Q.",
        max_length=20,
        error_messages={"required": "Enter the case’s reference", "max_length": NO_CASE},
    )
    reason = PlainTextField(
        label="What is happening, and why must you open this case now?",
        help_text="A manager reads this.",
        max_length=most(TimedAccess, "reason"),
        error_messages={"required": "Enter why you must open this case now"},
    )

    def clean_reference(self) -> str:
        """The reference as it is written on every page, however it was typed."""
        return reference_of(self.cleaned_data["reference"])


class PurposeForm(GovForm):
    """Which case or decision, and what it is looked at for."""

    buttons = ()
    reference = PlainCharField(
        label="What is the reference of the case, or of a decision in it?",
        help_text="All of it, such as C-7F3K2Q or D-8M4NPW.",
        max_length=20,
        error_messages={"required": "Enter a case’s or a decision’s reference", "max_length": NO_CASE},
    )
    purpose = Radios(
        tuple(PURPOSES.items()),
        label="What do you look at it for?",
        error_messages={"required": "Select what you look at it for"},
    )
    reason = PlainTextField(
        label="Say more about it",
        help_text="For example, the reference of the review. Needed for “something else”.",
        max_length=most(TimedAccess, "reason"),
        rows=3,
        required=False,
    )

    def clean_reference(self) -> str:
        """The reference as it is written on every page, however it was typed."""
        return reference_of(self.cleaned_data["reference"])

    def clean(self) -> dict[str, Any]:
        """Something else is said in words."""
        answers = self.cleaned_data
        if answers.get("purpose") == "other" and not answers.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Enter what you look at it for")
        return answers


class EmergencyReviewForm(GovForm):
    """What a manager makes of emergency access that is over."""

    buttons = ()
    outcome = Radios(
        (
            (RIGHT, "Yes, it was right"),
            (NOT_RIGHT, "No, it was not right", "Say below what you do about it."),
        ),
        label="Was it right to open the case?",
        error_messages={"required": "Select whether it was right"},
    )
    note = PlainTextField(
        label="Why do you think so?",
        max_length=most(TimedAccess, "review_note"),
        rows=3,
        error_messages={"required": "Enter why you think so"},
    )
