"""Somebody leaves: the administrator shuts them out and hands on their cases, and sees numbers alone."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from cases import account_actions, handing
from cases.forms.handing import HandOnForm
from cases.models import User
from cases.views.staff import administrator, done, page, posted


@page
def person_deactivate(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Shut a leaver out, and hand on their cases: the first is kept whatever becomes of the second."""
    by = administrator(request)
    person = get_object_or_404(User, id=person_id)
    form = HandOnForm(posted(request), places=handing.places(person))
    if done(form, lambda: account_actions.deactivate(by=by, user=person)):
        return _handed_on(request, by, person, form, "The person is shut out.")
    return render(request, "cases/accounts/deactivate.html", {"form": form, "person": person})


@page
def person_hand_on(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Hand on what somebody who was shut out still owns."""
    by = administrator(request)
    person = get_object_or_404(User, id=person_id)
    if person.is_active:
        raise Http404
    form = HandOnForm(posted(request), places=handing.places(person))
    if form.is_valid():
        return _handed_on(request, by, person, form, "")
    return render(request, "cases/accounts/hand_on.html", {"form": form, "person": person})


def _handed_on(request: HttpRequest, by: User, person: User, form: HandOnForm, said: str) -> HttpResponse:
    given = 0
    for team, to in form.chosen():
        try:
            given += handing.hand_on(by=by, leaver=person, team=team, to=to)
        except ValidationError:  # whoever was chosen has left meanwhile: the cases stay, and show
            continue
    handing.end_grants(by=by, leaver=person)
    words = "1 case is handed on." if given == 1 else f"{given} cases are handed on."
    messages.success(request, f"{said} {words}".strip() if given or not said else said)
    return redirect("person_change", person.id)
