"""A request to another agency, and one made to us, at the point at which each letter is written."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from cases.models import User
from sharing import actions, asked_actions, letter_actions, letter_words, request_actions
from sharing.models import Asked, Letter, Request
from sharing.rules.requests import ACTS
from tests.cast import CaseFile
from tests.sharing.deciding import NOT_SHARED, NOW, answers, decided

WORDS = {
    "need": "She has asked us to move her, and we must know whether he has been near the flat",
    "purpose": "To decide tonight where it is safe for her to stay",
    "what": [{"text": "The dates of call-outs to the flat since June", "why": "They show when he comes"}],
    "who_sees": "The duty officer and her manager",
}
TO = {
    "name": "Chief Inspector Ada Lovell",
    "role": "Head of the control room",
    "agency": "Police",
    "signed": "Mary Field, manager",
}


def soon(days: int = 3) -> datetime:
    """A time to reply by."""
    return (timezone.now() + timedelta(days=days)).replace(hour=16, minute=0, second=0, microsecond=0)


def request_of(by: User, file: CaseFile, **changes: Any) -> Request:
    """A request to the sergeant of the cast's decision, written and not sent."""
    decision = decided(by, file, started="need")
    values = WORDS | {"reply_by": soon()} | changes
    return request_actions.write_request(by=by, decision=decision, recipient="police", values=values)


def values_of(about: Request | Asked, kind: str, by: User, **changes: Any) -> dict[str, Any]:
    """The answers of a letter's page as it proposes them."""
    ground = letter_words.ground(about, kind, by)
    names = ("name", "role", "agency", "signed", "body", "reply_by")
    filled = {name: getattr(ground, name) or TO.get(name, "") for name in names}
    return filled | {"reason": ""} | changes


def prepared(about: Request | Asked, kind: str, by: User, **changes: Any) -> Letter:
    """A letter of this kind."""
    values = values_of(about, kind, by, **changes)
    return letter_actions.prepare_letter(by=by, about=about, kind=kind, values=values)


def sent(by: User, letter: Letter) -> None:
    """That the letter went."""
    act = next(code for code, act in ACTS.items() if act.letter == letter.kind)
    values = {"sent_at": timezone.now(), "method": "secure_email", "sent_to": "Sgt Fenwick"}
    assert letter.request
    request_actions.move(by=by, request=letter.request, act=act, letter=letter, values=values)


def refused(by: User, file: CaseFile, refusal: str = "data_protection") -> Request:
    """A request that was sent and refused."""
    request = request_of(by, file)
    sent(by, prepared(request, "L1", by))
    said = {"words": "GDPR", "given": "spoken", "happened_at": timezone.now(), "refusal": refusal}
    request_actions.refuse(by=by, request=request, act="refuse", values=said)
    return request


def approved(letter: Letter, manager: User) -> Letter:
    """A letter that a manager approves."""
    letter_actions.check_letter(by=manager, letter=letter, outcome="approved", note="")
    return letter


def due_for(kind: str, by: User, manager: User, file: CaseFile) -> Request | Asked:
    """Something that a letter of this kind can be written about now."""
    if kind == "L5":
        return declined(by, file)
    if kind == "L1":
        return request_of(by, file)
    request = refused(by, file)
    if kind == "L4":
        sent(by, approved(prepared(request, "L3", by), manager))
    return request


def asked_of(by: User, file: CaseFile) -> Asked:
    """A request that the probation service makes to us."""
    values = {
        "requester_name": "Petra Quill",
        "requester_job": "Probation officer",
        "what": "Where she lives now",
        "why": "For a report to the court",
        "agency": "probation",
        "checked": "known_number",
        "received_at": timezone.now(),
        "answer_by": soon(),
    }
    return asked_actions.log_asked(by=by, case=file.case, values=values)


def declined(by: User, file: CaseFile, **changes: Any) -> Asked:
    """A request to us that a decision answers: it is not shared."""
    row = asked_of(by, file)
    draft = asked_actions.start_answer(by=by, row=row)
    said = answers(file, **(NOT_SHARED | changes))
    draft = actions.save_draft(by=by, draft=draft, answers=said, saves=draft.saves)
    actions.record(by=by, draft=draft, now=NOW)
    return row
