"""What is done with a request to another agency. Where it may be done, the table of its states alone says.

The actor is always `by`. Each step has a number: of two people who act at once, the second meets
`request_steps.SomebodyWasFirst`. A repeated request has one effect.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import access as case_access
from cases import events
from cases.acting import plain, ready
from cases.models import InformationItem, User
from sharing import after_rows, disclosing, due, letters, lists, projection, request_steps, requests
from sharing.appending import append
from sharing.models import Decision, Letter, Request, RequestStep
from sharing.models.requests import new_request_reference
from sharing.rules import requests as rules

UNLOGGED: frozenset[str] = frozenset()
Values = Mapping[str, Any]


class MayNotAsk(Exception):  # noqa: N818 - it is what happened, not a fault
    """The decision allows no request to this recipient."""


class AlreadyAsked(Exception):  # noqa: N818 - it is what happened, not a fault
    """There is a request to this recipient under the decision: `request`."""

    def __init__(self, request: Request) -> None:
        super().__init__("they are asked already")
        self.request = request


class NotReady(Exception):  # noqa: N818 - it is what happened, not a fault
    """The act goes with a letter that is not prepared, or not approved, yet."""

    def __init__(self, kind: str) -> None:
        super().__init__("the letter is not ready")
        self.kind = kind


class NothingCame(Exception):  # noqa: N818 - it is what happened, not a fault
    """An answer that brings nothing is none: it would take the place of a refusal."""


class NotAnEnding(Exception):  # noqa: N818 - it is what happened, not a fault
    """The request cannot be closed in this way, or not by this person."""


# --- asking ---------------------------------------------------------------------------------------


def write_request(
    *, by: User, decision: Decision, recipient: str, values: Values, request_key: UUID | None = None
) -> Request:
    """Write a request to one recipient of a decision; it is a draft until its first letter is sent.

    Args:
        recipient: the key of the recipient in the decision.
        values: `need`, `purpose`, `what` (a list of {text, why}), `who_sees` (texts), `reply_by` (aware).

    Raises:
        MayNotAsk: the decision does not allow it, or names no such recipient.
        AlreadyAsked: there is one.
        ledger.DuplicateRequest: this post is recorded already.
    """
    case_access.require(by, "work", decision.case)
    asked = _recipient(decision, recipient)
    said = _of_request(decision, asked, values)
    key, now = request_key or uuid4(), timezone.now()
    first = events.seal(after_rows.REQUESTED.kind, said, case=decision.case, by=by, now=now)

    def allowed() -> None:
        case_access.require(by, "work", decision.case)
        _require_asking(decision)
        found = Request.objects.filter(decision=decision, recipient=recipient).first()
        if found and not ledger.entry(key):
            raise AlreadyAsked(found)

    def save() -> None:
        after_rows.REQUESTED.row(ledger.append(first), said).save(force_insert=True)

    begun = request_steps.Next("write", rules.DRAFT, 1)
    due_at = request_steps.due_at(begun.state, decision.urgency, values["reply_by"], now)
    step: RequestStep = append(
        after_rows.MOVED,
        request_steps.content(said, begun, said["row"]["id"], due_at, {}),
        by=by,
        case=decision.case,
        allowed=allowed,
        saves=save,
        request_key=key,
    )
    return Request.objects.select_related("case", "decision").get(id=step.request_id)


def change_request(
    *, by: User, request: Request, values: Values, seen: int | None = None, request_key: UUID | None = None
) -> RequestStep:
    """Write a draft anew; what it said before stays in the ledger.

    Args:
        values: as `write_request` takes them.
        seen: the number of the newest step that the page showed; None: as it is now.

    Raises:
        NotNow, SomebodyWasFirst, ledger.DuplicateRequest: as the module says.
    """
    words = {name: plain(values[name]) for name in requests.WORDS}
    return request_steps.record("change", words, by=by, request=request, seen=seen, request_key=request_key)


# --- what happened to it --------------------------------------------------------------------------


def chase(
    *, by: User, request: Request, values: Values, seen: int | None = None, request_key: UUID | None = None
) -> RequestStep:
    """Record that the agency was chased.

    Args:
        values: `method` (a code of that list), `spoken_with` (text), `reply_by` (aware).
        seen: as `change_request`, like in the other actions.
    """
    said = {name: plain(values[name]) for name in ("method", "spoken_with", "reply_by")}
    return request_steps.record("chase", said, by=by, request=request, seen=seen, request_key=request_key)


def refuse(
    *,
    by: User,
    request: Request,
    act: str,
    values: Values,
    seen: int | None = None,
    request_key: UUID | None = None,
) -> RequestStep:
    """Record that the agency refused, or refused again.

    Args:
        act: `refuse` or `refuse_again`.
        values: `refusal` (a code of the list `refusal_reason`), `words` (theirs), `given` (a code of the list
            `refusal_given`), `happened_at` (aware, not after now).
    """
    said = {name: plain(values[name]) for name in ("words", "given", "happened_at")}
    return request_steps.record(
        act,
        said,
        {"refusal": values["refusal"]},
        by=by,
        request=request,
        seen=seen,
        request_key=request_key,
        occurred_at=values["happened_at"],
    )


def receive(
    *,
    by: User,
    request: Request,
    act: str,
    items: Sequence[Values],
    values: Values,
    seen: int | None = None,
    request_key: UUID | None = None,
) -> RequestStep:
    """Record what came: the step and every piece of information, all of it or nothing.

    Args:
        act: `answer` (all of it came) or `answer_part`.
        items: of each piece, fields of `InformationItem`.
        values: `received_on` (a date), `missing` (what did not come; text).

    Raises:
        NothingCame: there is no item.
    """
    if not items:
        raise NothingCame
    of_all = {"received_from": request.agency, "received_on": values["received_on"], "answers": request.id}
    rows = [InformationItem(case=request.case, **{**one, **of_all}) for one in items]
    now = timezone.now()
    sealed = []
    for row, one in zip(rows, items, strict=True):
        content = {"row": str(row.id), "information": plain({**one, **of_all})}
        sealed.append(events.seal("information.added", content, case=request.case, by=by, now=now))
        ready(row, by)

    def save() -> None:
        held = request.case.information.count()
        for place, (row, entry) in enumerate(zip(rows, sealed, strict=True)):
            row.position = held + place
            row.save(force_insert=True)
            ledger.append(entry)

    said = {name: plain(values[name]) for name in ("received_on", "missing")}
    ids = {"items": [str(row.id) for row in rows]}
    return request_steps.record(
        act, said, ids, by=by, request=request, seen=seen, request_key=request_key, saves=save
    )


def move(
    *,
    by: User,
    request: Request,
    act: str,
    letter: Letter | None,
    values: Values,
    seen: int | None = None,
    request_key: UUID | None = None,
) -> RequestStep:
    """Record that a letter was sent, and with it what it does: send, ask for reasons, escalate.

    Args:
        act: `send`, `ask_reasons`, `escalate_senior` or `escalate_strategic`.
        letter: the one that was sent.
        values: `sent_at` (aware, not after now), `method` (a code of that list), `sent_to` (text), `reason`
            (why the first letter went otherwise than was decided; text).

    Raises:
        disclosing.ReasonNeeded: the first letter reveals what was decided, but otherwise, without a reason.
        NotReady: it is not the newest letter of its kind, or not approved, or was sent before.
    """
    kind = rules.ACTS[act].letter

    def is_ready() -> None:
        found = letters.ready(request, kind)
        if letter is None or found is None or found.id != letter.id:
            raise NotReady(kind)

    said = {name: plain(values[name]) for name in ("sent_at", "method", "sent_to")}
    asking = _revealing(by, request, values) if act == "send" and letter else None
    if letter:
        said |= {"letter": letter.reference, "reply_by": plain(letter.reply_by) or ""}
    return request_steps.record(
        act,
        said,
        {"letter_id": str(letter.id) if letter else None},
        by=by,
        request=request,
        seen=seen,
        request_key=request_key,
        occurred_at=values["sent_at"],
        also=is_ready,
        saves=asking or (lambda: None),
    )


def _revealing(by: User, request: Request, values: Values) -> Callable[[], None] | None:
    """What saves that the letter told the agency what the decision includes for it; None: it was told."""
    decision = request.decision
    pairs = disclosing.revealed(decision, request.recipient)
    if not pairs:
        return None
    gone = {
        "pairs": pairs,
        "sent_at": values["sent_at"],
        "method": values["method"],
        "sent_reference": request.reference,
        "complete": len(pairs) == len(due.left_to_send(decision)),
        "reason": values.get("reason"),
    }
    said = disclosing.content(decision, projection.said_of(decision), gone, by)
    sealed = events.seal(
        after_rows.SENT.kind,
        said,
        case=request.case,
        by=by,
        now=timezone.now(),
        occurred_at=values["sent_at"],
    )

    def save() -> None:
        if disclosing.revealed(decision, request.recipient) == pairs:  # unless somebody recorded it meanwhile
            after_rows.SENT.row(ledger.append(sealed), said).save(force_insert=True)

    return save


def close(
    *,
    by: User,
    request: Request,
    act: str,
    values: Values,
    seen: int | None = None,
    request_key: UUID | None = None,
) -> RequestStep:
    """Close a request, or do not send it after all. A blanket refusal closes none (rules.md).

    Args:
        act: `close` or `discard`.
        values: `ending` (a code of the list `request_ending`), `reason` (text).

    Raises:
        NotAnEnding: the rules do not offer it, to this person or now.
    """

    def offered() -> None:
        if values["ending"] not in requests.endings(request, by):
            raise NotAnEnding

    return request_steps.record(
        act,
        {"reason": values["reason"]},
        {"ending": values["ending"]},
        by=by,
        request=request,
        seen=seen,
        request_key=request_key,
        also=offered,
    )


@contextmanager
def see_request(*, by: User, request: Request) -> Iterator[frozenset[case_access.What]]:
    """Read a request in the block, with its entry in the same transaction (`cases.actions.see`)."""
    content = {"request": request.reference}
    sealed = events.seal("request.viewed", content, case=request.case, by=by, now=timezone.now())
    with transaction.atomic(durable=True):
        yield case_access.require(by, "view", request.case)
        ledger.append(sealed)


# --- what asking is made of -----------------------------------------------------------------------


def _require_asking(decision: Decision) -> None:
    if not rules.may_ask(decision.started, decision.outcome, followed=decision.followed_by.exists()):
        raise MayNotAsk


def _recipient(decision: Decision, key: str) -> Mapping[str, Any]:
    """What the decision says of the recipient; the decision allows to ask them."""
    _require_asking(decision)
    said = projection.said_of(decision)
    found = next((one for one in said.get("recipients", ()) if one["key"] == key), None)
    if found is None:
        raise MayNotAsk
    return dict(found)


def _of_request(decision: Decision, asked: Mapping[str, Any], values: Values) -> dict[str, Any]:
    """What the entry of a request says."""
    reference = new_request_reference()
    return {
        "request": reference,
        "decision": decision.reference,
        "agency_name": asked.get("agency_name") or lists.label("agency", asked["agency"]),
        "recipient_name": asked["name"],
        **{name: plain(values[name]) for name in requests.WORDS},
        "row": {
            "id": str(uuid4()),
            "reference": reference,
            "decision_id": str(decision.id),
            "agency": asked["agency"],
            "recipient": asked["key"],
            "urgency": decision.urgency,
            "reply_by": plain(values["reply_by"]),
        },
    }
