"""The sharing page of a case: what was decided, what is being decided, when to decide."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from cases.views import page
from sharing import access, lists

NEWEST = 100


@require_http_methods(["GET", "HEAD"])
def case_sharing(request: HttpRequest, reference: str) -> HttpResponse:
    """Decisions and drafts of a case, newest first."""
    case = page.fetch(request, reference)
    decisions = access.decisions_of(case).select_related("by")[:NEWEST]
    drafts = (
        access.drafts_for(page.user(request))
        .filter(case=case)
        .select_related("started_by")
        .order_by("-saved_at")
    )
    context = {
        "decisions": [(one, lists.label("outcome", one.outcome)) for one in decisions],
        "drafts": list(drafts),
    }
    return page.show(request, case, "case_sharing", "sharing/case.html", context)
