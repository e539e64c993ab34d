"""The figures of the dashboard: what was recorded in a period in the cases that somebody may know of.

Days that are over come from their tallies, the rest is counted as it is read (`sharing.tallying`). A case
that the reader must not know of is taken out of every figure again, at the moment of reading.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Func, Q, QuerySet, Sum
from django.db.models.lookups import In
from django.utils import timezone

from cases import access as case_access
from cases.models import Case, CaseUserPermission, Exclusion, Team, TimedAccess, User
from sharing import counting, tallying
from sharing.counting import Cell
from sharing.models import Tally


@dataclass(frozen=True)
class Period:
    """Local days, both included."""

    since: date
    until: date


@dataclass(frozen=True)
class Figures:
    """What came up how often: by chart and key; of the outcomes by the Monday of their week too.

    `at`: when it was counted, aware.
    """

    period: Period
    at: datetime
    counts: Mapping[str, Counter[str]]
    weeks: Mapping[date, Counter[str]]

    @property
    def decisions(self) -> int:
        """How many decisions were recorded in the period."""
        return self.counts[counting.OUTCOME].total()


class _Aside(Func):
    """A column whose index SQLite leaves alone: it keeps no statistics, and a team has very many rows.

    It would go through all of a team's rows of five years where the index of the days has those of a day.
    """

    template = "%(expressions)s"
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """With the sign that keeps the index out."""
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)


def _of_teams(column: str, teams: Iterable[UUID]) -> Q:
    return Q(In(_Aside(F(column)), tuple(teams)))


@dataclass(frozen=True)
class Scope:
    """Whose figures: of these teams (None: of all), as this person may know of them."""

    user: User
    teams: tuple[UUID, ...] | None

    @property
    def _leads(self) -> bool:
        return self.user.role == User.Role.GOVERNANCE

    def tallied(self) -> Q:
        """The tallies that count for them: a manager's without those of restricted cases."""
        own = Q() if self.teams is None else _of_teams("team", self.teams)
        return own if self._leads else own & Q(restricted=False)

    def seen(self) -> Q:
        """The rows that they may know of, of those that stand for entries of cases."""
        own = Q() if self.teams is None else _of_teams("case__team", self.teams)
        if not self._leads:
            # What `visible_to` says of a manager's teams, in ids: the whole policy would read every case.
            own &= Q(case__restricted=False) | self.named()
        return own & ~Q(case__in=list(self._shut_out()))

    def hidden(self) -> Q:
        """The rows that their tallies count and they must not know of."""
        own = Q() if self.teams is None else _of_teams("case__team", self.teams)
        open_ones = own if self._leads else own & Q(case__restricted=False)
        return open_ones & Q(case__in=list(self._shut_out()))

    def named(self) -> Q:
        """The rows that their tallies do not count and they may know of: restricted, and theirs by name."""
        if self._leads:
            return Q(case__in=[])
        # Narrowed first to what is theirs in any way; the policy decides which of it they may know of.
        granted = CaseUserPermission.objects.filter(user=self.user).values("content_object_id")
        timed = TimedAccess.objects.filter(user=self.user).values("case_id")
        theirs = Q(owner=self.user) | Q(id__in=granted) | Q(id__in=timed)
        narrowed = Case.objects.filter(theirs, _of_teams("team", self.teams or ()), restricted=True)
        ids = list(narrowed.values_list("id", flat=True))
        held = case_access.visible_to(self.user).filter(id__in=ids) if ids else Case.objects.none()
        return Q(case__in=list(held.values_list("id", flat=True)))

    def _shut_out(self) -> QuerySet[Any, UUID]:
        return Exclusion.objects.filter(user=self.user, ended_at=None).values_list("case_id", flat=True)


def teams_of(user: User) -> list[Team]:
    """The teams whose figures somebody may ask for, by name: a manager's own, a governance lead's all."""
    found = Team.objects.order_by("name")
    return list(found if user.role == User.Role.GOVERNANCE else found.filter(membership__user=user))


def scope(user: User, team: UUID | None = None) -> Scope:
    """Whose figures a manager or a governance lead reads.

    Args:
        team: one of `teams_of`; None, or another: all that they may.
    """
    own = tuple(one.id for one in teams_of(user))
    if team in own:
        return Scope(user, (team,))
    return Scope(user, None if user.role == User.Role.GOVERNANCE else own)


def read(of: Scope, period: Period, now: datetime | None = None) -> Figures:
    """The figures of a period of recording days, all of one moment; as many queries for many as for one."""
    now = now or timezone.now()
    tallying.catch_up(now)
    with tallying.one_moment():
        found = _figures(of, period, now, tallying.live_days(now))
        if found is None:  # tallies that cannot be true are not believed
            found = _figures(of, period, now, tallying.every_day(now))
    assert found  # noqa: S101 - nothing is taken from what is counted as it is read
    return found


def _figures(of: Scope, period: Period, now: datetime, live: set[date]) -> Figures | None:
    """The figures with these days counted as they are read; None: less than nothing was left of something."""
    counts: dict[str, Counter[str]] = {chart: Counter() for chart in _CHARTS}
    weeks: dict[date, Counter[str]] = {monday: Counter() for monday in mondays(period)}
    _add_tallies(counts, weeks, Tally.objects.filter(of.tallied()), period, live)
    for cell, number in _counted(of, live):
        if cell.chart == counting.REVIEW or _within(period, cell.day):
            counts[cell.chart][cell.key] += number
        if cell.chart == counting.OUTCOME and _within(period, cell.day):
            weeks[_monday(cell.day)][cell.key] += number
    if any(number < 0 for found in (*counts.values(), *weeks.values()) for number in found.values()):
        return None
    # What came to nought is not there.
    said = {name: +found for name, found in counts.items()}
    return Figures(period, now, said, {monday: +found for monday, found in weeks.items()})


_CHARTS = (*counting.OF_A_PERIOD, counting.REVIEW)


def _add_tallies(
    counts: dict[str, Counter[str]],
    weeks: dict[date, Counter[str]],
    tallies: QuerySet[Tally],
    period: Period,
    live: set[date],
) -> None:
    """Add up the days that are counted: one query for the charts of the period, one for what waits today."""
    inside = tallies.filter(day__range=(period.since, period.until), chart__in=counting.OF_A_PERIOD)
    by_day = inside.exclude(chart=counting.OUTCOME).exclude(day__in=_of(live, period))
    for chart, key, number in by_day.values_list("chart", "key").annotate(Sum("count")).order_by():
        counts[chart][key] += number
    outcomes = inside.filter(chart=counting.OUTCOME).exclude(day__in=_of(live, period))
    for day, key, number in outcomes.values_list("day", "key").annotate(Sum("count")).order_by():
        counts[counting.OUTCOME][key] += number
        weeks[_monday(day)][key] += number
    waits = tallies.filter(chart=counting.REVIEW).exclude(day__in=live)
    for key, number in waits.values_list("key").annotate(Sum("count")).order_by():
        counts[counting.REVIEW][key] += number


def _counted(of: Scope, live: set[date]) -> list[tuple[Cell, int]]:
    """What is counted as it is read: days that are not tallied, and the cases that the tallies get wrong."""
    found = list(counting.count_days(live, of.seen()).items())
    named = counting.count(of.named()).items()
    hidden = counting.count(of.hidden()).items()
    found += [(cell, number) for cell, number in named if cell.day not in live]
    return found + [(cell, -number) for cell, number in hidden if cell.day not in live]


def mondays(period: Period) -> list[date]:
    """The Mondays of the weeks that a period touches."""
    first, weeks = _monday(period.since), (_monday(period.until) - _monday(period.since)).days // 7
    return [first + timedelta(days=7 * number) for number in range(weeks + 1)]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _within(period: Period, day: date) -> bool:
    return period.since <= day <= period.until


def _of(days: set[date], period: Period) -> list[date]:
    return [day for day in days if _within(period, day)]
