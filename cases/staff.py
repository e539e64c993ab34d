"""Who may see a case and why, whom its manager may choose from, and when that is looked at again."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from audit import ledger
from cases import access
from cases.kinds import KINDS
from cases.models import Case, CaseUserPermission, Exclusion, Organisation, TimedAccess, User
from cases.models.cases import OPEN

_WORKERS = (User.Role.OFFICER, User.Role.MANAGER)
WARN_BEFORE = timedelta(days=14)
"""So long before the last manager who is named for a restricted case loses it, the managers are told."""
LATELY = 10
"""How many people of those who looked last are named."""


# --- Who may see a case ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reason:
    """Why somebody can see a case, and until when: a moment, or the last day (None: while they are that).

    `allocated`: the case is theirs by name, as its owner or by a grant.
    """

    words: str
    until: datetime | None = None
    last_day: date | None = None
    allocated: bool = False


@dataclass
class Seer:
    """Somebody who can open a case now, with every reason for it."""

    user: User
    reasons: list[Reason] = field(default_factory=list)


def last_day_of(ends_at: datetime) -> date:
    """The last local day of a grant that ends at this moment."""
    return timezone.localdate(ends_at - timedelta(microseconds=1))


def grants(case: Case) -> QuerySet[CaseUserPermission]:
    """The grants on the case whose end has not come."""
    return CaseUserPermission.objects.filter(
        content_object=case, permission__codename=access.GRANT, ends_at__gt=Now()
    )


def granted_users(case: Case) -> QuerySet[User]:
    """The people who hold a grant on the case now."""
    return User.objects.filter(id__in=grants(case).values("user_id")).order_by("name", "id")


def exclusions(case: Case) -> list[Exclusion]:
    """The exclusions that hold now, the newest first."""
    return list(case.exclusions.filter(ended_at=None).select_related("user", "case").order_by("-made_at"))


def timed(case: Case) -> QuerySet[TimedAccess]:
    """Emergency access to the case, and purposes stated, while their time lasts."""
    return case.timed_access.filter(ended_at=None, ends_at__gt=Now()).select_related("user")


def who_may_see(case: Case) -> list[Seer]:
    """The people who can open the case now, each with why: access.py says the same of one user.

    The owner comes first, then by name.
    """
    found: dict[UUID, Seer] = {}
    out = set(case.exclusions.filter(ended_at=None).values_list("user_id", flat=True))
    for user, reason in _reasons(case):
        if user.id not in out:
            found.setdefault(user.id, Seer(user)).reasons.append(reason)
    return sorted(found.values(), key=lambda one: (one.user.id != case.owner_id, one.user.name, one.user.id))


def without_allocation(seers: Iterable[Seer]) -> dict[UUID, str]:
    """What opens the case to each of those who can open it now; empty for whom it is allocated to by name."""
    return {
        one.user.id: "" if any(why.allocated for why in one.reasons) else one.reasons[0].words
        for one in seers
    }


def _reasons(case: Case) -> Iterable[tuple[User, Reason]]:
    """Everything that opens the case to somebody, before exclusions."""
    named = {case.owner_id}
    if access.works_on_cases(case.owner):
        yield case.owner, Reason("Owner", allocated=True)
    for grant in grants(case).select_related("user"):
        named.add(grant.user_id)
        if access.works_on_cases(grant.user):
            yield grant.user, Reason("Given the case", last_day=last_day_of(grant.ends_at), allocated=True)
    for user in case.team.members.filter(role=User.Role.MANAGER, is_active=True):
        if user.id in named or not case.restricted:
            yield user, Reason("Manager of the team")
    for one in timed(case):
        if one.kind == access.EMERGENCY and access.works_on_cases(one.user):
            yield one.user, Reason("Emergency access", one.ends_at)
        if one.kind == access.PURPOSE and one.user.is_active and one.user.role == User.Role.GOVERNANCE:
            yield one.user, Reason("Stated a purpose", one.ends_at)


def _named(case: Case) -> Q:
    return Q(id=case.owner_id) | Q(id__in=grants(case).values("user_id"))


def _out(case: Case) -> QuerySet[Exclusion, Any]:
    return case.exclusions.filter(ended_at=None).values("user_id")


def named_managers(case: Case) -> QuerySet[User]:
    """The managers of the team who see the case even if it is restricted: they own it or were given it."""
    found = User.objects.filter(role=User.Role.MANAGER, is_active=True, teams=case.team_id)
    return found.filter(_named(case)).exclude(id__in=_out(case))


def last_days_named(cases: QuerySet[Case]) -> list[tuple[Case, date]]:
    """Restricted cases of these that soon no manager of the team can open, each with the last day of one.

    A manager who owns a case has it without an end. Three queries, for however many cases.
    """
    restricted = {case.id: case for case in cases.filter(restricted=True, status=OPEN)}
    if not restricted:
        return []
    manages = User.objects.filter(role=User.Role.MANAGER, is_active=True)
    out = Exclusion.objects.filter(ended_at=None)
    owned = Case.objects.filter(id__in=restricted, owner__in=manages, owner__teams=F("team")).exclude(
        Exists(out.filter(case=OuterRef("pk"), user=OuterRef("owner")))
    )
    given_to = CaseUserPermission.objects.filter(
        content_object__in=restricted, permission__codename=access.GRANT, ends_at__gt=Now(),
        user__in=manages, user__teams=F("content_object__team"),
    ).exclude(Exists(out.filter(case=OuterRef("content_object"), user=OuterRef("user"))))  # fmt: skip
    last = dict(given_to.order_by("ends_at").values_list("content_object_id", "ends_at"))
    for case_id in owned.values_list("id", flat=True):
        last.pop(case_id, None)
    soon = timezone.now() + WARN_BEFORE
    return [(restricted[one], last_day_of(ends_at)) for one, ends_at in last.items() if ends_at <= soon]


def managers(case: Case) -> QuerySet[User]:
    """The managers of the team who can open the case."""
    found = User.objects.filter(role=User.Role.MANAGER, is_active=True, teams=case.team_id)
    if case.restricted:
        found = found.filter(_named(case))
    return found.exclude(id__in=_out(case))


def _leads(case: Case) -> QuerySet[User]:
    found = User.objects.filter(role=User.Role.GOVERNANCE, is_active=True).exclude(id__in=_out(case))
    return found.order_by("name", "id")


def to_tell(case: Case, *, but: User) -> list[User]:
    """Who is told at once of something done at a case: its owner and its managers, as far as they may see it.

    Where those are not two people with a manager among them, the governance leads are told too.

    Args:
        but: whose doing it is.
    """
    owner = User.objects.filter(id=case.owner_id, is_active=True, role__in=_WORKERS).exclude(
        id__in=_out(case)
    )
    answering = [user for user in managers(case).order_by("name", "id") if user != but]
    told = list(dict.fromkeys([*(one for one in owner if one != but), *answering]))
    enough = len(told) > 1 and answering
    return told if enough else [*told, *(one for one in _leads(case) if one != but)]


def to_warn(case: Case) -> list[User]:
    """Who is told that somebody who is kept out tried to open the case: its managers, else the leads."""
    answering, leads = list(managers(case)), list(_leads(case))
    return answering or leads


# --- What a case's access page shows ---------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """A grant as it is listed. `by`: who gave it, empty where nothing says."""

    user: User
    ends_at: datetime
    by: str

    @property
    def last_day(self) -> date:
        """The last day on which it holds."""
        return last_day_of(self.ends_at)


def given(case: Case) -> list[Given]:
    """The grants that hold now, with who gave each."""
    rows = list(grants(case).select_related("user").order_by("user__name", "user_id"))
    made = CaseUserPermission.history.filter(id__in=[row.pk for row in rows], history_type="+")
    by = dict(made.values_list("id", "history_user__name"))
    return [Given(row.user, row.ends_at, by.get(row.pk) or "") for row in rows]


@dataclass(frozen=True)
class Looked:
    """Somebody who looked at the case, and when last."""

    name: str
    at: datetime
    may_see: bool


def lately(case: Case, seers: Iterable[Seer]) -> list[Looked]:
    """Who looked at the case last, the newest first; each once.

    Args:
        seers: those who can open it now.
    """
    saw = [name for name, kind in KINDS.items() if kind.group == "saw"]
    newest: dict[UUID, datetime] = {}
    rows = ledger.history(case.id).filter(kind__in=saw).order_by("-seq").values_list("actor", "recorded_at")
    for actor, at in rows[:200]:
        newest.setdefault(actor, at)
    names = dict(User.objects.filter(id__in=list(newest)[:LATELY]).values_list("id", "name"))
    may = {one.user.id for one in seers}
    return [Looked(names.get(who, "Somebody"), newest[who], who in may) for who in list(newest)[:LATELY]]


def workers(but: set[User]) -> list[User]:
    """Active officers and managers, without some."""
    found = User.objects.filter(is_active=True, role__in=_WORKERS).order_by("name", "id")
    return [user for user in found if user not in but]


def everybody(but: set[User]) -> list[User]:
    """All active members of staff, without some: whoever works here may have to be kept out."""
    return [user for user in User.objects.filter(is_active=True).order_by("name", "id") if user not in but]


# --- Looking again at who may see a case -----------------------------------------------------------------


def reviews_due(user: User, today: date) -> list[tuple[Case, date]]:
    """The cases whose access their manager must look at again, each with the day on which that was due."""
    return reviews_among(access.managed_by(user), today)


def reviews_among(found: QuerySet[Case], today: date) -> list[tuple[Case, date]]:
    """The same of these cases; three queries, for however many.

    Restrictions, exclusions and grants are looked at so many days after they were made or last looked at
    (`Organisation.access_review_days`).
    """
    days = timedelta(days=Organisation.current().access_review_days)
    latest = today - days
    old_grants = grants_due(latest).filter(content_object=OuterRef("pk"))
    old_exclusions = exclusions_due(latest).filter(case=OuterRef("pk"))
    wanted = Q(restricted=True, restriction_reviewed_on__lte=latest)
    wanted |= Q(Exists(old_grants)) | Q(Exists(old_exclusions))
    cases = {case.id: case for case in found.filter(wanted)}
    oldest: dict[UUID, date] = {
        case.id: case.restriction_reviewed_on
        for case in cases.values()
        if case.restricted and case.restriction_reviewed_on
    }
    looked = [
        *exclusions_due(latest).filter(case__in=cases).values_list("case_id", "made_at", "reviewed_on"),
        *grants_due(latest)
        .filter(content_object__in=cases)
        .values_list("content_object_id", "made_at", "reviewed_on"),
    ]
    for case_id, made_at, reviewed_on in looked:
        day = reviewed_on or timezone.localdate(made_at)
        oldest[case_id] = min(day, oldest.get(case_id, day))
    return sorted(
        ((cases[one], day + days) for one, day in oldest.items()), key=lambda one: (one[1], one[0].reference)
    )


def next_review(case: Case) -> date | None:
    """The day on which who may see the case must be looked at again; None where there is nothing to."""
    rows: list[Any] = [*grants(case), *case.exclusions.filter(ended_at=None)]
    days = [row.reviewed_on or timezone.localdate(row.made_at) for row in rows]
    if case.restricted and case.restriction_reviewed_on:
        days.append(case.restriction_reviewed_on)
    if not days:
        return None
    return min(days) + timedelta(days=Organisation.current().access_review_days)


def _last_looked(latest: date) -> Q:
    """Made on that day or earlier and never looked at since, or looked at on that day or earlier."""
    return Q(reviewed_on__lte=latest) | Q(reviewed_on=None, made_at__date__lte=latest)


def grants_due(latest: date) -> QuerySet[CaseUserPermission]:
    """The live grants that nobody has looked at since a day."""
    live = CaseUserPermission.objects.filter(permission__codename=access.GRANT, ends_at__gt=Now())
    return live.filter(_last_looked(latest))


def exclusions_due(latest: date) -> QuerySet[Exclusion]:
    """The exclusions that hold and that nobody has looked at since a day."""
    return Exclusion.objects.filter(_last_looked(latest), ended_at=None)


def emergencies_to_review(user: User) -> QuerySet[TimedAccess]:
    """Emergency access of others that no manager of the case has looked at yet; the oldest first."""
    found = TimedAccess.objects.filter(
        kind=access.EMERGENCY, reviewed_at=None, case__in=access.managed_by(user)
    ).exclude(user=user)
    return found.select_related("case", "user").order_by(F("begun_at"))
