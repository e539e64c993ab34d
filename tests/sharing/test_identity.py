"""What a case tells the leak guard about its people."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import actions, vault
from cases.fields import Altered, drawing
from cases.models.vault import CaseKey
from sharing import identity
from sharing.rules import leaks
from tests.cast import CaseFile
from tests.sharing.deciding import decided

pytestmark = pytest.mark.django_db(transaction=True)

FIELDS = {
    "name": "Siân Kowalczyk",
    "preferred_name": "Shan",
    "aliases": "Siân Pritchard\nMrs Bell",
    "birth_date": "1988-03-03",
    "address": "Flat 2, 14 Mill Road\nLeeds\nLS1 4AB",
    "contact": "07700 900123, sian@example.org",
}


def test_the_guard_knows_what_a_person_has(case_file: CaseFile, officer: Any) -> None:
    actions.change_person(by=officer, person=case_file.survivor, values=FIELDS)
    known = identity.known_of(case_file.case)
    ways = {
        "name": ("shan", "Pritchard", "Ms Bell"),
        "birth_date": ("3/3/88",),
        "address": ("14 mill rd",),
        "postcode": ("ls14ab",),
        "phone": ("+44 7700 900 123",),
        "email": ("sian at example dot org",),
    }
    for kind, spelled in ways.items():
        assert [leaks.kinds(leaks.find(f"It is {way}.", known)) for way in spelled] == [[kind]] * len(spelled)
    assert known.complete
    assert len(known.people) == case_file.case.people.count()


def test_the_references_of_a_case_are_known(case_file: CaseFile, officer: Any) -> None:
    decision = decided(officer, case_file)
    with CaptureQueriesContext(connection) as asked:
        known = identity.known_of(case_file.case)
    assert {case_file.case.reference, decision.reference} <= set(known.references)
    assert len(asked) == 2
    spelled = " ".join(decision.reference.lower().replace("-", ""))
    assert leaks.kinds(leaks.find(f"See {spelled}.", known)) == ["reference"]


def test_what_was_altered_is_not_passed_over(case_file: CaseFile) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_person SET name = %s", [b"\x01" + bytes(40)])
    for way in (identity.known_of, _while_drawing):
        with pytest.raises(Altered):
            way(case_file.case)


def _while_drawing(case: Any) -> leaks.Known:
    with drawing():
        return identity.known_of(case)


def test_what_was_destroyed_says_so(case_file: CaseFile) -> None:
    CaseKey.objects.filter(subject=case_file.case.id).update(wrapped=None)
    vault.forget()
    known = identity.known_of(case_file.case)
    assert not known.complete
    assert not any(name for person in known.people for name in person.names)
    assert not leaks.find("It was destroyed.", known)
