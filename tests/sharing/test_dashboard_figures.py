"""The dashboard's figures equal a slow recount, whatever happened in whatever order, and for whom."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import vault
from cases.models import Case, Exclusion, Team, User
from sharing import dashboard, tallying
from sharing.models import Decision, Tally
from tests.cast import LONDON, TeamFactory, UserFactory
from tests.fuzz import examples
from tests.sharing import recounting

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 3, 15, tzinfo=LONDON)
QUARTER = dashboard.Period(date(2026, 7, 1), date(2026, 9, 30))
YEAR = dashboard.Period(date(2025, 11, 4), date(2026, 11, 3))
TODAY = dashboard.Period(date(2026, 10, 26), date(2026, 11, 3))

# Around both ends of the quarter, the change of the clocks, yesterday and today.
MOMENTS = st.sampled_from(
    [
        datetime(2026, 9, 25, 11, tzinfo=LONDON),
        datetime(2026, 9, 30, 0, 30, tzinfo=LONDON),
        datetime(2026, 9, 30, 23, 59, 59, tzinfo=LONDON),
        datetime(2026, 10, 1, tzinfo=LONDON),
        datetime(2026, 10, 25, 0, 30, tzinfo=LONDON),
        datetime(2026, 10, 25, 23, 30, tzinfo=LONDON),
        datetime(2026, 11, 2, 23, 59, tzinfo=LONDON),
        datetime(2026, 11, 3, 9, tzinfo=LONDON),
    ]
)
NUMBER = st.integers(0, 11)
CHANCE = st.booleans()
DECIDE = st.fixed_dictionaries(
    {
        "what": st.just("decide"),
        "case": NUMBER,
        "at": MOMENTS,
        "due": st.none() | st.integers(-9, 9),
        "follows": st.none() | st.tuples(NUMBER, st.sampled_from(["correction", "review", "completion"])),
        "columns": st.fixed_dictionaries(
            {
                "outcome": st.sampled_from(["share_all", "share_part", "do_not_share", "not_yet"]),
                "lawful_basis": st.sampled_from(["6-1-a", "6-1-d", "6-1-e"]),
                "urgency": st.sampled_from(["now", "today", "two_days", "by_date"]),
                "emergency": CHANCE,
                "to_send": st.sampled_from([[], [["r1", "i1"]], [["r1", "i1"], ["r1", "i2"]]]),
                "review_on": st.none() | st.dates(date(2026, 8, 1), date(2026, 12, 1)),
            }
        ),
    }
)
AFTER = st.fixed_dictionaries(
    {"what": st.sampled_from(["send", "close", "review", "refuse"]), "of": NUMBER, "days": NUMBER}
)
CHANGE = st.fixed_dictionaries(
    {"what": st.sampled_from(["move", "restrict", "exclude", "admit", "hand"]), "case": NUMBER, "to": NUMBER}
)
MACHINE = st.fixed_dictionaries({"what": st.sampled_from(["keep_up", "killed", "recount"]), "at": NUMBER})
OPERATIONS = st.lists(DECIDE | DECIDE | AFTER | CHANGE | MACHINE, min_size=5, max_size=30)


class _KilledError(Exception):
    """The worker is gone."""


class World:
    """Two teams, their managers, one who manages both, a lead; and what happens to their cases."""

    def __init__(self) -> None:
        self.teams: list[Team] = [TeamFactory(), TeamFactory()]
        self.officer: User = UserFactory(teams=self.teams)
        managers = [
            UserFactory(role="manager", teams=teams) for teams in (self.teams[:1], self.teams[1:], self.teams)
        ]
        self.readers: list[User] = [*managers, UserFactory(role="governance")]
        self.cases = [self._case(number) for number in range(4)]
        self.decisions: list[Decision] = []

    def _case(self, number: int) -> Case:
        columns: dict[str, Any] = {"opened_at": NOW, "concern_identified_at": NOW, "owner": self.officer}
        case = Case(team=self.teams[number % 2], **columns)
        vault.new_key(case.id).save(force_insert=True)
        Case.objects.bulk_create([case])
        return case

    def do(self, what: str, **said: Any) -> None:
        getattr(self, f"_{what}")(**said)

    def _decide(
        self, case: int, at: datetime, due: int | None, follows: Any, columns: dict[str, Any]
    ) -> None:
        if follows and self.decisions:
            other = self.decisions[follows[0] % len(self.decisions)]
            if other.followed_by.exists():
                return
            columns = columns | {"follows": other, "follows_as": follows[1]}
        found = columns["follows"].case if "follows" in columns else self.cases[case % 4]
        due_at = None if due is None else at + timedelta(days=due, hours=-1)
        self.decisions.append(recounting.a_decision(found, self.officer, at, due_at, **columns))

    def _pick(self, of: int) -> Decision | None:
        return self.decisions[of % len(self.decisions)] if self.decisions else None

    def _send(self, of: int, days: int) -> None:
        if decision := self._pick(of):
            recounting.a_disclosure(decision, decision.decided_at + timedelta(days=days, hours=-2))

    def _close(self, of: int, days: int) -> None:
        if decision := self._pick(of):
            at = decision.decided_at + timedelta(days=days)
            recounting.a_disclosure(decision, at, sent=[], method="", complete=True)

    def _review(self, of: int, days: int) -> None:
        if decision := self._pick(of):
            day = None if days == 0 else date(2026, 10, 20) + timedelta(days=days)
            recounting.a_review(decision, NOW + timedelta(seconds=self._tick()), day)

    def _refuse(self, of: int, days: int) -> None:
        if decision := self._pick(of):
            agency, kind = ("police", "health", "")[of % 3], ("policy", "none")[days % 2]
            recounting.a_refusal(decision, decision.recorded_at + timedelta(days=days), agency, kind)

    _ticks = itertools.count()

    def _tick(self) -> int:
        return next(self._ticks)

    def _move(self, case: int, to: int) -> None:
        found = Case.objects.get(id=self.cases[case % 4].id)
        found.team = self.teams[to % 2]
        found.save(update_fields=["team", "owner"])

    def _restrict(self, case: int, to: int) -> None:
        found = Case.objects.get(id=self.cases[case % 4].id)
        found.restricted = bool(to % 2)
        found.save(update_fields=["restricted"])

    def _hand(self, case: int, to: int) -> None:
        found = Case.objects.get(id=self.cases[case % 4].id)
        found.owner = ([self.officer, *self.readers[:3]])[to % 4]
        found.save(update_fields=["owner"])

    def _exclude(self, case: int, to: int) -> None:
        which = {"case": self.cases[case % 4], "user": self.readers[to % 4], "ended_at": None}
        if not Exclusion.objects.filter(**which).exists():
            Exclusion(**which, reason="Kin").save()

    def _admit(self, case: int, to: int) -> None:
        for one in Exclusion.objects.filter(case=self.cases[case % 4], user=self.readers[to % 4]):
            one.ended_at = NOW
            one.save(update_fields=["ended_at"])

    def _keep_up(self, at: int) -> None:
        tallying.keep_up(NOW + timedelta(hours=at % 3 * 5))

    def _killed(self, at: int) -> None:
        """Ended in the middle of a day, its old counts taken away and the new ones not there."""
        with pytest.MonkeyPatch.context() as patch:
            days = iter([False] * (at % 5) + [True] + [False] * 1000)
            patch.setattr(Tally.objects, "bulk_create", lambda rows: _save_unless(next(days), rows))
            with suppress(_KilledError):
                tallying.keep_up(NOW)

    def _recount(self, at: int) -> None:
        tallying.recount([date(2026, 9, 29 + at % 2)])


def _save_unless(killed: bool, rows: Any) -> None:
    if killed:
        raise _KilledError
    for row in rows:
        row.save()


@contextmanager
def undone() -> Iterator[None]:
    """Everything that the block writes is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def assert_equal_to_a_recount(world: World) -> None:
    """Every reader's figures, of several times and of one of two teams."""
    north, south, both, lead = world.readers
    readings = ((north, QUARTER), (south, YEAR), (both, YEAR), (lead, YEAR), (lead, TODAY))
    for reader, period in readings:
        figures = dashboard.read(dashboard.scope(reader), period, NOW)
        slow = recounting.counts(reader, period.since, period.until)
        assert plain(figures.counts) == plain(slow)
        assert sum(figures.weeks.values(), start=Counter()) == slow["outcome"]
    one_team = world.teams[0].id
    figures = dashboard.read(dashboard.scope(both, one_team), YEAR, NOW)
    assert plain(figures.counts) == plain(recounting.counts(both, YEAR.since, YEAR.until, [one_team]))


def plain(counts: Mapping[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {name: dict(one) for name, one in counts.items()}


@given(operations=OPERATIONS)
@settings(
    max_examples=examples(12, 1500),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_happened_the_figures_equal_a_slow_recount(
    team: Team, operations: list[dict[str, Any]]
) -> None:
    with undone():
        world = World()
        for one in operations:
            world.do(**one)
        assert_equal_to_a_recount(world)


SENDS: dict[str, Any] = {
    "outcome": "share_all", "lawful_basis": "6-1-e", "urgency": "today", "emergency": False,
    "to_send": [["r1", "i1"]], "review_on": date(2026, 10, 1),
}  # fmt: skip
OLD, NEW = datetime(2026, 9, 25, 11, tzinfo=LONDON), datetime(2026, 11, 3, 9, tzinfo=LONDON)
DECIDED: dict[str, Any] = {
    "what": "decide", "case": 0, "at": OLD, "due": 0, "follows": None, "columns": SENDS,
}  # fmt: skip


@pytest.mark.parametrize(
    "then",
    [
        {"what": "move", "case": 0, "to": 1},
        {"what": "restrict", "case": 0, "to": 1},
        {"what": "exclude", "case": 0, "to": 0},
        {"what": "exclude", "case": 0, "to": 3},
        {"what": "send", "of": 0, "days": 3},
        {"what": "close", "of": 0, "days": 3},
        {"what": "review", "of": 0, "days": 0},
        {"what": "refuse", "of": 0, "days": 1},
        DECIDED,
        DECIDED | {"at": NEW, "follows": (0, "correction")},
        DECIDED | {"at": NEW, "follows": (0, "review")},
    ],
    ids=lambda one: f"{one['what']} {one.get('to', one.get('follows', ''))}",
)
@pytest.mark.parametrize("again", [False, True])
def test_what_happens_after_a_day_was_counted_counts(team: Team, then: dict[str, Any], again: bool) -> None:
    world = World()
    world.do(**DECIDED)
    while tallying.keep_up(NOW):
        pass
    assert Tally.objects.filter(day=OLD.date()).exists()
    assert_equal_to_a_recount(world)
    world.do(**then)
    if again:
        tallying.keep_up(NOW)
    assert_equal_to_a_recount(world)
