"""What the locked store says is heard: a set-back database, another note under a name, what is not ours."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError
from pytest_django import Settings

from audit import checkpoints, elsewhere, ledger, locked_store, note
from tests.audit import making
from tests.audit.test_checkpoints import command, lose
from tests.storing import LATER, Bucket, look, made, name_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kept", [3, 0])
def test_a_database_and_a_folder_that_were_set_back_are_told_by_the_store(bucket: Bucket, kept: int) -> None:
    last = made(5)[-1]
    look()
    lose(to=kept)
    for path in checkpoints.folder().iterdir():
        path.unlink()
    making.record()
    assert checkpoints.set_back() == (), "nothing beside the database tells it"
    look()
    assert checkpoints.set_back() == (last.note,)
    with pytest.raises(ledger.LogSetBackError):
        ledger.checkpoint(LATER)
    problem = ledger.verify().problem
    assert problem is not None
    assert problem.why.endswith("has another root than the log")
    assert len(bucket.versions()) == 5


def test_what_it_says_otherwise_under_a_name_of_ours_is_found(bucket: Bucket) -> None:
    row = made(2)[0]
    other = checkpoints.signed(note.Statement(row.origin, row.size, bytes(32)))
    bucket.put(name_of(row), other)
    look(whole=True)
    problem = ledger.verify().problem
    assert problem is not None
    assert name_of(row) in problem.why


def test_what_is_not_ours_hides_nothing_and_is_told(bucket: Bucket) -> None:
    first, second = made(2)
    bucket.put(name_of(first), "junk that came before it")
    bucket.put("read me.txt", "hello")
    bucket.put(name_of(first), "")
    assert look().waiting == 0
    bucket.put(name_of(second), "junk that came after it")
    bucket.put("0123456789abcdef-000000000099.txt", second.note)
    for _ in range(2):
        found = look(whole=True)
    assert (found.foreign, found.waiting) == (4, 0)
    assert "4 under names of checkpoints that this log did not sign" in " ".join(elsewhere.alerts(LATER))
    assert sorted(map(bucket.text, bucket.versions())).count(first.note) == 1
    assert (checkpoints.set_back(), ledger.verify().problem) == ((), None)


def test_a_store_whose_fingerprints_are_others_is_read_once(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(2)
    look()
    versions, read = locked_store.Store.versions, locked_store.Store.read
    reads: list[str] = []

    def sealed(self: locked_store.Store, *given: Any, **more: Any) -> Any:
        for one in versions(self, *given, **more):
            yield locked_store.Version(one.name, one.id, "0" * 32, one.made_at)

    def counted(self: locked_store.Store, version: locked_store.Version) -> str:
        reads.append(version.name)
        return read(self, version)

    monkeypatch.setattr(locked_store.Store, "versions", sealed)
    monkeypatch.setattr(locked_store.Store, "read", counted)
    for _ in range(3):
        found = look()
    assert (found.waiting, found.foreign, len(reads), len(bucket.versions())) == (0, 0, 2, 2)


NOTED = {"at": "2026-01-01T09:00:00+00:00", "newest": None, "since": None}
DAMAGED = (
    *("", "[]", "{}", '{"at": 1}', "[" * 100_000),
    *map(json.dumps, ({**NOTED, "more": 1}, {**NOTED, "size": "many"}, {**NOTED, "words": 3})),
    json.dumps({**NOTED, "at": "2026-01-01"}),  # of no time zone: it cannot be compared
)


@pytest.mark.parametrize("text", DAMAGED, ids=range(len(DAMAGED)))
def test_a_note_of_the_last_look_that_is_damaged_is_as_none(bucket: Bucket, text: str) -> None:
    made(1)
    (checkpoints.folder() / ".locked-store.json").write_text(text)
    assert elsewhere.last_look() is None
    assert look().waiting == 0


# --- The command -------------------------------------------------------------------------------------------


def test_trying_the_store_says_until_when_nobody_can_delete(bucket: Bucket) -> None:
    making.record()
    code, said = command("--try-store")
    assert (code, len(bucket.versions())) == (0, 1)
    assert said.startswith(
        "The locked store works: it holds the checkpoint of 1 entries, and says that this is "
    )


def test_a_store_that_does_not_lock_is_told(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locked_store.Store, "require_lock", lambda _: None)
    call = locked_store.Store._call

    def forgetful(self: locked_store.Store, name: str, **given: Any) -> Any:
        return call(
            self, name, **{key: one for key, one in given.items() if not key.startswith("ObjectLock")}
        )

    monkeypatch.setattr(locked_store.Store, "_call", forgetful)
    made(1)
    for _ in range(2):
        assert look().words == "does not say that the newest checkpoint is locked there"
        assert elsewhere.alerts(LATER) == [
            "The locked store does not say that the newest checkpoint is locked there."
        ]
    with pytest.raises(CommandError, match="does not say that the newest checkpoint is locked there"):
        command("--try-store")


def test_trying_a_bucket_without_lock_puts_nothing(bucket: Bucket, settings: Settings) -> None:
    making.record()
    settings.CHECKPOINT_BUCKET = bucket.name = f"plain-{uuid4()}"
    bucket.client.create_bucket(Bucket=bucket.name)
    with pytest.raises(CommandError, match="The locked store has a bucket without object lock"):
        command("--try-store")
    assert bucket.versions() == []


def test_the_command_prints_and_puts_and_says_what_went_wrong(
    bucket: Bucket, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    making.record()
    note.read(command()[1])
    assert len(bucket.versions()) == 1
    settings.CHECKPOINT_BUCKET = "not-there"
    note.read(command()[1])
    assert "The locked store has no bucket of this name." in capsys.readouterr().err
