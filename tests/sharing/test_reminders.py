"""A clock rings once: by many workers at once, killed by force; and its link leads its owner alone."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from cases.models import User
from dahashare import tasks
from sharing import clocks, mailing, reminders
from sharing.models import Mail, Reminder
from tests.browser import BACKEND
from tests.cast import CaseFile
from tests.sharing import waiting
from tests.sharing.waiting import MONDAY

HOUR = timedelta(hours=1)
WORKERS, KILLS = 4, 12


@pytest.fixture(autouse=True)
def _mail_goes_out(settings: Any) -> None:
    settings.SITE_URL, settings.DEMO = "https://sharing.council.example", False


def much(case_file: CaseFile, officer: User) -> int:
    """Urgent and not, for two people; how many reminders that makes by Monday at ten."""
    for _ in range(3):
        decision = waiting.decision(
            case_file.case, officer, MONDAY, outcome="do_not_share", risk_level="high"
        )
        waiting.request(decision, MONDAY, MONDAY)
        waiting.decision(case_file.case, officer, MONDAY, review_on=MONDAY.date())
    return 9


class ToFile(BaseEmailBackend):
    """A mail server that writes down what it took, so that a killed worker's mail counts."""

    path: Path

    def send_messages(self, messages: Any) -> int:
        with ToFile.path.open("a") as taken:
            for one in messages:
                taken.write(one.extra_headers["Message-ID"] + "\n")
                taken.flush()
                os.fsync(taken.fileno())
        return len(messages)


@pytest.mark.django_db(transaction=True)
def test_workers_that_turn_at_once_have_one_effect(case_file: CaseFile, officer: User, manager: User) -> None:
    expected = much(case_file, officer)

    def turn(_: int) -> None:
        try:
            mailing.turn(MONDAY)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(turn, range(WORKERS)))
    mailing.turn(MONDAY)
    assert Reminder.objects.count() == expected
    assert not Reminder.objects.filter(mail=None).exists()
    ids = [one.extra_headers["Message-ID"] for one in outbox.outbox]
    assert len(ids) == len(set(ids)) == Mail.objects.count() == 3 + 2
    assert not Mail.objects.exclude(state="sent", tries=1).exists()


@pytest.mark.django_db(transaction=True)
def test_workers_that_are_killed_by_force_lose_and_double_nothing(
    case_file: CaseFile, officer: User, manager: User, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.ToFile"
    ToFile.path = tmp_path / "taken"
    expected = much(case_file, officer)
    killed = sum(_killed_in(statement) for statement in range(14, 14 + 4 * KILLS, 4))
    assert killed > KILLS // 2
    mailing.turn(MONDAY + 2 * HOUR)
    assert Reminder.objects.filter(rang_at__lt=MONDAY + HOUR).count() == expected
    assert not Reminder.objects.filter(mail=None).exists()
    assert {mail.state for mail in Mail.objects.all()} == {"sent"}
    sent = {f"<{mail.id}@sharing.council.example>" for mail in Mail.objects.all()}
    assert set(ToFile.path.read_text().split()) == sent


def _killed_in(statement: int) -> bool:
    """A worker in a process of its own turns and is killed before its statement of this number."""
    connections.close_all()
    if not (child := os.fork()):
        try:
            left = iter(range(statement))

            def count(execute: Any, *arguments: Any) -> Any:
                if next(left, None) is None:
                    os.kill(os.getpid(), signal.SIGKILL)
                return execute(*arguments)

            with connection.execute_wrapper(count):
                mailing.turn(MONDAY)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.django_db
def test_the_task_rings_and_mails(case_file: CaseFile, officer: User) -> None:
    waiting.request(waiting.decision(case_file.case, officer, MONDAY), MONDAY, MONDAY)
    tasks.remind()
    tasks.remind()
    assert Reminder.objects.count() == 1
    assert len(outbox.outbox) == 1


# --- where the link leads -------------------------------------------------------------------------


@pytest.fixture
def reminder(db: None, case_file: CaseFile, officer: User) -> Reminder:
    waiting.request(waiting.decision(case_file.case, officer, MONDAY), MONDAY, MONDAY)
    reminders.ring(MONDAY)
    return Reminder.objects.get()


def ask(user: User, reference: str) -> Any:
    """What the link answers to somebody."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.get(reverse("task", args=[reference]))


def test_the_link_leads_to_the_page(reminder: Reminder, officer: User) -> None:
    answer = ask(officer, reminder.reference)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/requests/R-")


def test_the_link_leads_nobody_else_and_nobody_who_is_shut_out(
    reminder: Reminder, officer: User, colleague: User, manager: User, case_file: CaseFile
) -> None:
    case_file.case.exclusions.create(user=officer, reason="A relative")
    for user in (colleague, manager, officer):
        nowhere = ask(user, "T-ZZZZZZ")
        assert nowhere.status_code == 404
        assert ask(user, reminder.reference).content == nowhere.content


def test_every_clock_leads_to_a_page_that_is_there(reminder: Reminder) -> None:
    for clock in clocks.CLOCKS:
        model, page, column = clock.page
        assert model._meta.get_field(column)
        kept = reverse(page, args=[reminder.about if column == "id" else "C-222222"])
        assert kept.startswith("/")
