"""One decision as a PDF: who gets it, what is entered, what it is called, what it says."""

from time import process_time
from typing import Any

import pytest
from django.test import Client

from audit import ledger
from audit.chain import receipt_code
from cases import actions as case_actions
from cases import vault
from cases.models import CaseKey, User
from sharing import actions, paper
from sharing.models import Decision
from tests.cast import CaseFile
from tests.sharing.deciding import REASON, alter_seal, behind_the_guards, decided, item, recipient
from tests.sharing.printed import Printed

pytestmark = pytest.mark.django_db
LONGEST_SECONDS = 2
"""Of the processor, for forty items and eight recipients."""


def ask(client: Client, user: User, decision: Decision) -> Any:
    client.force_login(user)
    return client.get(f"/decisions/{decision.reference}/pdf/")


def printed(client: Client, user: User, decision: Decision) -> Printed:
    response = ask(client, user, decision)
    assert response.status_code == 200
    return Printed(response.content)


def long_decision(officer: User, file: CaseFile) -> Decision:
    """Forty items for eight people."""
    people = [recipient(f"r{n}", name=f"Person {n}") for n in range(8)]
    note = {"source": "File", "date_not_known": True, "nature": "fact", "about": []}
    notes = [
        case_actions.add_information(
            by=officer, case=file.case, values=note | {"text": f"Note {n}. " + "He rang again. " * 20}
        )
        for n in range(40)
    ]
    items = [item(one.id, recipients=[f"r{n}" for n in range(8)]) for one in notes]
    points = dict.fromkeys(("stale_item", "could_make_less_safe", "more_than_needed"), "Known")
    held_back = {"information": str(file.older.id), "include": False, "withheld_reason": "It is old"}
    return decided(officer, file, recipients=people, items=[*items, held_back], points=points)


def test_it_is_a_file_named_by_its_reference_and_kept_nowhere(
    client: Client, officer: User, case_file: CaseFile
) -> None:
    decision = decided(officer, case_file)
    response = ask(client, officer, decision)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{decision.reference}.pdf"'
    assert "no-store" in response["Cache-Control"]
    assert response.content.startswith(b"%PDF-")


def test_it_says_all_that_the_page_says(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    text = printed(client, officer, decision).text
    page = client.get(f"/decisions/{decision.reference}/")
    shown = [row for one in page.context["pages"] for row in one.rows] + page.context["case_rows"]
    cards = [*page.context["recipients"], *page.context["included"], *page.context["withheld"]]
    shown += [row for card in cards for row in card["rows"]]
    assert len(shown) > 50
    for row in shown:
        answers = [row["answer"]] if isinstance(row["answer"], str) else row["answer"]
        for said in (row["question"], *answers):
            assert " ".join(said.split()) in text, said
    receipt = receipt_code(bytes(decision.entry_hash))
    for said in (REASON, receipt, "Matches what was recorded", decision.case.reference, officer.name):
        assert said in text, said
    for one in page.context["guidance"]:
        assert one["sha256"][:12] in text


def test_a_download_is_entered_as_an_export(
    client: Client, manager: User, officer: User, case_file: CaseFile
) -> None:
    decision = decided(officer, case_file)
    before = ledger.history(case_file.case.id).count()
    printed(client, manager, decision)
    last = ledger.history(case_file.case.id).last()
    assert ledger.history(case_file.case.id).count() == before + 1
    assert last is not None
    assert (last.kind, last.actor) == ("decision.printed", manager.id)
    timeline = client.get(f"/cases/{case_file.case.reference}/timeline/?group=exported").content.decode()
    assert "Decision downloaded as a PDF" in timeline


def test_nothing_leaves_where_it_cannot_be_entered(
    client: Client, officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = decided(officer, case_file)

    def fails(**_: Any) -> None:
        raise OSError("the ledger takes nothing")

    monkeypatch.setattr(actions, "print_decision", fails)
    with pytest.raises(OSError, match="takes nothing"):
        ask(client, officer, decision)


@pytest.mark.parametrize("who", ["colleague", "other_manager", "governance", "administrator", "excluded"])
def test_a_stranger_gets_the_same_404_as_for_nothing(
    who: str, client: Client, request: pytest.FixtureRequest, officer: User, case_file: CaseFile
) -> None:
    decision = decided(officer, case_file)
    before = ledger.history(case_file.case.id).filter(kind="decision.printed").count()
    client.force_login(request.getfixturevalue(who))
    refused = client.get(f"/decisions/{decision.reference}/pdf/")
    nothing = client.get("/decisions/D-222222/pdf/")
    assert refused.status_code == nothing.status_code == 404
    assert refused.content == nothing.content
    assert ledger.history(case_file.case.id).filter(kind="decision.printed").count() == before


def test_an_altered_record_is_not_put_on_paper(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    with behind_the_guards():
        Decision.objects.filter(id=decision.id).update(outcome="do_not_share")
    response = ask(client, officer, decision)
    assert (response.status_code, response["Location"]) == (302, f"/decisions/{decision.reference}/")
    assert not ledger.history(case_file.case.id).filter(kind="decision.printed").exists()
    page = client.get(response["Location"]).content.decode()
    assert "Do not rely on this page" in page
    assert "Download as PDF" not in page


def test_an_altered_seal_is_not_put_on_paper(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    alter_seal(decision)
    assert ask(client, officer, decision).status_code == 302


def test_a_destroyed_record_says_so(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    page = paper_of_destroyed(decision, case_file)
    assert "words of this case were destroyed" in page.text
    assert receipt_code(bytes(decision.entry_hash)) in page.text
    assert REASON not in page.text


def paper_of_destroyed(decision: Decision, file: CaseFile) -> Printed:
    """The paper itself: a case without its key is not opened by the pages around it."""
    from sharing.views import decisions

    CaseKey.objects.filter(subject=file.case.id).update(wrapped=None)
    vault.forget()
    return Printed(paper.pdf(decisions.page_of(decision) | {"printed": "Today"}, training=False))


def test_the_page_links_to_it(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    client.force_login(officer)
    page = client.get(f"/decisions/{decision.reference}/").content.decode()
    assert f'href="/decisions/{decision.reference}/pdf/"' in page


def test_a_training_copy_says_so_on_every_page(
    client: Client, officer: User, case_file: CaseFile, settings: Any
) -> None:
    decision = decided(officer, case_file)
    assert "TRAINING" not in "".join(printed(client, officer, decision).artifacts)
    settings.DEMO = True
    for artifacts in printed(client, officer, decision).artifacts:
        assert artifacts.count("TRAINING") == 2


def test_a_long_decision_is_whole_and_quick(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = long_decision(officer, case_file)
    began = process_time()
    response = ask(client, officer, decision)
    assert process_time() - began < LONGEST_SECONDS
    made = Printed(response.content)
    assert len(made.pdf.pages) > 20
    for number in range(40):
        assert f"Note {number}. He rang again." in made.text
