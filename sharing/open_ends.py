"""What of sharing still stands open in a case, and is to be finished before the case is closed."""

from collections.abc import Iterator

from django.urls import reverse

from cases.models import Case, User
from cases.open_ends import OpenEnd
from sharing import access, advice, asked, due, requests
from sharing.models import Decision, Draft, Incident, Request
from sharing.rules.requests import CLOSED


def of_sharing(case: Case, user: User) -> list[OpenEnd]:
    """Drafts, requests, what is not sent or completed; wrong recipients without an answer go on afterwards.

    Args:
        user: whoever asks. A draft of somebody else is named, with no address for whom it does not open.
    """
    decisions = list(due.live(Decision.objects.filter(case=case)).order_by("recorded_at"))
    return [
        *_drafts(case, user),
        *_to_complete(decisions, case),
        *_to_send(decisions),
        *_requests(case),
        *asked.open_ends(case),
        *advice.open_ends(case),
        *_incidents(case),
    ]


def _drafts(case: Case, user: User) -> Iterator[OpenEnd]:
    mine = set(access.drafts_for(user).filter(case=case).values_list("id", flat=True))
    for draft in Draft.objects.filter(case=case, recorded_at=None).select_related("started_by"):
        href = reverse("draft", args=[draft.id]) if draft.id in mine else ""
        if draft.follows_as == due.COMPLETION:
            words = f"Complete the emergency share: draft {draft.reference}, begun by {draft.started_by}"
        else:
            words = f"Record or discard the draft {draft.reference}, begun by {draft.started_by}"
        yield OpenEnd(words, href, blocks=True)


def _to_complete(decisions: list[Decision], case: Case) -> Iterator[OpenEnd]:
    """Emergency shares without a draft that completes them: with one, the draft is named."""
    begun = set(
        Draft.objects.filter(case=case, recorded_at=None, follows_as=due.COMPLETION).values_list(
            "follows_id", flat=True
        )
    )
    for one in decisions:
        if one.emergency and one.id not in begun:
            words = f"Complete the emergency share {one.reference}"
            yield OpenEnd(words, reverse("decision", args=[one.reference]), blocks=True)


def _to_send(decisions: list[Decision]) -> Iterator[OpenEnd]:
    left = due.left_in(decisions)
    for one in decisions:
        if left[one.id]:
            words = f"Decision {one.reference}: record what was sent, or that nothing more will be"
            yield OpenEnd(words, reverse("decision_sent", args=[one.reference]), blocks=True)


def _requests(case: Case) -> Iterator[OpenEnd]:
    """A closed case is chased by nobody: closing it would end what a blanket refusal can never end."""
    for one in requests.standing(Request.objects.filter(case=case)).exclude(state=CLOSED):
        words = f"Close the request {one.reference}, or go on with it"
        yield OpenEnd(words, reverse("request", args=[one.reference]), blocks=True)


def _incidents(case: Case) -> Iterator[OpenEnd]:
    for one in Incident.objects.filter(case=case, answers=None).order_by("report_by"):
        words = f"Wrong person: the governance lead has not answered {one.reference} yet"
        yield OpenEnd(words, reverse("incident", args=[one.reference]), blocks=False)
