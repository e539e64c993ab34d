"""The emergency page: what it asks, what it carries over, that it loses nothing, and what follows it."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import ledger
from cases.matching import match_case
from cases.models import Case, User
from sharing import actions, emergency
from sharing.models import Decision, Draft
from tests.audit.test_append import at_once
from tests.cast import CaseFile, UserFactory, go_live
from tests.sharing.deciding import draft_of
from tests.sharing.filling import day
from tests.sharing.hurrying import PAGE, browser_of, only_decision, page_of, post

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(officer: User) -> Client:
    return browser_of(officer)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_nothing_is_answered_beforehand(browser: Client, case_file: CaseFile) -> None:
    for address in (reverse("emergency"), reverse("emergency_case", args=[case_file.case.reference])):
        page = text(browser.get(address))
        assert "call 999 first" in page
        assert not re.search(r"<input[^>]*\schecked", page)
        assert "It was earlier" in page


def test_it_is_recorded_and_leads_to_its_completion(browser: Client, case_file: CaseFile) -> None:
    before = timezone.now()
    answer: Any = post(browser, case_file, note="She is in the bathroom")
    decision = only_decision()
    assert answer.url == reverse("emergency_done", args=[decision.reference])
    assert before <= decision.decided_at <= timezone.now()
    page = text(browser.get(answer.url))
    assert decision.reference in page
    assert "Receipt code" in page
    assert "Complete it by" in page
    draft: Any = browser.post(reverse("emergency_complete", args=[decision.reference]))
    assert draft.url == reverse("draft", args=[Draft.objects.get(follows=decision).id])


def test_the_record_shows_the_nine_answers_and_its_completion(
    browser: Client, officer: User, case_file: CaseFile
) -> None:
    post(browser, case_file, note="She is in the bathroom", who_else="A lodger")
    decision = only_decision()
    address = reverse("decision", args=[decision.reference])
    page = text(browser.get(address))
    for words in (
        "Emergency share",
        "PC 4471",
        "Police, 999",
        "A lodger",
        "She is in the bathroom",
        "By phone",
    ):
        assert words in page, words
    assert "{&#x27;" not in page  # the answers are shown in words, never as they are stored
    assert "Recorded in spite of a stop" not in page
    assert "Complete it by" in page
    completed = actions.record(by=officer, draft=Draft.objects.get(follows=decision))
    assert f"decision {completed.reference}" in text(browser.get(address))
    assert decision.reference in text(browser.get(reverse("decision", args=[completed.reference])))
    again: Any = browser.post(reverse("emergency_complete", args=[decision.reference]))
    assert again.url == reverse("decision", args=[completed.reference])


def test_an_overdue_completion_is_said(
    browser: Client, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(browser, case_file)
    past, address = timezone.now() - timedelta(days=1), reverse("decision", args=[only_decision().reference])
    assert "Completion overdue" not in text(browser.get(address))
    monkeypatch.setattr(emergency, "complete_by", lambda *_: past)
    assert "Completion overdue" in text(browser.get(address))


def test_there_is_no_such_page_for_another_decision(
    browser: Client, officer: User, case_file: CaseFile
) -> None:
    decision = actions.record(by=officer, draft=draft_of(officer, case_file, already_sent=True))
    assert browser.get(reverse("emergency_done", args=[decision.reference])).status_code == 404
    assert browser.post(reverse("emergency_complete", args=[decision.reference])).status_code == 404


def test_a_provisional_case_waits_in_my_work_until_it_is_matched(
    browser: Client, officer: User, case_file: CaseFile
) -> None:
    post(browser, None)
    decision = only_decision()
    address = reverse("case_match", args=[decision.case.reference])
    assert address in text(browser.get("/"))
    match_case(by=officer, case=decision.case, to=case_file.case)
    actions.record(by=officer, draft=Draft.objects.get(follows=decision))
    page = text(browser.get("/"))
    assert address not in page
    assert "Nothing due" in page


def test_the_right_case_lists_what_was_decided_in_its_provisional_ones(
    browser: Client, officer: User, granted: User, case_file: CaseFile
) -> None:
    post(browser, None)
    decision = only_decision()
    match_case(by=officer, case=decision.case, to=case_file.case)
    address = reverse("case_sharing", args=[case_file.case.reference])
    assert decision.reference in text(browser.get(address))
    # Whoever may not see the provisional case does not learn of it from the other.
    assert decision.reference not in text(browser_of(granted).get(address))


def test_a_corrected_emergency_share_asks_for_no_completion(
    browser: Client, officer: User, case_file: CaseFile
) -> None:
    post(browser, case_file)
    decision = only_decision()
    draft = Draft.objects.get(follows=decision)
    Draft.objects.filter(id=draft.id).update(follows_as="correction")
    actions.record(by=officer, draft=Draft.objects.get(id=draft.id))
    page = text(browser.get(reverse("decision", args=[decision.reference])))
    assert "Complete it" not in page
    assert "Completed by" not in page


# --- errors lose nothing ------------------------------------------------------------------------------

REQUIRED = (*PAGE, "who")


@pytest.mark.parametrize("field", REQUIRED)
def test_each_question_asks_in_words_of_its_own_and_keeps_the_others(
    field: str, browser: Client, case_file: CaseFile
) -> None:
    note = "Do not ring the bell"
    page = text(post(browser, case_file, **{field: None, "note": note}))
    assert page.count(f'id="id_{field}_error"') == 1
    assert page.count('_error"') >= 1
    assert note in page
    kept = {name: value for name, value in PAGE.items() if name != field}
    for value in (
        one for values in kept.values() for one in (values if isinstance(values, list) else [values])
    ):
        assert f'value="{value}"' in page
    assert not Decision.objects.exists()


def test_without_a_case_somebody_must_be_named(browser: Client) -> None:
    page = text(post(browser, None, who_else=""))
    assert 'id="id_who_else_error"' in page
    assert not Case.objects.exists()


@pytest.mark.parametrize("bad", ["a\0b", "a\u202eb", "a\ufffdb", "x" * 5000])
@pytest.mark.parametrize("field", ["who_else", "told_name", "note"])
def test_bad_text_is_said_beside_its_field(
    field: str, bad: Any, browser: Client, case_file: CaseFile
) -> None:
    page = post(browser, case_file, **{field: bad})
    assert page.status_code == 200
    assert f'id="id_{field}_error"' in text(page)


def test_junk_is_refused_and_never_an_error_of_ours(browser: Client, case_file: CaseFile) -> None:
    for changes in (
        {"basis": "6-1-a"},
        {"who": [str(uuid4())]},
        {"what": ["nonsense"]},
        {"told": "x" * 9999},
    ):
        page = post(browser, case_file, **changes)
        assert page.status_code == 200
        assert "Error: " in text(page)
    page = post(browser, case_file, draft="no draft", request_key="no key")
    assert page.status_code == 302


# --- it was earlier ---------------------------------------------------------------------------------


@pytest.mark.parametrize("with_case", [True, False])
def test_it_was_earlier_adds_a_question_and_keeps_what_was_typed(
    with_case: bool, browser: Client, case_file: CaseFile
) -> None:
    file = case_file if with_case else None
    page = text(
        post(browser, file, earlier="1", note="Behind the shop\ud800"[:-1], happening=["missing"], told=None)
    )
    assert "When did you tell them?" in page
    assert "Behind the shop" in page
    assert "error" not in page.split("<form")[1].split("</form>")[0]
    assert not Decision.objects.exists()
    address = reverse("emergency_case", args=[file.case.reference]) if file else reverse("emergency")
    sent = page_of(file, **day("sent_at", -1, "14:30"))
    assert browser.post(f"{address}?earlier=1", sent).status_code == 302
    told = timezone.localtime(only_decision().decided_at)
    assert (told.hour, told.minute) == (14, 30)
    assert only_decision().basis_after_sharing


def test_it_cannot_have_been_later(browser: Client, case_file: CaseFile) -> None:
    address = reverse("emergency_case", args=[case_file.case.reference])
    page = browser.post(f"{address}?earlier=1", page_of(case_file, **day("sent_at", 1, "14:30")))
    assert 'id="id_sent_at_error"' in text(page)


# --- who gets in --------------------------------------------------------------------------------------


def test_without_a_team_the_page_says_what_to_do(db: None) -> None:
    go_live()
    browser = browser_of(UserFactory())
    for page in (browser.get(reverse("emergency")), post(browser, None)):
        assert page.status_code == 200
        assert "Tell your manager now" in text(page)
    assert not Case.objects.exists()


def test_the_link_stands_on_every_page_and_leads_into_the_case(
    browser: Client, case_file: CaseFile, officer: User, governance: User
) -> None:
    here = reverse("emergency_case", args=[case_file.case.reference])
    draft, decision = (
        draft_of(officer, case_file),
        actions.record(by=officer, draft=draft_of(officer, case_file, already_sent=True)),
    )
    for name in ("home", "cases", "guidance"):
        assert 'href="/emergency/">Emergency share' in text(browser.get(reverse(name)))
    for name, arguments in (
        ("case", [case_file.case.reference]),
        ("case_sharing", [case_file.case.reference]),
        ("draft_step", [draft.id, "reasons"]),
        ("decision", [decision.reference]),
    ):
        assert f'href="{here}">Emergency share</a></li>' in text(browser.get(reverse(name, args=arguments)))
    assert "dh-header__emergency" not in text(browser_of(governance).get(reverse("home")))


# --- once ---------------------------------------------------------------------------------------------


@committed
@pytest.mark.parametrize("with_case", [True, False])
def test_twenty_posts_are_one_emergency_share(with_case: bool, officer: User, case_file: CaseFile) -> None:
    file = case_file if with_case else None
    cases, sent = Case.objects.count(), page_of(file)
    browsers = [browser_of(officer) for _ in range(20)]
    address = reverse("emergency_case", args=[file.case.reference]) if file else reverse("emergency")
    found: list[Any] = at_once(lambda number: browsers[number].post(address, sent), 20)
    assert {one.status_code for one in found} == {302}
    assert {one.url for one in found} == {reverse("emergency_done", args=[only_decision().reference])}
    assert (Case.objects.count(), Draft.objects.count()) == (cases + (0 if file else 1), 1)
    assert ledger.verify().problem is None


@committed
def test_ten_emergencies_at_once_are_all_recorded(officer: User, case_file: CaseFile) -> None:
    browsers = [browser_of(officer) for _ in range(10)]
    found: list[Any] = at_once(lambda number: post(browsers[number], case_file if number % 2 else None), 10)
    assert {one.status_code for one in found} == {302}
    assert Decision.objects.filter(emergency=True).count() == 10
    assert ledger.verify().problem is None


def test_the_pages_ask_the_database_little(
    browser: Client, case_file: CaseFile, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        browser.get(reverse("emergency_case", args=[case_file.case.reference]))
