"""GET /health/: 200 with each part's state, and nothing else."""

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from audit import guards
from cases import vault
from cases.models import Canary, Case, Team, User
from dahashare.celery import app
from dahashare.keys import make_keys, new_case_key
from dahashare.tasks import HEARTBEAT, clear_sessions, heartbeat
from tests.cast import make_case

pytestmark = pytest.mark.django_db
PARTS = {"database", "guards", "keys", "log", "checkpoints", "cache", "queue", "worker"}


@pytest.fixture(autouse=True)
def _no_heartbeat() -> Iterator[None]:
    cache.delete(HEARTBEAT)
    yield
    cache.delete(HEARTBEAT)


def test_a_stranger_learns_each_part_and_nothing_else(client: Client) -> None:
    heartbeat()
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", **dict.fromkeys(PARTS, "ok")}


def test_a_worker_that_is_silent_is_down(client: Client) -> None:
    assert client.get("/health/").json()["worker"] == "down"
    cache.set(HEARTBEAT, int(time.time()) - 3600)
    answer = client.get("/health/").json()
    assert (answer["worker"], answer["status"]) == ("down", "down")


def test_a_missing_guard_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "missing", lambda: ["entry_update"])
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json()["guards"] == "down"
    assert "entry_update" not in answer.text


def test_a_missing_key_is_told(client: Client, settings: Settings) -> None:
    settings.KEYS_DIR = settings.DATA_DIR / "nowhere"
    answer = client.get("/health/").json()
    assert (answer["keys"], answer["database"]) == ("down", "ok")


def test_asking_stores_nothing_and_leaves_the_keys_in_use(
    client: Client, settings: Settings, tmp_path: Path, officer: User, team: Team
) -> None:
    make_keys(tmp_path)
    settings.KEYS_DIR, file = tmp_path, tmp_path / "case-keys"
    vault.check_canary()
    right, subject = file.read_text(), uuid4()
    vault.new_key(subject)
    file.write_text(f"{right}{new_case_key()}\n")
    assert client.get("/health/").json()["keys"] == "ok"
    vault.seal(subject, b"text", b"place")
    assert Canary.objects.count() == 1
    file.write_text(f"{right.split()[0]} {new_case_key().split()[1]}\n")
    assert client.get("/health/").json()["keys"] == "down"
    case = make_case(officer, team).case
    file.write_text(right)
    vault.forget()
    assert Case.objects.get(id=case.id).staff_safety == "Visit in twos"


def test_a_queue_that_is_gone_is_told_and_the_others_still_are(client: Client) -> None:
    before = app.conf.broker_url
    app.conf.broker_url = "redis://127.0.0.1:9/0"
    try:
        answer = client.get("/health/").json()
    finally:
        app.conf.broker_url = before
    assert (answer["queue"], answer["database"]) == ("down", "ok")


def test_only_looking_is_allowed(client: Client) -> None:
    assert client.post("/health/").status_code == 405


def test_sessions_that_are_over_are_cleared(client: Client) -> None:
    session = client.session
    session["x"] = 1
    session.set_expiry(-10)
    session.save()
    clear_sessions()
    assert not Session.objects.exists()
