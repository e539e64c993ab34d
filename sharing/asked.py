"""What other agencies ask us for, for reading: where each request stands, and what was said of it.

Where a request stands is derived from the rows around it: the decision that names it, an answer of its own,
a draft that was begun from it. Everything that has words comes from the opened ledger entries.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from audit import chain
from cases import access as case_access
from cases.models import Agency, Case, User
from cases.open_ends import OpenEnd
from sharing import access, after_rows, display, lists
from sharing.models import Asked, AskedAnswer, Decision, Draft
from sharing.rules.letters import DECLINES

Said = Mapping[str, Any]
TO_ANSWER, DECIDING, DECIDED, SETTLED = "to_answer", "deciding", "decided", "settled"
NOT_CHECKED = "not_checked"


@dataclass(frozen=True)
class State:
    """Where a request to us stands: the decision that answers it, what settled it, the draft in progress."""

    code: str
    decision: Decision | None = None
    answer: AskedAnswer | None = None
    draft: Draft | None = None

    @property
    def open(self) -> bool:
        """Whether somebody still waits for us."""
        return self.code in (TO_ANSWER, DECIDING)

    def tag(self, answer_by: datetime, now: datetime) -> tuple[str, str]:
        """The state at a glance: words and colour.

        Args:
            answer_by, now: aware.
        """
        if self.open and answer_by < now:
            return "Overdue to answer", "red"
        if self.code == TO_ANSWER:
            return "To answer", "yellow"
        if self.code == DECIDING:
            return "Being decided", "blue"
        if self.decision and self.decision.outcome == "not_yet":
            return "Not decided yet", "yellow"
        return ("Answered", "green") if self.code == DECIDED else ("Settled", "grey")


def case_of(reference: str) -> UUID | None:
    """The id of a request's case, for a governance lead who names the request; None where there is none."""
    return Asked.objects.filter(reference=reference).values_list("case_id", flat=True).first()


def fetch(user: User | AnonymousUser, reference: str) -> Asked:
    """The request to us with this reference, for somebody who may see its case.

    Raises:
        Http404: no such request, or not for this user: the same for both.
    """
    # What a hidden request is asked, none is asked too: their answers take as long.
    case_id = case_of(reference)
    if not case_access.can(user, "view", Case(id=case_id or uuid4())):
        raise case_access.Hidden(case_id)
    return Asked.objects.select_related("case__team", "case__owner", "by").get(reference=reference)


def unanswered(rows: QuerySet[Asked]) -> QuerySet[Asked]:
    """Those that neither a decision nor an answer of their own ends."""
    decided = Exists(Decision.objects.filter(asked=OuterRef("pk")))
    return rows.filter(~decided, ~Exists(AskedAnswer.objects.filter(asked=OuterRef("pk"))))


def states(rows: Collection[Asked]) -> dict[UUID, State]:
    """Where each request stands, by its id; three queries for all."""
    found = {one.id: State(TO_ANSWER) for one in rows}
    drafts = Draft.objects.filter(asked__in=rows, recorded_at=None).select_related("started_by")
    for draft in drafts.order_by("-started_at"):
        found[draft.asked_id] = State(DECIDING, draft=draft)  # type: ignore[index]
    answers = AskedAnswer.objects.filter(asked__in=rows).select_related("by", "decision")
    for answer in answers.order_by("recorded_at"):
        found[answer.asked_id] = State(SETTLED, decision=answer.decision, answer=answer)
    # The newest: a correction answers it in the place of what it corrects.
    for decision in Decision.objects.filter(asked__in=rows).order_by("recorded_at"):
        found[decision.asked_id] = State(DECIDED, decision=decision)  # type: ignore[index]
    return found


def agency_names(rows: Collection[Asked]) -> dict[str, str]:
    """The directory's names of the agencies that asked; an agency without a code in words."""
    codes = {one.agency for one in rows}
    named = dict(Agency.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    return {code: named.get(code) or lists.label("unlisted_agency", code) for code in codes}


def to_link(draft: Draft) -> list[Asked]:
    """The requests that a draft could answer: of its case, still open, and no other draft begun from them."""
    if draft.asked_id or not getattr(draft, "has_asked", True):
        return []
    begun = Exists(Draft.objects.filter(asked=OuterRef("pk"), recorded_at=None).exclude(id=draft.id))
    return list(unanswered(Asked.objects.filter(~begun, case=draft.case_id)).order_by("received_at"))


# --- lists of a case ------------------------------------------------------------------------------


def of_case(case: Case) -> list[dict[str, Any]]:
    """The requests made to us about a case, those that wait first; codes and times, nothing sealed."""
    rows = list(Asked.objects.filter(case=case).order_by("-received_at"))
    standing, names, now = states(rows), agency_names(rows), timezone.now()
    listed = [
        {
            "row": one,
            "agency": names[one.agency],
            "state": standing[one.id],
            "tag": standing[one.id].tag(one.answer_by, now),
            "unchecked": one.checked == NOT_CHECKED,
        }
        for one in rows
    ]
    return sorted(listed, key=lambda one: not one["state"].open)


def attention(case: Case, _user: User) -> list[dict[str, str]]:
    """What the overview of a case says of it: the requests that wait for our answer, the first due first."""
    return [
        {
            "words": f"Answer {one.reference}: an agency asked us, by {shown(one.answer_by)}",
            "href": reverse("asked", args=[one.reference]),
        }
        for one in unanswered(Asked.objects.filter(case=case)).order_by("answer_by")
    ]


def open_ends(case: Case) -> Iterator[OpenEnd]:
    """The requests that must be answered or settled before a case is closed."""
    for one in unanswered(Asked.objects.filter(case=case)).order_by("answer_by"):
        words = f"Answer what an agency asked us: {one.reference}"
        yield OpenEnd(words, reverse("asked", args=[one.reference]), blocks=True)


# --- one of them ----------------------------------------------------------------------------------


def shown(value: datetime) -> str:
    """A moment as people say it."""
    return display.moment(value.isoformat())


def _rows(*pairs: tuple[str, Any]) -> list[dict[str, Any]]:
    return [{"question": asked, "answer": answer, "change": ""} for asked, answer in pairs if answer]


def said_of(row: Asked) -> tuple[dict[str, Any], str | None]:
    """The opened content of its entry (empty: the key was destroyed), and what is wrong with the record."""
    ((_, said, problem),) = after_rows.ASKED.check([row])
    return said, problem


def page_of(row: Asked, user: User) -> dict[str, Any]:
    """What the page of a request to us shows; the caller has entered that it was looked at."""
    said, problem = said_of(row)
    state = states([row])[row.id]
    mine = state.draft and access.drafts_for(user).filter(id=state.draft.id).exists()
    return {
        "asked": row,
        "state": state,
        "tag": state.tag(row.answer_by, timezone.now()),
        "problem": problem,
        "unchecked": row.checked == NOT_CHECKED,
        "rows": _said_rows(row, said),
        "answers": answer_cards(row),
        "mine": bool(mine),
        "declined": bool(state.decision and state.decision.outcome in DECLINES),
        "letters": list(row.letters.order_by("recorded_at")),
        "outcome": lists.label("outcome", state.decision.outcome) if state.decision else "",
    }


def _said_rows(row: Asked, said: Said) -> list[dict[str, Any]]:
    who = [text for text in (said.get("requester_name"), said.get("requester_job")) if text]
    return _rows(
        ("Who asked", who),
        ("Agency", said.get("agency_name") or agency_names([row])[row.agency]),
        ("How it was checked that it was them", lists.label("requester_checked", row.checked)),
        ("Came", shown(row.received_at)),
        ("What they asked for", said.get("what")),
        ("Why they say they need it", said.get("why")),
        ("They need it by", shown(row.answer_by)),
        ("Recorded", f"{shown(row.recorded_at)}, by {row.by.name}"),
        ("Receipt code", chain.receipt_code(bytes(row.entry_hash))),
    )


def answer_cards(row: Asked) -> list[dict[str, Any]]:
    """How it was settled where no decision was begun from it, newest first."""
    found = row.answers.select_related("by", "decision").order_by("-recorded_at")
    return [_answer_card(*one) for one in after_rows.ASKED_ANSWERED.check(found)]


def _answer_card(row: AskedAnswer, said: Said, problem: str | None) -> dict[str, Any]:
    rows = _rows(
        ("Decision", row.decision.reference if row.decision else ""),
        ("Why", said.get("reason")),
        ("Recorded", f"{shown(row.recorded_at)}, by {row.by.name}"),
    )
    return {"title": lists.label("asked_outcome", row.outcome), "rows": rows, "problem": problem, "tags": ()}


def decisions_to_name(case: Case) -> Sequence[tuple[str, str]]:
    """The case's decisions that count, newest first, as a question offers them: id and words."""
    found = Decision.objects.filter(case=case, followed_by=None).order_by("-recorded_at")
    return [
        (str(one.id), f"{one.reference}, {lists.label('outcome', one.outcome)}, {shown(one.recorded_at)}")
        for one in found[:100]
    ]


def decision_in(case: Case, chosen: UUID | None) -> Decision | None:
    """The decision of a case that was named, or None."""
    return Decision.objects.filter(case=case, id=chosen).first() if chosen else None


def answering(decision: Decision) -> list[Asked]:
    """The requests to us that a decision answers: begun from it, or said afterwards."""
    named = AskedAnswer.objects.filter(decision=decision).values_list("asked_id", flat=True)
    ids = {*named, *([decision.asked_id] if decision.asked_id else ())}
    return list(Asked.objects.filter(id__in=ids).order_by("received_at")) if ids else []
