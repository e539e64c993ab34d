"""What must be on record before an export's first row is read, and before it is taken away. Pure.

An export's row is a place in a queue, and whoever can write to the database can write one. What it may do is
what was sealed when it was asked for and approved: who can write a row cannot make a seal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

WAITS: Final = timedelta(days=7)
"""How long an export waits for somebody else to approve it; then it is over."""
DECIDERS: Final = ("governance", "manager")
"""The roles that approve or refuse an export of somebody else's."""
APPROVED, REFUSED = "approved", "refused"
_OPTIONS = ("filters", "columns", "format", "names", "free_text", "locked")


def needs_approval(options: Mapping[str, Any]) -> bool:
    """Whether somebody else must approve an export: names, or what officers wrote, are in it."""
    return bool(options.get("names") or options.get("free_text"))


def over_at(asked_at: datetime) -> datetime:
    """Until when an export waits for its approval.

    Args:
        asked_at: aware.
    """
    return asked_at + WAITS


# --- what is sealed ------------------------------------------------------------------------------------


def moment(at: datetime | None) -> str:
    """A moment (aware) as it is sealed; nothing where there is none."""
    return at.astimezone(UTC).isoformat() if at else ""


@dataclass(frozen=True, slots=True)
class Row:
    """What the row of an export says. `figures`: of what was written, by their names in its sealed entry.

    `waits`: it is not approved yet; `figures` are empty until it is written.
    """

    id: UUID
    owner: UUID
    source: str
    purpose: str
    options: Mapping[str, Any]
    asked_at: datetime
    waits: bool = False
    approved_by: UUID | None = None
    approved_at: datetime | None = None
    figures: Mapping[str, Any] | None = None


def asking(row: Row) -> dict[str, Any]:
    """What is sealed of a row when it is asked for, besides what was typed."""
    said = {name: row.options.get(name) for name in {*_OPTIONS, *row.options}}
    base = {"export": str(row.id), "source": row.source, "purpose": row.purpose}
    return said | base | {"asked_at": moment(row.asked_at)}


def deciding(export: UUID, answer: str, asked: str, at: datetime) -> dict[str, Any]:
    """What is sealed when an export is approved or refused, besides the reason.

    Args:
        asked: the hash of the entry that asked for it: an answer comes after what it names.
        at: aware.
    """
    return {"export": str(export), "answer": answer, "asked": asked, "at": moment(at)}


# --- what has to fit -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """An entry that opened under the organisation's key: in whose chain, its hash, what it says."""

    by: UUID
    hash: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sealed:
    """The entries about an export. `role`: what whoever answered is now, nothing where they do not work here.

    `cancelled`: its owner ended it. `answered`: there is an entry by which it does not wait any more.
    """

    asked: Said | None
    answer: Said | None = None
    role: str = ""
    cancelled: bool = False
    answered: bool = False
    written: Said | None = None


def wrong(row: Row, sealed: Sealed) -> str:
    """What speaks against writing an export, or letting it be taken away; nothing: it is on record.

    Returns:
        A few words for the log, with names of columns and no text of anybody's.
    """
    asked = sealed.asked
    if asked is None or not_asked(row, asked):
        return not_asked(row, asked)
    if sealed.cancelled:
        return "it was cancelled"
    return _not_approved(row, sealed, asked) or _not_written(row, sealed.written)


def not_asked(row: Row, asked: Said | None) -> str:
    """What in a row was not asked for, whatever came of it since; nothing: it was."""
    if asked is None:
        return "nobody asked for it"
    if asked.by != row.owner:
        return "owner is not who asked for it"
    differs = _first_other(asking(row), asked.content)
    return f"{differs} is not what was asked for" if differs else ""


def _first_other(said: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    return next((name for name in sorted(said) if name not in content or said[name] != content[name]), "")


def _not_approved(row: Row, sealed: Sealed, asked: Said) -> str:
    if row.waits and (sealed.answered or not needs_approval(row.options)):
        return "it was answered already" if sealed.answered else "nobody has to approve it"
    if row.waits or not needs_approval(row.options):
        return "approved_by is somebody, and nobody was asked" if row.approved_by else ""
    answer = sealed.answer
    if answer is None:
        return "nobody approved it"
    if answer.by == row.owner or sealed.role not in DECIDERS:
        return "whoever approved it could not"
    if row.approved_at is None or answer.by != row.approved_by:
        return "approved_by is not who approved it"
    expected = deciding(row.id, APPROVED, asked.hash, row.approved_at)
    differs = _first_other(expected, answer.content)
    return f"{differs} of the approval does not fit" if differs else ""


def _not_written(row: Row, written: Said | None) -> str:
    if row.figures is None:
        return "it was written already" if written else ""
    if written is None or written.by != row.owner:
        return "it was not written"
    differs = _first_other({"export": str(row.id), **row.figures}, written.content)
    return f"{differs} is not what was written" if differs else ""
