"""What is asked before a report of a case leaves the house."""

from cases.forms.base import GovForm, PlainTextField, Radios
from sharing.forms.page import options

PDF, XLSX = "pdf", "xlsx"


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
        help_text="For example, the chair of the review, and the date of their letter. It stays on record",
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
