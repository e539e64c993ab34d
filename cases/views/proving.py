"""Proving who one is: the second step of signing in, a passkey as the whole of it, and proving it again."""

from ipaddress import ip_address
from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.core.internal import ratelimit
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cases import passkeys, step_up, two_step
from cases.forms.base import GovForm
from cases.forms.two_step import CredentialField, PasswordForm, ProofForm
from cases.models import User
from cases.views import page as pages
from cases.views.two_step import next_page

OF_A_PROXY = ("HTTP_FORWARDED", "HTTP_X_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")
"""How the headers begin that a proxy adds, as Django names them."""
page = require_http_methods(["GET", "HEAD", "POST"])


def from_this_machine(request: HttpRequest) -> bool:
    """Whether the browser runs on this machine; a request that a proxy passed on counts as from elsewhere."""
    if any(name.startswith(OF_A_PROXY) for name in request.META):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _asking(form: ProofForm) -> dict[str, Any]:
    """What a page needs that asks for a code or a passkey."""
    options = passkeys.ask(form.user) if form.has_passkey else None
    return {"form": form, "options": options}


@sensitive_post_parameters()
@page
@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")  # type: ignore[untyped-decorator]
def second_step(request: HttpRequest) -> HttpResponseBase:
    """After the password: a code, or a passkey."""
    stage = request._login_stage  # type: ignore[attr-defined]
    user = stage.login.user
    if not two_step.has_any(user) or not user.is_active:
        return redirect("account_login")
    form = ProofForm(pages.posted(request), user=user)
    if form.is_valid() and form.proven:
        two_step.note(request, form.proven)
        answer: HttpResponseBase = stage.exit()
        return answer
    return render(request, "mfa/second_step.html", _asking(form))


class PasskeySignInForm(GovForm):
    """What the browser answers on the sign-in page."""

    credential = CredentialField()


@login_not_required
@sensitive_post_parameters()
@ratelimit.decorator(app="allauth.mfa", action="webauthn_login")  # type: ignore[untyped-decorator]
@page
def passkey_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in with a passkey alone. To a script of ours: what the browser has to ask for."""
    if request.user.is_authenticated:
        return redirect("home")
    if request.method != "POST":
        return JsonResponse(passkeys.ask())
    onward = next_page(request, request.POST.get("next"))
    form = PasskeySignInForm(request.POST)
    credential = form.cleaned_data["credential"] if form.is_valid() else None
    found = passkeys.owned(credential) if credential else None
    if found is None:
        messages.warning(request, "The passkey did not work. Try again, or sign in with your password.")
        back = reverse("account_login")
        return redirect(f"{back}?{urlencode({'next': onward})}" if onward else back)
    two_step.forget(request)
    two_step.note(request, found, alone=True)
    answer: HttpResponseBase = perform_login(request, Login(user=found.user, redirect_url=onward))
    return answer


def _way(request: HttpRequest, user: User) -> tuple[str, GovForm | None]:
    """How somebody proves again who they are: the strongest way they have; ("", None) where there is none."""
    data = pages.posted(request)
    if two_step.has_any(user):
        return "proof", ProofForm(data, user=user)
    if user.has_usable_password():
        return "password", PasswordForm(data, user=user)
    if settings.DEMO and from_this_machine(request):
        return "demo", GovForm(data)
    return "", None


@sensitive_post_parameters()
@page
def again(request: HttpRequest) -> HttpResponse:
    """Prove again who one is, and go on to where one was going."""
    user = pages.user(request)
    onward = next_page(request, request.POST.get("next") or request.GET.get("next")) or reverse("home")
    way, form = _way(request, user)
    if form and form.is_valid():
        if isinstance(form, ProofForm) and form.proven:
            two_step.note(request, form.proven, again=True)
        else:
            step_up.proven(request, way)
        return redirect(onward)
    context = _asking(form) if isinstance(form, ProofForm) else {"form": form}
    return render(request, "account/reauthenticate.html", {**context, "way": way, "next": onward})
