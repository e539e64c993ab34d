"""Passkeys: what the browser is asked, and whether its answer is right. allauth and fido2 do the arithmetic.

Every passkey asks its owner for a finger, a face or a PIN and stays on the device: it can be a whole sign-in.
What is asked (the challenge) is kept in the session and taken out by the first right answer.
"""

import struct
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from cryptography.exceptions import InvalidSignature
from django.core.exceptions import ValidationError

from cases.models import User

_BAD = (
    ValidationError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError,
    NotImplementedError, RecursionError, struct.error, InvalidSignature,
)  # fmt: skip
"""What the reading of an answer ends in that no browser of ours sent."""


def ask_for_new(user: User) -> dict[str, Any]:
    """What the browser needs to make a passkey for somebody."""
    return dict(auth.begin_registration(user, passwordless=True))


def new(credential: dict[str, Any]) -> bool:
    """Whether the browser's answer is a new passkey for what was asked."""
    try:
        auth.parse_registration_response(credential)
        return bool(auth.complete_registration(credential).is_user_verified())
    except _BAD:
        return False


def ask(user: User | None = None) -> dict[str, Any]:
    """What the browser needs to ask for a passkey: one of this person, or anybody's."""
    return dict(auth.begin_authentication(user))


def owned(credential: dict[str, Any], user: User | None = None) -> Authenticator | None:
    """The passkey that the browser's answer proves, of this person or of whomever it names; else None.

    Nobody's where its person has left: the same answer as for one that is not known.
    """
    try:
        auth.parse_authentication_response(credential)
        owner = user or auth.extract_user_from_response(credential)
        found = auth.complete_authentication(owner, credential)
    except _BAD:
        return None
    return found if isinstance(owner, User) and owner.is_active else None
