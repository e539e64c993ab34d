"""The link of a reminder: it leads its owner to the page that it is about."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from sharing import reminders


@require_safe
def task(request: HttpRequest, reference: str) -> HttpResponse:
    """On to the page, for whom the reminder is and while they may know of it; a 404 for anybody else."""
    return redirect(reminders.page_of(request.user, reference))
