"""The watch over decisions not to share: what happened since that makes one due on the same day (rules.md).

Derived from rows at every reading, so that no lost message and no stopped clock can lose it. It is compared
with the risk as it stood when somebody last looked: when the decision was recorded, or at its newest review.
That is the newest assessment recorded until then, for which no sealed record is opened; only a case that had
none yet is told by the decision's own column.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q

from cases.models import Case, RiskAssessment
from sharing import lists
from sharing.models import Asked, AskedAnswer, Decision, Review
from sharing.rules import watch as rule
from sharing.rules.terms import day_of

NOT_SHARED = ("do_not_share", "not_yet")
"""The outcomes that are watched, while no decision follows."""

Again = tuple[date, list[str]]
"""The local day on which it is due for that, and why: codes of the list `watch`."""


@dataclass(frozen=True, slots=True)
class _Assessed:
    """An assessment without its sealed texts."""

    case: UUID
    assessed_on: date
    recorded_at: datetime
    risk: rule.Risk


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request made to us, by its codes."""

    id: UUID
    case: UUID
    agency: str
    recorded_at: datetime


def happened_since() -> Q:
    """Whether anything at all that may count came after a decision not to share, as a filter of decisions."""
    later = {"case": OuterRef("case"), "recorded_at__gt": OuterRef("recorded_at")}
    found = Exists(RiskAssessment.objects.filter(**later)) | Exists(Asked.objects.filter(**later))
    return Q(outcome__in=NOT_SHARED) & found


def again(decisions: Collection[Decision], seen: Mapping[UUID, datetime] | None = None) -> dict[UUID, Again]:
    """When each of these decisions is to be looked at for what happened since, and why; others are not in it.

    Four queries, for a thousand decisions as for one. The day is that of the first thing that counts.

    Args:
        decisions: those that nothing follows; decisions to share are passed over.
        seen: when the managers looked last, for what is new to them; by the decision's id.
    """
    watched = [one for one in decisions if one.outcome in NOT_SHARED]
    if not watched:
        return {}
    cases = {one.case_id for one in watched}
    assessed, asked = _assessments(cases), _asked(cases)
    looked, answers = _looked(watched), _answers(watched)
    found: dict[UUID, Again] = {}
    for one in watched:
        since = max(
            one.recorded_at, looked.get(one.id, one.recorded_at), (seen or {}).get(one.id, one.recorded_at)
        )
        raised = [
            *_of_risk(one, assessed[one.case_id], since),
            *_of_asking(one, asked[one.case_id], since, answers[one.id]),
        ]
        if raised:
            codes = {code for _, code in raised}
            ordered = [code for code, _ in lists.choices("watch") if code in codes]
            found[one.id] = day_of(min(at for at, _ in raised)), ordered
    return found


def mark(case: Case) -> int:
    """How many things of this case the watch looks at: whoever looks back says how many they have seen."""
    return RiskAssessment.objects.filter(case=case).count() + Asked.objects.filter(case=case).count()


def in_words(codes: Iterable[str]) -> list[str]:
    """The words of these codes."""
    return [lists.label("watch", code) for code in codes]


# --- what counts ----------------------------------------------------------------------------------

Raised = Iterable[tuple[datetime, str]]


def _of_risk(decision: Decision, assessed: Sequence[_Assessed], since: datetime) -> Raised:
    """What the risk says since, each time that another assessment came to count."""
    known = [one for one in assessed if one.recorded_at <= since]
    before = _standing(known).risk if known else rule.Risk(decision.risk_level)
    for one in assessed:
        if one.recorded_at > since:
            known.append(one)
            for code in rule.changed(before, _standing(known).risk):
                yield one.recorded_at, code


def _standing(known: Sequence[_Assessed]) -> _Assessed:
    """The assessment that the case carries: the latest by its own day."""
    return max(known, key=lambda one: (one.assessed_on, one.recorded_at))


def _of_asking(
    decision: Decision, asked: Sequence[_Asked], since: datetime, answered: Collection[UUID]
) -> Raised:
    """The agencies that asked since and that the decision did not consider."""
    unlisted = lists.codes("unlisted_agency")
    for one in asked:
        # An agency without a code of its own is nobody that the decision can have named.
        agency = "" if one.agency in unlisted else one.agency
        if one.recorded_at > since and one.id not in answered and rule.asked_anew(agency, decision.agencies):
            yield one.recorded_at, rule.NEW_AGENCY


# --- what is read ---------------------------------------------------------------------------------


def _assessments(cases: Collection[UUID]) -> Mapping[UUID, list[_Assessed]]:
    columns = ("case_id", "assessed_on", "recorded_at", "level", "criteria", "incident_on")
    rows = RiskAssessment.objects.filter(case__in=cases).order_by("recorded_at", "id")
    found: dict[UUID, list[_Assessed]] = defaultdict(list)
    for case, day, at, level, criteria, incident_on in rows.values_list(*columns):
        found[case].append(_Assessed(case, day, at, rule.Risk(level, frozenset(criteria), incident_on)))
    return found


def _asked(cases: Collection[UUID]) -> Mapping[UUID, list[_Asked]]:
    rows = Asked.objects.filter(case__in=cases).order_by("recorded_at", "id")
    found: dict[UUID, list[_Asked]] = defaultdict(list)
    for row in rows.values_list("id", "case_id", "agency", "recorded_at"):
        found[row[1]].append(_Asked(*row))
    return found


def _looked(decisions: Collection[Decision]) -> dict[UUID, datetime]:
    """When each was last looked back at."""
    rows = Review.objects.filter(decision__in=decisions).values_list("decision_id")
    return dict(rows.annotate(newest=Max("recorded_at")))


def _answers(decisions: Collection[Decision]) -> Mapping[UUID, set[UUID]]:
    """The requests that each of the decisions answers: whoever made them was considered."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for one in decisions:
        found[one.id] |= {one.asked_id} if one.asked_id else set()
    for decision, asked in AskedAnswer.objects.filter(decision__in=decisions).values_list(
        "decision_id", "asked_id"
    ):
        found[decision].add(asked)
    return found
