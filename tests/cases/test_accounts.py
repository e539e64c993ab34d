"""Staff, teams, agencies, settings: each change is one entry that names nobody; one administrator stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from audit import ledger
from audit.models import Entry
from cases import account_actions, events, setup_actions
from cases.models import Agency, Membership, Organisation, SignInLink, Team, User
from tests.audit.test_append import at_once
from tests.cast import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)

NEW = "another long password"
NAME, EMAIL = "Nina Newcomer", "nina@council.example"


def add(by: User, *teams: Team, role: str = "officer") -> tuple[User, str]:
    return account_actions.add_user(by=by, email=EMAIL, name=NAME, role=role, teams=teams)


Act = Callable[[User, User, Team], Any]
ACTIONS: dict[str, tuple[str, Act]] = {
    "add_user": ("user.added", lambda by, _user, team: add(by, team)),
    "new_link": ("user.link_made", lambda by, user, _: account_actions.new_link(by=by, user=user)),
    "change_user": (
        "user.changed",
        lambda by, user, _: account_actions.change_user(
            by=by, user=user, role="governance", teams=[], name=NAME, email=EMAIL
        ),
    ),
    "deactivate": ("user.deactivated", lambda by, user, _: account_actions.deactivate(by=by, user=user)),
    "add_team": ("team.added", lambda by, *_: setup_actions.add_team(by=by, name="East")),
    "add_agency": ("agency.added", lambda by, *_: setup_actions.add_agency(by=by, name="Canal rescue")),
    "set_organisation": (
        "organisation.changed",
        lambda by, *_: setup_actions.set_organisation(
            by=by, values={"type": "almo", "name": "Example Homes"}
        ),
    ),
}


def everything() -> list[Any]:
    tables = (User, Membership, SignInLink, Team, Agency, Organisation, Entry)
    return [sorted(str(row) for row in table.objects.values_list()) for table in tables]


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_is_one_entry_of_the_administrator_that_names_nobody(
    name: str, administrator: User, officer: User, team: Team
) -> None:
    kind, act = ACTIONS[name]
    act(administrator, officer, team)
    (entry,) = ledger.history(administrator.id)
    assert entry.kind == kind
    said = str(events.content_of(entry, of_case=False))
    assert not [word for word in ("Olive", "olive", "Nina", "nina") if word in said]
    assert ledger.verify().problem is None


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("who", ["officer", "manager", "governance", "superuser", "former"])
def test_only_an_administrator_may(
    name: str, who: str, administrator: User, officer: User, team: Team, request: pytest.FixtureRequest
) -> None:
    by = (
        UserFactory(role="administrator", is_active=False)
        if who == "former"
        else request.getfixturevalue(who)
    )
    before = everything()
    with pytest.raises(PermissionDenied):
        ACTIONS[name][1](by, officer, team)
    assert everything() == before


@pytest.mark.parametrize("name", ACTIONS)
def test_an_append_that_fails_leaves_no_row(
    name: str, administrator: User, officer: User, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_sealed: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("audit.ledger.append", fail)
    before = everything()
    with pytest.raises(ZeroDivisionError):
        ACTIONS[name][1](administrator, officer, team)
    assert everything() == before


def test_a_link_sets_the_password_once(administrator: User, team: Team) -> None:
    user, token = add(administrator, team)
    assert not user.has_usable_password()
    assert account_actions.redeem(token, NEW, name="Ignored", email="ignored@council.example") == user
    user.refresh_from_db()
    assert (user.check_password(NEW), user.name, user.email) == (True, NAME, EMAIL)
    with pytest.raises(account_actions.BadLink):
        account_actions.redeem(token, NEW)


def test_a_token_is_long_and_only_its_hash_is_kept(administrator: User) -> None:
    _, token = add(administrator)
    assert len(token) == 43
    assert token not in str(everything())


@pytest.mark.parametrize("end", ["late", "newer", "deactivated"])
def test_a_link_that_ended_opens_nothing(end: str, administrator: User) -> None:
    user, token = add(administrator)
    if end == "late":
        link = SignInLink.objects.get()
        assert timedelta(hours=71) < link.expires_at - timezone.now() < timedelta(hours=73)
        SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif end == "newer":
        account_actions.new_link(by=administrator, user=user)
    else:
        account_actions.deactivate(by=administrator, user=user)
        account_actions.reactivate(by=administrator, user=user)
    with pytest.raises(account_actions.BadLink):
        account_actions.redeem(token, NEW)
    with pytest.raises(account_actions.BadLink):
        account_actions.link_owner("made up")


@committed
def test_of_twenty_who_open_a_link_one_is_in_time(administrator: User) -> None:
    user, token = add(administrator)
    results = at_once(lambda number: account_actions.redeem(token, f"{NEW} {number}"))
    assert [type(result) for result in results].count(User) == 1
    assert [type(result) for result in results].count(account_actions.BadLink) == 19
    won = next(number for number, result in enumerate(results) if isinstance(result, User))
    user.refresh_from_db()
    assert user.check_password(f"{NEW} {won}")


def test_a_leaver_is_signed_out_at_once_and_stays_out(
    administrator: User, officer: User, client: Client
) -> None:
    client.force_login(officer, backend="cases.signed_in.Backend")
    assert client.get("/account/password/").status_code == 200
    account_actions.deactivate(by=administrator, user=officer)
    assert client.get("/account/password/").status_code == 302
    account_actions.reactivate(by=administrator, user=officer)
    assert client.get("/account/password/").status_code == 302
    officer.refresh_from_db()
    assert not officer.check_password(PASSWORD)
    assert officer.is_active


def test_deactivating_twice_is_one_entry(administrator: User, officer: User) -> None:
    for act in (account_actions.deactivate, account_actions.deactivate, account_actions.reactivate):
        act(by=administrator, user=officer)
    account_actions.reactivate(by=administrator, user=officer)
    kinds = [entry.kind for entry in ledger.history(administrator.id)]
    assert kinds == ["user.deactivated", "user.reactivated"]


def test_the_last_administrator_stays(administrator: User) -> None:
    UserFactory(role="administrator", is_active=False)
    invited, _ = account_actions.add_user(by=administrator, email=EMAIL, name=NAME, role="administrator")
    assert invited.is_active
    with pytest.raises(ValidationError, match="must remain"):
        account_actions.deactivate(by=administrator, user=administrator)
    with pytest.raises(ValidationError, match="must remain"):
        account_actions.change_user(by=administrator, user=administrator, role="officer", teams=[])
    administrator.refresh_from_db()
    assert (administrator.is_active, administrator.role) == (True, "administrator")


@committed
def test_two_administrators_cannot_deactivate_each_other_at_once(administrator: User) -> None:
    other = UserFactory(role="administrator")
    pairs: list[tuple[User, User]] = [(administrator, other), (other, administrator)]
    at_once(lambda n: account_actions.deactivate(by=pairs[n][0], user=pairs[n][1]), 2)
    assert User.objects.filter(role="administrator", is_active=True).count() == 1


def test_role_and_teams_change_together(
    administrator: User, officer: User, team: Team, other_team: Team
) -> None:
    for _ in range(2):
        account_actions.change_user(by=administrator, user=officer, role="manager", teams=[other_team])
    officer.refresh_from_db()
    assert (officer.role, list(officer.teams.all())) == ("manager", [other_team])
    assert ledger.history(administrator.id).count() == 1
    history = Membership.history
    assert {row.history_user for row in history.filter(user=officer).exclude(history_user=None)} == {
        administrator
    }


@pytest.mark.parametrize("taken", ["olive@council.example", "OLIVE@council.example"])
def test_an_address_belongs_to_one_person(taken: str, administrator: User, officer: User) -> None:
    with pytest.raises(ValidationError, match="already"):
        account_actions.add_user(by=administrator, email=taken, name=NAME, role="officer")


def test_agencies_keep_their_codes(administrator: User) -> None:
    names = ["Canal rescue", "Canal & rescue!", "消防署", "消防"]
    made = [setup_actions.add_agency(by=administrator, name=name) for name in names]
    assert len({agency.code for agency in made}) == 4
    with pytest.raises(ValidationError, match="already"):
        setup_actions.add_agency(by=administrator, name="canal RESCUE")
    changed = setup_actions.change_agency(
        by=administrator, agency=made[0], values={"name": "Canal service", "active": False}
    )
    assert (changed.code, Agency.objects.get(code=changed.code).name) == ("canal_rescue", "Canal service")


def test_an_agencys_mailbox_is_in_no_entry(administrator: User) -> None:
    agency = setup_actions.add_agency(by=administrator, name="Canal rescue")
    values = {"secure_address": "p.vane@canal.example", "duty_phone": "07700 900321"}
    setup_actions.change_agency(by=administrator, agency=agency, values=values)
    content = events.content_of(ledger.history(administrator.id).latest("seq"), of_case=False)
    assert content == {"agency": "canal_rescue", "fields": ["duty_phone", "secure_address"]}


def test_the_first_administrator(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("first_administrator")
    first = capsys.readouterr().out
    call_command("first_administrator")
    second = capsys.readouterr().out
    assert User.objects.count() == 1
    with pytest.raises(account_actions.BadLink):
        account_actions.link_owner(first.split("/")[2])
    token = second.removeprefix("/welcome/").removesuffix("/\n")
    account_actions.redeem(token, NEW, name=NAME, email=EMAIL)
    user = User.objects.get()
    assert (user.name, user.email, user.role) == (NAME, EMAIL, "administrator")
    call_command("first_administrator")
    third = capsys.readouterr()
    assert (third.out, "can sign in already" in third.err) == ("", True)


def test_the_first_administrator_takes_nobodys_place(officer: User) -> None:
    for email in (officer.email, "no address"):
        with pytest.raises(CommandError):
            call_command("first_administrator", email=email)
    assert User.objects.count() == 1
