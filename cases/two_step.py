"""The second step of signing in: an app's codes, passkeys, recovery codes (allauth keeps the rows).

What a session has proven stands in the session itself, so that no page asks the database for it. Secrets are
sealed under the organisation's key; the database holds none that anybody could read.
"""

import base64
from typing import Any

from allauth.account.internal.flows.login import (
    clear_authentication_records,
    get_authentication_records,
)
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit import ledger
from cases import events, vault
from cases.models import Organisation, User

APP, PASSKEY, RECOVERY = (
    Authenticator.Type.TOTP,
    Authenticator.Type.WEBAUTHN,
    Authenticator.Type.RECOVERY_CODES,
)
WRONG_CODE = "That code does not work. Enter the newest code from the app, or a recovery code not used before"
WRONG_PASSKEY = "The passkey did not work. Try again, or sign in another way"
_AAD = b"second step"
_NEW_SECRET = "two_step_secret"  # noqa: S105 - the name of a place


class Adapter(DefaultMFAAdapter):
    """The adapter named in the settings: seals secrets, and speaks plainly."""

    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": WRONG_PASSKEY}

    def get_totp_issuer(self) -> str:
        """The name under which the app lists its codes."""
        return Organisation.current().name or "dahashare"

    def _get_site_name(self) -> str:
        return self.get_totp_issuer()

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return base64.b64encode(vault.seal(vault.ORGANISATION, text.encode(), _AAD)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed."""
        return vault.unseal(vault.ORGANISATION, base64.b64decode(encrypted_text), _AAD).decode()


# --- What a session has proven ---------------------------------------------------------------------------


def taken(request: HttpRequest) -> bool:
    """Whether the second step was taken in this session by whoever is signed in."""
    return any(one.get("method") == "mfa" for one in get_authentication_records(request, request.user))


def note(
    request: HttpRequest, authenticator: Authenticator, *, again: bool = False, alone: bool = False
) -> None:
    """Keep in the session that its person proved who they are with this authenticator.

    Args:
        again: somebody who is signed in already.
        alone: a passkey that was the whole sign-in.
    """
    post_authentication(request, authenticator, reauthenticated=again, passwordless=alone)


def forget(request: HttpRequest) -> None:
    """Take all that was proven out of the session: whoever comes next proves it anew."""
    clear_authentication_records(request)


# --- What somebody has -----------------------------------------------------------------------------------


def of(user: User) -> list[Authenticator]:
    """The app and the passkeys of somebody, the oldest first; recovery codes alone are no second step."""
    return list(Authenticator.objects.filter(user=user).exclude(type=RECOVERY).order_by("created_at", "id"))


def has_any(user: User) -> bool:
    """Whether somebody has set up a second step."""
    return bool(Authenticator.objects.filter(user=user).exclude(type=RECOVERY).exists())


def recovery_codes(user: User) -> RecoveryCodes | None:
    """The recovery codes of somebody, those used included."""
    row = Authenticator.objects.filter(user=user, type=RECOVERY).first()
    return RecoveryCodes(row) if row else None


def remove_all(user: User) -> int:
    """Take every second step from somebody who lost theirs, inside the caller's transaction.

    Their sessions go on as they are: the caller ends those. Returns how many there were.
    """
    return int(Authenticator.objects.filter(user=user).delete()[0])


# --- Codes -----------------------------------------------------------------------------------------------


def new_secret(session: SessionBase) -> str:
    """The secret of an app that is being set up, the same until it is: kept sealed in the session."""
    adapter = Adapter()
    if sealed := session.get(_NEW_SECRET):
        return adapter.decrypt(sealed)
    secret: str = totp.generate_totp_secret()
    session[_NEW_SECRET] = adapter.encrypt(secret)
    return secret


def drop_secret(session: SessionBase) -> None:
    """Forget the secret once it is set up."""
    session.pop(_NEW_SECRET, None)


def moment_of(secret: str, code: str, *, after: int = 0) -> int | None:
    """The half minute whose code this is, or None: one now or next to now, and later than `after`."""
    for moment in totp.yield_hotp_counters_from_time():
        expected = totp.format_hotp_value(totp.hotp_value(secret, moment))
        if moment > after and compare_user_code(actual=code, expected=expected):
            return int(moment)
    return None


def prove(user: User, code: str) -> Authenticator | None:
    """The authenticator that a typed code belongs to; the code is used up by it.

    A code of the app works once (RFC 6238, 5.2): its moment is kept with the row, under the lock. That a
    recovery code was used is entered in the chain of its owner.
    """
    content = {"user": str(user.id)}
    sealed = events.seal("user.recovery_code_used", content, by=user, now=timezone.now())
    with transaction.atomic(durable=True):
        rows = Authenticator.objects.select_for_update().filter(user=user).exclude(type=PASSKEY)
        for row in rows.order_by("-type"):
            if row.type == APP and _proves(row, code):
                return row
            if row.type == RECOVERY and RecoveryCodes(row).validate_code(code):
                ledger.append(sealed)
                return row
    return None


def _proves(row: Authenticator, code: str) -> bool:
    data: dict[str, Any] = row.data
    moment = moment_of(Adapter().decrypt(data["secret"]), code, after=data.get("used", 0))
    if moment is None:
        return False
    row.data = data | {"used": moment}
    row.last_used_at = timezone.now()
    row.save(update_fields=["data", "last_used_at"])
    return True
