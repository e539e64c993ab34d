"""What holds for every model, every action and every view, found by looking at all of them."""

import gc
import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from audit import guards, ledger
from audit.models import Entry
from cases import (
    access_actions,
    account_actions,
    actions,
    chronology_actions,
    closing,
    handing,
    matching,
    moving,
    setup_actions,
    staff_actions,
    timed_access,
    two_step_actions,
)
from cases.apps import append_only_models
from cases.models import User
from sharing import actions as sharing_actions
from sharing import (
    advice_actions,
    after_actions,
    agreement_actions,
    asked_actions,
    dashboard_actions,
    emergency_actions,
    export_actions,
    integrity_actions,
    letter_actions,
    report_actions,
    request_actions,
    review_actions,
    typing_actions,
)
from tests.cast import CaseFile
from tests.every_action import People, calls
from tests.sharing.deciding import answers, draft_of

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("audit", "cases", "sharing", "dahashare")

WITHOUT_HISTORY = {
    "audit.Head": "the ledger's own pointer; entries prove it",
    "audit.Export": "a job of the machine; asking for it, and what came of it, are ledger entries",
    "sharing.SavedView": "somebody's own filters of a list",
    "cases.Canary": "a tracked key could never be destroyed",
    "cases.CaseKey": "a tracked key could never be destroyed",
    "cases.CaseGroupPermission": "guardian asks for it; nothing is ever in it",
    "cases.Notice": "tells of what the ledger holds; only that it was seen changes",
    "cases.SignInLink": "holds only the hash of a token; making and using one are ledger entries",
    "cases.ParkedPost": "a form on its way through sign-in; it is taken out or thrown away within the hour",
    "sharing.Mail": "work of the machine: a message that names nobody, and whether it went",
    "sharing.Reminder": "a clock that rang; what it belongs to is in the ledger",
    "sharing.Draft": "answers in progress appear in no log",
    "sharing.Tally": "counts that the decisions are counted into again at any time; they name nothing",
    "sharing.TallyDay": "which days are counted: so much for the dashboard's speed, and for nothing else",
    "sharing.TallyMark": "which days are to be counted again; it goes when they are",
    "sharing.Typing": "what is typed and not saved yet appears in no log",
}
UNLOGGED = sharing_actions.UNLOGGED
TWO_ENTRIES = {"close_as_duplicate", "match_case", "write_request", "receive", "move", "expire_exports"}
"""The actions that are told in two chains, or are two events, or end two exports: an entry for each."""
READING = {
    "look_for_identity",
    "open_follow_up",
    "plain",
    "last_day",
    *("left_behind", "places", "places_of", "takers", "to_hand_on"),
    *("fetch", "may_review", "over_at", "register", "running"),
    "link_owner",
    "names_themselves",
    "answers_of",
    "necessity",
    "needs",
    "require_order",
}
"""Public names in the rooms of actions that write nothing."""


def _own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in FLOORS]


def test_every_model_has_history_or_is_append_only_or_says_why_not() -> None:
    append_only = set(append_only_models()) | {Entry}
    unlisted = {
        model._meta.label
        for model in _own_models()
        if model not in append_only
        and not hasattr(model, "history")
        and model._meta.label not in WITHOUT_HISTORY
    }
    assert unlisted == set()


@pytest.mark.django_db
def test_every_append_only_table_is_guarded_and_armed() -> None:
    tables = {model._meta.db_table for model in append_only_models()} | {Entry._meta.db_table}
    assert tables <= set(guards.guarded())
    assert guards.missing() == []


FIRST_START = {"first_administrator"}
"""Only on an empty live copy: tests/cases/test_accounts*.py call it there."""


def _public(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            yield name


ROOMS = (
    access_actions, after_actions, emergency_actions, actions, account_actions, chronology_actions, closing,
    handing, staff_actions,
    matching, moving,
    asked_actions, request_actions, letter_actions,
    sharing_actions, report_actions, advice_actions, agreement_actions, setup_actions, timed_access,
    two_step_actions, integrity_actions, export_actions, dashboard_actions, review_actions,
)  # fmt: skip
ACTIONS = sorted(
    {name for module in ROOMS for name in _public(module)}
    - READING - UNLOGGED - integrity_actions.UNLOGGED
    - emergency_actions.UNLOGGED - after_actions.UNLOGGED - asked_actions.UNLOGGED
    - FIRST_START
)  # fmt: skip


def _counts() -> dict[str, int]:
    """How many rows each table has, asked at once: it is asked after every action."""
    tables = {model._meta.label: model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    # The names are those of our own models.
    each = (f"SELECT '{label}', COUNT(*) FROM \"{table}\"" for label, table in tables.items())  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return dict(cursor.fetchall())


class Start:
    """What is in the database, in the objects made of it and among the checkpoints: to come back to."""

    def __init__(self) -> None:
        self.objects = [
            (one, dict(vars(one)), dict(one._state.fields_cache))
            for one in gc.get_objects()
            if issubclass(type(one), models.Model)
        ]
        self.counts = _counts()
        self.files = {path: path.read_bytes() for path in Path(settings.CHECKPOINT_DIR).glob("*")}

    @contextmanager
    def again(self) -> Iterator[None]:
        """Take back what is done within; a savepoint that a durable transaction does not see."""
        before = transaction.savepoint()
        try:
            yield
        finally:
            transaction.savepoint_rollback(before)
            for path in set(Path(settings.CHECKPOINT_DIR).glob("*")) - set(self.files):
                path.unlink()
            for path, text in self.files.items():
                path.write_bytes(text)
            for one, held, related in self.objects:
                vars(one).clear()
                vars(one).update(held)
                one._state.fields_cache = dict(related)


@pytest.mark.django_db
def test_an_action_appends_one_entry_and_leaves_no_row_where_that_fails(
    case_file: CaseFile, officer: User, manager: User, administrator: User, colleague: User, governance: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Every action, one after another from one start, which takes longer to make than all of them."""
    ready = calls(case_file, People(officer, manager, administrator, colleague, governance))
    start, append, missed = Start(), ledger.append, []
    for name in ACTIONS:
        call, entries = ready[name], 2 if name in TWO_ENTRIES else 1
        monkeypatch.setattr(ledger, "append", _refuse)
        with start.again():
            missed += [f"{name}: leaves rows without an entry"] if not _refused(call, start.counts) else []
        monkeypatch.setattr(ledger, "append", append)
        with start.again():
            call()
            appended = Entry.objects.count() - start.counts["audit.Entry"]
            missed += [f"{name}: {appended} entries, not {entries}"] if appended != entries else []
    assert missed == []


def _refused(call: Callable[[], Any], before: dict[str, int]) -> bool:
    """Whether an action whose entry is refused says so, and leaves every table as it was."""
    with pytest.raises(_RefusedError):
        call()
    return _counts() == before


class _RefusedError(Exception):
    """The ledger takes nothing."""


def _refuse(_sealed: Any) -> None:
    raise _RefusedError


@pytest.mark.django_db
def test_drafts_appear_in_no_log(case_file: CaseFile, officer: User) -> None:
    assert {"start_draft", "save_draft", "discard_draft"} == UNLOGGED
    assert set(_public(typing_actions)) == typing_actions.UNLOGGED
    before = Entry.objects.count()
    draft = draft_of(officer, case_file)
    draft = sharing_actions.save_draft(by=officer, draft=draft, answers=answers(case_file), saves=draft.saves)
    sharing_actions.discard_draft(by=officer, draft=draft)
    assert Entry.objects.count() == before


def _sources(*folders: str) -> Iterator[tuple[Path, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT), path.read_text()


def test_no_view_reads_a_table_of_cases_but_through_the_policy() -> None:
    allowed = {"User", "Team", "Agency", "Policy"}
    found = {
        f"{path}: {name}.objects"
        for path, text in _sources("cases/views", "sharing/views", "dahashare/views.py")
        for name in re.findall(r"\b(\w+)\.(?:objects|_base_manager|_default_manager)\b", text)
        if name not in allowed
    }
    assert found == set()


def test_nothing_writes_past_the_history() -> None:
    """simple-history sees no bulk write, so only tables without history are written in bulk."""
    bulk = re.compile(r"\b(?:(\w+)\.objects[^\n]*|(\w+))\.(?:update|bulk_create|bulk_update)\(")
    free = {"Head", "CaseKey", "Canary", "Notice", "SignInLink", "Draft", "Typing", "ParkedPost"}
    free |= {"Mail", "Reminder", "Tally", "TallyDay", "Export"}
    found = {
        f"{path}: {match.group(0)}"
        for path, text in _sources("audit", "cases", "sharing", "dahashare")
        for match in bulk.finditer(text)
        if match.group(1) and match.group(1) not in free
    }
    assert found == set()
