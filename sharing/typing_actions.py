"""What writes typing that is not saved yet: kept, thrown away, swept. None of it appears in a log.

One small statement for each autosave, so that many people who type slow nobody down.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid5

from django.db import connection, transaction
from django.utils import timezone

from cases import fields
from cases.access import Hidden
from cases.models import User
from sharing import access
from sharing.models import Draft, Typing
from sharing.windows import Window, drop

UNLOGGED = frozenset({"keep_typing", "throw_typing_away", "sweep_typing"})
"""Typing is part of a draft, and a draft appears in no log."""
MOST = 100_000
"""Characters of one page as a browser sends it."""
WINDOWS = 10
"""Windows of one person at one draft whose typing is kept; the oldest go."""
AT_MOST_EVERY = timedelta(seconds=1)


class TooLong(ValueError):  # noqa: N818 - it is what happened
    """More is typed than a page can hold."""


class Recorded(Exception):  # noqa: N818 - it is what happened
    """The draft has been recorded: nothing more can be typed into it."""


@dataclass(frozen=True)
class Kept:
    """When the typing was kept, and whether the draft was saved since the page was opened."""

    at: datetime
    changed: bool


def keep_typing(*, by: User, draft: Draft, page: str, window: Window, saves: int, typed: str) -> Kept:
    """Keep what stands typed in one window, in place of what it kept before.

    Args:
        page: the name of the page, as in its address.
        saves: how often the draft had been saved when the page was opened.
        typed: the form as a browser sends it, valid or not, without its token.

    Raises:
        TooLong: it is more than MOST characters.
        Recorded: the draft has become a decision.
        Hidden: it was discarded.
    """
    if len(typed) > MOST:
        raise TooLong
    row = _row(by, draft, page, window, saves, typed)
    before = Typing.objects.filter(id=row.id).first()
    with fields.drawing():  # altered in the database: what is typed now takes its place
        same = before is not None and before.typed == typed
    if before and same and row.typed_at - before.typed_at < AT_MOST_EVERY:
        row = before
    fields.seal_fields(row)
    with transaction.atomic(durable=True):
        _beside_others(draft)
        access.require_draft(by, draft)
        saved = Draft.objects.filter(id=draft.id).values_list("saves", "recorded_at").first()
        if saved is None:
            raise Hidden(None)
        if saved[1]:
            raise Recorded
        if row is not before:
            Typing.objects.bulk_create(
                [row],
                update_conflicts=True,
                unique_fields=["draft", "by", "page", "window"],
                update_fields=["typed", "typed_at", "saves"],
            )
        if before is None:
            _make_room(by, draft, window)
    return Kept(row.typed_at, saved[0] != saves)


def _beside_others(draft: Draft) -> None:
    """Wait for whoever records or discards now, and let them wait; others who type need not.

    Recording takes the case's row for itself first. Taken here first as well, no two can wait for each other.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM cases_case WHERE id = %s FOR KEY SHARE", [draft.case_id])


def _row(by: User, draft: Draft, page: str, window: Window, saves: int, typed: str) -> Typing:
    return Typing(
        # Named by its place: text that is sealed for a row that is there already must fit that row.
        id=uuid5(draft.id, f"{by.id} {page} {window.id}"),
        case_id=draft.case_id,
        draft=draft,
        by=by,
        page=page,
        window=window.id,
        saves=saves,
        typed=typed,
        typed_at=timezone.now(),
    )


def _make_room(by: User, draft: Draft, window: Window) -> None:
    """A new window: drop the one that it took over, and the oldest of too many."""
    mine = Typing.objects.filter(draft=draft, by=by)
    if window.took and window.took_at:
        mine.filter(window=window.took, typed_at=window.took_at).delete()
    newest = mine.order_by("-typed_at").values_list("id", flat=True)[:WINDOWS]
    mine.exclude(id__in=list(newest)).delete()


def throw_typing_away(*, by: User, draft: Draft, window: Window) -> None:
    """Drop what was typed in a window, and what it took over from another one. Nobody else's is touched."""
    with transaction.atomic(durable=True):
        access.require_draft(by, draft)
        drop(by, draft, window)


def sweep_typing() -> int:
    """Remove typing of drafts that were recorded; it is none where recording worked. How many were there."""
    with transaction.atomic(durable=True):
        return Typing.objects.exclude(draft__recorded_at=None).delete()[0]
