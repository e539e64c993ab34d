"""What somebody must be told at once: rows that the actions of this floor write, and My work shows."""

from collections.abc import Iterable
from datetime import datetime

from cases.models import Case, Notice, TimedAccess, User


def tell(
    kind: str,
    people: Iterable[User],
    *,
    now: datetime,
    case: Case | None = None,
    about: User | None = None,
    access: TimedAccess | None = None,
) -> None:
    """Leave a notice for each of the people, inside the caller's transaction.

    Args:
        kind: one of `Notice.Kind`.
        now: aware.
        about: whose doing it was.
        access: the timed access that it tells of.
    """
    rows = [
        Notice(user=user, kind=kind, case=case, about=about, access=access, made_at=now) for user in people
    ]
    Notice.objects.bulk_create(rows)
