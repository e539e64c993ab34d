"""What every step of a request is made of: its place in the table, its number, its clock, its entry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from audit import ledger
from cases import access as case_access
from cases.acting import plain
from cases.models import Organisation, User
from sharing import after_rows, requests
from sharing.appending import append
from sharing.models import Request, RequestStep
from sharing.rules import requests as rules

Values = Mapping[str, Any]


class SomebodyWasFirst(Exception):  # noqa: N818 - it is what happened, not a fault
    """Something was recorded of the request since the page was opened: its newest step is `step`."""

    def __init__(self, step: RequestStep) -> None:
        super().__init__("the request has moved on")
        self.step = step


class NotNow(Exception):  # noqa: N818 - it is what happened, not a fault
    """The table allows no such act in the request's state."""

    def __init__(self, state: str) -> None:
        super().__init__("that cannot be done with the request now")
        self.state = state


@dataclass(frozen=True)
class Next:
    """The step that is to be recorded."""

    act: str
    state: str
    number: int


def record(
    act: str,
    words: Values,
    columns: Values | None = None,
    *,
    by: User,
    request: Request,
    seen: int | None,
    request_key: UUID | None,
    occurred_at: datetime | None = None,
    also: Callable[[], None] = lambda: None,
    saves: Callable[[], None] = lambda: None,
) -> RequestStep:
    """Record a step where the table allows it; `also` is asked before, and again under the lock.

    Args:
        words: what the entry says beside the row; a `reply_by` (ISO text) moves the clock.
        columns: further columns of the row.
        seen: the number of the newest step that the page showed; None: as it is now.
        saves: what else is saved with it.

    Raises:
        NotNow, SomebodyWasFirst, ledger.DuplicateRequest: nothing is recorded.
    """
    key = request_key or uuid4()
    told = requests.read(request)
    number = told.newest.number if seen is None else seen

    def allowed() -> None:
        case_access.require(by, "work", request.case)
        newest = requests.newest_step(request)
        if ledger.entry(key):
            raise ledger.DuplicateRequest("this request is recorded already")
        if newest.number != number:
            raise SomebodyWasFirst(newest)
        if newest.state not in rules.ACTS[act].since:
            raise NotNow(newest.state)
        also()

    allowed()
    coming = Next(act, rules.ACTS[act].after(told.state), number + 1)
    reply_by = words.get("reply_by") or told.said.get("reply_by")
    rings_at = due_at(
        coming.state,
        request.urgency,
        datetime.fromisoformat(reply_by) if reply_by else None,
        timezone.now(),
    )
    about = {"request": request.reference, "agency_name": told.said.get("agency_name", "")}
    step: RequestStep = append(
        after_rows.MOVED,
        content(about | dict(words), coming, str(request.id), rings_at, columns or {}),
        by=by,
        case=request.case,
        allowed=allowed,
        saves=saves,
        request_key=key,
        occurred_at=occurred_at,
    )
    return step


def due_at(state: str, urgency: str, reply_by: datetime | None, now: datetime) -> datetime | None:
    """When the clock of a state rings, by the organisation's timers (`rules.rings_at`)."""
    timers = requests.timers(Organisation.current(), now)
    return rules.rings_at(state, urgency, now=now, reply_by=reply_by, timers=timers)


def content(
    said: Values, step: Next, request: str, rings_at: datetime | None, columns: Values
) -> dict[str, Any]:
    """What the entry of a step says."""
    row = {
        "id": str(uuid4()),
        "request_id": request,
        "number": step.number,
        "act": step.act,
        "state": step.state,
        "due_at": plain(rings_at),
    }
    return {**{name: one for name, one in said.items() if name != "row"}, "row": row | dict(columns)}
