"""The administrator's pages of the directory: teams, and agencies with their secure routes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases import choices, opaque, setup_actions
from cases.forms.directory import AgencyForm, ChangeAgencyForm, TeamForm
from cases.models import Agency, Team
from cases.views.staff import administrator, done, page, posted


@page
def teams(request: HttpRequest) -> HttpResponse:
    """The teams, and adding one."""
    by = administrator(request)
    form = TeamForm(posted(request))
    if done(form, lambda: setup_actions.add_team(by=by, name=form.cleaned_data["name"])):
        messages.success(request, "The team is added.")
        return redirect("teams")
    rows = Team.objects.prefetch_related("members")
    return render(request, "cases/accounts/teams.html", {"form": form, "teams": rows})


@page
def agencies(request: HttpRequest) -> HttpResponse:
    """The agency directory, and adding one."""
    by = administrator(request)
    form = AgencyForm(posted(request))
    if done(form, lambda: setup_actions.add_agency(by=by, name=form.cleaned_data["name"])):
        messages.success(request, "The agency is added.")
        return redirect("agencies")
    rows = [(one, _route(one)) for one in Agency.objects.order_by("-active", "name")]
    return render(request, "cases/accounts/agencies.html", {"form": form, "agencies": rows})


def _route(agency: Agency) -> str:
    """The ways by which an agency receives information safely, in words."""
    return ", ".join(choices.label("method", code) for code in agency.secure_methods)


@page
def agency_change(request: HttpRequest, code: str) -> HttpResponse:
    """Change an agency: its name, its secure route, whether it is offered."""
    by = administrator(request)
    agency = opaque.find(Agency.objects.all(), code)
    form = ChangeAgencyForm(posted(request), initial=ChangeAgencyForm.start(agency))
    if done(form, lambda: setup_actions.change_agency(by=by, agency=agency, values=form.values())):
        messages.success(request, "Saved.")
        return redirect("agencies")
    return render(request, "cases/accounts/agency.html", {"form": form, "agency": agency})
