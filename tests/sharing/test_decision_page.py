"""The decision page: everything recorded, what serves each rule, and whether it is still as recorded."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit import ledger
from audit.chain import receipt_code
from cases import actions as case_actions
from cases import panels
from cases.models import User
from sharing import display, lists, projection, words
from sharing.models import Decision
from tests.cast import CaseFile
from tests.sharing.deciding import (
    NOT_SHARED,
    REASON,
    alter_seal,
    answers,
    behind_the_guards,
    decided,
    draft_of,
    item,
    recipient,
)


def page(client: Client, user: User, decision: Decision) -> str:
    client.force_login(user)
    response = client.get(f"/decisions/{decision.reference}/")
    assert response.status_code == 200
    return str(response.content.decode())


def test_everything_recorded_is_shown(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    text = page(client, officer, decision)
    for said in (
        REASON,
        "Sgt Imelda Fenwick",
        case_file.information.text,
        case_file.older.text,
        "It is old",
        "Vital interests",
        "She has been moved tonight",
        "Rosalind Achterberg",
        "Would it make the risk assessment more accurate?",
        receipt_code(bytes(decision.entry_hash)),
        "Tuesday 3 March 2026, 10:30am",
        "Matches what was recorded",
        f"edition {lists.version()}",
    ):
        assert said in text, said
    for number in range(1, 8):
        assert words.words(f"rule-{number}").title in text


def test_the_title_names_nobody(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    title = page(client, officer, decision).split("<title>")[1].split("</title>")[0]
    assert decision.reference in title
    assert "Achterberg" not in title


def test_the_record_tells_of_the_case_as_it_was(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    case_actions.change_information(by=officer, item=case_file.information, values={"text": "Something else"})
    text = page(client, officer, decision)
    assert "kitchen knife" in text
    assert "Something else" not in text


def test_a_look_is_entered_before_anything_is_shown(
    client: Client, manager: User, officer: User, case_file: CaseFile
) -> None:
    decision = decided(officer, case_file)
    before = ledger.history(case_file.case.id).count()
    page(client, manager, decision)
    last = ledger.history(case_file.case.id).last()
    assert ledger.history(case_file.case.id).count() == before + 1
    assert last is not None
    assert (last.kind, last.actor) == ("decision.viewed", manager.id)


@pytest.mark.parametrize(
    "who",
    ["colleague", "other_manager", "governance", "administrator", "excluded", "superuser", "deactivated"],
)
def test_a_stranger_gets_the_same_404_as_for_nothing(
    who: str, client: Client, request: pytest.FixtureRequest, officer: User, case_file: CaseFile
) -> None:
    decision = decided(officer, case_file)
    client.force_login(request.getfixturevalue(who))
    refused, nothing = client.get(f"/decisions/{decision.reference}/"), client.get("/decisions/D-222222/")
    if who != "deactivated":  # somebody who left has no session at all
        assert refused.status_code == nothing.status_code == 404
    assert refused.status_code == nothing.status_code
    assert refused.content.replace(decision.reference.encode(), b"") == nothing.content.replace(
        b"D-222222", b""
    )


def test_a_changed_row_is_shown_as_such(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    with behind_the_guards():
        Decision.objects.filter(id=decision.id).update(outcome="do_not_share")
    text = page(client, officer, decision)
    assert "outcome is not what was recorded" in text
    assert "Matches what was recorded" not in text


def test_a_changed_seal_shows_no_words(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    alter_seal(decision)
    text = page(client, officer, decision)
    assert "sealed record is not the one" in text
    assert REASON not in text


def test_points_and_stops_of_what_was_sent_already(
    client: Client, officer: User, case_file: CaseFile
) -> None:
    decision = decided(
        officer,
        case_file,
        already_sent=True,
        sent_at="2026-03-02T20:00:00+00:00",
        sent_how="By phone",
        basis="",
        points={},
    )
    text = page(client, officer, decision)
    assert words.words("stop.basis_missing").title in text
    assert "Not answered" in text
    assert "By phone" in text
    assert "Recorded in spite of a stop" in text


def test_text_is_shown_as_text(client: Client, officer: User, case_file: CaseFile) -> None:
    nasty = "<script>alert(1)</script> he waited outside school with a knife {{ 7|add:7 }}"
    text = page(client, officer, decided(officer, case_file, reason_text=nasty))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "{{ 7|add:7 }}" in text


def test_an_answer_that_the_table_does_not_name_is_shown(
    client: Client, officer: User, case_file: CaseFile
) -> None:
    assert "A later question" in page(
        client, officer, decided(officer, case_file, later_note="A later question")
    )


def test_a_decision_not_to_share_is_shown_whole(client: Client, officer: User, case_file: CaseFile) -> None:
    text = page(client, officer, decided(officer, case_file, **NOT_SHARED))
    assert "Call her at the agreed time" in text
    assert "Do not share" in text
    assert "Thursday 1 January 2099" in text


def test_every_fact_and_every_answer_has_its_place(case_file: CaseFile) -> None:
    known = {name for _, rows in display.PAGES for name, _, _ in rows}
    held = {"affected", "recipients", "items", "points", "pages"}
    assert set(answers(case_file)) <= known | held


def test_queries_do_not_grow_with_what_was_recorded(
    client: Client, officer: User, case_file: CaseFile
) -> None:
    client.force_login(officer)
    few = decided(officer, case_file)
    more = [recipient(f"r{n}", name=f"Person {n}") for n in range(12)]
    values = {"text": "A note", "source": "File", "date_not_known": True, "nature": "fact", "about": []}
    notes = [case_actions.add_information(by=officer, case=case_file.case, values=values) for _ in range(10)]
    items = [item(note.id, recipients=["r1"]) for note in notes]
    points = dict.fromkeys(("stale_item", "could_make_less_safe"), "Known")
    held_back = {"information": str(case_file.older.id), "include": False, "withheld_reason": "It is old"}
    many = decided(officer, case_file, recipients=more, items=[*items, held_back], points=points)
    counts = []
    for decision in (few, many):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"/decisions/{decision.reference}/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 22


def test_the_overview_has_the_latest_decisions(officer: User, case_file: CaseFile) -> None:
    first, second = decided(officer, case_file), decided(officer, case_file, **NOT_SHARED)
    rows = panels.rows(case_file.case, officer)
    assert [row.url for row in rows] == [f"/decisions/{one.reference}/" for one in (second, first)]
    assert ("Do not share", "grey") in rows[0].tags


def test_a_destroyed_key_leaves_the_stub(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    from cases import vault
    from cases.models import CaseKey

    CaseKey.objects.filter(subject=case_file.case.id).update(wrapped=None)
    vault.forget()
    said, problem = projection.check(decision)
    assert said == {}
    assert problem is None
    client.force_login(officer)
    for address in (f"/decisions/{decision.reference}/", f"/cases/{case_file.case.reference}/emergency/"):
        answer = client.get(address)
        assert answer.status_code == 409
        assert "The key to what is recorded here is gone" in answer.content.decode()


def test_a_draft_is_no_decision(client: Client, officer: User, case_file: CaseFile) -> None:
    draft = draft_of(officer, case_file)
    client.force_login(officer)
    assert client.get(f"/decisions/{draft.reference}/").status_code == 404


def test_what_was_found_reads_in_the_words_that_were_seen() -> None:
    raised = {"kind": "stop", "code": "nothing_included", "serves": ["R6"], "answer": ""}

    def title(*seen: str) -> str:
        return str(display.findings({"findings": [raised], "guidance": seen}, "stop")[0]["title"])

    assert title("stop.nothing_included 1 abc") == "Nothing would be shared"
    # What was shared in an emergency has happened: the newer words fit that too.
    assert title("stop.nothing_included 2 abc") == "No information is chosen to share"
    assert title("stop.nothing_included 99 abc") == title() == "No information is chosen to share"
