"""What an export is for and what it holds; and approving or refusing one with names."""

from typing import Any

from audit import sheets
from cases.forms.base import CheckboxSet, GovForm, Option, PlainTextField, Radios
from sharing import lists, log, log_columns
from sharing.exports import FORMATS
from sharing.forms.log import LogFilterForm

MINIMUM, STANDARD, CHOOSE = "minimum", "standard", "choose"
IN, OUT = "in", "out"
REASON_MOST = 300
DO_NOT_NAME = "Do not name anybody here."


def _titles(codes: tuple[str, ...]) -> str:
    return ", ".join(log_columns.BY_CODE[code].title for code in codes)


_FORMATS: tuple[Option, ...] = (
    ("csv", FORMATS["csv"], "Opens in every spreadsheet. No cell can compute anything."),
    ("xlsx", FORMATS["xlsx"]),
    ("jsonl", FORMATS["jsonl"], "For programs: one decision a line."),
    ("pdf", FORMATS["pdf"], f"For reading and printing, up to {sheets.PDF_MOST:,} decisions."),
)
_BASE = tuple(one.code for one in log_columns.COLUMNS if not one.identifier and not one.free_text)
"""The columns that can be chosen one by one; names and free text are questions of their own."""


class ExportForm(GovForm):
    """Purpose, format, columns, names, free text, a password. Its filters are sent along, hidden."""

    buttons = (("create", "Create"),)
    purpose = Radios(label="What is it for?", error_messages={"required": "Select what it is for"})
    purpose_text = PlainTextField(
        label="What else is there to say about the purpose?",
        help_text=f"You must answer if you selected “Something else”. {DO_NOT_NAME}",
        max_length=REASON_MOST,
        rows=2,
        required=False,
    )
    format = Radios(_FORMATS, label="Which format?", error_messages={"required": "Select a format"})
    which = Radios(
        (
            (MINIMUM, "Minimum", f"{_titles(log_columns.MINIMUM)}."),
            (STANDARD, "Standard", f"{len(log_columns.STANDARD)} columns, such as those of the log."),
            (CHOOSE, "Choose", "Tick them below."),
        ),
        label="Which columns?",
        error_messages={"required": "Select which columns"},
    )
    chosen = CheckboxSet(
        [(code, log_columns.BY_CODE[code].title) for code in _BASE],
        label="Columns, if you selected “Choose”",
        required=False,
    )
    names = Radios(
        (
            (OUT, "No", "Stand-ins take the place of cases and people. Each export has its own."),
            (IN, "Yes", "Somebody else must approve it first: another governance lead, or a manager."),
        ),
        label="Does it have to say who people are?",
        error_messages={"required": "Select whether names are in it"},
    )
    reason = PlainTextField(
        label="Why are the names needed?",
        help_text=f"You must answer if you selected “Yes” above. {DO_NOT_NAME}",
        max_length=REASON_MOST,
        rows=2,
        required=False,
    )
    free_text = Radios(
        (
            (OUT, "No"),
            (IN, "Yes", "What officers wrote can name people: it goes out with names only."),
        ),
        label="Is what officers wrote in their own words in it?",
        error_messages={"required": "Select whether free text is in it"},
    )
    locked = Radios(
        (
            (OUT, "No"),
            (IN, "Yes", "You see the password once, on the next page. Write it down there."),
        ),
        label="Do you want it locked with a password?",
        error_messages={"required": "Select whether it is locked"},
    )
    START = {"format": "csv", "which": STANDARD, "names": OUT, "free_text": OUT, "locked": OUT}

    def __init__(self, *args: Any, filters: LogFilterForm, **kwargs: Any) -> None:
        kwargs.setdefault("initial", self.START)
        super().__init__(*args, **kwargs)
        self.filters = filters
        self.fields["purpose"].offer(  # type: ignore[attr-defined]
            (row.code, row.label, row.hint) for row in lists.rows("export_purpose")
        )

    def known_names(self) -> set[str]:
        """The filters are sent along: their names too."""
        return super().known_names() | self.filters.known_names()

    def clean(self) -> dict[str, Any]:
        """What hangs on another answer."""
        said = self.cleaned_data
        if said.get("purpose") == "other" and not said.get("purpose_text"):
            self.add_error("purpose_text", "Enter what it is for")
        if said.get("which") == CHOOSE and not said.get("chosen"):
            self.add_error("chosen", "Select at least one column, or select “Minimum” or “Standard” above")
        if said.get("names") == IN and not said.get("reason"):
            self.add_error("reason", "Enter why the names are needed")
        if said.get("names") == OUT and said.get("free_text") == IN:
            self.add_error(
                "free_text", "Free text can name people: select “No”, or select “Yes” for names above"
            )
        if self.filters.errors:
            self.add_error(None, "Check the filters in the log first: one of them cannot be used")
        return said

    def check_amount(self, user: Any) -> bool:
        """Whether there is something to export and it fits the format; the form says what to do if not."""
        found = log.decisions(user, self.filters.filters()).order_by()
        if not found.exists():
            self.add_error(None, "Choose other decisions in the log: none match these filters")
        elif self.cleaned_data["format"] == "pdf" and found[: sheets.PDF_MOST + 1].count() > sheets.PDF_MOST:
            self.add_error(
                "format",
                f"A PDF holds up to {sheets.PDF_MOST:,} decisions, and these are more. "
                "Select another format, or choose fewer decisions in the log",
            )
        return not self.errors

    def options(self) -> dict[str, Any]:
        """What the export holds, as `export_actions.ask` takes it."""
        said = self.cleaned_data
        named, texts = said["names"] == IN, said["free_text"] == IN
        picked = {MINIMUM: log_columns.MINIMUM, STANDARD: log_columns.STANDARD, CHOOSE: said["chosen"]}
        return {
            "filters": self.filters.filters(),
            "columns": log_columns.exported(picked[said["which"]], names=named, free_text=texts),
            "format": said["format"],
            "names": named,
            "free_text": texts,
            "locked": said["locked"] == IN,
        }


class DecideForm(GovForm):
    """Approve an export with names, or refuse it."""

    buttons = ()
    answer = Radios(
        (
            ("approve", "Approve it", "It is written at once. Only whoever asked can download it."),
            ("refuse", "Refuse it", "Nothing is written. Whoever asked is told why."),
        ),
        label="What do you decide?",
        error_messages={"required": "Select whether you approve it"},
    )
    reason = PlainTextField(
        label="Why?",
        help_text=DO_NOT_NAME,
        max_length=REASON_MOST,
        rows=3,
        error_messages={"required": "Enter why"},
    )
