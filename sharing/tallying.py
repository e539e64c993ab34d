"""Keeping the dashboard's counts: days that are over are counted once, what changed since is counted again.

A count of a day takes the place of the one before, so nothing counts twice, however often it is done, by how
many at once and wherever one is killed. Nothing depends on it being done: a day that is not counted, or that
is marked, is counted as it is read (`live_days`).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Max, Min, Q
from django.db.models.signals import post_save
from django.utils import timezone

from cases.models import Case
from sharing import counting
from sharing.models import Decision, Disclosure, RequestStep, Review, Tally, TallyDay, TallyMark
from sharing.rules.terms import day_of

SETTLED = timedelta(hours=6)
"""A day is counted so long after it ended: what was being recorded at midnight is there by then."""
LATE = SETTLED / 2
"""What is saved longer than this after its time of recording is marked, in case its day is counted."""
AT_ONCE, MARKS_AT_ONCE, TOGETHER = 60, 200, 10
"""How many days one turn, or one reading, counts; of how many marks; how many days in a transaction."""
MANY = 7
"""With more days behind than this a reading counts some of them for good; so many it counts every time."""

_COUNTED_BY = frozenset({"team", "restricted"})


# --- what changed -----------------------------------------------------------------------------------


def connect() -> None:
    """Have every row that changes a day's counts leave its mark."""
    for model, receiver in (
        (Decision, _recorded),
        (RequestStep, _recorded),
        (Disclosure, _about_a_decision),
        (Review, _about_a_decision),
        (Case, _moved),
    ):
        post_save.connect(receiver, sender=model, dispatch_uid=f"sharing.tallying.{model.__name__}")


def _recorded(instance: Any, **_: Any) -> None:
    """Something new belongs to today, which is not counted yet; its time may be another day's all the same.

    Recording a decision is asked to be fast: in the ordinary case this writes nothing.
    """
    if follows := getattr(instance, "follows_id", None):
        TallyMark.objects.create(decision=follows)
    if timezone.now() - instance.recorded_at > LATE:
        about = {"decision": instance.id} if isinstance(instance, Decision) else {"case": instance.case_id}
        TallyMark.objects.create(**about)


def _about_a_decision(instance: Disclosure | Review, **_: Any) -> None:
    TallyMark.objects.create(decision=instance.decision_id)


def _moved(instance: Case, *, created: bool, update_fields: Collection[str] | None, **_: Any) -> None:
    if not created and (update_fields is None or _COUNTED_BY & set(update_fields)):
        TallyMark.objects.create(case=instance.id)


# --- which days are behind --------------------------------------------------------------------------


def live_days(now: datetime) -> set[date]:
    """The local days that are counted as they are read: not counted yet, or marked since. Today is one."""
    first = Decision.objects.aggregate(at=Min("recorded_at"))["at"]
    if first is None:
        return set()
    return _uncounted(day_of(first), day_of(now)) | _marked(list(TallyMark.objects.all()))


def every_day(now: datetime) -> set[date]:
    """Every local day since the first decision."""
    first = Decision.objects.aggregate(at=Min("recorded_at"))["at"]
    return set(_days(day_of(first), day_of(now))) if first else set()


def _uncounted(first: date, today: date) -> set[date]:
    there = TallyDay.objects.aggregate(first=Min("day"), last=Max("day"), days=Count("day"))
    counted: set[date] = set()
    if there["days"] and there["days"] == (there["last"] - there["first"]).days + 1:
        counted = set(_days(there["first"], there["last"]))
    elif there["days"]:
        counted = set(TallyDay.objects.values_list("day", flat=True))
    return set(_days(first, today)) - counted


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _marked(marks: Collection[TallyMark]) -> set[date]:
    """The days of what these marks are about."""
    decisions = _with_followers({mark.decision for mark in marks if mark.decision})
    cases = {mark.case for mark in marks if mark.case}
    if not decisions and not cases:
        return set()
    found = Decision.objects.filter(Q(id__in=decisions) | Q(case__in=cases))
    steps = RequestStep.objects.filter(case__in=cases).exclude(refusal="")
    return {day_of(at) for rows in (found, steps) for at in rows.values_list("recorded_at", flat=True)}


def _with_followers(ids: set[UUID]) -> set[UUID]:
    """These decisions and all that follow them: what was sent under the first counts for the last."""
    found, newest = set(ids), ids
    while newest:
        followers = Decision.objects.filter(follows__in=newest).values_list("id", flat=True)
        newest = set(followers) - found
        found |= newest
    return found


# --- counting ---------------------------------------------------------------------------------------


def keep_up(now: datetime) -> int:
    """Count days that are over and not counted, the newest first, and those that were marked: so many a turn.

    A mark goes once its days are counted, and only if it was there before they were. How many were counted.
    """
    first = Decision.objects.aggregate(at=Min("recorded_at"))["at"]
    behind = _uncounted(day_of(first), _last_settled(now)) if first else set()
    wanted = sorted(behind, reverse=True)[:AT_ONCE]
    marks = list(TallyMark.objects.order_by("id")[:MARKS_AT_ONCE])
    # A marked day that is not counted yet is counted as it is read, until its turn comes.
    wanted += sorted(day for day in _marked(marks) - behind if day <= _last_settled(now))
    _in_turns(wanted)
    TallyMark.objects.filter(id__in=[mark.id for mark in marks]).delete()
    return len(wanted)


def catch_up(now: datetime) -> None:
    """Before a reading: where the worker left much behind, count some of it for good, the rest is read."""
    first = Decision.objects.aggregate(at=Min("recorded_at"))["at"]
    if first and len(_uncounted(day_of(first), _last_settled(now))) > MANY:
        keep_up(now)


def _last_settled(now: datetime) -> date:
    return day_of(now - SETTLED) - timedelta(days=1)


def recount(days: Collection[date]) -> int:
    """Count local days anew, in one transaction. How many of them count otherwise than they were kept.

    The locks come first, in the order of the days: of two that count at once, the second sees all that the
    first saw.
    """
    now = timezone.now()
    with transaction.atomic():
        new = [TallyDay(day=day, counted_at=now) for day in sorted(days)]
        TallyDay.objects.bulk_create(new, ignore_conflicts=True)
        locked = list(TallyDay.objects.select_for_update().filter(day__in=days).order_by("day"))
        found, kept = counting.count_days(days), _kept(days)
        # A bare subtraction of counters would lose what is less than nothing.
        changed = {cell.day for cell in found.keys() | kept.keys() if found[cell] != kept[cell]}
        Tally.objects.filter(day__in=changed).delete()
        Tally.objects.bulk_create(
            Tally(**dict(zip(_COLUMNS, cell, strict=True)), count=number)
            for cell, number in found.items()
            if cell.day in changed
        )
        TallyDay.objects.filter(day__in=[one.day for one in locked]).update(counted_at=now)
    return len(changed)


_COLUMNS = ("day", "team_id", "restricted", "chart", "key")


def _kept(days: Collection[date]) -> Counter[counting.Cell]:
    rows = Tally.objects.filter(day__in=days).values_list(*_COLUMNS, "count")
    return Counter({counting.Cell(*row[:5]): row[5] for row in rows})


def _in_turns(days: Iterable[date]) -> int:
    """Count days, a few in a transaction: nobody who writes waits long. How many were kept otherwise."""
    wanted = list(days)
    return sum(recount(wanted[at : at + TOGETHER]) for at in range(0, len(wanted), TOGETHER))


def recount_all() -> int:
    """Count every counted day anew. How many were kept otherwise."""
    return _in_turns(TallyDay.objects.order_by("-day").values_list("day", flat=True))


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything that is read in the block is of one moment: counts, marks and the rows themselves."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
