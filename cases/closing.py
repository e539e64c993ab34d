"""The actions that close a case, open it again, and close it as a duplicate of another."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import chain, ledger
from cases import access, events, fields, open_ends
from cases.acting import ready, settle, write
from cases.models import Case, User
from cases.models.cases import CLOSED, OPEN
from cases.reasons import DUPLICATE


class StillOpen(Exception):  # noqa: N818 - it is what happened, not a fault
    """The case cannot be closed yet: `ends` are to be finished first."""

    def __init__(self, ends: Sequence[open_ends.OpenEnd]) -> None:
        super().__init__("something in the case is not finished")
        self.ends = list(ends)


class CannotBeDuplicate(Exception):  # noqa: N818 - it is what happened, not a fault
    """The other case is the same one, or is closed as a duplicate itself."""


def close_case(*, by: User, case: Case, reason: str, note: str = "", request_key: UUID | None = None) -> None:
    """Close a case: from now on it is read, and what happened under its decisions is still recorded.

    Args:
        reason: a code of `cases.reasons.CLOSING`.

    Raises:
        StillOpen: something is to be finished first, asked under the lock.
        cases.access.Refused: the user may not close it, or it is closed already.
    """
    sealed = events.seal(
        "case.closed",
        {"reason": reason, "note": note},
        case=case,
        by=by,
        now=timezone.now(),
        request_key=request_key,
    )
    save = _closing(case, by, reason, note)
    write(sealed, lambda: _nothing_open(case, by), save, by=by, what="close", case=case)


def reopen_case(*, by: User, case: Case, reason: str, request_key: UUID | None = None) -> None:
    """Open a closed case again; that it was closed, and why, stays in history and ledger.

    Raises:
        cases.access.Refused: the user may not, or it is open.
    """
    content = {"reason": reason, "closed_because": case.closed_because}
    now = timezone.now()
    sealed = events.seal("case.reopened", content, case=case, by=by, now=now, request_key=request_key)
    save = _set(
        case,
        by,
        {"status": OPEN, "closed_at": None, "closed_because": "", "closing_note": "", "duplicate_of": None},
    )
    write(sealed, save, by=by, what="reopen", case=case)


def close_as_duplicate(
    *, by: User, case: Case, of: Case, note: str = "", request_key: UUID | None = None
) -> None:
    """Close a case because another one is about the same people: an entry in the chain of each.

    Nothing is moved. Neither timeline says the other's reference: its reader may not know that case.

    Raises:
        CannotBeDuplicate, StillOpen: as they say, asked under the locks.
        cases.access.Refused, cases.access.Hidden: the user may not close the one and work on the other.
    """
    now = timezone.now()
    here = events.seal(
        "case.closed_as_duplicate",
        {"reference": of.reference, "note": note},
        case=case,
        by=by,
        now=now,
        request_key=request_key,
    )
    there = events.seal("case.duplicate_closed", {"reference": case.reference}, case=of, by=by, now=now)
    save = _closing(case, by, DUPLICATE, note, of=of)
    with transaction.atomic(durable=True):
        # In the order of their ids, so that two who close across each other do not wait for each other.
        list(Case.objects.select_for_update().filter(id__in=[case.id, of.id]).order_by("id"))
        access.require(by, "close", case)
        access.require(by, "work", of)
        if ledger.entry(here.request_key):
            raise ledger.DuplicateRequest("this request is recorded already")
        if case.id == of.id:
            raise CannotBeDuplicate
        _nothing_open(case, by)
        save()
        _append_both(here, there)


def _append_both(*both: chain.Sealed) -> None:
    for sealed in sorted(both, key=lambda one: one.subject):
        ledger.append(sealed)


def _nothing_open(case: Case, by: User) -> None:
    blocking = [one for one in open_ends.of(case, by) if one.blocks]
    if blocking:
        raise StillOpen(blocking)


def _closing(case: Case, by: User, reason: str, note: str, *, of: Case | None = None) -> Callable[[], None]:
    values = {"status": CLOSED, "closed_at": timezone.now(), "closed_because": reason, "closing_note": note}
    return _set(case, by, values | {"duplicate_of": of})


def _set(case: Case, by: User, values: dict[str, Any]) -> Callable[[], None]:
    """Seal the values now; the function saves them under the lock."""
    before = {name: fields.stored_value(case, name) for name in values}
    for name, value in values.items():
        setattr(case, name, value)
    ready(case, by)

    def save() -> None:
        settle(case, before)
        case.save(update_fields=list(values))

    return save
