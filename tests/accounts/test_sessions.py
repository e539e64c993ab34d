"""One's own sessions: listed, ended at once, for nobody else to see; every end is an entry."""

import time
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import ledger
from cases import account_actions, idle, sessions, staff_actions
from cases.models import Notice, User
from dahashare.tasks import clear_sessions
from tests.accounts.test_step_up import long_ago
from tests.accounts.test_two_step import with_app
from tests.browser import BACKEND
from tests.cast import PASSWORD, UserFactory
from tests.second_step import code

pytestmark = pytest.mark.django_db
ADDRESS = "/account/sessions/"
AGENTS = {
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/129.0 Safari/537.3 Edg/129.0": "Edge on Windows",
    "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0": "Firefox on Linux",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17 Safari/604.1": "Safari on an iPhone",
    "Mozilla/5.0 (Linux; Android 14) Chrome/129.0 Mobile Safari/537.36": "Chrome on Android",
    "curl/8": "A browser we do not know",
    "": "A browser we do not know",
}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def kinds(user: User) -> list[str]:
    return [entry.kind for entry in ledger.history(user.id)]


@pytest.mark.parametrize("agent", AGENTS)
def test_a_browser_in_plain_words(agent: str) -> None:
    assert sessions.browser(agent) == AGENTS[agent]


def test_a_sign_in_is_listed_with_its_browser_and_this_one_is_marked(officer: User) -> None:
    agent = next(iter(AGENTS))
    client = Client(headers={"User-Agent": agent + "\x07\u202e"})
    client.post("/sign-in/", {"login": officer.email, "password": PASSWORD})
    (row,) = sessions.listed(officer, client.session.session_key)
    assert (row.browser, row.address, row.this) == ("Edge on Windows", "127.0.0.1", True)
    assert UserSession.objects.get().user_agent == agent
    other = signed_in(officer)
    page = other.get(ADDRESS).content.decode()
    assert page.count("This one") == 1
    assert "Edge on Windows" in page
    assert str(client.session.session_key) not in page


def test_an_ended_session_is_dead_at_the_next_request(officer: User) -> None:
    here, there, third = (signed_in(officer) for _ in range(3))
    number = UserSession.objects.get(session_key=there.session.session_key).pk
    assert here.post(ADDRESS, {"which": str(number)}).status_code == 302
    assert there.get("/").status_code == 302
    assert third.get("/").status_code == 200
    assert here.post(ADDRESS, {"which": "others"}).status_code == 302
    assert third.get("/").status_code == 302
    assert here.get("/").status_code == 200
    assert kinds(officer) == ["user.sessions_ended"] * 2
    assert "You are signed in nowhere else" in here.get(ADDRESS).content.decode()
    here.post(ADDRESS, {"which": "others"})
    assert len(kinds(officer)) == 2


def test_a_new_password_leaves_this_session_alone(officer: User) -> None:
    here, there = signed_in(officer), signed_in(officer)
    new = "three other unrelated words"
    here.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    officer.refresh_from_db()
    assert [row.this for row in sessions.listed(officer, here.session.session_key)] == [True]
    assert there.get("/").status_code == 302


def test_nobody_ends_or_sees_the_sessions_of_somebody_else(officer: User, colleague: User) -> None:
    theirs, mine = signed_in(colleague), signed_in(officer)
    number = UserSession.objects.get(user=colleague).pk
    for which in (str(number), "1e3", "-1", "9" * 30, "\u0661", "", "x"):
        assert mine.post(ADDRESS, {"which": which}).status_code == 302
    assert theirs.get("/").status_code == 200
    assert kinds(officer) == []
    assert sessions.listed(officer, None)[0].number != number


def test_locked_and_older_passwords_sessions_are_not_listed(officer: User) -> None:
    for change in ({idle.SEEN: int(time.time()) - 3_600}, {"_auth_user_hash": "old"}):
        store = signed_in(officer).session
        store.update(change)
        store.save()
    assert sessions.listed(officer, None) == []


def test_the_list_costs_no_query_for_each_session_and_a_page_none(officer: User) -> None:
    clients = [signed_in(officer)]

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert clients[0].get(address).status_code == 200
        return len(found)

    before = queries(ADDRESS), queries("/account/password/")
    clients += [signed_in(officer) for _ in range(5)]
    assert (queries(ADDRESS), queries("/account/password/")) == before
    with CaptureQueriesContext(connection) as found:
        clients[0].get("/account/password/")
    assert not [one for one in found if "usersessions" in one["sql"]]


def test_an_administrator_signs_somebody_out_everywhere(administrator: User, officer: User) -> None:
    windows, admin = [signed_in(officer) for _ in range(2)], signed_in(administrator)
    address = reverse("person_sign_out", args=[officer.id])
    for _ in range(2):
        assert admin.post(address).status_code == 302
    assert [window.get("/").status_code for window in windows] == [302, 302]
    assert kinds(administrator) == ["user.sessions_ended"]
    with pytest.raises(PermissionDenied):
        staff_actions.sign_out_everywhere(by=officer, user=administrator)
    assert admin.get("/").status_code == 200


def notices_of(user: User) -> list[tuple[str, User | None]]:
    return [(one.kind, one.about) for one in Notice.objects.filter(user=user).order_by("made_at")]


def test_whoever_could_sign_in_as_somebody_else_proves_who_they_are_and_a_lead_is_told(
    administrator: User, officer: User, governance: User
) -> None:
    admin = long_ago(signed_in(administrator))
    for name in ("person_link", "person_two_step"):
        for answer in (
            admin.get(reverse(name, args=[officer.id])),
            admin.post(reverse(name, args=[officer.id])),
        ):
            assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert (kinds(administrator), notices_of(governance)) == ([], [])
    assert admin.post(reverse("person_sign_out", args=[officer.id])).status_code == 302
    account_actions.new_link(by=administrator, user=officer)
    assert notices_of(governance) == [("sign_in_opened", officer)]
    told = signed_in(governance).get("/").content.decode()
    assert f"{officer.name}: an administrator has set back how they sign in" in told
    new, _ = account_actions.add_user(by=administrator, email="new@council.example", name="N", role="officer")
    account_actions.new_link(by=administrator, user=new)
    assert len(notices_of(governance)) == 1


def test_resetting_the_second_step_ends_sessions_and_tells_the_person(
    administrator: User, officer: User, governance: User
) -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=officer, type="totp", data={"secret": ""})
    window, admin = signed_in(officer), signed_in(administrator)
    assert "An app" in admin.get(reverse("person_change", args=[officer.id])).content.decode()
    assert admin.post(reverse("person_two_step", args=[officer.id])).status_code == 302
    assert not Authenticator.objects.filter(user=officer).exists()
    assert window.get("/").status_code == 302
    assert notices_of(governance) == [("sign_in_opened", officer)]
    notice = Notice.objects.get(user=officer)
    assert (notice.kind, notice.about, notice.case) == ("two_step_reset", administrator, None)
    assert kinds(administrator) == ["user.two_step_reset"]
    own = admin.post(reverse("person_two_step", args=[administrator.id])).content.decode()
    assert staff_actions.NOT_ONES_OWN in own
    assert kinds(administrator) == ["user.two_step_reset"]


def test_rows_of_sessions_that_are_over_go(officer: User, administrator: User) -> None:
    signed_in(officer)
    Session.objects.all().delete()
    stays = signed_in(administrator)
    clear_sessions()
    assert [row.session_key for row in UserSession.objects.all()] == [stays.session.session_key]


def test_a_deactivated_persons_sessions_are_gone(administrator: User, officer: User) -> None:
    signed_in(officer)
    account_actions.deactivate(by=administrator, user=officer)
    assert not UserSession.objects.filter(user=officer).exists()
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("before", "after", "address", "codes"),
    [
        ("officer", "governance", "/cases/", (200, 404)),
        ("officer", "administrator", "/people/", (404, 200)),
        ("manager", "officer", "/team/", (200, 404)),
        ("administrator", "officer", "/people/", (200, 404)),
        ("governance", "manager", "/exports/", (200, 404)),
        ("officer", "manager", "/team/", (404, 200)),
    ],
)
def test_a_changed_role_holds_from_the_next_request_on(
    before: str, after: str, address: str, codes: tuple[int, int], administrator: User, team: Any
) -> None:
    user = UserFactory(role=before, teams=[team])
    window = signed_in(user)
    assert window.get(address).status_code == codes[0]
    account_actions.change_user(by=administrator, user=user, role=after, teams=[team])
    assert window.get(address).status_code == codes[1]


def test_a_team_that_is_left_is_closed_from_the_next_request_on(
    administrator: User, manager: User, a_case: Any, other_team: Any
) -> None:
    window = signed_in(manager)
    assert window.get(f"/cases/{a_case.reference}/").status_code == 200
    account_actions.change_user(by=administrator, user=manager, role="manager", teams=[other_team])
    assert window.get(f"/cases/{a_case.reference}/").status_code == 404


def test_no_session_holds_the_address_that_was_typed(officer: User) -> None:
    client = Client()
    secret = with_app(officer)
    client.post("/sign-in/", {"login": officer.email, "password": PASSWORD, "save": "1"})
    half = client.session
    assert half["account_login"]["email"] is None
    assert officer.email not in str(dict(half))
    client.post("/sign-in/second-step/", {"code": code(secret)})
    assert [one["method"] for one in client.session["account_authentication_methods"]] == ["password", "mfa"]
    assert officer.email not in str(dict(client.session))
