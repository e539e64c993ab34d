"""The register of disclosures and the record of processing (UK GDPR Article 30), both out of the decisions.

Codes and times, no names, no free text; a case from which the reader is excluded is in neither.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from cases.models import Exclusion, Person, User
from sharing import lists
from sharing.display import moment
from sharing.log import Period
from sharing.log_columns import agency_names
from sharing.models import Decision, Disclosure
from sharing.rules.terms import LONDON

PAGE = 50
CHUNK = 1000
SPECIAL, OFFENCE = "special", "offence"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON)


def _within(period: Period, column: str) -> Q:
    found = Q()
    if period.since:
        found &= Q(**{f"{column}__gte": _midnight(period.since)})
    if period.until:
        found &= Q(**{f"{column}__lt": _midnight(period.until + timedelta(days=1))})
    return found


def _shut_out(user: User) -> Any:
    return Exclusion.objects.filter(user=user, ended_at=None).values("case_id")


# --- disclosures ----------------------------------------------------------------------------------


def disclosures(user: User, period: Period) -> QuerySet[Disclosure]:
    """What was sent in a period, the newest first; a note that nothing more is sent is no disclosure."""
    found = Disclosure.objects.filter(_within(period, "sent_at")).exclude(case__in=_shut_out(user))
    return found.exclude(sent=[], method="").select_related("decision").order_by("-sent_at", "-id")


def page(found: QuerySet[Disclosure], after: UUID | None) -> tuple[list[Disclosure], UUID | None]:
    """The disclosures after one of them, and the last of the page where more follow.

    Args:
        after: the id of one of them; of none of them: the first page.
    """
    if last := found.filter(id=after).first() if after else None:
        found = found.filter(Q(sent_at__lt=last.sent_at) | Q(sent_at=last.sent_at, id__lt=last.id))
    rows = list(found[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    return rows, rows[-1].id if more else None


TITLES = (
    *("Sent", "Decision", "Agencies of the decision", "What kinds of information", "What for"),
    *("Lawful basis", "How", "Pieces of information", "Tags"),
)


def cells(one: Disclosure, names: Mapping[str, str]) -> list[str]:
    """The cells of a disclosure, in the order of TITLES.

    Args:
        names: of the agencies, by code. Whom of them it reached is in the sealed entry alone.
    """
    decision = one.decision
    return [
        moment(one.sent_at.isoformat()),
        decision.reference,
        "; ".join(names.get(code, code) for code in decision.agencies),
        _labels("kinds", decision.kinds),
        _labels("aims", decision.aims),
        lists.label("basis", decision.lawful_basis),
        lists.label("method", one.method),
        str(len({what for _, what in one.sent})),
        "; ".join(_tags(one)),
    ]


def _tags(one: Disclosure) -> Iterator[str]:
    if one.basis_after_sharing:
        yield "Basis recorded after sharing"
    if one.differs_from_decision:
        yield "Sent otherwise than was decided"


def _labels(name: str, codes: Iterable[str]) -> str:
    return "; ".join(lists.label(name, code) for code in codes)


def rows(found: QuerySet[Disclosure]) -> Iterator[list[str]]:
    """Every row of the register, for a file; as few at a time as memory likes."""
    names = agency_names()
    for one in found.iterator(CHUNK):
        yield cells(one, names)


# --- processing -----------------------------------------------------------------------------------


@dataclass
class Activity:
    """One line of the record of processing: decisions with the same aim."""

    aim: str
    decisions: int = 0
    shared: int = 0
    bases: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    agencies: set[str] = field(default_factory=set)


PROCESSING_TITLES = (
    *("What for", "Lawful bases", "What kinds of information", "About whom", "Which agencies"),
    *("Decisions", "Of them to share"),
)


def processing(user: User, period: Period) -> list[Activity]:
    """What information was processed for, with everything that Article 30(1)(b) to (d) asks of it.

    One query. A decision with several aims stands in the line of each.
    """
    found = Decision.objects.filter(_within(period, "recorded_at")).exclude(case__in=_shut_out(user))
    sharing = {row.code for row in lists.rows("outcome") if row.marked("sharing")}
    lines: dict[str, Activity] = {}
    columns = ("aims", "lawful_basis", "kinds", "agencies", "outcome")
    alike = found.order_by().values_list(*columns).annotate(times=Count("id"))
    for aims, basis, kinds, agencies, outcome, times in alike.iterator(CHUNK):
        for aim in aims or [""]:
            line = lines.setdefault(aim, Activity(aim))
            line.decisions += times
            line.shared += times if outcome in sharing else 0
            line.bases |= {basis} if basis else set()
            line.kinds |= set(kinds)
            line.agencies |= set(agencies)
    order = {row.code: place for place, row in enumerate(lists.rows("aims"))}
    return sorted(lines.values(), key=lambda line: order.get(line.aim, len(order)))


def subjects(user: User) -> str:
    """The categories of people whose information is processed, in words."""
    roles = set(
        Person.objects.exclude(case__in=_shut_out(user)).order_by().values_list("role", flat=True).distinct()
    )
    return "; ".join(row.label for row in lists.rows("role") if row.code in roles)


def activity_cells(line: Activity, about: str, names: Mapping[str, str]) -> list[str]:
    """The cells of a line, in the order of PROCESSING_TITLES."""
    return [
        lists.label("aims", line.aim) if line.aim else "Not said",
        _in_order("basis", line.bases),
        _in_order("kinds", line.kinds),
        about,
        "; ".join(sorted(names.get(code, code) for code in line.agencies)),
        str(line.decisions),
        str(line.shared),
    ]


def _in_order(name: str, codes: set[str]) -> str:
    known = [row.code for row in lists.rows(name) if row.code in codes]
    return _labels(name, [*known, *sorted(codes - set(known))])


def filters(period: Period) -> Mapping[str, str]:
    """The period as an entry keeps it."""
    return {"since": str(period.since or ""), "until": str(period.until or "")}
