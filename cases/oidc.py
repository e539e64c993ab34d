"""Signing in through the organisation's own sign-in (OpenID Connect), where the settings name one.

allauth keeps the state of the round trip, asks for the token and starts the session. What it leaves to the
product is here: the nonce, the signature whatever the route, who may be signed in at all. Nobody signs up: it
is an active member of staff whom the provider says to have a verified e-mail address, linked on first use by
that address and from then on by the provider's own identifier. No token and no claim is kept.
"""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import jwt
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from requests import RequestException

from audit import ledger
from cases import events, vault
from cases.models import User

PROVIDER = "organisation"
"""How allauth and the addresses call the one provider."""

SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key pair: with any other the provider's public key could make one."""

LEEWAY = 60
"""Seconds by which the provider's clock may differ."""

NEWEST = 600
"""Seconds: where the provider says when the person proved who they are, it is this long ago at most."""

STRONG = frozenset({"mfa", "otp", "hwk", "fido", "sc", "ngcmfa"})
"""What `amr` (RFC 8176, and Entra's own) says where a second step was taken."""

_OF_THE_EMAIL = ("email", "email_verified", "xms_edov")
_VOUCHED = (True, 1, "1", "true", "True")


class Refused(Exception):  # noqa: N818 - what it is
    """Nobody is signed in. Whoever asked is told the same whatever the reason; the ledger has its code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Person:
    """Whom the provider speaks of."""

    uid: str
    email: str
    two_step: bool


class Adapter(DefaultSocialAccountAdapter):
    """The social account adapter named in the settings: one provider, from the settings alone."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:  # noqa: ARG002 – allauth's signature
        """Nobody signs up."""
        return False

    def list_apps(
        self,
        request: HttpRequest,  # noqa: ARG002 – allauth's signature
        provider: str | None = None,  # noqa: ARG002
        client_id: str | None = None,  # noqa: ARG002
    ) -> list[SocialApp]:
        """The provider of the settings; a row in a table adds none."""
        return [_app()] if configured() else []


def configured() -> bool:
    """Whether the organisation's own sign-in can be used: in a live copy, over HTTPS or on this machine."""
    issuer = urlsplit(settings.OIDC["issuer"])
    private = issuer.scheme == "https" or issuer.hostname in ("127.0.0.1", "localhost")
    return bool(private and issuer.hostname and settings.OIDC["client_id"] and not settings.DEMO)


def _app() -> SocialApp:
    return SocialApp(
        provider="openid_connect",
        provider_id=PROVIDER,
        name=settings.OIDC["name"],
        client_id=settings.OIDC["client_id"],
        secret=settings.OIDC["secret"],
        settings={"server_url": settings.OIDC["issuer"], "oauth_pkce_enabled": True},
    )


def _provider(request: HttpRequest) -> OpenIDConnectProvider:
    return Adapter(request).get_provider(request, PROVIDER)


# --- There and back --------------------------------------------------------------------------------------


def leave(request: HttpRequest, next_url: str | None) -> HttpResponse:
    """Send the browser to the provider, which asks for the password even where it knows the person.

    Raises:
        Refused: the provider cannot be reached, or is not the one of the settings.
    """
    nonce = secrets.token_urlsafe(32)
    # Without `prompt` a locked screen would be opened by whoever presses the button.
    asked = {"nonce": nonce, "prompt": "login"}
    try:
        provider = _provider(request)
        response: HttpResponse = provider.redirect(
            request, "login", next_url=next_url, auth_params=asked, nonce=nonce
        )
    except (RequestException, OAuth2Error, ValueError, KeyError, TypeError) as error:
        raise Refused("unreachable") from error
    return response


def come_back(request: HttpRequest) -> tuple[Person, dict[str, Any]]:
    """Whom the provider speaks of, and what was kept of the way there.

    Raises:
        Refused: the round trip is not the one that this browser began, or the token is not good.
    """
    provider = _provider(request)
    kept = statekit.unstash_state(request, provider_id=provider.sub_id, state_id=request.GET.get("state", ""))
    if kept is None:
        raise Refused("state")
    if "code" not in request.GET:
        raise Refused("declined")
    try:
        return _person(request, provider, kept), kept
    except (RequestException, OAuth2Error, jwt.PyJWTError, ValueError, KeyError, TypeError) as error:
        raise Refused("token") from error


def _person(request: HttpRequest, provider: OpenIDConnectProvider, kept: Mapping[str, Any]) -> Person:
    connect = provider.get_oauth2_adapter(request)
    config = connect.openid_config
    if config["issuer"].rstrip("/") != settings.OIDC["issuer"].rstrip("/"):
        raise Refused("issuer")
    client = connect.get_client(request, provider.app)
    answer = connect.get_access_token_data(
        request, provider.app, client, pkce_code_verifier=kept.get("pkce_code_verifier")
    )
    claims = _claims(str(answer["id_token"]), config)
    if not secrets.compare_digest(str(claims["nonce"]), str(kept["nonce"])):
        raise Refused("nonce")
    if "email" not in claims:
        said = connect._fetch_user_info(answer["access_token"])
        # Without this check somebody else's profile could be handed in (OpenID Connect Core 5.3.2).
        same = said.get("sub") == claims["sub"]
        claims |= {name: said[name] for name in _OF_THE_EMAIL if same and name in said}
    # An identifier is unique at its issuer alone.
    uid = sha256(f"{config['issuer']} {claims['sub']}".encode()).hexdigest()
    return Person(uid, _verified_email(claims), _two_step(claims))


def _claims(token: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """What an id token says, once its signature, issuer, audience and times are checked (Core 3.1.3.7)."""
    header = jwt.get_unverified_header(token)
    with Adapter().get_requests_session() as session:
        answer = session.get(config["jwks_uri"])
        answer.raise_for_status()
        found = [one for one in answer.json()["keys"] if one.get("kid") == header.get("kid")]
    if not found or header.get("alg") not in SIGNED_WITH:
        raise Refused("key")
    claims: dict[str, Any] = jwt.decode(
        token,
        key=jwt.PyJWK.from_json(json.dumps(found[0]), algorithm=header["alg"]).key,
        algorithms=[header["alg"]],
        audience=settings.OIDC["client_id"],
        issuer=config["issuer"],
        leeway=LEEWAY,
        options={"require": ["exp", "iat", "aud", "iss", "sub", "nonce"]},
    )
    if claims.get("azp", settings.OIDC["client_id"]) != settings.OIDC["client_id"]:
        raise Refused("audience")
    if time.time() - int(claims.get("auth_time", time.time())) > NEWEST:
        raise Refused("old")
    return claims


def _verified_email(claims: Mapping[str, Any]) -> str:
    """The e-mail address that the provider vouches for, or nothing; Entra says it as `xms_edov`."""
    vouched = claims.get("email_verified") in _VOUCHED or claims.get("xms_edov") in _VOUCHED
    return str(claims.get("email", "")).lower() if vouched else ""


def _two_step(claims: Mapping[str, Any]) -> bool:
    """Whether the provider asked for a second step: the settings say that it does, and it denies it not."""
    said = claims.get("amr")
    denied = isinstance(said, list) and not STRONG.intersection(map(str, said))
    return bool(settings.OIDC["two_step"]) and not denied


# --- Who that is here ------------------------------------------------------------------------------------


def known(person: Person) -> User:
    """The member of staff that the provider speaks of; the first time, the two are linked.

    Raises:
        Refused: nobody here is meant, they have left, or their address is linked to somebody else there.
    """
    link = SocialAccount.objects.filter(provider=PROVIDER, uid=person.uid).select_related("user").first()
    if link:
        if not link.user.is_active:
            raise Refused("left")
        return link.user  # type: ignore[no-any-return]
    if not person.email:
        raise Refused("unverified")
    user = User.objects.filter(email=person.email).first()
    if user is None:
        raise Refused("unknown")
    if not user.is_active:
        raise Refused("left")
    return _link(user, person)


def _link(user: User, person: Person) -> User:
    """Link the two. An address that went to somebody else at the provider links nobody a second time."""
    sealed = events.seal("user.linked", {"user": str(user.id)}, by=user, now=timezone.now())
    row = SocialAccount(user=user, provider=PROVIDER, uid=person.uid, extra_data={})
    try:
        with transaction.atomic(durable=True):
            User.objects.select_for_update().get(id=user.id, is_active=True)
            if SocialAccount.objects.filter(user=user, provider=PROVIDER).exists():
                raise Refused("linked")
            row.save(force_insert=True)
            ledger.append(sealed)
    except (IntegrityError, User.DoesNotExist) as error:
        raise Refused("linked") from error
    return user


def note_refusal(reason: str) -> None:
    """Enter that the provider's word was not enough, in the organisation's own chain: it names nobody.

    Args:
        reason: the code of a `Refused`.
    """
    nobody = User(id=vault.ORGANISATION)
    sealed = events.seal("user.sign_in_refused", {"reason": reason}, by=nobody, now=timezone.now())
    with transaction.atomic(durable=True):
        ledger.append(sealed)
