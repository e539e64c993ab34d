"""What a record says of the agreement that its decision was made under: confirmed, changed, or none."""

import pytest

from audit import ledger
from cases.models import User
from sharing import actions, after_actions, agreements, display, follow, projection
from sharing.models import Agreement, Decision
from sharing.views.desk import sheet_of
from tests.cast import CaseFile
from tests.sharing.agreeing import agreed
from tests.sharing.deciding import NOW, answers, draft_of, recipient
from tests.sharing.filling import Decider, decider
from tests.sharing.test_agreement_journey import POINTS, begun, choose, finished, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement(governance: User) -> Agreement:
    return agreed(governance)


@pytest.fixture
def who(officer: User, case_file: CaseFile) -> Decider:
    return decider(officer, case_file)


def test_the_record_says_what_was_confirmed(who: Decider, agreement: Agreement) -> None:
    begun(who)
    choose(who, agreement)
    finished(who)
    check = who.client.get(who.url("draft_check")).content.decode()
    for words in ("Confirmed from the agreement", "Lawful basis", "How it fits the procedure"):
        assert words in check, words
    assert "Changed from the agreement" not in check
    found = said(who)
    assert found["agreement_confirmed"] == [
        "basis", "power", "offence_condition", "method", "conditions", "procedure", "fits",
    ]  # fmt: skip
    assert (found["agreement_changed"], found["agreement"]) == ([], str(agreement.id))
    decision = Decision.objects.get()
    assert decision.agreement_id == agreement.id
    assert ledger.verify().problem is None
    page = who.client.get(f"/decisions/{decision.reference}/").content.decode()
    for words in (agreements.title(agreement), "Confirmed from the agreement", "Way of sending"):
        assert words in page, words
    assert str(agreement.id) not in page
    assert "Agreement" not in page.replace("Agreements", "").replace("agreement", "")


def test_the_record_says_what_was_changed(who: Decider, agreement: Agreement) -> None:
    begun(who)
    choose(who, agreement)
    finished(who)
    who.page("lawful-basis", basis="6-1-d")
    who.page("how", conditions=[])
    check = who.client.get(who.url("draft_check")).content.decode()
    assert "Changed from the agreement" in check
    found = said(who)
    assert found["agreement_changed"] == ["basis", "conditions"]
    assert found["agreement_confirmed"] == ["offence_condition", "method", "procedure", "fits"]
    rows = {row["question"]: row["answer"] for row in display.pages(found)[3].rows}
    assert rows["Changed from the agreement"] == ["Lawful basis", "What they must do with it"]


def test_that_none_covers_it_is_recorded_too(who: Decider, agreement: Agreement) -> None:
    who.everything()
    choose(who, "none")
    who.post(who.url("draft_points"), **POINTS)
    found = said(who)
    assert found["agreement"] == "none"
    assert not {"agreement_title", "agreement_confirmed"} & set(found)
    assert Decision.objects.get().agreement is None
    assert display.pages(found)[3].rows[0]["answer"] == "None of them"
    assert ledger.verify().problem is None


def test_an_answer_that_names_no_agreement_is_recorded_without_one(
    officer: User, case_file: CaseFile, agreement: Agreement
) -> None:
    draft = draft_of(officer, case_file, agreement="not-a-key", recipients=[recipient()])
    sheet = sheet_of(answers(case_file, agreement="not-a-key"), case_file.case)
    assert sheet.agreement is None
    assert actions.record(by=officer, draft=draft, now=NOW).agreement is None


def test_a_correction_keeps_the_agreement_and_takes_no_old_word_of_it_along(
    officer: User, case_file: CaseFile, agreement: Agreement
) -> None:
    given = {"agreement": str(agreement.id), "basis": "6-1-d"}
    first = actions.record(by=officer, draft=draft_of(officer, case_file, **given), now=NOW)
    assert projection.said_of(first)["agreement_changed"] == ["basis", "fits"]
    draft, _ = after_actions.start_follow_up(
        by=officer, decision=first, as_=follow.CORRECTION, what="It was not under the agreement"
    )
    kept = actions.answers_of(draft)
    assert kept["agreement"] == str(agreement.id)
    draft = actions.save_draft(
        by=officer, draft=draft, answers=kept | {"agreement": "none"}, saves=draft.saves
    )
    second = projection.said_of(actions.record(by=officer, draft=draft, now=NOW))
    assert second["agreement"] == "none"
    assert not agreements.RECORDED & set(second)
