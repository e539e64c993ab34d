"""A form that comes after its session has ended is kept, sealed, for its sender alone."""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import parking
from cases.models import ParkedPost, Person, User
from dahashare.tasks import sweep
from tests.browser import BACKEND
from tests.cast import PASSWORD, CaseFile
from tests.clear import whole_database
from tests.second_step import take

pytestmark = pytest.mark.django_db
SECRET = "Zinnia Parkdale was seen at the bus station"


def signed_in(user: User, **options: Any) -> Client:
    """A browser in which somebody is signed in."""
    client = Client(**options)
    client.force_login(user, backend=BACKEND)
    return client


def send(client: Client, address: str, data: Mapping[str, str], **headers: str) -> Any:
    """Post a form as a browser does."""
    kind = "application/x-www-form-urlencoded"
    return client.post(address, urlencode(data), content_type=kind, headers=headers)


def lock(client: Client, seconds: int = 3600) -> None:
    """Let this much time pass in which nothing was done."""
    session = client.session
    session["seen_at"] = int(time.time()) - seconds
    session.save()


def sign_in(client: Client, user: User, back: str) -> Any:
    """Sign in on the page, with the second step."""
    sent = {"login": user.email, "password": PASSWORD, "next": back, "save": "1"}
    answer = client.post("/sign-in/", sent)
    take(client, user)
    return answer


@pytest.fixture
def add_person(case_file: CaseFile) -> tuple[str, dict[str, str]]:
    """An address, and a form for it."""
    address = reverse("case_person_add", args=[case_file.case.reference])
    return address, {"role": "other", "name": SECRET, "save": "1"}


@pytest.fixture
def late(officer: User, add_person: tuple[str, dict[str, str]]) -> Client:
    """A browser that sent a form after its session was locked."""
    client = signed_in(officer)
    lock(client)
    answer = send(client, *add_person)
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/parked/")
    return client


def test_a_form_that_comes_too_late_is_kept_and_sent_again_after_sign_in(
    late: Client, officer: User, add_person: tuple[str, dict[str, str]]
) -> None:
    assert sign_in(late, officer, "/parked/")["Location"] == "/parked/"
    page = late.get("/parked/")
    assert "Nothing was saved" in page.text
    found = page.context["parked"]
    assert found.path == add_person[0]
    assert dict(found.fields) == add_person[1]
    assert not Person.objects.filter(role="other").exists()
    send(late, found.path, dict(found.fields))
    assert [one.name for one in Person.objects.filter(role="other")] == [SECRET]
    assert not ParkedPost.objects.exists()
    assert "Nothing is kept here" in late.get("/parked/").text


def test_what_is_kept_is_shown_until_it_is_sent_or_left(late: Client, officer: User) -> None:
    sign_in(late, officer, "/parked/")
    assert SECRET in late.get("/parked/").text
    assert SECRET in late.get("/parked/").text
    assert late.post("/parked/")["Location"] == "/"
    assert not ParkedPost.objects.exists()
    assert SECRET not in late.get("/parked/").text


def test_neither_the_token_nor_anything_in_clear_is_stored(
    officer: User, add_person: tuple[str, dict[str, str]]
) -> None:
    client = signed_in(officer)
    lock(client)
    send(client, add_person[0], {**add_person[1], "csrfmiddlewaretoken": "T" * 64})
    row = ParkedPost.objects.get()
    assert b"Zinnia" not in bytes(row.sealed)
    cookie = client.cookies[parking.cookie_name()]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 1800
    assert cookie.value.encode() not in bytes(row.token_hash) + bytes(row.sealed)
    sign_in(client, officer, "/parked/")
    assert "csrfmiddlewaretoken" not in dict(client.get("/parked/").context["parked"].fields)
    assert "Zinnia" not in whole_database()


def test_somebody_else_is_told_that_nothing_is_kept(late: Client, colleague: User) -> None:
    sign_in(late, colleague, "/parked/")
    page = late.get("/parked/")
    assert page.status_code == 200
    assert "Nothing is kept here" in page.text
    assert SECRET not in page.text


@pytest.mark.parametrize("key", ["", "x", "A" * 43 + "=", "é", "%%%", "A" * 5000])
def test_another_key_opens_nothing(late: Client, officer: User, key: str) -> None:
    sign_in(late, officer, "/parked/")
    late.cookies[parking.cookie_name()] = key.encode().decode("latin-1")
    assert "Nothing is kept here" in late.get("/parked/").text


def test_an_altered_row_opens_nothing(late: Client, officer: User) -> None:
    sign_in(late, officer, "/parked/")
    ParkedPost.objects.update(path="/account/password/")
    assert "Nothing is kept here" in late.get("/parked/").text


def test_after_half_an_hour_it_is_gone(late: Client, officer: User) -> None:
    sign_in(late, officer, "/parked/")
    sweep()
    assert ParkedPost.objects.count() == 1
    ParkedPost.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "Nothing is kept here" in late.get("/parked/").text
    sweep()
    sweep()
    assert not ParkedPost.objects.exists()


def test_one_form_is_kept_for_one_person(late: Client, add_person: tuple[str, dict[str, str]]) -> None:
    send(late, add_person[0], {**add_person[1], "name": "Second"})
    assert ParkedPost.objects.count() == 1


def test_without_the_row_of_the_session_nothing_is_kept(
    officer: User, add_person: tuple[str, dict[str, str]]
) -> None:
    client = signed_in(officer)
    Session.objects.all().delete()
    assert send(client, *add_person)["Location"] == "/sign-in/?next=/"
    assert not ParkedPost.objects.exists()


def test_nothing_is_kept_for_a_leaver(officer: User, add_person: tuple[str, dict[str, str]]) -> None:
    client = signed_in(officer)
    User.objects.filter(id=officer.id).update(is_active=False)
    send(client, *add_person)
    assert not ParkedPost.objects.exists()


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/account/password/", {"oldpassword": "x", "password1": "y"}),
        ("/stay/", {}),
        ("/parked/", {}),
        ("/nothing/at/all/", {"a": "1"}),
        ("/cases/new/", {"name": "x" * 100_001}),
    ],
)
def test_what_is_never_kept(officer: User, address: str, data: dict[str, str]) -> None:
    client = signed_in(officer)
    lock(client)
    send(client, address, data)
    assert not ParkedPost.objects.exists()


def test_only_what_a_form_sends_is_kept(officer: User) -> None:
    client = signed_in(officer)
    lock(client)
    client.post("/cases/new/", b"{}", content_type="application/json")
    client.get("/cases/new/", {"name": SECRET})
    assert not ParkedPost.objects.exists()


# --- a token that is stale because somebody signed in again in another tab ---------------------------------


def test_a_form_with_the_token_of_an_earlier_sign_in_can_be_sent_again(
    officer: User, add_person: tuple[str, dict[str, str]]
) -> None:
    client = signed_in(officer, enforce_csrf_checks=True)
    address, data = add_person
    answer = send(client, address, {**data, "csrfmiddlewaretoken": "x"}, Origin="http://testserver")
    assert (answer.status_code, answer["Location"]) == (302, "/parked/")
    assert dict(client.get("/parked/").context["parked"].fields) == data


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Referer": "https://evil.example/http://testserver/"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_what_another_website_sends_is_never_kept(
    officer: User, add_person: tuple[str, dict[str, str]], headers: dict[str, str]
) -> None:
    client = signed_in(officer, enforce_csrf_checks=True)
    assert send(client, add_person[0], add_person[1], **headers).status_code == 403
    assert not ParkedPost.objects.exists()
