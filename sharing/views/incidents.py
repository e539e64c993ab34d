"""What reached the wrong person: the governance lead's list with its clocks, and the record of each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases import access as case_access
from cases.fields import drawing
from cases.models import User
from cases.views import page
from sharing import access, after, after_actions
from sharing.forms.after import IncidentAnswerForm

SHOWN = 200


@require_safe
def incidents(request: HttpRequest) -> HttpResponse:
    """Those without an answer first, in the order of their clocks. References and times, no names."""
    listed = after.incidents_listed(access.incidents_for(request.user), timezone.now())
    return render(
        request, "sharing/incidents.html", {"incidents": listed[:SHOWN], "more": len(listed) - SHOWN}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def incident(request: HttpRequest, reference: str) -> HttpResponse:
    """What was reported, and the short record of Articles 33 and 34, which the governance lead makes."""
    found = access.fetch_incident(request.user, reference)
    user = page.user(request)
    answers = user.role == User.Role.GOVERNANCE
    form = IncidentAnswerForm(page.posted(request) if answers else None, incident=found)
    if form.is_valid() and page.saved(
        request,
        form,
        lambda key: after_actions.answer_incident(
            by=user, incident=found, values=form.values(), request_key=key
        ),
        "Recorded.",
    ):
        return redirect("incident", reference)
    with after_actions.see_incident(by=user, incident=found), drawing():
        rows, problem = after.incident_rows(found)
        shown = {
            "line": after.incident_line(found, timezone.now()),
            "rows": rows,
            "problem": problem,
            "answers": after.answer_cards(found),
            "form": form if answers else None,
            "may_answer": answers,
            "opens_case": case_access.can(user, "view", found.case),
            "request_key": page.fresh_key(request),
        }
        return render(request, "sharing/incident.html", shown | {"incident": found})
