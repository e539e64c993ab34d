"""The pages of people: what an administrator sees of somebody, and what a manager sees that somebody sees."""

from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit import ledger
from cases import access, access_actions, account_actions, events, sight, signing_in
from cases.models import Case, CaseUserPermission, Membership, SignInLink, Team, TimedAccess, User
from tests.browser import BACKEND
from tests.cast import CaseFile, UserFactory, make_case

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def text(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_day_of_training_is_entered_and_shown(administrator: User, officer: User, team: Team) -> None:
    admin, address = signed_in(administrator), reverse("person_change", args=[officer.id])
    values = {"name": officer.name, "email": officer.email, "role": "officer", "teams": [str(team.id)]}
    day = {"trained_on_day": "27", "trained_on_month": "3", "trained_on_year": "2026"}
    assert "Not recorded" in text(admin.get(reverse("people")))
    assert admin.post(address, values | day).status_code == 302
    assert User.objects.get(id=officer.id).trained_on == date(2026, 3, 27)
    assert "27 March 2026" in text(admin.get(reverse("people")))
    for wrong in ({"trained_on_day": "31", "trained_on_month": "2"}, {"trained_on_year": "2099"}):
        page = text(admin.post(address, values | day | wrong))
        assert 'id="id_trained_on_error"' in page
        assert officer.name in page
    last = ledger.history(administrator.id).last()
    assert last
    assert events.content_of(last, of_case=False)["fields"] == ["trained_on"]
    account_actions.change_user(by=administrator, user=officer, role="manager", teams=[team])
    assert User.objects.get(id=officer.id).trained_on == date(2026, 3, 27)


def test_what_became_of_an_invitation(administrator: User) -> None:
    user, token = account_actions.add_user(
        by=administrator, email="n@council.example", name="N", role="officer"
    )
    assert signing_in.state(user).invitation.startswith("Made, not used yet")
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert signing_in.state(user).invitation.startswith("Not used. It stopped working on")
    account_actions.new_link(by=administrator, user=user)
    assert signing_in.state(user).invitation.startswith("Made")
    SignInLink.objects.filter(expires_at__gt=timezone.now()).update(used_at=timezone.now())
    assert signing_in.state(user).invitation.startswith("Used on")
    assert token not in str(signing_in.state(user))
    account_actions.deactivate(by=administrator, user=user)
    assert signing_in.state(user).invitation.startswith("None works")


def test_the_second_step_is_named_and_nothing_of_it_shown(administrator: User, officer: User) -> None:
    assert signing_in.state(officer).two_step == "Not set up yet"
    for kind in ("totp", "recovery_codes"):
        Authenticator.objects.create(user=officer, type=kind, data={"secret": "CANARY", "seed": "CANARY"})
    page = text(signed_in(administrator).get(reverse("person_change", args=[officer.id])))
    assert "An app and recovery codes" in page
    assert "CANARY" not in page


def why(person: User, manager: User) -> dict[str, str]:
    return {case.reference: reason for case, reason in sight.of(person, manager).opens}


def test_what_somebody_can_see_and_why(
    manager: User, officer: User, granted: User, excluded: User, colleague: User, case_file: CaseFile
) -> None:
    reference = case_file.case.reference
    assert why(officer, manager) == {reference: "Owner"}
    assert why(colleague, manager) == {}
    ends = timezone.localtime(CaseUserPermission.objects.get(user=granted).ends_at)
    assert why(granted, manager) == {reference: f"Given until {ends.day} {ends:%B %Y}"}
    found = sight.of(excluded, manager)
    assert (found.opens, [one.case for one in found.kept_out]) == ([], [case_file.case])
    now = timezone.now()
    TimedAccess.objects.create(
        kind="emergency", case=case_file.case, user=colleague, begun_at=now, ends_at=now + timedelta(hours=1)
    )
    assert why(colleague, manager)[reference].startswith("Emergency access until")
    assert access.can(colleague, "view", case_file.case)
    CaseUserPermission.objects.filter(user=granted).update(ends_at=now - timedelta(seconds=1))
    assert why(granted, manager) == {}
    second = UserFactory(role="manager", teams=[case_file.case.team])
    assert sight.of(second, manager).manages == [case_file.case.team]


def test_a_manager_learns_of_no_case_that_is_not_theirs(
    manager: User, other_manager: User, other_team: Team, officer: User, case_file: CaseFile
) -> None:
    Membership.objects.create(user=officer, team=other_team)
    elsewhere = make_case(officer, other_team).case
    page = signed_in(manager).get(reverse("person_access", args=[officer.id]))
    assert case_file.case.reference in text(page)
    assert elsewhere.reference not in text(page)
    assert why(officer, other_manager) == {elsewhere.reference: "Owner"}
    second = UserFactory(role="manager", teams=[case_file.case.team])
    access_actions.exclude(by=second, case=case_file.case, user=manager, reason="Related")
    access_actions.exclude(by=second, case=case_file.case, user=UserFactory(name="Al"), reason="Related")
    page = signed_in(manager).get(reverse("person_access", args=[officer.id]))
    assert case_file.case.reference not in text(page)
    people = {one.user: one.cases for one in sight.colleagues(manager)}
    assert people[officer] == 0


def test_somebody_who_left_stays_on_the_managers_list_while_they_own_a_case(
    manager: User, officer: User, administrator: User, case_file: CaseFile
) -> None:
    account_actions.deactivate(by=administrator, user=officer)
    client = signed_in(manager)
    assert "Has left" in text(client.get(reverse("my_team")))
    page = text(client.get(reverse("person_access", args=[officer.id])))
    assert reverse("team_hand_on", args=[officer.id]) in page
    Case.objects.update(owner=manager)
    assert officer.name not in text(client.get(reverse("my_team")))


def test_the_pages_take_as_many_queries_for_many_cases_as_for_one(
    manager: User, officer: User, administrator: User, colleague: User, case_file: CaseFile, team: Team
) -> None:
    manages, admin = signed_in(manager), signed_in(administrator)
    pages = [
        (manages, reverse("my_team")),
        (manages, reverse("person_access", args=[officer.id])),
        (manages, reverse("team_hand_on", args=[officer.id])),
        (admin, reverse("people")),
        (admin, reverse("person_change", args=[officer.id])),
        (admin, reverse("person_deactivate", args=[officer.id])),
    ]

    def queries() -> list[int]:
        counts = []
        for client, address in pages:
            with CaptureQueriesContext(connection) as found:
                text(client.get(address))
            counts.append(len(found))
        return counts

    before = queries()
    UserFactory.create_batch(5, teams=[team])
    for _ in range(2):
        case = make_case(officer, team).case
        access_actions.exclude(by=manager, case=case, user=colleague, reason="Related")
    assert queries() == before
