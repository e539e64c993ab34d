"""A possible duplicate: its owner is told, and whoever opened the other case cannot tell the difference."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import ledger
from audit.models import Entry
from cases import access_actions, actions, closing, events
from cases.closing import CannotBeDuplicate, StillOpen, close_as_duplicate
from cases.models import Case, Notice, Team, User
from tests.audit.test_append import at_once
from tests.cases.case_pages import PAGES, Answers, html, with_key
from tests.cases.test_match import kinds
from tests.cast import CaseFile, UserFactory, make_case
from tests.sharing.deciding import draft_of

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)
SAME = {"name": "Rosalind Achterberg", "preferred_name": "", "aliases": ""}


# --- The owner is told, the creator is not ---------------------------------------------------------------


def answers(file: CaseFile, team: Team, **changes: Any) -> Answers:
    born = {"birth_date_day": 14, "birth_date_month": 5, "birth_date_year": 1988}
    return with_key(
        PAGES["new"].answers(file) | SAME | born | {"contact": "", "team": str(team.id)} | changes
    )


def opened_by(user: User, posted: Answers) -> tuple[bytes, Any, bytes]:
    """What the creator gets: the answer to the post, its headers, and the page that it leads to."""
    client = Client()
    client.force_login(user)
    response = client.post("/cases/new/", posted)
    assert response.status_code == 302
    page = client.get(response["Location"])
    return response.content, dict(response.headers), page.content


def same_bytes(page: bytes) -> bytes:
    """A page without what differs between any two cases: references, ids and keys."""
    found = re.sub(rb"C-[2-9A-Z]{6}", b"C-REF", page)
    found = re.sub(rb'value="[A-Za-z0-9]{64}"', b"TOKEN", found)
    found = re.sub(rb'data-left="\d+"', b"LEFT", found)
    return re.sub(rb"[0-9a-f]{8}-[0-9a-f-]{27}", b"ID", found)


def test_the_owner_is_told_and_the_creator_gets_the_same_bytes(
    case_file: CaseFile, officer: User, other_team: Team
) -> None:
    newcomer = UserFactory(teams=[other_team])
    twin = opened_by(newcomer, answers(case_file, other_team))
    (notice,) = Notice.objects.all()
    assert (notice.kind, notice.user, notice.case, notice.about) == (
        "possible_duplicate", officer, case_file.case, newcomer,
    )  # fmt: skip
    work = Client()
    work.force_login(officer)
    told = unescape(html(work, "/"))
    assert f"{newcomer.name} (South housing) has recorded people in another case" in told
    assert Case.objects.get(owner=newcomer).reference not in told
    lone = opened_by(newcomer, answers(case_file, other_team, name="Rosalinde Achterbergh"))
    assert Notice.objects.count() == 1
    assert same_bytes(twin[0]) == same_bytes(lone[0])
    assert {k: re.sub("C-.{6}", "", v) for k, v in twin[1].items()} == {
        k: re.sub("C-.{6}", "", v) for k, v in lone[1].items()
    }
    assert same_bytes(twin[2]) == same_bytes(
        lone[2].replace(b"Rosalinde Achterbergh", b"Rosalind Achterberg")
    )


def test_nobody_is_told_of_what_they_opened_or_must_not_know(
    case_file: CaseFile, officer: User, manager: User, team: Team
) -> None:
    born = SAME | {"role": "victim_survivor", "birth_date": "1988-05-14"}
    soon: dict[str, Any] = {"concern_identified_at": timezone.now() - timedelta(hours=1), "team": team}
    actions.create_case(by=officer, people=[born], **soon)
    assert not Notice.objects.exists(), "their own"
    theirs = actions.create_case(by=manager, **soon)
    access_actions.exclude(by=manager, case=theirs, user=officer, reason="Related")
    actions.add_person(by=manager, case=theirs, values=born)
    assert not Notice.objects.filter(user=officer).exists(), "shut out of the new case"
    officer.is_active = False
    officer.save()
    actions.create_case(by=manager, people=[born], **soon)
    assert not Notice.objects.filter(user=officer).exists(), "they have left"


def test_somebody_who_is_added_later_is_found_too(
    case_file: CaseFile, officer: User, other_team: Team
) -> None:
    newcomer = UserFactory(teams=[other_team])
    case = actions.create_case(
        by=newcomer, team=other_team, concern_identified_at=timezone.now() - timedelta(hours=1)
    )
    child = {"role": "child", "name": "tobias ACHTERBERG", "birth_date": "2019-09-01"}
    actions.add_person(by=newcomer, case=case, values=child)
    assert [(one.user, one.case) for one in Notice.objects.all()] == [(officer, case_file.case)]


# --- Closing a case as a duplicate -----------------------------------------------------------------------


def close(browser: Client, case: Case, reference: str) -> Any:
    posted = {"reference": reference, "note": "Her number", "request_key": uuid4()}
    return browser.post(reverse("case_duplicate", args=[case.reference]), posted)


@pytest.fixture
def browser(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


@pytest.fixture
def twin(officer: User, team: Team) -> Case:
    return make_case(officer, team).case


def test_both_chains_say_so_and_neither_timeline_names_the_other(
    browser: Client, case_file: CaseFile, twin: Case, manager: User, officer: User
) -> None:
    typed = f" {case_file.case.reference.lower().replace('-', ' ')} "
    assert close(browser, twin, typed).status_code == 302
    stored = Case.objects.get(id=twin.id)
    assert (stored.closed, stored.closed_because, stored.duplicate_of) == (True, "duplicate", case_file.case)
    assert kinds(twin)[-1] == "case.closed_as_duplicate"
    assert kinds(case_file.case)[-1] == "case.duplicate_closed"
    received = ledger.history(case_file.case.id).get(kind="case.duplicate_closed")
    assert events.content_of(received) == {"reference": twin.reference}
    overview, other = (html(browser, reverse("case", args=[c.reference])) for c in (twin, case_file.case))
    assert f"{case_file.case.reference}</a>" in overview
    assert f"{twin.reference}</a>" in other
    access_actions.allocate(by=manager, case=case_file.case, owner=manager)
    for name in ("case", "case_timeline"):
        page = html(browser, reverse(name, args=[twin.reference]))
        assert case_file.case.reference not in page, f"{name}: they may not know of the other any more"
        browser.force_login(officer)
    access_actions.exclude(by=manager, case=twin, user=manager, reason="Related")
    browser.force_login(manager)
    stays = html(browser, reverse("case", args=[case_file.case.reference]))
    assert twin.reference not in stays, "they may not know of the duplicate any more"
    assert ledger.verify().problem is None


def test_every_reference_that_does_not_fit_gets_the_same_answer(
    browser: Client, officer: User, team: Team, other_team: Team, twin: Case, manager: User
) -> None:
    elsewhere = make_case(UserFactory(teams=[other_team]), other_team).case
    done = make_case(officer, team).case
    closing.close_case(by=officer, case=done, reason="safe_now")
    shut = make_case(officer, team).case
    access_actions.allocate(by=manager, case=shut, owner=manager)
    access_actions.exclude(by=manager, case=shut, user=officer, reason="Related")
    answers = set()
    for wrong in (twin, elsewhere, done, shut, None):
        before = Entry.objects.count()
        page = close(browser, twin, wrong.reference if wrong else "C-ZZZZZZ")
        assert page.status_code == 200
        answers.add(page.content.decode().split('id="id_reference_error"')[1].split("</p>")[0])
        assert Entry.objects.count() == before + 2, "the refusal, and the look at the page"
    assert len(answers) == 1
    assert not Case.objects.get(id=twin.id).closed


def test_the_action_asks_the_policy_of_both(
    officer: User, granted: User, case_file: CaseFile, twin: Case
) -> None:
    for case, of in ((twin, case_file.case), (case_file.case, twin)):
        with pytest.raises(Http404):
            close_as_duplicate(by=granted, case=case, of=of)
    with pytest.raises(CannotBeDuplicate):
        close_as_duplicate(by=officer, case=twin, of=twin)
    draft_of(officer, case_file)
    with pytest.raises(StillOpen):
        close_as_duplicate(by=officer, case=case_file.case, of=twin)
    assert not Case.objects.exclude(duplicate_of=None).exists()


@committed
def test_two_that_are_closed_for_each_other_at_once_leave_one_open(officer: User, team: Team) -> None:
    cases = [make_case(officer, team).case for _ in range(2)]

    def run(n: int) -> Any:
        mine, other = (Case.objects.get(id=cases[k].id) for k in (n % 2, 1 - n % 2))
        return close_as_duplicate(by=officer, case=mine, of=other)

    at_once(run, 8)
    assert Case.objects.exclude(duplicate_of=None).count() == 1
    assert ledger.verify().problem is None
