"""The action that moves a case to another team, to an owner there."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from cases import access, events, notices, staff
from cases.acting import ready, settle, write
from cases.models import Case, Membership, Notice, Team, User

NOT_OF_TEAM = "Choose an officer or a manager of that team who is active"
KEPT_OUT = "This person is kept out of the case. Choose somebody else"
MOVED_MEANWHILE = "Somebody else changed the team or the owner at the same time. Look at the case again first"
NO_NAMED_MANAGER = (
    "This case is restricted, and no manager of that team would be named who can open it. "
    "Choose a manager of that team, or lift the restriction first"
)


def places(besides: Team) -> QuerySet[Membership]:
    """Everybody who could own a case in another team, by team and name."""
    workers = (User.Role.OFFICER, User.Role.MANAGER)
    found = Membership.objects.filter(user__is_active=True, user__role__in=workers).exclude(team=besides)
    return found.select_related("team", "user").order_by("team__name", "user__name", "id")


def move_case(
    *, by: User, case: Case, team: Team, owner: User, reason: str = "", request_key: UUID | None = None
) -> None:
    """Move a case to another team; its owner is of that team from then on, and is told.

    Raises:
        django.core.exceptions.ValidationError: the owner is not of that team, works on no cases or is kept
            out of this one, no named manager would remain who can open a restricted case, or somebody else
            changed team or owner.
    """
    now = timezone.now()
    content = {"was_team": case.team.name, "team": team.name, "was": case.owner.name, "name": owner.name}
    content |= {"user": str(owner.id), "reason": reason}
    sealed = events.seal("case.moved", content, case=case, by=by, now=now, request_key=request_key)
    before = (case.team_id, case.owner_id)
    ready(case, by)

    def save() -> None:
        _may_own(owner, team, case)
        settle(case, {})
        if (case.team_id, case.owner_id) != before:
            raise ValidationError(MOVED_MEANWHILE)
        case.team, case.owner = team, owner
        case.save(update_fields=["team", "owner"])
        if case.restricted and not staff.named_managers(case).exists():
            raise ValidationError(NO_NAMED_MANAGER)
        if owner != by:
            notices.tell(Notice.Kind.HANDED_ON, [owner], now=now, case=case, about=by)

    write(sealed, save, by=by, what="manage_access", case=case)


def _may_own(owner: User, team: Team, case: Case) -> None:
    fresh = User.objects.get(id=owner.id)
    if not access.works_on_cases(fresh) or not Membership.objects.filter(user=fresh, team=team).exists():
        raise ValidationError(NOT_OF_TEAM)
    if case.exclusions.filter(user=fresh, ended_at=None).exists():
        raise ValidationError(KEPT_OUT)
