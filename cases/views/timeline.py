"""The timeline of a case: a manager sees who looked, the others what was done."""

import re

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cases import access, timeline
from cases.forms.timeline import TimelineFilterForm
from cases.views import page


def _before(request: HttpRequest) -> int | None:
    """The number of the entry that the page begins under; None for the newest page and for junk."""
    text = request.GET.get("before", "")
    return int(text) if re.fullmatch("[1-9][0-9]{0,17}", text) else None


def _older(request: HttpRequest, before: int | None) -> str:
    """The address of the next page, with the same filters."""
    if before is None:
        return ""
    query = request.GET.copy()
    query["before"] = str(before)
    return f"?{query.urlencode()}"


@require_safe
def case_timeline(request: HttpRequest, reference: str) -> HttpResponse:
    """What happened, newest first."""
    case = page.fetch(request, reference, "timeline")
    with_views = access.can(page.user(request), "see_views", case)
    people = timeline.actors(case, with_views=with_views)
    form = TimelineFilterForm(request.GET or None, people=people, with_views=with_views)
    chosen, before = form.chosen(), _before(request)

    def context() -> dict[str, object]:
        marks = timeline.flags(case) if with_views else {}
        found = timeline.read(case, chosen, with_views=with_views, marks=marks, before=before)
        who = (
            before is None
            and set(chosen) <= {"kind"}
            and chosen.get("kind", [timeline.SAW]) == [timeline.SAW]
        )
        return {
            "lookers": timeline.lookers(case, marks) if with_views and who else None,
            "form": form,
            "days": found.days,
            "older": _older(request, found.older),
            "chosen": chosen,
            "with_views": with_views,
            "first": before is None,
        }

    return page.show(request, case, "case_timeline", "cases/timeline.html", context, what="timeline")
