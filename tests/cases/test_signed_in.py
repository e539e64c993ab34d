"""The session and the person of a request: the same answers as Django's own, and none a request old."""

from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from cases.models import User
from cases.signed_in import Backend, SessionStore


@pytest.fixture
def key() -> str:
    """A session that holds something."""
    session = SessionStore()
    session["said"] = {"é": [1, None]}
    session.create()
    return str(session.session_key)


def test_the_person_is_the_row_that_is_stored(officer: User) -> None:
    stored, found = AuthenticationBackend().get_user(officer.id), Backend().get_user(officer.id)
    assert isinstance(stored, User)
    assert isinstance(found, User)
    assert {**found.__dict__, "_state": None} == {**stored.__dict__, "_state": None}
    assert vars(found._state) == vars(stored._state)
    found.name = "Somebody Else"
    found.save()
    assert User.objects.get(id=officer.id).name == "Somebody Else"
    assert found.history.count() == stored.history.count()


def test_nobody_and_whoever_was_shut_out_are_not_found(officer: User) -> None:
    assert Backend().get_user(uuid4()) is None
    assert Backend().get_user(officer.id)
    User.objects.filter(id=officer.id).update(is_active=False)
    assert Backend().get_user(officer.id) is None


@pytest.mark.django_db
def test_a_session_holds_what_was_put_into_it(key: str) -> None:
    assert SessionStore(key).load() == db.SessionStore(key).load() == {"said": {"é": [1, None]}}


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["gone", "over", "altered"])
def test_a_session_that_has_ended_is_empty_and_has_no_key(key: str, end: str) -> None:
    row = Session.objects.filter(session_key=key)
    if end == "gone":
        row.delete()
    elif end == "over":
        row.update(expire_date=timezone.now() - timedelta(seconds=1))
    else:
        row.update(session_data="junk:junk:junk")
    ours, django = SessionStore(key), db.SessionStore(key)
    assert ours.load() == django.load() == {}
    assert ours.session_key == django.session_key == (key if end == "altered" else None)
