"""What is asked about a request to another agency: what we ask for, and what happened since."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.forms.utils import ErrorDict
from django.utils import timezone

from cases.forms.base import (
    DayField,
    Dropdown,
    GovForm,
    MomentField,
    Option,
    PlainCharField,
    PlainTextField,
    Radios,
)
from cases.forms.information import InformationForm
from sharing.forms.page import options

MOST = 10
"""The most things that one request asks for, and the most pieces that one answer brings."""
MORE = "more"
"""The button that adds a line posts this as its `action`."""
EXAMPLE = "For example, 27 3 2026 at 2:30pm."


def how_many(data: Mapping[str, Any] | None, at_first: int) -> int:
    """How many lines a page shows: as many as it had, and one more where that was asked for."""
    text = str((data or {}).get("count", ""))
    shown = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else at_first
    more = (data or {}).get("action") == MORE
    return min(max(shown, 1) + more, MOST)


class ActForm(GovForm):
    """A form about a request; the page says which step it was opened at."""

    buttons = ()
    other_names = frozenset({"seen", "count"})

    def as_typed(self) -> "ActForm":
        """The form as it was typed, unchecked: a line was added to it."""
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}
        return self

    def offer(self, name: str, offered: Sequence[Option]) -> None:
        """Set what a question offers."""
        self.fields[name].offer(offered)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """The answers as the action takes them."""
        return {"method" if name == "how" else name: one for name, one in self.cleaned_data.items()}


class RequestForm(ActForm):
    """What we ask an agency for: the letter that goes to them is made of these answers."""

    need = PlainTextField(
        label="Why do we need information from them?",
        help_text="What is happening, and why they may know something that keeps somebody safe.",
        max_length=500,
        error_messages={"required": "Enter why we need information from them"},
    )
    purpose = PlainTextField(
        label="What will we do with it?",
        max_length=300,
        rows=3,
        error_messages={"required": "Enter what we will do with it"},
    )
    who_sees = PlainTextField(
        label="Who will see it here?",
        help_text="By job or team. Say what keeps it from anybody else.",
        max_length=300,
        rows=2,
        error_messages={"required": "Enter who will see it"},
    )
    reply_by = MomentField(
        label="By when do we need their reply?",
        help_text=EXAMPLE,
        what="The time by which we need it",
        future_only=True,
        error_messages={"required": "Enter by when we need their reply"},
    )

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count
        self.lines = range(1, count + 1)
        for number in self.lines:
            self.fields[f"text_{number}"] = PlainTextField(
                label="What do we ask for?", max_length=200, rows=2, required=False
            )
            self.fields[f"why_{number}"] = PlainTextField(
                label="Why this, and why no more than this?", max_length=200, rows=2, required=False
            )

    def asked(self) -> list[dict[str, Any]]:
        """The two questions about each thing, for the page."""
        return [{"text": self[f"text_{number}"], "why": self[f"why_{number}"]} for number in self.lines]

    def clean(self) -> dict[str, Any]:
        """Something is asked for, and each thing has its reason."""
        answers = self.cleaned_data
        for number in self.lines:
            text, why = (answers.get(f"{name}_{number}", "") for name in ("text", "why"))
            if text and not why and f"why_{number}" not in self.errors:
                self.add_error(f"why_{number}", "Enter why you ask for this and no more")
            if why and not text and f"text_{number}" not in self.errors:
                self.add_error(f"text_{number}", "Enter what you ask for")
        if not self.what() and not any(f"text_{number}" in self.errors for number in self.lines):
            self.add_error("text_1", "Enter at least one thing that you ask for")
        return answers

    def what(self) -> list[dict[str, str]]:
        """The things that are asked for, with their reasons."""
        pairs = [
            {name: self.cleaned_data.get(f"{name}_{number}", "") for name in ("text", "why")}
            for number in self.lines
        ]
        return [pair for pair in pairs if pair["text"]]

    def values(self) -> dict[str, Any]:
        """The answers as `write_request` takes them."""
        named = ("need", "purpose", "who_sees", "reply_by")
        return {name: self.cleaned_data[name] for name in named} | {"what": self.what()}

    @staticmethod
    def initial_of(said: Mapping[str, Any]) -> dict[str, Any]:
        """The answers as they are recorded."""
        found = {name: said.get(name, "") for name in ("need", "purpose", "who_sees")}
        for number, one in enumerate(said.get("what", ()), 1):
            found |= {f"text_{number}": one["text"], f"why_{number}": one["why"]}
        reply_by = said.get("reply_by")
        return found | {"reply_by": datetime.fromisoformat(reply_by) if reply_by else None}


class ChaseForm(ActForm):
    """How the agency was chased."""

    spoken_with = PlainCharField(
        label="Who did you speak or write to?",
        help_text="Their name and job.",
        error_messages={"required": "Enter who you spoke or wrote to"},
    )
    how = Dropdown(
        label="How did you reach them?", error_messages={"required": "Select how you reached them"}
    )
    reply_by = MomentField(
        label="By when do we need their reply now?",
        help_text=EXAMPLE,
        what="The time by which we need it",
        future_only=True,
        error_messages={"required": "Enter by when we need their reply"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("how", options("method"))


class RefusalForm(ActForm):
    """What reason an agency gave."""

    refusal = Radios(
        label="What reason did they give?",
        help_text="Choose what they said, not what you think of it.",
        error_messages={"required": "Select what reason they gave"},
    )
    words = PlainTextField(
        label="What did they say?",
        help_text="Their own words as closely as you can, and who said it. If nobody gave a reason, "
        "say what happened.",
        max_length=500,
        error_messages={"required": "Enter what they said, or what happened"},
    )
    given = Radios(
        label="Was it in writing or spoken?",
        error_messages={"required": "Select whether it was in writing or spoken"},
    )
    happened_at = MomentField(
        label="When was that?",
        help_text=EXAMPLE,
        what="The time they refused",
        past_only=True,
        error_messages={"required": "Enter when they refused"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("refusal", options("refusal_reason"))
        self.offer("given", options("refusal_given"))
        self.initial.setdefault("happened_at", timezone.now())


class SentLetterForm(ActForm):
    """How a letter went; the page says which letter it showed."""

    other_names = ActForm.other_names | {"letter"}

    sent_to = PlainCharField(
        label="Who did it go to?",
        help_text="Their name and job.",
        error_messages={"required": "Enter who it went to"},
    )
    how = Dropdown(label="How was it sent?", error_messages={"required": "Select how it was sent"})
    sent_at = MomentField(
        label="When was it sent?",
        help_text=EXAMPLE,
        what="The time it was sent",
        past_only=True,
        error_messages={"required": "Enter when it was sent"},
    )

    reason = PlainTextField(
        label="If it went otherwise than was decided: why? (optional)",
        help_text="Such as in another way, or before the lawful basis was chosen.",
        max_length=300,
        required=False,
    )

    def __init__(self, *args: Any, first: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not first:  # it reveals nothing that the first letter did not
            del self.fields["reason"]
        self.offer("how", options("method"))
        self.initial.setdefault("sent_at", timezone.now())


class CloseForm(ActForm):
    """How a request ends."""

    ending = Radios(label="How does it end?", error_messages={"required": "Select how it ends"})
    reason = PlainTextField(
        label="Why is that right?",
        help_text="What you have now, or how the risk is managed.",
        max_length=500,
        error_messages={"required": "Enter why that is right"},
    )

    def __init__(self, *args: Any, endings: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("ending", options("request_ending", endings))


class DiscardForm(ActForm):
    """Why a request is not sent after all."""

    reason = PlainTextField(
        label="Why is it not sent?",
        max_length=500,
        error_messages={"required": "Enter why it is not sent"},
    )

    def values(self) -> dict[str, Any]:
        """The answers as `close` takes them."""
        return {"ending": "not_sent", "reason": self.cleaned_data["reason"]}


class AnswerForm(ActForm):
    """That something came, and when. What came is a `PieceForm` each."""

    received_on = DayField(
        label="When did it come?",
        help_text="For example, 27 3 2026.",
        what="The day it came",
        past_only=True,
        error_messages={"required": "Enter the day it came"},
    )
    missing = PlainTextField(
        label="What is still missing?",
        help_text="What of the things that we asked for did not come.",
        max_length=500,
        rows=3,
        error_messages={"required": "Enter what is still missing"},
    )

    def __init__(self, *args: Any, part: bool, pieces: Sequence["PieceForm"], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pieces = pieces
        self.initial.setdefault("received_on", timezone.localdate())
        if not part:
            del self.fields["missing"]

    def known_names(self) -> set[str]:
        """Return every name that this page may post: those of its pieces too."""
        return super().known_names().union(*(piece.known_names() for piece in self.pieces))

    def values(self) -> dict[str, Any]:
        """The answers as `receive` takes them."""
        return {"missing": ""} | self.cleaned_data


class PieceForm(InformationForm):
    """One piece of what came: the questions about any information, but for who gave it to us and when."""

    strict_names = False
    kept = (
        *("text", "source", "nature", "whose", "dated", "date_not_known", "historical"),
        *("about", "alleges_offence", "conditions"),
    )

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, empty_permitted=not first, use_required_attribute=False, **kwargs)
        self.fields = {name: self.fields[name] for name in self.kept}

    def as_typed(self) -> "PieceForm":
        """The answers as they were typed, unchecked: a piece was added to the page."""
        self._errors, self.cleaned_data = ErrorDict(), {}
        return self

    def values(self) -> dict[str, Any]:
        """Fields of `InformationItem`, as `receive` takes them."""
        yes = ("historical", "alleges_offence")
        answers = {name: self.cleaned_data[name] for name in self.kept if name not in yes}
        return answers | {name: self.cleaned_data[name] == "yes" for name in yes}
