"""The leak guard: what was hidden is found in every spelling, and ordinary texts raise no alarm."""

import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sharing.rules import leaks
from sharing.rules.leaks import Known, Leak, Somebody
from tests import fuzz
from tests.sharing import leaking

MARY = Somebody(
    ("Mary Kowalczyk", "Maz", "Mary O'Neill-Smith"),
    "Flat 12, 7 Mill Road\nLeeds LS1 4AB",
    "07700 900123, mary.k@example.org, @mazk88",
    "1988-03-03",
)
GRACE = Somebody(("Grace Young", "", "Will"), "21 Elm, Leeds")
OTHERS = (
    Somebody(("Bo Li",)),
    Somebody(("王芳",)),
    Somebody(("the neighbour at number 4",)),
    Somebody(("Ann Smith",)),
)
CASE = Known((MARY, GRACE, *OTHERS), ("C-7F3K2Q", "D-HBDKMN"))


def found(text: str) -> list[str]:
    return [text[leak.start : leak.end] for leak in leaks.find(text, CASE)]


@given(st.integers(0, 2**48))
@example(233479918042867)
@settings(max_examples=fuzz.examples(1_500, 10_000), deadline=None, database=None)
def test_whatever_is_hidden_is_found(seed: int) -> None:
    one = leaking.an_example(seed)
    there = leaks.find(one.text, one.known)
    assert not leaking.missed(one, there), one
    assert not leaks.find(leaks.replaced(one.text, there), one.known), one


def test_ordinary_texts_raise_next_to_no_alarm() -> None:
    assert len(set(leaking.ordinary_texts())) >= 200
    alarms, texts = leaking.false_alarms(fuzz.examples(5, 100))
    assert alarms / texts < 0.02


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=3))
@settings(max_examples=150, deadline=None)
def test_no_text_and_no_name_breaks_it(text: str, names: list[str]) -> None:
    person = Somebody(
        tuple(names), address=" ".join(names), contact=" ".join(names), birth_date="".join(names)
    )
    there = leaks.find(text + " ".join(names), Known((person,), tuple(names)))
    assert all(0 <= leak.start < leak.end <= len(text + " ".join(names)) for leak in there)
    assert all(one.end <= other.start for one, other in pairwise(there))


@pytest.mark.parametrize("signs", ["-@-", "'@'", "—@…", "-", "@"])
def test_signs_alone_identify_nobody(signs: str) -> None:
    known = Known((Somebody((signs,), signs, signs, signs),), (signs,))
    assert leaks.find(f"a {signs} b", known) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A part of a name, however it is written.
        ("mary. MARY and Marys; m a r y", ["mary", "MARY", "Marys", "m a r y"]),
        ("Kowal czyk; kowal-czyk; K0walczyk", ["Kowal czyk", "kowal-czyk", "K0walczyk"]),
        ("O'Neill, oneill, O Neill, Smith Jones", ["O'Neill, oneill, O Neill, Smith"]),
        ("M. Kowalczyk or Kowalczyk, M.", ["M. Kowalczyk", "Kowalczyk, M"]),
        ("MKowalczyk came", ["MKowalczyk"]),
        ("Dear Mrs. Kowalczyk's sister", ["Mrs. Kowalczyk"]),
        ("我见到王芳了", ["王芳"]),
        # Ordinary words that are names, too.
        ("I told Grace that she will wait.", ["Grace"]),
        ("By the grace of the court he will go; young people may.", []),
        ("Will she come? Will the school?", []),
        ("Will said so. Will has gone.", ["Will", "Will"]),
        ("Young people are hurt. Grace, too.", ["Grace"]),
        ("Ms Young, G. Young, young grace, Young, G.", ["Ms Young, G. Young, young grace, Young, G"]),
        ("a young woman; we saw will young there", ["will young"]),
        ("then ms young came, and young people", ["ms young"]),
        ("grace said no", ["grace"]),
        ("Can we ask? I hope they will. GRACE knows.", ["GRACE"]),
        # Two letters: whole, and with a capital.
        ("Bo came, bo, Bob, abo", ["Bo"]),
        ("bo li", ["bo li"]),
        # Who only describes, names nobody.
        ("The neighbour at number 4 told the mother.", []),
        # Words that only touch.
        ("Maryland, summary, a marquee, smithy", []),
        ("he has an as if", []),
        # Addresses.
        ("flat twelve, Mill Road", ["flat twelve, Mill Road"]),
        ("7 mill rd, Leeds, LS1 4AB", ["7 mill rd, Leeds", "LS1 4AB"]),
        ("in Leeds at number 7; the mill; 12 roads", []),
        ("21 elm, but 20 Elm and an elm", ["21 elm"]),
        ("the LS1 area, LS1 4, LS2", ["LS1", "LS1 4"]),
        # Numbers, dates and codes of the case.
        ("zero seven seven double oh nine hundred one two three",) * 2,
        ("ring 900123 or +44 (0)7700-900-123", ["900123", "+44 (0)7700-900-123"]),
        ("the third of March nineteen eighty-eight", ["third of March nineteen eighty-eight"]),
        ("3 March 1987, 4 March 1988, 3 March", []),
        ("C seven F three K two Q; hbdkmn; D HBDKMN", ["C seven F three K two Q", "hbdkmn", "D HBDKMN"]),
        ("mary dot k at example dot org", ["mary dot k at example dot org"]),
        ("he is mazk88 there", ["mazk88"]),
        # Of anybody.
        ("Call 0161 496 0999, x@y.org, M14 9th, M14 9TH", ["0161 496 0999", "x@y.org", "M14 9TH"]),
        ("R-234567, a-hbdkmp, C-SECTION, A-HBDKMP", ["R-234567", "A-HBDKMP"]),
        ("S47 enquiry, section 42, £1,310 on 02.08.2026 10 visits, 999, 101", []),
    ],
)
def test_what_counts_as_identity(text: str, expected: Any) -> None:
    assert found(text) == ([expected] if isinstance(expected, str) else expected)


def test_a_month_is_a_name_where_no_date_is_meant() -> None:
    known = Known((Somebody(("April Jones",)), Somebody(("May Brown",))))
    text = "It was in 2020. April rang on 3 May, since April or in May 2026, and told May of it."
    assert [text[leak.start - 3 : leak.end] for leak in leaks.find(text, known)] == ["0. April", "ld May"]


def test_a_postcode_that_holds_the_letters_of_a_number_word() -> None:
    known = Known((Somebody(address="190 Elm Gardens, Leeds LS14 0NE"),))
    for written in ("LS14 0NE", "LS14 ONE", "ls14one", "l s 1 4 o n e"):
        assert (
            leaks.replaced(f"It is {written}.", leaks.find(f"It is {written}.", known)) == "It is [postcode]."
        )


def test_a_name_whose_figures_stand_before_a_street_stays_a_name() -> None:
    text = "The note says: Gr4c3. Mill-Road is quiet."
    there = leaks.find(text, CASE)
    assert [(one.kind, text[one.start : one.end]) for one in there] == [
        ("name", "Gr4c3"), ("address", "Mill-Road"),
    ]  # fmt: skip
    assert leaks.replaced(text, there) == "The note says: Person B. [address] is quiet."


def test_laws_and_charities_that_bear_a_name_are_nobody() -> None:
    known = Known((Somebody(("Clare Black",)),))
    assert not leaks.find("Under Clare's Law. Southall Black Sisters helped.", known)
    assert leaks.find("Clare knows the law.", known)


@pytest.mark.parametrize(
    "text",
    ["a", "0(", "a.b@", "Mary Kowalczyk ", "m a r y ", "3/3/1988 ", "王", "one hundred and ", "M4ry",
     "\u0301", "Ma-", "a at b dot ", "Flat 12, 7 Mill Road ", "C-7 ", "07700 900123 "],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    # The best of several: a collection of all that the tests hold may fall into any one of them.
    rounds = [(_seconds(text, 1_250), _seconds(text, 5_000)) for _ in range(5)]
    short, long = (min(taken) for taken in zip(*rounds, strict=True))
    assert long / short < 8, "four times the text takes four times as long, not sixteen"
    assert long < 0.5


def _seconds(text: str, length: int) -> float:
    """Seconds of the processor to look through so many characters."""
    text, known = (text * length)[:length], Known(CASE.people * 2, CASE.references)
    began = time.process_time()
    leaks.find(text, known)
    return time.process_time() - began


def test_the_same_person_has_the_same_letter_everywhere() -> None:
    text = "Mary rang. Ms Kowalczyk's flat is cold. Grace Young, and Smith, saw Ann Smith at 7 Mill Road."
    assert leaks.replaced(text, leaks.find(text, CASE)) == (
        "Person A rang. Person A's flat is cold. Person B, and [family name], saw Person F at [address]."
    )
    many = Known(tuple(Somebody((f"Zed{chr(97 + n // 26)}{chr(97 + n % 26)}q",)) for n in range(28)))
    assert [leak.placeholder for leak in leaks.find("Zedaaq Zedazq Zedbaq", many)] == [
        "Person A", "Person Z", "Person AA",
    ]  # fmt: skip


def test_the_error_lists_the_kinds_that_were_found() -> None:
    there = leaks.find("Ring Mary on 07700 900123. Mary lives in Mill Road.", CASE)
    assert leaks.kinds(there) == ["name", "address", "phone"]
    assert leaks.sentence(there) == (
        "This could identify somebody: it holds a name of somebody in this case, an address and a telephone "
        "number. Take it out, or use the placeholders."
    )
    assert leaks.sentence(there[:1]).endswith(
        "it holds a name of somebody in this case. Take it out, or use the placeholders."
    )
    assert leaks.sentence([]) == ""
    assert leaks.replaced("as it is", []) == "as it is"
    assert leaks.replaced("abc", [Leak("name", 1, 2, "X")]) == "aXc"
