"""What the two pages that are lists share (who needs to know, what to share): how one is left."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect

from sharing import actions, journey, rules
from sharing.views.desk import CHANGED, Desk, changed_elsewhere, keep, mark_page
from sharing.views.journey import address

Problems = list[tuple[str, str]]
"""Each the id of a place on the page, and what is wrong there."""


@dataclass(frozen=True)
class ListPage:
    """A list of the journey.

    `anchor`: the id of its heading. `empty`: nothing is in it. `open_questions`: what is not answered.
    `against`: the stops. `draw`: the page with its problems.
    """

    step: journey.Step
    anchor: str
    empty: Callable[[Desk], bool]
    open_questions: Callable[[Desk], Problems]
    against: Callable[[Desk], Problems]
    draw: Callable[[Desk, Problems], HttpResponse]


def stops_of(desk: Desk, step: journey.Step) -> list[rules.Finding]:
    """The stops that belong to a page."""
    return [finding for _, finding in journey.stops_on(step, desk.sheet, journey.stops_so_far(desk.sheet))]


def leave(desk: Desk, page: ListPage) -> HttpResponse:
    """Mark a list as done and go on, or show what is still to be answered. "Later" goes on in any case."""
    later = "later" in desk.request.POST
    problems = [] if later else page.open_questions(desk)
    if not problems:
        try:
            desk = keep(desk, mark_page(page.step.slug, done=not page.empty(desk)))
        except actions.DraftChanged:
            return page.draw(changed_elsewhere(desk), [(page.anchor, CHANGED)])
        problems = [] if later else page.against(desk)
    if problems:
        return page.draw(desk, problems)
    if later:
        return redirect("draft", desk.draft.id)
    return redirect(address(desk, journey.next_step(page.step.slug, desk.sheet)))
