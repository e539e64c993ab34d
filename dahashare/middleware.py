"""What holds for every page: no browser keeps it, nobody opens it unless it says so, junk is refused."""

import logging
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render, resolve_url

from cases import access, actions, vault
from cases.fields import Altered
from cases.models import User
from dahashare.content_type import UNREADABLE

logger = logging.getLogger(__name__)
Next = Callable[[HttpRequest], HttpResponseBase]

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


class SignInRequired(LoginRequiredMiddleware):
    """Every page needs a signed-in user, unless its view is marked with Django's `login_not_required`."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        """Lead to sign-in and back again. Only the path is kept: a query may hold a search for a person."""
        back = request.path if request.method in ("GET", "HEAD") else "/"
        return redirect_to_login(back, resolve_url(self.get_login_url(view_func)), "next")


class TellAltered:
    """Where a page needs sealed text that was altered in the database, say so; nothing is saved."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer for `fields.Altered` alone; which row it was stands in the log, what it held nowhere."""
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
        page = request.resolver_match.route if request.resolver_match else ""
        try:
            actions.note_refusal(by=request.user, case=exception.case_id, page=page)
        except (DatabaseError, vault.WrongKey, vault.NoKey):
            logger.exception("A refusal could not be entered in the ledger")
