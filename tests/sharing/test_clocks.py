"""Each clock: what it rings for, from when, for whom; and nothing once it was done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import access_actions
from cases.models import Case, CaseUserPermission, Organisation, User
from sharing import clocks, reminders, rules
from sharing.models import Reminder
from sharing.rules.clocks import AT_ONCE
from tests.cast import LONDON, UserFactory, go_live
from tests.sharing import waiting
from tests.sharing.waiting import MONDAY

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY_NIGHT = rules.ends((MONDAY + DAY).date())
WEDNESDAY = MONDAY + 2 * DAY


@dataclass(frozen=True)
class Staff:
    """The people of the case."""

    case: Case
    officer: User
    colleague: User
    manager: User
    governance: User


@pytest.fixture
def staff(a_case: Case, officer: User, colleague: User, manager: User, governance: User) -> Staff:
    return Staff(a_case, officer, colleague, manager, governance)


Rung = set[tuple[str, UUID, str]]


def rung(at: datetime, kind: str) -> Rung:
    """Everything of a clock that has rung, once it is looked at at this moment."""
    reminders.ring(at)
    return waiting.rang(Reminder.objects.filter(kind=kind).select_related("user"))


@dataclass(frozen=True)
class Kind:
    """What waits since Monday at ten, when it rings and for whom, and what ends it."""

    kind: str
    make: Callable[[Staff], Any]
    first: tuple[datetime, frozenset[str]]
    last: tuple[datetime, frozenset[str]]
    done: Callable[[Any, Staff], object]


OFFICER, MANAGER, COLLEAGUE, LEAD = "Olive Marsh", "Mary Field", "Colin Reed", "Grace Lane"
MORNING = datetime(2026, 3, 3, tzinfo=LONDON)


def _who(*names: str) -> frozenset[str]:
    return frozenset(names)


def _shared(s: Staff, **columns: Any) -> Any:
    pairs = {"to_send": [["police", "item"]], "urgency": "today", "send_by": MONDAY + HOUR}
    return waiting.decision(s.case, s.officer, MONDAY, **pairs | columns)


def _not_shared(s: Staff, **columns: Any) -> Any:
    given = {"outcome": "do_not_share", "risk_level": "high"} | columns
    return waiting.decision(s.case, s.officer, MONDAY, **given)


def _reconsidered(s: Staff) -> Any:
    row = _shared(s, to_send=[])
    waiting.judged_by(row, s.manager, MONDAY, "reconsider", answer_by=TUESDAY_NIGHT)
    return row


def _emergency(s: Staff) -> Any:
    row = waiting.decision(s.case, s.officer, MONDAY, emergency=True)
    waiting.completion(row, MONDAY, TUESDAY_NIGHT)
    return row


def _after(s: Staff, row: Any) -> Any:
    return waiting.decision(s.case, s.officer, WEDNESDAY, follows=row)


def _request(s: Staff) -> Any:
    return waiting.request(waiting.decision(s.case, s.officer, MONDAY), MONDAY, MONDAY + 4 * HOUR)


def _letter(s: Staff) -> Any:
    return waiting.letter(_request(s), s.officer, MONDAY)


def _provisional(s: Staff) -> UUID:
    Case.objects.filter(id=s.case.id).update(provisional=True, opened_at=MONDAY)
    return s.case.id


_NOBODY = _who()
# fmt: off
CASES = (
    Kind("completion", _emergency, (MORNING, _who(OFFICER)), (WEDNESDAY, _who(OFFICER, MANAGER)),
          lambda row, s: _after(s, row)),
    Kind("unsent", _shared, (MONDAY + HOUR, _who(OFFICER)), (WEDNESDAY, _who(OFFICER)),
          lambda row, _: waiting.sent(row, WEDNESDAY)),
    Kind("review", lambda s: _shared(s, to_send=[], review_on=MORNING.date()), (MORNING, _who(OFFICER)),
          (WEDNESDAY, _who(OFFICER)), lambda row, s: waiting.reviewed(row, s.officer, WEDNESDAY)),
    Kind("non_share", _not_shared, (MONDAY, _who(MANAGER)), (WEDNESDAY, _who(MANAGER)),
          lambda row, s: waiting.judged_by(row, s.manager, datetime.now(tz=LONDON))),
    Kind("manager_review", lambda s: _shared(s, to_send=[], stops=["aim_missing"]),
          (datetime(2026, 3, 4, tzinfo=LONDON), _who(MANAGER)), (MONDAY + 3 * DAY, _who(MANAGER)),
          lambda row, s: waiting.judged_by(row, s.manager, MONDAY)),
    Kind("manager_asked", _reconsidered, (MONDAY, _who(OFFICER)), (WEDNESDAY, _who(OFFICER, MANAGER)),
          lambda row, s: waiting.reviewed(row, s.officer, WEDNESDAY)),
    Kind("draft_left", lambda s: waiting.draft(s.case, s.officer, MONDAY), (MONDAY + DAY, _who(OFFICER)),
          (WEDNESDAY, _who(OFFICER)), lambda row, _: row.delete()),
    Kind("draft_late", lambda s: waiting.draft(s.case, s.officer, MONDAY, due_at=TUESDAY_NIGHT),
          (MORNING, _who(OFFICER)), (WEDNESDAY, _who(OFFICER, MANAGER)), lambda row, _: row.delete()),
    Kind("advice", lambda s: waiting.advice(s.case, s.officer, s.colleague, MONDAY, TUESDAY_NIGHT),
          (MONDAY, _who(COLLEAGUE)), (WEDNESDAY, _who(COLLEAGUE, OFFICER)),
          lambda row, _: waiting.advised(row, WEDNESDAY)),
    Kind("request", _request, (MONDAY + 4 * HOUR, _who(OFFICER)), (WEDNESDAY, _who(OFFICER)),
          lambda row, _: waiting.step(row, WEDNESDAY, None, "closed")),
    Kind("letter", _letter, (MONDAY, _who(MANAGER)), (WEDNESDAY, _who(MANAGER)),
          lambda row, s: waiting.checked(row, s.manager, WEDNESDAY)),
    Kind("asked", lambda s: waiting.asked(s.case, s.officer, MONDAY, TUESDAY_NIGHT),
          (MORNING, _who(OFFICER)), (WEDNESDAY, _who(OFFICER, MANAGER)),
          lambda row, s: waiting.decision(s.case, s.officer, WEDNESDAY, asked=row)),
    Kind("provisional", _provisional, (MORNING, _who(OFFICER)), (WEDNESDAY, _who(OFFICER, MANAGER)),
          lambda _, s: Case.objects.filter(id=s.case.id).update(matched_to=s.case.id)),
    Kind("emergency_access", lambda s: waiting.hurried_into(s.case, s.colleague, MONDAY),
          (MORNING, _who(MANAGER)), (WEDNESDAY, _who(MANAGER)),
          lambda row, _: type(row).objects.filter(id=row.id).update(reviewed_at=WEDNESDAY)),
    Kind("incident", lambda s: waiting.incident(waiting.decision(s.case, s.officer, MONDAY), MONDAY),
          (MONDAY, _who(LEAD)), (MONDAY + 72 * HOUR, _who(LEAD)),
          lambda row, s: waiting.judged(row, s.governance, WEDNESDAY)),
)
# fmt: on


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.kind)
def test_it_rings_from_its_moment_on_for_whom_it_is_for(one: Kind, staff: Staff) -> None:
    row = one.make(staff)
    about = row if isinstance(row, UUID) else row.id
    (first, who), (last, whoever) = one.first, one.last
    before = rung(first - timedelta(seconds=1), one.kind) if AT_ONCE not in _stages(one) else set()
    assert before == set()
    assert rung(first, one.kind) == {(one.kind, about, name) for name in who}
    assert rung(last, one.kind) == {(one.kind, about, name) for name in who | whoever}
    stages = {row.key for row in Reminder.objects.filter(kind=one.kind)}
    reminders.ring(last)
    assert {row.key for row in Reminder.objects.filter(kind=one.kind)} == stages


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.kind)
def test_what_was_done_rings_no_more(one: Kind, staff: Staff) -> None:
    one.done(one.make(staff), staff)
    assert rung(WEDNESDAY + 2 * DAY, one.kind) == set()


def _stages(one: Kind) -> Any:
    return clocks.BY_CODE[one.kind].stages


def test_every_clock_is_tried() -> None:
    elsewhere = {"access_review", "last_manager", "export"}
    assert {one.kind for one in CASES} | elsewhere == set(clocks.BY_CODE)


def test_seventy_two_hours_ring_three_times(staff: Staff) -> None:
    waiting.incident(waiting.decision(staff.case, staff.officer, MONDAY), MONDAY)
    for at in (MONDAY, MONDAY + 47 * HOUR, MONDAY + 48 * HOUR, MONDAY + 71 * HOUR, MONDAY + 72 * HOUR):
        reminders.ring(at)
    found = Reminder.objects.filter(kind="incident").order_by("rang_at")
    assert [row.rang_at for row in found] == [MONDAY, MONDAY + 48 * HOUR, MONDAY + 72 * HOUR]
    assert all(row.urgent for row in found)


def test_who_may_see_is_looked_at_again(staff: Staff, granted: User) -> None:
    assert rung(MONDAY, "access_review") == set()
    later = datetime.now(tz=LONDON) + 90 * DAY
    assert rung(later, "access_review") == {("access_review", staff.case.id, MANAGER)}


def test_the_last_manager_of_a_restricted_case(staff: Staff) -> None:
    access_actions.grant(by=staff.manager, case=staff.case, user=staff.manager)
    Case.objects.filter(id=staff.case.id).update(restricted=True)
    assert rung(MONDAY, "last_manager") == set()
    CaseUserPermission.objects.filter(user=staff.manager).update(ends_at=datetime.now(tz=LONDON) + 3 * DAY)
    assert rung(MONDAY, "last_manager") == {("last_manager", staff.case.id, MANAGER)}


@pytest.mark.parametrize("gone", ["deactivated", "excluded"])
def test_where_the_owner_is_gone_the_managers_are_reminded(gone: str, staff: Staff) -> None:
    row = _request(staff)
    if gone == "deactivated":
        User.objects.filter(id=staff.officer.id).update(is_active=False)
    else:
        staff.case.exclusions.create(user=staff.officer, reason="A relative")
    assert rung(WEDNESDAY, "request") == {("request", row.id, MANAGER)}


def test_nobody_who_may_not_know_is_reminded(staff: Staff, other_manager: User) -> None:
    UserFactory(role="manager", teams=[staff.case.team], name="Shut Out")
    shut_out = User.objects.get(name="Shut Out")
    staff.case.exclusions.create(user=shut_out, reason="A relative")
    waiting.advice(staff.case, staff.officer, shut_out, MONDAY, TUESDAY_NIGHT)
    waiting.draft(staff.case, staff.officer, MONDAY, due_at=TUESDAY_NIGHT)
    reminders.ring(WEDNESDAY)
    assert {row.user.name for row in Reminder.objects.all()} == {OFFICER, MANAGER}


def test_a_restricted_case_reminds_no_manager_who_was_not_named(staff: Staff) -> None:
    Case.objects.filter(id=staff.case.id).update(restricted=True)
    _letter(staff)
    assert rung(WEDNESDAY, "letter") == set()


def test_a_manager_is_not_reminded_of_their_own(staff: Staff) -> None:
    waiting.letter(_request(staff), staff.manager, MONDAY)
    waiting.decision(staff.case, staff.manager, MONDAY, outcome="do_not_share", risk_level="high")
    waiting.hurried_into(staff.case, staff.manager, MONDAY)
    reminders.ring(WEDNESDAY)
    assert not Reminder.objects.filter(kind__in=["letter", "non_share", "emergency_access"])


def test_what_happened_since_rings_the_same_day_and_at_once(staff: Staff) -> None:
    row = _not_shared(staff, risk_level="standard", review_on=(MONDAY + 100 * DAY).date())
    assert rung(MONDAY + HOUR, "review") == set()
    waiting.asked(staff.case, staff.officer, MONDAY + HOUR, MONDAY + 9 * DAY)
    assert rung(MONDAY + HOUR, "review") == {("review", row.id, OFFICER)}
    assert Reminder.objects.get(kind="review").urgent


@pytest.mark.parametrize(
    ("region", "year", "friday", "due"),
    [
        ("england", 2026, (4, 2), (4, 7)),  # Good Friday and Easter Monday
        ("wales", 2026, (4, 2), (4, 7)),
        ("scotland", 2026, (4, 2), (4, 6)),  # Easter Monday is no bank holiday there
        ("scotland", 2026, (1, 1), (1, 5)),  # 2 January
        ("northern_ireland", 2026, (3, 16), (3, 18)),  # St Patrick's Day
        ("england", 2026, (3, 16), (3, 17)),
        ("northern_ireland", 2026, (7, 10), (7, 14)),  # the Battle of the Boyne
        ("england", 2026, (12, 24), (12, 29)),  # Boxing Day on Monday
    ],
)
def test_a_deadline_moves_over_the_regions_bank_holidays(
    region: str, year: int, friday: tuple[int, int], due: tuple[int, int], staff: Staff
) -> None:
    go_live(region=region)
    begun = datetime(year, *friday, 15, tzinfo=LONDON)
    waiting.hurried_into(staff.case, staff.colleague, begun)
    at = clocks.Moment(begun, Organisation.current())
    (found,) = clocks.BY_CODE["emergency_access"].source(at)
    assert found.due_at == rules.ends(datetime(year, *due, tzinfo=LONDON).date())


def test_queries_do_not_grow_with_what_waits(staff: Staff) -> None:
    def everything() -> None:
        for one in CASES:
            one.make(staff)

    def queries(at: datetime) -> int:
        with CaptureQueriesContext(connection) as captured:
            reminders.ring(at)
        return len(captured)

    everything()
    reminders.ring(WEDNESDAY)
    few = queries(WEDNESDAY)
    for _ in range(3):
        everything()
    reminders.ring(WEDNESDAY)
    assert queries(WEDNESDAY) == few
