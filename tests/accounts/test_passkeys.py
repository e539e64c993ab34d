"""Passkeys: of this site, for what was asked, by an owner who showed a finger, a face or a PIN; once."""

import json
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from cases import two_step
from cases.models import User
from tests.accounts.test_two_step import AGAIN, CODES, STEP, sign_in
from tests.browser import BACKEND
from tests.passkey import Passkey

pytestmark = pytest.mark.django_db
ADD, ALONE = "/account/two-step/passkey/", "/sign-in/passkey/"


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def asked(page: Any) -> dict[str, Any]:
    """What a page hands to the browser."""
    found = re.search(r'<script id="passkey-options" type="application/json">(.*?)</script>', page.text)
    assert found
    options: dict[str, Any] = json.loads(found[1])
    return options


def add(user: User, key: Passkey, name: str = "Work phone") -> Any:
    client = Client()
    client.force_login(user, backend=BACKEND)
    options = asked(client.get(ADD))
    return client.post(ADD, {"name": name, "credential": key.make(options), "save": "1"})


def alone(key: Passkey, client: Client | None = None) -> Any:
    """Sign in with the passkey and nothing else."""
    client = client or Client()
    answer = key.use(client.get(ALONE, headers={"Accept": "application/json"}).json())
    return client.post(ALONE, {"credential": answer, "next": "/guidance/"})


def test_a_passkey_is_a_whole_sign_in(officer: User) -> None:
    key, client = Passkey(), Client()
    assert add(officer, key)["Location"] == CODES
    assert alone(key, client)["Location"] == "/guidance/"
    assert client.get("/guidance/").status_code == 200


def test_it_is_the_second_step_after_a_password(officer: User) -> None:
    key, client = Passkey(), Client()
    add(officer, key)
    assert sign_in(client, officer, "/guidance/")["Location"] == STEP
    answer = key.use(asked(client.get(STEP)))
    assert client.post(STEP, {"credential": answer, "code": ""})["Location"] == "/guidance/"
    assert client.get("/guidance/").status_code == 200


def test_an_answer_works_once(officer: User) -> None:
    key, client = Passkey(), Client()
    add(officer, key)
    client.force_login(officer, backend=BACKEND)
    answer = key.use(asked(client.get(AGAIN)))
    sent = {"credential": answer, "next": "/guidance/"}
    assert client.post(AGAIN, sent)["Location"] == "/guidance/"
    again = client.post(AGAIN, sent)
    assert again.status_code == 200
    assert two_step.WRONG_PASSKEY in again.text


def of_another_site(key: Passkey) -> None:
    key.origin = "https://testserver.evil.example"


def without_its_owner(key: Passkey) -> None:
    key.verified = False


def of_another_key(key: Passkey) -> None:
    key.key = Passkey().key


def of_another_id(key: Passkey) -> None:
    key.id = b"x" * 16


def of_another_person(key: Passkey) -> None:
    key.owner = "AAAA"


@pytest.mark.parametrize(
    "spoil", [of_another_site, without_its_owner, of_another_key, of_another_id, of_another_person]
)
def test_a_passkey_that_is_not_right_signs_nobody_in(officer: User, spoil: Any) -> None:
    key = Passkey()
    add(officer, key)
    spoil(key)
    answer = alone(key)
    assert answer["Location"] == "/sign-in/?next=%2Fguidance%2F"


@pytest.mark.parametrize("spoil", [of_another_site, without_its_owner])
def test_a_passkey_that_is_not_right_is_not_added(officer: User, spoil: Any) -> None:
    key = Passkey()
    spoil(key)
    answer = add(officer, key)
    assert answer.status_code == 200
    assert "The passkey was not made" in answer.text
    assert not two_step.has_any(officer)


def test_somebody_elses_passkey_is_not_ones_second_step(officer: User, colleague: User) -> None:
    mine, theirs, client = Passkey(), Passkey(), Client()
    add(officer, mine)
    add(colleague, theirs)
    sign_in(client, officer)
    answer = client.post(STEP, {"credential": theirs.use(asked(client.get(STEP)))})
    assert answer.status_code == 200
    assert client.get("/guidance/").status_code == 302


def test_a_leaver_reads_the_same_as_an_unknown_passkey(officer: User) -> None:
    key, unknown = Passkey(), Passkey()
    add(officer, key)
    officer.is_active = False
    officer.save()
    left, never = Client(), Client()
    assert alone(key, left)["Location"] == alone(unknown, never)["Location"]
    words = "The passkey did not work"
    assert words in left.get("/sign-in/").text
    assert words in never.get("/sign-in/").text


def test_several_have_names_and_each_is_removed_by_itself(client: Client, officer: User) -> None:
    phone, key = Passkey(), Passkey()
    add(officer, phone, "Phone")
    assert add(officer, key, "Grey <key>")["Location"] == "/account/two-step/"
    client.force_login(officer, backend=BACKEND)
    page = client.get("/account/two-step/").text
    assert "Phone" in page
    assert "Grey &lt;key&gt;" in page
    row = two_step.of(officer)[0]
    client.post(f"/account/two-step/{row.id}/remove/", {"save": "1"})
    assert alone(phone)["Location"].startswith("/sign-in/")
    assert alone(key)["Location"] == "/guidance/"
