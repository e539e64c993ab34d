"""What a case holds about one person who asks for it: the marks, and what belongs to them."""

import io

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit import ledger
from cases import actions, chronology_actions
from cases.models import Person, Team, User
from sharing import lists, person_report
from sharing.person_report import Line
from sharing.rules import withholding
from sharing.rules.withholding import AGENCY, ALLEGED, RISK, SOURCE, THIRD_PARTY, Part, marks
from tests.cases.case_pages import html
from tests.cast import CaseFile
from tests.sharing.deciding import NOT_SHARED, decided

parts = st.builds(
    Part,
    kind=st.sampled_from(["person.added", "information.added", "risk.assessed", "decision.recorded"]),
    fields=st.frozensets(st.sampled_from(["name", "text", "address", "safe_routes"])),
    others=st.booleans(),
    told_by=st.booleans(),
    agency=st.booleans(),
)


@given(parts, st.sampled_from([row.code for row in lists.rows("role")]))
def test_no_part_loses_a_mark(part: Part, role: str) -> None:
    found = marks(part, role)
    assert found == [code for code in withholding.MARKS if code in found]
    assert (THIRD_PARTY in found, SOURCE in found, AGENCY in found) == (
        part.others,
        part.told_by,
        part.agency,
    )
    where = part.fields & {"address", "safe_routes"}
    safety = part.kind in ("risk.assessed", "decision.recorded")
    assert (RISK in found) == (role == ALLEGED or safety or bool(where))


def test_every_mark_has_its_words() -> None:
    assert [row.code for row in lists.rows("withhold")] == list(withholding.MARKS)


def report(case_file: CaseFile, person: Person) -> list[Line]:
    return person_report.read(case_file.case, person, until=timezone.now())


def of_kind(lines: list[Line], kind: str) -> Line:
    (line,) = [one for one in lines if one.event.kind == kind]
    return line


@pytest.mark.django_db
def test_a_child_is_found_by_row_and_by_name_and_nothing_else_is(case_file: CaseFile, officer: User) -> None:
    actions.change_person(by=officer, person=case_file.child, values={"name": "Tobias Quillfeather"})
    values = {"source": "School", "nature": "reported", "about": []}
    for text in ("Tobias was tired on Monday.", "The lift is broken again."):
        actions.add_information(by=officer, case=case_file.case, values=values | {"text": text})
    told = [dict(one.event.rows).get("Text") for one in report(case_file, case_file.child)]
    assert "Tobias was tired on Monday." in told
    assert "The lift is broken again." not in told
    survivors = [dict(one.event.rows).get("Text") for one in report(case_file, case_file.survivor)]
    assert "The lift is broken again." in survivors


@pytest.mark.django_db
def test_who_told_us_and_whom_else_it_names_is_marked(case_file: CaseFile, officer: User) -> None:
    actions.change_person(by=officer, person=case_file.child, values={"name": "Tobias Quillfeather"})
    values = {
        "text": "Tobias saw it from the stairs.",
        "source": "A neighbour",
        "nature": "reported",
        "about": [str(case_file.survivor.id)],
    }
    actions.add_information(by=officer, case=case_file.case, values=values)
    line = next(
        one
        for one in report(case_file, case_file.survivor)
        if dict(one.event.rows).get("Text") == "Tobias saw it from the stairs."
    )
    assert line.marks == [THIRD_PARTY, SOURCE]


@pytest.mark.django_db
def test_for_an_alleged_perpetrator_every_part_is_a_risk_and_the_page_says_so_first(
    client: Client, case_file: CaseFile, officer: User, manager: User
) -> None:
    values = {"name": "Gareth Prysor", "role": ALLEGED}
    person = actions.add_person(by=officer, case=case_file.case, values=values)
    decided(officer, case_file, **NOT_SHARED)
    lines = report(case_file, person)
    assert lines
    assert all(RISK in one.marks for one in lines)
    client.force_login(manager)
    page = html(client, reverse("case_person_report", args=[case_file.case.reference, person.id]))
    assert page.index(person_report.OF_ALLEGED[:40]) < page.index("What we hold</h2>")


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_a_working_copy_is_an_entry_that_says_about_whom(
    client: Client, case_file: CaseFile, officer: User, manager: User, form: str
) -> None:
    address = reverse("case_person_report", args=[case_file.case.reference, case_file.survivor.id])
    client.force_login(officer)
    assert client.post(address, {"form": form, "purpose": "rights_request"}).status_code == 403
    client.force_login(manager)
    made = client.post(address, {"form": form, "purpose": "rights_request", "note": ""})
    assert made.status_code == 200
    entry = ledger.history(case_file.case.id).last()
    assert entry is not None
    assert entry.kind == "report.made"
    if form == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(made.content)).active
        assert sheet is not None
        assert [cell.value for cell in next(sheet.iter_rows())] == list(person_report.TITLES)
    else:
        assert made.content.startswith(b"%PDF")


@pytest.mark.django_db
def test_somebody_of_another_case_is_not_found(client: Client, case_file: CaseFile, manager: User) -> None:
    client.force_login(manager)
    address = reverse("case_person_report", args=[case_file.case.reference, manager.id])
    assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_what_was_said_on_opening_is_told_and_marked(officer: User, team: Team) -> None:
    people = [
        {"role": "victim_survivor", "name": "Ann Beech", "address": "1 Elm Court", "code_word": "larkspur"},
        {"role": "child", "name": "Cal Beech"},
    ]
    case = actions.create_case(
        by=officer,
        team=team,
        concern_identified_at=timezone.now(),
        staff_safety="Do not visit alone",
        people=people,
    )
    lines = person_report.read(case, case.people.get(role="victim_survivor"), until=timezone.now())
    opened = of_kind(lines, "case.created")
    assert opened.marks == [RISK, THIRD_PARTY]
    assert ("Victim/survivor: Address", "1 Elm Court") in opened.event.rows
    assert "larkspur" not in repr([one.event.rows for one in lines])
    first = {"kind": "other", "text": "Shouting at night", "source": "The flat below"}
    alone = actions.create_case(
        by=officer,
        team=team,
        concern_identified_at=timezone.now(),
        staff_safety="Visit in twos",
        concern=first,
    )
    person = actions.add_person(by=officer, case=alone, values=people[0])
    chronology_actions.change_concern(by=officer, concern=alone.concerns.get(), values={"text": "Screams"})
    lines = person_report.read(alone, person, until=timezone.now())
    assert of_kind(lines, "case.created").marks == [RISK, SOURCE]
    assert of_kind(lines, "concern.changed").marks == [SOURCE]


@pytest.mark.django_db
def test_a_change_of_information_is_told_and_marked_like_the_information(
    case_file: CaseFile, officer: User
) -> None:
    actions.change_information(by=officer, item=case_file.older, values={"text": "The lock was changed."})
    told = of_kind(report(case_file, case_file.child), "information.changed")
    assert THIRD_PARTY not in told.marks
    actions.change_information(by=officer, item=case_file.information, values={"text": "It was said."})
    lines = report(case_file, case_file.perpetrator)
    assert of_kind(lines, "information.changed").marks == [RISK, THIRD_PARTY, SOURCE]
    # Whoever it is no longer about had it held about them until then.
    actions.change_information(by=officer, item=case_file.older, values={"about": []})
    kinds = [one.event.kind for one in report(case_file, case_file.child)]
    assert kinds.count("information.changed") == 2


@pytest.mark.django_db
def test_a_name_of_before_is_found_and_marked_still(case_file: CaseFile, officer: User) -> None:
    values = {"source": "School", "nature": "fact", "about": []}
    text = "Tobias was tired on Monday."
    actions.add_information(by=officer, case=case_file.case, values=values | {"text": text})
    actions.change_person(by=officer, person=case_file.child, values={"name": "Finn Oakes"})
    case_file.child.refresh_from_db()
    told = [dict(one.event.rows).get("Text") for one in report(case_file, case_file.child)]
    assert text in told
    survivors = report(case_file, case_file.survivor)
    (line,) = [one for one in survivors if dict(one.event.rows).get("Text") == text]
    assert THIRD_PARTY in line.marks
