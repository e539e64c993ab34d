"""Who may open a draft or a decision: the policy of its case (`cases.access`), and for drafts less still."""

from contextlib import suppress
from functools import cache
from uuid import UUID, uuid4

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from cases import access
from cases.models import Case, Exclusion, Membership, Organisation, User
from sharing import missing
from sharing.models import Advice, AdviceAnswer, Agreement, Asked, Decision, Draft, Incident, Typing
from sharing.rules import advice as advice_rules

WITHDRAWN = "withdrawn"
"""The outcome of a question for advice that was taken back."""


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
    found = _drafts().filter(id=draft_id).first()
    if found:
        missing.keep(found.case, vars(found)[missing.NAME])
    return found


@cache
def _drafts() -> QuerySet[Draft]:
    """The query of a draft and of what its pages need, composed once: composing takes longer than asking."""
    # Most drafts have no typing that waits: asked along, it costs their pages no query of its own.
    typing = Exists(Typing.objects.filter(draft=OuterRef("id")))
    # So has its advice: most cases have none.
    asked = Exists(Advice.objects.filter(case=OuterRef("case_id")))
    # And whether an agency has asked us for anything in its case.
    asked_us = Exists(Asked.objects.filter(case=OuterRef("case_id")))
    found = Draft.objects.select_related("case")
    # The banner's line of what is missing comes along too.
    lacks = {missing.NAME: missing.column("case_id")}
    return found.annotate(has_typing=typing, has_advice=asked, has_asked=asked_us, **lacks, **_settings())


_SETTINGS = tuple(field.attname for field in Organisation._meta.concrete_fields)


def _settings() -> dict[str, Subquery]:
    """The organisation's settings as columns that come with a draft, so that they cost no query either."""
    row = Organisation.objects.filter(id=1)
    return {f"organisation_{name}": Subquery(row.values(name)) for name in _SETTINGS}


def organisation_with(draft: Draft) -> Organisation:
    """The organisation's settings as they were when the draft was read."""
    if not hasattr(draft, "organisation_id"):
        return Organisation.current()
    if draft.organisation_id is None:
        return Organisation()
    return Organisation(**{name: getattr(draft, f"organisation_{name}") for name in _SETTINGS})


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


def case_of_decision(reference: str) -> UUID | None:
    """The id of a decision's case, for a governance lead who names the decision; None where there is none."""
    return Decision.objects.filter(reference=reference).values_list("case_id", flat=True).first()


def decisions_of(case: Case) -> QuerySet[Decision]:
    """A case's decisions, newest first; the caller has fetched the case for its user."""
    return Decision.objects.filter(case=case).order_by("-recorded_at", "-id")


def fetch_decision(user: User | AnonymousUser, reference: str) -> Decision:
    """The decision with this reference, for somebody who may see its case.

    Raises:
        Http404: no such decision, or not for this user: the same for both.
    """
    # What a hidden decision is asked, none is asked too: their answers take as long.
    case_id = case_of_decision(reference)
    if not access.can(user, "view", Case(id=case_id or uuid4())):
        raise access.Hidden(case_id)
    related = Decision.objects.select_related("case__team", "case__owner", "by")
    decision = related.annotate(**{missing.NAME: missing.column("case_id")}).get(reference=reference)
    missing.keep(decision.case, vars(decision)[missing.NAME])
    return decision


def require_log(user: User | AnonymousUser) -> User:
    """The user, where they are an information governance lead.

    Raises:
        Http404: otherwise.
    """
    return access.require_role(user, User.Role.GOVERNANCE)


def require_log_reader(user: User | AnonymousUser) -> User:
    """The user, where they may read a decision log: a governance lead all of it, a manager their own teams'.

    Raises:
        Http404: otherwise.
    """
    return access.require_role(user, User.Role.GOVERNANCE, User.Role.MANAGER)


def require_governance(user: User | AnonymousUser) -> User:
    """The user, where they may keep the sharing agreements: an information governance lead.

    Raises:
        Http404: otherwise.
    """
    return access.require_role(user, User.Role.GOVERNANCE)


def newest_agreements(chosen: str | None = None) -> QuerySet[Agreement]:
    """The newest version of every sharing agreement, ended ones too. They name nobody.

    Args:
        chosen: the id of a version that a draft names, which comes with them though it may be replaced.
    """
    versions = Agreement.objects.filter(series=OuterRef("series")).order_by("-version")
    wanted = Q(version=Subquery(versions.values("version")[:1]))
    if chosen and (key := _uuid(chosen)):
        wanted |= Q(id=key)
    return Agreement.objects.filter(wanted).order_by("name", "series", "version")


def agreement_of(chosen: str | None) -> Agreement | None:
    """The version that a draft's answers name, or None where they name none."""
    key = _uuid(chosen) if chosen else None
    return Agreement.objects.filter(id=key).first() if key else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def versions_of(user: User | AnonymousUser, series: UUID) -> list[Agreement]:
    """Every version of an agreement, newest first, for the governance lead.

    Raises:
        Http404: no such agreement, or not for this user: the same for both.
    """
    require_governance(user)
    found = list(Agreement.objects.filter(series=series).select_related("by").order_by("-version"))
    if not found:
        raise Http404
    return found


# --- information that reached the wrong person ----------------------------------------------------


def incidents_for(user: User | AnonymousUser) -> QuerySet[Incident]:
    """The incidents that a governance lead answers: of every case but those they are shut out of.

    Raises:
        Http404: the user is none.
    """
    lead = require_log(user)
    shut_out = Exclusion.objects.filter(user=lead, ended_at=None).values("case_id")
    return Incident.objects.exclude(case__in=shut_out)


def require_incident(user: User | AnonymousUser, incident: Incident, *, to_answer: bool = False) -> None:
    """Refuse unless the user is a governance lead who is not shut out, or, to read it, may see its case.

    Raises:
        Http404: otherwise.
    """
    if not to_answer and access.can(user, "view", incident.case):
        return
    try:
        answers = incidents_for(user).filter(id=incident.id).exists()
    except Http404:
        answers = False
    if not answers:
        raise access.Hidden(incident.case_id)


def fetch_incident(user: User | AnonymousUser, reference: str) -> Incident:
    """The incident with this reference, for somebody who may read it.

    Raises:
        Http404: no such incident, or not for this user: the same for both.
    """
    related = ("case__team", "case__owner", "by", "decision", "disclosure")
    incident = Incident.objects.select_related(*related).filter(reference=reference).first()
    if incident is None:
        # What a hidden incident is asked, none is asked too: their answers take as long.
        with suppress(access.Hidden):
            require_incident(user, Incident(id=uuid4(), case=Case(id=uuid4())))
        raise access.Hidden(None)
    require_incident(user, incident)
    return incident


# --- advice ---------------------------------------------------------------------------------------


def advisers_for(user: User, case: Case) -> QuerySet[User]:
    """The colleagues whom the user may ask about a case: nobody shut out of it, and not themselves.

    The case's team comes first, its managers before its officers, then the governance leads and the rest.
    """
    shut_out = Exclusion.objects.filter(case=case, ended_at=None).values("user_id")
    found = User.objects.filter(is_active=True, role__in=advice_rules.ROLES.values())
    near = Exists(Membership.objects.filter(user=OuterRef("pk"), team=case.team_id))
    ordered = found.annotate(near=near).order_by("-near", "role", "name", "id")
    return ordered.exclude(id=user.id).exclude(id__in=shut_out)


def advice_asked_of(user: User | AnonymousUser) -> QuerySet[Advice]:
    """The questions that somebody reads as their adviser, without access to the case.

    For as long as they work here, also once they have answered. What was taken back is gone for them, and so
    is everything of a case that they are shut out of.
    """
    if not isinstance(user, User):
        return Advice.objects.none()
    here = User.objects.filter(id=user.id, is_active=True, role__in=advice_rules.ROLES.values())
    shut_out = Exclusion.objects.filter(user=user, ended_at=None).values("case_id")
    taken_back = AdviceAnswer.objects.filter(advice=OuterRef("pk"), outcome=WITHDRAWN)
    return Advice.objects.filter(~Exists(taken_back), adviser__in=here).exclude(case__in=shut_out)


def taken_back_from(user: User | AnonymousUser, reference: str) -> bool:
    """Whether a question was taken back that somebody was asked: what they typed meanwhile is theirs to keep.

    Whoever is shut out of its case, or works here no more, is told nothing of it.
    """
    if not isinstance(user, User):
        return False
    here = User.objects.filter(id=user.id, is_active=True)
    shut_out = Exclusion.objects.filter(user=user, ended_at=None).values("case_id")
    asked = Advice.objects.filter(reference=reference, adviser__in=here, answers__outcome=WITHDRAWN)
    return asked.exclude(case__in=shut_out).exists()


def require_advice(
    user: User | AnonymousUser, advice: Advice, *, to_answer: bool = False
) -> frozenset[access.What]:
    """Refuse unless the user is the adviser, or, to read it, may see the case; what they may do with that.

    Args:
        to_answer: a colleague who was asked answers alone; for somebody outside, whoever works on the case
            writes down what they said.

    Raises:
        Http404: otherwise.
    """
    held = access.rights(user, advice.case)
    asked = advice_asked_of(user).filter(id=advice.id).exists()
    if to_answer and not (asked or (advice.adviser_id is None and "follow" in held)):
        raise access.Hidden(advice.case_id)
    if not (asked or "view" in held):
        raise access.Hidden(advice.case_id)
    return held


def may_answer(user: User | AnonymousUser, advice: Advice) -> bool:
    """Whether the user may write the answer to a question now."""
    try:
        require_advice(user, advice, to_answer=True)
    except access.Hidden:
        return False
    return True


def fetch_advice(user: User | AnonymousUser, reference: str) -> Advice:
    """The question with this reference, for somebody who may read it.

    Raises:
        Http404: no such question, or not for this user: the same for both.
    """
    related = ("case__team", "case__owner", "by", "adviser")
    advice = Advice.objects.select_related(*related).filter(reference=reference).first()
    if advice is None:
        # What a hidden question is asked, none is asked too: their answers take as long.
        with suppress(access.Hidden):
            require_advice(user, Advice(id=uuid4(), case=Case(id=uuid4())))
        raise access.Hidden(None)
    require_advice(user, advice)
    return advice
