"""The list of cases, opening one, its overview, and the case's own answers."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cases import access, actions, listing, overview
from cases.banner import RISK_COLOURS, names, risk_words
from cases.fields import drawing
from cases.forms.cases import CaseFilterForm, CaseForm
from cases.models import Case, User
from cases.views import page


def _worker(request: HttpRequest) -> User:
    """An officer or a manager; for everybody else the page does not exist."""
    return access.require_role(page.user(request), User.Role.OFFICER, User.Role.MANAGER)


def _row(case: Case) -> dict[str, Any]:
    return {
        "case": case,
        "name": names(case),
        "risk": risk_words(case.risk_level),
        "risk_colour": RISK_COLOURS.get(case.risk_level, "grey"),
    }


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """The cases that the user may open, newest first."""
    user = _worker(request)
    form = CaseFilterForm(request.GET or None)
    chosen = form.chosen()
    found = listing.read(user, chosen, request.GET.get("at"))

    def to(place: str) -> str:
        return f"?{urlencode(chosen | {'at': place})}" if place else ""

    with actions.see_list(by=user, cases=found.cases), drawing():
        context = {
            "form": form,
            "rows": [_row(case) for case in found.cases],
            "chosen": chosen,
            "newer": to(found.newer),
            "older": to(found.older),
        }
        return render(request, "cases/cases.html", context)


@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """The overview."""
    found = page.fetch(request, reference)
    return page.show(
        request, found, "case", "cases/case.html", lambda: overview.context(found, page.user(request))
    )


@require_http_methods(["GET", "HEAD", "POST"])
def case_change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change when the concern was identified, and privacy information."""
    found = page.fetch(request, reference, "work")
    by = page.user(request)
    form, seen, saved = page.change(
        request,
        found,
        lambda: CaseForm(page.posted(request), initial=CaseForm.initial_of(found)),
        lambda form, key: actions.change_case(by=by, case=found, values=form.values(found), request_key=key),
        "Case changed.",
    )
    if saved:
        return redirect("case", found.reference)
    context = {"form": form, "seen": seen, "heading": "Change the case"}
    context["back"] = reverse("case", args=[found.reference])
    return page.show(request, found, "case", "cases/case_change.html", context)
