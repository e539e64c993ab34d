"""When a clock rings, how loudly, and on which day's digest; when a refused mail is tried again. Pure."""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta

from sharing.rules.requests import urgent
from sharing.rules.terms import LONDON, day_of, ends, local, working_days_after

AT_ONCE, TODAY, NEAR, PAST = "at_once", "today", "near", "past"
"""A clock's stages: since something waits; on the day of its deadline; shortly before; once it has passed."""
_ORDER = (AT_ONCE, TODAY, NEAR, PAST)
_NEAR = timedelta(hours=24)

NON_SHARE_HOURS = 4
"""In how many hours a manager looks at a decision not to share at high risk that was wanted today."""

MOST_TRIES = 12
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)


def begins(stage: str, due_at: datetime) -> datetime | None:
    """When a stage of a clock begins; None: it began as soon as there was something to wait for.

    Args:
        due_at: the deadline, aware.
    """
    if stage == AT_ONCE:
        return None
    if stage == TODAY:
        return datetime.combine(day_of(due_at), time(), LONDON).astimezone(UTC)
    return due_at.astimezone(UTC) - (_NEAR if stage == NEAR else timedelta())


def stage_now(stages: Iterable[str], due_at: datetime, now: datetime) -> str | None:
    """The last of a clock's stages that has begun; None: none has.

    One stage ends when the next begins: what was missed while nothing ran rings as what it is by then.

    Args:
        due_at, now: aware.
    """
    begun = {one for one in stages if (at := begins(one, due_at)) is None or at <= now}
    return next((one for one in reversed(_ORDER) if one in begun), None)


def has_a_time(due_at: datetime) -> bool:
    """Whether a deadline is a time of day; one that is a day ends with it."""
    return ends(day_of(due_at)) != due_at.astimezone(UTC)


def loud(stage: str, due_at: datetime, *, hurried: bool, digest: datetime) -> bool:
    """Whether a clock that rings now is a mail of its own at once; else the next digest tells of it.

    Args:
        hurried: it is counted in hours, or somebody may be in danger.
        digest: when the next digest goes.

    Returns:
        Of something hurried, always but where a whole day has passed: nobody reads that at midnight. Of
        something new that is due before the next digest, too.
    """
    if stage == PAST:
        return hurried and has_a_time(due_at)
    return hurried or (stage == AT_ONCE and due_at < digest)


def digest_day(now: datetime, at: time, closed: Collection[date]) -> date | None:
    """The day whose digest may go by now; None: it is too early, or nobody works today.

    Args:
        at: when digests go, London time.
    """
    here = local(now)
    open_today = working_days_after(here.date() - timedelta(days=1), 1, closed) == here.date()
    return here.date() if open_today and here.time() >= at else None


def next_digest(now: datetime, at: time, closed: Collection[date]) -> datetime:
    """When the next digest goes (UTC): later today, or on the next working day."""
    day = local(now).date()
    today = datetime.combine(day, at, LONDON).astimezone(UTC)
    works = working_days_after(day - timedelta(days=1), 1, closed) == day
    if works and today > now:
        return today
    return datetime.combine(working_days_after(day, 1, closed), at, LONDON).astimezone(UTC)


def non_share_due(recorded_at: datetime, urgency: str, closed: Collection[date]) -> datetime:
    """By when a manager looks at a decision not to share at high risk (service.md §3.2, G3).

    Args:
        recorded_at: aware.
        urgency: how soon it was wanted.
        closed: days on which nobody works.
    """
    if urgent(urgency):
        return recorded_at.astimezone(UTC) + timedelta(hours=NON_SHARE_HOURS)
    return ends(working_days_after(day_of(recorded_at), 1, closed))


def approve_by(prepared_at: datetime, closed: Collection[date]) -> datetime:
    """By when a manager says whether a letter may go: the end of the next working day.

    Args:
        prepared_at: aware.
    """
    return ends(working_days_after(day_of(prepared_at), 1, closed))


def try_again(tries: int) -> timedelta | None:
    """How long to wait after so many refusals of a mail; None: it is given up."""
    if tries >= MOST_TRIES:
        return None
    return min(_FIRST_WAIT * (1 << min(tries - 1, 10)), _LONGEST_WAIT)
