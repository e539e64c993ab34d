"""What is recorded of letters: prepared, checked by a manager, looked at, downloaded.

The actor is always `by`; the PDF is set and the text sealed before the transaction opens. That a letter was
sent is a step of its request (`request_actions`), not of this room.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import access as case_access
from cases import events
from cases.acting import plain
from cases.models import Case, User
from sharing import after_rows, letter_paper, letter_words, letters, rules
from sharing.appending import append
from sharing.models import Asked, Letter, LetterCheck, Request
from sharing.models.requests import new_letter_reference
from sharing.rules import leaks

Values = Mapping[str, Any]
Rights = frozenset[case_access.What]


class IdentityLeft(Exception):  # noqa: N818 - it is what happened, not a fault
    """The letter names more than the decision lets the asking reveal, and no reason says why: `found`."""

    def __init__(self, found: list[leaks.Leak]) -> None:
        super().__init__("a reason is needed")
        self.found = found


class NotWaiting(Exception):  # noqa: N818 - it is what happened, not a fault
    """The letter does not wait for a manager: it was checked, sent or replaced meanwhile."""


class OwnLetter(Exception):  # noqa: N818 - it is what happened, not a fault
    """Nobody approves a letter that they prepared."""


def needs(about: Request | Asked) -> case_access.What:
    """The right that writing about it needs: asking is work on the case; of a closed one too, one answers."""
    return "work" if isinstance(about, Request) else "follow"


def prepare_letter(
    *, by: User, about: Request | Asked, kind: str, values: Values, request_key: UUID | None = None
) -> Letter:
    """Write a letter about a request of ours, or about one made to us. It is not sent by this.

    Args:
        kind: a code of `rules.letters.KINDS`.
        values: `name`, `role`, `agency` (whom it goes to), `signed` (who signs it), `body`, `reason` (why it
            names more than the asking reveals): texts; `reply_by` (aware; None: no reply is needed).

    Raises:
        letter_words.NotDue: no such letter can be about it now.
        IdentityLeft: it names more than that, without a reason.
        ledger.DuplicateRequest: this request is recorded already.
    """
    case_access.require(by, needs(about), about.case)
    ground = letter_words.ground(about, kind, by)
    left = letter_words.excess(ground, values)
    if left and not rules.given(values.get("reason")):
        raise IdentityLeft(left)

    def allowed() -> None:
        case_access.require(by, needs(about), about.case)
        letter_words.require_due(about, kind)

    letter: Letter = append(
        after_rows.LETTER,
        _prepared(about, ground, values, leaks.kinds(left)),
        by=by,
        case=about.case,
        allowed=allowed,
        request_key=request_key,
    )
    return letter


def _prepared(
    about: Request | Asked, ground: letter_words.Ground, values: Values, found: list[str]
) -> dict[str, Any]:
    """What the entry of a letter says, with the PDF as base64 text."""
    made = letter_words.parts(ground, values)
    text, pdf = letter_paper.text(made), letter_paper.pdf(made, training=settings.DEMO)
    reference = new_letter_reference()
    return {
        "letter": reference,
        "subject": made.subject,
        "about": ground.reference,
        **{name: getattr(made, name) for name in ("name", "role", "agency", "signed", "body")},
        "reason": (values.get("reason") or "") if found else "",
        "templates": ground.templates,
        "text": text,
        "pdf": b64encode(pdf).decode("ascii"),
        "row": {
            "id": str(uuid4()),
            "reference": reference,
            "kind": ground.kind.code,
            "request_id": str(about.id) if isinstance(about, Request) else None,
            "asked_id": str(about.id) if isinstance(about, Asked) else None,
            "reply_by": plain(made.reply_by),
            "text_sha256": sha256(text.encode()).hexdigest(),
            "pdf_sha256": sha256(pdf).hexdigest(),
            "leaks": found,
        },
    }


def check_letter(
    *, by: User, letter: Letter, outcome: str, note: str, request_key: UUID | None = None
) -> LetterCheck:
    """Record what a manager says of a letter that must be approved before it goes.

    Args:
        outcome: `approved` or `returned`.
        note: why; a letter that is returned needs it.

    Raises:
        OwnLetter: they prepared it themselves.
        NotWaiting: it was checked, sent or replaced meanwhile, or needs no approval.
        ledger.DuplicateRequest: this request is recorded already.
    """
    said = {
        "letter": letter.reference,
        "outcome": outcome,
        "note": note,
        "text_sha256": letter.text_sha256,
        "row": {"id": str(uuid4()), "letter_id": str(letter.id), "outcome": outcome},
    }
    key = request_key or uuid4()

    def allowed() -> None:
        case_access.require(by, "approve", letter.case)
        if letter.by_id == by.id:
            raise OwnLetter
        if not ledger.entry(key) and letters.standing(letters.told().get(id=letter.id)) != letters.WAITING:
            raise NotWaiting

    found: LetterCheck = append(
        after_rows.LETTER_CHECKED, said, by=by, case=letter.case, allowed=allowed, request_key=key
    )
    return found


def see_writing(*, by: User, about: Request | Asked, kind: str) -> AbstractContextManager[Rights]:
    """Read a letter that is being written in the block, with its entry in the same transaction."""
    return _entered("letter.viewed", by, about.case, {"letter": f"{kind} of {about.reference}"})


def see_letter(*, by: User, letter: Letter) -> AbstractContextManager[Rights]:
    """Read a letter in the block, with its entry in the same transaction (`cases.actions.see`)."""
    return _entered("letter.viewed", by, letter.case, {"letter": letter.reference})


def print_letter(*, by: User, letter: Letter, form: str) -> AbstractContextManager[Rights]:
    """Hand a letter out in the block: none leaves the building without its entry.

    Args:
        form: `pdf` or `text`.
    """
    about = {"letter": letter.reference, "form": form, "pdf_sha256": letter.pdf_sha256}
    return _entered("letter.printed", by, letter.case, about)


@contextmanager
def _entered(kind: str, by: User, case: Case, about: Values) -> Iterator[Rights]:
    sealed = events.seal(kind, about, case=case, by=by, now=timezone.now())
    with transaction.atomic(durable=True):
        yield case_access.require(by, "view", case)
        ledger.append(sealed)
