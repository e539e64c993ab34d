"""The chronology pack: everything that a case's ledger tells, with its gaps, to read and to take."""

import io
from datetime import timedelta

import openpyxl
import pdfplumber
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import ledger
from cases import access_actions, actions
from cases.models import InformationItem, User
from sharing import after_actions, pack, story
from tests.cases.case_pages import html, queries
from tests.cast import CaseFile, UserFactory
from tests.sharing.deciding import NOT_SHARED, decided
from tests.sharing.following import ANSWER, WRONG, report, share

pytestmark = pytest.mark.django_db
REASON = "=She asked us to wait"


def address(case_file: CaseFile) -> str:
    return reverse("case_pack", args=[case_file.case.reference])


def told(case_file: CaseFile) -> story.Story:
    return story.read(case_file.case, until=timezone.now())


def test_every_entry_but_the_looks_is_told_once(case_file: CaseFile, officer: User, manager: User) -> None:
    decided(officer, case_file, **NOT_SHARED)
    with actions.see(by=manager, case=case_file.case, page="case"):
        pass
    kinds = [one.kind for one in ledger.history(case_file.case.id)]
    events = told(case_file).events
    assert sorted(one.kind for one in events) == sorted(kind for kind in kinds if kind != "case.viewed")
    assert len({one.receipt for one in events}) == len(events)


def test_a_decision_is_told_whole_and_the_code_word_never(case_file: CaseFile, officer: User) -> None:
    actions.change_person(by=officer, person=case_file.survivor, values={"code_word": "larkspur"})
    decision = decided(officer, case_file, **NOT_SHARED)
    events = told(case_file).events
    (event,) = [one for one in events if one.kind == "decision.recorded"]
    rows = dict(event.rows)
    assert rows["Decision"].startswith(decision.reference)
    assert rows["In their words"]
    assert rows["What we do instead"]
    assert "larkspur" not in repr(events)


def test_the_manager_reads_it_and_an_officer_may_not(
    client: Client, case_file: CaseFile, officer: User, manager: User
) -> None:
    decided(officer, case_file, **NOT_SHARED)
    client.force_login(officer)
    assert client.get(address(case_file)).status_code == 403
    client.force_login(manager)
    page = html(client, address(case_file))
    assert "Decision recorded" in page
    assert "Nothing is recorded for" in page or "None were found" in page


def test_more_entries_ask_no_more_queries(client: Client, case_file: CaseFile, manager: User) -> None:
    client.force_login(manager)
    html(client, address(case_file))
    before = queries(client, address(case_file))
    for number in range(4):
        values = {"text": f"Note {number}", "source": "Caretaker", "nature": "fact"}
        actions.add_information(by=manager, case=case_file.case, values=values)
    assert queries(client, address(case_file)) == before
    assert InformationItem.objects.filter(case=case_file.case).count() >= 4


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_taking_it_is_an_entry_and_needs_a_purpose(
    client: Client, case_file: CaseFile, officer: User, manager: User, form: str
) -> None:
    decided(officer, case_file, **NOT_SHARED | {"reason_text": f"{REASON}, in her own words, until Friday."})
    client.force_login(manager)
    without = client.post(address(case_file), {"form": form, "note": "The chair"})
    assert "Select what it is for" in without.content.decode()
    assert "The chair" in without.content.decode()
    before = ledger.history(case_file.case.id).count()
    made = client.post(address(case_file), {"form": form, "purpose": "review", "note": "The chair"})
    assert made.status_code == 200
    assert ledger.history(case_file.case.id).count() == before + 1
    entry = ledger.history(case_file.case.id).last()
    assert entry is not None
    assert entry.kind == "report.made"
    assert f"{case_file.case.reference}-chronology.{form}" in made["Content-Disposition"]
    assert REASON in _text(made.content, form)


def _text(content: bytes, form: str) -> str:
    if form == "pdf":
        with pdfplumber.open(io.BytesIO(content)) as paper:
            return " ".join(page.extract_text().replace("\n", " ") for page in paper.pages)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == list(pack.TITLES)
    assert {cell.data_type for row in rows for cell in row if cell.value} <= {"s", "inlineStr"}
    return " ".join(str(cell.value) for row in rows for cell in row)


def test_written_down_late_is_said(case_file: CaseFile, officer: User) -> None:
    day = timezone.localdate() - timedelta(days=40)
    actions.assess_risk(
        by=officer, case=case_file.case, values={"assessed_on": day, "level": "high", "criteria": []}
    )
    read = told(case_file)
    assert {gap.code for gap in read.gaps} >= {"late", "undecided"}
    (event,) = [one for one in read.events if one.kind == "risk.assessed" and one.at.date() == day]
    assert pack.late_by(event) == "40 days"


def test_what_reached_the_wrong_person_is_told_whole(
    case_file: CaseFile, officer: User, governance: User
) -> None:
    incident = report(share(officer, case_file))
    after_actions.answer_incident(by=governance, incident=incident, values=ANSWER)
    by_kind = {one.kind: dict(one.rows) for one in told(case_file).events}
    assert by_kind["disclosure.wrong_recipient"]["What went to the wrong person"] == WRONG["what"]
    assert by_kind["disclosure.wrong_recipient"]["Who has it"] == WRONG["who_has_it"]
    assert by_kind["incident.answered"]["What it could mean for people"] == ANSWER["reason"]


def test_who_is_kept_out_and_why_is_not_part_of_the_story(case_file: CaseFile, manager: User) -> None:
    out = UserFactory(name="Quentin Vane")
    access_actions.exclude(by=manager, case=case_file.case, user=out, reason="A cousin of his")
    (event,) = [one for one in told(case_file).events if one.kind == "access.excluded"]
    assert event.rows == ()
