"""Advice for reading: questions and answers in words, what waits for whom, what a decision records of it.

What has words comes from the opened ledger entries; the caller has entered that they are looked at. The lines
of My work (`to_answer`, `answered_for`, `to_chase`) and of lists open nothing sealed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from cases import access as case_access
from cases.fields import Altered
from cases.models import Case, User
from cases.open_ends import OpenEnd
from sharing import access, after_rows, display, lists, rules
from sharing.models import Advice, AdviceAnswer, Decision, Draft
from sharing.rules.terms import day_of

Said = Mapping[str, Any]
ANSWERED, WITHDRAWN = "answered", access.WITHDRAWN
TEXTS = ("situation", "question", "options")
STATES = {ANSWERED: ("Answered", "green"), WITHDRAWN: ("Taken back", "grey")}


@dataclass(frozen=True)
class Line:
    """A line of My work, named as `work.Task` names it. `case`: empty where its reader may not know it."""

    what: str
    reference: str
    case: str
    href: str
    due_at: datetime | None
    kind: str
    colour: str


# --- which questions ------------------------------------------------------------------------------


def _settled(found: QuerySet[Advice]) -> QuerySet[Any]:
    """With what came of each and when, as `outcome` and `settled_at`: empty while it is open."""
    newest = AdviceAnswer.objects.filter(advice=OuterRef("pk")).order_by("-recorded_at")
    return found.annotate(
        outcome=Subquery(newest.values("outcome")[:1]), settled_at=Subquery(newest.values("recorded_at")[:1])
    )


def of_case(case: Case) -> list[Any]:
    """The questions of a case, newest first; the caller has fetched the case for its user. One query."""
    found = _settled(Advice.objects.filter(case=case)).select_related("by", "adviser")
    return list(found.order_by("-recorded_at"))


def of_decision(decision: Decision) -> list[Any]:
    """The questions that a recorded decision was to wait for or rests on. One query."""
    found = _settled(Advice.objects.filter(case=decision.case_id, decision_reference=decision.reference))
    return list(found.select_related("by", "adviser"))


def asked_by(user: User) -> QuerySet[Any]:
    """The questions that somebody asked, and those of their own cases: of cases that they may know of."""
    mine = Q(by=user) | Q(case__owner=user)
    found = Advice.objects.filter(mine, case__in=case_access.visible_to(user))
    return _settled(found).select_related("case", "by", "adviser")


def asked_of(user: User) -> QuerySet[Any]:
    """The questions that somebody was asked and may read."""
    return _settled(access.advice_asked_of(user)).select_related("by", "adviser")


def for_draft(draft: Draft) -> list[Advice]:
    """The questions that belong to a draft, in their order: its own, and those of the decisions it follows.

    An answer that comes after "not yet" was recorded belongs to the decision that follows it.
    """
    return at_once(draft) if getattr(draft, "has_advice", True) else []


def at_once(draft: Draft) -> list[Advice]:
    """The same asked of the database now, whatever was known when the draft was read."""
    answers = AdviceAnswer.objects.select_related("by").order_by("recorded_at")
    found = Advice.objects.filter(case=draft.case_id, decision_reference__in=_references(draft))
    together = found.select_related("by", "adviser").prefetch_related(Prefetch("answers", answers))
    return list(together.order_by("recorded_at"))


def _references(draft: Draft) -> set[str]:
    """The draft's reference, and those of the decisions before it."""
    found, at = {draft.reference}, draft.follows_id
    if at is None:
        return found
    rows = Decision.objects.filter(case=draft.case_id).values_list("id", "reference", "follows_id")
    before = {key: (reference, follows) for key, reference, follows in rows}
    while at in before:
        reference, at = before.pop(at)  # taken out, so that an altered circle ends
        found.add(reference)
    return found


def stands(found: Iterable[Advice]) -> bool:
    """Whether there is a question among them that was not taken back."""
    return any(all(one.outcome != WITHDRAWN for one in row.answers.all()) for row in found)


def marks(found: Iterable[Advice]) -> list[str]:
    """What tells whether questions and answers are those that were seen: the hashes of their entries."""
    return [bytes(row.entry_hash).hex() for one in found for row in (one, *one.answers.all())]


def of_request(user: User, key: UUID) -> Advice | None:
    """The question that a request of this user has asked."""
    return Advice.objects.filter(by=user, request_key=key).first()


def belongs_to(user: User, row: Advice) -> dict[str, str] | None:
    """The draft or the decision that a question belongs to, in words, and its address for this user."""
    draft = access.drafts_for(user).filter(reference=row.decision_reference).first()
    if draft:
        href = reverse("draft_step", args=[draft.id, "decision"])
        return {"words": f"Go on with decision {draft.reference}", "href": href}
    if access.decisions_for(user).filter(reference=row.decision_reference).exists():
        href = reverse("decision", args=[row.decision_reference])
        return {"words": f"Decision {row.decision_reference}", "href": href}
    return None


# --- in words -------------------------------------------------------------------------------------


def called(row: Advice) -> str:
    """The adviser: a colleague by name and role, somebody outside by what they are."""
    if row.adviser:
        return f"{row.adviser.name}, {row.adviser.get_role_display().lower()}"
    return lists.label("adviser", row.adviser_kind)


def read(found: Sequence[Advice]) -> list[dict[str, Any]]:
    """Questions with what was answered, as a decision records them: plain values, the newest answer of each.

    `problem`: what is wrong with the record of the question or of its answer, or None.
    """
    newest = {one.id: answers[-1] for one in found if (answers := list(one.answers.all()))}
    settled = {
        row.advice_id: (row, *rest) for row, *rest in after_rows.ADVICE_ANSWERED.check(newest.values())
    }
    return [
        _said(row, said, problem, *settled.get(row.id, (None, {}, None)))
        for row, said, problem in after_rows.ADVICE_ASKED.check(found)
    ]


def _said(
    row: Advice, said: Said, problem: str | None, answer: Any, replied: Said, wrong: str | None
) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "adviser_kind": row.adviser_kind,
        "adviser_name": said.get("adviser_name", ""),
        "asked_at": row.recorded_at.isoformat(),
        "asked_by": row.by.name,
        "reply_by": row.reply_by.isoformat(),
        **{name: said.get(name, "") for name in (*TEXTS, "left_in")},
        "leaks": list(row.leaks),
        "outcome": answer.outcome if answer else "",
        "answer": replied.get("answer", ""),
        "answered_at": replied.get("answered_at", ""),
        "answered_by": replied.get("answered_by", ""),
        "reason": replied.get("reason", ""),
        "problem": problem or wrong,
    }


def to_record(found: Sequence[Advice]) -> list[dict[str, Any]]:
    """What a decision records of its advice.

    Raises:
        Altered: the record of a question or of its answer is not what was recorded; nothing rests on it.
    """
    known = read(found)
    for one in known:
        if problem := one.pop("problem"):
            raise Altered(f"advice {one['reference']}: {problem}")
    return known


def cards(found: Sequence[Advice]) -> list[dict[str, Any]]:
    """Each question with its answer, for whoever may see the case."""
    return [
        {
            "title": f"Advice {row.reference}",
            "row": row,
            "tag": tag(row, one["outcome"], timezone.now()),
            "rows": display.advice_rows(one),
            "problem": one["problem"],
            "outside": row.adviser_id is None and not one["outcome"],
        }
        for row, one in zip(found, read(found), strict=True)
    ]


def tag(row: Advice, outcome: str | None, now: datetime) -> tuple[str, str]:
    """Where a question stands: words and colour."""
    if outcome:
        return STATES[outcome]
    return ("Overdue", "red") if row.reply_by < now else ("Waiting", "yellow")


def listed_of(found: Sequence[Advice], now: datetime) -> list[dict[str, Any]]:
    """The same of questions that were read with everything that was answered."""
    outcomes = [next((one.outcome for one in reversed(row.answers.all())), None) for row in found]
    return [
        {"row": row, "adviser": called(row), "tag": tag(row, outcome, now)}
        for row, outcome in zip(found, outcomes, strict=True)
    ]


def listed(found: Iterable[Any], now: datetime) -> list[dict[str, Any]]:
    """Questions as lists show them: no sealed text. Those that wait by their days, then the newest others."""
    rows = list(found)
    waiting = sorted((row for row in rows if not row.outcome), key=lambda row: (row.reply_by, row.reference))
    settled = sorted((row for row in rows if row.outcome), key=lambda row: row.recorded_at, reverse=True)
    return [
        {"row": row, "adviser": called(row), "tag": tag(row, row.outcome, now)}
        for row in [*waiting, *settled]
    ]


def waiting_first(found: QuerySet[Any], most: int) -> QuerySet[Any]:
    """As many questions as a page shows: none that waits is left out for one that does not."""
    return found.order_by(F("outcome").asc(nulls_first=True), "-recorded_at")[:most]


# --- what waits for whom --------------------------------------------------------------------------


def to_answer(user: User) -> list[Line]:
    """The questions that wait for this adviser's answer, in the order of their days. No case is named."""
    found = asked_of(user).filter(outcome=None).order_by("reply_by", "reference")
    return [
        Line("Answer the question", row.reference, "", _href(row), row.reply_by, "Advice", "purple")
        for row in found
    ]


def to_chase(user: User) -> list[Line]:
    """The open questions of somebody who asked: past their day, of a colleague who has left, of outsiders."""
    waits = Q(adviser=None) | Q(adviser__is_active=False) | Q(reply_by__lt=timezone.now())
    found = asked_by(user).filter(waits, outcome=None).order_by("reply_by", "reference")
    return [
        Line(
            "No answer yet: ask again about" if row.adviser_id else "Write down the answer to",
            *(row.reference, row.case.reference, _href(row), row.reply_by, "Advice", "purple"),
        )
        for row in found
    ]


def answered_for(user: User) -> list[Line]:
    """Advice that has come and was not used yet, for whoever asked: the draft or decision to go on with.

    A decision has used it once it, or one that follows it, is recorded after the answer. What belongs to none
    is there until they have looked at the advice of that case since.
    """
    answered = list(asked_by(user).filter(outcome=ANSWERED).order_by("settled_at"))
    wanted = {row.decision_reference for row in answered if row.decision_reference}
    drafts = {one.reference: one for one in access.drafts_for(user).filter(reference__in=wanted)}
    decisions = {one.reference: one for one in _with_followers(wanted)}
    seen = _looked_at(user, {row.case_id for row in answered})
    lines = (_come(row, drafts, decisions, seen.get(row.case_id)) for row in answered)
    return [line for line in lines if line]


def _with_followers(references: Collection[str]) -> QuerySet[Any]:
    """Decisions with when one that follows them was recorded, and whether a draft is to follow them."""
    following = Decision.objects.filter(follows=OuterRef("pk")).order_by("-recorded_at")
    begun = Draft.objects.filter(follows=OuterRef("pk"), recorded_at=None)
    return Decision.objects.filter(reference__in=references).annotate(
        followed_at=Subquery(following.values("recorded_at")[:1]), begun=Exists(begun)
    )


def _looked_at(user: User, cases: Collection[UUID]) -> dict[UUID, datetime]:
    """When somebody last looked at advice of these cases."""
    views = Entry.objects.filter(kind="advice.viewed", actor=user.id, subject__in=cases)
    return dict(views.values("subject").annotate(at=Max("recorded_at")).values_list("subject", "at"))


def _come(
    row: Any, drafts: Mapping[str, Draft], decisions: Mapping[str, Any], seen: datetime | None
) -> Line | None:
    draft, decision = drafts.get(row.decision_reference), decisions.get(row.decision_reference)
    go_on, by = "Advice has come: go on with", rules.ends(day_of(row.settled_at))
    known = (by, "Advice", "green")
    if draft:
        href = reverse("draft_step", args=[draft.id, "decision"])
        return Line(go_on, draft.reference, row.case.reference, href, *known)
    if decision and (
        decision.begun or _after(decision.recorded_at, row) or _after(decision.followed_at, row)
    ):
        return None
    if decision and not decision.followed_at:
        href = reverse("decision", args=[decision.reference])
        return Line(go_on, decision.reference, row.case.reference, href, *known)
    if _after(seen, row):
        return None
    return Line("Advice has come: read", row.reference, row.case.reference, _href(row), *known)


def _after(at: datetime | None, row: Any) -> bool:
    return at is not None and at > row.settled_at


def _href(row: Advice) -> str:
    return reverse("advice", args=[row.reference])


def open_ends(case: Case) -> list[OpenEnd]:
    """The questions that nobody has answered: a case may be closed all the same."""
    return [OpenEnd(one["words"], one["href"], blocks=False) for one in attention(case, case.owner)]


def attention(case: Case, _user: User) -> list[dict[str, str]]:
    """The open questions of a case, for its overview."""
    found = _settled(Advice.objects.filter(case=case)).filter(outcome=None).order_by("reply_by")
    return [{"words": f"Advice {row.reference} is not answered yet", "href": _href(row)} for row in found]
