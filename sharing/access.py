"""Who may open a draft or a decision: the policy of its case (`cases.access`), and for drafts less still."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from cases import access
from cases.models import Case, User
from sharing.models import Decision, Draft


def drafts_for(user: User | AnonymousUser) -> QuerySet[Draft]:
    """The drafts not recorded yet that the user may go on with: their own, and a manager their team's."""
    if not isinstance(user, User):
        return Draft.objects.none()
    mine = Q(started_by=user)
    if user.role == User.Role.MANAGER:
        mine |= Q(case__team__in=user.teams.values("id"))
    return Draft.objects.filter(mine, recorded_at=None, case__in=access.visible_to(user))


def stored_draft(draft_id: UUID) -> Draft | None:
    """The draft as it is now, or None where there is none; whoever uses it asks `require_draft` too."""
    related = ("case__team", "case__owner", "started_by")
    return Draft.objects.select_related(*related).filter(id=draft_id).first()


def fetch_draft(user: User | AnonymousUser, draft_id: UUID) -> Draft:
    """The draft, recorded or not, for somebody who may go on with it.

    Raises:
        Http404: no such draft, or not for this user: the same for both.
    """
    draft = stored_draft(draft_id)
    if draft is None:
        raise access.Hidden(None)
    require_draft(user, draft)
    return draft


def require_draft(user: User | AnonymousUser, draft: Draft) -> None:
    """Refuse unless the user started the draft or manages the case's team, and may work on the case now.

    Raises:
        Http404: otherwise.
    """
    held = access.rights(user, draft.case)
    mine = draft.started_by_id == getattr(user, "id", None)
    if "work" not in held or not (mine or "manage_access" in held):
        raise access.Hidden(draft.case_id)


def decisions_for(user: User | AnonymousUser) -> QuerySet[Decision]:
    """The decisions of the cases that the user may know of."""
    return Decision.objects.filter(case__in=access.visible_to(user))


def decisions_of(case: Case) -> QuerySet[Decision]:
    """A case's decisions, newest first; the caller has fetched the case for its user."""
    return Decision.objects.filter(case=case).order_by("-recorded_at", "-id")


def fetch_decision(user: User | AnonymousUser, reference: str) -> Decision:
    """The decision with this reference, for somebody who may see its case.

    Raises:
        Http404: no such decision, or not for this user: the same for both.
    """
    decision = (
        Decision.objects.select_related("case__team", "case__owner", "by").filter(reference=reference).first()
    )
    if decision is None:
        raise access.Hidden(None)
    access.require(user, "view", decision.case)
    return decision


def require_log(user: User | AnonymousUser) -> User:
    """The user, where they are an information governance lead.

    Raises:
        Http404: otherwise.
    """
    return access.require_role(user, User.Role.GOVERNANCE)
