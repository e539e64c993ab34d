"""A text as the leak guard reads it: small plain letters that know where they stood, words, numbers. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import pairwise
from typing import NamedTuple

from sharing import lists
from sharing.rules.texts import plain

_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_ZEROS = re.compile(r"o+h?")
_CLOSE = 4
"""So many characters may stand between two groups of digits of one number."""

_TIMES = {"double": 2, "triple": 3, "treble": 3}
_LARGE = {"hundred": "00", "thousand": "000"}


class Token(NamedTuple):
    """A run of letters or of digits, plain; where it stood in the text, and whether in capitals."""

    text: str
    start: int
    end: int
    capital: bool
    shouted: bool
    """Two letters or more, capitals all."""
    before: str
    """What stands, plain, between the token before it and this one."""
    at: int
    """Where it begins in the plain text."""


class Piece(NamedTuple):
    """What one or more tokens say: a word as it is, or the number that number words mean."""

    text: str
    first: int
    last: int


class Hit(NamedTuple):
    """Where a form was found: its first and last piece, and whether it begins and ends with them."""

    first: int
    last: int
    begins: bool
    ends: bool
    at: int


class Run:
    """Pieces written together, so that a form is found however it was divided."""

    def __init__(self, pieces: Sequence[Piece], look: str = "") -> None:
        self.pieces = pieces
        self.text = look or "".join(piece.text for piece in pieces)
        self._owner: list[int] = []
        self.begins: list[int] = []
        for number, piece in enumerate(pieces):
            self.begins.append(len(self._owner))
            self._owner.extend([number] * len(piece.text))
        self.begins.append(len(self._owner))

    def hits(self, form: str) -> Iterator[Hit]:
        """Every place of the form, also inside a piece; a form without a letter or figure is nowhere."""
        at = self.text.find(form) if form else -1
        while at >= 0:
            end = at + len(form)
            first, last = self._owner[at], self._owner[end - 1]
            yield Hit(first, last, at == self.begins[first], end == self.begins[last + 1], at)
            at = self.text.find(form, at + 1)


class Reading:
    """A text, read once for all that is looked for in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain, self._starts, self._ends = _folded(text)
        self.tokens = tuple(self._tokens())
        self.words = Run([Piece(token.text, number, number) for number, token in enumerate(self.tokens)])

    @cached_property
    def valued(self) -> list[Piece]:
        """The tokens, number words as the numbers that they say: "twenty-one", "one hundred and two"."""
        return list(_valued(self.tokens))

    @cached_property
    def streams(self) -> list[tuple[str, list[int], int]]:
        """Digits that follow each other, however grouped or spelled: "07700 900", "oh double seven".

        Each as the digits, the token of each, and how many tokens of it are words.
        """
        return list(_streams(self.tokens))

    def _tokens(self) -> Iterator[Token]:
        at = 0
        for found in _TOKEN.finditer(self.plain):
            start, end = self.place(*found.span())
            written = self.text[start:end]
            yield Token(
                found[0], start, end, written[:1].isupper(), len(found[0]) > 1 and written.isupper(),
                self.plain[at : found.start()], found.start(),
            )  # fmt: skip
            at = found.end()

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text a part of the plain text stood."""
        return self._starts[start], self._ends[end - 1]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the tokens from the first to the last stand."""
        return self.tokens[first].start, self.tokens[last].end

    def near(self, before: int, after: int, most: int = 3) -> bool:
        """Whether no more than a few characters, and no new sentence or line, divide neighbouring tokens."""
        if not 0 <= before < after < len(self.tokens):
            return False
        gap = self.tokens[after].before
        return len(gap) <= most and not set(gap) & set("!?;:()[]\n")

    def gaps(self, pieces: Sequence[Piece]) -> list[str]:
        """What stands between neighbouring pieces."""
        return [self.tokens[after.first].before for after in pieces[1:]]


def _folded(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """The text made plain, and for each of its characters where it began and ended."""
    if text.isascii():
        return text.lower().replace("`", "'"), range(len(text)), range(1, len(text) + 1)
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in pairwise([*_first_of_clusters(text), len(text)]):
        made = _plain(text[start:end]) if end == start + 1 else plain(text[start:end])
        letters.append(made)
        starts.extend([start] * len(made))
        ends.extend([end] * len(made))
    return "".join(letters), starts, ends


@cache
def _plain(letter: str) -> str:
    return plain(letter)


def _first_of_clusters(text: str) -> Iterator[int]:
    """Where each letter begins, with the marks, the parts of a syllable and the invisible that follow it."""
    for at, char in enumerate(text):
        if at == 0 or not _follows(char):
            yield at


@cache
def _follows(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Mc", "Me", "Cf"} or "\u1160" <= char <= "\u11ff"


# --- numbers ----------------------------------------------------------------------------------------------


def _streams(tokens: Sequence[Token]) -> Iterator[tuple[str, list[int], int]]:
    digits, owners, spelled, times = "", list[int](), 0, 1
    for number, token in enumerate(tokens):
        said = _digits(tokens, number, times)
        if digits and not ((said or token.text in _TIMES) and _close(token)):
            yield digits, owners, spelled
            digits, owners, spelled = "", [], 0
        times = _TIMES.get(token.text, 1)
        if said:
            digits += said
            owners += [number] * len(said)
            spelled += not token.text.isdecimal()
    if digits:
        yield digits, owners, spelled


def _close(token: Token) -> bool:
    return len(token.before) <= _CLOSE and "\n" not in token.before


def _digits(tokens: Sequence[Token], at: int, times: int) -> str:
    token, numbers = tokens[at], lists.number_words()
    if token.text.isdecimal():
        return token.text if times == 1 else token.text[0] * times + token.text[1:]
    if token.text in _LARGE:
        return _LARGE[token.text]
    if token.text not in numbers:
        return "0" * max(token.text.count("o"), times) if _ZEROS.fullmatch(token.text) else ""
    number = numbers[token.text]
    value, last = _below_hundred(tokens, at)
    return str(number // 10 if last > at and value != number else number) * times


def _valued(tokens: Sequence[Token]) -> Iterator[Piece]:
    numbers = lists.number_words()
    past = 0
    for at, token in enumerate(tokens):
        if at < past:
            continue
        past = at + 1
        if token.text in numbers:
            number, last = _value(tokens, at)
            past = last + 1
            yield Piece(str(number), at, last)
        elif token.text in _TIMES and len(_word(tokens, past)) == 1:
            yield Piece(_word(tokens, past) * _TIMES[token.text], at, past)
            past += 1
        else:
            yield Piece(token.text, at, at)


def _value(tokens: Sequence[Token], at: int) -> tuple[int | None, int]:
    """The number that words from here on say, and the last of them."""
    value, last = _below_hundred(tokens, at)
    if value is None:
        return None, at
    for word, factor in (("hundred", 100), ("thousand", 1000)):
        if _word(tokens, last + 1) == word:
            value, last = value * factor, last + 1
            after = last + (2 if _word(tokens, last + 1) == "and" else 1)
            rest, end = _below_hundred(tokens, after)
            if rest is not None:
                value, last = value + rest, end
    return value, last


def _below_hundred(tokens: Sequence[Token], at: int) -> tuple[int | None, int]:
    value = lists.number_words().get(_word(tokens, at))
    if value is None:
        return None, at
    unit = lists.number_words().get(_word(tokens, at + 1), 0)
    if value >= 20 and value % 10 == 0 and 0 < unit < 10 and len(tokens[at + 1].before) <= 1:
        return value + unit, at + 1
    return value, at


def _word(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if at < len(tokens) else ""


# --- letters that look alike ------------------------------------------------------------------------------

_CYRILLIC = zip(
    "АВЕЅІЈКМНОРСТУХҮҺԌԚԜаеѕіјорсухһԁԛԝѵкмтнвгьᴦ",
    "ABESIJKMHOPCTYXYHGQWaesijopcyxhdqwvkmthbrbr",
    strict=True,
)
_GREEK = zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαονικρυτεηχγϲϳ", "ABEZHIKMNOPTYXaovikputenxycj", strict=True)
_SMALL = zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡɩօսոհ", "abcdefghijklmnoprstuvwyzagiounh", strict=True)
_ALIKE = {ord(one): other for pairs in (_CYRILLIC, _GREEK, _SMALL) for one, other in pairs}
_ALIKE |= {first + number: chr(65 + number) for first in (0x1F150, 0x1F170, 0x1F1E6) for number in range(26)}
_FIGURES = (str.maketrans("0134578@$|!", "oleastbasll"), str.maketrans("0134578@$|!", "oieastbasii"))
_MIXED = re.compile(r"[\w@$|!'’-]{4,60}")
_FIGURE, _LETTER = re.compile("[0-9@$|!]"), re.compile(r"[^\W\d_]")


def look_alikes(text: str) -> Iterator[tuple[str, bool]]:
    """The text as it looks where letters of other scripts or figures stand for letters; places are the same.

    Each with whether figures were read as letters: of such a text only what was written so is left.
    """
    seen = text.translate(_ALIKE)
    if seen != text:
        yield seen, False
    mixed = [
        found for found in _MIXED.finditer(seen) if _FIGURE.search(found[0]) and _LETTER.search(found[0])
    ]
    for figures in _FIGURES if mixed else ():
        yield _only(seen, [found.span() for found in mixed]).translate(figures), True


def _only(text: str, places: Iterable[tuple[int, int]]) -> str:
    kept = [" "] * len(text)
    for start, end in places:
        kept[start:end] = text[start:end]
    return "".join(kept)
