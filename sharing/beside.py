"""Which guidance stands beside each question, so that its golden rule is named there. One table."""

import tomllib
from collections.abc import Mapping
from functools import cache

from sharing.lists import FOLDER
from sharing.words import words


@cache
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    data = tomllib.loads((FOLDER / "questions.toml").read_text("utf-8"))
    return {page: rows for page, rows in data.items() if isinstance(rows, dict)}


def of_question(page: str, field: str) -> tuple[str, ...]:
    """The ids of the guidance that a question serves; none for a field that the page does not have.

    Args:
        page: the slug of the page.
        field: its name; a question about one recipient ends with the recipient's key.
    """
    rows = _table().get(page, {})
    name = field if field in rows else field.rpartition("_")[0]
    return tuple(rows.get(name, ()))


def of_page(page: str) -> tuple[str, ...]:
    """The ids of the guidance of all its questions, each once, in the order of the questions."""
    return tuple(dict.fromkeys(word_id for ids in _table().get(page, {}).values() for word_id in ids))


def called(word_id: str) -> str:
    """What a text is called where it is linked: Golden rule 6, Principle 2, or its title."""
    kind, _, number = word_id.partition("-")
    if number.isdigit():
        return f"{'Golden rule' if kind == 'rule' else kind.capitalize()} {number}"
    return words(word_id).title
