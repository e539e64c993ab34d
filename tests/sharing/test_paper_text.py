"""Text on paper is text: none of it is markup, none is cut off, and letters without a font still count."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sharing import paper
from tests.fuzz import examples
from tests.sharing.printed import Printed, sheet

MARKUP = (
    '#include "secret"', "*x*", "_x_", "= heading", "/ term: x", "$x$", "`raw`", "#let x = 1", "<label>",
    "@ref", "\\u{41}", "//comment", "/* x */", "~", "--", "...", "https://example.org", '"quoted"', "#",
    "[U+0041]", "- item", "+ item", "{x}", "#sys.inputs",
)  # fmt: skip
LETTERS = st.characters(
    codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp", "Mn", "Me", "Cf")
)


def text_of(page: dict[str, Any]) -> str:
    return Printed(paper.pdf(page, training=False)).text


@pytest.mark.parametrize("said", MARKUP)
def test_markup_stays_literal(said: str) -> None:
    answer = f"before {said} after"
    assert answer in text_of(sheet(answer))
    assert f"He said {said}" in text_of(sheet([f"He said {said}", "and more"]))


def test_markup_in_a_name_a_title_or_a_point_stays_literal() -> None:
    said = "#include *x* = heading"
    cards = [{"title": said, "rows": [{"question": "Who?", "answer": "x"}]}]
    point = {"title": said, "serves": "rule 6", "answer": said}
    made = Printed(paper.pdf(sheet(recipients=cards, points=[point]), training=False))
    assert made.of("H3")[0].whole == said
    assert made.text.count(said) == 3


QUICK = settings(max_examples=examples(15, 100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
EASY = st.characters(
    min_codepoint=33, max_codepoint=0x24F, exclude_characters="\x7f\xad", exclude_categories=("Cc", "Zs")
)
PIECES = st.sampled_from(MARKUP) | st.text(EASY, max_size=12)


def small(answer: Any) -> dict[str, Any]:
    return sheet(answer, pages=[], recipients=[], included=[]) | {"pages": sheet(answer)["pages"][:1]}


@QUICK
@given(st.lists(PIECES, min_size=1, max_size=8))
def test_whatever_is_written_is_printed(pieces: list[str]) -> None:
    said = " ".join(" ".join(pieces).split()) or "-"
    assert text_of(small(said)).count(said) >= 2


@QUICK
@given(st.text(LETTERS, min_size=1, max_size=60), st.sampled_from(MARKUP))
@example("x\u0301", "*x*")
@example("\u05d0\u0628", "= heading")
@example("\u202e", "#")
def test_whatever_the_letters_it_prints_and_is_tagged(text: str, markup: str) -> None:
    made = Printed(paper.pdf(small(f"{text}\n{markup}"), training=False))
    assert made.untagged == []
    assert made.outside == ""
    # What is extracted of joined letters depends on the reader; what it was made into does not.
    plain = Printed(paper.pdf(small("Plain"), training=False))
    roles = [node.role for node in made.of("H1", "H2", "H3", "H4", "TR", "L")]
    assert roles == [node.role for node in plain.of("H1", "H2", "H3", "H4", "TR", "L")]


def test_lines_stay_lines() -> None:
    made = Printed(paper.pdf(sheet("First line\r\nSecond line\n\nFourth"), training=False))
    words = made.pdf.pages[0].extract_words()
    tops = {word["text"]: word["top"] for word in words if word["text"] in ("First", "Second", "Fourth")}
    assert tops["First"] < tops["Second"] < tops["Fourth"]


def test_a_word_longer_than_a_line_is_not_cut_off() -> None:
    made = Printed(paper.pdf(sheet("W" * 500), training=False))
    assert "W" * 500 in made.text
    for page in made.pdf.pages:
        assert all(char["x1"] <= page.width - 40 for char in page.chars)


def test_a_text_longer_than_a_page_runs_over() -> None:
    said = " ".join(f"word{number}" for number in range(800))
    made = Printed(paper.pdf(sheet(said), training=False))
    assert said in made.text
    for page in made.pdf.pages:
        assert all(char["bottom"] <= page.height - 30 for char in page.chars)


def test_letters_without_a_font_are_shown_by_their_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without fonts of its own."""
    fonts = paper._fonts
    monkeypatch.setattr(paper, "_fonts", lambda **_: fonts(own=True))
    paper._drawn.cache_clear()
    text = text_of(sheet("Łukasz, Привет, 李小龍 rang"))
    paper._drawn.cache_clear()
    assert "Łukasz, Привет, [U+674E][U+5C0F][U+9F8D] rang" in text
    assert "shown by their code" in text
    assert "shown by their code" not in text_of(sheet("Łukasz"))


def test_more_strange_letters_than_are_tried_still_print() -> None:
    every = "".join(chr(0x4E00 + number) for number in range(paper._TRIED + 100))
    assert "[U+" in text_of(sheet(every, decision=SimpleNamespace(**vars(sheet()["decision"]))))


@pytest.mark.parametrize(
    "said",
    [
        "\u2029\tShe rang",
        "\u2029\u00adShe rang",
        "Call 1\u20e3 She rang",
        "a\ufeff \u200eShe rang",
        "\u0631\u20e3\u200b She rang",
    ],
)
def test_letters_that_are_drawn_alone_and_not_beside_others_still_print(said: str) -> None:
    assert "She rang" in text_of(small(said))
