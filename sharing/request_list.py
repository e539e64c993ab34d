"""The list of requests to other agencies, and how often which agency refuses with what. No names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from cases import access as case_access
from cases.models import Agency, Case, Exclusion, User
from sharing import lists, requests
from sharing.models import Request, RequestStep
from sharing.request_page import state_tag
from sharing.rules import requests as rules

READERS = (User.Role.OFFICER, User.Role.MANAGER, User.Role.GOVERNANCE)
SHOWN = 200
"""The most requests that the list shows."""


@dataclass(frozen=True)
class Line:
    """A request in the list. `due_at`: when its clock rings."""

    reference: str
    case: str
    agency: str
    state: tuple[str, str]
    due_at: datetime | None
    late: bool


def agency_names() -> Mapping[str, str]:
    """Every agency's name by its code, and the words for one that is not in the directory."""
    unlisted = {code: lists.label("unlisted_agency", code) for code in lists.codes("unlisted_agency")}
    return unlisted | dict(Agency.objects.values_list("code", "name"))


def open_ones(found: QuerySet[Any], names: Mapping[str, str], now: datetime) -> list[Line]:
    """The requests of these that are not closed, what is overdue first."""
    rows = requests.standing(found).exclude(state=rules.CLOSED).order_by("due_at", "reference")
    return [_line(one, names, now) for one in rows.select_related("case")[:SHOWN]]


def of_case(case: Case, now: datetime) -> list[Line]:
    """Every request of a case, what is open and overdue first, what is closed last."""
    rows = list(requests.standing(Request.objects.filter(case=case)).select_related("case"))
    if not rows:
        return []
    rows.sort(key=lambda one: (one.due_at is None, one.due_at or one.recorded_at, one.reference))
    names = agency_names()
    return [_line(one, names, now) for one in rows]


def _line(row: Any, names: Mapping[str, str], now: datetime) -> Line:
    late = bool(row.due_at and row.due_at < now)
    name = names.get(row.agency, row.agency)
    return Line(row.reference, row.case.reference, name, state_tag(row.state), row.due_at, late)


def page_of(user: User) -> dict[str, Any]:
    """What /requests/ shows to a user."""
    names, now = agency_names(), timezone.now()
    works = case_access.works_on_cases(user)
    return {
        "works": works,
        "lines": open_ones(requests.requests_for(user), names, now) if works else [],
        "refusals": refusals(user, names) if user.role in _COUNTS else None,
        "lead": user.role == User.Role.GOVERNANCE,
    }


_COUNTS = frozenset({User.Role.MANAGER, User.Role.GOVERNANCE})


def _counted(user: User) -> QuerySet[Case]:
    """The cases whose refusals are counted for a user: never one that they are shut out of."""
    if user.role == User.Role.MANAGER:
        return case_access.managed_by(user)
    shut_out = Exclusion.objects.filter(user=user, ended_at=None).values("case_id")
    return Case.objects.exclude(id__in=shut_out)


def refusals(user: User, names: Mapping[str, str]) -> dict[str, Any]:
    """Refusals by agency and kind: the kinds' words, and a row for each agency with its counts."""
    found = (
        RequestStep.objects.filter(~Q(refusal=""), case__in=_counted(user))
        .order_by()
        .values_list("request__agency", "refusal")
        .annotate(count=Count("id"))
    )
    counts: dict[str, dict[str, int]] = {}
    for agency, refusal, count in found:
        counts.setdefault(names.get(agency, agency), {})[refusal] = count
    kinds = lists.choices("refusal_reason")
    rows = [
        {
            "agency": agency,
            "counts": [{"kind": label, "count": of.get(code, 0)} for code, label in kinds],
            "total": sum(of.values()),
            "blanket": sum(count for code, count in of.items() if rules.blanket_refusal(code)),
        }
        for agency, of in sorted(counts.items(), key=lambda pair: (-sum(pair[1].values()), pair[0]))
    ]
    return {"kinds": [label for _, label in kinds], "rows": rows}
