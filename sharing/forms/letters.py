"""What is asked about a letter: to whom, by when, what it says; and what a manager says of it."""

from typing import Any

from cases.forms.base import GovForm, MomentField, PlainCharField, PlainTextField, Radios
from sharing.letter_words import Ground
from sharing.rules import leaks, neutral
from sharing.rules.letters import L5

LONGEST = 8000
"""Characters that the body of a letter may have."""
APPROVED, RETURNED = "approved", "returned"
_SIGNED_BY_SENIOR = "A senior manager of ours: their name and job."
_TO_A_PERSON = "For example, Sgt Imelda Fenwick. Leave out what the place is for: an envelope shows this."


class LetterForm(GovForm):
    """A letter: whom it goes to, by when they are to reply, who signs it, its text."""

    buttons = ()
    other_names = frozenset({"preview", "placeholders"})

    name = PlainCharField(
        label="Who does it go to?",
        help_text=_TO_A_PERSON,
        max_length=120,
        error_messages={"required": "Enter who it goes to"},
    )
    role = PlainCharField(label="Their job", max_length=120, error_messages={"required": "Enter their job"})
    agency = PlainCharField(
        label="Their agency or group", max_length=120, error_messages={"required": "Enter their agency"}
    )
    reply_by = MomentField(
        label="By when must they reply?",
        help_text="For example, 27 3 2026 at 4pm. It stands at the top of the letter.",
        what="The time of their reply",
        future_only=True,
        error_messages={"required": "Enter by when they must reply"},
    )
    body = PlainTextField(
        label="What does it say?",
        help_text=(
            "Change what you want. Leave an empty line between paragraphs. "
            "A line of a list begins with “- ”. The greeting, the reference and the signature are added."
        ),
        max_length=LONGEST,
        rows=24,
        error_messages={"required": "Enter what the letter says"},
    )
    signed = PlainCharField(
        label="Who signs it?",
        help_text="Their name and job.",
        max_length=160,
        error_messages={"required": "Enter who signs it, and their job"},
    )
    reason = PlainTextField(
        label="If it names more than the decision lets the asking reveal: why must it? (optional)",
        help_text="Most letters need no more. Your reason is recorded with the letter.",
        max_length=300,
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, ground: Ground, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = ("name", "role", "agency", "reply_by", "body", "signed")
        for name in names:
            self.initial.setdefault(name, getattr(ground, name))
        if not ground.kind.replies:
            del self.fields["reply_by"]
        if not ground.kind.names:
            self.fields["reason"].label = "If it names anybody of the family: why must it? (optional)"
        if ground.kind.approved:
            self.fields["signed"].help_text = _SIGNED_BY_SENIOR
        if ground.kind.code == L5:
            self.fields["reason"].help_text = "Your reason is recorded with the letter."

    def clean_name(self) -> str:
        """Whom it goes to stands where others see it, so it tells nothing (law.md §8)."""
        name: str = self.cleaned_data["name"]
        if told := neutral.telling(name):
            words = ", ".join(f"“{word}”" for word in told)
            self.add_error("name", f"Remove {words} here: others can see it. Put it with their job or agency")
        return name

    def left_in(self, found: list[leaks.Leak]) -> None:
        """Say that the letter names more than it may without a reason."""
        words = ", ".join(leaks.KINDS[code] for code in leaks.kinds(found))
        self.add_error(
            "reason",
            f"The letter holds more than it needs to: {words}. "
            "Take it out or put placeholders in its place, or enter why it must be there",
        )

    def values(self) -> dict[str, Any]:
        """The answers as `prepare_letter` takes them."""
        return dict(self.cleaned_data)

    def shown(self) -> dict[str, Any]:
        """What a preview is drawn from: the answers as far as they can be used."""
        return {**self.initial, **(self.cleaned_data if self.is_bound else {})}


class CheckLetterForm(GovForm):
    """What a manager says of a letter that must be approved before it goes."""

    buttons = ()
    outcome = Radios(
        (
            (APPROVED, "Approve it", "It can be sent."),
            (RETURNED, "Send it back", "Whoever prepared it changes it and asks again."),
        ),
        label="Can this letter go?",
        error_messages={"required": "Select whether the letter can go"},
    )
    note = PlainTextField(
        label="What should change, or anything else? (optional)",
        help_text="Needed if you send it back.",
        max_length=500,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """What is sent back says why."""
        answers = self.cleaned_data
        if answers.get("outcome") == RETURNED and not answers.get("note") and "note" not in self.errors:
            self.add_error("note", "Enter what should change")
        return answers
