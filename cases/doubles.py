"""Another case about the same people: its owner is told, and whoever opened the new one learns nothing."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from cases import access, notices, search
from cases.models import Case, Notice, User


def tell_owners(people: Iterable[Mapping[str, Any]], case: Case, *, by: User, now: datetime) -> None:
    """Tell the owners of cases that may be about these people, inside the caller's transaction.

    Nobody is told who is shut out of the new case, or who can no longer open their own: the notice is of
    their case, and names who opened the other one, not the other one.

    Args:
        people: fields of `Person`, opened.
        case: the case in which they are recorded now.
        by: who recorded them; their own cases tell them nothing.
        now: aware.
    """
    cases = search.same_people(people)
    out = set(case.exclusions.filter(ended_at=None).values_list("user_id", flat=True)) if cases else set()
    for found in cases:
        if found.id != case.id and found.owner_id != by.id and found.owner_id not in out:
            _tell(found, by, now)


def _tell(found: Case, by: User, now: datetime) -> None:
    if access.can(found.owner, "view", found):
        notices.tell(Notice.Kind.POSSIBLE_DUPLICATE, [found.owner], now=now, case=found, about=by)
