"""Setting up the second step of one's own sign-in: an app, passkeys, recovery codes."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from cases import passkeys, step_up, two_step, two_step_actions
from cases.forms.base import GovForm
from cases.forms.two_step import AppForm, PasskeyForm
from cases.models import User
from cases.qr import qr_path
from cases.views import page as pages

P = ParamSpec("P")
Managing = Callable[Concatenate[HttpRequest, User, P], HttpResponseBase]
page = require_http_methods(["GET", "HEAD", "POST"])
NEXT = "after_two_step"


def managing(view: Managing[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Hand a view its person. Whoever has a second step proves it (again) before anything about it changes.

    A new password alone, such as one set by a one-time link, is therefore never enough to add a second step
    beside the one that is there.
    """

    @wraps(view)
    def asked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        user = pages.user(request)
        if two_step.has_any(user) and not (two_step.taken(request) and step_up.is_fresh(request)):
            return step_up.ask(request)
        return view(request, user, *args, **kwargs)

    return asked


def next_page(request: HttpRequest, asked: str | None) -> str | None:
    """An address of ours that somebody wanted to reach, or None."""
    fits = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if asked and fits else None


def _onward(request: HttpRequest) -> HttpResponse:
    """Where they were going before they had to set up their second step; else the overview."""
    return redirect(next_page(request, request.session.pop(NEXT, None)) or "mfa_index")


@require_safe
def overview(request: HttpRequest) -> HttpResponseBase:
    """What is set up; the choice, where nothing is."""
    user = pages.user(request)
    wanted = next_page(request, request.GET.get("next"))
    held = two_step.of(user)
    if held and not two_step.taken(request):
        return redirect_to_login(wanted or request.path, reverse("account_reauthenticate"), "next")
    if wanted:
        request.session[NEXT] = wanted
    codes = two_step.recovery_codes(user) if held else None
    context = {
        "app": next((one for one in held if one.type == two_step.APP), None),
        "passkeys": [one for one in held if one.type == two_step.PASSKEY],
        "codes": len(codes.get_unused_codes()) if codes else 0,
        "unwritten": codes is not None and not codes.did_view,
        "held": held,
    }
    return render(request, "mfa/overview.html", context)


def _added(request: HttpRequest, user: User, form: GovForm, action: Callable[[], bool]) -> bool | None:
    """Run what adds a second step, and note that it was proven. Whether codes were made; None: refused."""
    try:
        made = action()
    except ValidationError as error:
        form.add_error(None, error)
        return None
    two_step.note(request, two_step.of(user)[-1], again=True)
    return made


def _after(request: HttpRequest, made: bool, done: str) -> HttpResponse:
    if made:
        return redirect("mfa_view_recovery_codes")
    messages.success(request, done)
    return _onward(request)


@sensitive_post_parameters()
@sensitive_variables()
@page
@managing
def add_app(request: HttpRequest, user: User) -> HttpResponseBase:
    """The secret of an app as a picture and as text; done once the app's code is right."""
    if any(one.type == two_step.APP for one in two_step.of(user)):
        return redirect("mfa_index")
    secret = two_step.new_secret(request.session)
    form = AppForm(pages.posted(request), user=user, secret=secret)
    if form.is_valid():
        made = _added(
            request, user, form, lambda: two_step_actions.add_app(by=user, secret=secret, used=form.used)
        )
        if made is not None:
            two_step.drop_secret(request.session)
            return _after(request, made, "The app is set up.")
    path, size = qr_path(two_step.Adapter().build_totp_url(user, secret))
    typed = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
    context = {"form": form, "qr": path, "qr_size": size, "secret": typed}
    return render(request, "mfa/app.html", context)


@sensitive_post_parameters()
@page
@managing
def add_passkey(request: HttpRequest, user: User) -> HttpResponseBase:
    """Make a passkey and give it a name."""
    form = PasskeyForm(pages.posted(request))
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "credential")}
        made = _added(request, user, form, lambda: two_step_actions.add_passkey(by=user, **values))
        if made is not None:
            return _after(request, made, "The passkey is added.")
    return render(request, "mfa/passkey.html", {"form": form, "options": passkeys.ask_for_new(user)})


@page
@managing
def remove(request: HttpRequest, user: User, number: int) -> HttpResponseBase:
    """Remove the app or a passkey, after a question.

    Raises Http404 where the person has none of this number.
    """
    found = next((one for one in two_step.of(user) if one.id == number), None)
    if found is None:
        raise Http404
    if request.method == "POST":
        if not two_step_actions.remove(by=user, authenticator=found):
            two_step.forget(request)
        messages.success(request, "It is removed.")
        return redirect("mfa_index")
    only = len(two_step.of(user)) == 1
    return render(request, "mfa/remove.html", {"authenticator": found, "only": only})


@page
@managing
def recovery_codes(request: HttpRequest, user: User) -> HttpResponseBase:
    """The recovery codes, until their owner says that they are written down.

    Raises Http404 where there are none.
    """
    codes = two_step.recovery_codes(user)
    if codes is None:
        raise Http404
    if request.method == "POST":
        codes.mark_as_viewed()
        return _onward(request)
    unused = codes.get_unused_codes()
    context: dict[str, Any] = {"count": len(unused)}
    if not codes.did_view:
        context["codes"] = [f"{code[:4]} {code[4:]}" for code in unused]
    return render(request, "mfa/recovery_codes.html", context)


@page
@managing
def new_codes(request: HttpRequest, user: User) -> HttpResponseBase:
    """Make new recovery codes, after a question.

    Raises Http404 for somebody without a second step.
    """
    if not two_step.has_any(user):
        raise Http404
    if request.method == "POST":
        two_step_actions.new_codes(by=user)
        return redirect("mfa_view_recovery_codes")
    return render(request, "mfa/new_codes.html")
