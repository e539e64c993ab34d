"""The register of disclosures and the record of processing, to read and as files."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from audit import sheets
from cases import step_up
from cases.models import Organisation
from cases.views.page import uuid_of
from sharing import access, register, report_actions
from sharing.forms.register import RegisterForm
from sharing.log_columns import agency_names

TITLES: dict[str, tuple[str, ...]] = {
    "disclosures": register.TITLES,
    "processing": register.PROCESSING_TITLES,
}


@require_safe
def disclosures(request: HttpRequest) -> HttpResponse:
    """What was sent in a quarter, newest first."""
    user = access.require_log(request.user)
    form = RegisterForm(request.GET or None)
    found, names = register.disclosures(user, form.period()), agency_names()
    rows, last = register.page(found, uuid_of(request.GET.get("after")))
    page = {
        "heading": "Register of disclosures",
        "file": "register_csv",
        "rows": [_row(register.TITLES, register.cells(one, names)) for one in rows],
        "titles": register.TITLES,
        "older": f"?{urlencode([*_kept(request), ('after', str(last))])}" if last else "",
        "first": f"?{urlencode(_kept(request))}" if "after" in request.GET else "",
    }
    return render(request, "sharing/register.html", page | _frame(request, form, "register"))


@require_safe
def processing(request: HttpRequest) -> HttpResponse:
    """What information was processed for in a quarter."""
    user = access.require_log(request.user)
    form = RegisterForm(request.GET or None)
    titles = register.PROCESSING_TITLES
    cells = _activities(user, form)
    page = {"rows": [_row(titles, one) for one in cells], "titles": titles}
    more = {
        "heading": "Record of processing",
        "file": "processing_csv",
        "organisation": Organisation.current(),
    }
    return render(request, "sharing/processing.html", page | more | _frame(request, form, "processing"))


@require_POST
def register_csv(request: HttpRequest, what: str) -> HttpResponseBase:
    """One of the two as a file; that it leaves is entered before its first row does."""
    user = access.require_log(request.user)
    if not step_up.is_fresh(request):
        return step_up.ask(request)
    form = RegisterForm(request.GET or request.POST or None)
    period = form.period()
    if what == "disclosures":
        found = register.disclosures(user, period)
        count, rows = found.count(), register.rows(found)
    else:
        listed = _activities(user, form)
        count, rows = len(listed), iter(listed)
    report_actions.export_register(by=user, what=what, filters=register.filters(period), rows=count)
    response = StreamingHttpResponse(_lines(TITLES[what], rows), content_type="text/csv; charset=utf-8")
    name = f"{what}-{timezone.localdate():%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(titles: tuple[str, ...], rows: Iterable[list[str]]) -> Iterable[bytes]:
    yield sheets.head("csv", titles)
    for row in rows:
        yield sheets.rows("csv", titles, [row])


def _activities(user: Any, form: RegisterForm) -> list[list[str]]:
    about, names = register.subjects(user), agency_names()
    return [register.activity_cells(one, about, names) for one in register.processing(user, form.period())]


def _row(titles: Iterable[str], cells: Iterable[str]) -> list[tuple[str, str]]:
    return list(zip(titles, cells, strict=True))


def _frame(request: HttpRequest, form: RegisterForm, current: str) -> dict[str, Any]:
    return {"form": form, "period": form.period(), "kept": _kept(request), "current": current}


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """The quarter of this page, for the links and the form of the page."""
    chosen = RegisterForm(request.GET or None).chosen().get("quarter")
    return [("quarter", chosen)] if chosen else []
