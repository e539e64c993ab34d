"""The paper shows what came after: what was sent, what went wrong, what an emergency leaves open."""

import re

import pytest
from django.test import Client

from audit import ledger
from cases.models import User
from sharing import actions, after_actions, follow, lists
from sharing.models import Disclosure
from tests.cast import CaseFile
from tests.sharing.deciding import NOW, behind_the_guards, decided
from tests.sharing.following import mark_sent, report, share
from tests.sharing.hurrying import recorded
from tests.sharing.printed import Printed
from tests.sharing.test_paper import ask, printed

pytestmark = pytest.mark.django_db


def test_what_is_still_to_be_sent(client: Client, officer: User, case_file: CaseFile) -> None:
    made = printed(client, officer, share(officer, case_file))
    assert "Still to send By Tuesday 3 March 2026, 4:00pm. Overdue." in made.text
    assert "Sgt Imelda Fenwick" in made.text


def test_what_was_sent(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = share(officer, case_file)
    mark_sent(decision, sent_reference="Log 4471")
    made = printed(client, officer, decision)
    assert "Still to send" not in made.text
    assert "What was sent" in [node.whole for node in made.of("H2")]
    assert "Log 4471" in made.text


def test_what_went_to_the_wrong_person(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = share(officer, case_file)
    incident = report(decision)
    made = printed(client, officer, decision)
    assert "It went to the wrong person" in [node.whole for node in made.of("H2")]
    assert incident.reference in made.text


def test_a_record_of_sending_that_was_altered_says_so(
    client: Client, officer: User, case_file: CaseFile
) -> None:
    decision = share(officer, case_file)
    sent = mark_sent(decision)
    with behind_the_guards():
        Disclosure.objects.filter(id=sent.id).update(method="fax")
    assert "This is not what was recorded" in printed(client, officer, decision).text


def test_an_emergency_share_and_what_is_still_open(
    client: Client, officer: User, case_file: CaseFile
) -> None:
    decision = recorded(officer, case_file)
    made = printed(client, officer, decision)
    titles = [node.whole for node in made.of("H2")]
    assert "What was recorded in the emergency" in titles
    assert "Still open when it was recorded: the completion asks for it" in titles
    page = client.get(f"/decisions/{decision.reference}/").content.decode()
    for title in ("What was recorded in the emergency", "Still open when it was recorded"):
        assert title in page


def test_what_was_wrong_stands_there_once_in_the_words_of_the_page(
    client: Client, officer: User, case_file: CaseFile
) -> None:
    decision = share(officer, case_file)
    for as_ in (follow.CORRECTION, follow.REVIEW):
        draft, _ = after_actions.start_follow_up(by=officer, decision=decision, as_=as_, what="Not Tuesday")
        again = actions.answers_of(draft) | {"points": {"could_make_less_safe": "She has been moved"}}
        draft = actions.save_draft(by=officer, draft=draft, answers=again, saves=draft.saves)
        decision = actions.record(by=officer, draft=draft, now=NOW)
        made = printed(client, officer, decision)
        assert made.text.count("Not Tuesday") == 1
        assert f"{lists.row('follows_as', as_).marks['asks']} Not Tuesday" in made.text  # type: ignore[union-attr]


def test_every_heading_of_the_page_is_on_the_paper(
    client: Client, officer: User, case_file: CaseFile
) -> None:
    decision = share(officer, case_file)
    mark_sent(decision)
    made = Printed(ask(client, officer, decision).content)
    html = client.get(f"/decisions/{decision.reference}/").content.decode()
    main = html.split("<main")[1].split("</main>")[0]
    found = re.findall(r"<h[1-3][^>]*>(.*?)</h[1-3]>", main, re.DOTALL)
    headings = [re.sub(r"<[^>]+>", "", one).strip() for one in found]
    on_paper = {node.whole for node in made.of("H1", "H2", "H3", "H4")}
    assert len(headings) > 12
    assert set(headings) <= on_paper


def test_each_download_is_one_entry(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    for _ in range(2):
        ask(client, officer, decision)
    entries = ledger.history(case_file.case.id).filter(kind="decision.printed")
    assert entries.count() == 2
