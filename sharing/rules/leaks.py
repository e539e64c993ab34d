"""What in a text could identify somebody of a case, and what to put in its place. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from string import ascii_uppercase
from typing import NamedTuple

from sharing.rules import marks, naming
from sharing.rules.facts import CaseFacts
from sharing.rules.names import Names
from sharing.rules.reading import Reading
from sharing.rules.texts import name_words

KINDS = {
    "name": "a name of somebody in this case",
    "address": "an address",
    "postcode": "a postcode",
    "phone": "a telephone number",
    "email": "an e-mail address",
    "contact": "an account or another way to reach somebody",
    "birth_date": "a date of birth",
    "reference": "a reference of a case, a decision or a request",
}
"""Each kind of identity in plain words, in the order in which an error lists them."""

PLACEHOLDERS = {kind: f"[{kind.replace('_', ' ')}]" for kind in KINDS} | {
    "email": "[e-mail address]",
    "birth_date": "[date of birth]",
    "contact": "[account]",
}
"""What is put in the place of each kind; a person is "Person A", "Person B"…, in the order of the case."""


@dataclass(frozen=True)
class Somebody:
    """What the case holds about one person, as it was typed. `names`: name, preferred name, others."""

    names: tuple[str, ...] = ()
    address: str = ""
    contact: str = ""
    birth_date: str = ""


@dataclass(frozen=True)
class Known:
    """Whose identity a text must not give away. The order of the people gives them their letters."""

    people: tuple[Somebody, ...] = ()
    references: tuple[str, ...] = ()
    complete: bool = True
    """False: some of it was destroyed and cannot be read any more, so that nothing is found of that part."""

    @cached_property
    def by_name(self) -> Names:
        """The names, as a text may write them."""
        return Names.of(person.names for person in self.people)

    @cached_property
    def by_mark(self) -> marks.Marks:
        """What identifies the people beside their names, as a text may hold it."""
        held = marks.Marks()
        for person in self.people:
            held.add(address=person.address, contact=person.contact, birth_date=person.birth_date)
        held.refer(self.references)
        return held


@dataclass(frozen=True)
class Leak:
    """A place in a text that could identify somebody: `text[start:end]`, and what to put there instead."""

    kind: str
    start: int
    end: int
    placeholder: str


def find(text: str, known: Known) -> list[Leak]:
    """Everything in the text that could identify somebody, in its order; places never overlap.

    Names, parts of names, addresses, birth dates and so on of this case are found however they are spelled;
    an e-mail address, telephone number, postcode or reference counts also where it belongs to nobody in it.
    House numbers alone, towns and words such as "the mother" are no identity.

    Args:
        known: whose identity must stay out.
    """
    reading = Reading(text)
    places = marks.find(reading, known.by_mark)
    found = [Leak(kind, start, end, PLACEHOLDERS[kind]) for kind, start, end in places]
    names = naming.find(text, reading, known.by_name)
    found += [Leak("name", name.start, name.end, _called(name)) for name in names]
    return _apart(text, found)


def _called(found: naming.Found) -> str:
    """Person A, B, C…; where several have the name, nobody can say who is meant."""
    if len(found.people) > 1:
        return "[family name]" if found.family else "[name]"
    (person,) = found.people
    return f"Person {_letters(person)}"


def _letters(number: int) -> str:
    more, letter = divmod(number, len(ascii_uppercase))
    return (_letters(more - 1) if more else "") + ascii_uppercase[letter]


def _apart(text: str, found: Iterable[Leak]) -> list[Leak]:
    """Places that overlap made apart: one within another is part of it, one that goes on begins after it.

    Two of a kind become one, called as the longer is.
    """
    apart: list[Leak] = []
    for leak in sorted(found, key=lambda one: (one.start, -one.end)):
        last = apart[-1] if apart else leak
        if leak.start >= last.end or not apart:
            apart.append(leak)
        elif leak.end > last.end and leak.kind == last.kind:
            longer = max(last, leak, key=lambda one: one.end - one.start)
            apart[-1] = replace(longer, start=last.start, end=leak.end)
        elif leak.end > last.end:
            # "S0r3n. Mill Road": a figure of the name is read as a house number, and both were meant.
            rest = next((at for at in range(last.end, leak.end) if text[at].isalnum()), leak.end)
            apart += [replace(leak, start=rest)] if rest < leak.end else []
    return apart


class Identity(NamedTuple):
    """What `identity_present` looks for: words of names, and what else identifies somebody of the case."""

    words: set[str]
    by_mark: marks.Marks


def identity_of(case: CaseFacts) -> Identity:
    """What of a case identifies somebody, made once for all of its texts."""
    known = marks.Marks()
    for identifier in case.identifiers:
        if marks.a_day(identifier):
            known.add(birth_date=identifier)
        else:
            known.add(address=identifier, contact=identifier)
    known.refer(case.identifiers)
    return Identity(set[str]().union(*(name_words(person.name) for person in case.people)), known)


def holds_identity(text: str, known: Identity) -> bool:
    """Whether a text names a person of the case by a word of three letters, or holds another identity.

    `identity_present` of rules.md: a word of a name counts wherever it stands, also where it is a word like
    any other; beside it all that `find` finds but names.
    """
    reading = Reading(text)
    named = any(token.text in known.words for token in reading.tokens)
    return named or any(marks.find(reading, known.by_mark))


def replaced(text: str, found: Iterable[Leak]) -> str:
    """The text with a placeholder in each place that was found."""
    pieces, at = [], 0
    for leak in found:
        pieces += [text[at : leak.start], leak.placeholder]
        at = leak.end
    return "".join([*pieces, text[at:]])


def kinds(found: Iterable[Leak]) -> list[str]:
    """The codes of what was found, each once, in the order of `KINDS`."""
    there = {leak.kind for leak in found}
    return [code for code in KINDS if code in there]


def sentence(found: Sequence[Leak]) -> str:
    """The words of the error: what kinds of identity the text holds. Empty where it holds none."""
    words = [KINDS[code] for code in kinds(found)]
    if not words:
        return ""
    listed = " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
    return f"This could identify somebody: it holds {listed}. Take it out, or use the placeholders."
