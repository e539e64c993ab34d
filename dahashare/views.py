"""Pages of no floor: errors, statements, quick exit, and signing in to the demonstration."""

from typing import Any

from allauth.account.views import PasswordChangeView
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import access, idle, parking
from cases.models import Case, User
from cases.signed_in import BACKEND
from cases.views import page
from cases.views.proving import from_this_machine
from cases.views.scripted import asks_script, for_script
from dahashare.middleware import signed_out

DEMO_PEOPLE = ("officer", "colleague", "manager", "governance", "administrator")


def _error(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """Draw an error page. `plain` keeps out all that could tell one address or request from another."""
    return render(request, f"errors/{template}.html", {"plain": True}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 – Django's signature
    """400: the request could not be read."""
    return _error(request, "400", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, known to exist, not allowed."""
    if isinstance(exception, access.Closed):
        return _closed(request, exception.case)
    return _error(request, "403", 403)


def _closed(request: HttpRequest, case: Case) -> HttpResponse:
    """403: the case is closed. What was sent is kept, to be sent again once the case is open."""
    user = page.user(request)
    key = parking.park(request, user) if request.method == "POST" else None
    context = {"closed": case.reference, "may_reopen": access.can(user, "reopen", case), "kept": bool(key)}
    response = render(request, "errors/closed.html", context | {"plain": True}, status=403)
    if key:
        parking.give_key(response, key)
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 – Django's signature
    """404: the same bytes for a page that is not there and for one that this person may not know of."""
    return _error(request, "404", 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 – Django's signature
    """A form without its token, most often from a page left open while somebody signed in again elsewhere.

    What our own pages sent is kept and can be sent again; a script of ours gets the new token.
    """
    match = request.resolver_match
    if not _from_our_page(request) or match is None:
        return _error(request, "csrf", 403)
    signed_in = isinstance(request.user, User)
    if asks_script(request, match.func):
        if signed_in:
            return JsonResponse({"token": get_token(request)}, status=403)
        return signed_out(request, match.func, reverse("account_login"))
    key = parking.park(request, request.user) if isinstance(request.user, User) else None
    if key is None:
        return _error(request, "csrf", 403)
    response = redirect("parked")
    parking.give_key(response, key)
    return response


def _from_our_page(request: HttpRequest) -> bool:
    """Whether the browser says that one of our own pages sent this, and no other website."""
    own = f"{request.scheme}://{request.get_host()}"
    sent_by = request.headers.get("Origin") or request.headers.get("Referer", "")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return site == "same-origin" and (sent_by == own or sent_by.startswith(own + "/"))


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 – Django's signature
    """500: drawn without the request, the session and the database, any of which may be what failed."""
    return HttpResponse(render_to_string("errors/500.html", {"plain": True}), status=500)


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "pages/accessibility.html")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about the people who use the product."""
    return render(request, "pages/privacy.html")


@login_not_required
@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    """The cookies, and what each is for."""
    lasts = {"longest": _long(settings.SESSION_COOKIE_AGE), "idle": _long(settings.IDLE_SECONDS)}
    return render(request, "pages/cookies.html", lasts)


def _long(seconds: int) -> str:
    """A length of time as people say it: whole hours, else minutes."""
    number, unit = (seconds // 3600, "hour") if seconds % 3600 == 0 else (max(1, seconds // 60), "minute")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


@for_script
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Stay signed in, and how many seconds are left. With `peek` it is only asked."""
    if "peek" not in request.POST and not idle.touch(request.session, at_once=True):
        return signed_out(request, stay, reverse("account_login"))
    return JsonResponse({"remaining": idle.remaining(request.session)})


@require_http_methods(["GET", "HEAD", "POST"])
def parked(request: HttpRequest) -> HttpResponse:
    """What was sent after the session had ended: to be sent again, or left."""
    user = page.user(request)
    if request.method == "POST":
        parking.drop(user)
        response = redirect("home")
        parking.take_key(response)
        return response
    return render(request, "pages/parked.html", {"parked": parking.find(request, user)})


@login_not_required
def quick_exit(request: HttpRequest) -> HttpResponse:
    """Lock the session on the server, keep its drafts, and show a page that says nothing.

    Answers a plain link as well as a form: it must work in every state of a page, error pages included.
    """
    logout(request)
    if settings.QUICK_EXIT_URL:
        return redirect(settings.QUICK_EXIT_URL)
    return render(request, "pages/closed.html")


@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the made-up people. In the URL map of a demonstration copy only.

    Raises Http404 from another machine, and for a role that has no person.
    """
    role = request.POST.get("role", "")
    if not settings.DEMO or not from_this_machine(request) or role not in DEMO_PEOPLE:
        raise Http404
    user = User._default_manager.filter(email=f"{role}@demo.example", is_active=True).first()
    if user is None:
        raise Http404
    login(request, user, backend=BACKEND)
    return redirect("home")


class ChangePassword(PasswordChangeView):
    """A new password; somebody who signs in without one is told so."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the form, or say that there is nothing to change."""
        if not request.user.is_authenticated or not request.user.has_usable_password():
            return render(request, "account/no_password.html")
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


change_password = ChangePassword.as_view()
