"""Every clock of the system as one table: what waits for somebody, who is reminded of it, at which stages.

A clock is a question to the rows, never a timer: a worker that was killed, a queue that was down and a clock
that was set back lose nothing, since the next look finds what waits. Each source asks the whole organisation
with as many queries for a thousand rows as for one, and reads no more than what may ring now.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q

from audit.models import Export
from cases import access as case_access
from cases import staff, working_days
from cases.models import Case, Organisation, TimedAccess, User
from cases.models.cases import OPEN
from sharing import access, asked, due, exports, letters, reviewing, rules
from sharing.models import (
    Advice,
    AdviceAnswer,
    Asked,
    Decision,
    Draft,
    Incident,
    Letter,
    Request,
    RequestStep,
)
from sharing.rules import exporting, requests
from sharing.rules.clocks import AT_ONCE, NEAR, PAST, TODAY, approve_by, has_a_time
from sharing.rules.reviewing import NON_SHARE, TO_REVIEW, WAITING
from sharing.rules.terms import day_of

NAMED, AUTHOR, OWNER, MANAGERS, LEADS = "named", "author", "owner", "managers", "leads"
DECIDERS = "deciders"
"""Who is reminded: whoever is asked by name, whoever recorded it, the case's owner, its team's managers, the
governance leads; everybody who approves exports. The policy decides at each ringing who still may know."""
DRAFT_LEFT = timedelta(days=1)
"""After so long a draft that nobody touched is brought back to mind (service.md §3.6)."""


@dataclass(frozen=True)
class Moment:
    """A moment (aware) at which the clocks are looked at, with the settings of the organisation."""

    now: datetime
    organisation: Organisation = field(default_factory=Organisation.current)

    @property
    def today(self) -> date:
        """The local day."""
        return day_of(self.now)

    @cached_property
    def closed(self) -> frozenset[date]:
        """The days without work of the years around it."""
        years = (self.today.year - 1, self.today.year, self.today.year + 1)
        return working_days.closed(self.organisation, years)

    @cached_property
    def with_managers(self) -> list[reviewing.Line]:
        """The decisions that wait for a manager, or for an answer to one; three clocks look at them."""
        return reviewing.among(Decision.objects.all())


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits, by a moment (aware). `about` is its row's id; `case` is None where it is of none.

    `named`, `author`: the people that the clock's stages mean by that. `hurried`: it is counted in hours, or
    somebody may be in danger. `but`: whom it is never for.
    """

    about: UUID
    case: UUID | None
    due_at: datetime
    named: UUID | None = None
    author: UUID | None = None
    hurried: bool = False
    but: UUID | None = None


Abouts = Mapping[UUID, UUID | None]
"""The ids of rows that wait, each with the id of its case."""
Page = tuple[type[Model], str, str]
"""A row's table, the name of its page, and the column that the page's address holds."""


def by_case(user: User, abouts: Abouts) -> set[UUID]:
    """Those of these rows whose case the user may know of."""
    cases = {case for case in abouts.values() if case}
    seen = set(case_access.visible_to(user).filter(id__in=cases).values_list("id", flat=True))
    return {about for about, case in abouts.items() if case in seen}


def _as_adviser(user: User, abouts: Abouts) -> set[UUID]:
    asked_of = access.advice_asked_of(user).filter(id__in=abouts).values_list("id", flat=True)
    return set(asked_of) | by_case(user, abouts)


def _as_lead(user: User, abouts: Abouts) -> set[UUID]:
    if user.role != User.Role.GOVERNANCE:
        return set()
    return set(access.incidents_for(user).filter(id__in=abouts).values_list("id", flat=True))


def _as_decider(user: User, abouts: Abouts) -> set[UUID]:
    if user.role not in exporting.DECIDERS:
        return set()
    return {one.id for one in exports.decidable(user, Export.objects.filter(id__in=abouts))}


@dataclass(frozen=True)
class Clock:
    """A row of the table.

    `stages`: who is reminded, stage by stage (`sharing.rules.clocks`); `door`: who may know of it at all.
    """

    code: str
    words: str
    source: Callable[[Moment], Iterable[Waiting]]
    stages: Mapping[str, frozenset[str]]
    page: Page
    door: Callable[[User, Abouts], set[UUID]] = by_case


# --- what waits -----------------------------------------------------------------------------------


def _completions(_: Moment) -> Iterator[Waiting]:
    drafts = Draft.objects.filter(recorded_at=None)
    for one in due.completions_among(due.live(Decision.objects.all()), drafts):
        decision = one.decision
        yield Waiting(decision.id, decision.case_id, one.due_at, author=decision.by_id)


def _unsent(at: Moment) -> Iterator[Waiting]:
    passed = Q(send_by__lte=at.now) | Q(send_by=None, recorded_at__lte=at.now)
    for one in due.unsent_among(due.live(Decision.objects.filter(passed))):
        decision, hurried = one.decision, requests.urgent(one.decision.urgency)
        yield Waiting(decision.id, decision.case_id, one.due_at, author=decision.by_id, hurried=hurried)


def _reviews(at: Moment) -> Iterator[Waiting]:
    for one in due.reviews_among(due.live(Decision.objects.all()), at.today):
        decision = one.decision
        yield Waiting(decision.id, decision.case_id, one.due_at, author=decision.by_id, hurried=bool(one.why))


def _non_shares(at: Moment) -> Iterator[Waiting]:
    for one in at.with_managers:
        if one.state == TO_REVIEW and NON_SHARE in one.why:
            yield _for_managers(one, hurried=requests.urgent(one.decision.urgency))


def _to_review(at: Moment) -> Iterator[Waiting]:
    for one in at.with_managers:
        if one.state == TO_REVIEW and NON_SHARE not in one.why:
            yield _for_managers(one)


def _for_managers(one: reviewing.Line, *, hurried: bool = False) -> Waiting:
    decision = one.decision
    return Waiting(decision.id, decision.case_id, one.due_at, hurried=hurried, but=decision.by_id)


def _managers_asked(at: Moment) -> Iterator[Waiting]:
    for one in at.with_managers:
        if one.state == WAITING:
            decision = one.decision
            yield Waiting(decision.id, decision.case_id, one.due_at, author=decision.by_id)


def _drafts(at: Moment) -> Iterator[tuple[Draft, datetime]]:
    found = Draft.objects.filter(recorded_at=None, case__status=OPEN).exclude(follows_as=due.COMPLETION)
    ending = Q(due_at__lte=rules.ends(at.today)) | Q(saved_at__lte=at.now - DRAFT_LEFT)
    columns = ("id", "case_id", "started_by_id", "due_at", "saved_at")
    for one in found.filter(ending).only(*columns):
        yield one, one.saved_at + DRAFT_LEFT


def _drafts_left(at: Moment) -> Iterator[Waiting]:
    for one, left in _drafts(at):
        yield Waiting(one.id, one.case_id, left, named=one.started_by_id)


def _drafts_late(at: Moment) -> Iterator[Waiting]:
    for one, _ in _drafts(at):
        if one.due_at:
            hurried = has_a_time(one.due_at)
            yield Waiting(one.id, one.case_id, one.due_at, named=one.started_by_id, hurried=hurried)


def _advice(_: Moment) -> Iterator[Waiting]:
    answered = AdviceAnswer.objects.filter(advice=OuterRef("pk"))
    found = Advice.objects.filter(~Exists(answered))
    for one in found.values("id", "case_id", "reply_by", "adviser_id", "by_id"):
        named, author, by = one["adviser_id"], one["by_id"], one["reply_by"]
        yield Waiting(one["id"], one["case_id"], by, named=named, author=author, hurried=has_a_time(by))


def _requests(at: Moment) -> Iterator[Waiting]:
    later = RequestStep.objects.filter(request=OuterRef("request"), number__gt=OuterRef("number"))
    found = RequestStep.objects.filter(~Exists(later), due_at__lte=at.now)
    columns = ("request_id", "case_id", "due_at", "request__by_id", "request__urgency")
    for about, case, by, author, urgency in found.values_list(*columns):
        yield Waiting(about, case, by, author=author, hurried=requests.urgent(urgency))


def _letters(at: Moment) -> Iterator[Waiting]:
    told: Any = letters.to_approve()
    found = told.filter(gone=False, newer=None, checked=None)
    columns = ("id", "case_id", "recorded_at", "by_id", "request__urgency")
    for about, case, prepared, by, urgency in found.values_list(*columns):
        until = approve_by(prepared, at.closed)
        yield Waiting(about, case, until, hurried=requests.urgent(urgency or ""), but=by)


def _asked(at: Moment) -> Iterator[Waiting]:
    found = asked.unanswered(Asked.objects.filter(answer_by__lte=rules.ends(at.today)))
    for one in found.values("id", "case_id", "answer_by", "by_id"):
        by = one["answer_by"]
        yield Waiting(one["id"], one["case_id"], by, author=one["by_id"], hurried=has_a_time(by))


def _provisional(at: Moment) -> Iterator[Waiting]:
    found = Case.objects.filter(provisional=True, matched_to=None, status=OPEN)
    for case, opened_at in found.values_list("id", "opened_at"):
        yield Waiting(case, case, due.complete_by(opened_at, at.organisation))


def _emergency_access(at: Moment) -> Iterator[Waiting]:
    found = TimedAccess.objects.filter(kind=case_access.EMERGENCY, reviewed_at=None)
    for about, case, begun_at, user in found.values_list("id", "case_id", "begun_at", "user_id"):
        yield Waiting(about, case, due.complete_by(begun_at, at.organisation), but=user)


def _incidents(_: Moment) -> Iterator[Waiting]:
    found = Incident.objects.filter(answers=None)
    for about, case, report_by in found.values_list("id", "case_id", "report_by"):
        yield Waiting(about, case, report_by, hurried=True)


def _access_reviews(at: Moment) -> Iterator[Waiting]:
    for case, day in staff.reviews_among(Case.objects.all(), at.today):
        yield Waiting(case.id, case.id, rules.ends(day))


def _last_managers(_: Moment) -> Iterator[Waiting]:
    for case, day in staff.last_days_named(Case.objects.all()):
        yield Waiting(case.id, case.id, rules.ends(day))


def _exports(at: Moment) -> Iterator[Waiting]:
    for one in exports.waiting(at.now):
        yield Waiting(one.id, None, exporting.over_at(one.asked_at), but=one.owner)


# --- the table ------------------------------------------------------------------------------------

_OURS = frozenset({AUTHOR, OWNER})
_ALL = _OURS | {MANAGERS}
_MANAGERS, _LEADS, _WRITER = frozenset({MANAGERS}), frozenset({LEADS}), frozenset({NAMED})

# fmt: off
CLOCKS: tuple[Clock, ...] = (
    Clock("completion", "An emergency share is completed", _completions,
          {TODAY: _OURS, PAST: _ALL}, (Decision, "decision", "reference")),
    Clock("unsent", "What was decided is sent", _unsent,
          {PAST: _OURS}, (Decision, "decision", "reference")),
    Clock("review", "A decision is looked at again", _reviews,
          {TODAY: _OURS, PAST: _OURS}, (Decision, "decision_review", "reference")),
    Clock("non_share", "A manager looks at a decision not to share at high risk", _non_shares,
          {AT_ONCE: _MANAGERS, PAST: _MANAGERS}, (Decision, "review_of", "reference")),
    Clock("manager_review", "A manager looks at another decision", _to_review,
          {TODAY: _MANAGERS, PAST: _MANAGERS}, (Decision, "review_of", "reference")),
    Clock("manager_asked", "What a manager asked for is answered", _managers_asked,
          {AT_ONCE: _OURS, TODAY: _OURS, PAST: _ALL}, (Decision, "decision", "reference")),
    Clock("draft_left", "A draft was left for a day", _drafts_left,
          {PAST: _WRITER}, (Draft, "draft", "id")),
    Clock("draft_late", "A draft becomes a decision", _drafts_late,
          {TODAY: _WRITER, PAST: _WRITER | _MANAGERS}, (Draft, "draft", "id")),
    Clock("advice", "A question for advice is answered", _advice,
          {AT_ONCE: _WRITER, PAST: _WRITER | _OURS}, (Advice, "advice", "reference"), _as_adviser),
    Clock("request", "A request of ours moves on", _requests,
          {PAST: _OURS}, (Request, "request", "reference")),
    Clock("letter", "A manager approves a letter", _letters,
          {AT_ONCE: _MANAGERS, PAST: _MANAGERS}, (Letter, "letter", "reference")),
    Clock("asked", "An agency that asked us is answered", _asked,
          {TODAY: _OURS, PAST: _ALL}, (Asked, "asked", "reference")),
    Clock("provisional", "A provisional case is matched", _provisional,
          {TODAY: _OURS, PAST: _ALL}, (Case, "case_match", "reference")),
    Clock("emergency_access", "A manager looks at emergency access", _emergency_access,
          {TODAY: _MANAGERS, PAST: _MANAGERS}, (TimedAccess, "emergency_access_review", "id")),
    Clock("incident", "What reached the wrong person is judged within 72 hours", _incidents,
          {AT_ONCE: _LEADS, NEAR: _LEADS, PAST: _LEADS}, (Incident, "incident", "reference"), _as_lead),
    Clock("access_review", "A manager looks again at who may see a case", _access_reviews,
          {TODAY: _MANAGERS}, (Case, "case_access", "reference")),
    Clock("last_manager", "Another manager is named for a restricted case", _last_managers,
          {AT_ONCE: _MANAGERS}, (Case, "case_access", "reference")),
    Clock("export", "Somebody else approves an export with names", _exports,
          {AT_ONCE: frozenset({DECIDERS})}, (Export, "export_approve", "id"), _as_decider),
)
# fmt: on
BY_CODE: Mapping[str, Clock] = {clock.code: clock for clock in CLOCKS}
