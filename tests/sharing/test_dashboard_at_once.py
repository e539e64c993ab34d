"""Figures read while days are counted, cases move and things are sent: always those of one moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event

import pytest
from django.db import connection, connections, transaction
from django.db.models import Q
from django.utils import timezone

from cases.models import Case, Exclusion, Team, User
from sharing import counting, dashboard, tallying
from sharing.models import Decision, Tally, TallyDay, TallyMark
from tests.cast import UserFactory, make_case
from tests.sharing import recounting

pytestmark = pytest.mark.django_db(transaction=True)
DAYS, TURNS = 12, 8


def _period(now: datetime) -> dashboard.Period:
    today = timezone.localdate(now)
    return dashboard.Period(today - timedelta(days=DAYS + 2), today)


def _apart(what: Callable[[], None], stop: Event) -> None:
    try:
        while not stop.is_set():
            what()
    finally:
        connections.close_all()


def _count_all(now: datetime) -> None:
    """A turn takes so many days and marks at most."""
    for _ in range(TURNS * 10):
        if not tallying.keep_up(now) and not TallyMark.objects.exists():
            return


def test_every_reading_is_of_one_moment(
    team: Team, other_team: Team, officer: User, governance: User
) -> None:
    other = UserFactory(teams=[other_team])
    owned = ((officer, team), (officer, team), (other, other_team))
    now, cases = timezone.now(), [make_case(*one).case for one in owned]
    for number in range(DAYS * 4):
        at = now - timedelta(days=number % DAYS)
        recounting.a_decision(cases[number % 3], officer, at, to_send=[["r1", "i1"]])
    shut_out, both = UserFactory(role="governance"), UserFactory(role="manager", teams=[team, other_team])
    Exclusion(case=cases[0], user=shut_out, reason="Kin").save()
    mine = DAYS * 4 - Decision.objects.filter(case=cases[0]).count()
    expected = ((governance, DAYS * 4), (shut_out, mine), (both, DAYS * 4))
    stop = Event()

    def look() -> None:
        for user, count in expected:
            figures = dashboard.read(dashboard.scope(user), _period(now), now)
            assert figures.decisions == count
            assert figures.counts["lag"].total() == count

    def move() -> None:
        with transaction.atomic():
            case = Case.objects.select_for_update().get(id=cases[0].id)
            case.team = other_team if case.team_id == team.id else team
            case.save(update_fields=["team"])

    def send() -> None:
        decision = Decision.objects.filter(disclosures=None).order_by("id").first()
        if decision:
            with transaction.atomic():  # as every action does: the row and its mark, or neither
                recounting.a_disclosure(decision, decision.decided_at)

    def keep_up() -> None:
        tallying.keep_up(now)

    with ThreadPoolExecutor(5) as pool:
        others = [pool.submit(_apart, what, stop) for what in (keep_up, keep_up, move, send)]
        try:
            for _ in range(TURNS):
                look()
        finally:
            stop.set()
        for one in others:
            one.result()
    _count_all(now)
    assert tallying.recount_all() == 0
    assert not TallyMark.objects.exists()
    period = _period(now)
    slow = recounting.counts(governance, period.since, period.until)
    quick = dashboard.read(dashboard.scope(governance), period, now).counts
    assert {name: dict(one) for name, one in quick.items()} == {name: dict(one) for name, one in slow.items()}


def test_a_day_that_is_counted_twice_counts_once(team: Team, officer: User, governance: User) -> None:
    case, now = make_case(officer, team).case, timezone.now()
    decision = recounting.a_decision(case, officer, now - timedelta(days=3))
    day = timezone.localdate(decision.recorded_at)

    def count() -> None:
        try:
            tallying.recount([day])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(count) for _ in range(8)]:
            one.result()
    assert Tally.objects.filter(day=day, chart="outcome").values_list("count", flat=True).get() == 1
    assert TallyDay.objects.count() == 1
    assert dashboard.read(dashboard.scope(governance), _period(now), now).decisions == 1


def test_what_was_kept_wrongly_is_counted_again(team: Team, officer: User, governance: User) -> None:
    """Rows past every signal, such as a clock set back would leave: the next night's count finds them."""
    case, now = make_case(officer, team).case, timezone.now()
    recounting.a_decision(case, officer, now - timedelta(days=3))
    while tallying.keep_up(now):
        pass
    first = Decision.objects.get()
    Decision.objects.bulk_create(
        [
            Decision(
                **{
                    **_columns(first),
                    "reference": "D-222222",
                    "request_key": case.id,
                    "entry_hash": b"1" * 32,
                }
            )
        ]
    )
    assert dashboard.read(dashboard.scope(governance), _period(now), now).decisions == 1
    assert tallying.recount_all() == 1
    assert dashboard.read(dashboard.scope(governance), _period(now), now).decisions == 2


def _columns(row: Decision) -> dict[str, object]:
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name != "id"
    }


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's choice of an index")
def test_sqlite_goes_by_the_days_and_not_through_all_rows_of_a_team(manager: User) -> None:
    of = dashboard.scope(manager)
    recorded = Q(recorded_at__gte=timezone.now())
    plans = [
        Tally.objects.filter(of.tallied(), chart=counting.REVIEW).explain(),
        Decision.objects.filter(of.seen() & recorded).explain(),
    ]
    for plan in plans:
        assert "team_id" not in plan
