"""The information that is held about a case, each piece with where it came from."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from cases import actions, choices
from cases.banner import called
from cases.fields import drawing
from cases.forms.information import InformationForm
from cases.models import Case, InformationItem
from cases.views import page


def _shown(case: Case, item: InformationItem) -> dict[str, Any]:
    people = {str(person.id): called(person) for person in case.people.all()}
    return {
        "item": item,
        "nature": choices.label("nature", item.nature),
        "about": [people[one] for one in map(str, item.about) if one in people],
    }


@require_safe
def case_information(request: HttpRequest, reference: str) -> HttpResponse:
    """Every item."""
    case = page.fetch(request, reference)
    return page.show(
        request,
        case,
        "case_information",
        "cases/information.html",
        lambda: {"items": [_shown(case, item) for item in case.information.all()]},
    )


def _draft(request: HttpRequest) -> str:
    """The draft that sent us here, as it goes into an address; empty where there is none."""
    found = page.uuid_of(request.GET.get("draft"))
    return str(found) if found else ""


def _onward(case: Case, draft: str) -> HttpResponseRedirect:
    """Back to the draft's own page of items, or to the list."""
    if draft:
        return HttpResponseRedirect(f"/drafts/{draft}/items/")
    return redirect("case_information", case.reference)


@require_http_methods(["GET", "HEAD", "POST"])
def information_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Record a piece of information; `?draft=` leads back to a draft."""
    case = page.fetch(request, reference, "work")
    with drawing():
        form = InformationForm(page.posted(request), people=list(case.people.all()))
    by = page.user(request)
    if form.is_valid() and page.saved(
        request,
        form,
        lambda key: actions.add_information(by=by, case=case, values=form.values(), request_key=key),
        "Information added.",
    ):
        return _onward(case, _draft(request))
    context = {"form": form, "heading": "Add information", "back": _onward(case, _draft(request)).url}
    return page.show(request, case, "case_information", "cases/information_item.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def information_change(request: HttpRequest, reference: str, item: UUID) -> HttpResponse:
    """Change what is recorded of an item; `?draft=` leads back to a draft."""
    case = page.fetch(request, reference, "work")
    found = get_object_or_404(case.information.select_related("case"), id=item)
    by, people = page.user(request), list(case.people.all())
    form, seen, saved = page.change(
        request,
        found,
        lambda: InformationForm(
            page.posted(request), initial=InformationForm.initial_of(found), people=people
        ),
        lambda form, key: actions.change_information(
            by=by, item=found, values=form.values(), request_key=key
        ),
        "Information changed.",
    )
    if saved:
        return _onward(case, _draft(request))
    context = {"form": form, "seen": seen, "heading": "Change information"}
    context["back"] = _onward(case, _draft(request)).url
    return page.show(request, case, "case_information", "cases/information_item.html", context)
