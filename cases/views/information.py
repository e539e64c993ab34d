"""The information that is held about a case, each piece with where it came from."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import actions, choices, panels
from cases.acting import ChangedMeanwhileError
from cases.banner import called
from cases.checking import Clock
from cases.fields import Altered, drawing
from cases.forms.information import InformationFilterForm, InformationForm
from cases.models import Agency, Case, InformationItem
from cases.views import page

LOOK_AGAIN = "Somebody changed this information meanwhile. Read it again before you say that it is right"


def _due(item: InformationItem, clock: Clock) -> bool:
    """Whether to check an item before relying on it: what is historical tells of its own day alone."""
    return not item.historical and clock.is_old(item.checked_on or item.dated)


def _came(item: InformationItem, agencies: dict[str, str]) -> str:
    """Who gave it to us; nothing for our own information."""
    if not item.received_from and (item.received_on or item.answers):
        return "an agency that is not in the list"
    return agencies.get(item.received_from) or choices.label("unlisted_agency", item.received_from)


def _shown(
    case: Case,
    item: InformationItem,
    agencies: dict[str, str],
    requests: dict[Any, panels.Request],
    clock: Clock,
) -> dict[str, Any]:
    people = {str(person.id): called(person) for person in case.people.all()}
    return {
        "item": item,
        "nature": choices.label("nature", item.nature),
        "about": [people[one] for one in map(str, item.about) if one in people],
        "came_from": _came(item, agencies),
        "answers": requests.get(item.answers),
        "ago": clock.ago(item.checked_on) if item.checked_on else "",
        "due": _due(item, clock),
        "seen": page.version(item),
    }


def _chosen(item: InformationItem, chosen: dict[str, Any], clock: Clock) -> bool:
    about = "about" not in chosen or chosen["about"] in map(str, item.about)
    return about and ("check" not in chosen or _due(item, clock))


def _list(request: HttpRequest, case: Case) -> dict[str, Any]:
    form = InformationFilterForm(request.GET or None, people=list(case.people.all()))
    chosen, clock = form.chosen(), Clock.now()
    agencies = dict(Agency.objects.values_list("code", "name"))
    items = list(case.information.all())
    # Most cases have no information that answers a request: then none is read.
    asked = panels.requests(case) if any(one.answers for one in items) else []
    requests = {one.id: one for one in asked}
    return {
        "filter": form,
        "chosen": chosen,
        "items": [
            _shown(case, one, agencies, requests, clock) for one in items if _chosen(one, chosen, clock)
        ],
        "total": len(items),
    }


@require_safe
def case_information(request: HttpRequest, reference: str) -> HttpResponse:
    """The items, all of them or those that a filter chooses."""
    case = page.fetch(request, reference)
    return page.show(
        request, case, "case_information", "cases/information.html", lambda: _list(request, case)
    )


def _checked(request: HttpRequest, item: InformationItem) -> str:
    """Say that an item was checked today; what stands in the way, or an empty text."""
    by, today = page.user(request), timezone.localdate()
    # A second click finds it checked today: the page that it comes from is older than that.
    if item.checked_on != today and request.POST.get("seen", "") != page.version(item):
        return LOOK_AGAIN
    try:
        page.save(
            request,
            lambda key: actions.check_information(by=by, item=item, day=today, request_key=key),
            "Checked today, still right.",
        )
    except ChangedMeanwhileError:
        return LOOK_AGAIN
    except Altered:
        return page.NOT_SAVED
    return ""


@require_POST
def information_checked(request: HttpRequest, reference: str, item: UUID) -> HttpResponse:
    """Say that an item was checked today and is still right, as it was shown."""
    case = page.fetch(request, reference, "work")
    found = get_object_or_404(case.information.select_related("case"), id=item)
    if problem := _checked(request, found):
        messages.warning(request, problem)
    return HttpResponseRedirect(
        f"{reverse('case_information', args=[case.reference])}#information-{found.id}"
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
        people, requests = list(case.people.all()), panels.requests(case)
        form = InformationForm(page.posted(request), people=people, requests=requests)
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
    by, people, requests = page.user(request), list(case.people.all()), panels.requests(case)
    form, seen, saved = page.change(
        request,
        found,
        lambda: InformationForm(
            page.posted(request),
            initial=InformationForm.initial_of(found),
            people=people,
            requests=requests,
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
