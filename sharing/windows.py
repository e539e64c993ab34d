"""One drawing of a page in somebody's browser, as the page names itself when it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from cases.models import User
from sharing.models import Draft, Typing


@dataclass(frozen=True)
class Window:
    """One drawing of a page. `took`, `took_at`: the window whose typing it showed, and from when that was."""

    id: UUID
    took: UUID | None = None
    took_at: datetime | None = None

    @property
    def restored(self) -> str:
        """The hidden field that brings `took` back."""
        return f"{self.took} {self.took_at.isoformat()}" if self.took and self.took_at else ""


def window_of(posted: Mapping[str, Any]) -> Window | None:
    """The window that a page was posted from; None where it names none."""
    try:
        own = UUID(str(posted.get("window", "")))
    except ValueError:
        return None
    took, _, text = str(posted.get("restored", "")).partition(" ")
    try:
        # A moment that is beyond the calendar in UTC overflows here and not in the database's driver.
        moment = datetime.fromisoformat(text)
        return Window(own, UUID(took), moment.astimezone(UTC)) if moment.tzinfo else Window(own)
    except (ValueError, OverflowError):
        return Window(own)


def drop(by: User, draft: Draft, window: Window) -> None:
    """Drop a window's typing, inside the transaction that saves its page or throws it away.

    What it took over goes too, where nothing was typed there since.
    """
    mine = Q(window=window.id)
    if window.took:
        mine |= Q(window=window.took, typed_at=window.took_at)
    Typing.objects.filter(mine, draft=draft, by=by).delete()
