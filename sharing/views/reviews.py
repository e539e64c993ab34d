"""The managers' queue, and the page on which a manager reads a decision and says what they make of it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_safe

from cases import access as case_access
from cases.banner import banner
from cases.fields import drawing
from cases.models import User
from cases.views import page
from sharing import access, actions, after, judged, lists, review_actions, reviewing
from sharing.forms.reviews import JudgeForm
from sharing.models import Decision, ManagerReview
from sharing.views.decisions import page_of

OWN = "You made this decision, so another manager reviews it."
RECORDED = "Recorded. Whoever decided it reads it on the page of the decision."
TABS = (("", "To review"), ("waiting", "Waiting"), ("done", "Done"))
EMPTY = {"": "All reviewed.", "waiting": "Nothing waits for an answer.", "done": "Nothing was reviewed yet."}


@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """What waits for this manager, what they wait for, what was said. References, no names of people."""
    manager = case_access.require_role(request.user, User.Role.MANAGER)
    showing = request.GET.get("tab", "")
    showing = showing if showing in EMPTY else ""
    to_review, awaited = reviewing.tabs(manager)
    done = reviewing.said(manager)
    counts = {"": len(to_review), "waiting": len(awaited), "done": done.count()}
    shown: dict[str, Any] = {
        "tabs": [_tab(code, words, counts[code], code == showing) for code, words in TABS],
        "heading": dict(TABS)[showing],
        "showing": showing,
        "empty": EMPTY[showing],
        "now": timezone.now(),
    }
    if showing == "done":
        return render(request, "sharing/reviews.html", shown | _done(done, request.GET.get("before", "")))
    listed = awaited if showing else to_review
    lines, more = listed[: reviewing.SHOWN], len(listed) - reviewing.SHOWN
    return render(request, "sharing/reviews.html", shown | {"lines": lines, "more": more})


def _tab(code: str, words: str, count: int, current: bool) -> dict[str, Any]:
    href = f"{reverse('reviews')}?tab={code}" if code else reverse("reviews")
    return {"words": words, "count": count, "href": href, "current": current}


def _done(found: Any, before: str) -> dict[str, Any]:
    """A page of what was said, by key: `before` names the last line of the page before."""
    at, _, key = before.partition("_")
    moment, last = _moment(at), page.uuid_of(key)
    if moment and last:
        found = found.filter(Q(recorded_at__lt=moment) | Q(recorded_at=moment, id__lt=last))
    rows = list(found.select_related("decision", "case", "by")[: reviewing.PAGE + 1])
    shown, more = rows[: reviewing.PAGE], len(rows) > reviewing.PAGE
    return {
        "said": [(row, judged.tag(row.outcome), reviewing.risk_tags(row.decision)) for row in shown],
        "next": f"?tab=done&before={_key(shown[-1])}" if more else "",
    }


def _key(row: ManagerReview) -> str:
    return f"{row.recorded_at:%Y-%m-%dT%H:%M:%S.%fZ}_{row.id}"


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
        # At the ends of the calendar a moment of another zone has none of ours.
        return found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


# --- one decision ---------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def review_of(request: HttpRequest, reference: str) -> HttpResponse:
    """A decision with its guards and its history, and what the manager says of it."""
    found = access.fetch_decision(request.user, reference)
    user = page.user(request)
    case_access.require(user, "approve", found.case)
    own = found.by_id == user.id
    form = JudgeForm(page.posted(request))
    if request.method == "POST" and own:
        messages.warning(request, OWN)
        return redirect("review_of", reference)
    if form.is_valid() and _judged(request, found, form):
        return redirect("reviews")
    with review_actions.see_to_review(by=user, decision=found) as may, drawing():
        shown = evidence(found, user, may)
        frame = {
            "banner": banner(found.case, may),
            "case": found.case,
            "own": own,
            "why": _why(found),
            "form": form if not own and (form.is_bound or not shown["after"]["follower"]) else None,
            "seen": str(reviewing.mark(found)),
            "request_key": page.fresh_key(request),
        }
        return render(request, "sharing/review_of.html", shown | frame)


def evidence(found: Decision, user: User, may: frozenset[Any]) -> dict[str, Any]:
    """What the pages of a decision that is judged show of it: all of it, in short first, and its history."""
    shown = page_of(found)
    said = shown["said"]
    followed = after.what_followed(found, user, said)
    return shown | {
        "short": judged.in_short(said) if said else [],
        "after": followed,
        "judged_before": judged.cards(judged.read(found.follows)) if found.follows else [],
        "risk": reviewing.risk_tags(found),
        "learning": judged.learning(found, user, may) if followed["learned"] else [],
        "may": may,
    }


def _why(found: Decision) -> tuple[reviewing.Line, ...]:
    """Why it is here, and by when, where it waits for a manager or for an answer to one."""
    return tuple(reviewing.of(found))


def _judged(request: HttpRequest, found: Decision, form: JudgeForm) -> bool:
    """Whether what the manager says is recorded now; if not, the form says why and keeps what was typed."""

    def action(key: UUID | None) -> object:
        return review_actions.judge(
            by=page.user(request), decision=found, values=form.values(), seen=_seen(request), request_key=key
        )

    try:
        return page.saved(request, form, action, RECORDED)
    except actions.AlreadyFollowed as refused:
        form.add_error(None, FOLLOWED.format(refused.by.reference))
    except review_actions.SaidMeanwhile:
        form.add_error(None, _meanwhile(found))
    return False


FOLLOWED = (
    "Decision {} took the place of this one while you had it open. What you wrote is not recorded: "
    "copy what you need, and review that one"
)
LOOKED_AT = (
    "Somebody looked at this decision again while you had it open. Read it under “Looked at again”, "
    "then press again"
)


def _meanwhile(found: Decision) -> str:
    """What was said of it since the page was opened."""
    newest = found.manager_reviews.select_related("by").order_by("-recorded_at").first()
    looked = found.reviews.order_by("-recorded_at").first()
    if newest is None or (looked and looked.recorded_at > newest.recorded_at):
        return LOOKED_AT
    words = lists.label("manager_outcome", newest.outcome)
    return (
        f"{newest.by.name} has reviewed this decision already while you had it open: “{words}”. Read it "
        "under “What managers said”. If you still want to record yours, press again"
    )


def _seen(request: HttpRequest) -> int:
    """How much the page had shown when it was opened; what nobody typed counts as nothing."""
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
