"""Everything that writes about staff, teams, agencies and the organisation.

Each action is one durable transaction that ends in one entry of the actor's own chain. Those entries are
sealed with the organisation's key and name nobody: identifiers and codes only.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from hashlib import sha256
from types import EllipsisType
from typing import Any
from uuid import UUID, uuid4

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX as UNUSABLE
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import events, notices, sessions, two_step
from cases.administering import administer, keep
from cases.models import Membership, SignInLink, Team, User

LINK_HOURS = 72
_TOKEN_BYTES = 32
FIRST_NAME = "First administrator"

LAST_ADMINISTRATOR = "At least one active administrator who can sign in must remain. Add another one first"
EMAIL_TAKEN = "Somebody with this e-mail address is on the list already"


class BadLink(Exception):  # noqa: N818 - what it is, and all that is said of it
    """A one-time link that opens nothing: unknown, used, too old, or its person is deactivated."""


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "replace")).digest()


def _administrators(*, locked: bool = False) -> set[UUID]:
    """The active administrators who have a password."""
    rows = User.objects.filter(role=User.Role.ADMINISTRATOR, is_active=True).exclude(
        password__startswith=UNUSABLE
    )
    # One order of locks: of two administrators who deactivate each other, the second waits and is refused.
    return {row.id for row in (rows.select_for_update().order_by("id") if locked else rows)}


def add_user(
    *,
    by: User,
    email: str,
    name: str,
    role: str,
    teams: Iterable[Team] = (),
    trained_on: date | None = None,
    request_key: UUID | None = None,
) -> tuple[User, str]:
    """Add a member of staff, who sets their own password through a one-time link.

    Returns the user and the token of the link; the token is not kept.

    Args:
        trained_on: when they were trained in the use of this service, where that is known.

    Raises:
        django.core.exceptions.ValidationError: the e-mail address is taken.
    """
    user, token, chosen = _new_user(email, name, role), secrets.token_urlsafe(_TOKEN_BYTES), list(teams)
    user.trained_on = trained_on
    content = {"user": user.id, "role": role, "teams": sorted(str(team.id) for team in chosen)}

    def save() -> None:
        _refuse_taken(user)
        keep(user, by, force_insert=True)
        for team in chosen:
            keep(Membership(user=user, team=team), by, force_insert=True)
        _make_link(user, token)

    administer("user.added", content, save, by=by, request_key=request_key)
    return user, token


def _new_user(email: str, name: str, role: str) -> User:
    return User(id=uuid4(), email=email.lower(), name=name, role=role, password=make_password(None))


def _refuse_taken(user: User) -> None:
    if User.objects.filter(email=user.email).exclude(id=user.id).exists():
        raise ValidationError({"email": EMAIL_TAKEN})


def _make_link(user: User, token: str) -> None:
    now = timezone.now()
    SignInLink.objects.filter(user=user, used_at=None, expires_at__gt=now).update(expires_at=now)
    SignInLink.objects.create(
        token_hash=_hash(token), user=user, expires_at=now + timedelta(hours=LINK_HOURS)
    )


def new_link(*, by: User, user: User) -> str:
    """Make a one-time link for somebody who is active; earlier ones stop working. Returns its token.

    Where they have a password already, the governance leads are told.

    Raises:
        django.core.exceptions.ValidationError: the person is deactivated.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)

    def save() -> None:
        if not User.objects.select_for_update().get(id=user.id).is_active:
            raise ValidationError("Let the person back in first")
        _make_link(user, token)
        if user.has_usable_password():
            notices.tell_of_sign_in(user)

    administer("user.link_made", {"user": user.id}, save, by=by)
    return token


def link_owner(token: str) -> User:
    """The person whose link this is, while it works.

    Raises:
        BadLink: it does not.
    """
    found = SignInLink.objects.select_related("user").filter(
        token_hash=_hash(token), used_at=None, expires_at__gt=timezone.now(), user__is_active=True
    )
    if link := found.first():
        return link.user
    raise BadLink


def names_themselves(user: User) -> bool:
    """Whether the link lets its owner correct name and e-mail address: nobody else is there to do it."""
    return user.role == User.Role.ADMINISTRATOR and not _administrators()


def redeem(token: str, password: str, *, name: str = "", email: str = "") -> User:
    """Set the password of the link's owner and use the link up: of two at once, one is too late.

    Args:
        token: as it stands in the link.
        password: already checked by the password validators.
        name, email: corrections of the first administrator; ignored for everybody else.

    Raises:
        BadLink: the link does not work (any more).
        django.core.exceptions.ValidationError: the e-mail address is taken.
    """
    user, now = link_owner(token), timezone.now()
    sealed = events.seal("user.link_used", {"user": str(user.id)}, by=user, now=now)
    user.password = make_password(password)
    with transaction.atomic(durable=True):
        open_ = SignInLink.objects.filter(token_hash=_hash(token), used_at=None, expires_at__gt=now)
        if not open_.update(used_at=now) or not User.objects.filter(id=user.id, is_active=True).exists():
            raise BadLink
        changed = ["password"]
        if names_themselves(user):
            user.name, user.email = name or user.name, (email or user.email).lower()
            _refuse_taken(user)
            changed += ["name", "email"]
        keep(user, user, update_fields=changed)
        ledger.append(sealed)
    return user


def first_administrator(email: str) -> tuple[User, str] | None:
    """Make the first administrator with a one-time link, or a new link for one who never used theirs.

    Returns None where an active administrator has a password already.

    Raises:
        django.core.exceptions.ValidationError: the e-mail address belongs to somebody else.
    """
    if _administrators():
        return None
    token, role = secrets.token_urlsafe(_TOKEN_BYTES), User.Role.ADMINISTRATOR
    waiting = User.objects.filter(email=email.lower(), role=role, is_active=True).first()
    user = waiting or _new_user(email, FIRST_NAME, role)
    kind = "user.link_made" if waiting else "user.added"
    sealed = events.seal(kind, {"user": str(user.id), "role": str(role)}, by=user, now=timezone.now())
    with transaction.atomic(durable=True):
        if _administrators(locked=True):
            return None
        if not waiting:
            _refuse_taken(user)
            keep(user, user, force_insert=True)
        _make_link(user, token)
        ledger.append(sealed)
    return user, token


def change_user(
    *,
    by: User,
    user: User,
    role: str,
    teams: Iterable[Team],
    name: str = "",
    email: str = "",
    trained_on: date | EllipsisType | None = ...,
) -> User:
    """Change a person's role and teams, and correct name or e-mail address. No entry where nothing changes.

    Args:
        trained_on: when they were trained; left as it is where it is not given.

    Raises:
        django.core.exceptions.ValidationError: no administrator would remain, or the e-mail address is taken.
    """
    held = {str(one): one for one in user.teams.values_list("id", flat=True)}
    wanted = {str(team.id): team for team in teams}
    values: dict[str, Any] = {
        "role": role,
        "name": name or user.name,
        "email": (email or user.email).lower(),
        "trained_on": user.trained_on if trained_on is ... else trained_on,
    }
    changed = [field for field, value in values.items() if getattr(user, field) != value]
    if not changed and held.keys() == wanted.keys():
        return user
    # Names are staff's, but this chain is read without a case: it says that they changed, history says how.
    content = {"user": user.id, "fields": changed, "role": role, "teams": sorted(wanted)}

    def save() -> None:
        if role != User.Role.ADMINISTRATOR:
            _keep_an_administrator(without=user)
        for field, value in values.items():
            setattr(user, field, value)
        _refuse_taken(user)
        if changed:
            keep(user, by, update_fields=changed)
        _move(user, wanted, by)

    administer("user.changed", content, save, by=by)
    return user


def _move(user: User, wanted: Mapping[str, Team], by: User) -> None:
    for place in Membership.objects.filter(user=user):
        if str(place.team_id) not in wanted:
            place._history_user = by  # type: ignore[attr-defined]
            place.delete()
    held = set(Membership.objects.filter(user=user).values_list("team_id", flat=True))
    for team in wanted.values():
        if team.id not in held:
            keep(Membership(user=user, team=team), by, force_insert=True)


def _keep_an_administrator(*, without: User) -> None:
    able = _administrators(locked=True)
    if without.id in able and able == {without.id}:
        raise ValidationError(LAST_ADMINISTRATOR)


def deactivate(*, by: User, user: User) -> None:
    """Shut a leaver out at once: sessions, password, links, second steps stop working. What they did stays.

    Their cases are handed on after this (cases/handing.py): nothing of that may hold it up.

    Raises:
        django.core.exceptions.ValidationError: no administrator would remain.
    """
    if not user.is_active:
        return

    def save() -> None:
        _keep_an_administrator(without=user)
        user.is_active, user.deactivated_at = False, timezone.now()
        user.set_unusable_password()  # also ends sessions for good: they are bound to the password
        keep(user, by, update_fields=["is_active", "deactivated_at", "password"])
        SignInLink.objects.filter(user=user, used_at=None).update(used_at=timezone.now())
        sessions.end(user)
        two_step.remove_all(user)
        SocialAccount.objects.filter(user=user).delete()

    administer("user.deactivated", {"user": user.id}, save, by=by)


def reactivate(*, by: User, user: User) -> None:
    """Let somebody back in; they need a new link for a new password, and a new second step. Twice is once."""
    if user.is_active:
        return

    def save() -> None:
        user.is_active, user.deactivated_at = True, None
        keep(user, by, update_fields=["is_active", "deactivated_at"])

    administer("user.reactivated", {"user": user.id}, save, by=by)
