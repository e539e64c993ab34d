"""Nobody stays signed in who does nothing; the same person goes on, somebody else begins anew."""

import time
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError

from cases import idle
from cases.models import User
from tests.cases.test_parking import lock, sign_in, signed_in

pytestmark = pytest.mark.django_db


def test_after_the_idle_time_the_session_is_locked_and_the_same_person_goes_on(officer: User) -> None:
    client = signed_in(officer)
    lock(client, 899)
    assert client.get("/cases/").status_code == 200
    lock(client, 901)
    assert client.get("/cases/")["Location"] == "/sign-in/?next=/cases/"
    assert Session.objects.count() == 1
    assert sign_in(client, officer, "/cases/")["Location"] == "/cases/"
    assert client.get("/cases/").status_code == 200


def test_somebody_else_at_a_locked_session_begins_anew(officer: User, colleague: User) -> None:
    client = signed_in(officer)
    session = client.session
    session["mark"] = "Olive’s"
    session.save()
    lock(client)
    sign_in(client, colleague, "/")
    assert client.get("/").context["user"] == colleague
    assert "mark" not in client.session


def test_ten_hours_are_the_most(officer: User) -> None:
    client = signed_in(officer)
    session = client.session
    session["signed_in_at"] = int(time.time()) - 10 * 3600 - 1
    session.save()
    assert client.get("/").status_code == 302


def test_what_is_done_is_noted_at_most_once_a_minute(
    officer: User, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(officer)
    seen = client.session["seen_at"]
    client.get("/")
    assert client.session["seen_at"] == seen
    lock(client, 61)
    client.get("/")
    assert client.session["seen_at"] >= seen


def test_a_page_that_is_slow_does_not_bring_back_what_was_ended(officer: User) -> None:
    client = signed_in(officer)
    lock(client, 61)
    key = client.cookies["dahashare"].value
    client.get("/quick-exit/")
    client.cookies["dahashare"] = key
    assert client.get("/").status_code == 302
    assert Session.objects.count() == 0


def test_staying_extends_and_peeking_does_not(officer: User) -> None:
    client = signed_in(officer)
    lock(client, 800)
    assert 95 <= client.post("/stay/", {"peek": "1"}).json()["remaining"] <= 100
    assert 95 <= client.post("/stay/", {"peek": "1"}).json()["remaining"] <= 100
    assert client.post("/stay/").json()["remaining"] >= 899
    assert client.get("/stay/").status_code == 405
    lock(client)
    answer = client.post("/stay/", {"peek": "1"}, headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json() == {"signed_out": True, "kept": False, "sign_in": "/sign-in/"}


def test_a_sign_in_changes_the_key_of_the_session(officer: User) -> None:
    client = signed_in(officer)
    before = client.cookies["dahashare"].value
    lock(client)
    sign_in(client, officer, "/")
    assert client.cookies["dahashare"].value != before
    assert Session.objects.count() == 1


def test_a_database_that_does_not_answer_makes_nobody_of_everybody(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bool:
        raise OperationalError

    client = signed_in(officer)
    monkeypatch.setattr(idle, "over", fail)
    assert client.get("/health/").status_code == 200
    assert client.get("/cases/").status_code == 302


def test_a_clock_that_was_set_back_keeps_nobody_signed_in(officer: User) -> None:
    client = signed_in(officer)
    lock(client, -3600)
    assert client.get("/cases/").status_code == 302
