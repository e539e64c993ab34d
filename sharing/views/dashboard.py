"""The dashboard of managers and governance leads: six charts, their tables and files, and what is overdue."""

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from audit import sheets
from cases.models import User
from sharing import access, dashboard, dashboard_actions, dashboard_page
from sharing import overdue as overdue_list
from sharing.forms.dashboard import DashboardForm
from sharing.rules.terms import day_of


def _form(user: User, chosen: QueryDict) -> DashboardForm:
    return DashboardForm(chosen or None, teams=dashboard.teams_of(user), today=timezone.localdate())


def _figures(user: User, form: DashboardForm) -> dashboard.Figures:
    return dashboard.read(dashboard.scope(user, form.team_id()), form.shown())


@require_safe
def dashboard_view(request: HttpRequest) -> HttpResponse:
    """Show the six charts of a period."""
    user = access.require_log_reader(request.user)
    form = _form(user, request.GET)
    figures = _figures(user, form)
    page = {
        "form": form,
        "figures": figures,
        "few": figures.decisions < dashboard_page.LEAST,
        "charts": dashboard_page.charts_of(figures),
        "team": form.team_named(),
        "of_all": user.role == User.Role.GOVERNANCE,
        "kept": form.kept(),
    }
    return render(request, "sharing/dashboard.html", page)


@require_POST
def dashboard_csv(request: HttpRequest) -> HttpResponse:
    """Send the figures of one chart as a file; that they leave is entered before."""
    user = access.require_log_reader(request.user)
    form = _form(user, request.POST)
    figures = _figures(user, form)
    found = {chart.code: chart for chart in dashboard_page.charts_of(figures)}
    chart = found.get(request.POST.get("chart", "outcome"))
    if chart is None:
        raise Http404
    days = {"since": str(figures.period.since), "until": str(figures.period.until)}
    dashboard_actions.export_dashboard(by=user, chart=chart.code, filters=form.kept() | days)
    response = HttpResponse(_csv(chart), content_type="text/csv; charset=utf-8")
    name = f"dashboard-{chart.code}-{figures.period.since:%Y%m%d}-{figures.period.until:%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv(chart: dashboard_page.Chart) -> bytes:
    cells = [[str(cell) for cell in row] for row in chart.rows]
    return sheets.head("csv", chart.headings) + sheets.rows("csv", chart.headings, cells)


@require_safe
def dashboard_overdue(request: HttpRequest, age: str) -> HttpResponse:
    """Show the decisions that a bar of the overdue reviews counts."""
    user = access.require_log_reader(request.user)
    form, now = _form(user, request.GET), timezone.now()
    how_old = dashboard_page.AGE.get(age)
    if how_old is None:
        raise Http404
    days = dashboard_page.due_between(how_old, day_of(now))
    found = overdue_list.overdue(dashboard.scope(user, form.team_id()), *days, now)
    page = {
        "rows": found,
        "more": len(found) == overdue_list.MOST,
        "age": how_old.words,
        "team": form.team_named(),
        "of_all": user.role == User.Role.GOVERNANCE,
    }
    return render(request, "sharing/dashboard_overdue.html", page)
