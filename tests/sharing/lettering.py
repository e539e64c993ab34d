"""A request to another agency, and one made to us, at the point at which each letter is written."""

from typing import Any

from cases.models import User
from sharing import actions, asked_actions, letter_actions, letter_words
from sharing.models import Asked, Letter, Request
from sharing.rules.requests import ACTS
from tests.cast import CaseFile
from tests.sharing import asked_of_us, requesting
from tests.sharing.deciding import NOT_SHARED, NOW, answers

TO = {
    "name": "Ada Lovell",
    "role": "Head of safeguarding",
    "agency": "Health",
    "signed": "Mary Field, manager",
}
"""Whom a letter goes to whose reader the record does not name."""


def request_of(by: User, file: CaseFile, **changes: Any) -> Request:
    """A request to the surgery, written and not sent."""
    return requesting.requested(by, requesting.may_ask(by, file), **changes)


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
    """That a letter went."""
    assert letter.request
    act = next(code for code, act in ACTS.items() if act.letter == letter.kind)
    requesting.moved(by, letter.request, act, letter)


def refused(by: User, file: CaseFile, **changes: Any) -> Request:
    """A request that was sent and refused."""
    request = requesting.sent(by, requesting.may_ask(by, file, **changes))
    requesting.refused(by, request, refusal="data_protection")
    return request


def approved(letter: Letter, manager: User) -> Letter:
    """A letter that a manager approves."""
    requesting.approve(manager, letter)
    return letter


def declined(by: User, file: CaseFile, **changes: Any) -> Asked:
    """A request to us that a decision answers: it is not shared."""
    row = asked_of_us.logged(by, file)
    draft = asked_actions.start_answer(by=by, row=row)
    said = answers(file, **(NOT_SHARED | changes))
    draft = actions.save_draft(by=by, draft=draft, answers=said, saves=draft.saves)
    actions.record(by=by, draft=draft, now=NOW)
    return row


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
