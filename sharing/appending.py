"""How an action on this floor records something of a case: sealed first, then one short transaction.

Under the case's lock what is allowed is asked again, the entry appended and its row saved.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import chain, ledger
from cases import events
from cases.models import Case, User
from sharing import after_rows

Values = Mapping[str, Any]


def append(
    standing: after_rows.Standing,
    said: Values,
    *,
    by: User,
    case: Case,
    allowed: Callable[[], object],
    saves: Callable[[], object] = lambda: None,
    request_key: UUID | None = None,
    occurred_at: datetime | None = None,
) -> Any:
    """Record an event and the row that stands for it: both, or nothing.

    Args:
        said: the content of the entry; its field `row` holds the row's columns as JSON.
        allowed: asks the policy, and whatever else must hold, under the lock; raises where it does not.
        saves: what else is saved, sealed before; the entry comes after it.

    Raises:
        ledger.DuplicateRequest: this request is recorded already.
    """
    now = timezone.now()
    sealed = events.seal(
        standing.kind, said, case=case, by=by, now=now, occurred_at=occurred_at, request_key=request_key
    )
    with transaction.atomic(durable=True):
        return _under_lock(standing, sealed, said, allowed, saves)


def _under_lock(
    standing: after_rows.Standing,
    sealed: chain.Sealed,
    said: Values,
    allowed: Callable[[], object],
    saves: Callable[[], object],
) -> Any:
    Case.objects.select_for_update().get(id=sealed.subject)
    allowed()
    if ledger.entry(sealed.request_key):
        raise ledger.DuplicateRequest("this request is recorded already")
    saves()
    row = standing.row(ledger.append(sealed), said)
    row.save(force_insert=True)
    return row
