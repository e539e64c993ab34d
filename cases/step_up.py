"""What needs a person who proved within the last minutes who they are: exports, emergency access.

    if not step_up.is_fresh(request):
        return step_up.ask(request)

A page is led to the question and back. A form that was sent is kept meanwhile (`cases.parking`) and can be
sent again. Where an address tells something, ask after the row was fetched with permission: a stranger gets
the same 404 however long ago they signed in.
"""

import time

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from cases import idle, parking
from cases.models import User


def is_fresh(request: HttpRequest) -> bool:
    """Whether who is signed in proved within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds who they are."""
    if not isinstance(request.user, User):
        return False
    proven = [float(one["at"]) for one in get_authentication_records(request, request.user)]
    last = max([*proven, float(request.session.get(idle.SIGNED_IN, 0))])
    return -idle.CLOCKS_DIFFER <= time.time() - last < float(app_settings.REAUTHENTICATION_TIMEOUT)


def proven(request: HttpRequest, method: str) -> None:
    """Keep in the session that its person proved just now who they are, by a way that is no second step."""
    record_authentication(request, request.user, method, reauthenticated=True)


def ask(request: HttpRequest) -> HttpResponseBase:
    """Lead to the page that asks who they are, and back. Only the path is kept: a query may hold a name."""
    key = None
    if request.method == "POST" and isinstance(request.user, User):
        key = parking.park(request, request.user)
    back = request.path if request.method in ("GET", "HEAD") else reverse("home")
    response = redirect_to_login(
        reverse("parked") if key else back, reverse("account_reauthenticate"), "next"
    )
    if key:
        parking.give_key(response, key)
    return response
