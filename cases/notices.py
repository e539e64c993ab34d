"""What somebody must be told at once: rows that the actions of this floor write, and My work shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from cases import access as policy
from cases.models import Case, Exclusion, Notice, TimedAccess, User


def tell(
    kind: str,
    people: Iterable[User],
    *,
    now: datetime,
    case: Case | None = None,
    about: User | None = None,
    access: TimedAccess | None = None,
) -> None:
    """Leave a notice for each of the people, inside the caller's transaction.

    Args:
        kind: one of `Notice.Kind`.
        now: aware.
        about: whose doing it was.
        access: the timed access that it tells of.
    """
    rows = [
        Notice(user=user, kind=kind, case=case, about=about, access=access, made_at=now) for user in people
    ]
    Notice.objects.bulk_create(rows)


def tell_of_sign_in(person: User) -> None:
    """Tell the governance leads that an administrator can now sign in as somebody, inside the transaction.

    Whoever administers could take over an officer's account: somebody else must know and ask.
    """
    leads = User.objects.filter(role=User.Role.GOVERNANCE, is_active=True).exclude(id=person.id)
    tell(Notice.Kind.SIGN_IN_OPENED, leads, now=timezone.now(), about=person)


def unseen(user: User) -> QuerySet[Notice]:
    """What the user has not marked as seen, the newest first; of a case that is hidden from them, nothing.

    A governance lead is told of a case where nobody else could be (`staff.to_tell`): they may know of it.
    """
    found = Notice.objects.filter(user=user, seen_at=None)
    if user.role == User.Role.GOVERNANCE:
        out = Exclusion.objects.filter(user=user, ended_at=None, case=OuterRef("case_id"))
        found = found.filter(Q(case=None) | ~Q(Exists(out)))
    else:
        found = found.filter(Q(case=None) | Q(case__in=policy.visible_to(user)))
    return found.select_related("case", "about", "access").order_by("-made_at", "id")


@dataclass(frozen=True)
class Told:
    """A notice as My work shows it."""

    notice: Notice
    words: str
    href: str
    link: str

    @property
    def by(self) -> str:
        """Whose doing it was, where the words do not say so already."""
        name = self.notice.about.name if self.notice.about else ""
        return "" if self.words.startswith(name) else name


_WORDS: dict[str, str] = {
    Notice.Kind.EMERGENCY_ACCESS: "{who} has used emergency access to {case}",
    Notice.Kind.EMERGENCY_REFUSED: "{who} is kept out of {case} and has tried to open it",
    Notice.Kind.PURPOSE_ACCESS: "{who} has stated a purpose for looking at {case}",
    Notice.Kind.POSSIBLE_DUPLICATE: (
        "{who}{teams} has recorded people in another case who may be those of {case}. Talk to them"
    ),
    Notice.Kind.HANDED_ON: "{case} is yours now",
    Notice.Kind.TWO_STEP_RESET: "Your two-step sign-in was set back",
    Notice.Kind.SIGN_IN_OPENED: (
        "{who}: an administrator has set back how they sign in. Ask them whether they asked for it"
    ),
}


def told(user: User, most: int) -> list[Told]:
    """The newest notices of the user as My work shows them; as many queries for many as for one."""
    found = list(unseen(user).prefetch_related("about__teams")[:most])
    cases = {one.case_id for one in found if one.case_id}
    managed = (
        set(policy.managed_by(user).filter(id__in=cases).values_list("id", flat=True)) if cases else set()
    )
    return [_told(user, one, manages=one.case_id in managed) for one in found]


def _told(user: User, notice: Notice, *, manages: bool) -> Told:
    who = notice.about.name if notice.about else "Somebody"
    teams = ", ".join(team.name for team in notice.about.teams.all()) if notice.about else ""
    words = _WORDS[notice.kind].format(
        who=who, case=notice.case or "a case", teams=f" ({teams})" if teams else ""
    )
    if notice.case is None:
        return Told(notice, words, "", "")
    reference = notice.case.reference
    if user.role == User.Role.GOVERNANCE and not manages:
        return Told(
            notice, words, f"{reverse('purpose')}?reference={reference}", "State a purpose to look at it"
        )
    if manages and notice.access and notice.kind == Notice.Kind.EMERGENCY_ACCESS:
        address = reverse("emergency_access_review", args=[notice.access_id])
        return Told(notice, words, address, "Look at what they did")
    if notice.kind in (Notice.Kind.HANDED_ON, Notice.Kind.POSSIBLE_DUPLICATE):
        return Told(notice, words, reverse("case", args=[reference]), f"Open {reference}")
    return Told(notice, words, reverse("case_access", args=[reference]), f"Who can see {reference}")


def mark_seen(user: User, notice: UUID) -> bool:
    """Put a notice of the user away. False where there is no such notice for them."""
    return bool(unseen(user).filter(id=notice).count()) and bool(
        Notice.objects.filter(id=notice, user=user, seen_at=None).update(seen_at=timezone.now())
    )
