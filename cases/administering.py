"""What every action of an administrator is made of: one transaction, the role asked in it, the entry last."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import events
from cases.acting import plain
from cases.models import User


def require_administrator(by: User) -> None:
    """Ask the database, inside the transaction, whether `by` may still do this.

    Raises:
        django.core.exceptions.PermissionDenied: they may not.
    """
    if not User.objects.filter(id=by.id, role=User.Role.ADMINISTRATOR, is_active=True).exists():
        raise PermissionDenied


def administer(
    kind: str,
    content: Mapping[str, Any],
    *saves: Callable[[], Any],
    by: User,
    request_key: UUID | None = None,
) -> None:
    """Refuse anybody but an administrator, save, append an entry of the actor's own chain.

    Args:
        content: identifiers and codes, no name: these entries are read without a case.
    """
    sealed = events.seal(kind, plain(content), by=by, now=timezone.now(), request_key=request_key)
    with transaction.atomic(durable=True):
        require_administrator(by)
        for save in saves:
            save()
        ledger.append(sealed)


def keep(row: Any, by: User, **options: Any) -> None:
    """Save a row, and name the actor for its history."""
    row._history_user = by
    row.save(**options)
