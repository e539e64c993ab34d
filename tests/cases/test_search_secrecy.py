"""What a search gives away: nothing of hidden cases, nothing of what was typed, no text in its tables."""

import hmac
import logging
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Entry
from cases import actions, search, spelling, vault
from cases.models import Case, CaseKey, Person, User
from tests.cast import CaseFile, make_case

pytestmark = pytest.mark.django_db
TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


def stored() -> str:
    """All that the index's tables hold, as text."""
    with connection.cursor() as cursor:
        tables = ["cases_search"] + (["cases_search_token"] if connection.vendor == "sqlite" else [])
        rows: list[Any] = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - names of ours
            rows += cursor.fetchall()
    assert rows
    return repr(rows) + repr([bytes(one) for row in rows for one in row if isinstance(one, bytes)])


def test_the_index_holds_no_text(case_file: CaseFile) -> None:
    held = stored().lower()
    for text in ("rosalind", "achter", "roz", "quarry", "testham", "900123", "1988-05", "pym"):
        assert text not in held
        assert text.encode().hex() not in held
        assert text.encode("utf-16-le").hex() not in held


def test_a_token_is_the_hmac_of_a_kind_and_a_folded_text(db: None) -> None:
    said = hmac.digest(vault.search_key(), b"start\0rosa", "sha256")
    assert search._tokens([("start", "rosa")]) == [int.from_bytes(said[:8], signed=True)]


def test_a_token_depends_on_the_key_and_outlives_its_wrapping(case_file: CaseFile, officer: User) -> None:
    before = search.tokens(case_file.survivor)
    shared = set(before) & set(search.tokens(make_case(officer, case_file.case.team).survivor))
    assert shared == set(before)  # under one key the same words have the same tokens, also in another case
    organisation = CaseKey.objects.get(subject=vault.ORGANISATION)
    material = vault._material(organisation)
    organisation.wrapped = vault._wrapped(vault.ORGANISATION, material).wrapped  # as rotation wraps it anew
    organisation.save()
    vault.forget()
    assert search.tokens(case_file.survivor) == before
    with transaction.atomic():
        CaseKey.objects.filter(subject=vault.ORGANISATION).delete()
        vault.forget()
        assert not set(search.tokens(case_file.survivor)) & set(before)
        transaction.set_rollback(True)
    vault.forget()


@pytest.mark.parametrize("who", ["colleague", "excluded", "other_manager", "governance", "administrator"])
def test_a_hidden_case_is_searched_for_by_the_queries_of_a_missing_one(
    who: str, a_case: Case, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    asked = []
    last = a_case.reference[-1]
    missing = a_case.reference[:-1] + ("3" if last == "2" else "2" if last.isdigit() else "AB"[last == "A"])
    for text in ("Rosalind", "Rosalynd", a_case.reference, "Wilhelmina", "Wilhelmyna", missing):
        with CaptureQueriesContext(connection) as queries:
            assert list(search.find(user, text)) == []
            assert list(search.find_by_sound(user, text)) == []
        asked.append(len(queries))
    assert len(set(asked[:2] + asked[3:5])) == 1
    assert asked[2] == asked[5]


def test_what_is_searched_for_is_entered_and_logged_nowhere(
    a_case: Case, officer: User, caplog: pytest.LogCaptureFixture
) -> None:
    entries = Entry.objects.count()
    with caplog.at_level(logging.DEBUG), CaptureQueriesContext(connection) as queries:
        assert list(search.find(officer, "Rosalind 07700900123")) == [a_case]
    said = (caplog.text + repr(queries.captured_queries)).lower()
    assert "rosal" not in said
    assert "900123" not in said
    assert Entry.objects.count() == entries


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=TEXT)
def test_any_text_is_searched_for_or_refused_in_words(text: str, a_case: Case, officer: User) -> None:
    found = list(search.find(officer, text)) + list(search.find_by_sound(officer, text))
    assert set(found) <= {a_case}
    if search.problem(text):
        assert found == []
    assert spelling.fold(spelling.fold(text)) == spelling.fold(text) or not text.isascii()


@settings(max_examples=60, deadline=None)
@given(name=st.text(st.characters(categories=("Lu", "Ll", "Lo", "Lt")), min_size=2, max_size=12))
def test_any_name_is_found_by_its_beginnings_in_either_case(name: str) -> None:
    person = Person(case=Case(id=uuid4()), name=name)
    held = set(search.tokens(person))
    for typed in (name, name.upper(), name.lower(), name.title()):
        ways = search._wanted(typed).ways
        if spelling.fold(typed) == spelling.fold(name) and ways:
            assert any(set(way) <= held for way in ways), typed
    for whole in list(spelling.words(name))[:1]:
        for length in range(2, len(whole.joined) + 1):
            assert search._tokens([("start", whole.joined[: min(length, 8)])])[0] in held


def test_a_text_of_10_000_characters_is_bounded(a_case: Case, officer: User) -> None:
    for text in ("Rosalind " * 1_200, "r" * 10_000, "1 " * 5_000, "o'" * 5_000, "@" * 10_000):
        wanted = search._wanted(text)
        assert all(len(way) <= 3 * search.MOST_WORDS for way in wanted.ways)
        list(search.find(officer, text))


def test_a_changed_person_is_found_by_what_they_are_called_now(case_file: CaseFile, officer: User) -> None:
    actions.change_person(by=officer, person=case_file.child, values={"name": "Bartholomew"})
    assert list(search.find(officer, "tobias")) == []
    assert list(search.find(officer, "bartholomew")) == [case_file.case]
    actions.add_person(by=officer, case=case_file.case, values={"role": "other", "name": "Ingeborg"})
    assert list(search.find(officer, "ingeb")) == [case_file.case]
    assert list(search.find(officer, "ingeborg bartholomew")) == []  # all words of one person


def test_people_without_tokens_get_them_once(case_file: CaseFile, officer: User) -> None:
    search.forget(case_file.case.id)
    assert list(search.find(officer, "rosalind")) == []
    for _ in range(2):
        call_command("index_people", verbosity=0)
        assert list(search.find(officer, "rosalind")) == [case_file.case]
    CaseKey.objects.filter(subject=case_file.case.id).update(wrapped=None)
    search.forget(case_file.case.id)
    vault.forget()
    call_command("index_people", verbosity=0)
    assert list(search.find(officer, "rosalind")) == []


SAME = {"name": "Achterberg, ROSALIND", "birth_date": "1988-05-14"}


@pytest.mark.parametrize(
    ("person", "found"),
    [
        (SAME, True),
        (SAME | {"birth_date": "1988-05-15"}, False),
        ({"name": "Rosalind Achterberg"}, False),
        ({"name": "Rosalind Achterberg", "contact": "+44 7700 900123"}, True),
        ({"name": "Rosa Achterberg", "contact": "+44 7700 900123"}, False),
        ({"name": "Unknown", "address": "1 High Street, TE5 7PQ"}, False),
        ({"name": "Ida Vane", "address": "2 High Street, te57pq"}, True),
        ({"name": "Ida Vane", "address": "2 High Street, TE5"}, False),
    ],
)
def test_the_same_person_in_another_case_is_known_by_two_things(
    person: dict[str, str], found: bool, case_file: CaseFile, officer: User
) -> None:
    for name in ("unknown", "Ida Vane"):
        one = {"role": "other", "name": name, "address": "3 Low Road, Testham TE5 7PQ"}
        actions.add_person(by=officer, case=case_file.case, values=one)
    assert search.same_people([{"name": "Nobody Else"}, person]) == ([case_file.case] if found else [])
