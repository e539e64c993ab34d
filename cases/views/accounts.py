"""The administrator's pages of staff, and the page that a one-time link opens."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from cases import account_actions, handing, signing_in, staff_actions, step_up
from cases.forms.accounts import PersonForm, WelcomeForm
from cases.forms.base import GovForm
from cases.models import User
from cases.views.staff import administrator, done, page, posted


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who signs in, leavers last."""
    administrator(request)
    staff = list(User.objects.prefetch_related("teams").order_by("-is_active", "name", "id"))
    left = handing.left_behind()
    context = {"staff": [(one, left.get(one.id, 0)) for one in staff], "left": sum(left.values())}
    return render(request, "cases/accounts/people.html", context)


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
    """Change somebody's role and teams, correct name and e-mail address; and how they sign in."""
    by = administrator(request)
    person = get_object_or_404(User, id=person_id)
    form = PersonForm(posted(request), initial=PersonForm.start(person))
    if done(form, lambda: account_actions.change_user(by=by, user=person, **form.values())):
        messages.success(request, "Saved.")
        still = person.id != by.id or person.role == User.Role.ADMINISTRATOR
        return redirect("people" if still else "home")
    left = sum(place.count for place in handing.places(person)) if not person.is_active else 0
    context = {"form": form, "person": person, "state": signing_in.state(person), "left": left}
    return render(request, "cases/accounts/person.html", context)


@dataclass(frozen=True)
class Sure:
    """A question before something is done to how somebody signs in."""

    title: str
    words: str
    button: str
    said: str
    act: Callable[..., object]
    warning: bool = False


SURE = {
    "reactivate": Sure(
        "Let back in",
        "They get back the role and the teams that they had, and no case by name. They need a new one-time "
        "link. Check first that this is still right.",
        "Let back in",
        "The person is on the list again. Make a one-time link for them.",
        account_actions.reactivate,
    ),
    "link": Sure(
        "Make a one-time link",
        "Earlier links stop working. Whoever opens the new one sets a new password, and the old password "
        "then stops working. Making it is recorded under your name.",
        "Make the link",
        "",
        account_actions.new_link,
    ),
    "two_step": Sure(
        "Set back two-step sign-in",
        "Do this when they have lost the phone or key that they sign in with. Check first that it is "
        "really them who asks: see them or ring a number that you know. They are signed out everywhere, "
        "set up a new second step when they sign in next, and are told that it was you.",
        "Set back",
        "Two-step sign-in is set back. They set it up anew when they sign in next.",
        staff_actions.reset_two_step,
        warning=True,
    ),
    "sign_out": Sure(
        "Sign out everywhere",
        "They are signed out on every computer and phone at once. What they typed and did not save may be "
        "lost. They can sign in again.",
        "Sign out everywhere",
        "They are signed out everywhere.",
        staff_actions.sign_out_everywhere,
    ),
}


OPENS = frozenset({"link", "two_step"})
"""What would let an administrator sign in as somebody else: they prove again who they are."""


@page
def person_sure(request: HttpRequest, person_id: UUID, what: str) -> HttpResponseBase:
    """Do something to how somebody signs in, after a question. `what` – a key of `SURE`."""
    by, sure = administrator(request), SURE[what]
    person = get_object_or_404(User, id=person_id)
    if what in OPENS and not step_up.is_fresh(request):
        return step_up.ask(request)
    form, made = GovForm(posted(request)), []
    if done(form, lambda: made.append(sure.act(by=by, user=person))):
        if what == "link":
            return _show_link(request, person, str(made[0]))
        messages.success(request, sure.said)
        return redirect("person_change", person.id)
    return render(request, "cases/accounts/sure.html", {"form": form, "person": person, "sure": sure})


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
            logout(request)
            # As after a password: whoever has a second step is asked for it.
            answer: HttpResponse = perform_login(request, Login(user=made[0], redirect_url=reverse("home")))
            return answer
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
