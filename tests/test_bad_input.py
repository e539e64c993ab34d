"""Whatever is sent to any page: no 500, nothing written, and what is not yours is not there.

Pages and forms are found as tests/visiting.py finds them; nothing here names one.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from cases.models import Case, Team, User
from sharing.models import Draft
from tests.cast import UserFactory, make_case, open_for
from tests.sharing.advising import ask
from tests.sharing.asked_of_us import logged
from tests.sharing.deciding import decided, draft_of
from tests.sharing.exporting import asked_for
from tests.sharing.following import report
from tests.sharing.lettering import prepared
from tests.sharing.requesting import may_ask, requested
from tests.test_matrix import POSTED, addresses, happened, reminded
from tests.visiting import NAMES, WAYS, Field, Form, Page, Walk, client_of, ours, send

__all__ = ["addresses"]
pytestmark = pytest.mark.django_db

LONG = "x" * 10_000
JUNK = "'\"><script>{{7*7}}%s\\"
LOOKS = ("viewed", "listed", "refused", "printed")
"""How the kinds of entries end that reading makes, and trying to."""
EXTRA = {"is_superuser": "1", "role": "administrator", "owner": "1", "by": "1", "id": "1", "is_active": ""}


def written() -> dict[str, Any]:
    """What would show that something was written: entries but those of looking, rows, saves of drafts."""
    rows = {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.app_label in ("cases", "sharing") and model.__name__ != "ParkedPost"
    }
    kinds = Entry.objects.values_list("kind", flat=True)
    return rows | {
        "entries": sorted(kind for kind in kinds if not kind.endswith(LOOKS)),
        "saves": Draft.objects.aggregate(n=Sum("saves"))["n"],
    }


@pytest.fixture
def walk(addresses: dict[str, dict[str, Any]], request: pytest.FixtureRequest) -> Walk:
    """Every address, and who may open it."""
    return Walk(addresses, request)


def forms(walk: Walk) -> Iterator[tuple[str, Client, str, Form]]:
    """Every form of every page, with the browser of somebody who may send it."""
    for name in NAMES:
        address, client = walk.address(name), client_of(walk.owner(name) or AnonymousUser())
        if name in POSTED:
            yield name, client, address, Form("post", address)
            continue
        opened = client.get(address)
        if opened.status_code == 200 and "html" in opened.headers["Content-Type"]:
            yield from (
                (name, client, address, form) for form in Page(opened.text).forms if ours(form, address)
            )


def raw(form: Form, word: str) -> bytes:
    """A form whose typed fields hold bytes as they are, which no text could say."""
    sent = form.filled(lambda _: "HERE").items()
    body = "&".join(f"{quote(name)}={quote(value)}" for name, values in sent for value in values)
    return body.replace("HERE", word).encode()


def spoiled(form: Form) -> Iterator[tuple[str, dict[str, list[str]] | bytes]]:
    """A form with something wrong in every field that somebody types into."""
    yield "NUL", form.filled(lambda _: "a\0b")
    yield "10,000 characters", form.filled(lambda _: LONG)
    yield "letters that turn the line, half a pair, no UTF-8", raw(form, "a%E2%80%AEb%ED%A0%80%FF")


OTHER_KINDS: tuple[tuple[str, bytes, str], ...] = (
    ("JSON", b'{"a": [1, {"b": null}]}', "application/json"),
    (
        "parts without an end",
        b"--x\r\nContent-Disposition: form-data; name=",
        "multipart/form-data; boundary=x",
    ),
    ("no form at all", b"\xff\xfe=%00&%zz", "application/x-www-form-urlencoded"),
)


def strange(form: Form, turn: int) -> Iterator[tuple[str, Any, str]]:
    """Posts that no page sends: what is hidden altered, lists for single answers, another kind of content."""
    names = [one.name for one in form.fields if one.name]
    yield "junk in every field", {name: [JUNK] for name in names}, ""
    yield "lists", {name: ["a", JUNK] for name in names} | {f"{name}[]": ["a"] for name in names}, ""
    yield OTHER_KINDS[turn % len(OTHER_KINDS)]


def post(client: Client, form: Form, address: str, data: Any, kind: str = "") -> Any:
    """Send what no browser would put together."""
    target = (form.action or address).split("#")[0]
    if isinstance(data, bytes):
        return client.generic("POST", target, data, kind or "application/x-www-form-urlencoded")
    return client.post(target, data)


def test_text_that_is_none_is_refused_and_nothing_is_written(walk: Walk) -> None:
    tried, wrong = 0, []
    for name, client, address, form in forms(walk):
        if form.method != "post" or not any(one.typed for one in form.fields):
            continue
        before = written()
        for what, data in spoiled(form):
            got = post(client, form, address, data).status_code
            tried += 1
            if got >= 500:
                wrong.append(f"{name}: {got} for {what}")
        if (after := written()) != before:
            wrong.append(f"{name} wrote {[key for key in after if after[key] != before[key]]}")
    assert not wrong, "\n".join(wrong)
    assert tried > 100


def test_whatever_is_posted_is_answered(walk: Walk) -> None:
    wrong = []
    for turn, (name, client, address, form) in enumerate(forms(walk)):
        for what, data, kind in strange(form, turn):
            if form.method == "post":
                got = post(client, form, address, data, kind).status_code
            else:
                got = client.get(address, data if isinstance(data, dict) else None).status_code
            if got >= 500:
                wrong.append(f"{name}: {got} for {what}")
    assert not wrong, "\n".join(wrong)


def test_what_a_form_does_not_ask_changes_nobody_and_a_second_post_nothing(walk: Walk, a_case: Case) -> None:
    def word(one: Field) -> str:
        return "plain@council.example" if "email" in one.name else "Plain words"

    refused, wrong = 0, []
    repeated: set[str] = set()
    for name, client, address, form in forms(walk):
        if form.method != "post" or not any(one.name == "request_key" for one in form.fields):
            continue
        more = {key: [value] for key, value in EXTRA.items() if not _asked(form, key)}
        refused += send(client, form, address, form.filled(word) | more).status_code == 200
        for way in WAYS:
            sent = form.filled(word, way)
            first = send(client, form, address, sent)
            after = written()["entries"]
            again = send(client, form, address, sent)
            repeated |= {name} if first.status_code == 302 else set()
            if max(first.status_code, again.status_code) >= 500 or written()["entries"] != after:
                wrong.append(f"{name}: {first.status_code}, then {again.status_code}: {written()['entries']}")
    assert not wrong, "\n".join(wrong)
    assert len(repeated) > 12, repeated
    assert refused > 20
    assert not User.objects.filter(is_superuser=True).exists()
    assert User.objects.filter(role="administrator").count() == 1
    a_case.refresh_from_db()
    assert a_case.owner == walk.request.getfixturevalue("officer")


def _asked(form: Form, name: str) -> bool:
    return any(one.name == name for one in form.fields)


@pytest.fixture
def others(other_team: Team, manager: User) -> dict[str, Any]:
    """What somebody else's case holds: identifiers as they stand in addresses, by name or first letter."""
    by = UserFactory(name="Ola North", teams=[other_team])
    file = make_case(by, other_team)
    decision = decided(by, file)
    first = requested(by, may_ask(by, file))
    item, access = file.information.id, open_for(UserFactory(), file.case, "emergency", timedelta(hours=1))
    return {
        "A": ask(by, file.case, None).reference, "C": file.case.reference, "D": decision.reference,
        "I": report(decision).reference, "L": prepared(first, "L1", by).reference,
        "Q": logged(by, file).reference, "R": first.reference, "T": reminded(by, file).reference,
        "recipient": uuid4(),
        "draft_id": draft_of(by, file).id, "item_id": item, "item": item, "person": file.child.id,
        "export_id": asked_for(UserFactory(role="governance")).id, "view_id": uuid4(),
        "checkpoint_id": uuid4(), "concern": happened(by, file).id,
        "access_id": access.id, "notice_id": uuid4(),
    }  # fmt: skip


OF_STAFF = ("case_access_until", "person")
"""A member of staff in the address of a case: for those who manage it, anybody's."""


FIXED = (
    *("slug", "page", "kind", "key", "series", "code", "word_id", "token", "person_id", "number"),
    *("age", "month"),
)
"""Arguments that are no case's."""


def _nobodys(name: str, value: Any) -> Any:
    return re.sub(r"-.*", "-ZZZZZZ", str(value)) if name == "reference" else uuid4()


def _swapped(
    page: str, kwargs: dict[str, Any], others: dict[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """The arguments of a page with each one somebody else's (or nobody's), and with all."""
    changed = {}
    for name, value in kwargs.items():
        if (page, name) == OF_STAFF or name in FIXED:
            continue
        key = str(value)[:1] if name == "reference" else name
        changed[name] = others[key] if others else _nobodys(name, value)
    yield from ({**kwargs, name: new} for name, new in changed.items())
    if len(changed) > 1:
        yield {**kwargs, **changed}


def test_what_is_somebody_elses_is_not_there(
    walk: Walk, others: dict[str, Any], officer: User, manager: User
) -> None:
    clients = [client_of(officer), client_of(manager)]
    tried, wrong, before = 0, [], written()
    for client in clients:
        nowhere = client.get("/nothing/at/all/").content
        for name, kwargs in walk.addresses.items():
            for one in _swapped(name, kwargs, others):
                address = reverse(name, kwargs=one)
                answers = (
                    [client.post(address)] if name in POSTED else [client.get(address), client.post(address)]
                )
                tried += 1
                wrong += [
                    f"{answer.status_code} from {address} ({name})"
                    for answer in answers
                    if (answer.status_code, answer.content) != (404, nowhere) and answer.status_code != 405
                ]
    assert not wrong, "\n".join(wrong)
    assert tried > 80
    assert written() == before


def test_what_never_was_is_answered_like_what_is_hidden(walk: Walk, officer: User) -> None:
    client = client_of(officer)
    nowhere = client.get("/nothing/at/all/").content
    for name, kwargs in walk.addresses.items():
        for one in _swapped(name, kwargs):
            address = reverse(name, kwargs=one)
            answer = client.post(address) if name in POSTED else client.get(address)
            assert (answer.status_code, answer.content) == (404, nowhere), f"{name}: {address}"
