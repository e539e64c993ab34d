"""The gate before a case is opened: it is shut until the copy has gone live."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases import access, setting_up
from cases.models import User

View = Callable[..., HttpResponse]


def when_live(template: str) -> Callable[[View], View]:
    """Show a page instead of the view until set-up is finished, to those who work on cases.

    Args:
        template: the page that says so.
    """

    def gate(view: View) -> View:
        @wraps(view)
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Whoever works on no cases gets the view's own answer.
            works = isinstance(request.user, User) and access.works_on_cases(request.user)
            if works and not setting_up.live():
                return render(request, template)
            return view(request, *args, **kwargs)

        return gated

    return gate
