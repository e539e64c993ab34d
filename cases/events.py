"""What is written into the ledger, and how each kind of event reads in a timeline.

Upper floors register their kinds; the ledger itself knows neither a key nor a word.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit import chain, ledger
from audit.models import Entry
from cases import vault
from cases.kinds import KINDS, Group, Kind, register
from cases.models import Case, User

__all__ = [
    "KINDS",
    "Event",
    "Group",
    "Kind",
    "content_of",
    "register",
    "seal",
    "timeline",
]


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
        content,
        encrypt=lambda plaintext, aad: vault.seal(key, plaintext, aad),
        subject=case.id if case else by.id,
        kind=kind,
        actor=by.id,
        occurred_at=occurred_at or now,
        request_key=request_key,
    )


def content_of(entry: Entry, *, of_case: bool = True) -> dict[str, Any]:
    """The opened content of an entry; an empty one where its key was destroyed."""
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
    return content


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline."""

    entry: Entry
    kind: Kind
    who: str
    detail: str


def timeline(case: Case, *, with_views: bool, newest: int = 500) -> Iterator[Event]:
    """The case's events, newest first.

    Args:
        with_views: whether to tell who looked (a manager's view).
        newest: the most entries to read.
    """
    entries = ledger.history(case.id).order_by("-seq")
    if not with_views:
        entries = entries.exclude(kind__in=[name for name, kind in KINDS.items() if kind.group == "saw"])
    rows = list(entries[:newest])
    names = dict(User.objects.filter(id__in={row.actor for row in rows}).values_list("id", "name"))
    for row in rows:
        kind = KINDS[row.kind]
        yield Event(row, kind, names.get(row.actor, "somebody"), kind.detail(content_of(row)))
