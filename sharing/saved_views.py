"""The views of the decision log that somebody keeps: filters and columns under a name of their own.

The filters are codes; a reference is never among them. The name is sealed, because it may name somebody.
Keeping one is nobody's business but its owner's: nothing of it is in the ledger.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4, uuid5

from cryptography.exceptions import InvalidTag
from django.db import transaction
from django.urls import reverse

from cases import vault
from cases.models import User
from sharing import access
from sharing.models import SavedView

MOST = 20
"""How many views somebody keeps."""
UNREADABLE = "A view whose name cannot be read"


class TooMany(Exception):  # noqa: N818 - it is what happened, not a fault
    """Somebody keeps as many views as there may be."""


@dataclass(frozen=True)
class Kept:
    """A saved view as its owner sees it."""

    id: UUID
    name: str
    href: str


def pairs(chosen: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Filters, columns and order as the fields of the log's form."""
    found: list[tuple[str, str]] = []
    for name, value in chosen.items():
        if name in ("since", "until"):
            day = date.fromisoformat(value)
            found += [(f"{name}_{part}", str(getattr(day, part))) for part in ("day", "month", "year")]
        else:
            found += [(name, one) for one in (value if isinstance(value, list) else [value])]
    return found


def address(chosen: Mapping[str, Any]) -> str:
    """The log's address with these filters, columns and order."""
    return f"{reverse('logs')}?{urlencode(pairs(chosen))}"


def kept(user: User) -> list[Kept]:
    """The user's views, the oldest first; two queries at most."""
    rows = SavedView.objects.filter(owner=user)[:MOST]
    return [Kept(row.id, _opened(row), address(row.chosen)) for row in rows]


def _bound_to(view: UUID) -> bytes:
    return b"view" + view.bytes


def _opened(row: SavedView) -> str:
    try:
        return vault.unseal(vault.ORGANISATION, bytes(row.name), _bound_to(row.id)).decode()
    except (InvalidTag, UnicodeDecodeError):
        return UNREADABLE


def keep(*, by: User, name: str, chosen: Mapping[str, Any], request_key: UUID | None = None) -> SavedView:
    """Keep a view; a repeated request keeps one.

    Args:
        chosen: codes by name, days as ISO text, columns as a list.

    Raises:
        TooMany: there are twenty already.
    """
    # Of the owner and the key: somebody else's key is never somebody else's view.
    view = uuid5(by.id, str(request_key)) if request_key else uuid4()
    sealed = vault.seal(vault.ORGANISATION, name.encode(), _bound_to(view))
    row = SavedView(id=view, owner=by, name=sealed, chosen=dict(chosen))
    with transaction.atomic(durable=True):
        access.require_log_reader(by)
        # The row of the owner: two requests at once are counted one after the other.
        User.objects.select_for_update().get(id=by.id)
        if found := SavedView.objects.filter(id=view, owner=by).first():
            return found
        if SavedView.objects.filter(owner=by).count() >= MOST:
            raise TooMany
        row.save(force_insert=True)
    return row


def drop(*, by: User, view: UUID) -> bool:
    """Throw one of the user's own views away; False where they keep none such."""
    with transaction.atomic(durable=True):
        gone, _ = SavedView.objects.filter(id=view, owner=by).delete()
    return bool(gone)
