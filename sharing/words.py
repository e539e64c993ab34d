"""The words that officers read: guidance, findings, lessons. One versioned Markdown file each.

A file is `guidance/<folder>/<id>.<version>.md`. A changed text is a new file with the next version; old ones
stay, because a decision records the id, version and SHA-256 of what the officer saw.
"""

import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).resolve().parent / "guidance"
_HEAD = ("id", "version", "title", "source", "in_force_from")
_BOLD = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True)
class Words:
    """One version of one text. `sha256` is of the whole file, in hexadecimal."""

    id: str
    version: int
    title: str
    body: str
    source: str
    in_force_from: date
    sha256: str

    @property
    def html(self) -> str:
        """The body as HTML, safe: everything is escaped but the paragraphs, lists and bold that it writes."""
        return to_html(self.body)


class WordsError(ValueError):
    """A guidance file is not as it must be; the message names the file."""


def parse(raw: bytes, name: str) -> Words:
    """The words in a file's bytes. Raises WordsError, naming the file, when head or body is not whole."""
    text = raw.decode("utf-8")
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        raise WordsError(f"{name}: the file must begin with a head between two lines of ---")
    head = dict(line.split(": ", 1) for line in parts[1].splitlines() if ": " in line)
    if tuple(head) != _HEAD or not parts[2].strip():
        raise WordsError(
            f"{name}: the head must hold {', '.join(_HEAD)}, in this order, and a body must follow"
        )
    try:
        version, start = int(head["version"]), date.fromisoformat(head["in_force_from"])
    except ValueError as error:
        raise WordsError(f"{name}: {error}") from error
    digest = hashlib.sha256(raw).hexdigest()
    return Words(head["id"], version, head["title"], parts[2].strip(), head["source"], start, digest)


@cache
def _every() -> Mapping[tuple[str, int], Words]:
    found: dict[tuple[str, int], Words] = {}
    for path in sorted(FOLDER.rglob("*.md")):
        words = parse(path.read_bytes(), path.name)
        if path.name != f"{words.id}.{words.version}.md":
            raise WordsError(f"{path.name}: the file name does not say {words.id} {words.version}")
        found[words.id, words.version] = words
    return MappingProxyType(found)


@cache
def _latest() -> Mapping[str, Words]:
    latest: dict[str, Words] = {}
    for (word_id, _version), words in sorted(_every().items()):
        latest[word_id] = words
    return MappingProxyType(latest)


def words(word_id: str, version: int | None = None) -> Words:
    """The words of an id, in the newest version or in the one that a record names. Raises KeyError."""
    return _latest()[word_id] if version is None else _every()[word_id, version]


def all_words() -> tuple[Words, ...]:
    """The newest version of every text, by id."""
    return tuple(_latest().values())


def to_html(body: str) -> str:
    """Markdown's smallest part as GOV.UK HTML: paragraphs, lists with "- ", **bold**. The rest stays text."""
    return "\n".join(_block(block.strip()) for block in re.split(r"\n\s*\n", body) if block.strip())


def _block(block: str) -> str:
    if all(line.startswith("- ") for line in block.splitlines()):
        rows = "".join(f"<li>{_inline(line[2:])}</li>" for line in block.splitlines())
        return f'<ul class="govuk-list govuk-list--bullet">{rows}</ul>'
    return f'<p class="govuk-body">{_inline(" ".join(block.splitlines()))}</p>'


def _inline(text: str) -> str:
    return _BOLD.sub(r"<strong>\1</strong>", html.escape(text))
