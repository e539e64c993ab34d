"""A leaver's access ends in one action, and their cases find an owner who may know of them."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import ledger
from audit.models import Entry
from cases import access, access_actions, account_actions, events, handing
from cases.models import Case, CaseUserPermission, Notice, Team, User
from tests.audit.test_append import at_once
from tests.browser import BACKEND
from tests.cast import CaseFile, UserFactory, make_case

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def owners(*cases: Case) -> list[User]:
    return [Case.objects.get(id=case.id).owner for case in cases]


@pytest.fixture
def gone(officer: User, administrator: User, case_file: CaseFile) -> User:
    account_actions.deactivate(by=administrator, user=officer)
    return officer


def hand_on(by: User, leaver: User, team: Team, to: User | None = None, **given: Any) -> int:
    return handing.hand_on(by=by, leaver=leaver, team=team, to=to, **given)


def test_one_post_shuts_out_and_hands_on(
    administrator: User, officer: User, colleague: User, case_file: CaseFile, team: Team
) -> None:
    case, open_window = case_file.case, signed_in(officer)
    assert open_window.get(f"/cases/{case.reference}/").status_code == 200
    admin, address = signed_in(administrator), reverse("person_deactivate", args=[officer.id])
    page = admin.get(address).content.decode()
    assert "Who takes 1 open case of North housing?" in page
    assert case.reference not in page
    answer = admin.post(address, {f"team_{team.id}": str(colleague.id)}, follow=True)
    assert "The person is shut out. 1 case is handed on." in answer.content.decode()
    assert open_window.get(f"/cases/{case.reference}/").status_code == 302
    assert owners(case) == [colleague]
    assert access.can(colleague, "work", case)
    last = ledger.history(case.id).last()
    assert last
    assert (last.kind, last.actor) == ("case.allocated", administrator.id)
    assert events.content_of(last) == {"user": str(colleague.id), "name": "Colin Reed", "was": "Olive Marsh"}
    notice = Notice.objects.get(user=colleague)
    assert (notice.kind, notice.case, notice.about) == ("handed_on", case, officer)


def test_what_stands_in_the_way_of_handing_on_never_keeps_somebody_in(
    administrator: User, officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    client = signed_in(administrator)
    client.raise_request_exception = False
    monkeypatch.setattr("cases.handing.hand_on", fail)
    taker = {f"team_{case_file.case.team_id}": "manager"}
    UserFactory(role="manager", teams=[case_file.case.team])
    assert client.post(reverse("person_deactivate", args=[officer.id]), taker).status_code == 500
    assert not User.objects.get(id=officer.id).is_active
    monkeypatch.undo()
    assert "1 open case still belongs to" in client.get(reverse("people")).content.decode()
    page = client.post(reverse("person_hand_on", args=[officer.id]), taker, follow=True).content.decode()
    assert "1 case is handed on." in page
    assert "still belongs" not in client.get(reverse("people")).content.decode()


def test_interrupted_half_way_it_is_run_again_and_every_case_is_told_once(
    administrator: User, manager: User, gone: User, case_file: CaseFile, team: Team,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    cases = [case_file.case]
    for _ in range(2):
        cases.append(make_case(manager, team).case)
        access_actions.allocate(by=manager, case=cases[-1], owner=UserFactory(teams=[team]))
        Case.objects.filter(id=cases[-1].id).update(owner=gone)
    append, calls = ledger.append, iter(range(9))

    def fails_at_the_second(sealed: Any) -> Entry:
        if next(calls) == 1:
            raise ZeroDivisionError
        return append(sealed)

    monkeypatch.setattr("audit.ledger.append", fails_at_the_second)
    with pytest.raises(ZeroDivisionError):
        hand_on(administrator, gone, team)
    monkeypatch.undo()
    assert handing.left_behind() == {gone.id: 2}
    assert hand_on(administrator, gone, team) == 2
    assert hand_on(administrator, gone, team) == 0
    assert owners(*cases) == [manager] * 3
    assert Notice.objects.filter(user=manager, kind="handed_on").count() == 3
    assert handing.left_behind() == {}


@pytest.mark.django_db(transaction=True)
def test_of_four_who_hand_on_at_once_each_case_is_given_once(
    administrator: User, manager: User, gone: User, case_file: CaseFile, team: Team
) -> None:
    cases = [case_file.case, make_case(manager, team).case]
    Case.objects.update(owner=gone)
    given = at_once(lambda _: hand_on(administrator, gone, team), 4)
    assert sum(one for one in given if isinstance(one, int)) == 2, given
    assert owners(*cases) == [manager, manager]
    assert Entry.objects.filter(kind="case.allocated").count() == 2
    assert Notice.objects.filter(user=manager).count() == 2


def test_somebody_shut_out_never_gets_the_case_it_goes_to_the_manager(
    administrator: User, manager: User, gone: User, excluded: User, case_file: CaseFile, team: Team
) -> None:
    assert hand_on(administrator, gone, team, excluded) == 1
    assert owners(case_file.case) == [manager]
    assert not Notice.objects.filter(user=excluded).exists()


def test_an_excluded_manager_is_passed_over_and_what_nobody_may_take_stays(
    administrator: User, manager: User, gone: User, case_file: CaseFile, team: Team
) -> None:
    second = UserFactory(role="manager", teams=[team], name="Zoe Last")
    access_actions.exclude(by=second, case=case_file.case, user=manager, reason="Related")
    access_actions.exclude(by=second, case=case_file.case, user=second, reason="Related")
    assert hand_on(administrator, gone, team) == 0
    assert owners(case_file.case) == [gone]
    assert handing.left_behind() == {gone.id: 1}


def test_a_restricted_case_goes_to_somebody_who_was_named(
    administrator: User, manager: User, gone: User, granted: User, colleague: User, case_file: CaseFile
) -> None:
    Case.objects.filter(id=case_file.case.id).update(restricted=True)
    assert hand_on(administrator, gone, case_file.case.team, colleague) == 1
    assert owners(case_file.case) == [granted]


def test_what_the_leaver_was_given_by_name_ends_with_an_entry_in_each_case(
    administrator: User, granted: User, case_file: CaseFile, manager: User
) -> None:
    with pytest.raises(PermissionDenied):
        handing.end_grants(by=administrator, leaver=granted)
    client = signed_in(administrator)
    assert client.post(reverse("person_deactivate", args=[granted.id])).status_code == 302
    assert not CaseUserPermission.objects.filter(user=granted).exists()
    last = ledger.history(case_file.case.id).last()
    assert last
    assert (last.kind, last.actor) == ("access.ended", administrator.id)
    account_actions.reactivate(by=administrator, user=granted)
    assert not access.can(User.objects.get(id=granted.id), "view", case_file.case)


@pytest.mark.parametrize("who", ["officer", "other_manager", "governance", "superuser", "administrator"])
def test_who_may_not(
    who: str, case_file: CaseFile, colleague: User, manager: User, request: pytest.FixtureRequest
) -> None:
    """An administrator too, while the owner is still here."""
    by, entries = request.getfixturevalue(who), Entry.objects.count()
    with pytest.raises(PermissionDenied):
        hand_on(by, case_file.case.owner, case_file.case.team, colleague)
    assert Entry.objects.count() == entries


def test_a_manager_hands_on_what_is_ticked(
    manager: User, officer: User, colleague: User, case_file: CaseFile, team: Team
) -> None:
    kept, client = make_case(officer, team).case, signed_in(manager)
    address = reverse("team_hand_on", args=[officer.id])
    page = client.get(address).content.decode()
    assert page.count("checked") == 2
    box, to = f"cases_team_{team.id}", f"team_{team.id}"
    assert "Select at least one case" in client.post(address, {}).content.decode()
    ticked = {box: [case_file.case.reference]}
    assert "Select who takes the cases" in client.post(address, ticked).content.decode()
    forged = client.post(address, {box: ["C-ZZZZZZ"], to: str(colleague.id)})
    assert forged.status_code == 200
    assert owners(case_file.case, kept) == [officer, officer]
    assert client.post(address, {**ticked, to: str(colleague.id)}).status_code == 302
    assert owners(case_file.case, kept) == [colleague, officer]


def test_a_manager_who_is_shut_out_of_a_case_neither_sees_nor_hands_it_on(
    manager: User, officer: User, colleague: User, case_file: CaseFile, team: Team
) -> None:
    second = UserFactory(role="manager", teams=[team])
    access_actions.exclude(by=second, case=case_file.case, user=manager, reason="Related")
    page = signed_in(manager).get(reverse("team_hand_on", args=[officer.id])).content.decode()
    assert case_file.case.reference not in page
    assert hand_on(manager, officer, team, colleague, cases=[case_file.case.id]) == 0
    assert owners(case_file.case) == [officer]


def test_only_somebody_of_the_team_takes_them(
    manager: User, other_manager: User, case_file: CaseFile
) -> None:
    for stranger in (other_manager, UserFactory(is_active=False, teams=[case_file.case.team])):
        with pytest.raises(ValidationError):
            hand_on(manager, case_file.case.owner, case_file.case.team, stranger)


def test_each_more_case_costs_the_same_and_the_rest_is_constant(
    administrator: User, manager: User, gone: User, case_file: CaseFile, team: Team
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            hand_on(administrator, gone, team)
        return len(found)

    counts = []
    for amount in (1, 2, 3):
        Case.objects.update(owner=manager)
        while Case.objects.count() < amount:
            make_case(manager, team)
        Case.objects.update(owner=gone)
        counts.append(queries())
    assert counts[2] - counts[1] == counts[1] - counts[0]
