"""What others could read over a shoulder, in everything that a run produces: no forbidden word, no name.

Every page that the application answers with, to the test client and to a browser: its address, its title, the
addresses in it, where it leads, the name of its file; and every message that it mails. Whatever test has
produced one that tells something fails (law.md §8).
"""

import re
from collections.abc import Iterator
from functools import lru_cache, wraps
from typing import Any
from urllib.parse import unquote

import pytest
from django.core import mail
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from sharing.rules import neutral

NAMES = ("Rosalind Achterberg", "Roz", "Tobias", "Gareth Pym", "Quarry Rise", "Zephyrwhistle")
"""The family of the cast's case, where they live, and how every canary begins."""
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.DOTALL)
_ADDRESS = re.compile(rb"""\s(?:href|action|formaction|src|hx-\w+)="(/[^"]*|\?[^"]*)\"""")
_BEGINNING = 4000
"""Bytes of a page in which its title stands."""

_found: list[str] = []


@lru_cache(maxsize=20_000)
def told_by(text: str) -> tuple[str, ...]:
    """The words in a text that tell something; canaries count within a longer word too."""
    spelled = unquote(text)
    canaries = ("zephyrwhistle",) if "zephyrwhistle" in spelled.lower() else ()
    return (*canaries, *neutral.telling(spelled, NAMES))


def seen(request: HttpRequest, response: HttpResponseBase) -> Iterator[tuple[str, str]]:
    """What can be read of an answer without opening it: what it is, and the text."""
    for header in ("Content-Disposition", "Location"):
        if text := response.headers.get(header):
            yield header, text
    if response.status_code < 400:
        # An address that answers nothing is the test's own: the application leads nobody there.
        yield "the address", request.path
    if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    page = bytes(response.content)  # type: ignore[attr-defined]
    if title := _TITLE.search(page[:_BEGINNING]):
        yield "the title", title[1].decode("utf-8", "replace")
    for address in set(_ADDRESS.findall(page)):
        yield "an address on the page", address.decode("utf-8", "replace")


def problems_of(request: HttpRequest, response: HttpResponseBase) -> Iterator[str]:
    """What an answer tells that it must not."""
    for what, text in seen(request, response):
        if told := told_by(text):
            yield f"{request.method} {request.path}: {what} {text!r} tells {', '.join(told)}"


def problems_of_mail() -> Iterator[str]:
    """What the messages of the outbox tell that they must not."""
    for message in getattr(mail, "outbox", ()):
        names = [one[0] if isinstance(one, tuple) else one.get_filename() for one in message.attachments]
        for text in (message.subject, str(message.body), *(name or "" for name in names)):
            if told := told_by(text):
                yield f"the mail {message.subject!r} tells {', '.join(told)}"


def _watched(get_response: Any) -> Any:
    @wraps(get_response)
    def watched(self: BaseHandler, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = get_response(self, request)
        _found.extend(problems_of(request, response))
        return response

    return watched


def pytest_configure() -> None:
    """Look at every answer of this process, whoever asked."""
    BaseHandler.get_response = _watched(BaseHandler.get_response)  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _nothing_tells() -> Iterator[None]:
    """Fail the test that has produced something that tells what it is about."""
    _found.clear()
    yield
    found = list(dict.fromkeys([*_found, *problems_of_mail()]))
    _found.clear()
    assert not found, "\n".join(found)
