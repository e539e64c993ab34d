"""Everything that asks for an export, approves one, ends one or takes one away. Each is one ledger entry.

The entries are the actor's own, under the organisation's key: codes, and what was typed with the request not
to name anybody. Writing the files is a worker's (`audit.exports`).
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from audit import chain, exports, ledger
from audit.models import Export
from cases import events
from cases.models import User
from sharing import access, exporting, integrity, log_columns
from sharing import exports as policy


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

    With names it waits for somebody else to approve it; without it goes to a worker at once.

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
    secret, password = exporting.new_secret(options["locked"])
    state = exports.WAITING if options["names"] else exports.QUEUED
    row = Export(request_key=request_key or uuid4(), owner=by.id, source=policy.SOURCE, secret=secret)
    row.purpose, row.options, row.state, row.asked_at = purpose, dict(options), state, timezone.now()
    typed = {"purpose": purpose, "purpose_text": purpose_text, "reason": reason}
    sealed = _sealed("export.asked", row, by, typed | dict(options), row.request_key)
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
        AlreadyOver: it does not wait any more.
        LogNotInOrder: the newest check of the log found a problem.
    """
    sealed = _sealed("export.approved", export, by, {"reason": reason}, policy.decided_key(export))
    with transaction.atomic(durable=True):
        _decide(by, export)
        require_order()
        if not exports.release(export.id):
            raise AlreadyOver
        Export.objects.filter(id=export.id).update(approved_by=by.id, approved_at=timezone.now())
        ledger.append(sealed)


def refuse_export(*, by: User, export: Export, reason: str) -> None:
    """Refuse an export with names; its owner is told why.

    Raises:
        as `approve_export`, whatever the log's newest check found.
    """
    sealed = _sealed("export.refused", export, by, {"reason": reason}, policy.decided_key(export))
    with transaction.atomic(durable=True):
        _decide(by, export)
        if not exports.cancel(export.id, state=exports.REFUSED):
            raise AlreadyOver
        Export.objects.filter(id=export.id).update(approved_by=by.id, approved_at=timezone.now())
        ledger.append(sealed)


def _decide(by: User, export: Export) -> None:
    """Lock the export, which must wait still, and ask whether it is theirs to decide."""
    now = Export.objects.select_for_update().get(id=export.id)
    policy.require_decider(by, now)
    if now.state != exports.WAITING:
        raise AlreadyOver


def cancel_export(*, by: User, export: Export) -> None:
    """End an own export that is not finished.

    Raises:
        django.http.Http404: not their own.
        AlreadyOver: it is finished, or over already.
    """
    sealed = _sealed("export.cancelled", export, by, {})
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
        audit.export_files.DamagedError: the package is not what was written; nothing of it leaves.
    """
    said = {"purpose": export.purpose, "rows": export.done}
    sealed = _sealed("export.downloaded", export, by, said)
    with transaction.atomic(durable=True):
        found = policy.fetch_own(by, export.id)
        if not policy.can_download(found):
            raise Http404
        require_order()
        ledger.append(sealed)
        # After the entry, which goes again where the package is damaged: no file is left open without one.
        return exports.open_package(found)
