"""The chronology: what happened, on one line of time; its own lines are added and changed here."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases import chronology, chronology_actions
from cases.forms.chronology import ChronologyFilterForm, ConcernForm
from cases.models import Case
from cases.views import page

SECTION, OLDEST = "case_chronology", "oldest"


def _turned(chosen: dict[str, Any], *, oldest_first: bool) -> str:
    """The address of the same line in the other order."""
    turned = chosen if oldest_first else chosen | {"order": OLDEST}
    return f"?{urlencode(turned, doseq=True)}"


@require_safe
def case_chronology(request: HttpRequest, reference: str) -> HttpResponse:
    """The line, newest first or oldest first."""
    case, user = page.fetch(request, reference), page.user(request)
    form = ChronologyFilterForm(request.GET or None)
    chosen, oldest_first = form.chosen(), request.GET.get("order") == OLDEST

    def context() -> dict[str, Any]:
        events = chronology.read(case, user, kinds=chosen.get("kind", ()))
        return {
            "form": form,
            "chosen": chosen,
            "years": chronology.by_year(events, oldest_first=oldest_first),
            "count": len(events),
            "escalation": chronology.escalation(case, timezone.localdate()),
            "oldest_first": oldest_first,
            "turned": _turned(chosen, oldest_first=oldest_first),
        }

    return page.show(request, case, SECTION, "cases/chronology.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def case_concern_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Add something that happened."""
    case, by = page.fetch(request, reference, "work"), page.user(request)
    form = ConcernForm(page.posted(request))
    if form.is_valid() and page.saved(
        request,
        form,
        lambda key: chronology_actions.add_concern(by=by, case=case, values=form.values(), request_key=key),
        "Added to the chronology.",
    ):
        return redirect(SECTION, case.reference)
    return _page(request, case, form, "Add to the chronology")


@require_http_methods(["GET", "HEAD", "POST"])
def case_concern_change(request: HttpRequest, reference: str, concern: UUID) -> HttpResponse:
    """Change what is recorded of it."""
    case, by = page.fetch(request, reference, "work"), page.user(request)
    found = get_object_or_404(case.concerns.select_related("case"), id=concern)
    form, seen, saved = page.change(
        request,
        found,
        lambda: ConcernForm(page.posted(request), initial=ConcernForm.initial_of(found)),
        lambda form, key: chronology_actions.change_concern(
            by=by, concern=found, values=form.values(), request_key=key
        ),
        "Chronology changed.",
    )
    if saved:
        return redirect(SECTION, case.reference)
    return _page(request, case, form, "Change the chronology", seen)


def _page(request: HttpRequest, case: Case, form: ConcernForm, heading: str, seen: str = "") -> HttpResponse:
    back = reverse(SECTION, args=[case.reference])
    context = {"form": form, "heading": heading, "seen": seen, "back": back}
    return page.show(request, case, SECTION, "cases/concern.html", context)
