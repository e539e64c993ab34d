"""A manager's team: who works there, what each can see and why, and handing their cases on."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from cases import access, handing, sight
from cases.forms.handing import HandOnSomeForm
from cases.models import User
from cases.views.staff import page, posted


def _manager(request: HttpRequest) -> User:
    return access.require_role(request.user, User.Role.MANAGER)


@require_safe
def my_team(request: HttpRequest) -> HttpResponse:
    """The people of one's teams, with how many open cases each owns."""
    manager = _manager(request)
    context = {"colleagues": sight.colleagues(manager), "teams": sight.teams_of(manager)}
    return render(request, "cases/accounts/my_team.html", context)


@require_safe
def person_access(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """What somebody can see of the manager's cases, and why."""
    manager = _manager(request)
    person = get_object_or_404(User, id=person_id)
    context = {
        "person": person,
        "sight": sight.of(person, manager),
        "to_hand_on": person != manager and bool(handing.to_hand_on(manager, person)),
    }
    return render(request, "cases/accounts/person_access.html", context)


@page
def team_hand_on(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Hand on cases of somebody in one's team."""
    manager = _manager(request)
    person = get_object_or_404(User, id=person_id)
    cases = handing.to_hand_on(manager, person)
    if person == manager:
        raise Http404
    form = HandOnSomeForm(posted(request), places=handing.places_of(cases, but=person), cases=cases)
    if form.is_valid() and (said := _tried(form, manager, person)):
        messages.success(request, said)
        return redirect("person_access", person.id)
    return render(
        request, "cases/accounts/team_hand_on.html", {"form": form, "person": person, "cases": cases}
    )


def _tried(form: HandOnSomeForm, manager: User, person: User) -> str:
    """Hand on what is ticked; what to say of it, or nothing where the form says why not."""
    given = wanted = 0
    for team, to, cases in form.ticked():
        wanted += len(cases)
        try:
            given += handing.hand_on(by=manager, leaver=person, team=team, to=to, cases=cases)
        except ValidationError as error:
            form.add_error(f"team_{team.id}", error)
            return ""
    words = "1 case is handed on." if given == 1 else f"{given} cases are handed on."
    stayed = " Others stayed as they are: somebody else changed them." if given < wanted else ""
    return words + stayed
