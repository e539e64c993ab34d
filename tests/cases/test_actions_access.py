"""Giving a case, taking it back, shutting out: each once, each under the manager's name."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from audit.models import Entry
from cases import access, access_actions, events, moving, staff
from cases.models import Case, CaseUserPermission, Exclusion, Notice, Team, User
from tests.cases.test_actions import everything
from tests.cast import CaseFile, UserFactory

pytestmark = pytest.mark.django_db


def test_access_given_twice_and_ended_twice_is_one_entry_each(
    case_file: CaseFile, manager: User, colleague: User
) -> None:
    case, before = case_file.case, Entry.objects.count()
    for act in (
        access_actions.grant,
        access_actions.grant,
        access_actions.end_grant,
        access_actions.end_grant,
    ):
        act(by=manager, case=case, user=colleague)
    first, second = (
        access_actions.exclude(by=manager, case=case, user=colleague, reason="Kin") for _ in range(2)
    )
    assert first == second
    for _ in range(2):
        access_actions.end_exclusion(by=manager, exclusion=first)
    assert Entry.objects.count() == before + 4
    grants = CaseUserPermission.history
    assert list(grants.order_by("history_date").values_list("history_type", "history_user")) == [
        ("+", manager.id),
        ("-", manager.id),
    ]


def test_only_people_who_work_on_cases_are_given_one(
    case_file: CaseFile, manager: User, governance: User
) -> None:
    before = everything()
    with pytest.raises(ValidationError):
        access_actions.grant(by=manager, case=case_file.case, user=governance)
    with pytest.raises(ValidationError):
        access_actions.allocate(by=manager, case=case_file.case, owner=governance)
    assert everything() == before


def test_a_new_owner_works_and_the_old_one_no_longer(
    case_file: CaseFile, manager: User, officer: User, colleague: User
) -> None:
    access_actions.allocate(by=manager, case=case_file.case, owner=colleague)
    assert access.can(colleague, "work", case_file.case)
    assert not access.can(officer, "view", case_file.case)


# --- Grants that end -------------------------------------------------------------------------------------


def today(days: int = 0) -> date:
    return timezone.localdate() + timedelta(days=days)


def test_a_grant_lasts_until_the_end_of_its_day(a_case: Case, manager: User, colleague: User) -> None:
    access_actions.grant(by=manager, case=a_case, user=colleague, until=today())
    (given,) = staff.given(a_case)
    assert (given.user, given.last_day, given.by) == (colleague, today(), "Mary Field")
    assert timezone.localtime(given.ends_at).time() == time()
    access_actions.grant(by=manager, case=a_case, user=UserFactory())
    assert staff.given(a_case)[1].last_day == today(90)


@pytest.mark.parametrize("days", [-1, 366])
def test_a_day_that_is_past_or_too_far_is_refused(
    days: int, a_case: Case, manager: User, colleague: User, granted: User
) -> None:
    before = everything()
    with pytest.raises(ValidationError):
        access_actions.grant(by=manager, case=a_case, user=colleague, until=today(days))
    with pytest.raises(ValidationError):
        access_actions.extend_grant(by=manager, case=a_case, user=granted, until=today(days))
    assert everything() == before


def test_a_grant_is_extended_and_cut_short(a_case: Case, manager: User, granted: User) -> None:
    for days in (365, 3, 3):
        access_actions.extend_grant(by=manager, case=a_case, user=granted, until=today(days))
        (given,) = staff.given(a_case)
        assert (given.last_day, given.by) == (today(days), "Mary Field")
    assert Entry.objects.filter(kind="access.extended").count() == 2
    access_actions.end_grant(by=manager, case=a_case, user=granted)
    with pytest.raises(ValidationError, match="ended meanwhile"):
        access_actions.extend_grant(by=manager, case=a_case, user=granted, until=today(9))


def test_who_had_the_case_is_given_it_again(a_case: Case, manager: User, expired: User) -> None:
    assert staff.given(a_case) == []
    with pytest.raises(ValidationError):
        access_actions.extend_grant(by=manager, case=a_case, user=expired, until=today(9))
    access_actions.grant(by=manager, case=a_case, user=expired)
    assert access.can(expired, "work", a_case)


def test_nobody_who_is_kept_out_is_given_the_case_or_made_its_owner(
    a_case: Case, manager: User, excluded: User
) -> None:
    before = everything()
    access_actions.end_grant(by=manager, case=a_case, user=excluded)
    with pytest.raises(ValidationError, match="kept out"):
        access_actions.grant(by=manager, case=a_case, user=excluded)
    with pytest.raises(ValidationError, match="kept out"):
        access_actions.allocate(by=manager, case=a_case, owner=excluded)
    assert everything() != before
    assert Case.objects.get(id=a_case.id).owner != excluded


def test_the_owner_is_not_kept_out_before_another_is_named(
    a_case: Case, manager: User, officer: User, colleague: User
) -> None:
    with pytest.raises(ValidationError, match="Change the owner first"):
        access_actions.exclude(by=manager, case=a_case, user=officer, reason="Kin")
    assert access.can(officer, "work", a_case)
    access_actions.allocate(by=manager, case=a_case, owner=colleague)
    access_actions.exclude(by=manager, case=a_case, user=officer, reason="Kin")
    assert not access.visible_to(officer).exists()
    assert [one.kind for one in Notice.objects.filter(user=colleague)] == ["handed_on"]


# --- Restricted cases ------------------------------------------------------------------------------------


def test_a_restricted_case_is_open_to_those_who_are_named_alone(
    a_case: Case, team: Team, manager: User, granted: User, officer: User
) -> None:
    second = UserFactory(role="manager", teams=[team])
    for _ in range(2):
        access_actions.restrict(by=manager, case=a_case, reason="She works for us")
    assert Entry.objects.filter(kind="access.restricted").count() == 1
    assert not access.visible_to(second).exists()
    assert {one.user for one in staff.who_may_see(a_case)} == {manager, granted, officer}
    assert Case.objects.get(id=a_case.id).restriction_reason == "She works for us"
    with pytest.raises(Http404):
        access_actions.lift_restriction(by=second, case=a_case)
    for _ in range(2):
        access_actions.lift_restriction(by=manager, case=a_case)
    assert access.can(second, "manage_access", a_case)
    assert Entry.objects.filter(kind="access.restriction_lifted").count() == 1


@pytest.mark.parametrize("how", ["end_grant", "exclude"])
def test_a_restricted_case_keeps_a_manager_who_is_named(
    how: str, a_case: Case, team: Team, manager: User
) -> None:
    second = UserFactory(role="manager", teams=[team])
    access_actions.restrict(by=manager, case=a_case, reason="She works for us")
    reason = {"reason": "Kin"} if how == "exclude" else {}
    before = everything()
    with pytest.raises(ValidationError, match="restricted, and no manager"):
        getattr(access_actions, how)(by=manager, case=a_case, user=manager, **reason)
    assert everything() == before
    access_actions.grant(by=manager, case=a_case, user=second)
    getattr(access_actions, how)(by=second, case=a_case, user=manager, **reason)
    assert not access.visible_to(manager).exists()


def test_a_manager_who_owns_a_restricted_case_hands_it_to_another_manager_alone(
    a_case: Case, team: Team, manager: User, colleague: User
) -> None:
    second = UserFactory(role="manager", teams=[team])
    access_actions.allocate(by=manager, case=a_case, owner=manager)
    access_actions.restrict(by=manager, case=a_case, reason="She works for us")
    assert not staff.given(a_case)  # an owner needs no grant
    with pytest.raises(ValidationError, match="restricted, and no manager"):
        access_actions.allocate(by=manager, case=a_case, owner=colleague)
    a_case.refresh_from_db()  # as the page does after a refusal
    access_actions.allocate(by=manager, case=a_case, owner=second)
    assert access.can(second, "manage_access", a_case)


def test_a_lead_with_a_purpose_restricts_once_a_manager_is_named(
    a_case: Case, manager: User, purpose: User
) -> None:
    with pytest.raises(ValidationError, match="restricted, and no manager"):
        access_actions.restrict(by=purpose, case=a_case, reason="She works for us")
    assert not Case.objects.get(id=a_case.id).restricted
    fresh = Case.objects.get(id=a_case.id)
    access_actions.grant(by=purpose, case=fresh, user=manager)
    access_actions.restrict(by=purpose, case=fresh, reason="She works for us")
    assert [one.user for one in staff.given(fresh)] == [manager]


# --- Looking again ---------------------------------------------------------------------------------------


def test_what_was_given_restricted_or_kept_out_is_looked_at_every_90_days(
    a_case: Case, manager: User, granted: User, excluded: User, other_manager: User
) -> None:
    assert staff.reviews_due(manager, today(89)) == []
    assert staff.reviews_due(manager, today(90)) == [(a_case, today(90))]
    assert staff.reviews_due(other_manager, today(90)) == []
    assert staff.next_review(a_case) == today(90)
    old = timezone.now() - timedelta(days=100)
    Exclusion.objects.update(made_at=old)
    assert staff.reviews_due(manager, today()) == [(a_case, today(-10))]
    access_actions.review_access(by=manager, case=a_case)
    assert staff.reviews_due(manager, today(89)) == []
    assert staff.next_review(a_case) == today(90)
    reviewed = Entry.objects.get(kind="access.reviewed")
    # Two grants: to who is kept out, too, it was given.
    assert events.content_of(reviewed) == {"grants": 2, "exclusions": 1, "restricted": False}


def test_a_restriction_is_looked_at_too(a_case: Case, manager: User) -> None:
    access_actions.restrict(by=manager, case=a_case, reason="She works for us")
    Case.objects.update(restriction_reviewed_on=today(-95))
    assert staff.reviews_due(manager, today()) == [(a_case, today(-5))]
    access_actions.review_access(by=manager, case=Case.objects.get(id=a_case.id))
    assert staff.reviews_due(manager, today()) == []


def test_what_is_over_is_not_looked_at(a_case: Case, manager: User, expired: User) -> None:
    CaseUserPermission.objects.update(made_at=timezone.now() - timedelta(days=200))
    assert staff.reviews_due(manager, today()) == []
    assert staff.next_review(a_case) is None


def test_of_two_who_name_an_owner_at_once_the_second_looks_again(
    a_case: Case, manager: User, colleague: User, granted: User, other_team: Team
) -> None:
    first, second = (Case.objects.get(id=a_case.id) for _ in range(2))
    access_actions.allocate(by=manager, case=a_case, owner=colleague)
    entries = Entry.objects.count()
    with pytest.raises(ValidationError, match="Somebody else changed the owner"):
        access_actions.allocate(by=manager, case=first, owner=granted)
    elsewhere = UserFactory(teams=[other_team])
    with pytest.raises(ValidationError, match="Somebody else changed the team or the owner"):
        moving.move_case(by=manager, case=second, team=other_team, owner=elsewhere)
    assert (Case.objects.get(id=a_case.id).owner, Entry.objects.count()) == (colleague, entries)
