"""What the administrator's pages share: who asks, what was posted, what an action refuses."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.views.decorators.http import require_http_methods

from cases import access
from cases.forms.base import GovForm
from cases.models import User

page = require_http_methods(["GET", "HEAD", "POST"])


def administrator(request: HttpRequest) -> User:
    """Whoever is signed in, where they are an administrator.

    Raises:
        Http404: they are not.
    """
    return access.require_role(request.user, User.Role.ADMINISTRATOR)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was posted, for a form; None makes the form an unbound one."""
    return request.POST if request.method == "POST" else None


def done(form: GovForm, action: Callable[[], Any]) -> bool:
    """Whether the form is right and the action took it; what the action refuses is put beside its field."""
    if not form.is_valid():
        return False
    try:
        action()
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True
