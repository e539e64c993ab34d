"""The pages of emergency access and of a stated purpose, and what My work tells of them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from audit import ledger
from cases import access, access_actions, timed_access
from cases.models import Case, Exclusion, Notice, TimedAccess, User
from tests.accounts.test_step_up import long_ago
from tests.browser import BACKEND
from tests.cases.case_pages import address, html, with_key
from tests.cast import CaseFile, open_for
from tests.sharing.deciding import decided

pytestmark = pytest.mark.django_db

WRONG = "No case can be opened with this reference"


def sign_in(client: Client, user: User) -> Client:
    client.force_login(user, backend=BACKEND)
    return client


def ask(client: Client, reference: str, reason: str = "He is at the door") -> str:
    """The page that asking for emergency access leads to: an address, or the page itself."""
    answers = with_key({"reference": reference, "reason": reason})
    response = client.post("/emergency-access/", answers)
    return str(response["Location"]) if response.status_code == 302 else response.content.decode()


def test_emergency_access_is_begun_seen_on_each_page_and_ended(
    client: Client, a_case: Case, colleague: User
) -> None:
    sign_in(client, colleague)
    assert client.get(address(a_case)).status_code == 404
    assert ask(client, a_case.reference.lower().replace("-", " ")) == address(a_case)
    for path in ("", "people/", "risk/", "sharing/"):
        page = html(client, address(a_case, path))
        assert "Emergency access until" in page
        assert "1 hour" in page or "minutes" in page
    row = TimedAccess.objects.get()
    ended = client.post(f"/timed-access/{row.id}/end/")
    assert (ended.status_code, ended["Location"]) == (302, "/")
    assert client.get(address(a_case)).status_code == 404
    assert client.post(f"/timed-access/{row.id}/end/").status_code == 404


def test_who_can_open_the_case_is_led_to_it(client: Client, a_case: Case, officer: User) -> None:
    assert ask(sign_in(client, officer), a_case.reference) == address(a_case)
    assert not TimedAccess.objects.exists()


@pytest.mark.parametrize("reference", ["", "C-ZZZZZZ", "x", "C-7F3K2", "<b>", "D-ZZZZZZ", "C" * 20])
def test_a_reference_that_opens_nothing_loses_nothing_that_was_typed(
    reference: str, client: Client, colleague: User
) -> None:
    page = ask(sign_in(client, colleague), reference, "He is at the door")
    assert (WRONG if reference else "Enter the case’s reference") in page
    assert "He is at the door</textarea>" in page
    assert "Error:" in page


def test_an_old_sign_in_is_asked_again_first(client: Client, a_case: Case, colleague: User) -> None:
    sign_in(client, colleague)
    long_ago(client)
    typed = {"reference": a_case.reference, "reason": "He is at the door"}
    for response in (client.get("/emergency-access/"), client.post("/emergency-access/", typed)):
        assert response.status_code == 302
        assert response["Location"].startswith("/account/again/")
    assert not TimedAccess.objects.exists()
    assert client.get("/cases/").status_code == 200, "the session goes on: only this is asked again"


def test_a_manager_reviews_what_was_seen_and_done(
    client: Client, a_case: Case, colleague: User, manager: User
) -> None:
    ask(sign_in(client, colleague), a_case.reference)
    html(client, address(a_case, "people/"))
    row = TimedAccess.objects.get()
    place = f"/emergency-access/{row.id}/"
    assert client.get(place).status_code == 403
    page = html(sign_in(client, manager), "/")
    assert "Colin Reed has used emergency access to" in page
    assert "Look at emergency access to" in page
    page = html(client, place)
    assert "It is not over yet" in page
    assert "He is at the door" in page
    assert "Looked at the case" in page
    assert "People" in page
    early = client.post(place, with_key({"outcome": "right", "note": "Yes"}))
    assert "still have emergency access" in early.content.decode()
    assert client.post(f"/timed-access/{row.id}/end/")["Location"] == address(a_case, "access/")
    empty = client.post(place, with_key({})).content.decode()
    assert "Select whether it was right" in empty
    assert client.post(place, with_key({"outcome": "not_right", "note": "No danger"})).status_code == 302
    page = html(client, place)
    assert "says Mary Field" in page
    assert "No danger" in page
    assert "Look at emergency access to" not in html(client, "/")
    assert ledger.verify().problem is None


def test_a_purpose_opens_a_decision_and_leaves_no_form(
    client: Client, case_file: CaseFile, officer: User, governance: User
) -> None:
    decision = decided(officer, case_file).reference
    sign_in(client, governance)
    assert client.get(f"/decisions/{decision}/").status_code == 404
    assert f'value="{decision}"' in html(client, f"/purpose/?reference={decision}")
    answers = {"reference": decision, "purpose": "other"}
    assert "Enter what you look at it for" in client.post("/purpose/", with_key(answers)).content.decode()
    opened = client.post("/purpose/", with_key(answers | {"purpose": "review"}))
    assert opened["Location"] == f"/decisions/{decision}/"
    page = html(client, opened["Location"])
    assert "for this purpose: a statutory review" in page
    assert "Something in it is wrong" not in page
    for path in ("change/", "people/add/", "information/add/"):
        assert client.get(address(case_file.case, path)).status_code == 403
    for path in ("risk/", "consent/"):
        assert client.post(address(case_file.case, path), with_key({})).status_code == 403


def test_a_lead_with_a_purpose_shuts_somebody_out(
    client: Client, a_case: Case, purpose: User, granted: User
) -> None:
    sign_in(client, purpose)
    answers = {"action": "exclude", "exclude-user": str(granted.id), "exclude-reason": "His aunt"}
    assert client.post(address(a_case, "access/"), with_key(answers)).status_code == 302
    assert not access.can(granted, "view", a_case)


@pytest.mark.parametrize("page", ["emergency-access", "timed-access", "notices"])
def test_what_belongs_to_a_hidden_case_is_answered_like_what_is_not_there(
    page: str, client: Client, a_case: Case, excluded: User, manager: User, colleague: User
) -> None:
    row = open_for(colleague, a_case, "emergency", timedelta(hours=1))
    notice = Notice.objects.create(
        user=manager, kind="emergency_access", case=a_case, made_at=timezone.now(), access=row
    )
    ids = {"notices": notice.id}.get(page, row.id)
    path = {"emergency-access": "/emergency-access/{}/", "timed-access": "/timed-access/{}/end/"}
    pattern = path.get(page, "/notices/{}/seen/")
    sign_in(client, excluded)
    hidden, missing = (client.post(pattern.format(one)) for one in (ids, uuid4()))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.content == missing.content
    assert dict(hidden.headers) == dict(missing.headers)


def test_my_work_tells_when_to_look_at_access_again_and_the_page_puts_it_away(
    client: Client, a_case: Case, manager: User, excluded: User
) -> None:
    Exclusion.objects.update(made_at=timezone.now() - timedelta(days=120))
    sign_in(client, manager)
    assert "Look again at who may see" in html(client, "/")
    assert "It was due on" in html(client, address(a_case, "access/"))
    assert client.post(address(a_case, "access/"), with_key({"action": "review"})).status_code == 302
    assert "Look again at who may see" not in html(client, "/")


def test_a_notice_is_put_away(client: Client, a_case: Case, colleague: User, manager: User) -> None:
    timed_access.begin_emergency(by=colleague, reference=a_case.reference, reason="Now")
    sign_in(client, manager)
    assert "For you to know" in html(client, "/")
    notice = Notice.objects.get(user=manager)
    assert client.post(f"/notices/{notice.id}/seen/")["Location"] == "/"
    assert "For you to know" not in html(client, "/")


def test_a_case_is_restricted_and_opened_again_on_its_page(
    client: Client, a_case: Case, manager: User, other_manager: User
) -> None:
    sign_in(client, manager)
    place = address(a_case, "access/")
    assert "Enter why only a few" in client.post(place, with_key({"action": "restrict"})).content.decode()
    answers = {"action": "restrict", "restrict-reason": "She works for us"}
    assert client.post(place, with_key(answers)).status_code == 302
    page = html(client, place)
    assert "This case is restricted." in page
    assert "She works for us" in page
    end = client.post(place, with_key({"action": "end_grant", "which": str(manager.id)}))
    assert "no manager of the team would be named" in end.content.decode()
    assert client.post(place, with_key({"action": "lift"})).status_code == 302
    assert "This case is restricted." not in html(client, place)


def test_the_last_day_of_a_grant_is_changed_on_a_page_of_its_own(
    client: Client, a_case: Case, manager: User, granted: User
) -> None:
    sign_in(client, manager)
    place = address(a_case, f"access/{granted.id}/")
    day = timezone.localdate() + timedelta(days=7)
    boxes = {"until_day": day.day, "until_month": day.month, "until_year": day.year}
    assert (
        "from today to a year" in client.post(place, with_key(boxes | {"until_year": 2020})).content.decode()
    )
    assert client.post(place, with_key(boxes)).status_code == 302
    assert f"until {day:%A} {day.day} {day:%B %Y}" in " ".join(
        html(client, address(a_case, "access/")).split()
    )
    access_actions.end_grant(by=manager, case=a_case, user=granted)
    assert client.get(place).status_code == 302
