"""The pages of advice: nothing of the case for an adviser, nothing lost for whoever asks."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit import ledger
from cases import access_actions
from cases.models import User
from sharing import advice, advice_actions
from sharing.models import Advice, Decision
from tests.cast import CaseFile
from tests.sharing.advising import ANSWER, SOLICITOR, TEXTS, answer, ask, asked_data
from tests.sharing.filling import Decider, day, decider
from tests.sharing.following import browser, post
from tests.sharing.printed import Printed

pytestmark = pytest.mark.django_db
NAMES = ("Rosalind", "Achterberg", "Roz", "Tobias", "Gareth", "Pym", "Quarry")


@pytest.fixture
def asked(case_file: CaseFile, officer: User, governance: User) -> Advice:
    return ask(officer, case_file.case, governance)


def _page(client: Client, asked: Advice) -> Any:
    return client.get(reverse("advice", args=[asked.reference]))


def _queries(client: Client, address: str) -> list[str]:
    """The tables that a request asks, in their order."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return [one["sql"].split()[0] for one in captured.captured_queries]


@pytest.mark.parametrize("adviser", ["governance", "colleague"])
def test_the_adviser_sees_the_question_and_nothing_else(
    adviser: str, case_file: CaseFile, officer: User, request: pytest.FixtureRequest
) -> None:
    who = request.getfixturevalue(adviser)
    asked, client = ask(officer, case_file.case, who), browser(who)
    pages = [_page(client, asked).content.decode(), client.get(reverse("advice_list")).content.decode()]
    assert all(text in pages[0] for text in TEXTS.values())
    assert officer.name in pages[0]
    pages += [post(client, "advice", asked.reference, answer=" ").content.decode()]
    assert post(client, "advice", asked.reference, answer=ANSWER).status_code == 302
    pages += [_page(client, asked).content.decode(), client.get("/").content.decode()]
    assert ANSWER in pages[3]
    for text in pages:
        assert [one for one in (*NAMES, case_file.case.reference, "/drafts/") if one in text] == []
    assert "Enter your advice" in pages[2]


def test_for_everybody_else_it_is_not_there(
    asked: Advice, colleague: User, other_manager: User, administrator: User
) -> None:
    missing = reverse("advice", args=["A-ZZZZZZ"])
    for user in (colleague, other_manager, administrator):
        client = browser(user)
        hidden, none = _page(client, asked), client.get(missing)
        assert (hidden.status_code, hidden.content, dict(hidden.headers)) == (
            404,
            none.content,
            dict(none.headers),
        )
        there = reverse("advice", args=[asked.reference])
        assert _queries(client, there) == _queries(client, missing)


def test_what_names_somebody_is_found_and_replaced_and_nothing_is_lost(
    case_file: CaseFile, officer: User, manager: User
) -> None:
    client, address = browser(officer), reverse("case_advice_new", args=[case_file.case.reference])
    said = asked_data(manager.id, situation="Roz rang from 07700 900123", options="")
    refused = client.post(address, said)
    text = refused.content.decode()
    assert (refused.status_code, Advice.objects.count()) == (200, 0)
    assert {"situation"} == set(refused.context["form"].errors)
    assert "a name of somebody in this case" in text
    assert "a telephone number" in text
    assert 'name="replace"' in text
    assert 'name="left_in"' in text
    replaced = client.post(address, said | {"replace": "1"})
    form = replaced.context["form"]
    assert replaced.context["replaced"]
    assert not form.errors
    assert not Advice.objects.exists()
    assert "Roz" not in form["situation"].value()
    assert "07700" not in form["situation"].value()
    assert (form["question"].value(), form["adviser"].value()) == (TEXTS["question"], str(manager.id))
    again: Any = client.post(address, said | {"situation": form["situation"].value()})
    assert again.url == reverse("advice", args=[Advice.objects.get().reference])
    assert Advice.objects.get().leaks == []
    assert client.post(address, said | {"left_in": "She knows them"}).status_code == 302


def test_to_somebody_outside_no_reason_helps(case_file: CaseFile, officer: User) -> None:
    client, address = browser(officer), reverse("case_advice_new", args=[case_file.case.reference])
    said = asked_data("legal", question="May Roz be named?", left_in="They know her")
    text = client.post(address, said).content.decode()
    assert 'name="replace"' in text
    assert 'name="left_in"' not in text
    assert not Advice.objects.exists()
    assert client.post(address, asked_data("legal")).status_code == 302
    asked = Advice.objects.get()
    late = post(client, "advice", asked.reference, answer="Yes", **day("answered_at", 1, "12:00"))
    assert set(late.context["form"].errors) == {"answered_by", "answered_at"}
    when = day("answered_at", 0, "00:00")
    assert (
        post(client, "advice", asked.reference, answer=ANSWER, answered_by=SOLICITOR, **when).status_code
        == 302
    )
    text = _page(client, asked).content.decode()
    assert ANSWER in text
    assert SOLICITOR in text


def test_bad_answers_are_told_beside_their_question(
    case_file: CaseFile, officer: User, excluded: User, manager: User
) -> None:
    client, address = browser(officer), reverse("case_advice_new", args=[case_file.case.reference])
    for adviser in (excluded.id, officer.id, "nobody", ""):
        assert set(client.post(address, asked_data(adviser)).context["form"].errors) == {"adviser"}
    late = client.post(address, asked_data(manager.id) | day("reply_by", 9)).context["form"]
    assert "you can wait one working day" in str(late.errors["reply_by"])
    long = client.post(address, asked_data(manager.id, situation="x" * 1501, question="a\0b")).context["form"]
    assert set(long.errors) == {"situation", "question"}
    assert not Advice.objects.exists()


def test_taken_back_while_somebody_answers(asked: Advice, officer: User, governance: User) -> None:
    client = browser(officer)
    answer(governance, asked)
    settled = post(client, "advice", asked.reference, take_back="1", reason="No need any more")
    assert settled.status_code == 200
    text = settled.content.decode()
    assert "answered or taken back while you had the page open" in text
    assert "No need any more" in text
    assert ANSWER in text


def test_what_an_adviser_typed_is_theirs_when_the_question_was_taken_back(
    asked: Advice, officer: User, manager: User, governance: User, colleague: User, case_file: CaseFile
) -> None:
    advice_actions.take_back_advice(by=officer, asked=asked)
    gone = post(browser(governance), "advice", asked.reference, answer="Wait <until> Thursday")
    assert gone.status_code == 409
    text = gone.content.decode()
    assert "Wait &lt;until&gt; Thursday" in text
    assert not any(told in text for told in (*NAMES, case_file.case.reference, TEXTS["question"]))
    assert _page(browser(governance), asked).status_code == 404
    assert post(browser(colleague), "advice", asked.reference, answer="Mine").status_code == 404
    access_actions.exclude(by=manager, case=case_file.case, user=governance, reason="A relative")
    assert post(browser(governance), "advice", asked.reference, answer="Wait").status_code == 404


@pytest.fixture
def who(officer: User, case_file: CaseFile) -> Decider:
    return decider(officer, case_file)


def _open_points(who: Decider) -> list[str]:
    """The points that are open."""
    return list(who.client.get(who.url("draft_points")).context["form"].fields)


def test_doubt_leads_to_advice_and_its_answer_into_the_record(
    who: Decider, officer: User, manager: User, case_file: CaseFile
) -> None:
    who.everything()
    led = who.page("decision", doubt="ask", outcome=None)
    assert led.url == who.url("draft_advice")
    assert who.answers["outcome"] == "not_yet"
    assert who.client.post(who.url("draft_advice"), asked_data(manager.id)).status_code == 302
    asked = Advice.objects.get()
    assert asked.decision_reference == who.draft.reference
    assert who.answers["adviser"] == "manager"
    assert "Waiting" in who.client.get(who.step("decision")).content.decode()
    who.page("decision", doubt="answered")
    who.page("main-reasons")
    open_points = _open_points(who)
    who.post(who.url("draft_points"), **dict.fromkeys(open_points, "She told us again yesterday"))
    seen = who.seen()
    answer(manager, asked)
    stale = who.post(who.url("draft_record"), seen=seen)
    assert "was changed since you opened this page" in stale.content.decode()
    assert ANSWER in stale.content.decode()
    assert ANSWER in who.client.get(who.step("decision")).content.decode()
    assert who.record().status_code == 302
    decision = Decision.objects.get()
    shown = who.client.get(reverse("decision", args=[decision.reference])).content.decode()
    paper = Printed(who.client.get(reverse("decision_pdf", args=[decision.reference])).content).text
    for text in (*TEXTS.values(), ANSWER, manager.name):
        assert text in shown
        assert text in paper
    ledger.verify()


def test_the_same_queries_for_much_advice_as_for_little(
    who: Decider, officer: User, manager: User, case_file: CaseFile
) -> None:
    who.everything()
    counts = []
    for _ in range(2):
        for _ in range(3):
            answer(manager, ask(officer, case_file.case, manager, draft=who.draft))
        addresses = (
            who.step("decision"),
            who.url("draft_check"),
            who.url("draft_advice"),
            reverse("advice_list"),
        )
        found = [len(_queries(who.client, one)) for one in addresses]
        counts.append([*found, len(_queries(browser(manager), reverse("advice_list")))])
    assert counts[0] == counts[1]


def test_a_list_leaves_out_what_is_settled_before_what_waits(
    case_file: CaseFile, officer: User, manager: User
) -> None:
    waits, done, newer = (ask(officer, case_file.case, manager) for _ in range(3))
    for one in (done, newer):
        answer(manager, one)
    now = timezone.now()
    for most, shown in ((1, [waits]), (2, [waits, newer]), (9, [waits, newer, done])):
        found = advice.listed(advice.waiting_first(advice.asked_of(manager), most), now)
        assert [one["row"] for one in found] == shown
