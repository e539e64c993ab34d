"""What is done about how somebody signs in: their sessions ended, their second step set back.

Each action is one durable transaction that ends in one entry of the actor's own chain, as in
`cases.account_actions`; the entry names nobody.
"""

from collections.abc import Callable
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import events, notices, sessions, two_step
from cases.acting import AlreadySoError
from cases.administering import administer
from cases.models import Notice, User

NOT_ONES_OWN = "Choose somebody else who is active: another administrator sets back yours"


def end_session(*, by: User, number: int) -> None:
    """End one of one's own sessions. Nothing is entered where it has ended already.

    Args:
        number: as `sessions.listed` says it.
    """
    _end(by, "one", lambda: sessions.end(by, number=number))


def end_other_sessions(*, by: User, keep: str | None) -> None:
    """End all of one's own sessions but one. Nothing is entered where there is no other.

    Args:
        keep: the key of the session that asks.
    """
    _end(by, "others", lambda: sessions.end(by, but=keep))


def sign_out_everywhere(*, by: User, user: User) -> None:
    """End all sessions of somebody. Nothing is entered where they are signed in nowhere.

    Raises:
        django.core.exceptions.PermissionDenied: `by` is no administrator.
    """
    content = {"user": user.id, "which": "all"}
    with suppress(AlreadySoError):
        administer("user.sessions_ended", content, lambda: _some(sessions.end(user)), by=by)


def _end(by: User, which: str, end: Callable[[], int]) -> None:
    content = {"user": str(by.id), "which": which}
    sealed = events.seal("user.sessions_ended", content, by=by, now=timezone.now())
    with suppress(AlreadySoError), transaction.atomic(durable=True):
        _some(end())
        ledger.append(sealed)


def _some(ended: int) -> None:
    if not ended:
        raise AlreadySoError


def reset_two_step(*, by: User, user: User) -> None:
    """Take the second step from somebody who lost it, end their sessions, and leave them a notice.

    They set up a new second step when they sign in next.

    Raises:
        django.core.exceptions.PermissionDenied: `by` is no administrator.
        django.core.exceptions.ValidationError: it is their own, or they have left.
    """

    def save() -> None:
        if user.id == by.id or not User.objects.filter(id=user.id, is_active=True).exists():
            raise ValidationError(NOT_ONES_OWN)
        two_step.remove_all(user)
        sessions.end(user)
        notices.tell(Notice.Kind.TWO_STEP_RESET, [user], now=timezone.now(), about=by)
        notices.tell_of_sign_in(user)

    administer("user.two_step_reset", {"user": user.id}, save, by=by)
