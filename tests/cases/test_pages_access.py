"""Who can see a case: shown to those who work on it, changed by its manager."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from audit.models import Entry
from cases import access, access_actions, actions, staff
from cases.models import Case, User
from tests.cases.case_pages import address, html, with_key
from tests.cast import CaseFile, UserFactory


@pytest.fixture
def signed_in(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def act(client: Client, case: Case, action: str, **answers: object) -> str:
    """The page that a post leads to: empty where it was done."""
    posted = {name.replace("__", "-"): str(value) for name, value in answers.items()}
    response = client.post(address(case, "access/"), with_key({"action": action} | posted))
    return "" if response.status_code == 302 else response.content.decode()


def days(name: str, day: date) -> dict[str, object]:
    """A day as its three boxes are posted."""
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def test_who_can_see_is_what_the_policy_says(
    a_case: Case,
    officer: User,
    colleague: User,
    granted: User,
    manager: User,
    other_manager: User,
    excluded: User,
    deactivated: User,
    superuser: User,
    governance: User,
) -> None:
    everybody = (
        officer,
        colleague,
        granted,
        manager,
        other_manager,
        excluded,
        deactivated,
        superuser,
        governance,
    )
    shown = {one.user for one in staff.who_may_see(a_case)}
    assert shown == {user for user in everybody if access.can(user, "view", a_case)}
    assert shown == {officer, granted, manager}


def test_a_manager_gives_and_ends_access(signed_in: Client, a_case: Case, colleague: User) -> None:
    until = access_actions.last_day() - timedelta(days=60)
    assert act(signed_in, a_case, "grant", grant__user=colleague.id, **days("grant__until", until)) == ""
    assert access.can(colleague, "work", a_case)
    page = html(signed_in, address(a_case, "access/"))
    assert "Given the case" in page
    assert f"until {until:%A} {until.day} {until:%B %Y}, given by Mary Field" in " ".join(page.split())
    assert act(signed_in, a_case, "end_grant", which=colleague.id) == ""
    assert not access.can(colleague, "view", a_case)


def test_a_manager_changes_the_owner(signed_in: Client, a_case: Case, officer: User, colleague: User) -> None:
    assert act(signed_in, a_case, "allocate", allocate__user=colleague.id) == ""
    a_case.refresh_from_db()
    assert a_case.owner == colleague
    assert not access.can(officer, "view", a_case)


def test_a_manager_keeps_somebody_out_and_lets_them_in(
    signed_in: Client, a_case: Case, granted: User
) -> None:
    reason = {"exclude__reason": "Her neighbour"}
    assert act(signed_in, a_case, "exclude", exclude__user=granted.id, **reason) == ""
    assert not access.can(granted, "view", a_case)
    page = html(signed_in, address(a_case, "access/"))
    assert "Her neighbour" in page
    assert granted not in [one.user for one in staff.who_may_see(a_case)]
    (exclusion,) = staff.exclusions(a_case)
    assert act(signed_in, a_case, "end_exclusion", which=exclusion.id) == ""
    assert access.can(granted, "work", a_case)


def test_the_excluded_and_strangers_find_no_page(
    client: Client, a_case: Case, excluded: User, colleague: User
) -> None:
    for user in (excluded, colleague):
        client.force_login(user)
        assert client.get(address(a_case, "access/")).status_code == 404
        assert client.post(address(a_case, "access/"), {"action": "grant"}).status_code == 404


def test_an_officer_sees_who_and_neither_reasons_nor_forms(
    client: Client, a_case: Case, officer: User, colleague: User, excluded: User
) -> None:
    client.force_login(officer)
    page = html(client, address(a_case, "access/"))
    assert "Manager of the team" in page
    assert "Ask them" in page
    assert "brother of the alleged perpetrator" not in page
    assert excluded.name not in page
    assert 'name="action"' not in page
    assert "Who looked lately" not in page
    before = Entry.objects.filter(kind="access.granted").count()
    answers = with_key({"action": "grant", "grant-user": str(colleague.id)})
    assert client.post(address(a_case, "access/"), answers).status_code == 403
    assert Entry.objects.filter(kind="access.granted").count() == before


def test_only_you(client: Client, a_case: Case, officer: User) -> None:
    client.force_login(officer)
    assert "Only you" in html(client, address(a_case, "access/"))
    UserFactory(role="manager", teams=[a_case.team])
    assert "Only you" not in html(client, address(a_case, "access/"))


def test_whom_a_manager_may_choose(
    signed_in: Client,
    a_case: Case,
    officer: User,
    manager: User,
    governance: User,
    deactivated: User,
    excluded: User,
) -> None:
    until = days("grant__until", access_actions.last_day())
    for nobody in (officer, governance, deactivated, excluded, "", "x", uuid4()):
        who = getattr(nobody, "id", nobody)
        assert 'id="id_grant-user_error"' in act(signed_in, a_case, "grant", grant__user=who, **until), nobody
        assert 'id="id_allocate-user_error"' in act(signed_in, a_case, "allocate", allocate__user=who), nobody
    for nobody in (officer, manager, deactivated, excluded):
        page = act(signed_in, a_case, "exclude", exclude__user=nobody.id, exclude__reason="Knows him")
        assert 'id="id_exclude-user_error"' in page, nobody
        assert "Knows him</textarea>" in page
    reason = {"exclude__reason": "Knows him"}
    assert act(signed_in, a_case, "exclude", exclude__user=governance.id, **reason) == ""


@pytest.mark.parametrize("action", ["end_grant", "end_exclusion", "destroy", ""])
@pytest.mark.parametrize("which", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_what_is_not_there_is_a_clear_error(signed_in: Client, a_case: Case, action: str, which: str) -> None:
    before = Entry.objects.exclude(kind="case.viewed").count()
    assert "what was asked for is not there any more" in act(signed_in, a_case, action, which=which)
    assert Entry.objects.exclude(kind="case.viewed").count() == before


def test_an_exclusion_of_another_case_is_not_ended(
    signed_in: Client, case_file: CaseFile, officer: User, manager: User, colleague: User
) -> None:
    identified = case_file.case.concern_identified_at
    other = actions.create_case(by=officer, team=case_file.case.team, concern_identified_at=identified)
    exclusion = access_actions.exclude(by=manager, case=other, user=colleague, reason="Knows her")
    assert "not there any more" in act(signed_in, case_file.case, "end_exclusion", which=exclusion.id)
    exclusion.refresh_from_db()
    assert exclusion.ended_at is None
