"""Everything that writes on this floor: drafts (kept out of every log), recording a decision, looking at one.

The actor is always `by`. Encryption is done before the transaction opens; the ledger comes last.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import access as case_access
from cases import events, fields
from cases.models import Agency, Case, InformationItem, Organisation, User
from sharing import access, advice, agreements, policies, projection, recording, rules
from sharing.answers import Answers, day_or_moment, facts_of, fingerprint, prune
from sharing.due import COMPLETION
from sharing.models import Agreement, Decision, Draft, Typing
from sharing.recording import Ready as _Ready
from sharing.recording import consent_record as _consent_record
from sharing.windows import Window, drop

UNLOGGED = frozenset({"start_draft", "save_draft", "discard_draft"})
"""The actions that append nothing: a draft never appears in a log."""


class DraftChanged(Exception):  # noqa: N818 - it is what happened, not a fault
    """The draft, or the case beneath it, is not as it was when the page was opened. `draft` is as stored."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("the draft or its case was changed since it was opened")
        self.draft = draft


class CannotRecord(Exception):  # noqa: N818 - it is what happened, not a fault
    """The answers do not make a decision yet.

    `findings` is all that the answers raise; `unanswered` the codes of the points without an answer.
    """

    def __init__(self, findings: Sequence[rules.Finding], unanswered: Collection[str]) -> None:
        super().__init__("the decision cannot be recorded with these answers")
        self.findings = list(findings)
        self.unanswered = frozenset(unanswered)


class AlreadyFollowed(Exception):  # noqa: N818 - it is what happened, not a fault
    """The decision that this one was to follow is followed by another one already: `by`."""

    def __init__(self, by: Decision) -> None:
        super().__init__("another decision follows it already")
        self.by = by


def answers_of(draft: Draft) -> Answers:
    """The opened answers of a draft; the caller has entered that the case was looked at."""
    answers: Answers = json.loads(draft.answers or "{}")
    return answers


def start_draft(*, by: User, case: Case, request_key: UUID | None = None) -> Draft:
    """Start a decision about a case. A repeated request gives the draft that the first one made.

    Raises:
        ledger.DuplicateRequest: the request key belongs to somebody else's draft.
    """
    draft = Draft(id=request_key or uuid4(), case=case, started_by=by, answers="{}")
    fields.seal_fields(draft)
    with transaction.atomic(durable=True):
        case_access.require(by, "work", case)
        # One statement, so that the second of two clicks meets the first one's row and not an error.
        Draft.objects.bulk_create([draft], ignore_conflicts=True)
        stored = Draft.objects.select_related("case", "started_by").get(id=draft.id)
    if (stored.case_id, stored.started_by_id) != (case.id, by.id):
        raise ledger.DuplicateRequest("this request has started another draft")
    return stored


def save_draft(
    *, by: User, draft: Draft, answers: Mapping[str, Any], saves: int, window: Window | None = None
) -> Draft:
    """Keep the answers of a page; those of a withdrawn branch are dropped.

    Args:
        saves: how often the draft had been saved when the page was opened.
        window: where the page was filled in; what was kept of its typing is saved now, and goes.

    Raises:
        DraftChanged: somebody saved, recorded or discarded it meanwhile.
    """
    kept = prune(answers, alleging=_alleging(draft.case_id))
    saved = Draft(id=draft.id, case_id=draft.case_id, answers=json.dumps(kept, ensure_ascii=False))
    fields.seal_fields(saved)
    with transaction.atomic(durable=True):
        access.require_draft(by, draft)
        done = Draft.objects.filter(id=draft.id, saves=saves, recorded_at=None).update(
            answers=saved.__dict__["answers"],
            saves=saves + 1,
            saved_at=timezone.now(),
            due_at=_due_at(kept, draft),
        )
        if done and window:
            drop(by, draft, window)
    stored = access.stored_draft(draft.id)
    if not done:
        raise DraftChanged(stored or draft)
    return stored or draft


def _due_at(answers: Answers, draft: Draft) -> datetime | None:
    """By when the draft is to be decided, counted from the day on which its urgency was said."""
    before = answers_of(draft)
    if draft.due_at and draft.follows_as == COMPLETION:
        return draft.due_at
    if draft.due_at and all(answers.get(name) == before.get(name) for name in ("urgency", "decide_by")):
        return draft.due_at
    said = rules.Facts(
        now=timezone.now(),
        organisation=rules.Organisation(type=""),
        case=rules.CaseFacts(),
        urgency=answers.get("urgency"),
        decide_by=day_or_moment(answers.get("decide_by")),
    )
    due = rules.deadline(said)
    return rules.ends(due) if due else None


def _alleging(case_id: UUID) -> set[str]:
    found = InformationItem.objects.filter(case=case_id, alleges_offence=True).values_list("id", flat=True)
    return {str(one) for one in found}


def discard_draft(*, by: User, draft: Draft) -> None:
    """Throw away a draft that was not recorded.

    Raises:
        DraftChanged: it has been recorded.
    """
    with transaction.atomic(durable=True):
        # Whoever types into it waits, or is waited for.
        Case.objects.select_for_update().get(id=draft.case_id)
        access.require_draft(by, draft)
        gone, _ = Draft.objects.filter(id=draft.id, recorded_at=None).delete()
    stored = Draft.objects.filter(id=draft.id).first()
    if not gone and stored:
        raise DraftChanged(stored)


def record(*, by: User, draft: Draft, seen: str | None = None, now: datetime | None = None) -> Decision:
    """Record the decision that a draft has become. A repeated request gives the first one's decision.

    Args:
        seen: the `answers.fingerprint` of what the officer read through before; None: not compared.
        now: the aware time that the rules judge against, for made-up cases; when it is recorded is always
            told by the real clock.

    Raises:
        CannotRecord: a stop, or a point without an answer (what has already been sent meets neither).
        DraftChanged: the draft or its case changed meanwhile.
        AlreadyFollowed: it was to follow a decision that another one follows already.
    """
    fresh = access.stored_draft(draft.id)
    if fresh is None or fresh.recorded_at:
        return _settled(access.fetch_draft(by, draft.id))
    ready = _prepare(fresh, by, now or timezone.now())
    if seen is not None and seen != fingerprint(fresh.saves, ready.facts, ready.advice):
        raise DraftChanged(access.fetch_draft(by, draft.id))
    with transaction.atomic(durable=True):
        decision = _write(ready, by)
    return decision or _settled(access.fetch_draft(by, draft.id))


def _settled(draft: Draft) -> Decision:
    """The decision that a draft became already; DraftChanged where it only changed."""
    if not draft.recorded_at:
        raise DraftChanged(draft)
    return _recorded(draft)


def _recorded(draft: Draft) -> Decision:
    return Decision.objects.select_related("case", "by").get(request_key=draft.request_key)


def _prepare(draft: Draft, by: User, now: datetime) -> _Ready:
    answers = answers_of(draft)
    organisation = Organisation.current()
    facts = facts_of(answers, case=draft.case, organisation=organisation, now=now)
    findings = rules.assess(facts)
    points = {finding.code for finding in rules.points(findings)}
    answered = {code: text for code, text in (answers.get("points") or {}).items() if rules.given(text)}
    if facts.outcome is None or not rules.may_record(facts, findings, answered):
        # Where it is recorded, the policy is asked under the lock; a refusal tells something too.
        access.require_draft(by, draft)
        raise CannotRecord(findings, points - set(answered))
    codes = {person.agency for person in facts.recipients} | {item.received_from for item in facts.items}
    agreement = access.agreement_of(answers.get("agreement"))
    asked = advice.for_draft(draft)
    said = projection.content(
        reference=draft.reference,
        decision=uuid4(),
        answers=agreements.recorded(agreement, answers),
        facts=facts,
        findings=findings,
        organisation=organisation.name,
        agencies=dict(Agency.objects.filter(code__in=codes).values_list("code", "name")),
        marks=_marks(draft, agreement),
        procedure=policies.title_of(answers.get("procedure")),
        advice=advice.to_record(asked),
    )
    sealed = events.seal(
        projection.KIND,
        said,
        case=draft.case,
        by=by,
        now=timezone.now(),
        occurred_at=facts.decided_at or now,
        request_key=draft.request_key,
    )
    consent = _consent_record(draft, by, facts)
    return _Ready(draft, answers, facts, said, sealed, consent, tuple(advice.marks(asked)))


def _marks(draft: Draft, agreement: Agreement | None) -> dict[str, Any]:
    """The columns of the decision's row that are no answers."""
    marks: dict[str, Any] = {}
    if draft.follows_id:
        marks = {"follows_id": str(draft.follows_id), "follows_as": draft.follows_as}
    if draft.asked_id:
        marks |= {"asked_id": str(draft.asked_id)}
    return marks | ({"agreement_id": str(agreement.id)} if agreement else {})


def _write(ready: _Ready, by: User) -> Decision | None:
    """Everything that recording writes, or None (and nothing) where the draft was changed."""
    draft, now = ready.draft, timezone.now()
    case = Case.objects.select_for_update().get(id=draft.case_id)
    access.require_draft(by, draft)
    follower = Decision.objects.filter(follows=draft.follows_id).first() if draft.follows_id else None
    if follower and follower.request_key != draft.request_key:
        raise AlreadyFollowed(follower)
    claimed = Draft.objects.filter(id=draft.id, saves=draft.saves, recorded_at=None)
    if not claimed.update(recorded_at=now, answers=b"", saves=draft.saves + 1):
        return None
    Typing.objects.filter(draft=draft).delete()
    judged = facts_of(ready.answers, case=case, organisation=Organisation.current(), now=ready.facts.now)
    # Questions and answers come under this lock too: one that came since we looked would be missing.
    if judged != ready.facts or advice.marks(advice.at_once(draft)) != list(ready.advice):
        raise DraftChanged(draft)
    return recording.write(case, ready, by)


Rights = frozenset[case_access.What]


def see_decision(*, by: User, decision: Decision) -> AbstractContextManager[Rights]:
    """Read a recorded decision in the block, with its entry in the same transaction (`cases.actions.see`)."""
    return _entered("decision.viewed", by, decision)


def print_decision(*, by: User, decision: Decision) -> AbstractContextManager[Rights]:
    """Make a decision's PDF in the block: none leaves the building without its entry."""
    return _entered("decision.printed", by, decision)


@contextmanager
def _entered(kind: str, by: User, decision: Decision) -> Iterator[Rights]:
    content = {"reference": decision.reference}
    sealed = events.seal(kind, content, case=decision.case, by=by, now=timezone.now())
    with transaction.atomic(durable=True):
        yield case_access.require(by, "view", decision.case)
        ledger.append(sealed)
