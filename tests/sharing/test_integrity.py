"""What shows that a log was rewritten, cut or set back: a checkpoint held outside, the folder beside it."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from audit import chain, checkpoints, leaves, ledger, merkle, note, verifying
from audit.models import Check, Checkpoint, Entry, Head, Leaf
from cases.models import User
from dahashare import tasks
from sharing import integrity, integrity_actions
from sharing.models import Decision
from tests.cast import CaseFile
from tests.sharing.deciding import behind_the_guards, decided

pytestmark = pytest.mark.django_db
NOW = timezone.now()
EARLIER = NOW - timedelta(days=1)


def held_outside(folder: Path) -> Path:
    """A checkpoint as somebody outside holds it."""
    path = folder / "held.txt"
    out = StringIO()
    call_command("checkpoint", stdout=out)
    path.write_text(out.getvalue())
    return path


def held_against(path: Path) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("checkpoint", "--verify", str(path), stdout=out)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    return 0, out.getvalue()


def rewritten(entry: Entry, prev: bytes, kind: str) -> dict[str, Any]:
    """The columns of an entry with another kind and everything that follows from it: the header, its hash."""
    header = bytes(entry.header).replace(b'"kind":"%b"' % entry.kind.encode(), b'"kind":"%b"' % kind.encode())
    header = header.replace(bytes(entry.prev).hex().encode(), prev.hex().encode())
    return {"kind": kind, "prev": prev, "header": header, "hash": chain.entry_hash(header)}


def rewrite_the_whole_log() -> None:
    """As a superuser without triggers: every entry, head, leaf, row and check, each as it would have been."""
    hashes: dict[bytes, bytes] = {}
    with behind_the_guards():
        for head in Head.objects.all():
            prev = chain.GENESIS
            for entry in list(Entry.objects.filter(subject=head.subject).order_by("seq")):
                old = bytes(entry.hash)
                # Entries that rows stand for keep their kind; every other says that something else happened.
                kept = entry.kind in verifying._compare
                new = rewritten(entry, prev, entry.kind if kept else "case.viewed")
                Entry.objects.filter(hash=old).update(**new)
                hashes[old] = prev = new["hash"]
            Head.objects.filter(subject=head.subject).update(hash=prev)
        for model in (Decision,):
            for row in model.objects.all():
                model.objects.filter(pk=row.pk).update(entry_hash=hashes[bytes(row.entry_hash)])
        edge = merkle.Frontier()
        for leaf in list(Leaf._default_manager.order_by("index")):
            new_hash = hashes[bytes(leaf.hash)]
            Leaf._default_manager.filter(index=leaf.index).update(hash=new_hash)
            edge.push(new_hash)
            Check.objects.filter(size=edge.size).update(root=edge.root(), frontier=bytes(edge))
            # Without the log's key the rows cannot be signed anew: they are taken away.
        Checkpoint.objects.all().delete()


@pytest.fixture
def recorded(officer: User, case_file: CaseFile) -> Decision:
    """A decision, and all that stands before it."""
    return decided(officer, case_file)


def test_a_log_rewritten_as_a_whole_passes_its_own_check_and_not_a_checkpoint_held_outside(
    recorded: Decision, governance: User, tmp_path: Path
) -> None:
    held = held_outside(tmp_path)
    assert integrity_actions.check_log(now=NOW, by=governance).problem == {}
    assert held_against(held)[0] == 0
    before = ledger.sequence()
    rewrite_the_whole_log()
    kept = checkpoints.folder().rename(tmp_path / "folder")
    assert ledger.size() == before
    found = ledger.verify()
    assert (found.problem, found.entries) == (None, before), "nothing inside the database tells it"
    assert checkpoints.set_back() == ()
    code, said = held_against(held)
    assert code == 1
    assert "are not those that it was made of" in said
    kept.rename(checkpoints.folder())
    problem = ledger.verify().problem
    assert problem is not None, "nor does it pass the folder beside the database"
    assert "has another root than the log" in problem.why
    assert len(checkpoints.set_back()) == 1


def test_it_was_rewritten_by_an_account_that_no_right_stops(recorded: Decision) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            assert cursor.fetchone() == (True,)
    before = {bytes(hashed) for hashed in Entry.objects.values_list("hash", flat=True)}
    rewrite_the_whole_log()
    after = {bytes(hashed) for hashed in Entry.objects.values_list("hash", flat=True)}
    assert len(before) == len(after)
    assert before != after


# --- Cut, and set back ------------------------------------------------------------------------------------


def cut(*, to: int) -> None:
    """The database as a backup of that time would have it, without anything that came later."""
    with behind_the_guards():
        gone = [
            bytes(one) for one in Leaf._default_manager.filter(index__gte=to).values_list("hash", flat=True)
        ]
        subjects = set(Entry.objects.filter(hash__in=gone).values_list("subject", flat=True))
        Leaf._default_manager.filter(index__gte=to).delete()
        Entry.objects.filter(hash__in=gone).delete()
        for subject in subjects:
            last = Entry.objects.filter(subject=subject).order_by("-seq").first()
            rows = Head.objects.filter(subject=subject)
            rows.update(seq=last.seq, hash=last.hash) if last else rows.delete()
        Decision.objects.filter(entry_hash__in=gone).delete()
        Checkpoint.objects.filter(size__gt=to).delete()
        Check.objects.filter(size__gt=to).delete()


@pytest.fixture
def restored(recorded: Decision, governance: User, tmp_path: Path) -> Path:
    """A database set back to before its last entries, and the checkpoint that somebody holds."""
    integrity_actions.check_log(now=EARLIER, by=governance)
    ledger.checkpoint(EARLIER, at_once=True)
    for _ in range(3):
        integrity_actions.check_log(now=EARLIER, by=governance)
    size = ledger.sequence()
    held = held_outside(tmp_path)
    cut(to=size - 2)
    return held


def test_an_older_database_raises_the_alert_serves_and_goes_on_under_a_new_name(restored: Path) -> None:
    last = note.read(restored.read_text()).statement
    integrity_actions.compare(NOW)
    check = integrity.newest_check()
    assert check is not None
    assert check.problem["code"] == integrity.SET_BACK
    assert not integrity.in_order()
    (entry,) = Entry.objects.filter(kind="log.reopened")
    new = ledger.newest_checkpoint()
    assert new is not None
    assert new.origin != last.origin
    assert Leaf._default_manager.get(hash=entry.hash).index == new.size - 1, "it is the first of the new name"
    assert held_against(restored)[0] == 1
    assert ledger.verify().problem is None, "what is there now matches, and the page tells the rest"


def test_it_is_told_once_however_many_start_and_stays_told(restored: Path, governance: User) -> None:
    for minutes in range(3):
        integrity_actions.compare(NOW + timedelta(minutes=minutes))
        integrity_actions.sign(NOW + timedelta(minutes=minutes))
    assert Entry.objects.filter(kind="log.reopened").count() == 1
    assert Check.objects.exclude(problem={}).count() == 1
    assert integrity_actions.check_log(now=NOW + timedelta(hours=1)).problem != {}, (
        "a worker's check does not end a red alert"
    )
    assert integrity_actions.check_log(now=NOW + timedelta(hours=2), by=governance).problem == {}
    assert integrity.in_order()
    assert [said.size for said in integrity.standing().set_back] == [
        note.read(restored.read_text()).statement.size
    ]


def test_the_worker_notices_it_too_and_never_signs_the_old_name_shorter(restored: Path) -> None:
    old = note.read(restored.read_text()).statement.origin
    tasks.checkpoint()
    assert Entry.objects.filter(kind="log.reopened").count() == 1
    assert all(
        checkpoints.against(note.read(row.note).statement) == ""
        for row in Checkpoint.objects.exclude(origin=old)
    )
    sizes = [row.size for row in Checkpoint.objects.filter(origin=old)]
    assert max(sizes) < note.read(restored.read_text()).statement.size


def test_set_back_again_to_before_it_was_told(restored: Path, governance: User) -> None:
    integrity_actions.compare(NOW)
    first = ledger.newest_checkpoint()
    assert first is not None
    cut(to=first.size - 1)
    integrity_actions.compare(NOW + timedelta(hours=1))
    second = ledger.newest_checkpoint()
    assert second is not None
    assert len({first.origin, second.origin, note.read(restored.read_text()).statement.origin}) == 3
    assert ledger.verify().problem is None


def test_a_start_serves_whatever_comes_of_the_comparison(
    recorded: Decision, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    settings.KEYS_DIR = tmp_path
    integrity_actions.compare(NOW)

    def broken() -> tuple[str, ...]:
        raise OSError

    monkeypatch.setattr(checkpoints, "set_back", broken)
    integrity_actions.compare(NOW)


def test_a_new_database_with_an_empty_folder_is_no_alarm(recorded: Decision) -> None:
    shutil.rmtree(checkpoints.folder(), ignore_errors=True)
    integrity_actions.compare(NOW)
    assert not Entry.objects.filter(kind="log.reopened").exists()
    assert integrity.in_order()


# --- What is new since the last check ---------------------------------------------------------------------


def test_a_check_of_what_is_new_reads_no_more_and_finds_what_is_wrong_in_it(
    recorded: Decision, officer: User, case_file: CaseFile
) -> None:
    good = integrity_actions.check_log(now=NOW)
    assert (good.whole, good.problem) == (True, {})
    later = decided(officer, case_file)
    new = integrity_actions.check_log(now=NOW, whole=False)
    assert (new.whole, new.problem) == (False, {})
    assert new.entries == good.entries + 1
    assert ledger.verify(good).entries == 1
    assert ledger.edge(new.size, anew=True).root() == bytes(new.root)
    with behind_the_guards():
        Decision.objects.filter(pk=later.pk).update(outcome="do_not_share")
    assert integrity_actions.check_log(now=NOW, whole=False).problem["why"] == (
        "the decision's outcome is not what was recorded"
    )


def _header(later: Entry) -> None:
    Entry.objects.filter(pk=later.pk).update(kind="case.viewed")


def _gone(later: Entry) -> None:
    Entry.objects.filter(pk=later.pk).delete()


def _other_before(later: Entry) -> None:
    first = Entry.objects.get(subject=later.subject, seq=later.seq - 1)
    Leaf._default_manager.filter(hash=first.hash).update(hash=sha256(b"x").digest())


def _head(later: Entry) -> None:
    Head.objects.filter(subject=later.subject).update(seq=99)


def _leaf(later: Entry) -> None:
    Leaf._default_manager.filter(hash=later.hash).update(hash=sha256(b"x").digest())


@pytest.mark.parametrize("change", [_header, _gone, _other_before, _head, _leaf])
def test_what_is_wrong_with_what_is_new_is_found(
    recorded: Decision, officer: User, case_file: CaseFile, change: Callable[[Entry], None]
) -> None:
    good = integrity_actions.check_log(now=NOW)
    later = ledger.by_hash(decided(officer, case_file).entry_hash)
    assert later is not None
    ledger.sequence()
    with behind_the_guards():
        change(later)
    assert ledger.verify(good).problem is not None


@pytest.mark.parametrize("change", [{"frontier": b""}, {"root": bytes(32)}, {"size": 10**6}])
def test_a_check_that_does_not_say_what_it_kept_is_not_built_upon(
    recorded: Decision, change: dict[str, Any]
) -> None:
    good = integrity_actions.check_log(now=NOW)
    for name, value in change.items():
        setattr(good, name, value)
    problem = ledger.verify(good).problem
    assert problem is not None
    assert problem.why == "the log does not begin as the last check found it"
    assert leaves.edge(ledger.size()).root() == ledger.edge(ledger.size(), anew=True).root()


def test_the_entry_is_named_by_its_number(recorded: Decision, governance: User) -> None:
    size = ledger.sequence()
    entry = ledger.by_hash(recorded.entry_hash)
    assert entry is not None
    with behind_the_guards():
        Entry.objects.filter(pk=entry.pk).update(sealed=b"something else")
    found = integrity_actions.check_log(now=NOW, by=governance)
    assert found.problem["number"] == Leaf._default_manager.get(hash=entry.hash).index + 1 <= size
    assert not integrity.in_order()
    with behind_the_guards():
        Entry.objects.filter(pk=entry.pk).delete()
    found = integrity_actions.check_log(now=NOW, by=governance)
    assert found.problem


def test_the_clock_places_signs_and_checks(recorded: Decision, governance: User) -> None:
    tasks.sequence()
    assert ledger.size() == Entry.objects.count()
    tasks.checkpoint()
    assert ledger.newest_checkpoint() is not None
    tasks.check_log()
    tasks.check_log(whole=False)
    assert list(Check.objects.order_by("at").values_list("whole", "by")) == [(True, None), (False, None)]
    integrity.ring(governance, NOW)
    assert integrity.running_since() == NOW
    tasks.check_log(str(governance.id))
    assert integrity.running_since() is None
    assert Check.objects.filter(by=governance.id, whole=True).count() == 1
    assert Entry.objects.filter(kind="integrity.checked", actor=governance.id).count() == 1
