"""Rows and files that somebody adds beside ours: they choose nothing that is signed, and hide nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from audit import checkpoints, elsewhere, ledger, locked_store, note
from audit.models import Checkpoint
from tests.audit import making
from tests.audit.test_checkpoints import lose
from tests.storing import LATER, NOW, Bucket, look, made, name_of

pytestmark = pytest.mark.django_db


def forged(**given: Any) -> Checkpoint:
    """A row as somebody with the database adds it."""
    said = {"size": 1, "root": bytes(32), "note": "", "made_at": NOW + timedelta(hours=5)}
    return Checkpoint.objects.create(**{**said, **given})


@pytest.mark.parametrize("origin", ["dahashare/log/../../../escaped", "dahashare/check", "dahashare/export"])
def test_a_row_does_not_choose_what_is_signed_nor_where_it_is_kept(origin: str) -> None:
    row = made(1)[0]
    forged(origin=origin, note=row.note)
    making.record()
    new = ledger.checkpoint(LATER)
    assert new is not None
    assert new.origin == row.origin
    assert (checkpoints.folder() / name_of(new)).exists()


def test_a_row_without_a_note_of_ours_gives_the_log_no_other_name() -> None:
    row = made(1)[0]
    forged(origin="dahashare/log/0123456789abcdef", note="nothing")
    making.record()
    new = ledger.checkpoint(LATER)
    assert new is not None
    assert new.origin == row.origin


def test_a_row_under_another_note_hides_no_log_that_was_set_back() -> None:
    last = made(4)[-1]
    lose(to=3)
    for _ in range(3):
        making.record()
    size = ledger.sequence()
    assert checkpoints.set_back() == (last.note,)
    other = note.Statement("dahashare/log/" + "f" * 16, size, ledger.edge(size).root())
    forged(origin=last.origin, size=99, note=checkpoints.signed(other))
    assert checkpoints.set_back() == (last.note,), "what another name says is no word of this one"


@pytest.mark.parametrize("name", ["{0}-999999999999.txt", "z{0}-000000000001.txt", "zz-zz.txt"])
def test_a_file_that_somebody_copies_hides_no_log_that_was_set_back(name: str) -> None:
    first, *_, last = made(4)
    lose(to=2)
    origin = name_of(first).partition("-")[0]
    (checkpoints.folder() / name.format(origin)).write_text(first.note)
    assert checkpoints.set_back() == (last.note,)


# --- The store -------------------------------------------------------------------------------------------


def test_a_row_that_is_no_checkpoint_is_not_locked_away_for_ten_years(bucket: Bucket) -> None:
    (row,) = made(1)
    forged(origin=row.origin, size=7, note="x" * 20_000)
    forged(origin=row.origin, size=8, note=row.note)
    for whole in (False, True):
        look(whole=whole)
    assert bucket.names() == [name_of(row)]
    assert "Still to be put there: 2" in " ".join(elsewhere.alerts(LATER)), "and it is told"


def test_a_store_that_says_it_has_what_it_does_not_show_is_told(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(1)

    def there(*_: Any, **__: Any) -> str:
        raise locked_store.ThereAlreadyError

    monkeypatch.setattr(locked_store.Store, "put", there)
    for _ in range(2):
        look()
    assert "holds no checkpoint yet. Still to be put there: 1" in " ".join(elsewhere.alerts(LATER))


def test_versions_of_one_id_are_not_taken_for_each_other(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was in a bucket before it kept versions has the id "null" under every name."""
    first, second = made(2)
    read = {name_of(first): first.note, name_of(second): "junk"}

    def versions(_: Any, prefix: str, after: str, *, pages: int) -> Any:
        return iter([locked_store.Version(name, "null", "0" * 32, NOW) for name in read])

    monkeypatch.setattr(locked_store.Store, "versions", versions)
    monkeypatch.setattr(locked_store.Store, "read", lambda _, one: read[one.name])
    monkeypatch.setattr(locked_store.Store, "locked_until", lambda *_: LATER + timedelta(days=1))
    for _ in range(2):
        assert look().foreign == 1
    monkeypatch.undo()


def test_a_listing_without_an_end_is_given_up(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = made(1)
    read = 0

    def endless(*_: Any, **__: Any) -> Any:
        nonlocal read
        while read < 50_000_000:
            read += 1
            yield locked_store.Version(name_of(row), str(read), "0" * 32, NOW)

    monkeypatch.setattr(locked_store.Store, "versions", endless)
    assert look(seconds=0.05).words.startswith("is slow")
    assert read < 5_000_000


def test_an_address_in_the_clear_is_a_warning(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.CHECKPOINT_BUCKET = "checkpoints"
    said = {}
    for address in ("http://store.example", "https://store.example", "http://127.0.0.1:8333", ""):
        settings.CHECKPOINT_ENDPOINT = address
        call_command("check")
        said[address] = "audit.W001" in capsys.readouterr().err
    assert [address for address, warned in said.items() if warned] == ["http://store.example"]
