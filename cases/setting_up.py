"""How far set-up is: its parts, and what each still misses. A copy goes live once none misses anything.

A part is answered on one page; those of CONFIRMED are complete once somebody has saved that page, the others
once what they keep is there.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied

from cases.models import Agency, Organisation, Policy, Team, User

CONFIRMED = ("organisation", "notice", "document", "risk", "timers", "hours", "urgent")
PARTS = ("organisation", "policies", *CONFIRMED[1:], "agencies", "teams", "people")
"""In the order in which they are asked."""
_NEEDED = (
    (User.Role.OFFICER, "an officer in a team"),
    (User.Role.MANAGER, "a manager in a team"),
    (User.Role.GOVERNANCE, "an information governance lead"),
)
_IN_TEAMS = frozenset({User.Role.OFFICER, User.Role.MANAGER})


class NotLive(PermissionDenied):
    """Set-up is not finished: no case can be opened yet."""


def require_live() -> None:
    """Refuse until the copy has gone live.

    Raises:
        NotLive: it has not.
    """
    if not live():
        raise NotLive("Set-up is not finished")


def live() -> bool:
    """Whether cases can be opened: set-up was complete once."""
    return Organisation.objects.filter(id=1, live_since__isnull=False).exists()


def missing(organisation: Organisation) -> dict[str, list[str]]:
    """What each part still misses, in words; an empty list: it is complete. A few queries."""
    found = {
        part: [] if part in organisation.set_up else ["Nobody has answered this yet"] for part in CONFIRMED
    }
    found |= {"policies": _policies(), "agencies": _agencies(), "teams": _teams(), "people": _people()}
    return {part: found[part] for part in PARTS}


def complete(found: Mapping[str, Iterable[str]]) -> bool:
    """Whether no part misses anything."""
    return not any(list(lines) for lines in found.values())


def _policies() -> list[str]:
    return [] if Policy.objects.filter(active=True).exists() else ["Add at least one policy or procedure"]


def _agencies() -> list[str]:
    offered = Agency.objects.filter(active=True)
    return [] if any(one.secure_methods for one in offered) else ["Record the secure route of an agency"]


def _teams() -> list[str]:
    return [] if Team.objects.exists() else ["Add at least one team"]


def _people() -> list[str]:
    staff: Any = User.objects.filter(is_active=True)
    placed = staff.filter(membership__isnull=False)
    return [
        f"Add {words}"
        for role, words in _NEEDED
        if not (placed if role in _IN_TEAMS else staff).filter(role=role).exists()
    ]
