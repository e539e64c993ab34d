"""The reference lists: codes with plain labels, read once from versioned data files. Pure: no Django.

Each list is named after the answers that it serves: a form field and its list share a name.
Rows are never taken away, because a recorded decision must always find the label of its code.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FOLDER = Path(__file__).resolve().parent / "reference"
_LIST_FILES = (
    "law.toml",
    "schedule_1.toml",
    "case.toml",
    "decision.toml",
    "journey.toml",
    "after.toml",
    "requests.toml",
    "oversight.toml",
)


@dataclass(frozen=True)
class Row:
    """One code of a list. `marks` is what the rules need to know of it (such as `apd` or `needs_reason`)."""

    code: str
    label: str
    hint: str
    version: int
    in_force_from: date
    beyond_the_seed: bool = False
    marks: Mapping[str, Any] = field(default_factory=dict)

    def marked(self, mark: str) -> bool:
        """Whether the row carries this mark."""
        return bool(self.marks.get(mark))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


def _row(values: dict[str, Any], version: int, in_force_from: date) -> Row:
    own = {"code", "label", "hint", "version", "in_force_from", "beyond_the_seed"}
    return Row(
        code=values["code"],
        label=values["label"],
        hint=values.get("hint", ""),
        version=values.get("version", version),
        in_force_from=values.get("in_force_from", in_force_from),
        beyond_the_seed=values.get("beyond_the_seed", False),
        marks=MappingProxyType({key: value for key, value in values.items() if key not in own}),
    )


def _load() -> dict[str, tuple[Row, ...]]:
    lists: dict[str, tuple[Row, ...]] = {}
    for name in _LIST_FILES:
        data = _read(name)
        version, start = data.pop("version"), data.pop("in_force_from")
        lists |= {key: tuple(_row(values, version, start) for values in rows) for key, rows in data.items()}
    made_of: dict[str, list[str]] = _read("edition.toml")["made_of"]
    made = {name: tuple(row for part in parts for row in lists[part]) for name, parts in made_of.items()}
    return lists | made


LISTS: Mapping[str, tuple[Row, ...]] = MappingProxyType(_load())
_BY_CODE = {name: {row.code: row for row in rows} for name, rows in LISTS.items()}


def rows(name: str) -> tuple[Row, ...]:
    """Every row of a list, in the order in which it is offered. Raises KeyError for an unknown list."""
    return LISTS[name]


def row(name: str, code: str | None) -> Row | None:
    """The row of a code, or None where the list does not hold it."""
    return _BY_CODE[name].get(code) if code else None


@cache
def codes(name: str, mark: str | None = None) -> frozenset[str]:
    """The codes of a list; with a mark, only those of the rows that carry it."""
    return frozenset(row.code for row in LISTS[name] if mark is None or row.marked(mark))


def marked(name: str, code: str | None, mark: str) -> bool:
    """Whether a code is in the list and carries the mark. No code carries none."""
    return code is not None and code in codes(name, mark)


def choices(name: str, only: Collection[str] | None = None) -> list[tuple[str, str]]:
    """(code, label) pairs for a form, in order, without the rows that are known but never offered.

    `only` narrows them, for instance to `rules.bases_offered(organisation, decided_at)`.
    """
    offered = [
        row for row in LISTS[name] if row.marks.get("offered") != "no" and (only is None or row.code in only)
    ]
    return [(row.code, row.label) for row in offered]


def label(name: str, code: str) -> str:
    """The plain words for a code; the code itself where the list does not know it: a record always shows."""
    found = row(name, code)
    return found.label if found else code


def hint(name: str, code: str) -> str:
    """When the code usually fits, or an empty text."""
    found = row(name, code)
    return found.hint if found else ""


@cache
def version() -> str:
    """The edition of all lists together: a recorded decision keeps it."""
    return str(_read("edition.toml")["version"])


@cache
def stop_words() -> frozenset[str]:
    """English words without a meaning of their own, in small letters."""
    return frozenset(_read("stop_words.toml")["words"])


@cache
def blanket_words() -> frozenset[str]:
    """Single words that speak of rules and not of the case, in small letters."""
    return frozenset(_read("blanket.toml")["words"])


@cache
def blanket_phrases() -> tuple[tuple[str, ...], ...]:
    """Phrases that speak of rules and not of the case, each as its words."""
    return tuple(tuple(phrase.split()) for phrase in _read("blanket.toml")["phrases"])


@cache
def identity_words(name: str) -> frozenset[str]:
    """The words of one list of `identity.toml`, in small letters: what the leak guard knows of English."""
    return frozenset(_read("identity.toml")[name].split())


@cache
def public_phrases() -> tuple[str, ...]:
    """Phrases that hold somebody's name and mean nobody in a case, such as the name of a law."""
    return tuple(_read("identity.toml")["phrases"])


@cache
def street_words() -> Mapping[str, str]:
    """The last words of streets, each with its short form."""
    return MappingProxyType(_read("identity.toml")["streets"])


@cache
def number_words() -> Mapping[str, int]:
    """Numbers below a hundred as words, counting or in order, each with what it says."""
    return MappingProxyType(_read("identity.toml")["numbers"])


@cache
def month_numbers() -> Mapping[str, int]:
    """The months and how they are shortened, each with its number."""
    return MappingProxyType(_read("identity.toml")["month_numbers"])
