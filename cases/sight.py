"""What a person can see, and why: the policy (cases/access.py) read from the side of the person.

A manager asks it, of the cases of their own teams that they see themselves; nothing sealed is opened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from cases import access
from cases.models import Case, CaseUserPermission, Exclusion, Membership, Team, TimedAccess, User
from cases.models.cases import OPEN
from cases.templatetags.moments import moment

MOST = 200
"""Cases that the page lists."""


@dataclass(frozen=True)
class Sight:
    """What somebody can see of a manager's cases: by name, with why; by team; and what is kept from them."""

    opens: list[tuple[Case, str]]
    more: bool
    manages: list[Team]
    kept_out: list[Exclusion]


@dataclass(frozen=True)
class Colleague:
    """Somebody of a manager's teams, with the open cases that they own there."""

    user: User
    cases: int
    here: bool


def teams_of(manager: User) -> QuerySet[Team]:
    """The teams that somebody manages, as it stands in the database now."""
    rows = Membership.objects.filter(user=manager, user__is_active=True, user__role=User.Role.MANAGER)
    return Team.objects.filter(id__in=rows.values("team_id"))


def _cases_of(manager: User) -> QuerySet[Case]:
    return access.visible_to(manager).filter(team__in=teams_of(manager).values("id"))


def of(person: User, manager: User) -> Sight:
    """What the person can open now of the manager's cases, and why; and what they are kept out of."""
    ours = _cases_of(manager)
    given = dict(
        CaseUserPermission.objects.filter(
            user=person, permission__codename=access.GRANT, ends_at__gt=Now(), content_object__in=ours
        ).values_list("content_object_id", "ends_at")
    )
    timed = {
        row.case_id: row
        for row in TimedAccess.objects.filter(user=person, ended_at=None, ends_at__gt=Now(), case__in=ours)
    }
    by_name = ours.filter(Q(owner=person) | Q(id__in=given) | Q(id__in=timed))
    open_now = by_name.filter(id__in=access.visible_to(person).values("id")).select_related("team", "owner")
    rows = list(open_now.order_by("-status", "-opened_at", "id")[: MOST + 1])
    manages = teams_of(person).filter(id__in=teams_of(manager).values("id"))
    kept_out = Exclusion.objects.filter(user=person, ended_at=None, case__in=ours)
    return Sight(
        opens=[(case, _why(case, person, given, timed)) for case in rows[:MOST]],
        more=len(rows) > MOST,
        manages=list(manages),
        kept_out=list(kept_out.select_related("case").order_by("-made_at")),
    )


def _why(case: Case, person: User, given: Mapping[UUID, datetime], timed: Mapping[UUID, TimedAccess]) -> str:
    reasons = ["owner"] if case.owner_id == person.id else []
    if case.id in given:
        reasons.append(f"given until {_day(given[case.id])}")
    if case.id in timed:
        row = timed[case.id]
        words = "emergency access" if row.kind == TimedAccess.Kind.EMERGENCY else "looks with a purpose"
        reasons.append(f"{words} until {moment(row.ends_at)}")
    text = ", ".join(reasons)
    return text[:1].upper() + text[1:]


def _day(ends: datetime) -> str:
    local = timezone.localtime(ends)
    return f"{local.day} {local:%B %Y}"


def colleagues(manager: User) -> list[Colleague]:
    """The people of the manager's teams, and whoever else owns open cases there; leavers last."""
    rows = _cases_of(manager).filter(status=OPEN).values_list("owner").annotate(Count("id"))
    owned = dict(rows.order_by())
    members = set(
        Membership.objects.filter(team__in=teams_of(manager).values("id")).values_list("user_id", flat=True)
    )
    found = User.objects.filter(Q(id__in=owned) | Q(id__in=members, is_active=True)).exclude(id=manager.id)
    return [
        Colleague(user, owned.get(user.id, 0), user.id in members)
        for user in found.prefetch_related("teams").order_by("-is_active", "name", "id")
    ]
