"""Guessing is slowed down for each account and each address; no answer and no time tells who is here."""

import re
from statistics import median
from time import thread_time
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.test import Client, RequestFactory

from cases import account_actions
from cases.adapter import Adapter
from cases.models import User
from tests.cast import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
WRONG = "not the password"
NOWHERE = "0.0.0.0"  # noqa: S104 - stands for no address
TOO_MANY = Adapter.error_messages["too_many_login_attempts"]


class Hasher(PBKDF2PasswordHasher):
    """The hasher of real use with a quarter of its rounds: what counts is who runs it and who does not."""

    iterations = 250_000


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def ask(email: str, password: str = WRONG, **sent: Any) -> Any:
    return Client().post("/sign-in/", {"login": email, "password": password}, **sent)


def plain(response: Any, email: str) -> str:
    """The page without the token of its forms and the address that was typed."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return str(text.replace(email, "…"))


@pytest.fixture
def strangers(officer: User, deactivated: User, administrator: User) -> dict[str, str]:
    """E-mail addresses that sign nobody in with WRONG, by what they belong to."""
    left = UserFactory(email="left@council.example")
    account_actions.deactivate(by=administrator, user=left)
    new, _ = account_actions.add_user(by=administrator, email="new@council.example", name="N", role="officer")
    return {
        "known": officer.email, "unknown": "nobody@council.example", "deactivated": deactivated.email,
        "left": left.email, "invited": new.email, "capitals": officer.email.upper(),
    }  # fmt: skip


def test_the_same_words_for_whoever_it_is_before_and_after_the_limit(strangers: dict[str, str]) -> None:
    del strangers["capitals"]
    first = {name: ask(email) for name, email in strangers.items()}
    assert {answer.status_code for answer in first.values()} == {200}
    assert len({plain(answer, strangers[name]) for name, answer in first.items()}) == 1
    cache.clear()
    for number in range(5):
        for email in strangers.values():
            ask(email, REMOTE_ADDR=f"10.0.0.{number}")
    over = {
        name: ask(email, PASSWORD, REMOTE_ADDR=f"10.1.0.{number}")
        for number, (name, email) in enumerate(strangers.items())
    }
    assert all(TOO_MANY in answer.content.decode() for answer in over.values())
    assert len({plain(answer, strangers[name]) for name, answer in over.items()}) == 1


def test_a_deactivated_person_with_the_right_password_is_a_wrong_password(
    deactivated: User, officer: User
) -> None:
    right, wrong = ask(deactivated.email, PASSWORD), ask(officer.email)
    assert plain(right, deactivated.email) == plain(wrong, officer.email)


def test_an_account_is_counted_whatever_the_address_the_spelling_and_the_host(officer: User) -> None:
    for number in range(5):
        email = officer.email.upper() if number % 2 else f" {officer.email} "
        host = "localhost" if number % 2 else "127.0.0.1"
        ask(email, REMOTE_ADDR=f"10.0.0.{number}", HTTP_HOST=host)
    assert TOO_MANY in ask(officer.email, PASSWORD, REMOTE_ADDR="10.9.9.9").content.decode()
    assert ask("olive2@council.example").status_code == 200


def test_an_address_is_counted_whatever_the_account(officer: User) -> None:
    for number in range(20):
        ask(f"guess{number}@council.example", REMOTE_ADDR="10.0.0.7")
    assert TOO_MANY in ask(officer.email, PASSWORD, REMOTE_ADDR="10.0.0.7").content.decode()
    assert ask(officer.email, PASSWORD, REMOTE_ADDR="10.0.0.8").status_code == 302


def test_signing_in_rightly_uses_up_no_try(officer: User) -> None:
    assert {ask(officer.email, PASSWORD).status_code for _ in range(8)} == {302}


@pytest.mark.parametrize(
    ("proxies", "sent", "seen"),
    [
        (0, "1.2.3.4", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.9", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.1"),
        (1, "not an address\u00e9", "10.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_behind_proxies_the_address_is_what_ours_saw(
    proxies: int, sent: str, seen: str, settings: Any
) -> None:
    settings.PROXIES = proxies
    extra: Any = {"HTTP_X_FORWARDED_FOR": sent} if sent else {}
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", **extra)
    assert Adapter(request).get_client_ip(request) == seen


def test_without_an_address_there_is_still_one_to_count_for() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="")
    assert Adapter(request).get_client_ip(request) == NOWHERE


def test_the_same_time_for_whoever_it_is(strangers: dict[str, str], officer: User, settings: Any) -> None:
    """Interleaved, in time of this thread's own, so that a busy machine does not count."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Hasher"]
    settings.ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
    officer.set_password(PASSWORD)
    officer.save()
    names = ("known", "unknown", "left")
    times: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(5):
        for name in names:
            before = thread_time()
            ask(strangers[name])
            times[name].append(thread_time() - before)
    medians = [median(times[name]) for name in names]
    assert max(medians) < 1.25 * min(medians), times
