"""Proving again who one is, before an export: back to where one was, and what was sent is not lost."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from audit.models import Export
from cases import two_step_actions
from cases.models import ParkedPost, User
from tests.accounts.test_two_step import AGAIN, with_app
from tests.browser import BACKEND
from tests.cast import PASSWORD, CaseFile
from tests.clear import whole_database
from tests.second_step import code
from tests.sharing.deciding import decided

pytestmark = pytest.mark.django_db
EXPORT = "/exports/new/"
WITH_NAMES = {
    "purpose": "audit", "purpose_text": "", "format": "csv", "which": "minimum", "names": "in",
    "reason": "The panel asks for them", "free_text": "out", "locked": "out", "period": "all",
}  # fmt: skip


def long_ago(client: Client, minutes: float = 6) -> Client:
    """A session whose person proved some minutes ago who they are."""
    session = client.session
    earlier = timedelta(minutes=minutes).total_seconds()
    session["signed_in_at"] -= earlier
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**one, "at": one["at"] - earlier} for one in records]
    session.save()
    return client


@pytest.fixture
def lead(client: Client, governance: User, officer: User, case_file: CaseFile) -> Client:
    """The information governance lead, signed in six minutes ago."""
    cache.clear()
    decided(officer, case_file)
    client.force_login(governance, backend=BACKEND)
    return long_ago(client)


def send(client: Client) -> Any:
    """Ask for an export with names, as a browser does."""
    return client.post(EXPORT, urlencode(WITH_NAMES), "application/x-www-form-urlencoded")


def asked_for(answer: Any) -> bool:
    """Whether the answer leads to the export that was asked for."""
    return bool(
        (answer.status_code, answer.headers["Location"]) == (302, f"{reverse('exports')}{newest().id}/")
    )


def newest() -> Export:
    return Export.objects.latest("asked_at")


def test_an_export_asks_again_and_keeps_what_was_sent(lead: Client) -> None:
    answer = send(lead)
    assert answer["Location"] == f"{AGAIN}?next=/parked/"
    assert "The panel asks" not in whole_database()
    page = lead.get(answer["Location"]).text
    assert "Confirm it is you" in page
    assert 'value="/parked/"' in page
    wrong = lead.post(AGAIN, {"password": "wrong", "next": "/parked/"})
    assert "That is not your password" in wrong.text
    assert send(lead)["Location"].startswith(AGAIN)
    assert not Export.objects.exists()
    assert lead.post(AGAIN, {"password": PASSWORD, "next": "/parked/"})["Location"] == "/parked/"
    kept = lead.get("/parked/").text
    assert f'action="{EXPORT}"' in kept
    assert '<input type="hidden" name="period" value="all">' in kept
    assert asked_for(send(lead))
    assert ParkedPost.objects.count() == 0


def test_within_five_minutes_it_is_not_asked(lead: Client, governance: User) -> None:
    lead.force_login(governance, backend=BACKEND)
    long_ago(lead, 4.8)
    assert asked_for(send(lead))


def test_a_stranger_reads_the_same_however_long_ago(client: Client, officer: User) -> None:
    client.force_login(officer, backend=BACKEND)
    assert send(long_ago(client)).status_code == 404


def test_a_second_step_is_proven_and_a_password_does_not_do_instead(lead: Client, governance: User) -> None:
    secret = with_app(governance)
    page = lead.get(AGAIN).text
    assert "Code from your app" in page
    assert 'type="password"' not in page
    assert lead.post(AGAIN, {"password": PASSWORD, "next": "/logs/"}).status_code == 200
    assert lead.post(AGAIN, {"code": code(secret), "next": "/logs/"})["Location"] == "/logs/"
    assert asked_for(send(lead))


def test_a_page_is_asked_for_and_come_back_to(lead: Client, governance: User) -> None:
    secret = with_app(governance)
    address = "/account/two-step/recovery-codes/new/"
    assert lead.get(address)["Location"] == f"{AGAIN}?next={address}"
    assert lead.post(AGAIN, {"code": code(secret), "next": address})["Location"] == address
    assert lead.get(address).status_code == 200


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"]
)
def test_it_leads_nowhere_else(lead: Client, away: str) -> None:
    assert lead.post(AGAIN, {"password": PASSWORD, "next": away})["Location"] == "/"


def test_guessing_is_slowed_down(lead: Client) -> None:
    for _ in range(5):
        lead.post(AGAIN, {"password": "wrong"})
    assert "Wait 5 minutes" in lead.post(AGAIN, {"password": PASSWORD}).text


def test_the_demonstration_has_a_button_on_this_machine_alone(
    lead: Client, governance: User, settings: Any
) -> None:
    governance.set_unusable_password()
    governance.save()
    lead.force_login(governance, backend=BACKEND)
    long_ago(lead)
    assert "Sign out" in lead.post(AGAIN, {"next": "/logs/"}).text
    settings.DEMO = True
    assert lead.post(AGAIN, {"next": "/logs/"}, REMOTE_ADDR="192.0.2.7").status_code == 200
    assert "It is me" in lead.get(AGAIN).text
    assert lead.post(AGAIN, {"next": "/logs/"})["Location"] == "/logs/"
    assert asked_for(send(lead))


def test_a_form_about_the_second_step_is_never_kept(lead: Client, governance: User) -> None:
    two_step_actions.add_app(by=governance, secret="JBSWY3DPEHPK3PXP", used=0)
    lead.post("/account/two-step/recovery-codes/new/", "save=1", "application/x-www-form-urlencoded")
    assert ParkedPost.objects.count() == 0
