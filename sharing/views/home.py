"""My work: what is due, and the way to what a role does."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases import notices, setting_up
from cases.models import Organisation, User
from sharing import access, after, exports, lists, mailing, work
from sharing.views.desk import actor
from sharing.views.setup import tasks

NEWEST = 10
SHOWN = 50
"""How many tasks a group shows."""
TOLD = 20
"""How many notices are shown: the next come when these are put away."""


@require_http_methods(["GET", "HEAD"])
def home(request: HttpRequest) -> HttpResponse:
    """References only: no name is shown here."""
    user, now = actor(request), timezone.now()
    works_on_cases = user.role in (user.Role.OFFICER, user.Role.MANAGER)
    page: dict[str, Any] = {"now": now, "works_on_cases": works_on_cases, "live": setting_up.live()}
    page["told"] = notices.told(user, TOLD)
    found = work.grouped(work.tasks(user), now)
    page["groups"] = [(heading, tasks[:SHOWN], len(tasks) - SHOWN) for heading, tasks in found]
    if works_on_cases:
        page["decisions"] = [(one, lists.label("outcome", one.outcome)) for one in _newest(user)]
    elif user.role == user.Role.GOVERNANCE:
        page["incidents"] = after.incidents_to_answer(user, now)
        page["exports"] = [(one, exports.tag(one)) for one in exports.to_tell(user)]
    elif user.role == user.Role.ADMINISTRATOR:
        page["set_up"] = tasks(setting_up.missing(Organisation.current()))
        page["mail"] = {"off": not mailing.on(), "given_up": mailing.given_up()}
    return render(request, "sharing/home.html", page)


def _newest(user: User) -> Any:
    return access.decisions_for(user).filter(by=user).select_related("case").order_by("-recorded_at")[:NEWEST]
