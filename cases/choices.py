"""The reference lists as this floor meets them. The data lives a floor above, which registers its readers.

Nothing is remembered here: a list that changes is read as it is now.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Option = tuple[str, str, str]


def _unknown(_name: str, code: str) -> str:
    return code


@dataclass(frozen=True, slots=True)
class Source:
    """Where the lists are read: offered codes, the words of a code, its hint, and what else its row says."""

    choices: Callable[[str], list[tuple[str, str]]]
    label: Callable[[str, str], str] = _unknown
    hint: Callable[[str, str], str] = lambda _name, _code: ""
    mark: Callable[[str, str, str], Any] = lambda _name, _code, _mark: None


_sources: list[Source] = []


def register(
    source: Callable[[str], list[tuple[str, str]]],
    *,
    label: Callable[[str, str], str] = _unknown,
    hint: Callable[[str, str], str] = lambda _name, _code: "",
    mark: Callable[[str, str, str], Any] = lambda _name, _code, _mark: None,
) -> None:
    """Take the lists from here; called once at start by the floor above.

    Args:
        source: a list's offered (code, label) pairs, by the list's name.
        label: the plain words for a code of a list.
        hint: when a code fits, or an empty text.
        mark: what a row of a list carries under a name, or None.
    """
    _sources[:] = [Source(source, label, hint, mark)]


def _source() -> Source:
    if not _sources:
        raise RuntimeError(
            "No reference lists are registered: the floor above registers them when it starts."
        )
    return _sources[0]


def choices(name: str) -> list[tuple[str, str]]:
    """(code, label) pairs of a list, in the order in which they are offered.

    Raises:
        KeyError: there is no such list.
    """
    return _source().choices(name)


def options(name: str) -> list[Option]:
    """(code, label, hint) of a list, as the fields of a form take them."""
    source = _source()
    return [(code, label, source.hint(name, code)) for code, label in source.choices(name)]


def label(name: str, code: str) -> str:
    """The plain words for a code; an empty text for an empty code."""
    return _source().label(name, code) if code else ""


def mark(name: str, code: str, what: str) -> Any:
    """What the row of a code carries under a name (such as `needs_reason`), or None."""
    return _source().mark(name, code, what)
