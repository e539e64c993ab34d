"""What is asked before a report of a case leaves the house."""

from typing import Any

from cases.forms.base import GovForm, PlainTextField, Radios
from sharing.forms.page import options

PDF, XLSX = "pdf", "xlsx"
OTHER = "other"


class ReportForm(GovForm):
    """What a report is for, and in which form it is wanted."""

    buttons = ()
    purpose = Radios(
        options("export_purpose"),
        label="What is it for?",
        error_messages={"required": "Select what it is for"},
    )
    note = PlainTextField(
        label="Who asked for it, and when? (optional)",
        help_text="For example, the chair of the review, and the date of their letter. It stays on record.",
        max_length=200,
        required=False,
    )
    form = Radios(
        (
            (PDF, "PDF", "To read and to print."),
            (XLSX, "Spreadsheet (XLSX)", "To sort and to join with others’."),
        ),
        label="How do you want it?",
        error_messages={"required": "Select how you want it"},
    )

    def clean(self) -> dict[str, Any]:
        """A purpose that is not in the list is said in words."""
        if self.cleaned_data.get("purpose") == OTHER and not self.cleaned_data.get("note"):
            self.add_error("note", "Enter what it is for, and who asked for it")
        return self.cleaned_data
