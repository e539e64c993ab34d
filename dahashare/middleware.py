"""What holds for every page: no browser keeps it, nobody opens it unless it says so, junk is refused."""

import logging
import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render, resolve_url

from cases import access, actions, idle, parking, two_step, vault
from cases.fields import Altered
from cases.models import User
from cases.views.scripted import asks_script
from dahashare.content_type import UNREADABLE

logger = logging.getLogger(__name__)
Next = Callable[[HttpRequest], HttpResponseBase]
STAY = "/stay/"
"""Where a page asks how long is left; `dahashare.account_urls` has it."""

PROGRESS = re.compile(r"/exports/[0-9a-f-]{36}/progress/")
"""Where a page looks how far an export is, every few seconds: nobody does anything."""

PERMISSIONS = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=(), publickey-credentials-get=(self)"
)


def no_store(get_response: Next) -> Next:
    """Let no browser and no proxy keep a page. Static files are served before this and may be kept."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response["Cache-Control"] = "no-store"
        response["Permissions-Policy"] = PERMISSIONS
        return response

    return middleware


def readable(request: HttpRequest) -> bool:
    """Whether path, query and cookies are text without NUL, and the query without bytes that are no UTF-8.

    Nor is a request readable whose content type had to be hidden from Django (content_type.py).

    Past this point such input would reach a database, and PostgreSQL answers NUL with an exception.
    Bytes of a path that are no UTF-8 are harmless: Django writes them as %FF, which no address matches.
    """
    if UNREADABLE in request.META:
        return False
    try:
        query = unquote_to_bytes(request.META.get("QUERY_STRING", "")).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "\0" not in request.path + query and all(value.isprintable() for value in request.COOKIES.values())


def refuse_unreadable(get_response: Next) -> Next:
    """Answer an address that holds no readable text with a plain page (400)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not readable(request):
            raise SuspiciousOperation("The address holds characters that are no text")
        return get_response(request)

    return middleware


def lock_when_idle(get_response: Next) -> Next:
    """Take somebody for signed out once nothing was done for too long; any other request is something done.

    What only looks how long is left (`views.stay`) says itself whether it counts.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            known = SESSION_KEY in request.session
            if known and idle.over(request.session):
                # A password alone must not find the second step taken that belonged to the session before.
                two_step.forget(request)
                request.user = AnonymousUser()
            elif known and not _noted(request):
                request.user = AnonymousUser()
        except DatabaseError:
            # Nobody, then: what needs no sign-in, such as the health page, must answer all the same.
            request.user = AnonymousUser()
        return get_response(request)

    return middleware


def _noted(request: HttpRequest) -> bool:
    """Note that somebody is there; False where their session has ended meanwhile."""
    watches = request.path == STAY or PROGRESS.fullmatch(request.path)
    return bool(watches) or idle.touch(request.session)


class SignInRequired(LoginRequiredMiddleware):
    """Every page needs a signed-in user, unless its view is marked with Django's `login_not_required`."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponse:
        """Lead to sign-in and back again; a form that was sent is kept until then (`cases.parking`).

        Only the path is kept: a query may hold a search for a person.
        """
        return signed_out(request, view_func, resolve_url(self.get_login_url(view_func)))


SET_UP = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_index",
        "mfa_view_recovery_codes",
        "stay",
    }
)
"""What somebody may open before their second step, beside what needs no sign-in."""


class SecondStepRequired:
    """In a live copy, whoever has not taken the second step meets only what sets it up or asks for it.

    The session says so: it costs no query. The demonstration does not ask, for its people have no password.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_: object
    ) -> HttpResponseBase | None:
        """Lead to the set-up and back again, as `SignInRequired` leads to sign-in."""
        if settings.DEMO or not getattr(view, "login_required", True) or two_step.taken(request):
            return None
        if request.resolver_match and request.resolver_match.url_name in SET_UP:
            return None
        return signed_out(request, view, resolve_url("mfa_index"))


def signed_out(
    request: HttpRequest, view_func: Callable[..., HttpResponseBase], sign_in: str
) -> HttpResponse:
    """The answer to somebody whose session has ended, or is only half begun; to a script in its own terms."""
    key = parking.park(request, parking.whose(request)) if request.method == "POST" else None
    if asks_script(request, view_func):
        address = f"{sign_in}?next={resolve_url('parked')}" if key else sign_in
        said = {"signed_out": True, "kept": bool(key), "sign_in": address}
        response: HttpResponse = JsonResponse(said, status=401)
    else:
        back = request.path if request.method in ("GET", "HEAD") else "/"
        response = redirect_to_login(resolve_url("parked") if key else back, sign_in, "next")
    if key:
        parking.give_key(response, key)
    return response


def clear_parked(get_response: Next) -> Next:
    """Once a form that was kept is sent again and taken, nothing is kept of it any more."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        waiting = request.method == "POST" and parking.cookie_name() in request.COOKIES
        if waiting and response.status_code in (200, 302) and isinstance(request.user, User):
            found = parking.find(request, request.user)
            if found and found.path == request.path:
                parking.drop(request.user)
                parking.take_key(response)
        return response

    return middleware


class TellAltered:
    """Where a page needs sealed text that was altered, or whose key is gone, say so; nothing is saved."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer for these two alone; which row it was stands in the log, what it held nowhere."""
        if isinstance(exception, vault.NoKey):
            return render(request, "errors/no_key.html", {"plain": True}, status=409)
        if not isinstance(exception, Altered):
            return None
        logger.error("Sealed text was altered outside the application", exc_info=exception)
        return render(request, "errors/altered.html", {"plain": True}, status=409)


class RecordRefusals:
    """Enter in the ledger that a signed-in person was refused a case, in a transaction of its own.

    The answer stays the same bytes, also where the entry could not be made.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Look at what a view raised. The page is named by its pattern: an address may tell more."""
        if not isinstance(exception, access.Hidden | access.Refused) or not isinstance(request.user, User):
            return
        if isinstance(exception, access.Closed):
            return  # nobody overstepped: the page says how the case is opened again
        page = request.resolver_match.route if request.resolver_match else ""
        try:
            actions.note_refusal(by=request.user, case=exception.case_id, page=page)
        except (DatabaseError, vault.WrongKey, vault.NoKey):
            logger.exception("A refusal could not be entered in the ledger")
