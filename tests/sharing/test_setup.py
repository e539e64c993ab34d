"""Set-up: every part is asked and kept; all come before going live, and that before any case is opened."""

from datetime import time
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from cases import actions, setting_up, setup_actions
from cases.models import Case, Organisation, Policy, Team, User
from cases.setting_up import NotLive
from sharing.emergency_actions import record_emergency
from tests.cast import UserFactory, go_live
from tests.sharing import hurrying
from tests.sharing.deciding import NOW
from tests.sharing.setting_up import AGENCY, ANSWERS, fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


# --- Going live ------------------------------------------------------------------------------------------


def test_from_nothing_to_live(admin: Client) -> None:
    assert "0 of 11 parts are completed" in text(admin.get(reverse("setup")))
    fill(admin)
    assert "11 of 11 parts are completed" in text(admin.get(reverse("setup")))
    assert Organisation.current().live_since is None, "nobody has said so yet"
    page = text(admin.post(reverse("setup"), follow=True))
    assert "Officers can open cases now" in page
    entries = Entry.objects.filter(kind="organisation.went_live")
    assert entries.count() == 1
    since = Organisation.current().live_since
    admin.post(reverse("setup"))
    assert (entries.count(), Organisation.current().live_since) == (1, since)


@pytest.mark.parametrize("part", [*ANSWERS, "agencies", "teams", "people"])
def test_nothing_goes_live_while_a_part_is_open(part: str, admin: Client) -> None:
    fill(admin, but=part)
    page = text(admin.post(reverse("setup")))
    assert "Finish every part first" in page
    assert Organisation.current().live_since is None
    missing = setting_up.missing(Organisation.current())
    still = {name for name, lines in missing.items() if lines}
    assert still == ({"teams", "people"} if part == "teams" else {part.removeprefix("setup_")})


def test_an_officer_without_a_team_is_none_yet(admin: Client) -> None:
    fill(admin, but="teams")
    Team.objects.create(name="North housing")
    UserFactory(role="officer")
    assert setting_up.missing(Organisation.current())["people"] == [
        "Add an officer in a team",
        "Add a manager in a team",
    ]


def test_parts_are_changed_after_going_live(admin: Client) -> None:
    fill(admin)
    admin.post(reverse("setup"))
    assert admin.post(reverse("setup_timers"), ANSWERS["setup_timers"] | {"stale_after_days": "30"})
    now = Organisation.current()
    assert (now.stale_after_days, bool(now.live_since)) == (30, True)


# --- The gate --------------------------------------------------------------------------------------------


def test_no_case_is_opened_before_going_live(client: Client, officer: User, team: Team) -> None:
    go_live(live_since=None)
    client.force_login(officer)
    for name in ("home", "case_new", "emergency"):
        assert "An administrator has to finish setting this up first" in text(client.get(reverse(name)))
    assert "call 999 first" in text(client.post(reverse("emergency"), hurrying.PAGE))
    with pytest.raises(NotLive):
        actions.create_case(by=officer, team=team, concern_identified_at=NOW)
    with pytest.raises(NotLive):
        record_emergency(by=officer, answers=hurrying.given([]))
    assert (Case.objects.count(), Entry.objects.count()) == (0, 0)


def test_who_opens_no_case_meets_the_same_404_as_ever(client: Client, governance: User) -> None:
    go_live(live_since=None)
    client.force_login(governance)
    assert [client.get(reverse(name)).status_code for name in ("case_new", "emergency")] == [404, 404]


def test_the_administrator_sees_set_up_first(admin: Client) -> None:
    page = text(admin.get(reverse("home")))
    assert page.index("Set this up") < page.index("Go to set-up")
    assert 'href="/setup/notice/"' in page
    go_live()
    assert "Set this up" not in text(admin.get(reverse("home")))


# --- What is kept ----------------------------------------------------------------------------------------


def test_every_answer_is_kept(admin: Client) -> None:
    fill(admin)
    now = Organisation.current()
    assert (now.name, now.type, now.public_authority, now.seventh_basis) == (
        "Example Homes",
        "almo",
        None,
        False,
    )
    assert (now.notice_version, now.notice_link) == ("3.1", "https://homes.example/privacy")
    assert (now.notice_bases, now.policy_document) == (["6-1-e", "6-1-d"], True)
    assert (now.checklist_threshold, now.escalation_threshold, now.repeat_months) == (12, 4, 6)
    assert now.local_criteria == ["Stalking", "Pregnancy"]
    assert (now.stale_after_days, now.review_after_days, now.access_review_days) == (60, 21, 30)
    assert (now.chase_hours, now.chase_days, now.advice_days, now.digest_at) == (3, 4, 2, time(7, 30))
    assert (now.region, now.closed_days) == ("scotland", ["2026-12-24", "2026-12-29"])
    assert (now.working_from, now.working_until) == (time(8, 30), time(17))
    assert (now.urgent_basis, now.urgent_power) == ("6-1-e", "Care Act 2014, section 42")
    for name in (*ANSWERS, "agencies"):
        assert admin.get(reverse(name)).status_code == 200
    page = text(admin.get(reverse("setup_hours")))
    assert "24 12 2026\n29 12 2026" in page
    assert 'value="08:30"' in page


def test_a_policy_of_the_list_keeps_its_code_and_another_gets_one(admin: Client) -> None:
    fill(admin)
    own = ANSWERS["setup_policies"] | {"code": "", "name": "None", "link": "https://homes.example/p"}
    assert admin.post(reverse("setup_policies"), own).status_code == 302
    codes = dict(Policy.objects.values_list("name", "code"))
    assert codes["MARAC operating protocol"] == "marac-protocol"
    assert codes["None"] not in {"", "none"}, "that code means that no policy covers it"
    page = text(admin.post(reverse("setup_policies"), own | {"name": "marac OPERATING protocol"}))
    assert "There is a policy of this name already" in page
    changed = {name: value for name, value in own.items() if name != "code"}
    where = reverse("setup_policy", args=["marac-protocol"])
    assert (
        admin.post(where, changed | {"name": "MARAC protocol", "version": "3", "active": "no"}).status_code
        == 302
    )
    one = Policy.objects.get(code="marac-protocol")
    assert (one.name, one.version, one.active) == ("MARAC protocol", "3", False)


def test_an_agency_shows_its_route(admin: Client) -> None:
    assert admin.post(reverse("agency_change", args=["police"]), AGENCY).status_code == 302
    assert "Secure e-mail" in text(admin.get(reverse("agencies")))
    page = text(admin.post(reverse("agency_change", args=["police"]), AGENCY | {"secure_methods": []}))
    assert 'id="id_secure_methods_error"' in page
    weak = AGENCY | {"secure_methods": ["ordinary_email"]}
    assert 'id="id_secure_methods_error"' in text(admin.post(reverse("agency_change", args=["police"]), weak))


def test_an_action_of_set_up_is_an_administrators_alone(officer: User) -> None:
    for act in (
        lambda: setup_actions.go_live(by=officer),
        lambda: setup_actions.add_policy(by=officer, name="Ours"),
        lambda: setup_actions.set_organisation(by=officer, values={"name": "Ours"}, confirms="risk"),
    ):
        Organisation.objects.update(live_since=None)
        with pytest.raises(PermissionDenied):
            act()
    assert not Policy.objects.exists()
