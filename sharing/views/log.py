"""The decision log of governance leads and managers, and the views of it that they keep."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.models import User
from cases.views import page
from sharing import access, log, log_page, saved_views
from sharing.forms.log import ALL, LAST, LogFilterForm, ReferenceForm, SavedViewForm

NOT_SHARED = {"period": LAST, "outcome": log.NOTHING_SHARED, "risk": log.HIGH}
"""The view that everybody has: not shared, high risk, in the last full quarter."""
TOO_MANY = f"You keep {saved_views.MOST} views already. Remove one of them first"


@require_http_methods(["GET", "HEAD", "POST"])
def logs(request: HttpRequest) -> HttpResponse:
    """Show the decisions of a period, newest first; a reference to find is posted."""
    user = access.require_log_reader(request.user)
    finding = ReferenceForm(page.posted(request))
    if finding.is_valid():
        reference = finding.cleaned_data["find_reference"]
        return redirect(saved_views.address({"period": ALL, "reference": reference}))
    form = LogFilterForm(request.GET or None)
    found = log.decisions(user, form.filters())
    order, place = log_page.sort_of(request), request.GET.get("place", "")
    part = log.page(user, found, sort=order, place=place, size=form.size_chosen())
    columns = log_page.columns_of(form)
    shown = {
        "form": form,
        "forms": [finding],
        "finding": finding,
        "period": form.period_of(form.chosen()),
        "counted": log_page.counted(log.count(found)),
        "tags": log_page.tags(request, form),
        "headings": log_page.headings(request, columns),
        "rows": log_page.rows(log.lines(part.rows), columns),
        "sort": order,
        "newer": log_page.query(request, place=part.before) if part.before else "",
        "older": log_page.query(request, place=part.after) if part.after else "",
        "query": log_page.query(request),
        "views": saved_views.kept(user),
        "exports": user.role == User.Role.GOVERNANCE,
    }
    return render(request, "sharing/log.html", shown)


@require_safe
def not_shared(request: HttpRequest) -> HttpResponse:
    """The view that is there for everybody: its address always means the last full quarter."""
    access.require_log_reader(request.user)
    return redirect(saved_views.address(NOT_SHARED))


@require_http_methods(["GET", "HEAD", "POST"])
def log_views(request: HttpRequest) -> HttpResponse:
    """The user's own views, and keeping another: its filters stand in the address, or are sent along."""
    user = access.require_log_reader(request.user)
    given = request.POST if request.method == "POST" else request.GET
    filters, form = LogFilterForm(given or None), SavedViewForm(page.posted(request))
    chosen = log_page.plain(filters, given.get("sort", ""))
    if form.is_valid() and _kept(request, user, form, chosen):
        return redirect("log_views")
    shown: dict[str, Any] = {
        "form": form,
        "views": saved_views.kept(user),
        "keeping": bool(chosen) or request.method == "POST",
        "selected": filters.selected(),
        "hidden": saved_views.pairs(chosen),
        "request_key": page.fresh_key(request),
    }
    return render(request, "sharing/log_views.html", shown)


def _kept(request: HttpRequest, user: User, form: SavedViewForm, chosen: dict[str, Any]) -> bool:
    def keep(key: UUID | None) -> None:
        saved_views.keep(by=user, name=form.cleaned_data["name"], chosen=chosen, request_key=key)

    try:
        page.save(request, keep, "View kept.")
    except saved_views.TooMany:
        form.add_error("name", TOO_MANY)
        return False
    return True


@require_POST
def log_view_drop(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Remove one of the user's own views."""
    user = access.require_log_reader(request.user)
    if not saved_views.drop(by=user, view=view_id):
        raise Http404
    return redirect(reverse("log_views"))
