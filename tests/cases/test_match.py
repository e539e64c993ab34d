"""A provisional case is matched to the right one: both say so, nothing moves, and no answer is an oracle."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.urls import reverse

from audit import ledger
from audit.models import Entry
from cases import access_actions, actions, events
from cases.matching import CannotMatch, match_case
from cases.models import Case, Team, User
from tests.audit.test_append import at_once
from tests.cast import CaseFile, UserFactory, make_case
from tests.sharing.deciding import NOW
from tests.sharing.filling import BACKEND

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


def provisional_of(by: User, team: Team) -> Case:
    case = actions.create_case(by=by, team=team, concern_identified_at=NOW)
    case.provisional = True
    case.save(update_fields=["provisional"])
    return case


@pytest.fixture
def provisional(officer: User, team: Team) -> Case:
    return provisional_of(officer, team)


@pytest.fixture
def browser(officer: User) -> Client:
    client = Client()
    client.force_login(officer, backend=BACKEND)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def kinds(case: Case) -> list[str]:
    return [entry.kind for entry in ledger.history(case.id) if not entry.kind.endswith("viewed")]


def match(browser: Client, case: Case, reference: str) -> Any:
    return browser.post(
        reverse("case_match", args=[case.reference]), {"reference": reference, "request_key": uuid4()}
    )


def test_both_cases_say_so_and_nothing_moves(browser: Client, provisional: Case, case_file: CaseFile) -> None:
    typed = f" {case_file.case.reference.lower().replace('-', ' ')} "
    assert match(browser, provisional, typed).url == reverse("case", args=[provisional.reference])
    stored = Case.objects.get(id=provisional.id)
    assert (stored.matched_to, stored.provisional) == (case_file.case, True)
    assert kinds(provisional)[-1] == "case.matched"
    assert kinds(case_file.case)[-1] == "case.match_received"
    (received,) = (one for one in ledger.history(case_file.case.id) if one.kind == "case.match_received")
    assert events.content_of(received) == {"reference": provisional.reference}
    page = text(browser.get(reverse("case", args=[provisional.reference])))
    assert f"{case_file.case.reference}</a>" in page
    assert "Needs attention" not in page
    assert ledger.verify().problem is None


def test_a_provisional_case_is_named_so_until_it_is_matched(
    browser: Client, provisional: Case, case_file: CaseFile
) -> None:
    for name, arguments in (
        ("cases", []),
        ("case", [provisional.reference]),
        ("case_people", [provisional.reference]),
    ):
        assert "Provisional case</strong>" in text(browser.get(reverse(name, args=arguments)))
    assert "Say which case this provisional case belongs to" in text(
        browser.get(reverse("case", args=[provisional.reference]))
    )
    assert "Provisional case" not in text(browser.get(reverse("case", args=[case_file.case.reference])))
    assert browser.get(reverse("case_match", args=[case_file.case.reference])).status_code == 404


def test_every_reference_that_does_not_fit_gets_the_same_answer(
    browser: Client,
    officer: User,
    team: Team,
    other_team: Team,
    provisional: Case,
    case_file: CaseFile,
    manager: User,
) -> None:
    elsewhere = make_case(UserFactory(teams=[other_team]), other_team).case
    shut = make_case(officer, team).case
    matched = provisional_of(officer, team)
    match_case(by=officer, case=matched, to=case_file.case)
    access_actions.allocate(by=manager, case=shut, owner=manager)
    access_actions.exclude(by=manager, case=shut, user=officer, reason="Related")
    wrong = [
        provisional.reference,
        elsewhere.reference,
        shut.reference,
        matched.reference,
        "C-ZZZZZZ",
        "nonsense",
    ]
    pages, entries = set(), []
    for reference in [*wrong, ""]:
        before = Entry.objects.count()
        page = match(browser, provisional, reference)
        assert page.status_code == 200
        assert "Enter the reference of a case that you can open" in text(page)
        pages.add(text(page).split('id="id_reference_error"')[1].split("</p>")[0])
        entries.append(Entry.objects.count() - before)
    assert len(pages) == 1
    # One entry for the refusal and one for the look at the page, wherever the reference leads.
    assert set(entries[:-1]) == {2}
    assert Case.objects.get(id=provisional.id).matched_to is None
    assert not [kind for kind in kinds(provisional) if kind == "access.refused"]


def test_a_name_in_the_wrong_place_is_refused_like_any_other(browser: Client, provisional: Case) -> None:
    for bad in ("a\0b", "x" * 5000, "a\u202eb"):
        page = match(browser, provisional, bad)
        assert 'id="id_reference_error"' in text(page)


def test_who_may_not_see_the_right_case_is_not_told_of_it(
    browser: Client, provisional: Case, case_file: CaseFile, manager: User, officer: User
) -> None:
    match_case(by=officer, case=provisional, to=case_file.case)
    access_actions.allocate(by=manager, case=case_file.case, owner=manager)
    for name in ("case", "case_match", "case_timeline", "case_sharing"):
        page = text(browser.get(reverse(name, args=[provisional.reference])))
        assert case_file.case.reference not in page, name


def test_the_action_asks_the_policy_of_both(
    officer: User, colleague: User, granted: User, provisional: Case, case_file: CaseFile
) -> None:
    for by in (colleague, granted):
        with pytest.raises((Http404, PermissionDenied)):
            match_case(by=by, case=provisional, to=case_file.case)
    theirs = provisional_of(granted, provisional.team)
    hidden = make_case(officer, provisional.team).case
    with pytest.raises(Http404):
        match_case(by=granted, case=theirs, to=hidden)
    for case, to in ((case_file.case, provisional), (provisional, provisional)):
        with pytest.raises(CannotMatch):
            match_case(by=officer, case=case, to=to)
    assert not Case.objects.exclude(matched_to=None).exists()


def test_matching_again_changes_nothing_and_another_case_is_refused(
    officer: User, team: Team, provisional: Case, case_file: CaseFile
) -> None:
    match_case(by=officer, case=provisional, to=case_file.case)
    before = Entry.objects.count()
    match_case(by=officer, case=provisional, to=case_file.case)
    assert Entry.objects.count() == before
    with pytest.raises(CannotMatch):
        match_case(by=officer, case=provisional, to=make_case(officer, team).case)


def test_a_failing_append_leaves_no_match(
    officer: User, provisional: Case, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = ledger.append, iter([False, True])

    def second_fails(sealed: Any) -> Any:
        return 1 / 0 if next(calls) else real(sealed)

    monkeypatch.setattr(ledger, "append", second_fails)
    before = Entry.objects.count()
    with pytest.raises(ZeroDivisionError):
        match_case(by=officer, case=provisional, to=case_file.case)
    assert Entry.objects.count() == before
    assert Case.objects.get(id=provisional.id).matched_to is None


@committed
def test_two_that_are_matched_to_each_other_at_once_do_not_hang(officer: User, team: Team) -> None:
    cases = [provisional_of(officer, team), provisional_of(officer, team)]
    found = at_once(lambda n: match_case(by=officer, case=cases[n % 2], to=cases[1 - n % 2]), 8)
    assert {type(one) for one in found} == {type(None), CannotMatch}
    assert Case.objects.exclude(matched_to=None).count() == 1
    assert ledger.verify().problem is None
