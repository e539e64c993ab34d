"""How names and addresses are compared: no case, no accents, apostrophes and hyphens in every way. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_SHORT_FIRST = 3
"""Mc Donald, De Souza, van Dyke: a first part of so many letters may be written together with the next."""
_ALIKE = str.maketrans(
    dict.fromkeys("’‘ʼʹ`´′＇‛ʻ", "'")
    | dict.fromkeys("‐‑‒–—−﹣－", "-")
    | {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "ı": "i", "ħ": "h"}
    | {"Ħ": "h", "ŋ": "n", "Ŋ": "n", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th"}
)
_POSTCODE = re.compile(r"\b([a-z]{1,2}[0-9][a-z0-9]?)\s*([0-9][a-z]{2})\b")
_DIGITS = re.compile(r"\+?\(?[0-9](?:[0-9\s().\-/]|\+)*[0-9]")
_EMAIL = re.compile(r"[^\s@<>,;:()\"]+@[^\s@<>,;:()\"]+")
_ASCII_WORD = re.compile(r"[a-z0-9'-]+")
_NATIONAL = 10
"""The digits of a telephone number that count: +44, 0044 and 0 stand before them."""
_SHORTEST_NUMBER, _LONGEST_NUMBER = 7, 15


class Word(NamedTuple):
    """One word as it was written: all of it as one, and the parts around apostrophes and hyphens."""

    joined: str
    parts: tuple[str, ...]


def fold(text: str) -> str:
    """The text without case and accents, in one spelling of each letter; other scripts keep their letters."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.translate(_ALIKE).casefold()).casefold()
    bare = "".join(letter for letter in plain if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFKC", bare.translate(_ALIKE))


def words(text: str) -> Iterator[Word]:
    """The words of a text, folded; everything but letters and digits only divides."""
    folded = fold(text)
    if folded.isascii():
        found = _ASCII_WORD.findall(folded)
    else:
        found = "".join(letter if _belongs(letter) else " " for letter in folded).split()
    for written in found:
        if written.isalnum():
            yield Word(written, (written,))
        elif parts := tuple(filter(None, re.split("['-]+", written))):
            yield Word("".join(parts), parts)


def _belongs(letter: str) -> bool:
    if letter.isalnum() or letter in "'-":
        return True
    return letter > "\x7f" and unicodedata.category(letter) in {"Mc", "Me"}  # vowel signs of many scripts


def together(found: Iterable[Word]) -> Iterator[str]:
    """The words as one each, and a short first part of a name as one with the word after it."""
    before = ""
    for word in found:
        if before:
            yield before + word.joined
            before = ""
        elif len(word.joined) <= _SHORT_FIRST and word.joined.isalpha():
            before = word.joined
        else:
            yield word.joined
    if before:
        yield before


def postcodes(text: str) -> set[str]:
    """The postcodes of a text: each written together, and its two halves."""
    return {part for found in _POSTCODE.findall(fold(text)) for part in ("".join(found), *found)}


def emails(text: str) -> set[str]:
    """The e-mail addresses of a text, folded."""
    return {found.strip(".'") for found in _EMAIL.findall(fold(text))}


def phones(text: str) -> set[str]:
    """Every telephone number that a text may hold, each as the digits that count.

    Numbers beside each other are divided by a space, and so are the groups of one number: each run of groups
    that is long enough counts.
    """
    found = set()
    for run in _DIGITS.findall(fold(text)):
        groups = re.findall("[0-9]+", run.replace("(0)", " "))
        for start in range(len(groups)):
            for end in range(start + 1, min(len(groups), start + _LONGEST_NUMBER) + 1):
                found.add(_national("".join(groups[start:end])))
    return found - {""}


def typed_phones(text: str) -> tuple[set[str], str]:
    """The telephone numbers that were typed, each run of digits as one, and the text without them."""
    found = {run: _national("".join(re.findall("[0-9]+", run))) for run in _DIGITS.findall(fold(text))}
    rest = _DIGITS.sub(lambda run: " " if found.get(run[0]) else run[0], fold(text))
    return set(found.values()) - {""}, rest


def _national(digits: str) -> str:
    """The last ten digits of a number; empty where so many digits are no telephone number."""
    if not _SHORTEST_NUMBER <= len(digits) <= _LONGEST_NUMBER:
        return ""
    return digits[-_NATIONAL:] if len(digits) > _NATIONAL else digits


_SOUNDS = (
    (re.compile(r"^(?:kn|gn|pn)"), "n"),
    (re.compile(r"^wr"), "r"),
    (re.compile(r"^mc|^mac(?=[bcdfgjklmnpqrst])"), "mk"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"(?:sch|sh|tch|ch(?=[aeiouy]))"), "x"),
    (re.compile(r"th"), "t"),
    (re.compile(r"gh(?=[^aeiou]|$)"), ""),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"ck|ch|[cq]"), "k"),
    (re.compile(r"dg|g(?=[eiy])"), "j"),
    (re.compile(r"[zx]$|z"), "s"),
    (re.compile(r"w|h"), ""),
    (re.compile(r"^[aeiouy]+"), "a"),
    (re.compile(r"(?<=.)[aeiouy]+"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)


def sound(word: str) -> str:
    """How a word of Latin letters sounds, roughly; empty where that says nothing."""
    if len(word) < _SHORT_FIRST or not (word.isascii() and word.isalpha()):
        return ""
    for pattern, by in _SOUNDS:
        word = pattern.sub(by, word)
    return word if len(word) > 1 else ""
