"""How somebody signs in: what an administrator must know of it to help, and no secret of it."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from cases.account_actions import LINK_HOURS
from cases.models import SignInLink, User
from cases.templatetags.moments import moment

_STEPS = {
    Authenticator.Type.TOTP: "an app",
    Authenticator.Type.WEBAUTHN: "a passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


@dataclass(frozen=True)
class State:
    """How somebody signs in, in words."""

    invitation: str
    two_step: str
    linked: bool


def state(user: User) -> State:
    """How somebody signs in now."""
    types = Authenticator.objects.filter(user=user).values_list("type", flat=True)
    held = [words for kind, words in _STEPS.items() if kind in set(types)]
    second = " and ".join([", ".join(held[:-1]), held[-1]]) if len(held) > 1 else "".join(held)
    linked = SocialAccount.objects.filter(user=user).exists()
    return State(_invitation(user), second.capitalize() or "Not set up yet", linked)


def _invitation(user: User) -> str:
    """What became of the newest one-time link."""
    link = SignInLink.objects.filter(user=user).order_by("-expires_at").first()
    if link is None:
        return "No link was made"
    if not user.is_active:
        return "None works: the person is shut out"
    if link.used_at:
        return f"Used on {moment(link.used_at)}"
    if link.expires_at <= timezone.now():
        return f"Not used. It stopped working on {moment(link.expires_at)}"
    return f"Made, not used yet. It works until {moment(link.expires_at)}, {LINK_HOURS} hours in all"
