"""Putting away what somebody has been told."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from cases import notices
from cases.views import page


@require_POST
def notice_seen(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark a notice as seen. Of somebody else's, and of none, there is no such page."""
    if not notices.mark_seen(page.user(request), notice_id):
        raise Http404
    return redirect("home")
