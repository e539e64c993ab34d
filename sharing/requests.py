"""What we ask other agencies for, for reading: who may, the words of a request, where it stands, refusals.

Everything that has words comes from the opened ledger entries; the caller has entered that it was looked at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, QuerySet, Subquery

from cases import access, working_days
from cases.models import Case, Organisation, User
from sharing import after_rows
from sharing.models import Decision, Request, RequestStep
from sharing.rules import requests as rules
from sharing.rules.terms import day_of

WORDS = ("need", "purpose", "what", "who_sees", "reply_by")
"""What an officer writes of a request: `what` is a list of {text, why}, `reply_by` ISO text."""
TEXTS = ("agency_name", "recipient_name", *WORDS)


def requests_for(user: User | AnonymousUser) -> QuerySet[Request]:
    """The requests to other agencies in the cases that the user may know of."""
    return Request.objects.filter(case__in=access.visible_to(user))


def case_of(reference: str) -> UUID | None:
    """The id of a request's case, for a governance lead who names the request; None where there is none."""
    return Request.objects.filter(reference=reference).values_list("case_id", flat=True).first()


def fetch(user: User | AnonymousUser, reference: str) -> Request:
    """The request to another agency with this reference, for somebody who may see its case.

    Raises:
        Http404: no such request, or not for this user: the same for both.
    """
    case_id = case_of(reference)
    if not access.can(user, "view", Case(id=case_id or uuid4())):
        raise access.Hidden(case_id)
    related = ("case__team", "case__owner", "decision", "by")
    return Request.objects.select_related(*related).get(reference=reference)


def under(decision: Decision, recipient: str) -> Request | None:
    """The request to a recipient of a decision, whom the caller may see; None where none was written."""
    return Request.objects.filter(decision=decision, recipient=recipient).first()


@dataclass(frozen=True)
class Step:
    """A step of a request with what was said of it, and what is wrong with its record (None: nothing)."""

    row: RequestStep
    said: Mapping[str, Any]
    problem: str | None = None


@dataclass(frozen=True)
class Told:
    """A request as it stands: its words, every step, oldest first, what is wrong with its own record."""

    request: Request
    said: Mapping[str, Any]
    steps: list[Step] = field(default_factory=list)
    problem: str | None = None

    @property
    def newest(self) -> RequestStep:
        """The step that it stands at."""
        return self.steps[-1].row

    @property
    def state(self) -> str:
        """A code of `rules.requests.STATES`."""
        return self.newest.state

    @cached_property
    def refused(self) -> Step | None:
        """The newest refusal of the agency, or None."""
        return next((one for one in reversed(self.steps) if one.row.refusal), None)

    @property
    def refusal(self) -> str:
        """How the refusal that stands was classified: a code of the list `refusal_reason`, or ""."""
        return rules.standing_refusal((one.row.act, one.row.refusal) for one in self.steps)

    @property
    def came(self) -> bool:
        """Whether anything came."""
        return any(one.row.items for one in self.steps)


def read(request: Request) -> Told:
    """A request with all that was said of it; a changed draft reads as it was changed last."""
    ((_, said, problem),) = after_rows.REQUESTED.check([request])
    rows = request.steps.select_related("by", "letter").order_by("number")
    steps = [Step(*one) for one in after_rows.MOVED.check(rows)]
    words = {name: said[name] for name in TEXTS if name in said}
    for one in steps:
        words |= {name: one.said[name] for name in WORDS if one.said.get(name)}
    return Told(request, words, steps, problem)


def said_of(request: Request) -> dict[str, Any]:
    """The opened words of a request as they stand: `TEXTS`; empty where the case's key was destroyed.

    `what` is a list of {text, why}; `reply_by` is ISO text, the newest that was asked for.
    """
    return dict(read(request).said)


def reply_by_of(request: Request) -> datetime | None:
    """By when a reply is asked for now, where the request can be opened."""
    text = said_of(request).get("reply_by")
    return datetime.fromisoformat(text) if text else None


def refusal_of(request: Request) -> dict[str, Any] | None:
    """What the agency said when it refused last, or None.

    `refusal` is a code of the list `refusal_reason`, `given` one of `refusal_given`, `words` theirs as they
    were written down, `happened_at` ISO text, `blanket` whether it is not enough on its own.
    """
    found = read(request).refused
    if found is None:
        return None
    said = {name: found.said.get(name, "") for name in ("words", "given", "happened_at")}
    return said | {"refusal": found.row.refusal, "blanket": rules.blanket_refusal(found.row.refusal)}


def may_go(request: Request) -> bool:
    """Whether the decision that a request rests on still allows to ask: no other has taken its place."""
    decision = request.decision
    return rules.may_ask(decision.started, decision.outcome, followed=decision.followed_by.exists())


def newest_step(request: Request) -> RequestStep:
    """The step that a request stands at."""
    return RequestStep.objects.filter(request=request).order_by("-number")[0]


def endings(request: Request, user: User) -> list[str]:
    """The ways in which this user may close a request now: codes of the list `request_ending`."""
    steps = list(request.steps.order_by("number"))
    return rules.endings(
        steps[-1].state,
        rules.standing_refusal((step.act, step.refusal) for step in steps),
        came=any(step.items for step in steps),
        manager=access.can(user, "approve", request.case),
    )


def standing(found: QuerySet[Request]) -> Any:
    """Requests with where each stands: `state`, `due_at`, `number` of the newest step, in one query."""
    newest = RequestStep.objects.filter(request=OuterRef("pk")).order_by("-number")
    columns = {name: Subquery(newest.values(name)[:1]) for name in ("state", "due_at", "number")}
    return found.annotate(**columns)


def timers(organisation: Organisation, now: datetime) -> rules.Timers:
    """The organisation's clocks, as the rules read them."""
    year = day_of(now).year
    return rules.Timers(
        hours=organisation.chase_hours,
        days=organisation.chase_days,
        closed=working_days.closed(organisation, _years(year)),
    )


def _years(year: int) -> Iterable[int]:
    """A clock that is set at the end of a year rings in the next."""
    return (year, year + 1)
