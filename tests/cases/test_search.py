"""Finding a person: every spelling, nothing hidden, nothing that was typed kept anywhere."""

from datetime import UTC, datetime

import pytest

from cases import actions, search
from cases.models import Case, Team, User
from tests.cast import make_case

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PERSON = {
    "role": "victim_survivor",
    "name": "Zoë O’Brien-Łukasik",
    "preferred_name": "Zo",
    "aliases": "Anne-Marie De Souza, 王芳",
    "address": "7 Orchard Mews, Haverton TE5 7PQ",
    "contact": "Mobile 07700 900456 or (0161) 496-0000, Zoe.O@mail.example",
    "birth_date": "1988-05-14",
}
FOUND = [
    "Zoë O’Brien-Łukasik", "zoe", "ZOË", "zo", "o'brien", "O BRIEN", "obrien", "brie", "lukasik zoe",
    "obrienlukasik", "o’brienłukasik", "anne marie", "annemarie", "Anne-Mar", "desouza", "de souza", "souza",
    "王芳", "orchard", "7 orchard mews", "haverton zoe", "te5 7pq", "TE57PQ", "te5", "te57", "07700900456",
    "07700 900 456", "+44 7700 900456", "0044 7700 900456", "+44 (0)161 496 0000", "0161 4960000",
    "ZOE.O@mail.example", "zoe 07700900456", "  zoe\u00a0\tlukasik ", "Lu\u0301kasik",
]  # fmt: skip
NOT_FOUND = [
    "rosa", "oe", "brien2", "zoe smith", "%", "z%e", "z_e", "z*", "'; DROP TABLE cases_case; --", '"zoe"x',
    "\0zoex", "\ud800zoex", "900456", "07700900457", "te6", "@mail.example", "zoe & rosa", "1988-05-14",
    "orch", "zoe haverto",
]  # fmt: skip


@pytest.fixture
def zoe(officer: User, team: Team) -> Case:
    make_case(officer, team)
    return actions.create_case(by=officer, team=team, concern_identified_at=NOW, people=[PERSON])


def test_every_spelling_finds_the_person_and_nobody_else(zoe: Case, officer: User) -> None:
    found = {text: list(search.find(officer, text)) for text in FOUND}
    assert found == {text: [zoe] for text in FOUND}


def test_what_is_no_beginning_of_theirs_finds_nobody(zoe: Case, officer: User) -> None:
    assert [text for text in NOT_FOUND if zoe in search.find(officer, text)] == []


def test_a_misspelt_name_is_found_by_its_sound(a_case: Case, zoe: Case, officer: User) -> None:
    for text in ("rosalnd", "acterberg", "Rosalynd Akterberg"):
        found = search.find_by_sound(officer, text)
        assert a_case in found, text
        assert zoe not in found, text
