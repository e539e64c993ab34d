"""Words that we do not use, wherever somebody reads them; errors that say what to do; days as people say."""

import ast
import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sharing import display
from sharing.forms.page import in_words
from tests.cast import LONDON

ROOT = Path(__file__).resolve().parent.parent
CODE = ("cases", "sharing", "dahashare")
PERSON = r"(?:she|he|they|victim/survivor|survivor|woman|man|person|tenant|mother|father|child|who)"

_INSTEAD = {
    "victim/survivor, or the word that the person prefers": (
        r"\bvictims?\b(?!/survivor)",
        r"\bcomplainants?\b",
        r"\b(?:our|the|a|your|this) clients?\b",
        r"\bservice users?\b",
    ),
    "alleged perpetrator, unless somebody was convicted": (
        r"(?<!alleged )\bperpetrators?\b",
        r"\b(?:offender|aggressor|abuser)s?\b",
    ),
    "said, told us, disclosed": (rf"\b{PERSON} (?:has |have |had )?(?:claim|alleg)(?:s|ed|es)?\b",),
    "has not felt able to, or what we have not offered yet": (
        r"\b(?:fail(?:s|ed)?|refus(?:es|ed)|unwilling|reluctant) to (?:engage|leave|disclose)\b",
        r"\b(?:fail(?:s|ed)?|refus(?:es|ed)|unwilling|reluctant) to co-?operate\b",
        r"\bnon-?(?:engag|complian|cooperat)\w*",
        r"\bdisengaged?\b",
        r"\bhard[ -]to[ -]reach\b",
        r"\b(?:chose|chooses|decided|decides) to (?:stay|return|go back)\b",
    ),
    "what each person did, and when": (
        r"\b(?:volatile|toxic|stormy|turbulent|fiery) (?:relationship|couple|household)s?\b",
        r"\b(?:both as bad|as bad as each other|six of one|tit[ -]for[ -]tat|mutual abuse)\b",
        r"\b(?:domestic dispute|domestic disturbance|just a row)\b",
        r"\ba domestic\b(?! abuse| homicide)",
        r"\bprovok(?:ed|es|ing)\b",
        r"\b(?:manipulative|attention[ -]seeking|hysterical|chaotic lifestyle)\b",
    ),
    "why we can share": (r"\b(?:GDPR|data protection) exemptions?\b",),
    "what is done, and what the tests show": (
        r"\btamper[ -]?(?:proof|evident|resistant)\b",
        r"\b(?:fully |GDPR[ -])?complian(?:t|ce)\b",
        r"\b(?:unhackable|unbreakable|immutable|military[ -]grade|bulletproof)\b",
        r"\b(?:100%|completely|totally) secure\b",
    ),
    "plain words": (
        r"\b(?:utili[sz]e|leverage|going forward|touch base|stakeholders?)\b",
        r"\b(?:prior to|pursuant to|aforementioned)\b",
    ),
}
AVOIDED = {phrase: instead for instead, phrases in _INSTEAD.items() for phrase in phrases}
"""What is not written, and what is written instead (service design, 8)."""
FOR_ERRORS = {
    r"\bplease\b": "say what to do",
    r"\binvalid\b": "say what is wrong",
    r"\boops\b": "say what to do",
}

LISTS_WORDS = {
    "sharing/reference/blanket.toml": "the words that tell nothing about a case, which officers type",
    "sharing/reference/identity.toml": "what the leak guard knows of names and of what is called like one",
    "sharing/reference/stop_words.toml": "English words without a meaning of their own",
}
"""Files that are lists of words."""
EXCEPTIONS = {
    ("sharing/reference/law.toml", "crime and victims act 2004"): "the name of a law",
    ("SECURITY.md", "a perpetrator, or a relative, on the staff"): "whoever it is, convicted or not",
}
"""Where a phrase stands all the same, and why."""


# --- what somebody reads --------------------------------------------------------------------------


def _templates() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = re.sub(
            r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", " ", path.read_text("utf-8"), flags=re.DOTALL
        )
        yield str(path.relative_to(ROOT)), text


def _files() -> Iterator[tuple[str, str]]:
    found = [
        *(ROOT / "sharing" / "guidance").rglob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *ROOT.glob("*.md"),
    ]
    found += [*(ROOT / "sharing").rglob("*.typ"), *(ROOT / "static").glob("*.js")]
    for path in sorted(found):
        yield str(path.relative_to(ROOT)), path.read_text("utf-8")


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _values(one)
    elif isinstance(value, list):
        for one in value:
            yield from _values(one)
    elif isinstance(value, str):
        yield value


def _lists() -> Iterator[tuple[str, str]]:
    found = [
        *(ROOT / "sharing" / "reference").glob("*.toml"),
        *(ROOT / "dahashare" / "scenarios").glob("*.toml"),
    ]
    for path in sorted(found):
        name = str(path.relative_to(ROOT))
        if name not in LISTS_WORDS:
            # A value with a gap in it is a sentence; the others are codes.
            said = [text for text in _values(tomllib.loads(path.read_text("utf-8"))) if " " in text]
            yield name, "\n\n".join(said)


def _docstrings(tree: ast.AST) -> set[int]:
    """The strings that stand as statements: what programmers read."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _parsed() -> Iterator[tuple[str, ast.AST]]:
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def _strings() -> Iterator[tuple[str, str]]:
    for name, tree in _parsed():
        skipped = _docstrings(tree)
        said = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped
        ]
        yield name, "\n\n".join(text for text in said if " " in text)


def found_in(name: str, text: str, avoided: dict[str, str]) -> list[str]:
    """Each avoided phrase in a text, with what to write instead; line ends are gaps, blank lines are ends."""
    found = []
    for part in re.split(r"\n\s*\n", text):
        flat = " ".join(part.split())
        # One look for all of them first: most of what is written has none.
        if not _any(tuple(avoided)).search(flat):
            continue
        for phrase, instead in avoided.items():
            for match in re.finditer(phrase, flat, re.IGNORECASE):
                around = flat[max(0, match.start() - 40) : match.end() + 40]
                if not any(name == file and said in around.casefold() for file, said in EXCEPTIONS):
                    found.append(f"{name}: “…{around}…”: write {instead}")
    return found


@cache
def _any(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


SOURCES = {"templates": _templates, "files": _files, "lists": _lists, "strings": _strings}


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_nothing_that_somebody_reads_has_a_word_that_we_avoid(source: str) -> None:
    said = list(SOURCES[source]())
    assert len(said) > 5
    assert [one for name, text in said for one in found_in(name, text, AVOIDED)] == []


@pytest.mark.parametrize("source", ["templates", "strings"])
def test_no_page_begs_or_blames(source: str) -> None:
    assert [one for name, text in SOURCES[source]() for one in found_in(name, text, FOR_ERRORS)] == []


@pytest.mark.parametrize(
    "said",
    [
        "The victim rang.",
        "the\n  victims",
        "Our client said",
        "the perpetrator",
        "She claims that he rang",
        "They have alleged it",
        "he refuses to leave",
        "It is fully compliant",
        "a tamper-proof log",
        "The GDPR exemption for this",
        "a volatile relationship",
    ],
)
def test_a_word_that_we_avoid_would_be_found(said: str) -> None:
    assert found_in("x", said, AVOIDED)


@pytest.mark.parametrize(
    "said",
    [
        "the victim/survivor and\nthe alleged perpetrator",
        "Legal claims or courts",
        "The HTTP client of a test",
        "Anything that alleges an offence",
    ],
)
def test_words_that_are_meant_are_left_alone(said: str) -> None:
    assert found_in("x", said, AVOIDED) == []


def test_every_exception_is_still_needed() -> None:
    texts = {
        name: " ".join(text.casefold().split()) for source in SOURCES.values() for name, text in source()
    }
    for name, said in EXCEPTIONS:
        assert said in texts[name]


# --- errors -------------------------------------------------------------------------------------

TELLS = re.compile(
    r"^(Enter|Select|Choose|Remove|Say|Use|Let|Record|Check|Answer|Write|Reload|Type|Shorten|Try|Sign|Ask)\b"
    r"|\b(?:must|cannot be in|can have|enter|select|check|save again|change it|record another)\b",
    re.IGNORECASE,
)
_RAISED = {"ValidationError", "add_error", "need"}


def _error_nodes(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in _RAISED:
                yield from node.args
        elif (
            isinstance(node, ast.keyword)
            and node.arg == "error_messages"
            and isinstance(node.value, ast.Dict)
        ):
            yield from node.value.values


def _errors() -> Iterator[tuple[str, str]]:
    for name, tree in _parsed():
        for node in _error_nodes(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            elif isinstance(node, ast.JoinedStr):
                text = "".join(one.value if isinstance(one, ast.Constant) else "…" for one in node.values)  # type: ignore[misc]
            else:
                continue
            if " " in text:
                yield name, text


def test_every_error_says_what_to_do() -> None:
    said = list(_errors())
    assert len(said) > 100
    assert [f"{name}: {text}" for name, text in said if not TELLS.search(text)] == []


def test_no_error_shouts_or_ends_with_a_stop() -> None:
    assert [f"{name}: {text}" for name, text in _errors() if text.rstrip().endswith((".", "!", "…!"))] == []


# --- days -----------------------------------------------------------------------------------------

SHOWN = {"l j F Y", "l j F", "j F Y"}
"""Days as people say them: Tuesday 4 June 2026; without what goes without saying."""
MACHINE = {"c", "Y-m-d"}


def test_days_in_templates_are_written_as_people_say_them() -> None:
    formats = [
        (name, found) for name, text in _templates() for found in re.findall(r"\|date:\"([^\"]*)\"", text)
    ]
    assert formats
    assert {one for one in formats if one[1] not in SHOWN | MACHINE} == set()
    for name, text in _templates():
        for attribute in re.findall(r"(\S*=?\"?)\{\{[^}]*\|date:\"(?:c|Y-m-d)\"", text):
            assert attribute.startswith(("datetime=", "value=")), f"{name}: a machine's date is shown"


def test_a_moment_reads_alike_on_every_page() -> None:
    at = datetime(2026, 6, 4, 14, 30, tzinfo=LONDON)
    assert display.moment(at.isoformat()) == in_words(at) == "Thursday 4 June 2026, 2:30pm"
    assert display.moment("2026-06-04") == in_words(date(2026, 6, 4)) == "Thursday 4 June 2026"
