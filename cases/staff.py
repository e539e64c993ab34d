"""Who may see a case and why, and whom its manager may choose from."""

from cases import access, actions
from cases.models import Case, Exclusion, User

_WORKERS = (User.Role.OFFICER, User.Role.MANAGER)


def exclusions(case: Case) -> list[Exclusion]:
    """The exclusions that hold now, the newest first."""
    return list(case.exclusions.filter(ended_at=None).select_related("user", "case").order_by("-made_at"))


def who_may_see(case: Case, excluded: list[Exclusion]) -> list[tuple[User, str]]:
    """The people who can open the case now, each with why (access.py says the same of one user).

    Args:
        excluded: the exclusions that hold now.
    """
    out = {one.user_id for one in excluded}
    managers = case.team.members.filter(role=User.Role.MANAGER).order_by("name")
    reasons: dict[User, list[str]] = {case.owner: ["Owner"]}
    for user in actions.granted_users(case):
        reasons.setdefault(user, []).append("Given the case")
    for user in managers:
        reasons.setdefault(user, []).append("Manager of the team")
    return [
        (user, ", ".join(why))
        for user, why in reasons.items()
        if user.id not in out and access.works_on_cases(user)
    ]


def workers(but: set[User]) -> list[User]:
    """Active officers and managers, without some."""
    found = User.objects.filter(is_active=True, role__in=_WORKERS).order_by("name", "id")
    return [user for user in found if user not in but]


def everybody(but: set[User]) -> list[User]:
    """All active members of staff, without some: whoever works here may have to be kept out."""
    return [user for user in User.objects.filter(is_active=True).order_by("name", "id") if user not in but]
