"""A closed case is read, what happened is still recorded, and it is opened again; a case moves to a team."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from audit import ledger
from cases import access, access_actions, actions, events
from cases.closing import StillOpen, close_as_duplicate, close_case, reopen_case
from cases.models import Case, Notice, ParkedPost, Team, User
from cases.moving import move_case
from cases.reasons import CLOSED_BECAUSE, CLOSING
from sharing import actions as sharing_actions
from sharing import after_actions
from sharing.emergency_actions import record_emergency
from tests.cases.case_pages import address, html
from tests.cases.test_match import kinds
from tests.cast import CaseFile, UserFactory, make_case
from tests.sharing import hurrying
from tests.sharing.deciding import decided, draft_of
from tests.sharing.following import mark_sent, report

pytestmark = pytest.mark.django_db
SENT = {"already_sent": True, "sent_at": "2026-03-03T09:00:00+00:00"}


@pytest.fixture
def browser(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def post(browser: Client, case: Case, path: str, **answers: Any) -> Any:
    body = urlencode({"request_key": uuid4()} | answers)
    return browser.post(address(case, path), body, content_type="application/x-www-form-urlencoded")


def closed(case: Case, by: User) -> Case:
    close_case(by=by, case=case, reason="other", note="The house was sold")
    return Case.objects.get(id=case.id)


# --- Closing and opening again ---------------------------------------------------------------------------


def test_a_case_is_closed_and_opened_again_and_both_are_told(
    browser: Client, a_case: Case, officer: User
) -> None:
    assert "Close the case" in html(browser, address(a_case))
    post(browser, a_case, "close/", reason="moved_away", note="Leeds took over on 2 March")
    case = Case.objects.get(id=a_case.id)
    assert (case.status, case.closed_because, case.closing_note) == (
        "closed", "moved_away", "Leeds took over on 2 March",
    )  # fmt: skip
    page = html(browser, address(a_case))
    assert "This case is closed. Open it again to change it." in page
    assert "Leeds took over on 2 March" in page
    assert "Add a person" not in page
    post(browser, a_case, "reopen/", reason="She came back")
    case = Case.objects.get(id=a_case.id)
    assert (case.status, case.closed_at, case.closed_because, case.closing_note) == ("open", None, "", "")
    assert kinds(a_case)[-2:] == ["case.closed", "case.reopened"]
    timeline = html(browser, address(a_case, "timeline/"))
    for words in (
        "Case closed",
        "another organisation took over: Leeds",
        "Case opened again",
        "She came back",
    ):
        assert words in timeline, words
    assert ledger.verify().problem is None


def test_a_double_click_closes_and_opens_once(browser: Client, a_case: Case) -> None:
    key = {"request_key": str(uuid4())}
    for _ in range(2):
        answer = post(browser, a_case, "close/", reason="safe_now", **key)
        assert answer["Location"] == address(a_case)
    key = {"request_key": str(uuid4())}
    for _ in range(2):
        assert post(browser, a_case, "reopen/", reason="Again", **key)["Location"] == address(a_case)
    assert kinds(a_case)[-2:] == ["case.closed", "case.reopened"]


@pytest.mark.parametrize("reason", [code for code, *_ in CLOSING])
def test_every_reason_but_one_says_what_happened(browser: Client, a_case: Case, reason: str) -> None:
    answer = post(browser, a_case, "close/", reason=reason)
    wanted = reason != "safe_now"
    assert ("Enter what somebody must know" in answer.content.decode()) is wanted
    assert Case.objects.get(id=a_case.id).closed is not wanted
    assert CLOSED_BECAUSE[reason]


def test_bad_answers_close_nothing(browser: Client, a_case: Case) -> None:
    for bad, words in (
        ({"reason": "duplicate", "note": "x"}, "Select an answer from the list"),
        ({"reason": "other", "note": "a\x00b"}, "Remove the hidden control character"),
        ({"reason": "other", "note": "x" * 501}, "Shorten this to 500 characters"),
        ({"reason": "safe_now", "status": "open"}, "There is a field that this page does not have"),
    ):
        assert words in post(browser, a_case, "close/", **bad).content.decode()
    assert not Case.objects.get(id=a_case.id).closed


def test_emergency_access_closes_and_moves_nothing(client: Client, a_case: Case, emergency: User) -> None:
    client.force_login(emergency)
    assert "close/" not in html(client, address(a_case))
    twin = make_case(emergency, a_case.team).case
    for path, answers in (
        ("close/", {"reason": "moved_away", "note": "Gone"}),
        ("close/duplicate/", {"reference": twin.reference}),
        ("move/", {}),
    ):
        assert client.get(address(a_case, path)).status_code == 403
        assert post(client, a_case, path, **answers).status_code == 403
    for do in (
        lambda: closed(a_case, emergency),
        lambda: close_as_duplicate(by=emergency, case=a_case, of=twin),
    ):
        with pytest.raises(access.Refused):
            do()
    assert not Case.objects.filter(status="closed").exists()


# --- What still stands open ------------------------------------------------------------------------------


def test_what_is_not_finished_is_finished_first(browser: Client, case_file: CaseFile, officer: User) -> None:
    case = case_file.case
    draft = draft_of(officer, case_file)
    page = html(browser, address(case, "close/"))
    assert reverse("draft", args=[draft.id]) in page
    assert 'name="reason"' not in page
    with pytest.raises(StillOpen):
        close_case(by=officer, case=case, reason="safe_now")
    case = Case.objects.get(id=case.id)
    sharing_actions.discard_draft(by=officer, draft=draft)
    decision = decided(officer, case_file, send_by="2026-03-03T16:00:00+00:00")
    page = html(browser, address(case, "close/"))
    assert reverse("decision_sent", args=[decision.reference]) in page
    assert (
        "Finish what still stands open first"
        in post(browser, case, "close/", reason="safe_now").content.decode()
    )
    mark_sent(decision)
    incident = report(decision)
    page = html(browser, address(case, "close/"))
    assert incident.reference in page
    assert "Finish first" not in page, "the governance lead answers afterwards too"
    assert post(browser, case, "close/", reason="safe_now").status_code == 302


def test_an_emergency_share_and_a_provisional_case_are_finished_first(
    case_file: CaseFile, officer: User, browser: Client
) -> None:
    record_emergency(by=officer, case=case_file.case, answers=hurrying.given([case_file.survivor]))
    assert "Complete the emergency share" in html(browser, address(case_file.case, "close/"))
    loose = record_emergency(by=officer, answers=hurrying.given([])).case
    assert "Say which case this provisional case belongs to" in html(browser, address(loose, "close/"))
    for case in (case_file.case, loose):
        with pytest.raises(StillOpen):
            close_case(by=officer, case=case, reason="safe_now")


# --- A closed case ---------------------------------------------------------------------------------------


def test_a_closed_case_is_changed_by_nothing(
    browser: Client, case_file: CaseFile, officer: User, manager: User
) -> None:
    case = closed(case_file.case, officer)
    before = kinds(case)
    paths = ("change/", "people/add/", f"people/{case_file.child.id}/", "information/add/", "emergency/")
    for path in paths:
        assert browser.get(address(case, path)).status_code == 403, path
    page = post(browser, case, "people/add/", role="child", name="Typed in vain")
    assert page.status_code == 403
    assert "This case is closed" in page.content.decode()
    assert reverse("case_reopen", args=[case.reference]) in page.content.decode()
    assert ParkedPost.objects.filter(user=officer).exists(), "what was typed is kept"
    for act in (
        lambda: actions.change_case(by=officer, case=case, values={"staff_safety": "No"}),
        lambda: actions.log_consent(by=officer, case=case, values={"happened_on": None}),
        lambda: sharing_actions.start_draft(by=officer, case=case),
        lambda: close_case(by=manager, case=case, reason="safe_now"),
    ):
        with pytest.raises(access.Closed):
            act()
    assert kinds(case) == before, "nobody overstepped: no refusal is entered"


def test_what_was_typed_is_sent_once_the_case_is_open_again(
    browser: Client, a_case: Case, officer: User
) -> None:
    closed(a_case, officer)
    post(browser, a_case, "people/add/", role="child", name="Typed in vain")
    post(browser, a_case, "reopen/", reason="Again")
    kept = html(browser, reverse("parked"))
    assert 'value="Typed in vain"' in kept
    assert address(a_case, "people/add/") in kept


def test_what_happened_is_still_recorded(case_file: CaseFile, officer: User, browser: Client) -> None:
    decision = decided(officer, case_file, **SENT)
    case = closed(case_file.case, officer)
    fresh = type(decision).objects.get(id=decision.id)
    for name in ("decision", "decision_sent", "decision_review", "decision_wrong_person"):
        assert browser.get(reverse(name, args=[decision.reference])).status_code == 200, name
    assert browser.get(reverse("decision_correct", args=[decision.reference])).status_code == 403
    mark_sent(fresh)
    report(fresh)
    look = {"outcome": "new_decision", "reason": "She came back", "request_key": str(uuid4())}
    answer = browser.post(reverse("decision_review", args=[decision.reference]), look)
    assert answer["Location"] == reverse("decision", args=[decision.reference])
    with pytest.raises(access.Closed):
        after_actions.start_follow_up(by=officer, decision=fresh, as_="review")
    found = set(ledger.history(case.id).values_list("kind", flat=True))
    assert {"disclosure.recorded", "disclosure.wrong_recipient", "decision.reviewed"} <= found


def test_who_may_open_a_case_again(
    a_case: Case, officer: User, granted: User, manager: User, colleague: User
) -> None:
    closed(a_case, officer)
    for by in (colleague, UserFactory()):
        with pytest.raises(access.Hidden):
            reopen_case(by=by, case=a_case, reason="Nosy")
    for by in (granted, manager):
        reopen_case(by=by, case=Case.objects.get(id=a_case.id), reason="She came back")
        closed(Case.objects.get(id=a_case.id), officer)
    reopen_case(by=officer, case=Case.objects.get(id=a_case.id), reason="Again")
    with pytest.raises(PermissionDenied):
        reopen_case(by=officer, case=Case.objects.get(id=a_case.id), reason="It is open")


# --- Another team ----------------------------------------------------------------------------------------


def test_a_case_moves_to_another_team_and_its_new_owner_is_told(
    client: Client, a_case: Case, officer: User, manager: User, other_team: Team
) -> None:
    newcomer = UserFactory(name="Nora Quill", teams=[other_team])
    client.force_login(manager)
    page = html(client, address(a_case, "move/"))
    value = page.split("Nora Quill")[0].rsplit('value="', 1)[1].split('"')[0]
    answer = post(client, a_case, "move/", place=value, reason="They moved south")
    assert answer["Location"] == "/cases/", "the manager of the old team does not see it any more"
    case = Case.objects.get(id=a_case.id)
    assert (case.team, case.owner) == (other_team, newcomer)
    assert not access.can(officer, "view", case)
    entry = ledger.history(case.id).get(kind="case.moved")
    assert events.content_of(entry)["was"] == "Olive Marsh"
    assert [(one.kind, one.user) for one in Notice.objects.all()] == [("handed_on", newcomer)]


def test_who_may_move_a_case_and_to_whom(
    a_case: Case, officer: User, manager: User, other_team: Team, other_manager: User, governance: User
) -> None:
    theirs = UserFactory(teams=[other_team])
    for by in (officer, other_manager):
        with pytest.raises((PermissionDenied, access.Hidden)):
            move_case(by=by, case=a_case, team=other_team, owner=theirs)
    gone = UserFactory(teams=[other_team], is_active=False)
    kept_out = UserFactory(teams=[other_team])
    access_actions.exclude(by=manager, case=a_case, user=kept_out, reason="Related")
    for owner in (officer, governance, gone, kept_out):
        with pytest.raises(ValidationError):
            move_case(by=manager, case=Case.objects.get(id=a_case.id), team=other_team, owner=owner)
    assert Case.objects.get(id=a_case.id).team == a_case.team
    assert "case.moved" not in kinds(a_case)
