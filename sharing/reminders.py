"""Clocks that ring: for each one that is due, a row for each person, once.

`key` names the clock, what waits, the stage, its deadline and the person, and is unique: however often, by
however many workers and with whatever clock the due ones are looked at, each rings once. A row is written
before anything is mailed, and My work shows what waits without either.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.urls import reverse

from cases.models import Case, Exclusion, Membership, User
from sharing import clocks
from sharing.clocks import AUTHOR, DECIDERS, LEADS, MANAGERS, NAMED, OWNER, Clock, Moment, Waiting
from sharing.models import Reminder
from sharing.rules import exporting
from sharing.rules.clocks import loud, next_digest, stage_now

T = TypeVar("T")
_AT_A_TIME = 500
_WORKERS = (User.Role.OFFICER, User.Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Ring:
    """A stage of a clock that has begun, for one person."""

    clock: Clock
    stage: str
    waiting: Waiting
    user: UUID

    @property
    def key(self) -> str:
        """What makes it this ringing and no other: the deadline is in it, and the present time is not."""
        due_at = self.waiting.due_at.astimezone(UTC).isoformat()
        said = (self.clock.code, self.waiting.about, self.stage, due_at, self.user)
        return sha256("|".join(map(str, said)).encode()).hexdigest()


def ring(now: datetime) -> list[Ring]:
    """Write a reminder for each clock that is due and has not rung yet for somebody who may know of it.

    Args:
        now: aware.

    Returns:
        Everything that is due now, rung before or not, before the policy was asked.
    """
    at = Moment(now)
    found = due(at)
    known = keys_known(found)
    new = allowed([one for one in found if one.key not in known])
    digest = next_digest(now, at.organisation.digest_at, at.closed)
    rows = [_row(one, now, digest) for one in new]
    Reminder.objects.bulk_create(rows, batch_size=_AT_A_TIME, ignore_conflicts=True)
    return found


def _row(one: Ring, now: datetime, digest: datetime) -> Reminder:
    waiting = one.waiting
    return Reminder(
        key=one.key,
        kind=one.clock.code,
        case_id=waiting.case,
        user_id=one.user,
        about=waiting.about,
        due_at=waiting.due_at,
        rang_at=now,
        urgent=loud(one.stage, waiting.due_at, hurried=waiting.hurried, digest=digest),
    )


# --- for whom -------------------------------------------------------------------------------------


def due(at: Moment) -> list[Ring]:
    """Each stage of a clock that has begun, for each person whom it may be for, before the policy."""
    begun = [
        (clock, stage, waiting)
        for clock in clocks.CLOCKS
        for waiting in clock.source(at)
        if (stage := stage_now(clock.stages, waiting.due_at, at.now))
    ]
    staff = _Staff.of({waiting.case for _, _, waiting in begun if waiting.case})
    return [
        Ring(clock, stage, waiting, user)
        for clock, stage, waiting in begun
        for user in staff.wanted(clock.stages[stage], waiting)
    ]


@dataclass(frozen=True)
class _Staff:
    """Who works here, and what some cases say of them. `ready` may know of cases at all, by their role."""

    ready: frozenset[UUID]
    here: frozenset[UUID]
    leads: Sequence[UUID]
    deciders: Sequence[UUID]
    cases: Mapping[UUID, tuple[UUID, UUID]]
    managers: Mapping[UUID, list[UUID]] = field(default_factory=dict)
    out: frozenset[tuple[UUID, UUID]] = frozenset()

    @classmethod
    def of(cls, cases: Collection[UUID]) -> "_Staff":
        """Four queries, for however many cases but for their number."""
        roles = dict(User.objects.filter(is_active=True).values_list("id", "role"))
        managers: dict[UUID, list[UUID]] = defaultdict(list)
        manage = Membership.objects.filter(user__is_active=True, user__role=User.Role.MANAGER)
        for team, user in manage.order_by("user_id").values_list("team_id", "user_id"):
            managers[team].append(user)
        out = Exclusion.objects.filter(ended_at=None).values_list("case_id", "user_id")
        return cls(
            ready=frozenset(user for user, role in roles.items() if role in _WORKERS),
            here=frozenset(roles),
            leads=sorted(user for user, role in roles.items() if role == User.Role.GOVERNANCE),
            deciders=sorted(user for user, role in roles.items() if role in exporting.DECIDERS),
            cases=dict(_of_cases(cases)),
            managers=managers,
            out=frozenset(out),
        )

    def wanted(self, who: frozenset[str], waiting: Waiting) -> list[UUID]:
        """Whom a stage is for, each once. Where the owner cannot be reminded any more, the managers are."""
        owner, team = self.cases[waiting.case] if waiting.case else (None, None)
        found = [waiting.named] if NAMED in who and waiting.named in self.here else []
        found += [waiting.author] if AUTHOR in who and waiting.author in self.ready else []
        found += [owner] if OWNER in who and owner in self.ready else []
        found = [user for user in found if user and (waiting.case, user) not in self.out]
        alone = OWNER in who and owner not in found
        alone |= NAMED in who and bool(waiting.named) and waiting.named not in found
        found += self.managers.get(team, ()) if team and (MANAGERS in who or alone) else ()
        found += self.deciders if DECIDERS in who else ()
        found += self.leads if LEADS in who else ()
        shut = {user for user in found if (waiting.case, user) in self.out}
        return [user for user in dict.fromkeys(found) if user not in shut and user != waiting.but]


def _of_cases(cases: Collection[UUID]) -> Iterator[tuple[UUID, tuple[UUID, UUID]]]:
    for part in _parts(sorted(cases)):
        for case, owner, team in Case.objects.filter(id__in=part).values_list("id", "owner_id", "team_id"):
            yield case, (owner, team)


def allowed(found: Sequence[Ring]) -> list[Ring]:
    """Those whose person may know of what waits, by the policy as it is now; queries by people."""
    users = User.objects.in_bulk({one.user for one in found})
    together: dict[tuple[UUID, str], dict[UUID, UUID | None]] = defaultdict(dict)
    for one in found:
        together[one.user, one.clock.code][one.waiting.about] = one.waiting.case
    seen = {
        (user, code): clocks.BY_CODE[code].door(users[user], abouts)
        for (user, code), abouts in together.items()
    }
    return [one for one in found if one.waiting.about in seen[one.user, one.clock.code]]


def keys_known(found: Iterable[Ring]) -> dict[str, Reminder]:
    """The rows of those that have rung already, by their keys."""
    keys = sorted({one.key for one in found})
    rows = (Reminder.objects.filter(key__in=part) for part in _parts(keys))
    return {row.key: row for part in rows for row in part}


def _parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Slices that every database takes as the parameters of one query."""
    return (values[start : start + _AT_A_TIME] for start in range(0, len(values), _AT_A_TIME))


# --- where a mail's link leads --------------------------------------------------------------------


def page_of(user: User | AnonymousUser, reference: str) -> str:
    """The address of the page that a reminder of this person is about, while they may know of it.

    Raises:
        Http404: no such reminder, not theirs, or not open to them any more: the same for all.
    """
    row = Reminder.objects.filter(reference=reference, user=user).first() if isinstance(user, User) else None
    if row is None or not isinstance(user, User) or not user.is_active:
        raise Http404
    clock = clocks.BY_CODE.get(row.kind)
    if clock is None or row.about not in clock.door(user, {row.about: row.case_id}):
        raise Http404
    model, page, column = clock.page
    value = model._default_manager.filter(id=row.about).values_list(column, flat=True).first()
    if value is None:
        raise Http404
    return reverse(page, args=[value])
