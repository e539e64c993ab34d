"""The people of a case and the information that is held."""

from uuid import uuid4

import pytest
from django.test import Client

from audit import ledger
from cases import actions, choices, events
from cases.models import Case, Person, User
from tests.cases.case_pages import PAGES, Answers, address, html, queries, with_key
from tests.cast import CaseFile


@pytest.fixture
def signed_in(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def test_a_person_is_recorded_as_it_was_typed(signed_in: Client, case_file: CaseFile) -> None:
    case = case_file.case
    response = signed_in.post(address(case, "people/add/"), with_key(PAGES["person add"].answers(case_file)))
    assert response["Location"] == address(case, "people/")
    person = case.people.exclude(
        id__in=[case_file.survivor.id, case_file.child.id, case_file.perpetrator.id]
    ).get()
    assert (person.role, person.name, person.preferred_name) == ("adult", "Joan Pym", "Jo")
    assert (person.birth_date, person.address, person.contact) == ("1950-05-01", "A\nB", "Ring twice")
    assert (person.safe_routes, person.unsafe_routes) == (["phone"], ["post"])
    assert (person.care_needs, person.at_risk, person.cannot_protect) == (True, False, None)


def test_the_page_of_a_person_saved_as_it_is_changes_nothing(signed_in: Client, case_file: CaseFile) -> None:
    """What the form shows is what is recorded: every answer makes the round trip."""
    from cases.forms.people import PersonForm

    for person in (case_file.survivor, case_file.child, case_file.perpetrator):
        person.refresh_from_db()
        form = PersonForm(initial=PersonForm.initial_of(person))
        answers: Answers = {}
        for field in form:
            value = field.value()
            if hasattr(field.field.widget, "decompress"):
                boxes = zip(("day", "month", "year"), field.field.widget.decompress(value), strict=True)
                answers |= {f"{field.name}_{part}": one for part, one in boxes if one is not None}
            elif value is not None:
                answers[field.name] = value
        response = signed_in.post(address(case_file.case, f"people/{person.id}/"), answers)
        assert response.status_code == 302, response.content.decode()
    assert not ledger.history(case_file.case.id).filter(kind="person.changed").exists()


def test_a_route_nobody_answered_for_is_not_safe(signed_in: Client, case_file: CaseFile) -> None:
    answers = {"role": "child", "name": "Tobias", "route_phone": "safe"}
    signed_in.post(address(case_file.case, f"people/{case_file.child.id}/"), answers)
    case_file.child.refresh_from_db()
    assert [code for code, _ in choices.choices("route") if case_file.child.safe(code)] == ["phone"]
    page = html(signed_in, address(case_file.case, "people/"))
    assert "Not recorded – do not contact until checked:" in page


def test_a_route_on_both_lists_shows_as_not_safe(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    both = {"safe_routes": ["phone"], "unsafe_routes": ["phone"]}
    actions.change_person(by=officer, person=case_file.survivor, values=both)
    page = html(signed_in, address(case_file.case))
    assert "Do not use: phone" in page
    assert "Safe: phone" not in page


def test_a_person_of_another_case_is_not_found(signed_in: Client, case_file: CaseFile, officer: User) -> None:
    other = actions.create_case(
        by=officer,
        team=case_file.case.team,
        concern_identified_at=case_file.case.concern_identified_at,
        people=[{"role": "child", "name": "Elsewhere"}],
    )
    strange = other.people.get()
    path = address(case_file.case, f"people/{strange.id}/")
    assert signed_in.get(path).status_code == 404
    assert signed_in.post(path, {"role": "child", "name": "Taken"}).status_code == 404
    strange.refresh_from_db()
    assert strange.name == "Elsewhere"


def test_each_of_two_survivors_is_named_with_their_own_routes(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    values = {"role": "victim_survivor", "name": "Ida Quist"}
    actions.add_person(by=officer, case=case_file.case, values=values)
    page = html(signed_in, address(case_file.case))
    assert "Roz and Ida Quist" in page
    assert "Roz: Safe: phone" in page
    assert "Ida Quist: Not recorded – do not contact until checked" in page


# --- Information -----------------------------------------------------------------------------------------


def add(client: Client, file: CaseFile, query: str = "", **answers: object) -> str:
    page = with_key(PAGES["information add"].answers(file) | answers)
    page = {name: value for name, value in page.items() if value is not None}
    response = client.post(address(file.case, f"information/add/{query}"), page)
    return response.get("Location") or response.content.decode()


NO_DATE: Answers = {"dated_day": None, "dated_month": None, "dated_year": None}


def test_information_is_recorded_as_it_was_typed(signed_in: Client, case_file: CaseFile) -> None:
    assert add(signed_in, case_file) == address(case_file.case, "information/")
    item = case_file.case.information.get(position=2)
    assert (item.text, item.source, item.whose, item.nature) == (
        "He has a key",
        "Roz, by phone",
        "Roz",
        "opinion",
    )
    assert (item.about, item.historical, item.alleges_offence) == ([str(case_file.survivor.id)], False, False)
    page = html(signed_in, address(case_file.case, "information/"))
    assert "Opinion, 3 March 2026" in page


def test_exactly_one_of_a_date_and_not_known(signed_in: Client, case_file: CaseFile) -> None:
    assert "Enter the date, or say it is not known" in add(signed_in, case_file, **NO_DATE)
    assert "not both" in add(signed_in, case_file, date_not_known="on")
    assert add(signed_in, case_file, **NO_DATE, date_not_known="on").endswith("/information/")
    assert case_file.case.information.get(position=2).date_not_known


def test_an_opinion_is_somebodys_and_a_fact_is_nobodys(signed_in: Client, case_file: CaseFile) -> None:
    assert "Enter whose opinion it is" in add(signed_in, case_file, whose="")
    assert "Remove this, or select that it is an opinion" in add(signed_in, case_file, nature="fact")
    assert "Select at least one person" in add(signed_in, case_file, about=None)


def test_information_leads_back_to_the_draft_that_asked(signed_in: Client, case_file: CaseFile) -> None:
    draft = uuid4()
    assert add(signed_in, case_file, f"?draft={draft}") == f"/drafts/{draft}/items/"
    for junk in ("//evil.example", "x", "..%2F..%2F", f"{draft}/../../x"):
        assert add(signed_in, case_file, f"?draft={junk}") == address(case_file.case, "information/")
    assert f'href="/drafts/{draft}/items/"' in html(
        signed_in, address(case_file.case, f"information/add/?draft={draft}")
    )


def test_somebody_of_another_case_cannot_be_whom_it_is_about(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    other = actions.create_case(
        by=officer,
        team=case_file.case.team,
        concern_identified_at=case_file.case.concern_identified_at,
        people=[{"role": "child", "name": "Elsewhere"}],
    )
    page = add(signed_in, case_file, about=[str(other.people.get().id)])
    assert "Select an answer from the list" in page
    assert "Elsewhere" not in page


def test_changing_information_tells_what_changed(signed_in: Client, case_file: CaseFile) -> None:
    answers = PAGES["information change"].answers(case_file) | {"text": "He gave the key back"}
    path = address(case_file.case, f"information/{case_file.older.id}/")
    assert signed_in.post(path, answers).status_code == 302
    entry = ledger.history(case_file.case.id).filter(kind="information.changed").get()
    changes = events.content_of(entry)["changes"]
    assert changes["text"] == [
        "The door of the flat was repaired twice after being kicked in",
        "He gave the key back",
    ]
    assert changes["historical"] == [True, False]


@pytest.mark.parametrize(
    "path", ["", "people/", "information/", "information/add/", "risk/", "consent/", "access/"]
)
def test_pages_need_the_same_queries_however_much_is_recorded(
    signed_in: Client, a_case: Case, officer: User, path: str
) -> None:
    html(signed_in, address(a_case, path))
    few = queries(signed_in, address(a_case, path))
    more(a_case, officer, 10)
    assert queries(signed_in, address(a_case, path)) == few


def more(case: Case, officer: User, number: int) -> None:
    """Add people, information, assessments and lines of consent to a case."""
    for n in range(number):
        person: Person = actions.add_person(
            by=officer, case=case, values={"role": "victim_survivor", "name": f"P {n}"}
        )
        about = {"text": f"Item {n}", "source": "s", "nature": "fact", "about": [str(person.id)]}
        actions.add_information(by=officer, case=case, values=about | {"date_not_known": True})
        today = case.opened_at.date()
        actions.assess_risk(by=officer, case=case, values={"level": "high", "assessed_on": today})
        actions.log_consent(by=officer, case=case, values={"happened_on": today, "consent": "given"})
