"""Addresses that a script of ours asks: a session that is over is answered in its own terms."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest

View = TypeVar("View", bound=Callable[..., object])
MARK = "answers_a_script"


def for_script(view: View) -> View:
    """Mark a view that a script may ask. The outermost decorator: what the address resolves to carries it."""
    view.__dict__[MARK] = True
    return view


def asks_script(request: HttpRequest, view: object) -> bool:
    """Whether a script of ours asks, which takes no page for an answer."""
    return bool(getattr(view, MARK, False)) and request.headers.get("Accept") == "application/json"
