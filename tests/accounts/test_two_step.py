"""The second step: asked of everybody, its secrets sealed, each code of use once, guessing slowed down."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Entry
from cases import two_step, two_step_actions
from cases.models import User
from tests.browser import BACKEND
from tests.cast import PASSWORD
from tests.clear import whole_database
from tests.second_step import code
from tests.test_matrix import MATRIX, POSTED

pytestmark = pytest.mark.django_db
INDEX, APP = "/account/two-step/", "/account/two-step/app/"
CODES, AGAIN, STEP = "/account/two-step/recovery-codes/", "/account/again/", "/sign-in/second-step/"
OPEN_BEFORE = {
    "accessibility", "account_login", "account_logout", "account_reauthenticate", "cookies", "health",
    "mfa_activate_totp", "mfa_add_webauthn", "mfa_authenticate", "mfa_index", "mfa_login_webauthn",
    "mfa_view_recovery_codes", "openid_connect_callback", "openid_connect_login", "privacy", "quick_exit",
    "stay", "welcome",
}  # fmt: skip
"""What somebody meets who has not taken the second step."""


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def sign_in(client: Client, user: User, back: str = "") -> Any:
    return client.post("/sign-in/", {"login": user.email, "password": PASSWORD, "next": back, "save": "1"})


def send(client: Client, address: str, fields: dict[str, str]) -> Any:
    """Post as a browser does; text that is none included."""
    body = urlencode(fields, errors="surrogatepass")
    return client.post(address, body, content_type="application/x-www-form-urlencoded")


def with_app(user: User) -> str:
    """Give somebody an app and recovery codes; its secret."""
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    two_step_actions.add_app(by=user, secret=secret, used=0)
    return secret


def codes_of(user: User) -> list[str]:
    codes = two_step.recovery_codes(user)
    assert codes is not None
    return list(codes.get_unused_codes())


def test_nothing_opens_before_the_second_step(
    client: Client, first_step_only: Callable[..., Client], officer: User, addresses: dict[str, Any]
) -> None:
    first_step_only(client, officer)
    for name in sorted(set(MATRIX) - OPEN_BEFORE):
        address = reverse(name, kwargs=addresses.get(name))
        for ask in (client.post,) if name in POSTED else (client.get, client.post):
            answer = ask(address)
            assert answer.status_code == 302, f"{name}: {answer.status_code}"
            assert answer["Location"].startswith(INDEX), f"{name} leads to {answer['Location']}"


def test_a_page_says_nothing_of_what_is_inside(
    client: Client, first_step_only: Callable[..., Client], officer: User
) -> None:
    page = first_step_only(client, officer).get(INDEX).text
    assert "Set up two-step sign-in" in page
    assert "Emergency share" not in page
    assert 'href="/cases/"' not in page


def test_the_demonstration_does_not_ask(
    client: Client, first_step_only: Callable[..., Client], officer: User, settings: Any
) -> None:
    settings.DEMO = True
    assert first_step_only(client, officer).get("/guidance/").status_code == 200


def test_asking_costs_no_query(client: Client, officer: User, settings: Any) -> None:
    client.force_login(officer, backend=BACKEND)
    client.get("/guidance/")
    counts = []
    for settings.DEMO in (True, False):
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/guidance/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_from_password_to_app_to_codes_to_where_one_was_going(client: Client, officer: User) -> None:
    assert sign_in(client, officer, "/guidance/")["Location"] == "/guidance/"
    assert client.get("/guidance/")["Location"] == f"{INDEX}?next=/guidance/"
    client.get(f"{INDEX}?next=/guidance/")
    page = client.get(APP).text
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    assert client.get(APP).text.count(found[1]) == 1, "a page looked at again shows another key"
    assert secret not in whole_database()
    assert "does not work" in client.post(APP, {"code": "000000"}).text
    assert client.get("/guidance/").status_code == 302
    right = code(secret)
    assert client.post(APP, {"code": f"{right[:3]} {right[3:]}", "save": "1"})["Location"] == CODES
    shown = client.get(CODES).text
    codes = codes_of(officer)
    assert len(codes) == 10
    assert all(f"{one[:4]} {one[4:]}" in shown for one in codes)
    assert client.post(CODES, {"save": "1"})["Location"] == "/guidance/"
    assert codes[0][:4] + " " not in client.get(CODES).text
    assert client.get("/guidance/").status_code == 200


def test_secrets_are_sealed(officer: User) -> None:
    secret = with_app(officer)
    database = whole_database()
    assert secret not in database
    row = two_step.recovery_codes(officer)
    assert row is not None
    assert two_step.Adapter().decrypt(row.instance.data["seed"]) not in database
    assert not any(one in database for one in codes_of(officer))


def test_after_the_password_the_code_and_each_code_once(officer: User) -> None:
    secret = with_app(officer)
    right = code(secret)
    first, second = Client(), Client()
    assert sign_in(first, officer, "/guidance/")["Location"] == STEP
    assert first.get("/guidance/")["Location"] == "/sign-in/?next=/guidance/"
    assert first.post(STEP, {"code": right, "save": "1"})["Location"] == "/guidance/"
    assert first.get("/guidance/").status_code == 200
    sign_in(second, officer)
    again = second.post(STEP, {"code": right, "save": "1"})
    assert again.status_code == 200
    assert two_step.WRONG_CODE in again.text
    assert second.get("/guidance/").status_code == 302
    assert second.post(STEP, {"code": code(secret, later=1)})["Location"] == "/"


def test_a_recovery_code_works_once(officer: User) -> None:
    with_app(officer)
    one = codes_of(officer)[3]
    for expected in (302, 200):
        client = Client()
        sign_in(client, officer)
        assert client.post(STEP, {"code": f"{one[:4]}-{one[4:]}"}).status_code == expected
    assert len(codes_of(officer)) == 9
    assert Entry.objects.filter(subject=officer.id, kind="user.recovery_code_used").count() == 1


def test_guessing_codes_is_slowed_down(client: Client, officer: User) -> None:
    secret = with_app(officer)
    sign_in(client, officer)
    for _ in range(5):
        client.post(STEP, {"code": "000000"})
    answer = client.post(STEP, {"code": code(secret)})
    assert answer.status_code == 200
    assert "Wait 5 minutes" in answer.text


JUNK = [
    {"code": ""}, {"code": "1" * 10_000}, {"code": "12345\0"}, {"code": "\u0661" * 6}, {"code": "\udfff"},
    {"code": "x", "who": "y"}, {"credential": "{"}, {"credential": "[]"}, {"credential": "[" * 9000},
    {"credential": "{}"}, {"credential": json.dumps({"id": [], "rawId": 1, "response": [], "type": {}})},
    {"credential": json.dumps({"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {
        "clientDataJSON": "e30", "authenticatorData": "YQ", "signature": "YQ", "userHandle": "_w"}})},
]  # fmt: skip


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_junk_is_an_error_on_the_page(officer: User, administrator: User, junk: dict[str, str]) -> None:
    with_app(officer)
    half, inside, nobody = Client(), Client(), Client()
    sign_in(half, officer)
    inside.force_login(administrator, backend=BACKEND)
    passkey = {"name": "Phone", **junk}
    for client, address, sent in (
        (half, STEP, junk), (inside, APP, junk), (inside, "/account/two-step/passkey/", passkey),
    ):  # fmt: skip
        client.get(address)
        answer = send(client, address, sent)
        assert answer.status_code == 200
        assert "There is a problem" in answer.text
    nobody.get("/sign-in/passkey/")
    answer = send(nobody, "/sign-in/passkey/", junk | {"next": "//evil.example"})
    assert answer["Location"] == "/sign-in/"
    assert Authenticator.objects.filter(user=administrator).count() == 0


def test_a_locked_session_does_not_lend_its_second_step(officer: User) -> None:
    secret, client = with_app(officer), Client()
    sign_in(client, officer)
    client.post(STEP, {"code": code(secret)})
    session = client.session
    session["seen_at"] -= 3600
    record = session["account_authentication_methods"][-1]
    session["account_authentication_methods"] = [{**record, "type": "webauthn", "passwordless": True}]
    session.save()
    assert client.get("/guidance/")["Location"].startswith("/sign-in/")
    assert sign_in(client, officer)["Location"] == STEP
    assert client.get("/guidance/")["Location"].startswith("/sign-in/")


def test_a_one_time_link_does_not_go_round_the_second_step(officer: User, administrator: User) -> None:
    from cases import account_actions

    secret, client = with_app(officer), Client()
    token = account_actions.new_link(by=administrator, user=officer)
    words = "four more unrelated words"
    answer = client.post(f"/welcome/{token}/", {"password": words, "again": words, "save": "1"})
    assert answer["Location"] == STEP
    assert client.get("/guidance/")["Location"].startswith("/sign-in/")
    assert client.post(STEP, {"code": code(secret)})["Location"] == "/"


def test_a_first_step_alone_changes_nothing_of_the_second(
    client: Client, first_step_only: Callable[..., Client], officer: User
) -> None:
    secret = with_app(officer)
    first_step_only(client, officer)
    row = two_step.of(officer)[0]
    for address in (INDEX, "/account/two-step/passkey/", CODES, f"{CODES}new/", f"{INDEX}{row.id}/remove/"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith((AGAIN, INDEX))
    assert client.post(f"{INDEX}{row.id}/remove/").status_code == 302
    assert two_step.has_any(officer)
    assert client.post(AGAIN, {"code": code(secret), "next": "/guidance/"})["Location"] == "/guidance/"
    assert client.get("/guidance/").status_code == 200


def test_removing_the_last_leads_back_to_the_set_up(client: Client, officer: User) -> None:
    with_app(officer)
    client.force_login(officer, backend=BACKEND)
    row = two_step.of(officer)[0]
    assert "It is the only one" in client.get(f"{INDEX}{row.id}/remove/").text
    assert client.post(f"{INDEX}{row.id}/remove/", {"save": "1"})["Location"] == INDEX
    assert Authenticator.objects.count() == 0
    assert client.get("/guidance/")["Location"] == f"{INDEX}?next=/guidance/"
    kinds = list(Entry.objects.filter(subject=officer.id).order_by("seq").values_list("kind", flat=True))
    assert kinds == ["user.second_step_added", "user.second_step_removed"]


def test_nobody_removes_anothers(client: Client, officer: User, colleague: User) -> None:
    with_app(officer)
    client.force_login(colleague, backend=BACKEND)
    row = two_step.of(officer)[0]
    assert client.get(f"{INDEX}{row.id}/remove/").status_code == 404
    assert client.post(f"{INDEX}{row.id}/remove/").status_code == 404
    assert two_step.has_any(officer)


def test_new_recovery_codes_end_the_old_ones(client: Client, officer: User) -> None:
    with_app(officer)
    old = codes_of(officer)
    client.force_login(officer, backend=BACKEND)
    assert client.post(f"{CODES}new/", {"save": "1"})["Location"] == CODES
    new = codes_of(officer)
    assert not set(old) & set(new)
    assert two_step.prove(officer, old[0]) is None
    assert two_step.prove(officer, new[0]) is not None
