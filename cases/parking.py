"""Forms that were sent after their session had ended: kept until their sender has signed in again.

What was sent is sealed under a key that only a cookie of the sender's browser holds, for half an hour. The
row is bound to the person whom the ended session names: nobody else is shown that anything is kept.
"""

import base64
import os
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone

from cases.models import ParkedPost, User

MINUTES = 30
MOST = 100_000
"""Bytes of what is kept of one form."""
NEVER = frozenset(
    {
        "account_change_password",
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "cases",
        "demo_sign_in",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_authenticate",
        "mfa_generate_recovery_codes",
        "mfa_index",
        "mfa_login_webauthn",
        "mfa_remove",
        "mfa_view_recovery_codes",
        "parked",
        "quick_exit",
        "stay",
        "welcome",
    }
)
"""Addresses whose forms are never kept: they hold passwords and codes, or are of no use later."""
_NONCE = 12


@dataclass(frozen=True)
class Parked:
    """A form that was kept: where it was going, and its fields in their order."""

    path: str
    fields: list[tuple[str, str]]


def cookie_name() -> str:
    """The cookie that holds the key."""
    return f"{settings.SESSION_COOKIE_NAME}_kept"


def whose(request: HttpRequest) -> User | None:
    """Whoever the session of this request belonged to, over or not; None where its row is gone."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    row = Session.objects.filter(session_key=key).first() if key else None
    try:
        user = UUID(row.get_decoded()[SESSION_KEY]) if row else None
    except (KeyError, ValueError):
        return None
    return User.objects.filter(id=user, is_active=True).first() if user else None


def park(request: HttpRequest, user: User | None) -> str | None:
    """Keep a posted form for its sender, in place of an earlier one.

    Returns the key, or None where it was not kept.
    """
    body = _body(request)
    if user is None or body is None:
        return None
    key = AESGCM.generate_key(256)
    nonce = os.urandom(_NONCE)
    row = ParkedPost(
        token_hash=_token(key),
        user=user,
        path=request.path,
        sealed=nonce + AESGCM(key).encrypt(nonce, body, _bound_to(user, request.path)),
        expires_at=timezone.now() + timedelta(minutes=MINUTES),
    )
    with transaction.atomic(durable=True):
        ParkedPost.objects.filter(user=user).delete()
        row.save(force_insert=True)
    return base64.urlsafe_b64encode(key).decode("ascii")


def _body(request: HttpRequest) -> bytes | None:
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return None
    try:
        match = resolve(request.path)
    except Resolver404:
        return None
    if match.url_name in NEVER or len(request.path) > 200:
        return None
    posted = request.POST.copy()
    posted.pop("csrfmiddlewaretoken", None)
    body = posted.urlencode().encode()
    return body if len(body) <= MOST else None


def _bound_to(user: User, path: str) -> bytes:
    return f"{user.id}|{path}".encode()


def _token(key: bytes) -> bytes:
    return sha256(key).digest()


def _key(request: HttpRequest) -> bytes | None:
    try:
        key = base64.urlsafe_b64decode(request.COOKIES.get(cookie_name(), ""))
    except ValueError:
        return None
    return key if len(key) == 32 else None


def find(request: HttpRequest, user: User) -> Parked | None:
    """What is kept for this user under this browser's key; None for everything else, without a reason."""
    key = _key(request)
    rows = ParkedPost.objects.filter(user=user, expires_at__gt=timezone.now())
    row = rows.filter(token_hash=_token(key)).first() if key else None
    if row is None or key is None:
        return None
    sealed = bytes(row.sealed)
    try:
        body = AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound_to(user, row.path))
        resolve(row.path)
    except (InvalidTag, ValueError, Resolver404):
        return None
    posted = QueryDict(body)
    return Parked(row.path, [(name, value) for name in posted for value in posted.getlist(name)])


def drop(user: User) -> None:
    """Throw away what is kept for this user."""
    with transaction.atomic(durable=True):
        ParkedPost.objects.filter(user=user).delete()


def give_key(response: HttpResponseBase, key: str) -> None:
    """Hand the key to the sender's browser."""
    response.set_cookie(
        cookie_name(), key, max_age=MINUTES * 60, httponly=True, samesite="Lax", secure=settings.HTTPS
    )


def take_key(response: HttpResponseBase) -> None:
    """Take the key back."""
    response.delete_cookie(cookie_name(), samesite="Lax")


def sweep_parked() -> int:
    """Remove what nobody came back for. How many there were."""
    with transaction.atomic(durable=True):
        return ParkedPost.objects.filter(expires_at__lte=timezone.now()).delete()[0]
