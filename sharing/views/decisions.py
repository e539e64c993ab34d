"""A recorded decision: all of it, what serves each rule, and whether it is still what was recorded."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from audit import chain
from cases.banner import banner
from cases.models import Case, User
from cases.panels import Row
from sharing import access, actions, after, display, judged, lists, paper, projection, request_page
from sharing.due import COMPLETION
from sharing.emergency import standing
from sharing.models import Decision

MATCHES = "Matches what was recorded. It was computed again when this was opened."
DIFFERS = "Does not match"
DESTROYED = (
    "The words of this case were destroyed under the retention schedule. "
    "The record and its receipt code still match."
)
OUTCOME_COLOURS = {
    "share_all": "green",
    "share_part": "turquoise",
    "do_not_share": "grey",
    "not_yet": "yellow",
}


@require_safe
def decision(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a recorded decision to somebody who may see its case."""
    found = access.fetch_decision(request.user, reference)
    assert isinstance(request.user, User)  # noqa: S101 - the line above refuses everybody else
    with actions.see_decision(by=request.user, decision=found) as may:
        shown = page_of(found)
        followed = after.what_followed(found, request.user, shown["said"])
        more: dict[str, Any] = {"banner": banner(found.case, may), "after": followed, "may": may}
        more["asking"] = request_page.offers(found, shown["said"])
        more["learning"] = judged.learning(found, request.user, may) if followed["learned"] else []
        return render(request, "sharing/decision.html", shown | more)


@require_GET
def decision_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The same on paper. What was altered is not put on paper: its page says what to do."""
    found = access.fetch_decision(request.user, reference)
    assert isinstance(request.user, User)  # noqa: S101 - the line above refuses everybody else
    if projection.check(found)[1]:
        return redirect("decision", reference)
    printed = f"{display.moment(timezone.now().isoformat())}, by {request.user.name}"
    with actions.print_decision(by=request.user, decision=found):
        page = page_of(found)
        more = {"printed": printed, "after": after.what_followed(found, request.user, page["said"])}
        made = paper.pdf(page | more, training=settings.DEMO)
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.reference}.pdf"'
    return response


def page_of(found: Decision) -> dict[str, Any]:
    """What the page and the paper show."""
    said, problem = projection.check(found)
    page: dict[str, Any] = {
        "decision": found,
        "tags": tags(found),
        "receipt": chain.receipt_code(bytes(found.entry_hash)),
        "decided": display.moment(found.decided_at.isoformat()),
        "recorded": display.moment(found.recorded_at.isoformat()),
        "problem": problem,
        "said": said,
        "integrity": DIFFERS if problem else MATCHES if said else DESTROYED,
    }
    return page | standing(found, timezone.now()) | (_record(said) if said else {})


def _record(said: dict[str, Any]) -> dict[str, Any]:
    return {
        "case_rows": display.case_rows(said),
        "emergency_rows": display.emergency_rows(said),
        "pages": display.pages(said),
        "recipients": display.recipient_cards(said),
        "included": display.item_cards(said, include=True),
        "withheld": display.item_cards(said, include=False),
        "rules": display.rules_served(said),
        "stops": display.findings(said, "stop"),
        "points": display.findings(said, "point"),
        "guidance": display.guidance(said),
        "lists_version": said["lists"],
    }


def tags(found: Decision) -> tuple[tuple[str, str], ...]:
    """What a list says of a decision at a glance: (words, colour)."""
    known = [(lists.label("outcome", found.outcome), OUTCOME_COLOURS.get(found.outcome, "grey"))]
    if found.emergency:
        # Its stops are no fault: they are what the completion asks.
        return (("Emergency share", "orange"), *known)
    known += [("Completes an emergency share", "blue")] if found.follows_as == COMPLETION else []
    known += [("Already shared", "orange")] if found.already_sent else []
    known += [("Recorded in spite of a stop", "red")] if found.stops else []
    return tuple(known)


def latest(case: Case, _user: User) -> list[Row]:
    """The decisions of a case, for its overview and its chronology."""
    return [
        Row(
            f"Decision {one.reference}", reverse("decision", args=[one.reference]), tags(one), one.recorded_at
        )
        for one in access.decisions_of(case)
    ]
