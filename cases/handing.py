"""Handing on: the open cases of somebody who has left, or whose work somebody else takes over.

Each case is a transaction of its own with an entry in the case's own chain. Handing on that is interrupted
can be run again: what is done stays done, and what is left is still counted.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Exists
from django.db.models.functions import Now
from django.utils import timezone

from audit import ledger
from cases import access, events, notices, vault
from cases.acting import AlreadySoError, ready, settle
from cases.models import Case, CaseUserPermission, Exclusion, Membership, Notice, Team, User
from cases.models.cases import OPEN

MOST = 500
"""Cases handed on at one go: what is left shows, and the next go takes it."""

WORKERS = (User.Role.OFFICER, User.Role.MANAGER)
NOT_HERE = "Choose an officer or a manager of the team who is active"


class _NotTheirsError(Exception):
    """The person must not get this case."""


# --- What is there to hand on ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A team in which somebody owns open cases: how many, and who may take them."""

    team: Team
    count: int
    takers: list[User]


def places(user: User) -> list[Place]:
    """The teams in which the user owns open cases: numbers, and nothing of a case."""
    rows = Case.objects.filter(owner=user, status=OPEN).values_list("team").annotate(Count("id"))
    counts = dict(rows.order_by())
    found = takers(counts, but=user)
    return [Place(team, counts[team.id], found[team.id]) for team in Team.objects.filter(id__in=counts)]


def places_of(cases: Sequence[Case], *, but: User) -> list[Place]:
    """The teams of these cases, as `places` tells of them.

    Args:
        but: whose cases they are.
    """
    teams = {case.team_id: case.team for case in cases}
    counts = Counter(case.team_id for case in cases)
    found = takers(teams, but=but)
    return [Place(team, counts[key], found[key]) for key, team in teams.items()]


def left_behind() -> dict[UUID, int]:
    """Everybody who has left and still owns open cases, each with how many."""
    rows = Case.objects.filter(owner__is_active=False, status=OPEN).values_list("owner").annotate(Count("id"))
    return dict(rows.order_by())


def takers(teams: Iterable[UUID], *, but: User) -> dict[UUID, list[User]]:
    """The active officers and managers of each team, without one person."""
    found: dict[UUID, list[User]] = {team: [] for team in teams}
    rows = Membership.objects.filter(team__in=found, user__is_active=True, user__role__in=WORKERS)
    for row in rows.exclude(user=but).select_related("user").order_by("user__name", "user_id"):
        found[row.team_id].append(row.user)
    return found


def to_hand_on(by: User, owner: User) -> list[Case]:
    """The owner's open cases that a manager may hand on: those of the manager's own teams that they see."""
    seen = access.visible_to(by).filter(owner=owner, status=OPEN, team__in=_managed(by))
    return list(seen.select_related("team").order_by("-opened_at", "id"))


def _managed(by: User) -> Any:
    return Membership.objects.filter(user=by, user__is_active=True, user__role=User.Role.MANAGER).values(
        "team_id"
    )


# --- Handing on ------------------------------------------------------------------------------------------


def hand_on(
    *, by: User, leaver: User, team: Team, to: User | None = None, cases: Collection[UUID] | None = None
) -> int:
    """Give the open cases that somebody owns in a team to another of that team. Returns how many are given.

    A case of which `to` must not know goes to the first manager of the team who may know it. A restricted
    case goes to somebody who was named for it, where one of the team was. What nobody may take stays, and
    shows.

    Args:
        by: an administrator, where the owner is deactivated; else a manager of the team.
        leaver: whose cases they are.
        to: who gets them; None: the team's manager.
        cases: these alone; None: all of them.

    Raises:
        django.core.exceptions.ValidationError: `to` does not work in the team.
        django.core.exceptions.PermissionDenied: `by` may not do this.
    """
    if not _administers(by, leaver) and not _managed(by).filter(team=team).exists():
        raise PermissionDenied
    workers = takers([team.id], but=leaver)[team.id]
    if to and to not in workers:
        raise ValidationError(NOT_HERE)
    managers = [one for one in workers if one.role == User.Role.MANAGER]
    found = Case.objects.filter(owner=leaver, team=team, status=OPEN).order_by("opened_at", "id")
    rows = list((found if cases is None else found.filter(id__in=cases))[:MOST])
    named = _named(rows)
    vault.load([case.id for case in rows])
    return sum(
        _give_to_first(case, _order(workers, managers, to, named.get(case.id)), by=by, leaver=leaver)
        for case in rows
    )


def _administers(by: User, leaver: User) -> bool:
    """Whether an administrator asks, of somebody who was shut out."""
    gone = Exists(User.objects.filter(id=leaver.id, is_active=False))
    return User.objects.filter(gone, id=by.id, is_active=True, role=User.Role.ADMINISTRATOR).exists()


def _named(rows: Sequence[Case]) -> dict[UUID, set[UUID]]:
    """The restricted cases among these, each with who holds it by name."""
    found: dict[UUID, set[UUID]] = {case.id: set() for case in rows if case.restricted}
    grants = CaseUserPermission.objects.filter(content_object__in=found, ends_at__gt=Now())
    for case_id, user_id in grants.values_list("content_object_id", "user_id"):
        found[case_id].add(user_id)
    return found


def _order(workers: list[User], managers: list[User], to: User | None, named: set[UUID] | None) -> list[User]:
    """Who is asked to take a case, one after the other. `named` – who holds a restricted case by name."""
    chosen = [to] if to else []
    if named is None:
        return chosen + [one for one in managers if one != to]
    by_name = [one for one in [*chosen, *managers, *workers] if one.id in named]
    return list(dict.fromkeys(by_name + managers))


def _give_to_first(case: Case, order: list[User], *, by: User, leaver: User) -> bool:
    """Give the case to the first who may have it; False where nobody may, or it is nobody's to give now."""
    for to in order:
        try:
            _give(case, to, by=by, leaver=leaver)
        except _NotTheirsError:
            continue
        except (AlreadySoError, access.Hidden, access.Refused, vault.NoKey):
            return False
        return True
    return False


def _give(case: Case, to: User, *, by: User, leaver: User) -> None:
    now = timezone.now()
    content = {"user": str(to.id), "name": to.name, "was": leaver.name}
    sealed = events.seal("case.allocated", content, case=case, by=by, now=now)
    ready(case, by)
    with transaction.atomic(durable=True):
        _lock(case, by=by, leaver=leaver)
        settle(case, {})
        if case.owner_id != leaver.id or case.status != OPEN:
            raise AlreadySoError
        _require_taker(case, to)
        case.owner = to
        case.save(update_fields=["owner"])
        for grant in CaseUserPermission.objects.filter(user=leaver, content_object=case):
            ready(grant, by)
            grant.delete()
        notices.tell(Notice.Kind.HANDED_ON, [to], now=now, case=case, about=leaver)
        ledger.append(sealed)


def _lock(case: Case, *, by: User, leaver: User) -> None:
    Case.objects.select_for_update().get(id=case.id)
    # The policy lets an administrator know of no case; what a leaver owned must find an owner all the same.
    if not _administers(by, leaver):
        access.require(by, "manage_access", case)


def _require_taker(case: Case, to: User) -> None:
    """Refuse somebody who is shut out of the case, or works in its team no more, as it is under the lock."""
    out = Exclusion.objects.filter(case=case, ended_at=None).values("user_id")
    active = User.objects.filter(id=to.id, is_active=True, role__in=WORKERS, teams=case.team_id)
    if not active.exclude(id__in=out).exists():
        raise _NotTheirsError


def end_grants(*, by: User, leaver: User) -> int:
    """End what somebody who has left was given by name, each with an entry in its case. Returns how many.

    Raises:
        django.core.exceptions.PermissionDenied: `by` is no administrator, or the person is active.
    """
    if not _administers(by, leaver):
        raise PermissionDenied
    rows = CaseUserPermission.objects.filter(user=leaver).select_related("content_object").order_by("id")
    grants = list(rows[:MOST])
    vault.load({grant.content_object_id for grant in grants})
    return sum(_end(grant, by=by, leaver=leaver) for grant in grants)


def _end(grant: CaseUserPermission, *, by: User, leaver: User) -> bool:
    try:
        _end_under_lock(grant, by=by, leaver=leaver)
    except (AlreadySoError, access.Hidden, access.Refused, vault.NoKey):
        return False
    return True


def _end_under_lock(grant: CaseUserPermission, *, by: User, leaver: User) -> None:
    case, content = grant.content_object, {"user": str(leaver.id), "name": leaver.name}
    sealed = events.seal("access.ended", content, case=case, by=by, now=timezone.now())
    ready(grant, by)
    with transaction.atomic(durable=True):
        _lock(case, by=by, leaver=leaver)
        if not CaseUserPermission.objects.filter(id=grant.id).exists():
            raise AlreadySoError
        grant.delete()
        ledger.append(sealed)
