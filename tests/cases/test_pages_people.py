"""The people of a case."""

import pytest
from django.test import Client

from audit import ledger
from cases import actions
from cases.chronology_actions import add_concern
from cases.forms.base import GovForm
from cases.forms.people import PersonForm
from cases.forms.safety import SafeContactForm
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
    assert (person.birth_date, person.address, person.aliases) == ("1950-05-01", "A\nB", "Joan Hale")
    assert (person.care_needs, person.at_risk, person.cannot_protect) == (True, False, None)
    page = html(signed_in, address(case, "people/"))
    assert "Joan Hale" in page
    assert f'href="{address(case, f"safety/{person.id}/")}"' in page


def _answers(form: GovForm) -> Answers:
    """What a browser posts of a form that is shown and not touched."""
    answers: Answers = {}
    for field in form:
        value = field.value()
        if hasattr(field.field.widget, "decompress"):
            boxes = zip(("day", "month", "year"), field.field.widget.decompress(value), strict=True)
            answers |= {f"{field.name}_{part}": one for part, one in boxes if one is not None}
        elif value is not None:
            answers[field.name] = value
    return answers


def test_a_page_saved_as_it_is_changes_nothing(signed_in: Client, case_file: CaseFile) -> None:
    """What a form shows is what is recorded: each answer makes the round trip; no day of a check goes."""
    values = {"reviewed": {"contact": "2026-03-02"}, "code_word": "heron", "do_not": "Ring the landline"}
    actions.change_person(by=case_file.case.owner, person=case_file.survivor, values=values)
    before = ledger.history(case_file.case.id).filter(kind="person.changed").count()
    for person in (case_file.survivor, case_file.child, case_file.perpetrator):
        person.refresh_from_db()
        forms = {
            f"people/{person.id}/": PersonForm(initial=PersonForm.initial_of(person)),
            f"safety/{person.id}/": SafeContactForm(
                initial=SafeContactForm.initial_of(person), person=person
            ),
        }
        for path, form in forms.items():
            response = signed_in.post(address(case_file.case, path), _answers(form))
            assert response.status_code == 302, response.content.decode()
    assert ledger.history(case_file.case.id).filter(kind="person.changed").count() == before


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
    assert "Roz: Safe: phone (checked with them on 2 March 2026)" in page
    assert "Ida Quist: Not recorded – do not contact until checked" in page


@pytest.mark.parametrize(
    "path",
    [
        "",
        "people/",
        "safety/",
        "chronology/",
        "information/",
        "information/add/",
        "risk/",
        "consent/",
        "access/",
    ],
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
        what = {"kind": "incident", "happened_on": today, "text": f"Event {n}", "source": "s"}
        add_concern(by=officer, case=case, values=what)
