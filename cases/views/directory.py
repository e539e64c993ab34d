"""The administrator's pages of the directory: teams, and agencies with their secure routes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from cases import account_actions
from cases.forms.directory import AgencyForm, ChangeAgencyForm, TeamForm
from cases.models import Agency, Team
from cases.views.staff import administrator, done, page, posted


@page
def teams(request: HttpRequest) -> HttpResponse:
    """The teams, and adding one."""
    by = administrator(request)
    form = TeamForm(posted(request))
    if done(form, lambda: account_actions.add_team(by=by, name=form.cleaned_data["name"])):
        messages.success(request, "The team is added.")
        return redirect("teams")
    rows = Team.objects.prefetch_related("members")
    return render(request, "cases/accounts/teams.html", {"form": form, "teams": rows})


@page
def agencies(request: HttpRequest) -> HttpResponse:
    """The agency directory, and adding one."""
    by = administrator(request)
    form = AgencyForm(posted(request))
    if done(form, lambda: account_actions.add_agency(by=by, name=form.cleaned_data["name"])):
        messages.success(request, "The agency is added.")
        return redirect("agencies")
    context = {"form": form, "agencies": Agency.objects.order_by("-active", "name")}
    return render(request, "cases/accounts/agencies.html", context)


@page
def agency_change(request: HttpRequest, code: str) -> HttpResponse:
    """Rename an agency, or take it off the list that is offered."""
    by = administrator(request)
    agency = get_object_or_404(Agency, code=code)
    form = ChangeAgencyForm(posted(request), initial=ChangeAgencyForm.start(agency))

    def save() -> None:
        active = form.cleaned_data["active"] == "yes"
        account_actions.change_agency(by=by, agency=agency, name=form.cleaned_data["name"], active=active)

    if done(form, save):
        messages.success(request, "Saved.")
        return redirect("agencies")
    return render(request, "cases/accounts/agency.html", {"form": form, "agency": agency})
