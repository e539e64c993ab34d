"""The managers are told before no manager who is named for a restricted case is left."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases import access_actions, staff
from cases.models import Case, CaseUserPermission, Team, User
from sharing import work
from tests.cases.case_pages import address, html
from tests.cast import UserFactory

pytestmark = pytest.mark.django_db
SAID = "no manager of the team can open this case"
TASK = "Name a manager for longer for"


@pytest.fixture
def restricted(a_case: Case, manager: User) -> Case:
    access_actions.restrict(by=manager, case=a_case, reason="She works for us")
    return Case.objects.get(id=a_case.id)


def lasts(user: User, **left: float) -> None:
    CaseUserPermission.objects.filter(user=user).update(ends_at=timezone.now() + timedelta(**left))


def told(client: Client, user: User, case: Case) -> bool:
    """Whether the page and the list say it; both or none."""
    client.force_login(user)
    page = SAID in html(client, address(case, "access/"))
    listed = [(one.what, one.reference) for one in work.tasks(user) if one.what == TASK]
    assert listed == ([(TASK, case.reference)] if page else [])
    return page


def test_it_is_said_two_weeks_before(client: Client, restricted: Case, manager: User) -> None:
    assert not told(client, manager, restricted)
    lasts(manager, days=15)
    assert not told(client, manager, restricted)
    lasts(manager, days=13)
    assert told(client, manager, restricted)
    ((case, day),) = staff.last_days_named(Case.objects.all())
    assert (case, day) == (restricted, timezone.localdate() + timedelta(days=13))


def test_another_manager_of_the_team_is_enough_and_nobody_else(
    client: Client, restricted: Case, manager: User, other_manager: User, colleague: User, team: Team
) -> None:
    lasts(manager, days=3)
    for user in (other_manager, colleague):  # of another team; of this one and no manager
        access_actions.grant(by=manager, case=restricted, user=user)
    assert told(client, manager, restricted)
    second = UserFactory(role="manager", teams=[team])
    access_actions.grant(by=manager, case=restricted, user=second)
    assert not told(client, manager, restricted)
    access_actions.exclude(by=manager, case=restricted, user=second, reason="Kin")
    assert told(client, manager, restricted)


def test_an_owner_who_manages_the_team_has_it_without_an_end(
    client: Client, restricted: Case, manager: User, team: Team
) -> None:
    lasts(manager, days=3)
    Case.objects.filter(id=restricted.id).update(owner=UserFactory(role="manager", teams=[team]))
    assert not told(client, manager, restricted)


def test_a_closed_case_and_one_that_is_not_restricted_are_left_alone(restricted: Case, manager: User) -> None:
    lasts(manager, days=3)
    for change in ({"status": "closed"}, {"status": "open", "restricted": False}):
        Case.objects.filter(id=restricted.id).update(**change)
        assert staff.last_days_named(Case.objects.all()) == []
