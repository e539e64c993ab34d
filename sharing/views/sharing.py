"""The sharing page of a case: what was decided, what is being decided, when to decide."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases.models import Case
from cases.views import page
from sharing import access, advice, after, asked, due, lists, request_list
from sharing.models import Decision
from sharing.views.decisions import tags

NEWEST = 100
CURRENT, SUPERSEDED, DRAFTS = "current", "superseded", "drafts"
TABS = {CURRENT: "Current", SUPERSEDED: "Superseded", DRAFTS: "Drafts"}
NONE = {CURRENT: "Nothing has been decided yet.", SUPERSEDED: "No decision has been superseded."}


@require_http_methods(["GET", "HEAD"])
def case_sharing(request: HttpRequest, reference: str) -> HttpResponse:
    """The decisions that count, those whose place another has taken, or the drafts; newest first."""
    case = page.fetch(request, reference)
    showing = request.GET.get("show", CURRENT)
    showing = showing if showing in TABS else CURRENT
    every = access.decisions_of(case)
    current = due.live(every)
    drafts = access.drafts_for(page.user(request)).filter(case=case)
    counts = {CURRENT: current.count(), DRAFTS: drafts.count()}
    counts[SUPERSEDED] = every.count() - counts[CURRENT]
    shown = current if showing == CURRENT else every.exclude(id__in=current.values("id"))
    context = {
        "tabs": _tabs(case, showing, counts),
        "showing": showing,
        "heading": f"{TABS[showing]} decisions",
        "none": NONE.get(showing, ""),
        "decisions": [] if showing == DRAFTS else _rows(shown),
        "requests": request_list.of_case(case, timezone.now()),
        "drafts": _drafts(drafts) if showing == DRAFTS else [],
        "asked": asked.of_case(case),
        "advice": advice.listed(advice.of_case(case), timezone.now()),
        "matched": list(
            access.decisions_for(page.user(request))
            .filter(case__matched_to=case)
            .select_related("case")
            .order_by("-recorded_at", "-id")[:NEWEST]
        ),
    }
    return page.show(request, case, "case_sharing", "sharing/case.html", context)


def _tabs(case: Case, showing: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    start = reverse("case_sharing", args=[case.reference])
    return [
        {
            "words": words,
            "href": start if name == CURRENT else f"{start}?show={name}",
            "current": name == showing,
            "count": counts[name],
        }
        for name, words in TABS.items()
    ]


def _rows(shown: Any) -> list[dict[str, Any]]:
    found: list[Decision] = list(
        shown.select_related("by", "follows").prefetch_related("followed_by")[:NEWEST]
    )
    left, now = due.left_in(found), timezone.now()
    return [_row(one, left[one.id], now) for one in found]


def _row(one: Decision, left: Any, now: Any) -> dict[str, Any]:
    followers = list(one.followed_by.all())
    return {
        "decision": one,
        "outcome": lists.label("outcome", one.outcome),
        "tags": [*tags(one)[1:], *after.tags(one, [] if followers else left, now)],
        "links": after.links(one, followers[0] if followers else None),
    }


def _drafts(drafts: Any) -> list[Any]:
    found = list(drafts.select_related("started_by", "follows").order_by("-saved_at")[:NEWEST])
    for draft in found:
        draft.follows_words = lists.label("follows_as", draft.follows_as)
    return found
