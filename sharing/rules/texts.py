"""What a text holds: words of the case, or none; how letters and names are compared."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from sharing import lists
from sharing.rules.terms import given

_LEAST_LETTERS = 3
_LEAST_CHARACTERS = 40
_LEAST_WORDS = 4

# Letters whose stroke or missing dot Unicode does not take apart: an accent to the reader all the same.
_STROKES = str.maketrans(
    dict(zip("łŁøØđĐðÐħĦŧŦıŋŊ", "lLoOdDdDhHtTinN", strict=True))
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH"}
    | dict.fromkeys("\u115f\u1160\u2800", "")  # blanks that count as letters
)
_APOSTROPHES = str.maketrans("’‘ʼʻ`´", "''''''")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_NOT_LETTERS_OR_DIGITS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """The text in small letters without accents, apostrophes all alike."""
    apart = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).translate(_STROKES)
    bare = "".join(map(_bare, apart))
    # Put together again, so that a syllable of Korean stays one letter.
    return unicodedata.normalize("NFC", bare).casefold()


@cache
def _bare(char: str) -> str:
    """A character without what only changes or hides it; digits of all scripts are alike."""
    if unicodedata.category(char) in {"Mn", "Mc", "Me", "Cf"}:
        return ""
    return str(unicodedata.decimal(char, char))


def name_words(name: str) -> set[str]:
    """The words of a name that identify: unbroken runs of three letters or more."""
    return {word for word in _LETTERS.findall(plain(name)) if len(word) >= _LEAST_LETTERS}


def run(text: str) -> str:
    """The letters and digits of a text, plain and written together."""
    return _NOT_LETTERS_OR_DIGITS.sub("", plain(text))


def is_blanket(text: str) -> bool:
    """Whether a reason says next to nothing about the case. No text at all is missing, not blanket."""
    if not given(text):
        return False
    return len(text.strip()) < _LEAST_CHARACTERS or len(case_words(text)) < _LEAST_WORDS


def case_words(text: str) -> set[str]:
    """The different words that are left without stop words, blanket phrases and blanket words."""
    words = _without_phrases(_WORDS.findall(plain(text)))
    return set(words) - lists.stop_words() - lists.blanket_words()


def _without_phrases(words: list[str]) -> Iterator[str]:
    at = 0
    while at < len(words):
        skip = max(_lengths_at(words, at), default=0)
        if not skip:
            yield words[at]
        at += skip or 1


def _lengths_at(words: list[str], at: int) -> Iterable[int]:
    return (
        len(phrase) for phrase in lists.blanket_phrases() if tuple(words[at : at + len(phrase)]) == phrase
    )


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same, capitals and spaces aside. No name is like no other."""
    return given(one) and _without_spaces(one) == _without_spaces(other)


def _without_spaces(name: str) -> str:
    return "".join(unicodedata.normalize("NFC", name.casefold()).split())
