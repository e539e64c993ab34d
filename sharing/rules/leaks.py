"""What in a text could identify somebody of a case, and what to put in its place. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sharing.rules.texts import patterns_in

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

PLACEHOLDERS = {kind: f"[{kind.replace('_', ' ')}]" for kind in KINDS} | {"email": "[e-mail address]"}
"""What is put in the place of each kind; a person is "Person A", "Person B"…, in the order of the case."""


@dataclass(frozen=True)
class Somebody:
    """What the case holds about one person, as it was typed. `names`: name, preferred name, each other name."""

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


@dataclass(frozen=True)
class Leak:
    """A place in a text that could identify somebody: `text[start:end]`, and what to put there instead."""

    kind: str
    start: int
    end: int
    placeholder: str


def find(text: str, known: Known) -> list[Leak]:
    """Everything in the text that could identify somebody, in its order; places never overlap.

    Args:
        known: whose identity must stay out. An e-mail address, telephone number, postcode or reference counts
            also where it belongs to nobody in the case.
    """
    return sorted(
        (Leak(kind, *place, PLACEHOLDERS[kind]) for kind, place in patterns_in(text)),
        key=lambda leak: leak.start,
    )


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
