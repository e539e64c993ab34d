"""Queries that PostgreSQL plans once: the same answers, whatever becomes of the connection."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from cases import access, listing, prepared
from cases.models import Case, Team, User
from tests.cases.test_listing import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_connection() -> Iterator[None]:
    """What a test makes of its connection is no other test's."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL prepares")
    connection.close()
    yield
    connection.close()


def _held() -> dict[str, tuple[int, int]]:
    """The prepared queries of this connection: how often each was planned for its values, and for any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, custom_plans, generic_plans FROM pg_prepared_statements")
        return {name: (custom, generic) for name, custom, generic in cursor.fetchall()}


def _read(user: User) -> list[Case]:
    return listing.read(user, {}, "").cases


@pytest.fixture
def cases(officer: User, colleague: User, team: Team) -> list[Case]:
    """Three of one officer, one of another."""
    owners = [officer, officer, officer, colleague]
    return [
        Case.objects.create(team=team, owner=one, opened_at=NOW, concern_identified_at=NOW) for one in owners
    ]


def test_one_plan_serves_people_with_many_cases_and_with_few(
    cases: list[Case], officer: User, colleague: User, manager: User, other_manager: User
) -> None:
    for _ in range(6):
        for user in (officer, colleague, manager, other_manager):
            assert {case.id for case in _read(user)} == set(
                access.visible_to(user).values_list("id", flat=True)
            )
    assert all(custom == 0 for custom, _ in _held().values())
    assert len(_held()) == 3, "one for officers, one for managers of one team, one for who manages what"


def test_a_prepared_query_outlives_a_rollback_and_a_lost_connection(cases: list[Case], officer: User) -> None:
    with transaction.atomic():
        assert len(_read(officer)) == 3
        transaction.set_rollback(True)
    assert len(_read(officer)) == 3
    assert len(_held()) == 1
    connection.close()
    assert len(_read(officer)) == 3
    assert len(_held()) == 1
    assert len(_read(officer)) == 3


def test_where_the_database_forgot_it_is_asked_plainly(cases: list[Case], officer: User) -> None:
    assert len(_read(officer)) == 3
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    for _ in range(2):
        assert len(_read(officer)) == 3
    assert not _held()


def test_behind_a_pool_of_transactions_nothing_is_prepared(
    cases: list[Case], officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    assert len(_read(officer)) == 3
    assert not _held()


def test_another_error_is_raised_as_ever(cases: list[Case]) -> None:
    wrong: Any = prepared.Query("SELECT 1 / %s::int", ("n",), ("n",))
    assert prepared.ask(wrong, {"n": 1}) == [(1,)]
    with pytest.raises(Exception, match="division by zero"):
        prepared.ask(wrong, {"n": 0})
    assert prepared.ask(wrong, {"n": 1}) == [(1,)]
    assert len(_held()) == 1
