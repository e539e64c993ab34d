"""Walking every address as the cast does, and filling in every form that is found there, without a browser.

`Walk` goes to each address of the matrix as the first of the cast who may, sends each form of the page as it
was found with words put into its fields, and keeps every answer for whoever judges them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse

from cases.models import User
from tests.browser import BACKEND
from tests.test_matrix import CAST, MATRIX, POSTED

LAST = (
    "item_remove", "recipient_remove", "agreement_end", "timed_access_end", "team_hand_on",
    "person_hand_on", "person_deactivate", "draft_discard", "case_move", "case_duplicate", "case_close",
    "account_sessions", "account_logout", "quick_exit",
)  # fmt: skip
"""Their buttons take away what other pages need: they come last, in this order."""
NAMES = sorted(MATRIX, key=lambda name: (LAST.index(name) if name in LAST else -1, name))
PARTS = {"_day": "2", "_month": "3", "_year": "2026", "_time": "10:30"}
"""What is typed into the boxes of a day."""
WAYS = ("first", "last")
"""Which answer of a choice is given: each form is sent once with each."""


@dataclass
class Field:
    """What somebody can answer, or a browser sends by itself."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)

    @property
    def typed(self) -> bool:
        """Whether somebody types into it, as they like."""
        free = self.kind in ("text", "textarea", "search", "email", "tel", "url")
        return free and not self.name.endswith(tuple(PARTS))


@dataclass
class Form:
    """A form of a page: how and where it is sent, and its fields in their order."""

    method: str
    action: str
    fields: list[Field] = field(default_factory=list)

    def filled(self, word: Callable[[Field], str], way: str = "first") -> dict[str, list[str]]:
        """What a browser sends when each typed field holds `word` of it, and each choice has an answer."""
        sent: dict[str, list[str]] = {}
        for one in self.fields if way == "first" else reversed(self.fields):
            values = _answer(one, word, way, one.name in sent)
            if values and one.name not in ("", "csrfmiddlewaretoken"):
                sent.setdefault(one.name, []).extend(values)
        return sent


def _answer(one: Field, word: Callable[[Field], str], way: str, answered: bool) -> list[str]:
    part = next((text for end, text in PARTS.items() if one.name.endswith(end)), None)
    if part:
        return [part]
    if one.typed or one.kind == "password":
        return [word(one)]
    if one.kind == "select":
        offered = [option for option in one.options if option] or [""]
        return [offered[0 if way == "first" else -1]]
    if one.kind in ("radio", "submit"):
        return [one.value] if not answered else []
    if one.kind == "checkbox":
        return [one.value] if way == "last" or not answered else []
    return ["3"] if one.kind == "number" else [one.value]


class Page(HTMLParser):
    """What a page holds: its forms, its title, and every address that it names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.addresses: list[str] = []
        self.title = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, a field or an address."""
        given = {name: value or "" for name, value in attrs}
        self.addresses += [given[name] for name in ("href", "src", "action", "formaction") if name in given]
        if tag in ("title", "textarea", "option"):
            self._inside = tag
        if tag == "form":
            self.forms.append(Form(given.get("method", "get").lower(), given.get("action", "")))
        elif self.forms and tag in ("input", "textarea", "select", "button") and "disabled" not in given:
            kind = given.get("type", {"input": "text", "button": "submit"}.get(tag, tag))
            kind = "number" if given.get("inputmode") == "numeric" else kind
            self.forms[-1].fields.append(Field(given.get("name", ""), kind, given.get("value", "")))
        elif self.forms and tag == "option" and self.forms[-1].fields:
            self.forms[-1].fields[-1].options.append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Leave what has text inside."""
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        """Note the title, and what stands in a text field."""
        if self._inside == "title":
            self.title += data
        elif self._inside == "textarea" and self.forms and self.forms[-1].fields:
            self.forms[-1].fields[-1].value += data


def client_of(user: User | AnonymousUser) -> Client:
    """Somebody's browser, whose errors are answers."""
    client = Client(raise_request_exception=False)
    if isinstance(user, User):
        client.force_login(user, backend=BACKEND)
    return client


@dataclass
class Answer:
    """What came back for one request. `sent`: what was posted, None where nothing was."""

    name: str
    address: str
    sent: Any
    response: Any

    def __post_init__(self) -> None:
        streamed = self.response.streaming
        self.body = b"".join(self.response.streaming_content) if streamed else self.response.content
        self.html = "html" in self.response.headers.get("Content-Type", "")

    @property
    def text(self) -> str:
        """The body of a page."""
        return str(self.body, "utf-8") if self.html else ""


@dataclass
class Walk:
    """Every address of the matrix, with its arguments, and the cast."""

    addresses: dict[str, dict[str, Any]]
    request: pytest.FixtureRequest

    def address(self, name: str) -> str:
        """Where the page of that name is."""
        return reverse(name, kwargs=self.addresses.get(name))

    def owner(self, name: str) -> User | AnonymousUser | None:
        """The first of the cast to whom a page answers, where there is one."""
        codes = zip(CAST, MATRIX[name].split(), strict=True)
        member = next((one for one, code in codes if code in ("200", "400") or _taken(name, code)), None)
        return self.request.getfixturevalue(member) if member else None

    def everywhere(self, word: Callable[[str, Field], str]) -> Iterator[Answer]:
        """Open each page, and send each of its forms in each way. `word`: for a field of the named page."""
        for name in NAMES:
            owner, address = self.owner(name), self.address(name)
            client = client_of(owner or AnonymousUser())
            opened = client.post(address) if name in POSTED else client.get(address)
            answer = Answer(name, address, None, opened)
            yield answer
            for form in Page(answer.text).forms:
                if not ours(form, address):
                    continue
                for way in WAYS:
                    sent = form.filled(lambda one, name=name: word(name, one), way)  # type: ignore[misc]
                    yield Answer(name, address, sent, send(client, form, address, sent))


def _taken(name: str, code: str) -> bool:
    return name in POSTED and code == "302"


def ours(form: Form, address: str) -> bool:
    """Whether a form of a page asks what the page is about; that of every page, such as sign-out, is not."""
    target = (form.action or address).split("?")[0].split("#")[0]
    return target == address or not target.startswith(("/sign-out/", "/quick-exit/", "/stay/"))


def send(client: Client, form: Form, address: str, sent: dict[str, list[str]]) -> Any:
    """Send a form as the browser does that shows it."""
    target = (form.action or address).split("#")[0]
    return client.post(target, sent) if form.method == "post" else client.get(target, sent)
