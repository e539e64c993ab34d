"""The organisation's own sign-in: whom it vouches for is signed in, everybody else meets the same page."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from audit import ledger
from cases import account_actions, events, oidc, vault
from cases.models import User
from tests.accounts.provider import CLIENT, SECRET, Provider, running
from tests.browser import BACKEND
from tests.clear import whole_database

pytestmark = pytest.mark.django_db
START = "/sign-in/organisation/"


@pytest.fixture(scope="module")
def listening() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(listening: Provider, settings: Any, officer: User) -> Provider:
    listening.reset()
    cache.clear()
    settings.OIDC = {
        "issuer": listening.issuer,
        "client_id": CLIENT,
        "secret": SECRET,
        "name": "Example Homes",
        "two_step": True,
    }
    listening.person(officer.email)
    return listening


def there(client: Client, address: str = START) -> str:
    """Press the button and sign in at the provider; the address that it sends the browser back to."""
    leaving = client.get(address)
    assert leaving.status_code == 302
    answer = requests.get(leaving["Location"], allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def sign_in(client: Client, address: str = START) -> Any:
    return client.get(there(client, address))


def refusals() -> list[str]:
    found = ledger.history(vault.ORGANISATION)
    return [events.content_of(entry, of_case=False)["reason"] for entry in found]


def test_without_a_provider_there_is_no_page_and_no_button(client: Client) -> None:
    assert client.get(START).status_code == client.get(f"{START}back/").status_code == 404
    assert "Or sign in with" not in client.get("/sign-in/").content.decode()


def test_a_member_of_staff_is_signed_in_and_linked_once(provider: Provider, officer: User) -> None:
    client = Client()
    page = client.get("/sign-in/?next=/cases/").content.decode()
    assert "Or sign in with Example Homes" in page
    assert f'href="{START}?next=/cases/"' in page
    answer = sign_in(client, f"{START}?next=/cases/")
    assert (answer.status_code, answer["Location"]) == (302, "/cases/")
    assert client.get("/cases/").status_code == 200
    (asked,) = provider.asked
    expected = {"prompt": "login", "code_challenge_method": "S256", "response_type": "code"}
    assert expected.items() <= asked.items()
    provider.person("a.new.address@council.example", sub=provider.claims["sub"])
    assert sign_in(Client())["Location"] == reverse("home")
    link = SocialAccount.objects.get()
    assert (link.user, link.extra_data) == (officer, {})
    assert [entry.kind for entry in ledger.history(officer.id)] == ["user.linked"]


def test_no_token_and_no_claim_stays(provider: Provider, officer: User) -> None:
    provider.claims["family_name"] = "Marshwiggle"
    client = Client()
    assert sign_in(client).status_code == 302
    assert not SocialToken.objects.exists()
    kept = whole_database() + str(dict(client.session.items()))
    for canary in ("an access token", "Marshwiggle", f"sub of {officer.email}", SECRET):
        assert canary not in kept


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"email_verified": False}, "unverified"),
        ({"email_verified": None}, "unverified"),
        ({"email_verified": "false"}, "unverified"),
        ({"email": "nobody@council.example"}, "unknown"),
        ({"email": None}, "unverified"),
        ({"aud": "somebody else"}, "token"),
        ({"aud": [CLIENT, "other"], "azp": "other"}, "audience"),
        ({"iss": "https://elsewhere.example"}, "token"),
        ({"exp": 1_700_000_000}, "token"),
        ({"exp": None}, "token"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "token"),
        ({"sub": None}, "token"),
        ({"auth_time": 1_700_000_000}, "old"),
    ],
)
def test_what_the_provider_says_is_not_enough(
    claims: dict[str, Any], reason: str, provider: Provider, officer: User
) -> None:
    unknown, refused = Client(), Client()
    provider.person("nobody@council.example")
    expected = sign_in(unknown)
    provider.person(officer.email, **claims)
    answer = sign_in(refused)
    assert (answer.status_code, answer.content) == (403, expected.content)
    assert refusals() == ["unknown", reason]
    assert refused.get("/").status_code == 302
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("algorithm", ["another key", "none", "HS256"])
def test_a_token_that_the_provider_did_not_sign(algorithm: str, provider: Provider) -> None:
    if algorithm == "another key":
        provider.signs = provider.other_key
    else:
        provider.algorithm = algorithm
        provider.signs = None if algorithm == "none" else "the secret of a forger, 32 bytes long"
    assert sign_in(Client()).status_code == 403
    assert len(refusals()) == 1


@pytest.mark.parametrize("linked", [False, True])
def test_somebody_who_has_left_stays_out(
    linked: bool, provider: Provider, officer: User, administrator: User
) -> None:
    if linked:
        assert sign_in(Client()).status_code == 302
    account_actions.deactivate(by=administrator, user=officer)
    assert sign_in(Client()).status_code == 403
    assert refusals() == ["left"]
    assert not SocialAccount.objects.exists()


def test_an_address_that_went_to_somebody_else_there_opens_nothing(provider: Provider, officer: User) -> None:
    assert sign_in(Client()).status_code == 302
    provider.person(officer.email, sub="the next owner of the address")
    assert sign_in(Client()).status_code == 403
    assert refusals() == ["linked"]


def test_the_way_back_belongs_to_the_browser_that_left_and_works_once(provider: Provider) -> None:
    mine, theirs = Client(), Client()
    back = there(mine)
    assert theirs.get(back).status_code == 403
    assert mine.get(back).status_code == 302
    assert mine.get(back).status_code == 403
    for junk in ("", "?code=x", "?state=x&code=x", "?error=access_denied&state=x", "?state=%C3%A9"):
        assert Client().get(f"{START}back/{junk}").status_code == 403
    assert refusals() == ["state"] * 7


def test_asking_again_and_again_is_slowed_down(provider: Provider, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"provider": "3/m/ip"}
    cache.clear()
    codes = [Client().get(f"{START}back/").status_code for _ in range(4)]
    assert codes == [403, 403, 403, 429]
    assert len(refusals()) == 3
    assert ledger.verify().problem is None


def test_declining_there_is_the_same_page(provider: Provider) -> None:
    client = Client()
    state = there(client).split("state=")[1]
    assert client.get(f"{START}back/?error=access_denied&state={state}").status_code == 403
    assert refusals() == ["declined"]


def test_a_profile_is_taken_only_of_the_same_person(provider: Provider, officer: User) -> None:
    provider.person(officer.email, email=None, email_verified=None)
    profile = {"email": officer.email, "email_verified": True}
    provider.profile = {**profile, "sub": "somebody else"}
    assert sign_in(Client()).status_code == 403
    provider.profile = {**profile, "sub": provider.claims["sub"]}
    assert sign_in(Client()).status_code == 302


def test_a_provider_that_is_another_or_is_away(provider: Provider, settings: Any) -> None:
    provider.discovery = {"issuer": "https://elsewhere.example"}
    assert sign_in(Client()).status_code == 403
    settings.OIDC = settings.OIDC | {"issuer": "http://127.0.0.1:9"}
    assert Client().get(START).status_code == 403
    assert refusals() == ["issuer", "unreachable"]
    settings.OIDC = settings.OIDC | {"issuer": "http://provider.example"}
    assert not oidc.configured()
    settings.OIDC = settings.OIDC | {"issuer": "https://provider.example"}
    assert oidc.configured()
    settings.DEMO = True
    assert not oidc.configured()


def test_another_website_cannot_press_the_button(provider: Provider) -> None:
    answer = Client(headers={"Sec-Fetch-Site": "cross-site"}).get(START)
    assert answer["Location"] == "/sign-in/"
    assert urlsplit(there(Client(), f"{START}?next=https://evil.example/")).path == f"{START}back/"
    client = Client()
    assert sign_in(client, f"{START}?next=https://evil.example/")["Location"] == reverse("home")


@pytest.mark.parametrize(
    ("setting", "said", "asked_here"),
    [
        (True, {}, False),
        (True, {"amr": ["pwd", "mfa"]}, False),
        (True, {"amr": ["pwd"]}, True),
        (False, {}, True),
        (False, {"amr": ["mfa"]}, True),
    ],
)
def test_our_second_step_is_left_out_only_where_the_provider_asks_for_one(
    setting: bool, said: dict[str, Any], asked_here: bool, provider: Provider, officer: User, settings: Any
) -> None:
    settings.OIDC = settings.OIDC | {"two_step": setting}
    Authenticator.objects.create(user=officer, type="totp", data={"secret": ""})
    provider.person(officer.email, **said)
    client = Client()
    answer = sign_in(client)
    assert answer["Location"] == (reverse("mfa_authenticate") if asked_here else reverse("home"))
    assert client.get("/").status_code == (302 if asked_here else 200)


@pytest.mark.parametrize("before", ["officer", "colleague"])
def test_what_somebody_proved_in_this_browser_before_is_forgotten(
    before: str, provider: Provider, officer: User, settings: Any, request: pytest.FixtureRequest
) -> None:
    """Also what the same person proved: a second step of this morning is none of now."""
    settings.OIDC = settings.OIDC | {"two_step": False}
    client = Client()
    client.force_login(request.getfixturevalue(before), backend=BACKEND)
    assert client.get("/").status_code == 200
    assert sign_in(client).status_code == 302
    assert client.session["_auth_user_id"] == str(officer.id)
    assert client.get("/")["Location"].startswith(reverse("mfa_index"))


def test_the_providers_clock_may_differ_by_a_little(provider: Provider, officer: User) -> None:
    now = int(time.time())
    provider.person(officer.email, iat=now + 30, exp=now - 30)
    assert sign_in(Client()).status_code == 302
