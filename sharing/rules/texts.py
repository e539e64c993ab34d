"""What a text holds: words of the case, or none; somebody's identity, or not."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime

from sharing import lists
from sharing.rules.facts import CaseFacts
from sharing.rules.terms import given

_LEAST_LETTERS = 3
_LEAST_CHARACTERS = 40
_LEAST_WORDS = 4
_LEAST_IDENTIFIER = 5

# Letters whose stroke or missing dot Unicode does not take apart: an accent to the reader all the same.
_STROKES = str.maketrans("łŁøØđĐħĦŧŦı", "lLoOdDhHtTi")
_APOSTROPHES = str.maketrans("’‘ʼʻ`´", "''''''")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_NOT_LETTERS_OR_DIGITS = re.compile(r"[\W_]+")

_E_MAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.\w{2,}")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<!\d)(?!\d\d?[-\s]\d\d?[-\s]\d{4})(?:\+44[\s-]?(?:\(0\))?|\(?0)(?:[\s()-]{0,2}\d){9,10}(?!\d)"
)
_REFERENCE = re.compile(r"\b[CDR]-[A-Z0-9]{6}\b")
_PATTERNS = {"email": _E_MAIL, "postcode": _POSTCODE, "phone": _PHONE, "reference": _REFERENCE}


def plain(text: str) -> str:
    """The text in small letters without accents, apostrophes all alike."""
    apart = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).translate(_STROKES)
    bare = "".join(char for char in apart if unicodedata.category(char) not in {"Mn", "Mc", "Me", "Cf"})
    # Put together again, so that a syllable of Korean stays one letter.
    return unicodedata.normalize("NFC", bare).casefold()


def name_words(name: str) -> set[str]:
    """The words of a name that identify: unbroken runs of three letters or more."""
    return {word for word in _LETTERS.findall(plain(name)) if len(word) >= _LEAST_LETTERS}


def patterns_in(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """What is somebody's identity by its form alone, each as its kind and where it stands."""
    for kind, pattern in _PATTERNS.items():
        yield from ((kind, found.span()) for found in pattern.finditer(text))


def holds_identity(text: str, case: CaseFacts) -> bool:
    """Whether a text names a person of the case, or holds another identity: address, phone, e-mail…"""
    names = set[str]().union(*(name_words(person.name) for person in case.people))
    if names & set(_LETTERS.findall(plain(text))):
        return True
    if any(patterns_in(text)):
        return True
    run = _run(text)
    known = {form for identifier in case.identifiers for form in _forms(identifier)}
    return any(form in run for form in known if len(form) >= _LEAST_IDENTIFIER)


def _forms(identifier: str) -> set[str]:
    """How an identifier may be written: as it is and, for a date such as a birth date, in the usual ways."""
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y"):
        with suppress(ValueError):
            day = datetime.strptime(identifier.strip(), pattern)  # noqa: DTZ007 - a day has no time zone
            month = f"{day:%B}".casefold()
            spelled = {f"{day.day}{suffix}{month}{day.year}" for suffix in ("", "st", "nd", "rd", "th")}
            numbers = {f"{day:%d%m%Y}", f"{day:%Y%m%d}", f"{day.day}{day.month}{day.year}"}
            return numbers | spelled | {f"{month}{day.day}{day.year}", f"{day.day}{month[:3]}{day.year}"}
    return {_run(identifier)}


def _run(text: str) -> str:
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
