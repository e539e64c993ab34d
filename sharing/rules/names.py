"""The names of the people of a case, as a text may write them. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, combinations, pairwise

from sharing import lists
from sharing.rules.texts import plain

_DIVIDES = re.compile(r"[,;/\n\r()\[\]\"“”„«»|:]+|\b(?:aka|née|nee|formerly|or)\b")
LETTERS = re.compile(r"[^\W\d_]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
WITHOUT_SPACES = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]"
)
JOINS_PREFIXES = re.compile(r"[\u0590-\u08ff\u0900-\u0dff\ufb1d-\ufefc]")
_POSSESSIVE = re.compile(r"['’]s?$")
_UMLAUT_SAID = re.compile(r"(?<=\w)([aou])e")
_MANY = 8
MODAL = frozenset({"may", "will"})
"""Names that are stop words, too."""
SHORT = 2
"""A part of a name of so few letters needs more than to be there."""


@dataclass
class Form:
    """One way to write a name, or a part of it: whose it is, and where it may be divided."""

    people: set[int] = field(default_factory=set)
    breaks: set[int] = field(default_factory=set)
    part: bool = False
    family: bool = False
    """The last part of the name."""


@dataclass
class Names:
    """The names of the people of a case as a text may hold them."""

    forms: dict[str, Form] = field(default_factory=dict)
    initials: list[set[str]] = field(default_factory=list)
    """Of each person."""

    @classmethod
    def of(cls, people: Iterable[Sequence[str]]) -> "Names":
        """Those of some people: of each all the names as they were typed."""
        known = cls()
        for person, names in enumerate(people):
            known.initials.append(set())
            for name in names:
                for one in _DIVIDES.split(name):
                    for written in {one, one.translate(_UMLAUTS), _UMLAUT_SAID.sub(r"\1", one)}:
                        known._add(person, _named(written))
        return known

    def _add(self, person: int, words: Sequence[Sequence[str]]) -> None:
        """Take in one name: its words, each as the parts around hyphens and apostrophes."""
        whole = [part for word in words for part in word]
        if not whole:
            return
        self.initials[person] |= {word[0][0] for word in words}
        for at, word in enumerate(words):
            self._put(person, word, family=at == len(words) - 1)
            for begin, end in combinations(range(len(word) + 1), 2) if len(word) < _MANY else ():
                self._put(person, word[begin:end], family=at == len(words) - 1)
        for first, second in pairwise(words):
            self._put(person, [*first, *second])
        if len(words) > 1:
            self._put(person, whole)
            self._put(person, [*words[-1], *(part for word in words[:-1] for part in word)])
            self._put(person, [*words[0], *words[-1]])

    def _put(self, person: int, parts: Sequence[str], *, family: bool = False) -> None:
        text = "".join(parts)
        if len(text) < SHORT and not WITHOUT_SPACES.match(text):
            return
        if len(parts) == 1 and parts[0] in lists.identity_words("particles"):
            return
        form = self.forms.setdefault(text, Form())
        form.people.add(person)
        form.breaks |= set(accumulate(len(part) for part in parts))
        form.part |= len(parts) == 1
        form.family |= family


def _named(written: str) -> list[list[str]]:
    """The words of a name that name somebody, each as its parts: no title, nothing that only describes."""
    words = [(word, LETTERS.findall(plain(_POSSESSIVE.sub("", word)))) for word in written.split()]
    words = [(word, parts) for word, parts in words if parts]
    plainly = [not _describes(words, at) for at in range(len(words))]
    kept = [
        parts
        for (word, parts), names in zip(words, plainly, strict=True)
        if names and (all(plainly) or _begins_large(word, parts)) and "".join(parts) not in titles()
    ]
    return _with_particles(kept)


def _begins_large(word: str, parts: Sequence[str]) -> bool:
    return word.lstrip("'‘(")[:1].isupper() and parts[0] not in lists.stop_words() - MODAL


def _describes(words: Sequence[tuple[str, Sequence[str]]], at: int) -> bool:
    """Whether a word is none of a name but says who somebody is: "the neighbour at number 4"."""
    word, parts = words[at]
    if parts[0] in lists.identity_words("roles") or (at and parts[0] in lists.number_words()):
        # Somebody may be called Friend or Child: a second word in capitals, after one that is a name.
        called = at and word[0].isupper() and parts[0] in lists.identity_words("names")
        return not (called and not _describes(words, at - 1) and words[at - 1][1][0] not in titles())
    return word.islower() and parts[0] in lists.stop_words() - MODAL


def titles() -> frozenset[str]:
    return lists.identity_words("titles")


def _with_particles(words: list[list[str]]) -> list[list[str]]:
    """A particle alone (de, van, Mc) goes with the word after it."""
    joined: list[list[str]] = []
    held: list[str] = []
    for word in words:
        held += word
        if word[-1] not in lists.identity_words("particles"):
            joined.append(held)
            held = []
    return [*joined, held] if held else joined
