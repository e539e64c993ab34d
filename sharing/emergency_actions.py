"""The emergency share: recorded at once, with or without a case, and what completes it.

No stop holds it back: what the rules find is kept with the record, and is the completion's work (rules.md).
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from audit import ledger
from cases import access as case_access
from cases import events, fields, opening
from cases.models import Agency, Case, Organisation, Person, Team, User
from sharing import access, emergency, projection, recording, rules
from sharing.actions import AlreadyFollowed, answers_of
from sharing.answers import Answers, facts_of
from sharing.due import COMPLETION, complete_by
from sharing.models import Decision, Draft
from sharing.recording import Ready, consent_record
from sharing.sheet import Sheet

UNLOGGED = frozenset({"open_completion"})
"""The actions that append nothing: a draft never appears in a log."""
_VICTIM_SURVIVOR = "victim_survivor"


class _DraftMoved(Exception):  # noqa: N818 - it is what happened, not a fault
    """The draft was saved, recorded or discarded between our reading and our lock."""


@dataclass(frozen=True)
class _Place:
    """The case that it belongs to, its people, the nine answers. `opened`: where the case is opened too."""

    case: Case
    people: Sequence[Person]
    given: Mapping[str, Any]
    opened: opening.Opening | None = None


@dataclass(frozen=True)
class _Prepared:
    """An emergency share, sealed before the transaction opens. `taken`: the draft that its completion is."""

    ready: Ready
    completion: Draft
    taken: Draft | None
    opened: opening.Opening | None


def record_emergency(
    *,
    by: User,
    answers: Mapping[str, Any],
    case: Case | None = None,
    team: Team | None = None,
    draft: Draft | None = None,
    request_key: UUID | None = None,
    now: datetime | None = None,
) -> Decision:
    """Record that somebody was told in an emergency, and open its completion.

    A repeated request gives what the first recorded.

    Args:
        answers: the nine, as `EmergencyForm.given` gives them; `sent_at` is when they were told.
        case: None opens a provisional one, owned by `by`, for whoever `who_else` names.
        team: of the provisional case; None: the first of theirs.
        draft: a draft of the case that the completion goes on with; what is in it is never lost.
        now: the aware time that the rules judge against and at which a basis is chosen; None: the clock's.

    Raises:
        Http404: the case is not theirs to work on.
        django.core.exceptions.PermissionDenied: without a case: they are in no team, or not in this one.
        ledger.DuplicateRequest: the request key belongs to something else.
    """
    key, now = request_key or uuid4(), now or timezone.now()
    if before := _recorded(by, key):
        return before
    place = _place_in(case, answers) if case else _provisional(by, team, answers)
    # Where the draft is saved while we look, we look again; the last time the completion starts without it.
    for taking in (draft, draft, None):
        prepared = _prepare(by, place, taking, key, now)
        with suppress(_DraftMoved):
            return _record(by, key, prepared, case)
    raise AssertionError  # without a draft nothing moves


def _record(by: User, key: UUID, prepared: _Prepared, case: Case | None) -> Decision:
    try:
        with transaction.atomic(durable=True):
            return _locked(by, key, case) or _write(prepared, by)
    except ledger.DuplicateRequest:
        if before := _recorded(by, key):
            return before
        raise


def _recorded(by: User, key: UUID) -> Decision | None:
    """What this request has recorded for them already."""
    return (
        Decision.objects.select_related("case", "by").filter(request_key=key, by=by, emergency=True).first()
    )


def _locked(by: User, key: UUID, case: Case | None) -> Decision | None:
    """Lock the case and ask the policy; then what this request has recorded meanwhile, or None."""
    if case is None:
        return None  # the unique key of the request tells two of them apart
    Case.objects.select_for_update().get(id=case.id)
    case_access.require(by, "work", case)
    return _recorded(by, key)


def _place_in(case: Case, answers: Mapping[str, Any]) -> _Place:
    return _Place(case, list(case.people.all()), answers)


def _provisional(by: User, team: Team | None, answers: Mapping[str, Any]) -> _Place:
    """A case of its own for somebody of whom only a name is known, or less."""
    team = team or by.teams.first()
    if team is None:
        raise PermissionDenied
    opened = opening.prepare(
        by=by,
        team=team,
        people=[{"role": _VICTIM_SURVIVOR, "name": answers["who_else"]}],
        now=timezone.now(),
        concern_identified_at=datetime.fromisoformat(answers["sent_at"]),
        provisional=True,
    )
    given = {**answers, "who": [str(one.id) for one in opened.people], "who_else": ""}
    return _Place(opened.case, opened.people, given, opened)


def _prepare(by: User, place: _Place, draft: Draft | None, key: UUID, now: datetime) -> _Prepared:
    organisation = Organisation.current()
    answers = emergency.answers_of(place.given, organisation=organisation, now=now)
    ready = _ready(by, place, _sheet(answers, place, organisation, now), organisation, key)
    taken = _taken(by, draft, place.case)
    carried = answers_of(taken) if taken else {}
    if emergency.plans_more(carried, answers):
        taken, carried = None, {}
    whole = emergency.completion(place.given, answers, carried)
    completion = Draft(
        id=taken.id if taken else uuid4(),
        case=place.case,
        started_by=taken.started_by if taken else by,
        answers=_with_pages(_sheet(whole, place, organisation, now)),
        follows_id=UUID(ready.said["decision"]),
        follows_as=COMPLETION,
        due_at=complete_by(timezone.now(), organisation),
    )
    fields.seal_fields(completion)
    return _Prepared(ready, completion, taken, place.opened)


def _with_pages(sheet: Sheet) -> str:
    """The completion's answers as a draft keeps them, with the pages marked that leave nothing open."""
    return json.dumps({**sheet.answers, "pages": emergency.complete_pages(sheet)}, ensure_ascii=False)


def _sheet(answers: Answers, place: _Place, organisation: Organisation, now: datetime) -> Sheet:
    """The answers with the case around them; a case that is not saved yet has the people it will have."""
    facts = facts_of(answers, case=place.case, organisation=organisation, now=now)
    if place.opened:
        people = tuple(rules.Person(str(one.id), one.role, one.name) for one in place.people)
        facts = replace(facts, case=replace(facts.case, people=people))
    agencies = list(Agency.objects.filter(active=True).values_list("code", "name"))
    return Sheet(answers, facts, place.people, list(place.case.information.all()), agencies)


def _ready(by: User, place: _Place, sheet: Sheet, organisation: Organisation, key: UUID) -> Ready:
    """The decision itself; its draft is never saved: nobody filled one in."""
    facts, answers = sheet.facts, {**sheet.answers, emergency.KEY: dict(place.given)}
    draft = Draft(case=place.case, started_by=by, request_key=key)
    said = projection.content(
        reference=draft.reference,
        decision=uuid4(),
        answers=answers,
        facts=facts,
        findings=rules.assess(facts),
        organisation=organisation.name,
        agencies=dict(sheet.agencies),
        marks={"emergency": True},
    )
    sealed = events.seal(
        projection.KIND,
        said,
        case=place.case,
        by=by,
        now=facts.now,
        occurred_at=facts.decided_at,
        request_key=key,
    )
    return Ready(draft, answers, facts, said, sealed, consent_record(draft, by, facts))


def _taken(by: User, draft: Draft | None, case: Case) -> Draft | None:
    """The draft as it is now, where it is of this case, theirs to go on with, and a decision of its own."""
    if draft is None:
        return None
    return access.drafts_for(by).filter(id=draft.id, case=case, follows=None).first()


def _write(prepared: _Prepared, by: User) -> Decision:
    """Everything at once: the case where there is none yet, the decision, its completion."""
    ready = prepared.ready
    if prepared.opened:
        prepared.opened.save()
    case = Case.objects.get(id=ready.draft.case_id)
    decision = recording.write(case, ready, by)
    _keep_completion(prepared.completion, prepared.taken)
    return decision


def _keep_completion(completion: Draft, taken: Draft | None) -> None:
    """Keep the completion: the draft that was taken over becomes it, where it is as we read it."""
    if taken:
        same = Draft.objects.filter(id=taken.id, saves=taken.saves, recorded_at=None)
        changes = {
            name: completion.__dict__[name] for name in ("answers", "follows_id", "follows_as", "due_at")
        }
        if same.update(saves=taken.saves + 1, saved_at=timezone.now(), **changes):
            return
        raise _DraftMoved
    completion.save(force_insert=True)


def open_completion(*, by: User, decision: Decision) -> Draft:
    """The draft in which they complete an emergency share: the one that is open for them, else a new one.

    Args:
        decision: an emergency share; the caller has entered that it was looked at.

    Raises:
        AlreadyFollowed: it is completed, or corrected, already.
        Http404: its case is not theirs to work on, or its words were destroyed.
    """
    said, organisation = projection.said_of(decision), Organisation.current()
    if emergency.KEY not in said:
        raise Http404
    given, recorded = said[emergency.KEY], decision.recorded_at
    answers = emergency.answers_of(given, organisation=organisation, now=recorded)
    # The basis as it was recorded: the organisation's settings may be others by now.
    answers |= {name: said[name] for name in emergency.OF_BASIS if said.get(name)}
    whole = emergency.completion(given, answers, {})
    completion = Draft(
        case=decision.case,
        started_by=by,
        answers=_with_pages(_sheet(whole, _place_in(decision.case, given), organisation, timezone.now())),
        follows=decision,
        follows_as=COMPLETION,
        due_at=complete_by(recorded, organisation),
    )
    fields.seal_fields(completion)
    with transaction.atomic(durable=True):
        Case.objects.select_for_update().get(id=decision.case_id)
        case_access.require(by, "work", decision.case)
        if follower := decision.followed_by.first():
            raise AlreadyFollowed(follower)
        open_one = access.drafts_for(by).filter(follows=decision, follows_as=COMPLETION).first()
        if open_one is None:
            completion.save(force_insert=True)
    return open_one or completion
