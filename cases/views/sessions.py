"""Where somebody is signed in, and ending that."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cases import sessions, staff_actions
from cases.views import page

LONGEST_NUMBER = 18
"""Figures: what is longer is no number of a row."""


@require_http_methods(["GET", "HEAD", "POST"])
def account_sessions(request: HttpRequest) -> HttpResponse:
    """One's own sessions; a post ends one of them, or all but this one."""
    user, key = page.user(request), request.session.session_key
    if request.method == "POST":
        return _end(request)
    return render(request, "usersessions/sessions.html", {"sessions": sessions.listed(user, key)})


def _end(request: HttpRequest) -> HttpResponse:
    user, which = page.user(request), request.POST.get("which", "")
    if which == "others":
        staff_actions.end_other_sessions(by=user, keep=request.session.session_key)
    elif which.isascii() and which.isdecimal() and len(which) <= LONGEST_NUMBER:
        staff_actions.end_session(by=user, number=int(which))
    else:
        return redirect("account_sessions")
    messages.success(request, "Signed out there.")
    return redirect("account_sessions")
