"""Where somebody is signed in: one row for each session (allauth's), when last seen from the session itself.

Nothing is written for a page: the row is made at sign-in, and what a session's own data say is read when its
person asks for the list.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from importlib import import_module

from allauth.account.adapter import get_adapter
from allauth.account.signals import password_changed, password_set
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from cases import idle
from cases.models import User

_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("CrOS", "a Chromebook"), ("Mac OS X", "a Mac"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class SignedIn:
    """A session that goes on."""

    number: int
    browser: str
    address: str
    since: datetime
    seen: datetime
    this: bool


def _note(request: HttpRequest, user: User, **_: object) -> None:
    """Make the row of a session when it gets a key of its own: at sign-in, and with a new password."""
    key = request.session.session_key
    if not isinstance(user, User) or not key:
        return
    agent = "".join(one for one in request.META.get("HTTP_USER_AGENT", "") if one.isprintable())
    values = {"user": user, "ip": get_adapter().get_client_ip(request), "user_agent": agent[:200]}
    UserSession.objects.update_or_create(session_key=key, defaults=values)


def connect() -> None:
    """Note every sign-in and new password; after `idle.connect`, which gives the session its key."""
    for signal in (user_logged_in, password_set, password_changed):
        signal.connect(_note, dispatch_uid="cases.sessions")


def browser(agent: str) -> str:
    """A browser and its system in plain words: “Firefox on Windows”."""
    name = next((words for mark, words in _BROWSERS if mark in agent), "")
    system = next((words for mark, words in _SYSTEMS if mark in agent), "")
    if not name and not system:
        return "A browser we do not know"
    return f"{name or 'A browser'} on {system}" if system else name


def listed(user: User, current: str | None) -> list[SignedIn]:
    """The sessions of somebody that go on, the one seen last first.

    Args:
        current: the key of the session that asks.
    """
    rows = {row.session_key: row for row in UserSession.objects.filter(user=user)}
    store = import_module(settings.SESSION_ENGINE).SessionStore
    found = []
    for stored in Session.objects.filter(session_key__in=rows, expire_date__gt=timezone.now()):
        session = store(stored.session_key)
        session._session_cache = stored.get_decoded()
        if not _goes_on(session, user):
            continue
        row = rows[stored.session_key]
        seen = datetime.fromtimestamp(int(session.get(idle.SEEN, row.created_at.timestamp())), UTC)
        this = stored.session_key == current
        found.append(SignedIn(row.pk, browser(row.user_agent), row.ip, row.created_at, seen, this))
    return sorted(found, key=lambda one: (one.this, one.seen), reverse=True)


def _goes_on(session: object, user: User) -> bool:
    """Whether a session is not locked, and of the password that is in use."""
    said = str(session.get(HASH_SESSION_KEY, ""))  # type: ignore[attr-defined]
    return compare_digest(said, user.get_session_auth_hash()) and not idle.over(session)  # type: ignore[arg-type]


def end(user: User, *, number: int | None = None, but: str | None = None) -> int:
    """End sessions, inside the caller's transaction: their next request is a stranger's. Returns how many.

    Args:
        number: this one alone, where it is the user's; None: all of them.
        but: the key of one that goes on.
    """
    rows = UserSession.objects.filter(user=user)
    if number is not None:
        rows = rows.filter(pk=number)
    if but:
        rows = rows.exclude(session_key=but)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    return int(rows.filter(session_key__in=keys).delete()[0])


def forget_ended() -> None:
    """Remove the rows of sessions that are there no more."""
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
