"""Canaries: unique words in everything that is sealed. After everybody did everything they are nowhere else.

The fields are found by looking at all models, the pages by looking at all addresses and at the forms on them:
what is added later is swept without a word here.
"""

import base64
import logging
import os
import re
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail, signing
from django.core.cache import cache
from django.db import connection, models
from django.test import Client
from django.urls import reverse

from audit import export_files, export_work
from audit.models import Entry, Export
from cases import actions
from cases.fields import SealedTextField
from cases.models import Case, User
from dahashare.logs import LOGGING, PrivateFormatter
from sharing import export_actions, log_columns, typing_actions
from sharing.models import Draft
from sharing.windows import Window
from tests.cast import PASSWORD, CaseFile
from tests.clear import whole_database
from tests.sharing import advising, hurrying
from tests.sharing.deciding import NOW, REASON, decided, draft_of
from tests.sharing.filling import decider
from tests.test_matrix import addresses
from tests.visiting import Answer, Field, Page, Walk

__all__ = ["addresses"]
pytestmark = pytest.mark.django_db(transaction=True)

WORD = "Zephyrwhistle"
"""Every canary begins so; nobody would write it by chance."""
BORN, PHONE, POSTCODE = "1911-10-17", "07700 900741", "ZX9 7QQ"
SECRET = "Zephyrwhistle two unrelated"
NEEDLES = [WORD, BORN, "17 October 1911", PHONE, PHONE.replace(" ", ""), POSTCODE, PASSWORD]
OF_THE_ORGANISATION = re.compile(
    "agenc|agreement|setup|person_(?!access)|people|teams|account_login|openid|team_hand_on"
)
"""Pages whose text is no case's: names of staff, teams, agencies, policies. It is kept in clear."""
BY_ACTIONS = {"sharing.Draft.answers", "sharing.Typing.typed"}
"""Sealed fields whose text has a form of its own: filled through actions, not as a row."""


def canary(label: str) -> str:
    """The word of a field: letters alone, the same every time."""
    return WORD + "".join(chr(97 + byte % 26) for byte in sha256(label.encode()).digest()[:7])


def sealed_fields(*, history: bool) -> list[tuple[type[models.Model], SealedTextField]]:
    """Every sealed field there is; with those of history tables, or without."""
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedTextField) and (history or not hasattr(model, "history_id"))
    ]


def text_of(model: type[models.Model], field: SealedTextField) -> str:
    """The canary of a field: a birthday where nothing else fits, an address with a postcode."""
    word = canary(f"{model.__name__.removeprefix('Historical')}.{field.attname}")
    known = {"birth_date": BORN, "address": f"{word} Rise, {POSTCODE}", "contact": f"{word} {PHONE}"}
    return known.get(field.attname, word)


def fill_rows(case: Case) -> None:
    """A canary into every sealed field of one row of each model of the case."""
    for model in {model for model, _ in sealed_fields(history=False)}:
        ours = [field for own, field in sealed_fields(history=False) if own is model]
        if all(f"{model._meta.label}.{field.attname}" in BY_ACTIONS for field in ours):
            continue
        rows = model._base_manager.all()
        row = rows.filter(pk=case.pk).first() if model is Case else rows.filter(case=case).first()
        assert row is not None, f"nothing in the cast's case is a {model.__name__}: make one in `world`"
        for field in ours:
            setattr(row, field.attname, text_of(model, field))
        if getattr(model, "append_only", False):
            row.pk, row._state.adding = uuid4(), True
        row.save()


def texts(model: type[models.Model], field: SealedTextField) -> str:
    """What every row of a sealed field opens to."""
    return "\n".join(getattr(row, field.attname) for row in model._base_manager.all())


class Watch:
    """What leaves traces beside the database: logs, temporary files, whatever is opened for writing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = StringIO()
        self.opened: list[str] = []
        self.on = False
        sys.addaudithook(self._look)

    def _look(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.on and event == "open" and isinstance(arguments[0], str):
            flags = arguments[2] or 0
            if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                self.opened.append(arguments[0])


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Every logger at its most talkative, written as the application writes; temporary files in a folder."""
    watch = Watch(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    handler = logging.StreamHandler(watch.log)
    handler.setFormatter(PrivateFormatter(LOGGING["formatters"]["private"]["format"]))
    loggers = [logging.getLogger(name) for name in (None, *logging.root.manager.loggerDict)]
    kept = [(one, one.level, one.propagate) for one in loggers]
    for one in loggers:
        # Statements and what templates look up in vain are for somebody who debugs: nothing turns them on.
        one.setLevel(logging.INFO if one.name.startswith(("django.db", "django.template")) else logging.DEBUG)
        if one is logging.root or not one.propagate:
            one.addHandler(handler)
    watch.on = True
    yield watch
    watch.on = False
    for one, level, propagate in kept:
        one.removeHandler(handler)
        one.setLevel(level)
        one.propagate = propagate


@pytest.fixture
def world(
    addresses: dict[str, dict[str, Any]], case_file: CaseFile, officer: User, granted: User
) -> dict[str, dict[str, Any]]:
    """The matrix's world with a canary in every sealed field, a decision made of them, and typing."""
    case = case_file.case
    reason = f"{REASON} {canary('Draft.answers')}"
    said = {"harm_if_not": canary("harm"), "reason_text": reason, "fits": canary("fits")}
    decided(officer, case_file, **said)
    hurrying.recorded(officer, case_file, note=canary("note"), told_name=canary("told"))
    people = [{"role": "victim_survivor", "name": canary("created"), "address": canary("lives at")}]
    actions.create_case(by=officer, team=case.team, concern_identified_at=NOW, people=people)
    draft_of(officer, case_file, **said)
    actions.log_consent(by=officer, case=case, values={"happened_on": NOW.date(), "wishes": "agrees"})
    words = {name: canary(f"advice {name}") for name in advising.TEXTS}
    asked = advising.ask(officer, case, granted, **words)
    advising.answer(granted, asked, answer=canary("advised"))
    fill_rows(case)
    addresses["advice"] = {"reference": asked.reference}
    draft = Draft.objects.get(id=addresses["draft"]["draft_id"])
    typing_actions.keep_typing(
        by=officer, draft=draft, page="reasons", window=Window(uuid4()), saves=draft.saves,
        typed=f"harm_if_not={canary('Typing.typed')}",
    )  # fmt: skip
    return addresses


def word_for(name: str, field: Field) -> str:
    """What is typed into a field: a canary, but plain words where the organisation's own text is kept."""
    if field.kind == "password":
        return SECRET
    if field.kind == "email" or "email" in field.name:
        return f"{canary(name)}@council.example" if name == "account_login" else "plain@council.example"
    if OF_THE_ORGANISATION.match(name):
        return "Plain words"
    return canary(f"{name}.{field.name}") if field.name != "reference" else "C-ZZZZZZ"


def in_answer(answer: Answer) -> Iterator[str]:
    """Where a canary stands that must not: addresses, headers, cookies, titles; forms that put it so."""
    response = answer.response
    for header, value in response.headers.items():
        if held(value):
            yield f"the header {header}"
    for morsel in response.cookies.values():
        if held(morsel.value) or held(_unsigned(morsel.value)):
            yield f"the cookie {morsel.key}"
    if answer.html:
        page = Page(answer.text)
        if held(page.title):
            yield "the title"
        yield from (f"the address {one}" for one in page.addresses if held(one))
        for form in page.forms:
            if form.method == "get":
                yield from (f"the address, by {one.name}" for one in form.fields if one.typed)


def _unsigned(text: str) -> str:
    try:
        return str(signing.loads(text, max_age=None)) + str(base64.urlsafe_b64decode(text + "==="))
    except (signing.BadSignature, ValueError, zlib.error):
        return ""


def _forms_of(needle: str) -> Iterator[bytes]:
    plain = needle.encode()
    yield from (plain.lower(), plain.lower().replace(b" ", b"%20"), plain.lower().replace(b" ", b"+"))
    yield from (needle.lower().encode("utf-16-le"), plain.hex().encode())
    for shift in range(3):
        coded = base64.b64encode(b"x" * shift + plain)[-(-shift * 4 // 3) :].rstrip(b"=")
        yield coded[:-1].lower()


def held(data: str | bytes, more: tuple[str, ...] = ()) -> str:
    """Which needle stands in this, in clear or in a common coding; nothing where none does."""
    seen = (data.encode("utf-8", "replace") if isinstance(data, str) else data).lower()
    return next((one for one in [*NEEDLES, *more] if any(form in seen for form in _forms_of(one))), "")


def second_step(user: User) -> tuple[str, ...]:
    """Set up an app for the second step of the sign-in, and return what must stay secret."""
    from tests.accounts.test_two_step import codes_of, with_app

    return (with_app(user), *codes_of(user))


def everything(walk: Walk, judge: Callable[[Answer], None], case_file: CaseFile, colleague: User) -> None:
    """Every page and every form of it; a whole decision; sign-in with errors; a form after its session."""
    for answer in walk.everywhere(word_for):
        judge(answer)
    owner = walk.request.getfixturevalue("officer")
    who = decider(owner, case_file)
    who.everything()
    judge(Answer("draft_record", "", {}, who.record()))
    client = Client(raise_request_exception=False)
    for password in (SECRET, PASSWORD):
        data = {"login": colleague.email, "password": password}
        judge(Answer("account_login", "", data, client.post(reverse("account_login"), data)))
    gone = Client()
    gone.force_login(colleague, backend="cases.signed_in.Backend")
    Session.objects.filter(session_key=gone.session.session_key).update(expire_date="2000-01-01 00:00Z")
    data = {"role": "other", "name": canary("parked")}
    judge(Answer("parked", "", data, gone.post(f"/cases/{case_file.case.reference}/people/add/", data)))


def exported(by: User, second: User) -> list[Export]:
    """Exports with names and free text, asked for and approved: one is taken away, one is half written."""
    found: list[Export] = []
    for _ in range(2):
        columns = [one.code for one in log_columns.COLUMNS]
        options = {"filters": {}, "columns": columns, "format": "jsonl", "locked": False}
        options |= {"names": True, "free_text": True}
        purpose, reason = canary("purpose_text"), canary("needed for")
        export, _ = export_actions.ask_export(
            by=by, purpose="other", options=options, purpose_text=purpose, reason=reason
        )
        export_actions.approve_export(by=second, export=export, reason=canary("approved"))
        while not found and export_work.work():
            pass
        found.append(export)
    assert export_work.work(seconds=0)
    return found


def test_every_sealed_field_is_filled(world: dict[str, dict[str, Any]]) -> None:
    for model, field in sealed_fields(history=True):
        assert text_of(model, field) in texts(model, field), f"{model.__name__}.{field.attname} has no canary"
    assert len(sealed_fields(history=False)) > 20


def test_what_is_sealed_is_nowhere_else(
    world: dict[str, dict[str, Any]], request: pytest.FixtureRequest, watch: Watch, case_file: CaseFile,
    colleague: User, granted: User, governance: User, manager: User, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    secrets = second_step(granted)
    monkeypatch.setattr(export_work, "CHUNK", 1)
    taken, half = exported(governance, manager)
    entries, shown, wrong = Entry.objects.count(), set(), []

    def judge(answer: Answer) -> None:
        what = "posted to" if answer.sent is not None else "opened"
        if answer.response.status_code >= 500:
            wrong.append(f"{answer.name}, {what}: {answer.response.status_code}")
        wrong.extend(f"{answer.name}, {what}: {place}" for place in in_answer(answer))
        if answer.sent is None and WORD.encode() in answer.body:
            shown.add(answer.name)

    everything(Walk(world, request), judge, case_file, colleague)
    assert held(b"".join(export_actions.download_export(by=governance, export=taken)))
    assert not wrong, "\n".join(wrong)
    assert len(shown) > 25, f"the sweep went past the text: it saw {sorted(shown)}"
    assert Entry.objects.count() > entries + 60
    places: dict[str, str | bytes] = {
        "the log": watch.log.getvalue(),
        "the mail": "\n".join(str(message.message()) for message in mail.outbox),
        "a session": "\n".join(str(row.get_decoded()) for row in Session.objects.all()),
        "the database": whole_database(),
        "a file opened for writing": "\n".join(watch.opened),
        **{f"the file {path.name}": path.read_bytes() for path in _files(watch.folder)},
    }
    kept = {path for path in _files(watch.folder) if export_files.folder() in path.parents}
    assert {one.suffix for one in kept} >= {".package", ".rows", ".about", ".proof", ".data"}
    assert {one.parent.name for one in kept} >= {taken.id.hex, half.id.hex}
    assert {place: held(data, secrets) for place, data in places.items() if held(data, secrets)} == {}


def _files(temporary: Path) -> Iterator[Path]:
    """Every file that the application keeps: SQLite's with its log, the queue's; and temporary ones."""
    for folder in (Path(settings.DATA_DIR), temporary):
        for path in folder.rglob("*"):
            assert not held(path.name), path.name
            if path.is_file() and "keys" not in path.parts:
                yield path


@pytest.mark.parametrize("leak", ["table", "session", "cache", "log", "file"])
def test_the_sweep_would_find_a_leak(leak: str, watch: Watch, officer: User) -> None:
    text = f"about {canary('leak')} here"
    if leak == "table":
        User.objects.filter(pk=officer.pk).update(name=text)
    elif leak == "session":
        client = Client()
        client.force_login(officer, backend="cases.signed_in.Backend")
        session = client.session
        session["leak"] = text * 40
        session.save()
    elif leak == "cache":
        cache.set("leak", text)
    elif leak == "log":
        logging.getLogger("sharing.leak").debug("about %s", text)
    else:
        Path(tempfile.mkstemp()[1]).write_text(text)
    with connection.cursor():
        seen: list[str | bytes] = [
            whole_database(),
            watch.log.getvalue(),
            *(one.read_bytes() for one in _files(watch.folder)),
        ]
    sessions = [str(row.get_decoded()) for row in Session.objects.all()]
    assert any(held(one) for one in [*seen, *sessions])
