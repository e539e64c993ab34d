"""A recorded decision: all of it, what serves each rule, and whether it is still what was recorded."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit import chain
from cases.banner import banner
from cases.models import Case, User
from cases.panels import Row
from sharing import access, actions, display, lists, projection
from sharing.models import Decision

LATEST = 5
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
    actions.see_decision(by=request.user, decision=found)
    said, problem = projection.check(found)
    page = {
        "decision": found,
        "banner": banner(found.case),
        "tags": tags(found),
        "receipt": chain.receipt_code(bytes(found.entry_hash)),
        "decided": display.moment(found.decided_at.isoformat()),
        "recorded": display.moment(found.recorded_at.isoformat()),
        "problem": problem,
        "destroyed": not said,
    }
    return render(request, "sharing/decision.html", page | (_record(said) if said else {}))


def _record(said: dict[str, Any]) -> dict[str, Any]:
    return {
        "case_rows": display.case_rows(said),
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
    known += [("Already shared", "orange")] if found.already_sent else []
    known += [("Recorded in spite of a stop", "red")] if found.stops else []
    return tuple(known)


def latest(case: Case, _user: User) -> list[Row]:
    """The panel of a case's overview: its latest decisions."""
    return [
        Row(
            f"Decision {one.reference}", reverse("decision", args=[one.reference]), tags(one), one.recorded_at
        )
        for one in access.decisions_of(case)[:LATEST]
    ]
