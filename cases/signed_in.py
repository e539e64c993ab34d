"""Who asks: the session's row and the person's, read for every request, each by a query composed once.

Django composes both anew each time, which takes longer than to ask them. Nothing is kept between requests: a
session that was ended, and a person who was shut out, are so on the next one. The module is the settings'
session engine.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from cases import prepared, rows
from cases.models import User

BACKEND = "cases.signed_in.Backend"
_KEY, _MOMENT, _USER = "\0key", datetime(1, 1, 2, tzinfo=UTC), UUID(int=1)
_COLUMNS = tuple(field.attname for field in User._meta.concrete_fields)


class SessionStore(db.SessionStore):
    """Django's sessions in the database, in the same table."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing where it has ended."""
        stands = {_KEY: self.session_key, prepared.value(_MOMENT): prepared.value(timezone.now())}
        found = prepared.ask(_session(connection.vendor), stands)
        if not found:
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(found[0][0])
        return data


class Backend(AuthenticationBackend):
    """allauth's sign-in by e-mail address and password."""

    def get_user(self, user_id: UUID) -> User | None:
        """The person of a session, unless they were shut out."""
        found = prepared.ask(_person(connection.vendor), {prepared.value(_USER): prepared.value(user_id)})
        user = rows.built_of(User, _COLUMNS, found[0]) if found else None
        return user if self.user_can_authenticate(user) else None


@cache
def _session(_vendor: str) -> prepared.Query:
    live = Session.objects.filter(session_key=_KEY, expire_date__gt=_MOMENT).values_list("session_data")
    return prepared.Query(*live.query.sql_with_params(), (_KEY, prepared.value(_MOMENT)))


@cache
def _person(_vendor: str) -> prepared.Query:
    one = User.objects.filter(id=_USER).values_list(*_COLUMNS)
    return prepared.Query(*one.query.sql_with_params(), (prepared.value(_USER),))
