"""Mail about what waits: at once or in the day's digest, once each, and nothing in it but the fixed line."""

import re
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.urls import reverse

from cases.models import User
from sharing import mailing, reminders, rules
from sharing.models import Mail, Reminder
from tests.browser import BACKEND
from tests.cast import LONDON, CaseFile, go_live
from tests.sharing import waiting
from tests.sharing.waiting import MONDAY

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SITE = "https://sharing.council.example"
FORBIDDEN = ("domestic", "abuse", "marac", "refuge", "victim", "survivor", "perpetrator", "violence")
LINE = re.compile(
    r"T-[2-9A-Z]{6}: something (needs you by|is overdue since) "
    r"(the end of |\d{1,2}(:\d\d)?[ap]m )\w+day \d{1,2} \w+"
)


@pytest.fixture(autouse=True)
def _mail_goes_out(settings: Any) -> None:
    settings.SITE_URL, settings.DEMO = SITE, False
    refusing.refuse = False
    refusing.sent = []


class Refusing(BaseEmailBackend):
    """A mail server that takes everything or nothing."""

    def send_messages(self, messages: Any) -> int:
        if refusing.refuse:
            raise OSError("mary@council.example: no")
        refusing.sent += [one.extra_headers["Message-ID"] for one in messages]
        return len(messages)


class _State:
    refuse = False
    sent: list[str]


refusing = _State()
REFUSING = f"{__name__}.Refusing"


def urgent(case_file: CaseFile, by: User, at: datetime = MONDAY) -> None:
    """A request that has to be chased now."""
    waiting.request(waiting.decision(case_file.case, by, at), at, at)


def quiet(case_file: CaseFile, by: User, day: datetime) -> None:
    """A decision that is to be looked at again."""
    waiting.decision(case_file.case, by, day - DAY, review_on=day.date())


def body_of(message: EmailMessage) -> str:
    return str(message.body)


def test_what_is_urgent_is_a_mail_of_its_own_at_once(case_file: CaseFile, officer: User) -> None:
    urgent(case_file, officer)
    urgent(case_file, officer)
    late = MONDAY.replace(hour=22)
    mailing.turn(late)
    mailing.turn(late)
    assert [one.to for one in outbox.outbox] == [[officer.email]] * 2
    assert all(one.subject.startswith("Urgent: T-") for one in outbox.outbox)
    assert len({one.extra_headers["Message-ID"] for one in outbox.outbox}) == 2
    rows = Mail.objects.all()
    assert {(row.state, row.urgent, row.tries, row.sent_at) for row in rows} == {("sent", True, 1, late)}


def test_everything_else_waits_for_the_digest_of_a_working_day(case_file: CaseFile, officer: User) -> None:
    go_live(closed_days=["2026-03-09"])
    saturday = datetime(2026, 3, 7, 9, tzinfo=LONDON)
    quiet(case_file, officer, saturday)
    quiet(case_file, officer, saturday + DAY)
    for hours in (0, 12, 24, 40, 47, 48, 60, 70):
        mailing.turn(saturday + hours * HOUR)
        assert outbox.outbox == []
    for at in (datetime(2026, 3, 10, 8, tzinfo=LONDON), datetime(2026, 3, 10, 9, tzinfo=LONDON)):
        mailing.turn(at)
    (message,) = outbox.outbox
    assert message.subject == "2 things need you"
    assert Mail.objects.get().day.isoformat() == "2026-03-10"
    assert message.extra_headers["Message-ID"] == f"<{Mail.objects.get().id}@sharing.council.example>"


def test_one_digest_a_day_and_what_comes_later_is_in_the_next(case_file: CaseFile, officer: User) -> None:
    tuesday = MONDAY + DAY
    quiet(case_file, officer, MONDAY)
    mailing.turn(MONDAY)
    quiet(case_file, officer, MONDAY - DAY)
    mailing.turn(MONDAY + HOUR)
    assert len(outbox.outbox) == 1
    mailing.turn(tuesday.replace(hour=7, minute=59))
    assert len(outbox.outbox) == 1
    mailing.turn(tuesday.replace(hour=8, minute=0))
    assert len(outbox.outbox) == 2


def test_what_was_done_before_the_digest_is_not_in_it(case_file: CaseFile, officer: User) -> None:
    at = MONDAY.replace(hour=6)
    row = waiting.decision(case_file.case, officer, at - DAY, review_on=MONDAY.date())
    reminders.ring(at)
    assert Reminder.objects.count() == 1
    waiting.reviewed(row, officer, at)
    mailing.turn(MONDAY)
    assert outbox.outbox == []


def test_a_mail_says_nothing_but_reference_deadline_and_link(
    case_file: CaseFile, officer: User, manager: User, governance: User, client: Client
) -> None:
    decided = waiting.decision(case_file.case, officer, MONDAY, outcome="do_not_share", risk_level="high")
    waiting.incident(decided, MONDAY)
    waiting.request(decided, MONDAY, MONDAY)
    waiting.asked(case_file.case, officer, MONDAY, rules.ends(MONDAY.date()))
    mailing.turn(MONDAY)
    assert {to for one in outbox.outbox for to in one.to} == {officer.email, manager.email, governance.email}
    for message in outbox.outbox:
        *lines, end = body_of(message).strip().split("\n\n")
        assert end == mailing._END
        assert lines
        for line in lines:
            said, link = line.split(". ")
            assert LINE.fullmatch(said), said
            assert re.fullmatch(re.escape(SITE) + r"/tasks/T-[2-9A-Z]{6}/", link)
        assert LINE.fullmatch(message.subject.removeprefix("Urgent: ")) or "need" in message.subject
        whole = str(message.message()).lower()
        people = (officer, manager, governance, case_file.survivor, case_file.perpetrator, case_file.child)
        names = [part.lower() for one in people for part in one.name.split()]
        text = whole.replace(message.to[0], "")
        assert not [word for word in (*FORBIDDEN, *names, case_file.case.reference.lower()) if word in text]
    (row,) = Reminder.objects.filter(kind="incident")
    client.force_login(governance, backend=BACKEND)
    link = urlsplit(f"{SITE}{reverse('task', args=[row.reference])}").path
    assert client.get(link)["Location"].startswith("/incidents/I-")


@pytest.mark.parametrize(
    ("due_at", "words"),
    [
        (datetime(2026, 12, 1, 16, tzinfo=LONDON), "4pm Tuesday 1 December"),
        (datetime(2026, 12, 1, 9, 5, tzinfo=LONDON), "9:05am Tuesday 1 December"),
        (datetime(2026, 7, 1, 0, 0, tzinfo=LONDON), "12am Wednesday 1 July"),
        (rules.ends(datetime(2026, 7, 1).date()), "the end of Wednesday 1 July"),  # noqa: DTZ001 - a day
    ],
)
def test_a_deadline_is_said_in_london_time(due_at: datetime, words: str) -> None:
    assert mailing._by(due_at) == words


def test_whoever_has_left_gets_no_mail(case_file: CaseFile, officer: User, administrator: User) -> None:
    urgent(case_file, officer)
    found = reminders.ring(MONDAY)
    mailing.write(MONDAY, found)
    User.objects.filter(id=officer.id).update(is_active=False)
    mailing.send(MONDAY)
    assert outbox.outbox == []
    assert Mail.objects.get().state == "given_up"
    assert mailing.given_up() == 0, "that is nothing to repair"


def test_a_mail_that_is_refused_goes_later_and_then_is_given_up_for_the_administrator_to_see(
    case_file: CaseFile, officer: User, administrator: User, client: Client, settings: Any, caplog: Any
) -> None:
    settings.EMAIL_BACKEND, refusing.refuse = REFUSING, True
    urgent(case_file, officer)
    tries: list[datetime] = []
    at = MONDAY
    while Mail.objects.exclude(state="given_up").exists() or not Mail.objects.exists():
        mailing.turn(at)
        row = Mail.objects.get()
        tries += [at] if len(tries) < row.tries else []
        mailing.turn(row.try_at - timedelta(seconds=1))
        assert Mail.objects.get().tries == row.tries
        at = row.try_at
    waits = [later - earlier for earlier, later in pairwise(tries)]
    assert len(tries) == 12
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=1), HOUR)
    assert "council.example" not in caplog.text
    assert "was not taken (OSError), try 12" in caplog.text
    mailing.turn(at + DAY)
    assert Mail.objects.get().tries == 12
    client.force_login(administrator, backend=BACKEND)
    assert "1 e-mail to staff could not be delivered" in client.get(reverse("home")).content.decode()
    client.force_login(officer, backend=BACKEND)
    assert "Ask for an answer to the request" in client.get(reverse("home")).content.decode()


def test_a_server_that_takes_mail_again_gets_each_once(
    case_file: CaseFile, officer: User, settings: Any
) -> None:
    settings.EMAIL_BACKEND, refusing.refuse = REFUSING, True
    for _ in range(5):
        urgent(case_file, officer)
    mailing.turn(MONDAY)
    assert sum(row.tries for row in Mail.objects.all()) == mailing.AWAY_AFTER
    refusing.refuse = False
    for minutes in (1, 2, 3):
        mailing.turn(MONDAY + timedelta(minutes=minutes))
    assert len(refusing.sent) == len(set(refusing.sent)) == 5
    assert {row.state for row in Mail.objects.all()} == {"sent"}


def test_a_mail_that_a_killed_worker_held_goes_again_under_the_same_name(
    case_file: CaseFile, officer: User
) -> None:
    urgent(case_file, officer)
    found = reminders.ring(MONDAY)
    mailing.write(MONDAY, found)
    (mail,) = Mail.objects.all()
    assert mailing.claim(mail, MONDAY)
    assert not mailing.claim(mail, MONDAY), "it is somebody else's"
    mailing.send(MONDAY + mailing.STALE - timedelta(seconds=1))
    assert outbox.outbox == []
    mailing.send(MONDAY + mailing.STALE)
    assert [one.extra_headers["Message-ID"] for one in outbox.outbox] == [
        f"<{mail.id}@sharing.council.example>"
    ]
    mailing._settle(mail, 1, state="waiting")
    assert Mail.objects.get().state == "sent", "the killed worker was alive: it changes nothing any more"


def test_a_clock_that_was_set_back_rings_nothing_twice_and_loses_nothing(
    case_file: CaseFile, officer: User
) -> None:
    urgent(case_file, officer)
    quiet(case_file, officer, MONDAY)
    mailing.turn(MONDAY)
    for back in (HOUR, 30 * HOUR, timedelta(days=3)):
        mailing.turn(MONDAY - back)
    assert len(outbox.outbox) == 2
    later = MONDAY - HOUR
    waiting.request(waiting.decision(case_file.case, officer, MONDAY), later, MONDAY + HOUR)
    mailing.turn(MONDAY - HOUR)
    assert len(outbox.outbox) == 2
    mailing.turn(MONDAY + HOUR)
    assert len(outbox.outbox) == 3


@pytest.mark.parametrize(("demo", "site"), [(True, SITE), (False, "")])
def test_a_copy_without_an_address_and_a_demonstration_mail_nothing_and_say_so(
    demo: bool, site: str, case_file: CaseFile, officer: User, settings: Any, caplog: Any
) -> None:
    settings.DEMO, settings.SITE_URL = demo, site
    mailing.say_that_it_is_off.cache_clear()
    urgent(case_file, officer)
    mailing.turn(MONDAY)
    mailing.turn(MONDAY)
    assert outbox.outbox == []
    assert not Mail.objects.exists()
    assert Reminder.objects.get().mail is None
    assert caplog.text.count("No reminder is mailed") == 1


def test_what_waited_while_there_was_no_address_is_mailed_once_there_is_one(
    case_file: CaseFile, officer: User, settings: Any
) -> None:
    settings.SITE_URL = ""
    quiet(case_file, officer, MONDAY)
    mailing.turn(MONDAY)
    settings.SITE_URL = SITE
    mailing.turn(MONDAY + HOUR)
    assert len(outbox.outbox) == 1
