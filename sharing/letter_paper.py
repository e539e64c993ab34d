"""A letter as it goes out: its text and its PDF, made from the same parts. Pure: no database."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sharing import paper
from sharing.rules.letters import moment

TEMPLATE = Path(__file__).resolve().parent / "letter.typ"
NOT_DRAWN = (
    "Some letters of this text could not be drawn here. They are shown by their code, such as [U+0041]. "
    "We can send it as plain text."
)
_BULLET = "- "
Block = paper.Block


@dataclass(frozen=True, slots=True)
class Parts:
    """What a letter is made of.

    `subject` and `reference` are neutral; `name`, `role` and `agency` are whom it goes to; `reply_by` is
    aware, None: no reply is needed; `signed` is who signs it, with their job.
    """

    organisation: str
    subject: str
    reference: str
    dated: date
    name: str
    role: str
    agency: str
    reply_by: datetime | None
    body: str
    signed: str


def blocks(body: str) -> Iterator[Block]:
    """The paragraphs and lists of a body: an empty line parts paragraphs, "- " begins a point of a list."""
    for part in re.split(r"\n\s*\n", body.strip()):
        said: list[str] = []
        rows: list[str] = []
        for line in part.splitlines():
            if line.startswith(_BULLET):
                yield from _flushed(said, [])
                rows.append(line.removeprefix(_BULLET).strip())
            else:
                yield from _flushed([], rows)
                said.append(line.strip())
        yield from _flushed(said, rows)


def _flushed(said: list[str], rows: list[str]) -> Iterator[Block]:
    """What was gathered so far, as a block; the gathering begins anew."""
    if said:
        yield {"kind": "text", "text": "\n".join(said)}
        said.clear()
    if rows:
        yield {"kind": "list", "rows": list(rows)}
        rows.clear()


def head(parts: Parts) -> list[list[str]]:
    """The lines above the subject: to whom, then what it is known by."""
    to = [line for line in (parts.name, parts.role, parts.agency) if line]
    about = [f"{parts.dated.day} {parts.dated:%B %Y}", f"Our reference: {parts.reference}"]
    about += [f"Reply needed by: {moment(parts.reply_by)}"] if parts.reply_by else []
    return [to, about]


def greeting(parts: Parts) -> str:
    """How it begins."""
    return f"Dear {parts.name},"


def ending(parts: Parts) -> list[str]:
    """How it ends: who signs it, for whom."""
    return ["Yours sincerely,", parts.signed, parts.organisation]


def text(parts: Parts) -> str:
    """The whole letter as plain text; it ends with a line break."""
    to, about = head(parts)
    closing, *signed = ending(parts)
    body = "\n\n".join(line.strip() for line in re.split(r"\n\s*\n", parts.body.strip()))
    pieces = [parts.organisation, "\n".join(to), "\n".join(about), parts.subject, greeting(parts), body]
    return "\n\n".join([*pieces, closing, "\n".join(signed)]) + "\n"


def pdf(parts: Parts, *, training: bool) -> bytes:
    """The whole letter as a tagged PDF (PDF/UA-1).

    Args:
        training: whether it is marked as made up, on every page.
    """
    to, about = head(parts)
    closing, *signed = ending(parts)
    made: list[Block] = [
        {"kind": "letterhead", "text": parts.organisation},
        *({"kind": "text", "text": "\n".join(lines)} for lines in (to, about)),
        {"kind": "heading", "text": parts.subject},
        {"kind": "text", "text": greeting(parts)},
        *blocks(parts.body),
        {"kind": "signed", "text": "\n".join([closing, "", "", *signed])},
    ]
    said = {
        "title": parts.subject,
        "reference": parts.reference,
        "training": training,
        "blocks": made,
    }
    return paper.typeset(said, TEMPLATE, NOT_DRAWN)
