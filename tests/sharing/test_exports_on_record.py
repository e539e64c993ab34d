"""An export's row is a place in the queue: what it does was sealed. Whoever writes rows gains nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from audit import export_work, exports, ledger
from audit.models import Entry, Export
from cases import events
from cases.models import User
from sharing import export_actions, export_seals
from sharing.rules import exporting as rule
from tests.browser import BACKEND
from tests.cast import CaseFile, UserFactory
from tests.sharing.exporting import approved, asked_for
from tests.sharing.exporting import written as made
from tests.sharing.taking_out import many, written

pytestmark = pytest.mark.django_db
NAMED = {"names": True, "free_text": True}


@pytest.fixture(autouse=True)
def _decisions(officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_work, "CHUNK", 1)
    many(officer, case_file, 2)


@pytest.fixture
def other() -> User:
    return UserFactory(role="governance")


def change(export: Export, **columns: Any) -> None:
    """Write to the row as somebody does who writes to the database."""
    Export.objects.filter(id=export.id).update(**columns)


def kinds(person: UUID) -> list[str]:
    return list(ledger.history(person).values_list("kind", flat=True))


def stopped(export: Export, owner: User, caplog: pytest.LogCaptureFixture, entries: int = 1) -> bool:
    """Whether it ended for good: nothing of it on the disk, its owner and the administrator told."""
    export.refresh_from_db()
    assert (export.state, export.error) == (exports.FAILED, exports.NOT_AS_ASKED)
    assert (export.secret, export.owner) == (None, owner.id)
    assert not exports.folder_of(export.id).exists()
    assert kinds(owner.id).count("export.failed") == entries
    assert not Entry.objects.filter(kind__in=("case.exported", "export.written")).exists()
    (said,) = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert str(export.id) in said
    assert "Achterberg" not in caplog.text
    return True


OPTIONS: dict[str, Any] = {
    "filters": {"outcome": "share_all"}, "columns": ["decision", "people"], "format": "jsonl",
    "names": True, "free_text": True, "locked": True, "more": 1,
}  # fmt: skip


@pytest.mark.parametrize("name", [*OPTIONS, "nothing"])
def test_what_it_holds_is_what_was_asked_for(
    name: str, governance: User, caplog: pytest.LogCaptureFixture
) -> None:
    export = asked_for(governance)
    change(export, options=export.options | {name: OPTIONS[name]} if name in OPTIONS else [])
    written(export)
    assert stopped(export, governance, caplog)


@pytest.mark.parametrize("column", ["owner", "purpose", "asked_at", "approved_by"])
def test_its_row_is_what_was_asked_for(
    column: str, governance: User, other: User, caplog: pytest.LogCaptureFixture
) -> None:
    export = asked_for(governance)
    values = {"owner": other.id, "purpose": "audit", "asked_at": timezone.now(), "approved_by": other.id}
    change(export, **{column: values[column]})
    written(export)
    assert stopped(export, governance, caplog)


@pytest.mark.parametrize("request_of", ["nobody", "another"])
def test_a_made_up_row_writes_nothing(
    request_of: str, governance: User, other: User, caplog: pytest.LogCaptureFixture
) -> None:
    """With the secret of another, and with the request of another."""
    real = asked_for(governance)
    made_up = Export.objects.get(id=real.id)
    change(real, request_key=uuid4(), state=exports.CANCELLED)
    made_up.id, made_up.owner = uuid4(), other.id
    if request_of == "nobody":
        made_up.request_key = uuid4()
    made_up.options |= NAMED
    made_up.save(force_insert=True)
    written(made_up)
    assert stopped(made_up, other, caplog)


@pytest.mark.parametrize("column", ["source", "owner"])
def test_a_row_that_names_what_there_is_not_keeps_no_other_from_being_written(
    column: str, governance: User
) -> None:
    bad, good = asked_for(governance), asked_for(governance)
    change(bad, **{column: "x" if column == "source" else uuid4()})
    if column == "owner":
        change(bad, request_key=uuid4())
    assert written(good).state == exports.DONE
    bad.refresh_from_db()
    assert (bad.state, bad.error) == (exports.FAILED, exports.NOT_AS_ASKED)


def test_what_is_changed_between_two_turns_ends_it(
    governance: User, caplog: pytest.LogCaptureFixture
) -> None:
    """Names that are written already must not be told in no case."""
    export = approved(asked_for(governance, **NAMED))
    assert export_work.work(seconds=0)
    change(export, options=export.options | {"names": False})
    written(export)
    assert stopped(export, governance, caplog)


@pytest.mark.parametrize("column", ["log_size", "total", "manifest"])
def test_what_was_fixed_stays_fixed(column: str, governance: User, caplog: pytest.LogCaptureFixture) -> None:
    export = asked_for(governance)
    assert export_work.work(seconds=0)
    export.refresh_from_db()
    values: dict[str, Any] = {
        "log_size": (export.log_size or 0) + 1,
        "total": 1,
        "manifest": export.manifest | {"chunk": 2},
    }
    change(export, **{column: values[column]})
    written(export)
    assert stopped(export, governance, caplog)


def test_the_secret_of_another_export_opens_nothing(governance: User) -> None:
    locked, export = asked_for(governance, locked=True), asked_for(governance)
    change(locked, secret=export.secret)
    assert written(locked).error == exports.DAMAGED


# --- approving ------------------------------------------------------------------------------------------


def forged(export: Export, by: User, said: dict[str, str] | None = None) -> None:
    """Queue an export with an approval that somebody with the keys sealed, and no action made."""
    now = timezone.now()
    asked = export_seals.asked(export)
    assert asked is not None
    content = rule.deciding(export.id, rule.APPROVED, asked.hash, now) | (said or {})
    key = export_seals.decided_key(export)
    with transaction.atomic():
        ledger.append(events.seal("export.approved", content, by=by, now=now, request_key=key))
    change(export, state=exports.QUEUED, approved_by=by.id, approved_at=now)


@pytest.mark.parametrize("options", [{"names": True}, {"names": True, "free_text": True}])
def test_without_an_approval_no_name_is_written(
    options: dict[str, bool], governance: User, other: User, caplog: pytest.LogCaptureFixture
) -> None:
    export = asked_for(governance, **options)
    change(export, state=exports.QUEUED, approved_by=other.id, approved_at=timezone.now())
    written(export)
    assert stopped(export, governance, caplog)


def test_free_text_alone_needs_somebody_else_too(governance: User) -> None:
    assert asked_for(governance, free_text=True).state == exports.WAITING


@pytest.mark.parametrize(
    "said",
    [
        {"export": str(uuid4())},
        {"asked": "0" * 64},
        {"answer": rule.REFUSED},
        {"at": "2026-01-01T00:00:00+00:00"},
    ],
)
def test_an_approval_of_something_else_is_none(
    said: dict[str, str], governance: User, other: User, caplog: pytest.LogCaptureFixture
) -> None:
    """Of another export; of another request, or made before this one; a refusal that was renamed."""
    export = asked_for(governance, **NAMED)
    forged(export, other, said)
    written(export)
    assert stopped(export, governance, caplog)


@pytest.mark.parametrize("who", ["governance", "officer", "administrator"])
def test_an_approval_by_somebody_who_cannot_is_none(
    who: str, governance: User, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    export = asked_for(governance, **NAMED)
    forged(export, request.getfixturevalue(who))
    written(export)
    assert stopped(export, governance, caplog)


def test_an_approval_counts_while_whoever_gave_it_could_give_it(
    governance: User, other: User, caplog: pytest.LogCaptureFixture
) -> None:
    export = approved(asked_for(governance, **NAMED), other)
    User.objects.filter(id=other.id).update(is_active=False)
    written(export)
    assert stopped(export, governance, caplog)


def test_an_approval_cannot_be_taken_away(governance: User, other: User) -> None:
    export = approved(asked_for(governance, **NAMED), other)
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.filter(request_key=export_seals.decided_key(export)).delete()
    assert written(export).state == exports.DONE


def test_nobody_approves_what_was_not_asked_for(
    client: Client, governance: User, manager: User, caplog: pytest.LogCaptureFixture
) -> None:
    export = asked_for(governance, **NAMED)
    change(export, purpose="audit")
    client.force_login(manager, backend=BACKEND)
    assert client.post(f"/exports/{export.id}/approve/", {"answer": "approve"}).status_code == 404
    with pytest.raises(exports.NotRecordedError):
        export_actions.approve_export(by=manager, export=export, reason="It is needed")
    assert stopped(export, governance, caplog)
    assert "export.approved" not in kinds(manager.id)


# --- taking away ----------------------------------------------------------------------------------------


def test_what_was_written_for_one_is_not_taken_away_by_another(
    client: Client, governance: User, other: User, caplog: pytest.LogCaptureFixture
) -> None:
    export = made(governance, **NAMED)
    change(export, owner=other.id)
    client.force_login(other, backend=BACKEND)
    answer = client.post(f"/exports/{export.id}/download/")
    assert answer.status_code == 409
    assert "was stopped and nothing of it is kept" in answer.content.decode()
    assert "export.downloaded" not in kinds(other.id)
    client.force_login(governance, backend=BACKEND)
    page = client.get(f"/exports/{export.id}/").content.decode()
    assert exports.PROBLEMS[exports.NOT_AS_ASKED] in page
    assert "Try again" not in page
    assert kinds(governance.id)[-1] == "export.failed"
    assert "owner is not who asked for it" in caplog.text


LATER: dict[str, Callable[[Any], Any]] = {
    "expires_at": lambda export: export.expires_at + timedelta(days=2),
    "manifest": lambda export: export.manifest | {"sha256": "0" * 64},
    "total": lambda export: export.total + 1,
    "log_size": lambda export: export.log_size + 1,
    "options": lambda export: export.options | {"names": False},
    "approved_by": lambda export: export.owner,
}


@pytest.mark.parametrize("column", LATER)
def test_what_was_written_leaves_as_it_was_written(column: str, governance: User) -> None:
    export = made(governance, **NAMED)
    change(export, **{column: LATER[column](export)})
    with pytest.raises(exports.NotRecordedError):
        export_actions.download_export(by=governance, export=export)
    export.refresh_from_db()
    assert (export.state, export.secret) == (exports.FAILED, None)
    assert not exports.folder_of(export.id).exists()


def test_what_is_half_written_is_not_taken_away(governance: User) -> None:
    export = approved(asked_for(governance, **NAMED))
    assert export_work.work(seconds=0)
    export.refresh_from_db()
    name = next(path for path in exports.folder_of(export.id).iterdir() if path.suffix == ".data").name
    later = timezone.now() + timedelta(hours=1)
    change(export, state=exports.DONE, manifest={"package": name}, expires_at=later)
    with pytest.raises(exports.NotRecordedError):
        export_actions.download_export(by=governance, export=export)


@pytest.mark.parametrize("ended", ["written", "cancelled"])
def test_what_is_over_does_not_begin_again(ended: str, governance: User) -> None:
    export = made(governance) if ended == "written" else asked_for(governance)
    secret = export.secret
    if ended == "cancelled":
        export_actions.cancel_export(by=governance, export=export)
    change(export, state=exports.QUEUED, secret=secret, done=0, total=None, manifest={}, log_size=None)
    assert written(export).error == exports.NOT_AS_ASKED
    assert kinds(governance.id).count("export.written") == (ended == "written")
