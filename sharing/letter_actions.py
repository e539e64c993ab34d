"""What is recorded of letters: prepared, checked by a manager, looked at, downloaded.

The actor is always `by`; the PDF is set and the text sealed before the transaction opens. That a letter was
sent is a step of its request (`request_actions`), not of this room.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import access as case_access
from cases import events
from cases.models import Case, User
from sharing import after_rows, letters
from sharing.appending import append
from sharing.models import Letter, LetterCheck

Values = Mapping[str, Any]
Rights = frozenset[case_access.What]


class NotWaiting(Exception):  # noqa: N818 - it is what happened, not a fault
    """The letter does not wait for a manager: it was checked, sent or replaced meanwhile."""


class OwnLetter(Exception):  # noqa: N818 - it is what happened, not a fault
    """Nobody approves a letter that they prepared."""


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
