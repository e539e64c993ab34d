"""The managers' queue: which decisions wait for a manager, which for an answer to one, what was said (§5).

`waiting(manager)` and `asked(manager)` are its tabs, `said(manager)` what was said already, `count(manager)`
the figure in the navigation. Nobody finds their own decisions here, nor anything of a case that is hidden
from them. `among(decisions)` is the same for whoever looks at the whole organisation. The rule is
`sharing.rules.reviewing`; here its table chooses rows, with as many queries for a thousand as for one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases import access as case_access
from cases import prepared, working_days
from cases.models import Case, Organisation, RiskAssessment, User
from sharing import lists, watch
from sharing.models import Asked, Decision, Disclosure, ManagerReview, Review
from sharing.rules import reviewing as rule
from sharing.rules.clocks import has_a_time
from sharing.rules.terms import day_of, ends

LETS_STAND = ("still_right", "close")
"""The outcomes of a look back that answer a manager who asked for one; "a new one is needed" does not yet."""
SHOWN = 200
"""The most lines that a tab shows."""
PAGE = 50
_COLUMNS = (
    *("id", "case_id", "reference", "by_id", "recorded_at", "outcome", "urgency", "lawful_basis"),
    *("risk_level", "threshold_met", "emergency", "follows_as", "stops", "basis_after_sharing"),
    *("agencies", "asked_id"),
)


@dataclass(frozen=True)
class Line:
    """A decision that waits for a manager, or for an answer to one.

    `due_at`: aware, by when; `why`: codes of the table, or what the manager asked for; `words`: the same as
    people read it; `asked_by`: which manager asks.
    """

    decision: Decision
    state: str
    due_at: datetime
    why: tuple[str, ...]
    words: tuple[str, ...]
    asked_by: str = ""

    @property
    def risk(self) -> tuple[tuple[str, str], ...]:
        """The risk as it was when it was decided: (words, colour)."""
        return risk_tags(self.decision)

    @property
    def due(self) -> date:
        """By when: the day alone where it is due at the day's end."""
        return self.due_at if has_a_time(self.due_at) else day_of(self.due_at)

    def overdue(self, now: datetime) -> bool:
        """Whether its moment has passed."""
        return self.due_at < now


def risk_tags(decision: Decision) -> tuple[tuple[str, str], ...]:
    """The risk of a decision at a glance."""
    colours = {"high": "red", "medium": "orange", "standard": "green"}
    level = lists.label("risk_level", decision.risk_level)
    words = f"{level} risk" if decision.risk_level in colours else level
    known = [(words, colours.get(decision.risk_level, "grey"))]
    return (*known, *([("Meets MARAC", "red")] if decision.threshold_met else []))


# --- the tabs -------------------------------------------------------------------------------------


def managed(manager: User) -> QuerySet[Case]:
    """The cases whose decisions somebody reviews as their manager (`approve`)."""
    if manager.role != User.Role.MANAGER:
        return Case.objects.none()
    return case_access.managed_by(manager)


def _theirs(manager: User, cases: QuerySet[Case]) -> QuerySet[Decision]:
    """The decisions that a manager may judge: of these cases, and none of their own."""
    return Decision.objects.filter(case__in=cases).exclude(by=manager)


def waiting(manager: User) -> list[Line]:
    """What waits for this manager, by when it is due."""
    return tabs(manager)[0]


def asked(manager: User) -> list[Line]:
    """What waits for an answer to a manager, by when it is expected."""
    return tabs(manager)[1]


def tabs(manager: User) -> tuple[list[Line], list[Line]]:
    """Both of these, asked for once."""
    found = among(_theirs(manager, managed(manager)))
    to_review, awaited = ([one for one in found if one.state == state] for state in _TABS)
    return to_review, awaited


_TABS = (rule.TO_REVIEW, rule.WAITING)
_ANYBODY = UUID(int=1)
"""Stands in for the manager in the query of the count."""


def count(manager: User) -> int:
    """How many decisions wait for this manager, as `waiting` lists them; for the navigation of each page."""
    if manager.role != User.Role.MANAGER:
        return 0
    sql, params = _query(connection.vendor)
    ours = {prepared.value(_ANYBODY): prepared.value(manager.id)}
    found: Any = Decision.objects.raw(sql, [ours.get(one, one) for one in params])
    return sum(stands.state == rule.TO_REVIEW for _, stands in _stand([_typed(one) for one in found]))


@cache
def _query(_vendor: str) -> tuple[str, tuple[Any, ...]]:
    """The query of `count`, composed once: composing takes longer than asking."""
    somebody = User(id=_ANYBODY, role=User.Role.MANAGER)
    return _candidates(_theirs(somebody, case_access.managed_by(somebody))).query.sql_with_params()


def _typed(one: Any) -> Any:
    """A row with its further columns as Django would have made them: SQLite says not that a moment is UTC."""
    for name in ("judged_at", "answered_at", "late_at"):
        value = getattr(one, name)
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        if moment and moment.tzinfo is None:
            setattr(one, name, moment.replace(tzinfo=UTC))
    return one


def said(manager: User) -> QuerySet[ManagerReview]:
    """What managers said of decisions and nobody answers any more, newest first."""
    later = ManagerReview.objects.filter(
        decision=OuterRef("decision"), recorded_at__gt=OuterRef("recorded_at")
    )
    looked = Review.objects.filter(
        decision=OuterRef("decision"), recorded_at__gt=OuterRef("recorded_at"), outcome__in=LETS_STAND
    )
    followed = Decision.objects.filter(follows=OuterRef("decision"))
    reconsidered = Q(outcome=rule.RECONSIDER) & Q(Exists(looked))
    done = Q(outcome=rule.AGREE) | Q(Exists(later)) | Q(Exists(followed)) | reconsidered
    found = ManagerReview.objects.filter(done, case__in=managed(manager)).exclude(decision__by=manager)
    return found.order_by("-recorded_at", "-id")


def mark(decision: Decision) -> int:
    """How much was said of a decision: whoever judges it says how much they have seen."""
    judged = ManagerReview.objects.filter(decision=decision).count()
    return judged + Review.objects.filter(decision=decision).count()


def not_answered(decisions: QuerySet[Decision]) -> list[Line]:
    """What managers asked for about these decisions and nobody has answered yet."""
    judged = Exists(ManagerReview.objects.filter(decision=OuterRef("pk")))
    return [line for line in among(decisions.filter(judged)) if line.state == rule.WAITING]


# --- where each stands ----------------------------------------------------------------------------


def of(decision: Decision) -> list[Line]:
    """What waits of one decision: as `among` says it."""
    return among(Decision.objects.filter(id=decision.id))


def among(decisions: QuerySet[Decision]) -> list[Line]:
    """What of these waits for a manager or for an answer to one, by when it is due."""
    found = _stand(_candidates(decisions.select_related("case")))
    if not found:
        return []
    years = [day_of(one.recorded_at).year for one, _ in found]
    closed = _closed(min(years))
    lines = [_line(one, stands, closed) for one, stands in found]
    return sorted(lines, key=lambda line: (line.due_at, line.decision.reference))


def _closed(first: int) -> frozenset[date]:
    last = day_of(timezone.now()).year + 1
    return working_days.closed(Organisation.current(), range(first, last + 1))


def _line(one: Any, stands: rule.Stands, closed: frozenset[date]) -> Line:
    if stands.state == rule.WAITING:
        words = (lists.label("manager_outcome", one.judged_as),)
        return Line(one, stands.state, one.answer_by, (one.judged_as,), words, one.judged_by)
    due = min(rule.review_by(code, since, one.urgency, closed) for code, since in stands.open.items())
    return Line(one, stands.state, due, tuple(stands.open), _words(one, stands.open))


def _words(one: Any, codes: Iterable[str]) -> tuple[str, ...]:
    happened = [text[:1].upper() + text[1:] for text in watch.in_words(one.happened)]
    return tuple(
        text for code in codes for text in (happened if code == rule.HAPPENED else [rule.TABLE[code].words])
    )


def _stand(candidates: Iterable[Any]) -> list[tuple[Any, rule.Stands]]:
    """Those that wait for a manager or for an answer to one, and how they stand; five queries at most."""
    found = list(candidates)
    again = _happened(found)
    stands = []
    for one in found:
        one.happened = again[one.id][1] if one.id in again else []
        raised = _raised(one, again[one.id][0] if one.id in again else None)
        judged = (one.judged_as, one.judged_at) if one.judged_as else None
        stands.append((one, rule.stands(raised, judged, one.answered_at, followed=False)))
    return [(one, state) for one, state in stands if state.state in _TABS]


def _happened(found: list[Any]) -> Mapping[Any, watch.Again]:
    """What the watch says since the managers looked; nothing is asked where nothing happened."""
    later = [one for one in found if one.later]
    return watch.again(later, {one.id: one.judged_at for one in later if one.judged_at}) if later else {}


def _raised(one: Any, happened_on: date | None) -> dict[str, datetime]:
    """Codes of the table, each with when it was so."""
    raised = dict.fromkeys(rule.raised_by(one), one.recorded_at)
    if one.late_at:
        raised[rule.LATE_BASIS] = max(one.late_at, raised.get(rule.LATE_BASIS, one.late_at))
    if happened_on:
        raised[rule.HAPPENED] = ends(happened_on)
    return {code: raised[code] for code in rule.TABLE if code in raised}


def _candidates(decisions: QuerySet[Decision]) -> QuerySet[Any]:
    """Decisions that nothing follows and that may wait, with what says so as columns of their own."""
    newest = ManagerReview.objects.filter(decision=OuterRef("pk")).exclude(by=OuterRef("by"))
    newest = newest.order_by("-recorded_at")
    stood = Review.objects.filter(decision=OuterRef("pk"), outcome__in=LETS_STAND).order_by("-recorded_at")
    late = Disclosure.objects.filter(basis_after_sharing=True)
    late_here = late.filter(decision=OuterRef("pk")).order_by("-recorded_at")
    told: QuerySet[Any] = decisions.annotate(
        judged_as=Subquery(newest.values("outcome")[:1]),
        judged_at=Subquery(newest.values("recorded_at")[:1]),
        judged_by=Subquery(newest.values("by__name")[:1]),
        answer_by=Subquery(newest.values("answer_by")[:1]),
        answered_at=Subquery(stood.values("recorded_at")[:1]),
        late_at=Subquery(late_here.values("recorded_at")[:1]),
    ).annotate(since=Coalesce("judged_at", "recorded_at"))
    told = told.annotate(later=_later())
    # Most decisions need no manager: every row is asked for its own columns and looked up in lists of ids.
    by_others = ManagerReview.objects.exclude(by=F("decision__by")).values("decision_id")
    first = _of_the_table() & ~Q(id__in=by_others)
    may_be_open = Q(id__in=by_others.exclude(outcome=rule.AGREE)) | Q(id__in=late.values("decision_id"))
    wanted = first | may_be_open | Q(later=True)
    followed = Decision.objects.filter(follows=OuterRef("pk"))
    return told.filter(wanted, ~Exists(followed)).only(*_COLUMNS, "case__reference")


def _later() -> Any:
    """Whether anything that the watch may count came to a decision not to share since a manager looked."""
    here = {"case": OuterRef("case"), "recorded_at__gt": OuterRef("since")}
    rows = Exists(RiskAssessment.objects.filter(**here)) | Exists(Asked.objects.filter(**here))
    return Q(outcome__in=sorted(rule.NOT_SHARED)) & rows


@cache
def _of_the_table() -> Q:
    """The rows of the rule's table as a filter of decisions."""
    found = Q()
    for row in rule.TABLE.values():
        filled = Q(**{f"{name}__isnull": False for name in row.filled})
        filled &= Q(*(~Q(**{name: []}) for name in row.filled))
        for columns in row.when:
            found |= filled & Q(**{f"{name}__in": sorted(values) for name, values in columns.items()})
    return found
