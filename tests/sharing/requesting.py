"""What the tests of requests to other agencies share: a decision that allows asking, steps of a request."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from cases.models import User
from sharing import after_rows, letter_actions, request_actions
from sharing.appending import append
from sharing.models import Decision, Letter, Request, RequestStep
from sharing.rules.requests import ACTS
from tests.cast import CaseFile
from tests.sharing.deciding import decided, item, recipient

HEALTH: dict[str, Any] = {"agency": "health", "name": "Nia Abara", "role": "Practice safeguarding lead"}
ASKS: dict[str, Any] = {
    "need": "We are deciding tonight where she can live safely",
    "purpose": "To assess the risk and to choose a safe flat",
    "what": [
        {"text": "Injuries seen since January", "why": "Older ones are known to us"},
        {"text": "Whether the next visit is booked", "why": "The day alone, not what it is for"},
    ],
    "who_sees": "Olive Marsh and the manager of her team",
}
REFUSAL: dict[str, Any] = {"refusal": "policy", "words": "We never give this out.", "given": "spoken"}
POINTS = {
    "could_make_less_safe": "She has been moved tonight",
    "policy_document_missing": "It is being written",
}
PIECE: dict[str, Any] = {"text": "A broken wrist on 4 February", "source": "Practice notes", "nature": "fact"}


def may_ask(officer: User, file: CaseFile, **changes: Any) -> Decision:
    """A recorded decision to ask the police and the surgery."""
    people = [recipient(), recipient("surgery", **HEALTH)]
    shown = item(file.information.id, recipients=["police", "surgery"])
    items = [shown, {"information": str(file.older.id), "include": False, "withheld_reason": "It is old"}]
    said = {"started": "need", "recipients": people, "items": items, "points": POINTS}
    return decided(officer, file, **said | changes)


def asks(**changes: Any) -> dict[str, Any]:
    """What an officer writes of a request."""
    return ASKS | {"reply_by": timezone.now() + timedelta(days=2)} | changes


def requested(by: User, decision: Decision, recipient: str = "surgery", **changes: Any) -> Request:
    """A request that is a draft."""
    key = changes.pop("request_key", None)
    return request_actions.write_request(
        by=by, decision=decision, recipient=recipient, values=asks(**changes), request_key=key
    )


def refused(by: User, request: Request, act: str = "refuse", **changes: Any) -> RequestStep:
    """A refusal, blanket unless told otherwise."""
    more = {name: changes.pop(name) for name in ("seen", "request_key") if name in changes}
    values = REFUSAL | {"happened_at": timezone.now()} | changes
    return request_actions.refuse(by=by, request=request, act=act, values=values, **more)


def came(by: User, request: Request, act: str = "answer_part", **more: Any) -> RequestStep:
    """Something that came."""
    values = {"received_on": timezone.localdate(), "missing": more.pop("missing", "")}
    pieces = more.pop("items", [PIECE | {"dated": date(2026, 2, 4)}])
    return request_actions.receive(by=by, request=request, act=act, items=pieces, values=values, **more)


def letter(by: User, request: Request, kind: str) -> Letter:
    """A letter of the request, recorded without setting its PDF: what it says is tested with letters."""
    row: dict[str, Any] = {
        "id": str(uuid4()),
        "reference": f"L-{uuid4().hex[:6].upper()}",
        "kind": kind,
        "leaks": [],
    }
    row |= {"request_id": str(request.id), "asked_id": None, "reply_by": None}
    row |= {"text_sha256": "0" * 64, "pdf_sha256": "0" * 64}
    said = {"letter": row["reference"], "subject": f"{request.reference} – reply needed", "row": row}
    made: Letter = append(after_rows.LETTER, said, by=by, case=request.case, allowed=lambda: None)
    return made


def approve(manager: User, found: Letter) -> None:
    """A manager approves a letter."""
    letter_actions.check_letter(by=manager, letter=found, outcome="approved", note="")


def moved(by: User, request: Request, act: str, found: Letter | None, **more: Any) -> RequestStep:
    """A letter of the request went."""
    values = {"sent_at": timezone.now(), "method": "secure_email", "sent_to": "Nia Abara"}
    return request_actions.move(by=by, request=request, act=act, letter=found, values=values, **more)


def sent(by: User, decision: Decision, recipient: str = "surgery") -> Request:
    """A request whose first letter went."""
    request = requested(by, decision, recipient)
    moved(by, request, "send", letter(by, request, ACTS["send"].letter))
    return request


def closed(by: User, request: Request, ending: str, act: str = "close", **more: Any) -> RequestStep:
    """A request that is closed."""
    values = {"ending": ending, "reason": "She has moved to another town"}
    return request_actions.close(by=by, request=request, act=act, values=values, **more)
