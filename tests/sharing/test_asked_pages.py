"""The pages of a request made to us, as a browser meets them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import ledger
from cases.models import Case, Organisation, User
from sharing import actions, asked_actions
from sharing.forms.asked import answer_by
from sharing.models import Asked, AskedAnswer, Draft
from tests.cases.case_pages import html, with_key
from tests.cast import CaseFile
from tests.sharing.asked_of_us import JOB, NAME, WHAT, WHY, logged
from tests.sharing.deciding import NOT_SHARED, NOW, alter_seal, answers, decided, draft_of
from tests.sharing.filling import day
from tests.sharing.following import browser, entries

pytestmark = pytest.mark.django_db


def typed(**changes: Any) -> dict[str, Any]:
    """What a browser posts from the page that logs a request."""
    texts = {"requester_name": NAME, "requester_job": JOB, "agency": "health", "agency_name": ""}
    texts |= {"checked": "known_number", "what": WHAT, "why": WHY}
    times = day("received_at", -1, "9:30am") | day("answer_by", 2, "5pm")
    return with_key(texts | times | changes)


def new(case: Case) -> str:
    return reverse("asked_new", args=[case.reference])


def log(client: Client, case: Case, **changes: Any) -> str:
    """Post the page: the text of what comes back."""
    answer = client.post(new(case), typed(**changes))
    return str(answer.content.decode())


def test_it_is_logged_once_and_stands_in_the_case(officer: User, case_file: CaseFile) -> None:
    client, case = browser(officer), case_file.case
    said = typed()
    first, second = client.post(new(case), said), client.post(new(case), said)
    row = Asked.objects.get()
    assert first["Location"] == reverse("asked", args=[row.reference])
    assert second["Location"] == reverse("case_sharing", args=[case.reference])
    page = html(client, first["Location"])
    assert all(text in page for text in (NAME, JOB, WHAT, WHY, "To answer", "Health"))
    sharing = html(client, second["Location"])
    assert row.reference in sharing
    assert NAME not in sharing, "the list holds nothing that is sealed"
    assert row.reference in html(client, reverse("case", args=[case.reference]))
    assert ledger.history(case.id).filter(kind="asked.viewed").count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"requester_name": ""}, "Enter who asked"),
        ({"agency": ""}, "Select their agency"),
        ({"agency": "unlisted"}, "Enter the name of the agency"),
        ({"agency": "unlisted", "agency_name": "POLICE"}, "This agency is in the list. Select it there"),
        ({"agency_name": "Harbour Law"}, "Remove this, or select that the agency is not in the list"),
        ({"checked": ""}, "Select how you checked"),
        ({"what": "a\x00b"}, "Remove the hidden control character"),
        ({"what": " "}, "Enter what they asked for"),
        (day("received_at", 1, "9am"), "The time it came cannot be in the future"),
        (day("answer_by", -2, "9am"), "The time they need it by must be after the time it came"),
    ],
)
def test_an_error_says_what_to_do_and_nothing_is_lost(
    officer: User, case_file: CaseFile, changes: dict[str, Any], words: str
) -> None:
    page = log(browser(officer), case_file.case, **changes)
    assert words in page
    assert WHY in page
    assert not Asked.objects.exists()


def test_by_when_is_two_working_days_unless_they_say(officer: User, case_file: CaseFile) -> None:
    friday = datetime(2026, 3, 6, 11, tzinfo=UTC)
    assert answer_by(friday, Organisation.current()) == datetime(2026, 3, 10, 17, tzinfo=UTC)
    closed = Organisation(region="none", closed_days=["2026-03-09"])
    assert answer_by(friday, closed) == datetime(2026, 3, 11, 17, tzinfo=UTC)
    page = html(browser(officer), new(case_file.case))
    assert re.search(r'name="answer_by_time"[^>]*value="17:00"', page)


def test_who_was_not_checked_is_warned_of_until_it_is_answered(officer: User, case_file: CaseFile) -> None:
    row, client = logged(officer, case_file, checked="not_checked"), browser(officer)
    warning = "may pose as a professional to find somebody"
    assert warning in html(client, reverse("asked", args=[row.reference]))
    assert "Not checked" in html(client, reverse("case_sharing", args=[case_file.case.reference]))
    values = {"outcome": "withdrawn", "reason": "It was him, under her name"}
    asked_actions.answer_asked(by=officer, row=row, values=values)
    assert warning not in html(client, reverse("asked", args=[row.reference]))


def test_from_the_request_to_the_letter_that_says_why_not(officer: User, case_file: CaseFile) -> None:
    row, client = logged(officer, case_file), browser(officer)
    page, decide = reverse("asked", args=[row.reference]), reverse("asked_decide", args=[row.reference])
    first, second = client.post(decide), client.post(decide)
    draft = Draft.objects.get()
    assert first["Location"] == second["Location"] == reverse("draft", args=[draft.id])
    assert row.reference in html(client, first["Location"])
    requester = html(client, reverse("draft_step", args=[draft.id, "requester"]))
    assert f"{NAME}, {JOB}" in requester
    assert f"Go on with decision {draft.reference}" in html(client, page)
    said = answers(case_file, **NOT_SHARED) | {"started": "asked", "requester_checked": "known_number"}
    draft = actions.save_draft(by=officer, draft=draft, answers=said, saves=draft.saves)
    decision = actions.record(by=officer, draft=draft, now=NOW)
    shown = html(client, page)
    assert decision.reference in shown
    assert reverse("letter_declining", args=[row.reference, "L5"]) in shown
    assert row.reference in html(client, reverse("decision", args=[decision.reference]))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"outcome": ""}, "Select how it ends"),
        ({"reason": ""}, "Enter why"),
        ({"outcome": "decision"}, "Select the decision that answers it"),
        ({"decision": "the case's"}, "Remove this, or select that a decision answers it"),
        ({"outcome": "decision", "decision": "00000000-0000-0000-0000-000000000000"}, "Select an answer"),
    ],
)
def test_how_it_ended_is_asked_until_it_is_clear(
    officer: User, case_file: CaseFile, said: dict[str, str], words: str
) -> None:
    row, decision = logged(officer, case_file), decided(officer, case_file)
    given = {"outcome": "withdrawn", "reason": "She rang", "decision": "", "seen": "0"} | said
    given["decision"] = given["decision"].replace("the case's", str(decision.id))
    address = reverse("asked_answer", args=[row.reference])
    assert words in browser(officer).post(address, with_key(given)).content.decode()
    assert not AskedAnswer.objects.exists()


def test_two_people_who_end_it_at_once_make_one_answer(
    officer: User, granted: User, case_file: CaseFile
) -> None:
    row = logged(officer, case_file)
    address = reverse("asked_answer", args=[row.reference])
    given = {"outcome": "withdrawn", "reason": "She rang", "seen": "0"}
    assert browser(officer).post(address, with_key(given)).status_code == 302
    late = browser(granted).post(address, with_key(given | {"reason": "It is not ours"}))
    assert "Somebody answered this while you had the page open" in late.content.decode()
    assert "It is not ours" in late.content.decode(), "what was typed is kept"
    assert AskedAnswer.objects.count() == 1
    assert ledger.verify().problem is None


def test_an_altered_entry_is_told_and_decided_about_with_nothing_of_it(
    officer: User, case_file: CaseFile
) -> None:
    row = logged(officer, case_file, answer_by=timezone.now() + timedelta(days=3))
    alter_seal(row)
    page = html(browser(officer), reverse("asked", args=[row.reference]))
    assert "This is not what was recorded" in page
    assert WHAT not in page
    draft = asked_actions.start_answer(by=officer, row=row)
    assert actions.answers_of(draft)["recipients"] == []
    assert entries(decided(officer, case_file), "asked.logged")


def test_a_decision_that_was_begun_otherwise_says_which_request_it_answers(
    officer: User, case_file: CaseFile
) -> None:
    row, other, client = logged(officer, case_file), logged(officer, case_file), browser(officer)
    asked_actions.answer_asked(by=officer, row=other, values={"outcome": "withdrawn", "reason": "She rang"})
    draft = draft_of(officer, case_file, started="asked", urgency="today")
    requester = reverse("draft_step", args=[draft.id, "requester"])
    link = reverse("draft_asked", args=[draft.id])
    assert link in html(client, requester)
    page = html(client, link)
    assert row.reference in page
    assert other.reference not in page, "what is settled is not offered"
    assert "Select the request, or none of them" in client.post(link, {}).content.decode()
    assert client.post(link, {"which": "none"})["Location"] == requester
    assert Draft.objects.get().asked is None
    assert client.post(link, {"which": row.reference})["Location"] == requester
    draft = Draft.objects.get()
    said = actions.answers_of(draft)
    assert (draft.asked, said["requester_name"], said["urgency"]) == (row, f"{NAME}, {JOB}", "today")
    assert link not in html(client, requester)
    assert client.get(link)["Location"] == requester
    decision = actions.record(by=officer, draft=draft, now=NOW)
    assert decision.asked == row
    assert ledger.verify().problem is None


def test_a_request_that_was_answered_meanwhile_is_not_linked(
    officer: User, granted: User, case_file: CaseFile
) -> None:
    row, draft = logged(officer, case_file), draft_of(officer, case_file, started="asked")
    asked_actions.start_answer(by=granted, row=row)
    with pytest.raises(asked_actions.DecidedElsewhere):
        asked_actions.link_draft(by=officer, draft=draft, row=row)
    stale = draft_of(officer, case_file, started="asked")
    other = logged(officer, case_file)
    actions.save_draft(by=officer, draft=stale, answers=actions.answers_of(stale), saves=stale.saves)
    with pytest.raises(actions.DraftChanged):
        asked_actions.link_draft(by=officer, draft=stale, row=other)
    assert not Draft.objects.filter(asked=other).exists()
