"""What every address does before a view is asked: closed, unreadable, unknown, failing, never kept."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from cases.models import User

pytestmark = [pytest.mark.urls("tests.journeys.look_urls"), pytest.mark.django_db]
PASSWORD = "three unrelated words"
BACKEND = "cases.signed_in.Backend"


@pytest.fixture
def somebody() -> User:
    """An officer of the demonstration, with a password."""
    user = User(email="officer@demo.example", name="Olu Officer", role=User.Role.OFFICER)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def inside(client: Client, somebody: User) -> Client:
    """Signed in."""
    client.force_login(somebody, backend=BACKEND)
    return client


@pytest.mark.parametrize("path", ["/", "/sample/", "/forbidden/", "/hidden/C-1/", "/account/password/"])
def test_a_page_is_closed_unless_it_says_it_is_open(client: Client, path: str) -> None:
    response = client.get(path + "?q=Sam+Secret")
    assert response.status_code == 302
    assert response["Location"] == f"/sign-in/?next={path}"


def test_a_form_sent_after_the_session_ended_does_not_come_back_to_a_page_that_only_takes_forms(
    client: Client,
) -> None:
    assert client.post("/sample/", {"who": "x"})["Location"] == "/sign-in/?next=/"


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_sign_in_leads_nowhere_else(client: Client, somebody: User, away: str) -> None:
    answers = {"login": somebody.email, "password": PASSWORD, "next": away, "save": "1"}
    response = client.post("/sign-in/", answers)
    assert (response.status_code, response["Location"]) == (302, "/")


@pytest.mark.parametrize(
    "address", ["/sample/?q=%00", "/sample/%00", "/?q=%ED%A0%80", "/?a=%00%00&b=1", "/?%ff=1"]
)
def test_an_unreadable_address_is_a_plain_400(inside: Client, address: str) -> None:
    response = inside.get(address)
    assert response.status_code == 400
    assert "could not be read" in response.text
    assert "Content-Security-Policy" in response.headers


def test_an_unreadable_cookie_is_a_plain_400(client: Client, settings: Any) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "aaaaaaaaaaaa\0"
    assert client.get("/sign-in/").status_code == 400


@pytest.mark.parametrize(
    "path", ["/", "/sign-in/", "/cookies/", "/nothing/", "/hidden/C-1/", "/forbidden/", "/?q=%00"]
)
def test_nothing_is_kept_by_a_browser(inside: Client, path: str) -> None:
    response = inside.get(path)
    assert response["Cache-Control"] == "no-store"
    assert "camera=()" in response["Permissions-Policy"]


def test_a_stranger_gets_the_very_same_404_as_for_nothing(inside: Client) -> None:
    hidden, nothing, deep = (inside.get(p) for p in ("/hidden/C-7F3K2Q/", "/nothing/%FF/", "/é/"))
    assert hidden.status_code == nothing.status_code == 404
    assert hidden.content == nothing.content == deep.content
    assert b"secret" not in hidden.content
    assert b"C-7F3K2Q" not in hidden.content
    assert sorted(hidden.headers) == sorted(nothing.headers)


def test_error_pages_say_nothing_of_the_reason(inside: Client) -> None:
    inside.raise_request_exception = False
    for path, status in (("/forbidden/", 403), ("/hidden/C-1/", 404), ("/broken/", 500)):
        response = inside.get(path)
        assert response.status_code == status
        assert b"secret" not in response.content
        assert b"<h1" in response.content


def test_a_form_without_its_token_gets_words_that_help(somebody: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(somebody, backend=BACKEND)
    response = client.post("/sample/", {"who": "x"})
    assert response.status_code == 403
    assert "This page was open too long" in response.text


def test_a_leaver_reads_the_same_words_as_a_stranger(client: Client, somebody: User) -> None:
    User._default_manager.filter(pk=somebody.pk).update(is_active=False)
    answers = {"login": somebody.email, "password": PASSWORD, "save": "1"}
    leaver = client.post("/sign-in/", answers)
    stranger = client.post("/sign-in/", {**answers, "login": "nobody@demo.example"})
    words = "Check the e-mail address and the password: they do not belong together"
    assert leaver.status_code == stranger.status_code == 200
    assert words in leaver.text
    assert words in stranger.text


def test_a_leaver_is_out_at_once(inside: Client, somebody: User) -> None:
    assert inside.get("/").status_code == 200
    User._default_manager.filter(pk=somebody.pk).update(is_active=False)
    assert inside.get("/").status_code == 302


def test_guessing_is_slowed_down(client: Client, somebody: User) -> None:
    cache.clear()
    for _ in range(5):
        client.post("/sign-in/", {"login": somebody.email, "password": "wrong", "save": "1"})
    response = client.post("/sign-in/", {"login": somebody.email, "password": PASSWORD, "save": "1"})
    assert response.status_code == 200
    assert "Wait 5 minutes" in response.text
    cache.clear()


@pytest.mark.parametrize(
    "answers",
    [
        {"login": "a\0@b.example", "password": "x"},
        {"login": "x" * 9000, "password": "y" * 9000},
        {"login": "\u202e"},
        {},
    ],
)
def test_junk_at_the_door_is_an_error_beside_the_field(client: Client, answers: dict[str, str]) -> None:
    response = client.post("/sign-in/", answers)
    assert response.status_code == 200
    assert "There is a problem" in response.text


@pytest.mark.parametrize("path", ["/signup/", "/sign-up/", "/email/", "/account/email/", "/password/reset/"])
def test_nobody_signs_up(inside: Client, path: str) -> None:
    assert inside.get(path).status_code == 404


def test_quick_exit_ends_the_session_on_the_server(inside: Client) -> None:
    assert Session.objects.count() == 1
    response = inside.get("/quick-exit/")
    assert response.status_code == 200
    assert "dahashare" not in response.text
    assert Session.objects.count() == 0
    assert inside.get("/").status_code == 302


def test_a_new_password_is_asked_twice_and_works(inside: Client, somebody: User) -> None:
    words = "four more unrelated words"
    answers = {"oldpassword": PASSWORD, "password1": words, "password2": words + "!", "save": "1"}
    assert "There is a problem" in inside.post("/account/password/", answers).text
    assert inside.post("/account/password/", {**answers, "password2": words})["Location"] == "/"
    somebody.refresh_from_db()
    assert somebody.check_password(words)


def test_the_demonstration_opens_to_this_machine_only(client: Client, somebody: User, settings: Any) -> None:
    settings.DEMO = True
    answers = {"role": "officer"}
    assert client.post("/demo/sign-in/", answers, REMOTE_ADDR="192.0.2.7").status_code == 404
    for header in (
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Real-IP",
        "Via",
    ):
        assert client.post("/demo/sign-in/", answers, headers={header: "1.1 a"}).status_code == 404, header
    assert client.post("/demo/sign-in/", {"role": "root"}).status_code == 404
    assert client.post("/demo/sign-in/", {"role": "manager"}).status_code == 404
    assert client.get("/").status_code == 302
    assert client.post("/demo/sign-in/", answers)["Location"] == "/"
    assert client.get("/").status_code == 200


def test_a_live_copy_has_no_such_address(client: Client, somebody: User, settings: Any) -> None:
    from dahashare.account_urls import account_urls

    assert "demo_sign_in" not in {url.name for url in account_urls(demo=False)}
    settings.DEMO = False
    assert client.post("/demo/sign-in/", {"role": "officer"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("&".join(f"f{n}=1" for n in range(2001)), "application/x-www-form-urlencoded"),
        ("x=" + "y" * 1_000_001, "application/x-www-form-urlencoded"),
        ("no boundary", "multipart/form-data; boundary=\u00e9"),
        ("login=\u0000&password=%00%ff", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_too_much_or_no_form_is_never_a_500(client: Client, body: str, kind: str) -> None:
    response = client.generic("POST", "/sign-in/", body, content_type=kind)
    assert response.status_code in {200, 400}
    assert "<h1" in response.text
