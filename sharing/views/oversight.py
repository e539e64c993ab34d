"""Who took what out: every export, report, stated purpose, emergency access and check of the log."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sharing import log_page, oversight
from sharing.forms.oversight import OversightForm


@require_safe
def oversight_list(request: HttpRequest) -> HttpResponse:
    """What was done, newest first. Who and when; never which case."""
    reader = oversight.require_reader(request.user)
    form = OversightForm(request.GET or None)
    chosen = form.chosen()
    person = UUID(chosen["person"]) if "person" in chosen else None
    part = oversight.page(reader, chosen.get("kind", ""), person, request.GET.get("place", ""))
    shown = {
        "form": form,
        "lines": part.lines,
        "newer": log_page.query(request, place=part.before) if part.before else "",
        "older": log_page.query(request, place=part.after) if part.after else "",
    }
    return render(request, "sharing/oversight.html", shown)
