"""Asking for advice without saying who it is about, and what came of it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from cases import working_days
from cases.forms.base import Dropdown, GovForm, MomentField, PlainCharField, PlainTextField
from cases.models import Case, Organisation, User
from sharing import lists, rules
from sharing.forms.page import FromTodayField, in_words
from sharing.rules import advice

OUTSIDE = tuple(
    (code, f"{label}: outside, you ask them yourself")
    for code, label in lists.choices("adviser")
    if code not in advice.ROLES
)
"""The advisers who have no account."""


class AskForm(GovForm):
    """A question for an adviser. Its texts stand alone: whoever answers may know nothing else."""

    buttons = ()
    other_names = frozenset({"replace"})

    adviser = Dropdown(
        label="Who do you want to ask?",
        help_text="Colleagues read the question here. Somebody outside is asked by you, in your usual way; "
        "you then write down what they said.",
        error_messages={"required": "Select who you want to ask"},
    )
    situation = PlainTextField(
        label="What is the situation?",
        help_text="What happened, and what you know. Nobody’s name, address, birth date or number.",
        max_length=1500,
        rows=6,
        error_messages={"required": "Enter what the situation is"},
    )
    question = PlainTextField(
        label="What is your question?",
        max_length=500,
        error_messages={"required": "Enter your question"},
    )
    options = PlainTextField(
        label="What could you do? (optional)",
        help_text="The options that you see, and what speaks for each.",
        max_length=1000,
        required=False,
    )
    reply_by = FromTodayField(
        label="By when do you need the answer?",
        what="The day by which you need the answer",
        error_messages={"required": "Enter by when you need the answer"},
    )
    left_in = PlainTextField(
        label="If it must stay in: why can they not answer without it?",
        help_text="They do not see this reason. It is recorded.",
        max_length=300,
        rows=3,
        required=False,
    )

    def __init__(
        self, *args: Any, people: Iterable[User], case: Case, organisation: Organisation, **kwargs: Any
    ) -> None:
        """Arguments: `people` – the colleagues who may be asked; `case` – its risk says how soon."""
        super().__init__(*args, **kwargs)
        self.people = {str(one.id): one for one in people}
        named = [(key, f"{one.name}, {one.get_role_display().lower()}") for key, one in self.people.items()]
        adviser: Any = self.fields["adviser"]
        adviser.offer([*named, *OUTSIDE])
        today = timezone.localdate()
        closed = working_days.closed(organisation, (today.year, today.year + 1))
        self.pressing = case.risk_level == "high" or case.threshold_met
        self.last = advice.last_day(today, closed)
        day = advice.answer_by(today, organisation.advice_days, pressing=self.pressing, bank_holidays=closed)
        self.initial.setdefault("reply_by", day)
        self.fields["reply_by"].help_text = (
            f"At this risk within one working day: by {in_words(self.last)}."
            if self.pressing
            else "For example, 27 3 2026."
        )

    def clean_reply_by(self) -> date | None:
        """Where the risk is high, waiting has a limit."""
        day: date | None = self.cleaned_data["reply_by"]
        if day and self.pressing and day > self.last:
            raise ValidationError(
                f"At this risk you can wait one working day: enter {in_words(self.last)} or earlier"
            )
        return day

    def values(self) -> dict[str, Any]:
        """The answers as `ask_advice` takes them."""
        answers = dict(self.cleaned_data)
        person = self.people.get(answers["adviser"])
        kind = advice.kind_of(person.role) if person else answers["adviser"]
        return answers | {"adviser": person, "adviser_kind": kind}

    def texts(self) -> dict[str, str]:
        """The texts that can be read, whatever else is wrong with the form."""
        given = {name: self.cleaned_data.get(name) or "" for name in ("situation", "question", "options")}
        return {name: text for name, text in given.items() if rules.given(text)}

    def with_texts(self, texts: Mapping[str, str]) -> QueryDict:
        """What was posted, with other texts: for the same form again."""
        data: QueryDict = self.data.copy()  # type: ignore[attr-defined]
        for name, text in texts.items():
            data[name] = text
        return data


class AnswerForm(GovForm):
    """What an adviser answers."""

    buttons = ()
    other_names = frozenset({"take_back"})

    answer = PlainTextField(
        label="What is your advice?",
        help_text="What you would do, and why. If you need to know more, ask whoever asked you.",
        max_length=2000,
        rows=8,
        error_messages={"required": "Enter your advice"},
    )

    def values(self) -> dict[str, Any]:
        """The answers as `answer_advice` takes them."""
        return dict(self.cleaned_data)


class OutsideAnswerForm(AnswerForm):
    """What somebody outside said, as the officer writes it down."""

    answer = PlainTextField(
        label="What did they say?",
        help_text="As closely to their own words as you can.",
        max_length=2000,
        rows=8,
        error_messages={"required": "Enter what they said"},
    )
    answered_by = PlainCharField(
        label="Who said it?",
        help_text="Their job and where they work, such as duty solicitor of the council. No name is needed.",
        max_length=200,
        error_messages={"required": "Enter who said it, by their job"},
    )
    answered_at = MomentField(
        label="When did they say it?",
        help_text="For example, 27 3 2026 at 2:30pm.",
        what="The time they said it",
        past_only=True,
        error_messages={"required": "Enter when they said it"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("answered_at", timezone.now())


class TakeBackForm(GovForm):
    """Why a question is taken back."""

    buttons = ()
    other_names = frozenset({"take_back"})

    reason = PlainCharField(label="Why do you take it back? (optional)", max_length=200, required=False)
