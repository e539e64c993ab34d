"""Checkpoints: signed when the log has grown, kept beside the database, one name for one history."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from audit import checkpoints, ledger, merkle, note, signing
from audit.models import Check, Checkpoint
from tests.audit import making
from tests.guards import disarmed

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def files() -> list[Path]:
    return sorted(checkpoints.folder().iterdir()) if checkpoints.folder().exists() else []


def made(count: int = 1, *, after: int = 0) -> Checkpoint:
    """A checkpoint over `count` new entries."""
    for _ in range(count):
        making.record()
    row = ledger.checkpoint(NOW + timedelta(hours=after))
    assert row is not None
    return row


def test_an_empty_log_is_not_signed() -> None:
    assert ledger.checkpoint(NOW) is None
    assert ledger.newest_checkpoint() is None
    assert files() == []


def test_a_checkpoint_is_a_row_a_file_and_a_signed_note_of_the_log() -> None:
    entries = [making.record() for _ in range(3)]
    row = ledger.checkpoint(NOW)
    assert row is not None
    (path,) = files()
    assert path.read_text() == row.note
    assert path.stat().st_mode & 0o777 == 0o600
    read = note.read(row.note)
    assert read.signed_by(signing.key_name(), signing.public_key())
    assert read.statement == note.Statement(
        row.origin, 3, merkle.root([bytes(entry.hash) for entry in entries])
    )
    assert row.origin.startswith("dahashare/log/")
    assert ledger.newest_checkpoint() == row


def test_a_check_that_somebody_adds_does_not_choose_what_is_signed() -> None:
    entries = [making.record() for _ in range(3)]
    ledger.sequence()
    edge = merkle.Frontier()
    edge.extend([bytes(32)] * 3)
    said = {"origin": "", "size": 3, "root": edge.root(), "frontier": bytes(edge)}
    Check.objects.create(at=NOW, whole=True, entries=3, subjects=3, **said)
    row = ledger.checkpoint(NOW)
    assert row is not None
    assert bytes(row.root) == merkle.root([bytes(entry.hash) for entry in entries])


def test_it_is_made_when_the_log_has_grown_and_a_quarter_of_an_hour_has_passed() -> None:
    first = made()
    making.record()
    assert ledger.checkpoint(NOW + timedelta(minutes=14)) is None
    second = ledger.checkpoint(NOW + timedelta(minutes=15))
    assert second is not None
    assert (second.origin, second.size) == (first.origin, 2)
    assert ledger.checkpoint(NOW + timedelta(hours=1)) is None
    making.record()
    at_once = ledger.checkpoint(NOW + timedelta(minutes=16), at_once=True)
    assert at_once is not None
    assert at_once.size == 3
    assert len(files()) == 3
    shown = ledger.proof(merkle.consistency(1, 3))
    assert merkle.consistent(1, 3, bytes(first.root), bytes(at_once.root), shown)


def test_the_second_folder_has_the_same_and_may_be_away(settings: Settings, tmp_path: Path) -> None:
    settings.CHECKPOINT_COPY = str(tmp_path / "share")
    row = made()
    assert [path.read_text() for path in (tmp_path / "share").iterdir()] == [row.note]
    (tmp_path / "file").write_text("no folder")
    settings.CHECKPOINT_COPY = str(tmp_path / "file")
    assert made(after=1).size == 2


def test_a_file_is_never_replaced() -> None:
    row = made()
    (path,) = files()
    checkpoints._keep(checkpoints.folder(), note.read(row.note).statement, "something else")
    assert path.read_text() == row.note


def lose(*, to: int) -> None:
    """The database as it was with so many entries: what came later is gone, rows of checkpoints too."""
    from audit.models import Entry, Head, Leaf

    with disarmed():
        gone = Leaf._default_manager.filter(index__gte=to)
        entries = Entry.objects.filter(hash__in=gone.values("hash"))
        Head.objects.filter(subject__in=entries.values("subject")).delete()
        entries.delete()
        gone.delete()
        Checkpoint.objects.filter(size__gt=to).delete()


def test_a_shorter_log_is_never_signed_under_the_old_name() -> None:
    made(2)
    last = made(2, after=1)
    lose(to=3)
    assert checkpoints.set_back() == (last.note,)
    with pytest.raises(ledger.LogSetBackError):
        ledger.checkpoint(NOW + timedelta(hours=2))
    problem = ledger.verify().problem
    assert problem is not None
    assert problem.why == "a checkpoint counts 4 entries, the log holds 3"
    making.record()
    making.record()
    with pytest.raises(ledger.LogSetBackError, match="more than the log holds, or something else"):
        ledger.checkpoint(NOW + timedelta(hours=3))
    problem = ledger.verify().problem
    assert problem is not None
    assert problem.why == "the checkpoint of 4 entries has another root than the log"


def test_the_rows_say_it_where_the_folder_is_lost() -> None:
    last = made(2)
    for path in files():
        path.unlink()
    assert checkpoints.set_back() == ()
    with disarmed():
        Checkpoint.objects.filter(pk=last.pk).update(size=3)
    problem = ledger.verify().problem
    assert problem is not None
    assert problem.why == "the checkpoint of 3 entries says something else than its note"


def test_a_lost_database_with_its_old_folder_is_set_back() -> None:
    made(2)
    lose(to=0)
    assert len(checkpoints.set_back()) == 1
    making.record()
    with pytest.raises(ledger.LogSetBackError):
        ledger.checkpoint(NOW)


@pytest.mark.parametrize("text", ["", "junk", "\0" * 500, "x" * 20_000])
def test_files_that_are_no_notes_of_ours_change_nothing(text: str) -> None:
    row = made()
    other = checkpoints.folder() / "0123456789abcdef-000000000099.txt"
    other.write_text(text)
    (checkpoints.folder() / "read me.txt").write_text(text)
    (checkpoints.folder() / "a-b.txt").mkdir()
    said = note.read(row.note).statement
    forged = note.write(
        note.Statement(said.origin, 9, said.root), signing.key_name(), bytes(32), lambda _: bytes(64)
    )
    checkpoints._keep(checkpoints.folder(), note.Statement(said.origin, 9, said.root), forged)
    assert checkpoints.set_back() == ()
    assert ledger.verify().problem is None
    assert made(after=1).origin == row.origin


def test_a_file_that_differs_from_its_row_is_named() -> None:
    row = made()
    (path,) = files()
    other = note.Statement(row.origin, row.size, bytes(32))
    path.write_text(checkpoints.signed(other))
    problem = ledger.verify().problem
    assert problem is not None
    assert path.name in problem.why


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"note": "nothing"}, "is not in its form"),
        ({"root": bytes(32)}, "says something else than its note"),
    ],
)
def test_a_changed_row_is_named(change: dict[str, object], why: str) -> None:
    row = made()
    with disarmed():
        Checkpoint.objects.filter(pk=row.pk).update(**change)
    problem = ledger.verify().problem
    assert problem is not None
    assert why in problem.why


def test_a_row_that_another_key_signed_under_our_name_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    row = made()
    forged = note.write(
        note.read(row.note).statement, signing.key_name(), signing.public_key(), lambda _: bytes(64)
    )
    with disarmed():
        Checkpoint.objects.filter(pk=row.pk).update(note=forged)
    for path in files():
        path.unlink()
    problem = ledger.verify().problem
    assert problem is not None
    assert problem.why.endswith("does not have the log's signature")


def test_with_a_new_key_the_log_has_a_new_name(settings: Settings, tmp_path: Path) -> None:
    from dahashare.keys import make_keys

    old = made()
    make_keys(tmp_path)
    settings.KEYS_DIR = tmp_path
    new = made(after=1)
    assert new.origin != old.origin
    newer = made(after=2)
    assert newer.origin == new.origin
    assert ledger.verify().problem is None


# --- The command -------------------------------------------------------------------------------------------


def command(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("checkpoint", *arguments, stdout=out)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_command_prints_a_note_that_it_verifies_later(tmp_path: Path) -> None:
    making.record()
    held = tmp_path / "held.txt"
    held.write_text(command()[1])
    assert note.read(held.read_text()).statement.size == 1
    making.record(uuid4())
    code, said = command("--verify", str(held))
    assert (code, said.splitlines()[0]) == (0, "The checkpoint matches: the log begins with its 1 entries.")
    assert "All 2 entries match." in said
    assert command("--key")[1].strip() == note.key_line(signing.key_name(), signing.public_key())


def test_the_command_refuses_what_is_no_checkpoint_of_this_log(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Nothing has been recorded"):
        command()
    row = made()
    for text in ("", "junk", row.note[:-1], "\0"):
        (tmp_path / "held.txt").write_text(text)
        with pytest.raises(CommandError, match="is not a checkpoint"):
            command("--verify", str(tmp_path / "held.txt"))
    with pytest.raises(CommandError, match="is not a checkpoint"):
        command("--verify", str(tmp_path / "nowhere.txt"))
    other = note.write(note.read(row.note).statement, "dahashare-other", bytes(32), lambda _: bytes(64))
    (tmp_path / "held.txt").write_text(other)
    with pytest.raises(CommandError, match="not signed with this log's key"):
        command("--verify", str(tmp_path / "held.txt"))
