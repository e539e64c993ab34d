"""My work: what somebody has started and decided, and the way to what their role does."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sharing import access, lists
from sharing.views.desk import actor

NEWEST = 10


@require_http_methods(["GET", "HEAD"])
def home(request: HttpRequest) -> HttpResponse:
    """References only: no name is shown here."""
    user = actor(request)
    drafts = access.drafts_for(user).filter(started_by=user).select_related("case").order_by("-saved_at")[:50]
    decisions = (
        access.decisions_for(user).filter(by=user).select_related("case").order_by("-recorded_at")[:NEWEST]
    )
    return render(
        request,
        "sharing/home.html",
        {
            "drafts": list(drafts),
            "decisions": [(one, lists.label("outcome", one.outcome)) for one in decisions],
            "works_on_cases": user.role in (user.Role.OFFICER, user.Role.MANAGER),
        },
    )
