"""The locked store: what is put there stays, what it lacks is caught up, what refuses is told."""

import socket
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from django.db import connection
from pytest_django import Settings

from audit import beside, checkpoints, elsewhere, ledger, locked_store
from tests import servers
from tests.audit import making
from tests.audit.test_checkpoints import made as made_after
from tests.storing import LATER, NOW, Bucket, look, made, name_of

pytestmark = pytest.mark.django_db


# --- Putting -----------------------------------------------------------------------------------------------


def test_a_checkpoint_is_put_once_locked_and_nobody_deletes_it(bucket: Bucket) -> None:
    (row,) = made(1)
    for _ in range(2):
        found = look()
    assert (found.words, found.newest, found.size, found.waiting) == ("", row.made_at, 1, 0)
    (version,) = bucket.versions()
    assert version["Key"] == name_of(row) == next(checkpoints.folder().glob("*.txt")).name
    assert bucket.text(version) == row.note
    head = bucket.client.head_object(Bucket=bucket.name, Key=version["Key"])
    assert head["ObjectLockMode"] == "COMPLIANCE"
    assert abs(head["ObjectLockRetainUntilDate"] - LATER - timedelta(days=3653)) < timedelta(seconds=2)
    place = {"Bucket": bucket.name, "Key": version["Key"]}
    with pytest.raises(ClientError, match="AccessDenied"):
        bucket.client.delete_object(**place, VersionId=version["VersionId"], BypassGovernanceRetention=True)
    soon = {"Mode": "COMPLIANCE", "RetainUntilDate": LATER}
    with pytest.raises(ClientError, match="AccessDenied"):
        bucket.client.put_object_retention(**place, VersionId=version["VersionId"], Retention=soon)
    bucket.client.delete_object(**place)
    assert look(whole=True).waiting == 0, "what is marked as deleted is still there"
    assert len(bucket.versions()) == 1
    assert elsewhere.alerts(LATER) == []


def test_a_store_that_was_away_is_caught_up(bucket: Bucket, settings: Settings) -> None:
    right, settings.CHECKPOINT_ENDPOINT = (
        settings.CHECKPOINT_ENDPOINT,
        f"http://127.0.0.1:{servers.free_port()}",
    )
    rows = made(3)
    found = look(NOW + timedelta(hours=2, minutes=1))
    assert (found.words, found.lasting, found.newest) == ("does not answer", False, None)
    assert elsewhere.alerts(NOW + timedelta(minutes=59)) == [], "a store has its bad moments"
    told = " ".join(elsewhere.alerts(NOW + timedelta(hours=3)))
    assert "holds no checkpoint yet. Still to be put there: 3, the oldest from " in told
    assert "The locked store does not answer." in told
    assert "Nobody asked" in " ".join(elsewhere.alerts(NOW + timedelta(hours=5)))
    settings.CHECKPOINT_ENDPOINT = right
    assert look().waiting == 0
    assert bucket.names() == [name_of(row) for row in rows]
    assert elsewhere.alerts(LATER) == []
    settings.CHECKPOINT_ENDPOINT = "http://127.0.0.1:1"
    made_after(after=10)
    look(LATER)
    told = " ".join(elsewhere.alerts(LATER))
    assert f"holds is from {beside.moment(rows[-1].made_at)}. Still to be put there: 1" in told


def test_a_store_that_never_answers_is_given_up_soon(
    bucket: Bucket, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(1)
    monkeypatch.setattr(locked_store, "READ_SECONDS", 0.1)
    monkeypatch.setattr(locked_store, "TRIES", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CHECKPOINT_ENDPOINT = f"http://127.0.0.1:{silent.getsockname()[1]}"
        start = time.monotonic()
        assert look().words == "does not answer"
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_worker_killed_before_or_after_a_put_loses_and_doubles_nothing(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    rows, put = made(3), locked_store.Store.put
    done: list[str] = []

    def killed(self: locked_store.Store, *given: Any, **more: Any) -> str:
        if len(done) == after:
            raise SystemExit
        done.append(put(self, *given, **more))
        return done[-1]

    with monkeypatch.context() as patched:
        patched.setattr(locked_store.Store, "put", killed)
        with pytest.raises(SystemExit):
            look()
    assert len(bucket.versions()) == after
    look()
    assert bucket.names() == [name_of(row) for row in rows], "one version each"


def test_two_at_once_put_one_version_each(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, put = made(2), locked_store.Store.put

    def beaten(self: locked_store.Store, *given: Any, **more: Any) -> str:
        monkeypatch.setattr(locked_store.Store, "put", put)
        assert look().waiting == 0
        return put(self, *given, **more)

    monkeypatch.setattr(locked_store.Store, "put", beaten)
    assert look().words == ""
    assert bucket.names() == [name_of(row) for row in rows]


def test_what_time_is_left_for_is_put_and_the_newest_comes_first(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = made(3)
    put, clock = locked_store.Store.put, time.monotonic()

    def slow(self: locked_store.Store, *given: Any, **more: Any) -> str:
        patched.setattr(time, "monotonic", lambda: clock + 99)
        return put(self, *given, **more)

    with monkeypatch.context() as patched:
        patched.setattr(locked_store.Store, "put", slow)
        found = look()
    assert found.words.startswith("is slow")
    assert (bucket.names(), found.waiting) == ([name_of(rows[-1])], 2)
    monkeypatch.setattr(elsewhere, "NEWEST", 2)
    assert (look().waiting, len(bucket.names())) == (0, 3), (
        "where the oldest that is looked for lacks, all are"
    )


def test_the_newest_alone_are_held_against_it_each_time(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = made(4)
    look()
    seen: list[str] = []
    versions = locked_store.Store.versions

    def noted(self: locked_store.Store, prefix: str, after: str, *, pages: int) -> Any:
        seen.append(after)
        return versions(self, prefix, after, pages=pages)

    monkeypatch.setattr(elsewhere, "NEWEST", 2)
    monkeypatch.setattr(locked_store.Store, "versions", noted)
    look()
    assert seen == [name_of(rows[1])]
    look(whole=True)
    assert seen[1:] == [""]


@pytest.mark.django_db(transaction=True)
def test_the_store_is_never_asked_inside_a_transaction(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sharing import integrity_actions

    call, asked = locked_store.Store._call, []

    def watched(self: locked_store.Store, name: str, **given: Any) -> Any:
        asked.append((name, connection.in_atomic_block))
        return call(self, name, **given)

    monkeypatch.setattr(locked_store.Store, "_call", watched)
    making.record()
    assert integrity_actions.keep(NOW) is not None
    integrity_actions.check_log(now=NOW)
    assert {"put_object", "list_object_versions"} <= {name for name, _ in asked}
    assert not any(inside for _, inside in asked)
    assert len(bucket.versions()) == 1


# --- What refuses ------------------------------------------------------------------------------------------


def _wrong(settings: Settings, monkeypatch: pytest.MonkeyPatch, bucket: Bucket) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-made-up-secret")


def _none(settings: Settings, monkeypatch: pytest.MonkeyPatch, bucket: Bucket) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")


def _nowhere(settings: Settings, monkeypatch: pytest.MonkeyPatch, bucket: Bucket) -> None:
    settings.CHECKPOINT_BUCKET = "not-there"


def _plain(settings: Settings, monkeypatch: pytest.MonkeyPatch, bucket: Bucket) -> None:
    settings.CHECKPOINT_BUCKET = f"plain-{uuid4()}"
    bucket.client.create_bucket(Bucket=settings.CHECKPOINT_BUCKET)


def _setting(settings: Settings, monkeypatch: pytest.MonkeyPatch, bucket: Bucket) -> None:
    settings.CHECKPOINT_RETENTION_DAYS = "ten"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_wrong, "does not accept our credentials"),
        (_none, "cannot be asked: no credentials for it were found"),
        (_nowhere, "has no bucket of this name"),
        (_plain, "has a bucket without object lock: what is put there could be deleted, so nothing is"),
        (_setting, "cannot be asked: DAHASHARE_CHECKPOINT_RETENTION_DAYS is no whole number of days"),
    ],
)
def test_a_store_that_refuses_is_told_at_once_and_stops_nothing(
    change: Callable[[Settings, pytest.MonkeyPatch, Bucket], None],
    words: str,
    bucket: Bucket,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    change(settings, monkeypatch, bucket)
    (row,) = made(1)
    assert look(NOW).words.startswith(words)
    assert elsewhere.alerts(NOW)[0].startswith(f"The locked store {words}")
    assert "made-up" not in caplog.text, "neither a secret nor the name of a key"
    bucket.name = settings.CHECKPOINT_BUCKET
    if change is _plain:
        assert bucket.versions() == []
    assert ledger.verify().problem is None
    assert made_after(after=1).size == row.size + 1


def test_a_store_that_does_not_know_the_condition_is_given_it_all_the_same(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = made(1)
    call = locked_store.Store._call

    def older(self: locked_store.Store, name: str, **given: Any) -> Any:
        if "IfNoneMatch" in given:
            raise locked_store.StoreError("answered 501 (NotImplemented) to PutObject", lasting=False)
        return call(self, name, **given)

    monkeypatch.setattr(locked_store.Store, "_call", older)
    for _ in range(2):
        assert look().words == ""
    assert bucket.names() == [name_of(row)]
