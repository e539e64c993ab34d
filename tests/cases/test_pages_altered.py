"""Sealed text that was altered in the database: every page is drawn and says so; nothing is written on it."""

import pytest
from django.test import Client

from audit.models import Entry
from cases import actions, fields, vault
from cases.chronology_actions import add_concern
from cases.models import Case, Concern, InformationItem, Person, User
from tests.cases.case_pages import PAGES, address, html, with_key
from tests.cast import CaseFile

JUNK = b"\x01" + b"x" * 60
PATHS = (
    "",
    "change/",
    "people/",
    "safety/",
    "safety/staff/",
    "chronology/",
    "risk/",
    "information/",
    "information/add/",
    "consent/",
    "access/",
    "timeline/",
)


@pytest.fixture
def altered(case_file: CaseFile, officer: User, manager: User) -> CaseFile:
    """A case of which every sealed cell that the database lets be altered was overwritten."""
    values = {"happened_on": "2026-03-03", "note": "By phone"}
    actions.log_consent(by=officer, case=case_file.case, values=values)
    happened = {"kind": "incident", "date_not_known": True, "text": "He rang"}
    add_concern(by=officer, case=case_file.case, values=happened)
    for model in (
        Case,
        Person,
        InformationItem,
        Concern,
    ):  # the database refuses to alter those of other tables
        sealed = [one.name for one in model._meta.fields if isinstance(one, fields.SealedTextField)]
        assert model._default_manager.update(**dict.fromkeys(sealed, JUNK))
    vault.forget()
    return case_file


def test_every_page_of_the_case_is_drawn_and_says_it(
    client: Client, altered: CaseFile, officer: User
) -> None:
    client.force_login(officer)
    person = altered.survivor.id
    paths = (*PATHS, f"people/{person}/", f"safety/{person}/", f"information/{altered.older.id}/")
    for path in paths:
        assert fields.ALTERED in html(client, address(altered.case, path)), path
    assert fields.ALTERED in html(client, "/cases/")
    people = html(client, address(altered.case, "people/"))
    assert people.count(fields.ALTERED) >= 4 * 3


@pytest.mark.parametrize(
    "name", ["staff safety", "person change", "safe contact", "information change", "risk", "consent"]
)
def test_nothing_is_saved_over_it_and_what_was_typed_stays(
    name: str, client: Client, altered: CaseFile, officer: User
) -> None:
    page = PAGES[name]
    before = Entry.objects.filter(kind=page.kind).count()
    client.force_login(officer)
    response = client.post(page.address(altered), with_key(page.answers(altered)))
    assert response.status_code == 200
    text = response.content.decode()
    assert "nothing was saved" in text
    typed = [one for one in page.answers(altered).values() if isinstance(one, str) and " " in one]
    assert typed
    assert all(one in text for one in typed if "\n" not in one)
    assert Entry.objects.filter(kind=page.kind).count() == before
    assert bytes(Person.objects.values_list("name", flat=True)[0]) == JUNK


def test_a_page_that_does_not_read_it_still_saves(client: Client, altered: CaseFile, officer: User) -> None:
    client.force_login(officer)
    page = PAGES["person add"]
    assert client.post(page.address(altered), with_key(page.answers(altered))).status_code == 302


def test_an_action_never_takes_the_mark_for_text(altered: CaseFile, officer: User) -> None:
    person = Person.objects.get(id=altered.survivor.id)
    with fields.drawing():
        assert person.name == fields.ALTERED
    with pytest.raises(fields.Altered):
        actions.change_person(by=officer, person=person, values={"name": "New Name"})
    with pytest.raises(fields.Altered):
        str(person.name)
