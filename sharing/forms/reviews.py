"""What a manager is asked: what they say of a decision, and the questions about a sampled one."""

from collections.abc import Iterable
from typing import Any

from cases.forms.base import Dropdown, GovForm, PlainTextField, Radios
from sharing import lists
from sharing.forms.page import options
from sharing.rules import reviewing as rule

_QUESTION = "question_"


class JudgeForm(GovForm):
    """What a manager says of a decision, and why."""

    buttons = ()
    other_names = frozenset({"seen"})
    outcome = Radios(
        label="What do you say of this decision?",
        error_messages={"required": "Select what you say of this decision"},
    )
    reason = PlainTextField(
        label="Why?",
        help_text="In your own words, about this case. Whoever decided it reads them.",
        max_length=500,
        error_messages={"required": "Enter why, in a few words about this case"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcome: Any = self.fields["outcome"]
        outcome.offer(options("manager_outcome"))

    def clean_reason(self) -> str:
        """A word alone tells nobody what to do."""
        reason = str(self.cleaned_data["reason"])
        if not rule.reason_given(reason):
            self.add_error("reason", "Enter why, in a few words about this case")
        return reason

    def values(self) -> dict[str, Any]:
        """The answers as `judge` takes them."""
        return dict(self.cleaned_data)


class DrawForm(GovForm):
    """Which month's sample is drawn."""

    buttons = ()
    month = Dropdown(
        label="Which month?",
        help_text="A month can be drawn once it is over.",
        error_messages={"required": "Select a month"},
    )

    def __init__(self, *args: Any, months: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        """Arguments: `months` – (code, words) of those whose sample is not drawn."""
        super().__init__(*args, **kwargs)
        month: Any = self.fields["month"]
        month.offer(list(months))


class SampleForm(GovForm):
    """The six questions about a decision of the sample, and what there is to learn."""

    buttons = ()
    note = PlainTextField(
        label="What is there to learn from it? (optional)",
        help_text="Whoever decided it reads this. Say what went well too.",
        max_length=500,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {_QUESTION + row.code: _asked(row) for row in lists.rows("sample_question")}
        self.fields = {**asked, **self.fields}

    def values(self) -> dict[str, Any]:
        """The answers as `answer_sample` takes them."""
        answers = {
            name.removeprefix(_QUESTION): value
            for name, value in self.cleaned_data.items()
            if name.startswith(_QUESTION)
        }
        return {"answers": answers, "note": self.cleaned_data["note"]}


def _asked(row: lists.Row) -> Radios:
    error = f"Select an answer to “{row.label}”"
    return Radios(
        lists.choices("sample_answer"),
        label=row.label,
        help_text=row.hint,
        error_messages={"required": error},
    )
