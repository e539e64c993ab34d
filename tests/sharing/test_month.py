"""A month of the clocks: workers killed or away, mail refused, turns doubled; each clock rings once.

The month has the clocks' change, Easter's bank holidays, and an officer who leaves in the middle.
"""

# ruff: noqa: ARG005 - every kind is made and finished alike

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from cases import actions
from cases.models import Case, Team, User
from sharing import clocks, mailing, rules
from sharing.models import Mail, Reminder
from tests.cast import LONDON, UserFactory, go_live
from tests.sharing import waiting

pytestmark = pytest.mark.django_db
HOURS, HOUR = 30 * 24, timedelta(hours=1)
BEGIN = datetime(2026, 3, 16, tzinfo=UTC)
HOLIDAYS = {date(2026, 4, 3), date(2026, 4, 6)}
LEAVES = 15 * 24
DOWN = 0.7
"""How often nothing runs for an hour: no worker, or no queue."""
SITE = "https://sharing.council.example"


class Killed(BaseException):
    """The worker is gone, between one statement and the next."""


class Server(BaseEmailBackend):
    """A mail server that refuses now and then; and the worker may die as soon as it has taken a mail."""

    chance = Random()
    refusing, killing = 0.0, 0.0
    taken: list[str]

    def send_messages(self, messages: Any) -> int:
        if Server.chance.random() < Server.refusing:
            raise OSError
        Server.taken += [one.extra_headers["Message-ID"] for one in messages]
        if Server.chance.random() < Server.killing:
            raise Killed
        return len(messages)


# --- what happens in the month --------------------------------------------------------------------


@dataclass
class World:
    """The people; `gone` once the officer has left."""

    owners: list[User]
    manager: User
    adviser: User
    lead: User
    team: Team
    gone: bool = False

    def whoever(self, who: str, case: Case) -> set[UUID]:
        """The people that a word means for a case now."""
        if who == "owner":
            left = self.gone and case.owner_id == self.owners[1].id
            return {self.manager.id if left else case.owner_id}
        return {{"manager": self.manager, "adviser": self.adviser, "lead": self.lead}[who].id}


Stages = list[tuple[datetime | None, str]]
"""When each stage begins (None: as soon as it waits), and who is reminded: words with spaces between."""


@dataclass
class Thing:
    """Something that waits from one hour until another, with the stages of its clocks."""

    make: Callable[[World, Case, datetime], tuple[Any, dict[str, Stages]]]
    finish: Callable[[Any, World, datetime], object]
    case: Case
    made: int
    done: int
    row: Any = None
    stages: dict[str, Stages] = field(default_factory=dict)


def _next_working_end(at: datetime) -> datetime:
    day = at.astimezone(LONDON).date() + timedelta(days=1)
    while day.weekday() > 4 or day in HOLIDAYS:
        day += timedelta(days=1)
    return rules.ends(day)


def _midnight(due_at: datetime) -> datetime:
    return due_at.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0)


def _completion(w: World, case: Case, at: datetime) -> Any:
    row, due_at = waiting.decision(case, case.owner, at, emergency=True), _next_working_end(at)
    waiting.completion(row, at, due_at)
    looked_at = _next_working_end(due_at)
    return row, {
        "completion": [(_midnight(due_at), "owner"), (due_at, "owner manager")],
        "manager_review": [(_midnight(looked_at), "manager"), (looked_at, "manager")],
    }


def _reconsidered(w: World, case: Case, at: datetime) -> Any:
    row, by = waiting.decision(case, case.owner, at), _next_working_end(at)
    waiting.judged_by(row, w.manager, at, "reconsider", answer_by=by)
    return row, {"manager_asked": [(None, "owner"), (_midnight(by), "owner"), (by, "owner manager")]}


def _unsent(w: World, case: Case, at: datetime) -> Any:
    by = at + 5 * HOUR
    row = waiting.decision(case, case.owner, at, to_send=[["a", "b"]], send_by=by, urgency="today")
    return row, {"unsent": [(by, "owner")]}


def _review(w: World, case: Case, at: datetime) -> Any:
    day = at.astimezone(LONDON).date() + timedelta(days=2)
    row, end = waiting.decision(case, case.owner, at, review_on=day), rules.ends(day)
    return row, {"review": [(_midnight(end), "owner"), (end, "owner")]}


def _non_share(w: World, case: Case, at: datetime) -> Any:
    given = {"outcome": "do_not_share", "risk_level": "high", "urgency": "today", "agencies": ["police"]}
    row = waiting.decision(case, case.owner, at, **given)
    return row, {"non_share": [(None, "manager"), (at + 4 * HOUR, "manager")]}


def _draft(w: World, case: Case, at: datetime) -> Any:
    due_at = at + 50 * HOUR
    row = waiting.draft(case, case.owner, at, due_at=due_at)
    late: Stages = [(_midnight(due_at), "owner"), (due_at, "owner manager")]
    return row, {"draft_left": [(at + 24 * HOUR, "owner")], "draft_late": late}


def _advice(w: World, case: Case, at: datetime) -> Any:
    by = _next_working_end(at)
    row = waiting.advice(case, case.owner, w.adviser, at, by)
    return row, {"advice": [(None, "adviser"), (by, "adviser owner")]}


def _request(w: World, case: Case, at: datetime) -> Any:
    row = waiting.request(waiting.decision(case, case.owner, at), at, at + 4 * HOUR)
    return row, {"request": [(at + 4 * HOUR, "owner")]}


def _letter(w: World, case: Case, at: datetime) -> Any:
    of = waiting.request(waiting.decision(case, case.owner, at), at, at + 9000 * HOUR, "by_date")
    row, by = waiting.letter(of, case.owner, at), _next_working_end(at)
    return row, {"letter": [(None, "manager"), (by, "manager")]}


def _asked(w: World, case: Case, at: datetime) -> Any:
    by = at + 40 * HOUR
    row = waiting.asked(case, case.owner, at, by)
    return row, {"asked": [(_midnight(by), "owner"), (by, "owner manager")]}


def _provisional(w: World, case: Case, at: datetime) -> Any:
    Case.objects.filter(id=case.id).update(provisional=True, opened_at=at)
    by = _next_working_end(at)
    return case, {"provisional": [(_midnight(by), "owner"), (by, "owner manager")]}


def _emergency(w: World, case: Case, at: datetime) -> Any:
    row, by = waiting.hurried_into(case, w.adviser, at), _next_working_end(at)
    return row, {"emergency_access": [(_midnight(by), "manager"), (by, "manager")]}


def _incident(w: World, case: Case, at: datetime) -> Any:
    row = waiting.incident(waiting.decision(case, case.owner, at), at)
    return row, {"incident": [(None, "lead"), (at + 48 * HOUR, "lead"), (at + 72 * HOUR, "lead")]}


# fmt: off
KINDS: tuple[tuple[Any, Any], ...] = (
    (_completion, lambda row, w, at: waiting.decision(row.case, row.by, at, follows=row)),
    (_unsent, lambda row, w, at: waiting.sent(row, at)),
    (_review, lambda row, w, at: waiting.reviewed(row, row.by, at)),
    (_non_share, lambda row, w, at: waiting.judged_by(row, w.manager, at)),
    (_reconsidered, lambda row, w, at: waiting.reviewed(row, w.manager, at)),
    (_draft, lambda row, w, at: row.delete()),
    (_advice, lambda row, w, at: waiting.advised(row, at)),
    (_request, lambda row, w, at: waiting.step(row, at, None, "closed")),
    (_letter, lambda row, w, at: waiting.checked(row, w.manager, at)),
    (_asked, lambda row, w, at: waiting.decision(row.case, row.by, at, asked=row)),
    (_provisional, lambda row, w, at: Case.objects.filter(id=row.id).update(matched_to=row.id)),
    (_emergency, lambda row, w, at: type(row).objects.filter(id=row.id).update(reviewed_at=at)),
    (_incident, lambda row, w, at: waiting.judged(row, w.lead, at)),
)
# fmt: on


@pytest.fixture
def world(team: Team) -> World:
    go_live(region="england")
    people: list[Any] = [UserFactory(teams=[team]) for _ in range(3)]
    manager = UserFactory(role="manager", teams=[team])
    return World(people[:2], manager, people[2], UserFactory(role="governance"), team)


def _planned(world: World, chance: Random) -> list[Thing]:
    """Every kind twice for each owner, at hours of chance; half of them are never done."""
    things = []
    for make, finish in KINDS:
        for number in range(4):
            owner = world.owners[number % 2]
            case = actions.create_case(
                by=owner, team=world.team, concern_identified_at=BEGIN, staff_safety=""
            )
            made = chance.randrange(LEAVES - 1 if number % 2 else HOURS - 96)
            done = made + chance.randrange(1, 140) if chance.random() < 0.5 else HOURS * 9
            things.append(Thing(make, finish, case, made, done))
    return things


# --- what should have rung ------------------------------------------------------------------------


Rung = tuple[str, UUID, int, UUID]
"""A clock, what waits, the number of its stage, and a person."""


def _holding(things: list[Thing], world: World, hour: int) -> set[Rung]:
    """What must have rung by this hour, said without the code that rings."""
    now, found = BEGIN + hour * HOUR, set()
    for one in (one for one in things if one.made <= hour < one.done):
        for kind, stages in one.stages.items():
            begun = [n for n, (begins, _) in enumerate(stages) if begins is None or begins <= now]
            for who in stages[begun[-1]][1].split() if begun else ():
                found |= {(kind, one.row.id, begun[-1], user) for user in world.whoever(who, one.case)}
    return found


# --- the month ------------------------------------------------------------------------------------


@contextmanager
def killed_at(number: int) -> Iterator[None]:
    """The worker dies before its statement of this number."""
    left = number

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed
        return execute(*arguments)

    with connection.execute_wrapper(count):
        yield


def _turn(now: datetime, chance: Random) -> int:
    """A turn that is done at last, after how many deaths; sometimes it is done twice."""
    deaths = 0
    while True:
        try:
            with killed_at(chance.randrange(1, 60) if chance.random() < 0.3 else 0):
                mailing.turn(now)
        except Killed:
            deaths += 1
            transaction.set_rollback(False)  # the statement never ran; the test's own transaction goes on
        else:
            if chance.random() < 0.05:
                mailing.turn(now)
            return deaths


def test_every_clock_of_a_month_rings_once_and_every_mail_goes_once(world: World, settings: Any) -> None:
    settings.SITE_URL, settings.DEMO = SITE, False
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    chance = Random(5)
    Server.chance, Server.refusing, Server.killing, Server.taken = chance, 0.25, 0.1, []
    things, expected, deaths = _planned(world, chance), set[Rung](), 0
    in_a_digest: set[Rung] = set()
    for hour in range(HOURS):
        now = BEGIN + hour * HOUR
        if hour == LEAVES:
            User.objects.filter(id=world.owners[1].id).update(is_active=False)
            world.gone = True
        for one in things:
            if one.made == hour:
                one.row, one.stages = one.make(world, one.case, now)
            if one.done == hour:
                row_id = one.row.id
                one.finish(one.row, world, now)
                one.row.id = row_id
        here = now.astimezone(LONDON)
        if here.hour != 8 and chance.random() < DOWN:
            continue
        deaths += _turn(now, chance)
        holding = _holding(things, world, hour)
        expected |= holding
        if here.hour == 8 and here.weekday() < 5 and here.date() not in HOLIDAYS:
            in_a_digest |= holding
    Server.refusing = Server.killing = 0.0
    for hour in range(3):
        mailing.send(BEGIN + (HOURS + hour) * HOUR)
    assert deaths > 15
    assert {kind for kind, *_ in expected} == set(clocks.BY_CODE) - {
        "access_review",
        "last_manager",
        "export",
    }
    _check(expected, in_a_digest)


def _check(expected: set[Rung], in_a_digest: set[Rung]) -> None:
    found = list(Reminder.objects.select_related("mail"))
    by_clock = sorted((row.kind, str(row.about), str(row.user_id)) for row in found)
    wanted = sorted((kind, str(about), str(user)) for kind, about, _, user in expected)
    assert by_clock == wanted, "each stage of each clock has rung once for each of its people"
    assert len(found) > 90
    assert all(row.mail for row in found if row.urgent)
    mailed = {(row.kind, row.about, row.user_id) for row in found if row.mail}
    assert {(kind, about, user) for kind, about, _, user in in_a_digest} <= mailed
    left = {one.user_id for one in Mail.objects.exclude(state="sent")}
    assert left <= set(User.objects.filter(is_active=False).values_list("id", flat=True))
    mails = {f"<{mail.id}@sharing.council.example>": mail.state for mail in Mail.objects.all()}
    assert {one for one, state in mails.items() if state == "sent"} <= set(Server.taken) <= set(mails)
    digests = [(one.user_id, one.day) for one in Mail.objects.filter(urgent=False)]
    assert len(digests) == len(set(digests)) > 15
    assert all(day.weekday() < 5 and day not in HOLIDAYS for _, day in digests)
