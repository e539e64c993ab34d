"""The administrator's pages of staff, and the page that a one-time link opens."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from cases import account_actions
from cases.forms.accounts import PersonForm, WelcomeForm
from cases.forms.base import GovForm
from cases.models import User
from cases.views.staff import administrator, done, page, posted

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who signs in, leavers last."""
    administrator(request)
    staff = User.objects.prefetch_related("teams").order_by("-is_active", "name", "id")
    return render(request, "cases/accounts/people.html", {"staff": staff})


@page
def person_add(request: HttpRequest) -> HttpResponse:
    """Add somebody; their one-time link is shown once, in the answer."""
    by = administrator(request)
    form = PersonForm(posted(request))
    made: list[tuple[User, str]] = []
    if done(form, lambda: made.append(account_actions.add_user(by=by, **form.values()))):
        return _show_link(request, *made[0])
    return render(request, "cases/accounts/person_add.html", {"form": form})


def _show_link(request: HttpRequest, user: User, token: str) -> HttpResponse:
    link = request.build_absolute_uri(reverse("welcome", args=[token]))
    context = {"person": user, "link": link, "hours": account_actions.LINK_HOURS}
    return render(request, "cases/accounts/link.html", context)


@page
def person_change(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Change somebody's role and teams, correct name and e-mail address."""
    by = administrator(request)
    person = get_object_or_404(User, id=person_id)
    teams = [str(team.id) for team in person.teams.all()]
    start = {"name": person.name, "email": person.email, "role": person.role, "teams": teams}
    form = PersonForm(posted(request), initial=start)
    if done(form, lambda: account_actions.change_user(by=by, user=person, **form.values())):
        messages.success(request, "Saved.")
        still = person.id != by.id or person.role == User.Role.ADMINISTRATOR
        return redirect("people" if still else "home")
    return render(request, "cases/accounts/person.html", {"form": form, "person": person})


@page
def person_deactivate(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Shut a leaver out, after a question."""
    return _sure(request, person_id, "deactivate", account_actions.deactivate, "The person is shut out.")


@page
def person_reactivate(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Let somebody back in, after a question."""
    said = "The person is on the list again. Make a one-time link for them."
    return _sure(request, person_id, "reactivate", account_actions.reactivate, said)


def _sure(
    request: HttpRequest, person_id: UUID, what: str, action: Callable[..., None], said: str
) -> HttpResponse:
    by = administrator(request)
    person = get_object_or_404(User, id=person_id)
    form = GovForm(posted(request))
    if done(form, lambda: action(by=by, user=person)):
        messages.success(request, said)
        return redirect("people")
    return render(request, "cases/accounts/sure.html", {"form": form, "person": person, "what": what})


@page
def person_link(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Make a new one-time link, after a question, and show it once."""
    by = administrator(request)
    person = get_object_or_404(User, id=person_id)
    form = GovForm(posted(request))
    made: list[str] = []
    if done(form, lambda: made.append(account_actions.new_link(by=by, user=person))):
        return _show_link(request, person, made[0])
    return render(request, "cases/accounts/sure.html", {"form": form, "person": person, "what": "link"})


@login_not_required
@sensitive_post_parameters()
@page
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Where a one-time link leads: set the password, and be signed in."""
    made: list[User] = []
    try:
        user = account_actions.link_owner(token)
        names = account_actions.names_themselves(user)
        form = WelcomeForm(posted(request), user=user, names=names, initial=_own(user) if names else None)
        if done(form, lambda: made.append(_redeem(token, form))):
            login(request, made[0], backend=BACKEND)
            return redirect("home")
        response = render(request, "cases/accounts/welcome.html", {"form": form})
    except account_actions.BadLink:
        response = render(request, "cases/accounts/bad_link.html", status=404)
    # The origin alone, never the path: the address is the key. "no-referrer" would send the form without one.
    response["Referrer-Policy"] = "strict-origin"
    return response


def _own(user: User) -> dict[str, str]:
    unnamed = user.name == account_actions.FIRST_NAME
    return {
        "name": "" if unnamed else user.name,
        "email": "" if user.email.endswith("@localhost") else user.email,
    }


def _redeem(token: str, form: WelcomeForm) -> User:
    own = {field: form.cleaned_data[field] for field in ("name", "email") if field in form.cleaned_data}
    return account_actions.redeem(token, form.cleaned_data["password"], **own)
