"""The one policy: who may know that a case exists, and do what with it (service.md §2.1).

Exclusion first; beneath it owner, guardian's direct grants until their end, managers of the team (of a
restricted case only where they are named), emergency access and a governance lead's stated purpose. Closed
cases are read. No superuser bypass. The time is the database's own.
"""

from functools import cache
from typing import Any, Literal
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import (
    BooleanField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models import Case as Choose
from django.db.models.functions import Now
from django.http import Http404

from cases import panels, prepared
from cases.models import Case, CaseUserPermission, Exclusion, Membership, Team, TimedAccess, User
from cases.models.cases import CLOSED

What = Literal[
    "view",
    "work",
    "follow",
    "approve",
    "close",
    "reopen",
    "timeline",
    "see_views",
    "manage_access",
    "see_access",
]
GRANT = "work_on_case"
EMERGENCY, PURPOSE = TimedAccess.Kind.EMERGENCY, TimedAccess.Kind.PURPOSE

_CASE_WORKERS = frozenset({User.Role.OFFICER, User.Role.MANAGER})

_MANAGES: frozenset[What] = frozenset(
    {
        *("view", "work", "follow", "approve", "close", "reopen", "timeline"),
        *("see_views", "manage_access", "see_access"),
    }
)
_HOLDS: frozenset[What] = frozenset({"view", "work", "follow", "close", "reopen", "timeline", "see_access"})
_EMERGENCY: frozenset[What] = frozenset({"view", "work", "follow"})
_PURPOSE: frozenset[What] = frozenset({"view", "timeline", "see_views", "manage_access", "see_access"})
_ONLY_OPEN: frozenset[What] = frozenset({"work", "close"})
"""A closed case is read, and what happened is recorded (`follow`); to work on it, it is opened again."""


class Hidden(Http404):
    """For this user the case does not exist. The id is carried for the record of the refusal alone."""

    def __init__(self, case_id: UUID | None) -> None:
        super().__init__()
        self.case_id = case_id


class Refused(PermissionDenied):
    """The user may see the case and may not do this."""

    def __init__(self, case_id: UUID) -> None:
        super().__init__()
        self.case_id = case_id


class Closed(Refused):
    """The user may see the case and could do this, were the case not closed."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.id)
        self.case = case


def _still(user: User, *roles: str) -> QuerySet[User]:
    """The user's stored row while they are active in one of the roles; the row in our hand may be old."""
    return User.objects.filter(id=user.id, is_active=True, role__in=roles)


def works_on_cases(user: User) -> bool:
    """Whether the role of the user, as it was loaded, opens cases at all: for choosing people, no door."""
    return user.is_active and user.role in _CASE_WORKERS


def visible_to(user: User | AnonymousUser) -> QuerySet[Case]:
    """The cases whose existence the user may know; everything else is as if it did not exist.

    Role and leaving are asked of the database in the same query, so that it holds under an action's lock.

    Args:
        user: anybody, signed in or not.
    """
    if not isinstance(user, User):
        return Case.objects.none()
    works = Exists(_still(user, *_CASE_WORKERS)) & (_holds(user) | _manages(user) | _timed(user, EMERGENCY))
    looks = Exists(_still(user, User.Role.GOVERNANCE)) & _timed(user, PURPOSE)
    excluded = Exclusion.objects.filter(user=user, ended_at=None).values("case_id")
    return Case.objects.filter(works | looks).exclude(id__in=excluded)


def _holds(user: User) -> Q:
    """The user owns the case, or was given it by name and the end of that has not come."""
    granted = CaseUserPermission.objects.filter(
        user=user, permission__codename=GRANT, ends_at__gt=Now()
    ).values("content_object_id")
    return Q(owner=user) | Q(id__in=granted)


def _manages(user: User) -> Q:
    """The user manages the case's team; a restricted case is open to managers who were named, no other."""
    manager = _still(user, User.Role.MANAGER)
    teams = Membership.objects.filter(user__in=manager).values("team_id")
    return Q(team__in=teams) & (Q(restricted=False) | _holds(user))


def _timed(user: User, kind: str) -> Q:
    """The user said why they must look, and the time for that is not over."""
    open_now = TimedAccess.objects.filter(user=user, kind=kind, ended_at=None, ends_at__gt=Now())
    return Q(id__in=open_now.values("case_id"))


def openings(user: User) -> dict[str, Any]:
    """What opens each case of a list to the user besides owning it, as columns to annotate cases with.

    `managed`: it is one of the teams that they manage, and not restricted; `given_until`, `timed_until`: the
    end of their grant (not looked up for a case of their own), and of emergency access or a governance lead's
    purpose, while it has not come. For telling why, on cases that `visible_to` shows: it is no door.
    """
    manager = _still(user, User.Role.MANAGER)
    managed = Q(team__in=Membership.objects.filter(user__in=manager).values("team_id"), restricted=False)
    grants = CaseUserPermission.objects.filter(
        user=user, permission__codename=GRANT, ends_at__gt=Now(), content_object=OuterRef("pk")
    )
    own, given = When(owner=user, then=Value(None)), Subquery(grants.values("ends_at")[:1])
    kind = PURPOSE if user.role == User.Role.GOVERNANCE else EMERGENCY
    timed = TimedAccess.objects.filter(
        user=user, kind=kind, ended_at=None, ends_at__gt=Now(), case=OuterRef("pk")
    )
    return {
        "managed": ExpressionWrapper(managed, output_field=BooleanField()),
        "given_until": Choose(own, default=given, output_field=DateTimeField()),
        "timed_until": Subquery(timed.order_by("-ends_at").values("ends_at")[:1]),
    }


def managed_by(user: User | AnonymousUser) -> QuerySet[Case]:
    """The cases whose access the user may manage (`manage_access`)."""
    if not isinstance(user, User):
        return Case.objects.none()
    looks = Exists(_still(user, User.Role.GOVERNANCE)) & _timed(user, PURPOSE)
    return visible_to(user).filter(_manages(user) | looks)


def rights(user: User | AnonymousUser, case: Case) -> frozenset[What]:
    """What the user may do with the case now (asked of the database, nothing is remembered)."""
    if not isinstance(user, User):
        return frozenset()
    return _rights(user, "id", _prepared(case.id))


def _rights(user: User, by: Literal["id", "reference"], value: Any) -> frozenset[What]:
    """The user's rights on the case that has this id or reference; none where there is no such case."""
    query, parameters = _rights_query(connection.vendor, by)
    ours = {_prepared(_ANYBODY): _prepared(user.id), _prepared(_ANY_CASE): value, _ANY_REFERENCE: value}
    with connection.cursor() as cursor:
        cursor.execute(query, [ours.get(value, value) for value in parameters])
        found = cursor.fetchall()
    return frozenset().union(*(_held(*row) for row in found))


def _held(status: str, *flags: bool) -> frozenset[What]:
    """The rights of one case that the user may see, by what opens it to them."""
    sets = (_MANAGES, _HOLDS, _EMERGENCY, _PURPOSE)
    held = frozenset[What]().union(*(given for given, flag in zip(sets, flags, strict=True) if flag))
    return held - _ONLY_OPEN if status == CLOSED else held - {"reopen"}


_ANYBODY, _ANY_CASE, _ANY_REFERENCE = UUID(int=1), UUID(int=2), "C-"
"""Stand in for the person and the case in the policy's query."""


@cache
def _rights_query(_vendor: str, by: Literal["id", "reference"]) -> tuple[str, tuple[Any, ...]]:
    """The policy as one query and its parameters, composed once: composing takes longer than asking."""
    user = User(id=_ANYBODY)
    works = Exists(_still(user, *_CASE_WORKERS))
    flags = (
        _manages(user),
        works & _holds(user),
        works & _timed(user, EMERGENCY),
        Exists(_still(user, User.Role.GOVERNANCE)) & _timed(user, PURPOSE),
    )
    columns = [ExpressionWrapper(flag, output_field=BooleanField()) for flag in flags]
    one = {"id": _ANY_CASE} if by == "id" else {"reference": _ANY_REFERENCE}
    return visible_to(user).filter(**one).values_list("status", *columns).query.sql_with_params()


def _prepared(value: UUID) -> Any:
    """A UUID as the database's driver takes it."""
    return Case._meta.pk.get_db_prep_value(value, connection)


def can(user: User | AnonymousUser, what: What, case: Case) -> bool:
    """Whether the user may do this with the case now."""
    return what in rights(user, case)


def require(user: User | AnonymousUser, what: What, case: Case) -> frozenset[What]:
    """Refuse unless `can`; what else the user may do with the case is handed back.

    Raises:
        Hidden: the user must not know that the case exists: a 404.
        Refused: the user may see the case and may not do this: a 403.
        Closed: that, and only because the case is closed.
    """
    held = rights(user, case)
    if not held:
        raise Hidden(case.id)
    if what not in held:
        raise _refusal(held, what, case)
    return held


def _refusal(held: frozenset[What], what: What, case: Case) -> Refused:
    could: What = "reopen" if what == "close" else "follow"
    only_closed = what in _ONLY_OPEN and could in held and _is_closed(case)
    return Closed(case) if only_closed else Refused(case.id)


def _is_closed(case: Case) -> bool:
    return Case.objects.filter(id=case.id, status=CLOSED).exists()


def require_team(user: User, team: Team) -> None:
    """Refuse unless the user works on cases and has a place in the team.

    Raises:
        PermissionDenied: otherwise.
    """
    if not Membership.objects.filter(user__in=_still(user, *_CASE_WORKERS), team=team).exists():
        raise PermissionDenied


def fetch(user: User | AnonymousUser, reference: str, what: What = "view") -> Case:
    """The case with this reference, for a user who may do `what` with it.

    Raises:
        Hidden: no such case, or not for this user: the same answer for both.
        Refused: the user may see the case and may not do this.
    """
    # One question, which a hidden case answers like none: only then is the case itself read.
    held = _rights(user, "reference", reference) if isinstance(user, User) else frozenset()
    if not held:
        raise Hidden(Case.objects.filter(reference=reference).values_list("id", flat=True).first())
    found = Case.objects.select_related("team", "owner").annotate(**panels.along())
    case = found.get(reference=reference)
    if what not in held:
        raise _refusal(held, what, case)
    return case


def require_role(user: User | AnonymousUser, *roles: str) -> User:
    """The user, on pages that belong to roles and to no case; everybody else meets a 404.

    Raises:
        Http404: the user holds none of the roles.
    """
    if isinstance(user, User):
        query = _role_query(connection.vendor, roles)
        if prepared.ask(query, {_prepared(_ANYBODY): _prepared(user.id)}):
            return user
    raise Http404


@cache
def _role_query(_vendor: str, roles: tuple[str, ...]) -> prepared.Query:
    still = _still(User(id=_ANYBODY), *roles).values_list("id")
    return prepared.Query(*still.query.sql_with_params(), (_prepared(_ANYBODY),))
