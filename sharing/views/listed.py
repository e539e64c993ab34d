"""What the two pages that are lists share (who needs to know, what to share): how one is left."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect

from sharing import actions, journey, rules
from sharing.views.desk import CHANGED, Desk, changed_elsewhere, in_short, keep, mark_page
from sharing.views.journey import address

Problems = list[tuple[str, str]]
"""Each the id of a place on the page, and what is wrong there."""


@dataclass(frozen=True)
class ListPage:
    """A list of the journey.

    `anchor`: the id of its heading. `empty`: nothing is in it. `open_questions`: what is not answered.
    `place`: the id beside which a stop stands. `draw`: the page with its problems.
    """

    step: journey.Step
    anchor: str
    empty: Callable[[Desk], bool]
    open_questions: Callable[[Desk], Problems]
    place: Callable[[Desk, rules.Finding], str]
    draw: Callable[[Desk, Problems], HttpResponse]


def stops_of(desk: Desk, step: journey.Step) -> list[rules.Finding]:
    """The stops that belong to a page."""
    return [finding for _, finding in journey.stops_on(step, desk.sheet, journey.stops_so_far(desk.sheet))]


def visit(desk: Desk, page: ListPage) -> HttpResponse:
    """The list or, where something was sent, what comes after it."""
    if desk.request.method == "POST":
        return _leave(desk, page)
    # What stands against one entry is said on its own page; what no entry has, here, once the list was saved.
    found = _against(desk, page) if journey.saved(page.step, desk.sheet) else []
    return page.draw(desk, [(place, in_short(one)) for place, one in found if not one.subjects])


def _against(desk: Desk, page: ListPage) -> list[tuple[str, rules.Finding]]:
    return [(page.place(desk, one), one) for one in stops_of(desk, page.step)]


def _leave(desk: Desk, page: ListPage) -> HttpResponse:
    """Mark a list as done and go on, or show what is still to be answered. "Later" goes on in any case."""
    later = "later" in desk.request.POST
    problems = [] if later else page.open_questions(desk)
    if not problems:
        try:
            desk = keep(desk, mark_page(page.step.slug, done=not page.empty(desk)))
        except actions.DraftChanged:
            return page.draw(changed_elsewhere(desk), [(page.anchor, CHANGED)])
        problems = [] if later else [(place, in_short(one)) for place, one in _against(desk, page)]
    if problems:
        return page.draw(desk, problems)
    if later:
        return redirect("draft", desk.draft.id)
    return redirect(address(desk, journey.next_step(page.step.slug, desk.sheet)))
