"""Sealed fields: ciphertext alone is stored, also in history; what is read is what was written."""

import copy
import pickle
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core import serializers
from django.core.exceptions import FieldError, ValidationError
from django.db import connection
from django.forms import modelform_factory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import actions, fields, vault
from cases.models import Case, CaseKey, Person, User
from tests.cast import CaseFile

pytestmark = pytest.mark.django_db

NAMES = [
    "Zoë Ångström-O’Brien",
    "محمد بن عبد الله",
    "王小明" * 60,
    "नरेन्द्र" * 25,
    "👩‍👩‍👧‍👦 family",
    "x" * 200,
    "0",
    " ",
]


def stored(table: str, column: str, row: Any) -> list[bytes]:
    """The bytes of a column as the database has them, past every model."""
    key = row.hex if connection.vendor == "sqlite" else row
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE id = %s", [key])  # noqa: S608 - our own names
        return [bytes(value) for (value,) in cursor.fetchall()]


@pytest.mark.parametrize("name", NAMES)
def test_text_of_any_script_comes_back(case_file: CaseFile, officer: User, name: str) -> None:
    person = actions.change_person(by=officer, person=case_file.child, values={"name": name})
    assert person.name == name
    assert Person.objects.get(id=person.id).name == name
    (sealed,) = stored("cases_person", "name", person.id)
    # A byte or two may stand in any ciphertext by chance.
    assert len(name.encode()) < 4 or name.encode() not in sealed


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_comes_back(case_file: CaseFile, text: str) -> None:
    person = case_file.child
    person.name = text
    fields.seal_fields(person)
    assert person.name == text


def test_an_empty_text_is_stored_as_nothing_and_none_as_empty(case_file: CaseFile) -> None:
    person = case_file.perpetrator
    person.contact = None
    assert person.contact == ""
    person.save()
    assert stored("cases_person", "contact", person.id) == [b""]


def test_only_text_is_taken(case_file: CaseFile) -> None:
    with pytest.raises(TypeError):
        case_file.survivor.name = 7


def test_unchanged_text_is_never_sealed_again(case_file: CaseFile) -> None:
    person = Person.objects.get(id=case_file.survivor.id)
    before = stored("cases_person", "name", person.id)
    assert person.name == "Rosalind Achterberg"
    person.save()
    person.refresh_from_db()
    person.save()
    person.clean_fields(exclude=["case", "reviewed", "care_needs", "at_risk", "cannot_protect"])
    person.save()
    assert stored("cases_person", "name", person.id) == before


def test_history_keeps_the_very_bytes_of_the_row(case_file: CaseFile, officer: User) -> None:
    person = case_file.survivor
    first = stored("cases_person", "name", person.id)
    actions.change_person(by=officer, person=person, values={"address": "A new place"})
    actions.change_person(by=officer, person=person, values={"name": "Another Name"})
    assert stored("cases_historicalperson", "name", person.id) == [
        *first * 2,
        *stored("cases_person", "name", person.id),
    ]
    assert [row.name for row in person.history.order_by("history_date")] == [
        "Rosalind Achterberg",
        "Rosalind Achterberg",
        "Another Name",
    ]


def test_no_table_holds_the_words(case_file: CaseFile, manager: User, granted: User, excluded: User) -> None:
    """Every column of every table is searched for what was typed into the case."""
    # Long words: three letters turn up by chance in a salt or a ciphertext.
    actions.change_person(by=manager, person=case_file.survivor, values={"preferred_name": "Rozamunde"})
    words = [
        "Achterberg",
        "Rozamunde",
        "by Roz at",
        "Quarry",
        "900123",
        "Gareth",
        "kitchen knife",
        "brother of",
        "fears for",
        "in twos",
    ]
    searched = 0
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own names
            for row in cursor.fetchall():
                text = b"|".join(
                    bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row
                )
                searched += 1
                assert not [word for word in words if word.encode() in text], table
    assert searched > 40


def test_deferred_fields_load_when_they_are_read(case_file: CaseFile) -> None:
    row = case_file.survivor.id
    before = stored("cases_person", "name", row)
    for query in (Person.objects.only("role"), Person.objects.defer("name"), Person.objects.only("name")):
        person = query.get(id=row)
        assert (person.name, person.preferred_name, person.role) == (
            "Rosalind Achterberg",
            "Roz",
            "victim_survivor",
        )
        person.save()
    assert stored("cases_person", "name", row) == before


def test_refreshing_drops_what_was_not_saved(case_file: CaseFile) -> None:
    person = case_file.survivor
    person.name = "Not saved"
    person.refresh_from_db(fields=["name"])
    assert person.name == "Rosalind Achterberg"


def test_copies_open_too(case_file: CaseFile) -> None:
    survivor = case_file.survivor
    pickled = pickle.loads(pickle.dumps(survivor))  # noqa: S301 - our own
    for same in (copy.copy(survivor), copy.deepcopy(survivor), pickled):
        assert same.name == "Rosalind Achterberg"


def test_text_set_on_another_row_is_sealed_for_that_row(case_file: CaseFile) -> None:
    case_file.child.name = case_file.survivor.name
    case_file.child.save()
    assert Person.objects.get(id=case_file.child.id).name == "Rosalind Achterberg"


def test_ciphertext_that_was_moved_does_not_open(case_file: CaseFile) -> None:
    moved = stored("cases_person", "name", case_file.survivor.id)[0]
    for row, column in ((case_file.child, "name"), (case_file.survivor, "address")):
        row.__dict__[column] = moved
        with pytest.raises(fields.Altered, match="altered outside"):
            getattr(row, column)


def test_a_destroyed_key_leaves_a_marker(case_file: CaseFile) -> None:
    CaseKey.objects.filter(subject=case_file.case.id).update(wrapped=None)
    vault.forget()
    person = Person.objects.get(id=case_file.survivor.id)
    before = stored("cases_person", "name", person.id)
    assert person.name == fields.DESTROYED
    assert person.contact == fields.DESTROYED
    assert case_file.child.contact == ""
    person.save()
    assert stored("cases_person", "name", person.id) == before


def test_a_query_can_neither_write_nor_filter_text(case_file: CaseFile) -> None:
    by_part = {"name__contains": "plain"}  # spelled out, the type checker would try the lookup itself
    for write in (
        lambda: Person.objects.update(name="plain"),
        lambda: Person.objects.filter(name="plain"),
        lambda: Person.objects.filter(**by_part),
    ):
        with pytest.raises((TypeError, FieldError)):
            write()


def test_bulk_rows_are_sealed(case_file: CaseFile) -> None:
    rows = [Person(case=case_file.case, role="other", name="Bulk Name") for _ in range(2)]
    Person.objects.bulk_create(rows)
    assert b"Bulk" not in stored("cases_person", "name", rows[0].id)[0]
    assert Person.objects.get(id=rows[1].id).name == "Bulk Name"


def test_a_model_form_shows_and_saves_the_text(case_file: CaseFile) -> None:
    form_class = modelform_factory(Person, fields=["name", "address"])
    assert form_class(instance=case_file.survivor).initial["name"] == "Rosalind Achterberg"
    form = form_class({"name": "New Name", "address": "x" * 300}, instance=case_file.survivor)
    assert form.is_valid(), form.errors
    form.save()
    assert Person.objects.get(id=case_file.survivor.id).name == "New Name"
    too_long = form_class({"name": "x" * 201, "address": ""}, instance=case_file.survivor)
    assert list(too_long.errors) == ["name"]


def test_validation_counts_the_text(case_file: CaseFile) -> None:
    case_file.survivor.name = "x" * 201
    with pytest.raises(ValidationError, match="name"):
        case_file.survivor.clean_fields()


def test_a_dump_holds_no_text(case_file: CaseFile) -> None:
    assert "Achterberg" not in serializers.serialize("json", Person.objects.all())


def test_a_case_that_was_never_stored_takes_text(officer: User) -> None:
    case = Case(id=uuid4(), owner=officer, staff_safety="Beware")
    assert case.staff_safety == "Beware"


def test_every_sealed_model_belongs_to_a_case() -> None:
    """The key is found through `case_id`: a model without one would seal under its own id."""
    sealed = {
        model
        for model in apps.get_models(include_auto_created=True)
        if any(isinstance(field, fields.SealedTextField) for field in model._meta.concrete_fields)
    }
    lost = {m for m in sealed if "case_id" not in {field.attname for field in m._meta.concrete_fields}}
    assert lost == {Case, Case.history.model}
    assert len(sealed) > 10
