"""The stops about items, texts and ways of sending, with their boundaries."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from sharing import rules
from tests.sharing.clean import (
    ADULT,
    CASE,
    CHILD,
    KEEP,
    MOVE,
    NEIGHBOUR,
    POLICE,
    SHARE,
    SURVIVOR,
    VISITS,
    change,
    codes,
)

ONE_ITEM: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("item_without_need", {"why": " "}, {"why": "needed"}),
    ("item_without_need", {"recipients": ()}, {"recipients": ("idva",)}),
    ("item_without_need", {"recipients": ("gone",)}, {"recipients": ("gone", "idva")}),
    ("item_without_need", {"relevant": False}, {"relevant": True}),
    ("item_without_need", {"relevant": None}, {"relevant": True}),
    ("item_nature_missing", {"nature": None}, {"nature": "fact"}),
    ("item_nature_missing", {"nature": "opinion"}, {"nature": "opinion", "whose": "The caretaker"}),
    ("item_nature_missing", {"dated": None}, {"dated": "not known"}),
    ("third_party_unweighed", {"about": ("child",)}, {"about": ("survivor", "alleged")}),
    (
        "third_party_unweighed",
        {"about": ("neighbour",)},
        {"about": ("neighbour",), "third_party_effect": "None."},
    ),
    ("third_party_unweighed", {"about": ("survivor", "adult")}, {"about": ("unknown",)}),
]


@pytest.mark.parametrize(("code", "raising", "nearest"), ONE_ITEM)
def test_a_stop_of_an_item(code: str, raising: dict[str, Any], nearest: dict[str, Any]) -> None:
    assert code in codes(change(SHARE, items=(VISITS, replace(MOVE, **raising))))
    assert code not in codes(change(SHARE, items=(VISITS, replace(MOVE, **nearest))))


@pytest.mark.parametrize("code", ["item_without_need", "item_nature_missing", "third_party_unweighed"])
def test_a_withheld_item_needs_only_its_reason(code: str) -> None:
    bare = rules.Item("bare", about=("child",), include=False, withheld_reason="Not needed.")
    assert code not in codes(change(SHARE, outcome="share_part", items=(MOVE, bare)))


@pytest.mark.parametrize(
    ("name", "text", "held"),
    [
        ("Siân Kowalczyk", "Sian called.", True),
        ("Siân Kowalczyk", "KOWALCZYK’s flat", True),
        ("Oluwaseun Adébáyọ̀-Price", "Mr ADEBAYO", True),
        ("Oluwaseun Adébáyọ̀-Price", "The price of it", True),
        ("Hạnh Nguyễn", "nguyen", True),
        ("Łukasz", "lukasz", True),
        ("Thandeka O'Neill", "neill came", True),
        ("Thandeka O'Neill", "O came", False),
        ("Mai", "Mai", True),
        ("Mai", "mail, maize, remain", False),
        ("Mai", "Mai-Lin", True),
        ("Mai", "Mai2", True),
        ("Jo", "Jo came", False),
        ("Bo Li", "Bo Li came", False),
        ("St John", "The st. is long", False),
        ("김", "김", False),
        ("", "She came.", False),
        ("Ana", "M\u0061\u0301na", False),
        ("Ana", "Ana\u0301", True),
        ("Parminder", "Par\u00adminder", True),
        ("Anna", "Write to a.b@example.org", True),
        ("Anna", "Call 0161 496 0123", True),
        ("Anna", "Call +44 (0)161 496 0123", True),
        ("Anna", "Lives in SW1A 2AA", True),
        ("Anna", "See case C-7F3K2Q", True),
        ("Anna", "On 02-08-2026 10 visits and 310 pounds behind since January 2026.", False),
    ],
)
def test_identity_in_a_text(name: str, text: str, held: bool) -> None:
    case = replace(CASE, people=(SURVIVOR, replace(CHILD, name=name)))
    facts = change(SHARE, case=case, without_identity="yes", items=(VISITS, replace(MOVE, text=text)))
    assert ("identity_present" in codes(facts)) is held


def test_other_identity_of_the_case_counts_however_it_is_spaced() -> None:
    case = replace(CASE, identifiers=("12 Elm Court", "7 B", "21 Elm", "04/05/1990"))
    texts = {
        "at 12, ELM court": True,
        "7 B": False,  # too short to say who it is
        "21-elm": True,
        "born 04.05.1990": True,
        "12 Elm": False,
    }
    for text, held in texts.items():
        facts = change(SHARE, case=case, without_identity="yes", items=(replace(MOVE, text=text),))
        assert ("identity_present" in codes(facts)) is held, text


@pytest.mark.parametrize("kept", ["1990-05-04", "04/05/1990", "04.05.1990", "4 May 1990"])
def test_a_birth_date_counts_however_it_is_written(kept: str) -> None:
    case = replace(CASE, identifiers=(kept,))
    ways = (
        "04/05/1990",
        "4.5.1990",
        "1990-05-04",
        "4 May 1990",
        "4th May 1990",
        "May 4, 1990",
        "4 MAY, 1990",
    )
    for way in ways:
        facts = change(SHARE, case=case, without_identity="yes", item__text=f"Born {way} in Hull.")
        assert "identity_present" in codes(facts), way
    other_day = change(SHARE, case=case, without_identity="yes", item__text="Born 5 May 1990, 4 May 1991.")
    assert "identity_present" not in codes(other_day)


@pytest.mark.parametrize("answer", ["no", "not_sure", None])
def test_names_are_fine_where_identity_is_needed(answer: str | None) -> None:
    facts = change(SHARE, without_identity=answer, item__text="Siân called.")
    assert codes(facts) == []


def test_a_name_in_a_withheld_item_stays_here() -> None:
    facts = change(SHARE, without_identity="yes", outcome="share_part")
    withheld = replace(MOVE, text="Siân called.", include=False, withheld_reason="A name.")
    assert codes(replace(facts, items=(VISITS, withheld))) == []


@pytest.mark.parametrize(
    ("text", "blanket"),
    [
        ("", False),
        ("  \u00a0 ", False),
        ("Visits, flat, night, throat, doors....." + "x", False),  # 40 characters
        ("Visits, flat, night, throat, doors....." + "  ", True),  # 39 and white space
        ("Visits and the flat and night and the visits and flat", True),  # three different words
        ("Visits and the flat and night and the throat and flat", False),  # four
        ("VISITS visits Visits vísits flat flat night night night", True),
        ("The data protection policy says that we are not allowed to share confidential information.", True),
        (
            "GDPR prevents us from sharing this information without consent, under our privacy procedures.",
            True,
        ),
        ("GDPR says no. This is confidential: data protection policy, and there is no consent.", True),
        ("The child protection plan names data protection, and her school sees her daily.", False),
        ("A school portal shows the flat's address to her daughter's father.", False),
    ],
)
def test_a_blanket_reason(text: str, blanket: bool) -> None:
    for clean in (SHARE, KEEP):
        assert ("blanket_reason" in codes(change(clean, reason_text=text))) is blanket


def test_the_boundary_texts_are_on_the_boundary() -> None:
    assert len("Visits, flat, night, throat, doors....." + "x") == 40


@pytest.mark.parametrize("method", ["ordinary_email", "text_message", "voicemail", "fax"])
def test_a_weak_way_stops_sensitive_data_and_is_a_point_for_the_rest(method: str) -> None:
    weak = change(SHARE, recipient__method=method)
    assert codes(weak) == ["method_weak"]
    special = change(weak, kinds=frozenset({"ordinary", "special"}), article_9="9-2-c")
    assert codes(special) == ["method_unsafe"]
    offence = change(weak, item__alleges_offence=True, offence_condition="33")
    assert codes(offence) == ["method_unsafe"]


@pytest.mark.parametrize(
    ("method", "reason", "missing"),
    [(None, "", True), ("other", " ", True), ("other", "By courier", False), ("recorded_post", "", False)],
)
def test_every_recipient_needs_a_way_of_sending(method: str | None, reason: str, missing: bool) -> None:
    facts = change(
        SHARE, recipients=(SHARE.recipients[0], replace(POLICE, method=method, method_reason=reason))
    )
    assert ("method_missing" in codes(facts)) is missing


def test_third_parties_are_told_by_their_role_alone() -> None:
    for person in (CHILD, ADULT, NEIGHBOUR):
        assert "third_party_unweighed" in codes(
            change(SHARE, item__about=(person.key,), item__dated=date(2026, 3, 1))
        )
