"""How long somebody stays signed in: until nothing was done for a while, and never longer than a working day.

The session's row stays when it is over, so that a form that comes too late can be kept for its sender.
"""

import time

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.http import HttpRequest

SEEN = "seen_at"
SIGNED_IN = "signed_in_at"
WRITE_EVERY = 60
"""Seconds: that something was done is written at most so often, or ten times in a short idle time."""

CLOCKS_DIFFER = 60
"""Seconds by which the clocks of two web servers may differ."""


def _now() -> int:
    return int(time.time())


def remaining(session: SessionBase) -> int:
    """Seconds until the session is locked; 0 or less where it is. One without marks begins now.

    A mark from the future tells of a clock that was set back: nobody knows how long ago it was.
    """
    now = _now()
    seen, signed_in = int(session.get(SEEN, now)), int(session.get(SIGNED_IN, now))
    if max(seen, signed_in) > now + CLOCKS_DIFFER:
        return 0
    return min(seen + int(settings.IDLE_SECONDS), signed_in + int(settings.SESSION_COOKIE_AGE)) - now


def over(session: SessionBase) -> bool:
    """Whether the session is locked: whoever sends its cookie must sign in again."""
    return remaining(session) <= 0


def write_every() -> int:
    """Seconds between two notes that somebody is there."""
    return min(WRITE_EVERY, int(settings.IDLE_SECONDS) // 10)


def touch(session: SessionBase, *, at_once: bool = False) -> bool:
    """Note that somebody is there. False where the session has ended meanwhile.

    Args:
        at_once: write it even where it was written a moment ago.
    """
    now = _now()
    every = 0 if at_once else write_every()
    if SIGNED_IN in session and now - int(session.get(SEEN, 0)) < every:
        return True
    session[SEEN] = now
    session.setdefault(SIGNED_IN, now)
    try:
        # Here and not with the answer: a page that takes long must not put back what was ended meanwhile.
        session.save()
    except UpdateError:
        return False
    session.modified = False
    return True


def _begin(request: HttpRequest, **_: object) -> None:
    """A fresh sign-in has a fresh session key and both clocks at zero."""
    request.session.cycle_key()
    request.session[SEEN] = request.session[SIGNED_IN] = _now()


def connect() -> None:
    """Start the clocks at every sign-in."""
    user_logged_in.connect(_begin, dispatch_uid="cases.idle")
