"""Through the organisation's own sign-in and back; where the settings name none, the pages are not there."""

from collections.abc import Callable

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core.internal import ratelimit
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from cases import oidc
from cases.signed_in import BACKEND
from cases.views.two_step import next_page

View = Callable[..., HttpResponseBase]
_throttled: Callable[[View], View] = ratelimit.decorator(
    app="allauth.account", action="provider", limit_get=True
)

FROM_ELSEWHERE = ("cross-site", "same-site")
"""What a browser says where another website sent it here: nobody pressed our button."""


@login_not_required
@_throttled
@require_safe
def start(request: HttpRequest, provider_id: str) -> HttpResponseBase:  # noqa: ARG001 – allauth's address
    """Where the button of the sign-in page leads."""
    if not oidc.configured():
        raise Http404
    if request.headers.get("Sec-Fetch-Site") in FROM_ELSEWHERE:
        return redirect("account_login")
    try:
        return oidc.leave(request, next_page(request, request.GET.get("next")))
    except oidc.Refused as refused:
        return _refuse(request, refused)


@login_not_required
@_throttled
@require_safe
def back(request: HttpRequest, provider_id: str) -> HttpResponseBase:  # noqa: ARG001 – allauth's address
    """Where the provider sends the browser: signed in, or the one page for every reason why not."""
    if not oidc.configured():
        raise Http404
    try:
        person, kept = oidc.come_back(request)
        user = oidc.known(person)
    except oidc.Refused as refused:
        return _refuse(request, refused)
    request.session.flush()  # whoever was signed in here, and whatever they had proven
    record_authentication(request, user, "socialaccount", provider=oidc.PROVIDER)
    if person.two_step:
        record_authentication(request, user, "mfa", type=oidc.PROVIDER)
        login(request, user, backend=BACKEND)
        return redirect(kept.get("next") or "home")
    answer: HttpResponseBase = perform_login(request, Login(user=user, redirect_url=kept.get("next")))
    return answer


def _refuse(request: HttpRequest, refused: oidc.Refused) -> HttpResponse:
    oidc.note_refusal(refused.reason)
    return render(request, "account/provider_refused.html", {"plain": True}, status=403)
