"""Everything that asks for an export, approves one, ends one or takes one away. Each is one ledger entry.

The entries are the actor's own, under the organisation's key: codes, and what was typed with the request not
to name anybody. Writing the files is a worker's (`audit.exports`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from audit import chain, exports, ledger
from audit.models import Export
from cases import events
from cases.models import User
from sharing import access, export_seals, exporting, integrity, log_columns
from sharing import exports as policy
from sharing.rules import exporting as rule


class LogNotInOrder(Exception):  # noqa: N818 - it is what happened, not a fault
    """The newest check of the log found a problem: nothing leaves before that was looked at."""


class AlreadyOver(Exception):  # noqa: N818 - it is what happened, not a fault
    """The export is not in a state any more in which this can be done."""


def require_order() -> None:
    """Refuse unless the log's newest check found everything in order.

    Raises:
        LogNotInOrder: it did not.
    """
    if not integrity.in_order():
        raise LogNotInOrder


def _sealed(
    kind: str, export: Export, by: User, said: Mapping[str, Any], key: UUID | None = None
) -> chain.Sealed:
    content = {"export": str(export.id), **said}
    return events.seal(kind, content, by=by, now=timezone.now(), request_key=key)


def ask_export(
    *,
    by: User,
    purpose: str,
    options: Mapping[str, Any],
    purpose_text: str = "",
    reason: str = "",
    request_key: UUID | None = None,
) -> tuple[Export, str]:
    """Ask for an export of decisions. Returns the export, and the password where it is locked with one.

    With names or free text it waits for somebody else to approve it; without it goes to a worker at once.

    Args:
        purpose: a code of the list `export_purpose`; purpose_text: what else was said of it.
        options: `filters` (as `sharing.log.decisions` takes them), `columns`, `format`, `names`, `free_text`,
            `locked`.
        reason: why the names are needed.

    Raises:
        django.http.Http404: `by` is no governance lead.
        LogNotInOrder: the newest check of the log found a problem.
        ledger.DuplicateRequest: this request has asked already.
        ValueError: a column that this export may not hold.
    """
    allowed = log_columns.allowed(names=options["names"], free_text=options["free_text"])
    if not options["columns"] or not set(options["columns"]) <= allowed:
        raise ValueError("an export holds columns that it may hold")
    state = exports.WAITING if rule.needs_approval(options) else exports.QUEUED
    row = Export(request_key=request_key or uuid4(), owner=by.id, source=policy.SOURCE)
    row.secret, password = exporting.new_secret(row.request_key, locked=options["locked"])
    row.purpose, row.options, row.state, row.asked_at = purpose, dict(options), state, timezone.now()
    said = rule.asking(export_seals.row_of(row)) | {"purpose_text": purpose_text, "reason": reason}
    sealed = _sealed("export.asked", row, by, said, row.request_key)
    with transaction.atomic(durable=True):
        access.require_log(by)
        require_order()
        if ledger.entry(row.request_key):
            raise ledger.DuplicateRequest("this request has asked for its export already")
        row.save(force_insert=True)
        if state == exports.QUEUED:
            exports.ring()
        ledger.append(sealed)
    return row, password


def approve_export(*, by: User, export: Export, reason: str) -> None:
    """Approve an export with names, which somebody else asked for: a worker writes it now.

    Raises:
        django.http.Http404: it is not theirs to approve.
        AlreadyOver: it does not wait any more, or has waited too long.
        LogNotInOrder: the newest check of the log found a problem.
        exports.NotRecordedError: its row is not what was asked for; it is ended.
    """
    now = timezone.now()
    sealed = _answer("export.approved", by, export, rule.APPROVED, reason, now)
    with _voiding(export), transaction.atomic(durable=True):
        _decide(by, export, now)
        require_order()
        if not exports.release(export.id):
            raise AlreadyOver
        Export.objects.filter(id=export.id).update(approved_by=by.id, approved_at=now)
        ledger.append(sealed)


def refuse_export(*, by: User, export: Export, reason: str) -> None:
    """Refuse an export with names; its owner is told why.

    Raises:
        as `approve_export`, whatever the log's newest check found.
    """
    now = timezone.now()
    sealed = _answer("export.refused", by, export, rule.REFUSED, reason, now)
    with _voiding(export), transaction.atomic(durable=True):
        _decide(by, export, now)
        if not exports.cancel(export.id, state=exports.REFUSED):
            raise AlreadyOver
        Export.objects.filter(id=export.id).update(approved_by=by.id, approved_at=now)
        ledger.append(sealed)


def expire_exports(*, now: datetime) -> int:
    """End the exports that waited too long for somebody else's answer; how many. Twice, or at once, is once.

    Rows that wait and are not what anybody asked for are ended first: they are shown to nobody.

    Args:
        now: aware.
    """
    waiting = list(Export.objects.filter(state=exports.WAITING))
    good = {one.id for one in export_seals.on_record(waiting)}
    for export in waiting:
        if export.id not in good:
            _void(export)
    late = now - rule.WAITS
    return sum(_expire(one) for one in waiting if one.id in good and one.asked_at <= late)


def _void(export: Export) -> None:
    try:
        exports.confirm(export)
    except exports.NotRecordedError as why:
        exports.void(export, why)


def _expire(export: Export) -> bool:
    """End one, unless it was answered at this moment: there is one entry that answers, or says nobody did."""
    owner = User.objects.filter(id=export.owner).first()
    key = export_seals.decided_key(export)
    sealed = _sealed("export.expired", export, owner, {"purpose": export.purpose}, key) if owner else None
    with transaction.atomic(durable=True):
        found = Export.objects.select_for_update().get(id=export.id)
        if found.state != exports.WAITING:
            return False
        exports.cancel(export.id, state=exports.EXPIRED, why=exports.UNANSWERED)
        if sealed:
            ledger.append(sealed)
    return True


def _answer(kind: str, by: User, export: Export, answer: str, reason: str, now: datetime) -> chain.Sealed:
    """What was decided of the very request that was read: the answer names its entry."""
    asked = export_seals.asked(export)
    said = rule.deciding(export.id, answer, asked.hash if asked else "", now)
    return _sealed(kind, export, by, said | {"reason": reason}, export_seals.decided_key(export))


@contextmanager
def _voiding(export: Export) -> Iterator[None]:
    """End the export where its row turns out not to be what is on record, once the transaction is undone."""
    try:
        yield
    except exports.NotRecordedError as why:
        now = Export.objects.get(id=export.id)
        exports.void(now, why)
        raise


def _decide(by: User, export: Export, now: datetime) -> None:
    """Lock the export, which must wait still and be what was asked for; is it theirs to decide?"""
    found = Export.objects.select_for_update().get(id=export.id)
    if found.state == exports.WAITING:
        exports.confirm(found)
    policy.require_decider(by, found)
    if not policy.waits(found, now):
        raise AlreadyOver


def cancel_export(*, by: User, export: Export) -> None:
    """End an own export that is not finished.

    Raises:
        django.http.Http404: not their own.
        AlreadyOver: it is finished, or over already.
    """
    sealed = _sealed("export.cancelled", export, by, {}, export_seals.cancelled_key(export))
    with transaction.atomic(durable=True):
        policy.fetch_own(by, export.id)
        if not exports.cancel(export.id):
            raise AlreadyOver
        ledger.append(sealed)


def retry_export(*, by: User, export: Export) -> None:
    """Have a failed own export written anew.

    Raises:
        as `cancel_export`; LogNotInOrder: the newest check of the log found a problem.
    """
    sealed = _sealed("export.tried_again", export, by, {})
    with transaction.atomic(durable=True):
        policy.fetch_own(by, export.id)
        require_order()
        if not exports.retry(export.id):
            raise AlreadyOver
        ledger.append(sealed)


def download_export(*, by: User, export: Export) -> Iterator[bytes]:
    """Take an own export away: its bytes, once that it leaves is entered.

    Raises:
        django.http.Http404: not their own, not ready, or over: the same for all.
        LogNotInOrder: the newest check of the log found a problem.
        exports.NotRecordedError: its row is not what was asked for, approved and written; it is ended.
        audit.export_files.DamagedError: the package is not what was written; nothing of it leaves.
    """
    said = {"purpose": export.purpose, "rows": export.total}
    sealed = _sealed("export.downloaded", export, by, said)
    with _voiding(export), transaction.atomic(durable=True):
        found = policy.fetch_own(by, export.id)
        if not policy.can_download(found):
            raise Http404
        require_order()
        ledger.append(sealed)
        # After the entry, which goes again where the package is damaged: no file is left open without one.
        return exports.open_package(found)
