"""What holds for every page: no browser keeps it, nobody opens it unless it says so, junk is refused."""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url

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

    Past this point such input would reach a database, and PostgreSQL answers NUL with an exception.
    Bytes of a path that are no UTF-8 are harmless: Django writes them as %FF, which no address matches.
    """
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
