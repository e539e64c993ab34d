"""A `Content-Type` that Django cannot read is answered like any other junk, and not with an exception.

Django reads it while it makes the request: before any middleware, so that nothing there could catch it.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

UNREADABLE = "dahashare.unreadable"
"""Set in the request's environment where its content type was not readable; no client can set it."""

_TEXT = frozenset({"utf-8", "utf8"})
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def readable_type(content_type: str) -> bool:
    """Whether a `Content-Type` names no charset but UTF-8, which every form of ours is sent in.

    Others are decoders by which Django would read the address too (rot13, idna, undefined…). Encoded
    parameters (RFC 2231, `boundary*=`) name one as well; no browser sends them in this header.
    """
    if "*" in content_type:
        return False
    try:
        _, parameters = parse_header_parameters(content_type)
    except ValueError:
        return False
    return str(parameters.get("charset", "utf-8")).lower() in _TEXT


def refuse_unreadable_types(application: Application) -> Application:
    """Hide such a type from Django and mark the request: `middleware.readable` refuses it (400)."""

    def guarded(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not readable_type(environ.get("CONTENT_TYPE", "")):
            environ |= {"CONTENT_TYPE": "", UNREADABLE: True}
        return application(environ, start_response)

    return guarded
