"""What is written into the ledger: sealed under its case's key, opened again for a timeline.

Upper floors register their kinds; the ledger itself knows neither a key nor a word.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag

from audit import chain
from audit.models import Entry
from cases import vault
from cases.fields import Altered
from cases.kinds import KINDS, Group, Kind, register
from cases.models import Case, User

__all__ = [
    "KINDS",
    "Group",
    "Kind",
    "content_of",
    "joined",
    "register",
    "seal",
]


_ROW = "row."
"""What stands before the name of a row's column in an entry: each is a field of its own."""


def _parted(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content with each column of its row as a field: an export can show one and withhold the others."""
    said = dict(content)
    row = said.get("row")
    if not isinstance(row, Mapping) or not row:
        return said
    del said["row"]
    return said | {f"{_ROW}{name}": value for name, value in row.items()}


def joined(content: Mapping[str, Any]) -> dict[str, Any]:
    """The opened fields of an entry with the columns of its row together again, under `row`."""
    row = {name.removeprefix(_ROW): value for name, value in content.items() if name.startswith(_ROW)}
    said = {name: value for name, value in content.items() if not name.startswith(_ROW)}
    return said | {"row": row} if row else said


def seal(
    kind: str,
    content: Mapping[str, Any],
    *,
    by: User,
    now: datetime,
    case: Case | None = None,
    occurred_at: datetime | None = None,
    request_key: UUID | None = None,
) -> chain.Sealed:
    """Seal an event before the transaction opens: under its case's key, or the organisation's for no case.

    Args:
        kind: one of `KINDS`.
        content: one level of named fields; without a case it holds nothing personal.
        now: the time of the action, aware.
        occurred_at: when it happened, where that is not now.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of event {kind!r}")
    key = case.id if case else vault.ORGANISATION
    return chain.seal(
        _parted(content),
        encrypt=lambda plaintext, aad: vault.seal(key, plaintext, aad),
        subject=case.id if case else by.id,
        kind=kind,
        actor=by.id,
        occurred_at=occurred_at or now,
        request_key=request_key,
    )


def content_of(entry: Entry, *, of_case: bool = True) -> dict[str, Any]:
    """The opened content of an entry; an empty one where its key was destroyed.

    Raises:
        Altered: the entry was changed outside the application and does not open.
    """
    key = entry.subject if of_case else vault.ORGANISATION
    try:
        content, _ = chain.unseal(
            bytes(entry.sealed),
            decrypt=lambda sealed, aad: vault.unseal(key, sealed, aad),
            subject=entry.subject,
            request_key=entry.request_key,
        )
    except vault.NoKey:
        return {}
    except InvalidTag as error:
        raise Altered(f"the entry {bytes(entry.hash).hex()} does not open: it was altered") from error
    return joined(content)
