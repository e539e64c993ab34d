"""The information governance lead's decision log, and its file."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases import step_up
from sharing import access, actions, log
from sharing.forms.log import LogFilterForm


@require_safe
def logs(request: HttpRequest) -> HttpResponse:
    """Show the decisions of a period, newest first."""
    user = access.require_log(request.user)
    form = LogFilterForm(request.GET or None)
    filters = form.filters()
    found = log.decisions(user, filters)
    headings = [heading for heading, _ in log.COLUMNS]
    shown = log.page(found, request.GET.get("before", ""))
    page = {
        "form": form,
        "narrowed": form.is_bound and (form.errors or set(form.chosen()) - {"period"}),
        "period": filters["period"],
        "count": found.count(),
        "headings": headings,
        "rows": [list(zip(headings, log.cells(line), strict=True)) for line in log.lines(shown.rows)],
        "next": f"?{_query(request, before=shown.before)}" if shown.before else "",
        "first": f"{request.path}?{_query(request)}" if "before" in request.GET else "",
        "kept": _kept(request),
    }
    return render(request, "sharing/log.html", page)


def _query(request: HttpRequest, **more: str) -> str:
    """The filters of this page as an address holds them, without where in the list it is."""
    return urlencode([*_kept(request), *more.items()], errors="replace")


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.GET.lists() for value in values if name != "before"]


@require_POST
def log_csv(request: HttpRequest) -> HttpResponseBase:
    """Send the decisions of a period as a file; that it leaves is entered before its first row does.

    The filters are fields of the form: what is kept of it through proving again who one is has no query.
    """
    user = access.require_log(request.user)
    if not step_up.is_fresh(request):
        return step_up.ask(request)
    filters = LogFilterForm(request.GET or request.POST or None).filters()
    ids = log.snapshot(log.decisions(user, filters))
    actions.export_log(by=user, filters=_plain(filters), rows=len(ids))
    response = StreamingHttpResponse(log.csv_lines(ids), content_type="text/csv; charset=utf-8")
    name = f"decision-log-{timezone.localdate():%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _plain(filters: dict[str, Any]) -> dict[str, str]:
    period: log.Period = filters["period"]
    days = {"since": str(period.since or ""), "until": str(period.until or "")}
    return days | {name: value for name, value in filters.items() if name != "period"}
