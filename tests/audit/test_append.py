"""Appending: each subject's own chain, without gap or fork, whoever writes at the same time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from audit import chain, ledger
from audit.models import Entry, Head
from tests.audit import making

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)
WRITERS = 20


def at_once(work: Callable[[int], object], writers: int = WRITERS) -> list[object]:
    """What `work` returned or raised in each of so many threads that start together, each on a connection."""
    barrier = threading.Barrier(writers)

    def run(number: int) -> object:
        try:
            barrier.wait()
            return work(number)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(run, range(writers)))


def append_then_fail(ready: chain.Sealed) -> None:
    with transaction.atomic():
        ledger.append(ready)
        raise ZeroDivisionError


def places(subject: UUID) -> list[int]:
    return [entry.seq for entry in ledger.history(subject)]


def test_a_subjects_entries_are_numbered_and_linked() -> None:
    subject = uuid4()
    first, second = making.record(subject), making.record(subject)
    making.record()
    stored = list(ledger.history(subject))
    assert [(entry.seq, bytes(entry.prev)) for entry in stored] == [(1, chain.GENESIS), (2, first.hash)]
    head = Head.objects.get(subject=subject)
    assert (head.seq, bytes(head.hash)) == (2, second.hash)
    assert ledger.verify() == ledger.Report(3, 2, None)


def test_the_stored_entry_is_the_returned_one_and_opens() -> None:
    content = {"reason": "Kept – as typed", "when": 3}
    before = datetime.now(UTC)
    made = making.record(content=content, kind="trial.seen")
    stored = ledger.entry(made.request_key)
    assert stored is not None
    for field in Entry._meta.fields:
        value = getattr(stored, field.attname)
        value = bytes(value) if isinstance(value, memoryview) else value
        assert value == getattr(made, field.attname), field.attname
    assert before <= stored.recorded_at <= datetime.now(UTC)
    opened, secret = chain.unseal(
        bytes(stored.sealed), decrypt=making.decrypt, subject=stored.subject, request_key=stored.request_key
    )
    assert opened == content
    assert chain.commitment(opened, secret) == bytes(stored.commit)


def test_an_entry_is_found_by_its_request_and_by_its_hash() -> None:
    made = making.record()
    assert ledger.entry(made.request_key) == ledger.by_hash(made.hash) == made
    assert ledger.entry(uuid4()) is None
    assert ledger.by_hash(bytes(32)) is None


@pytest.mark.parametrize("microsecond", [0, 1, 120_000])
def test_times_of_any_zone_and_fraction_are_recorded(microsecond: int) -> None:
    when = datetime(2026, 6, 1, 0, 30, 0, microsecond, tzinfo=timezone(timedelta(hours=1)))
    assert making.record(occurred_at=when).occurred_at == when
    assert ledger.verify().problem is None


def test_a_repeated_request_is_refused() -> None:
    made = making.record()
    for subject in (made.subject, uuid4()):
        with pytest.raises(ledger.DuplicateRequest):
            making.record(subject, request_key=made.request_key)
    assert Entry.objects.count() == 1
    assert Head.objects.count() == 1


def test_a_rollback_leaves_no_gap() -> None:
    subject = uuid4()
    making.record(subject)
    ready = making.sealed(subject)
    with pytest.raises(ZeroDivisionError):
        append_then_fail(ready)
    making.record(subject)
    assert places(subject) == [1, 2]
    assert ledger.verify().problem is None


def test_a_first_entry_rolled_back_leaves_nothing() -> None:
    ready = making.sealed()
    with pytest.raises(ZeroDivisionError):
        append_then_fail(ready)
    assert not Entry.objects.exists()
    assert not Head.objects.exists()


@committed
def test_outside_a_transaction_nothing_is_appended() -> None:
    with pytest.raises(TransactionManagementError):
        ledger.append(making.sealed())
    assert not Head.objects.exists()


@committed
def test_writers_on_one_subject_make_one_chain() -> None:
    subject = uuid4()
    done = at_once(lambda _: [making.record(subject).seq for _ in range(5)])
    assert sorted(seq for seqs in done if isinstance(seqs, list) for seq in seqs) == list(range(1, 101))
    assert places(subject) == list(range(1, 101))
    assert ledger.verify() == ledger.Report(100, 1, None)


@committed
def test_writers_on_many_subjects_make_a_chain_each() -> None:
    subjects = [uuid4() for _ in range(4)]
    done = at_once(lambda number: [making.record(subjects[(number + turn) % 4]) for turn in range(4)])
    assert [error for error in done if isinstance(error, Exception)] == []
    assert [places(subject) for subject in subjects] == [list(range(1, 21))] * 4
    assert ledger.verify() == ledger.Report(80, 4, None)


@committed
@pytest.mark.parametrize("same_subject", [True, False])
def test_one_request_sent_at_once_by_many_is_one_entry(same_subject: bool) -> None:
    subject, key = uuid4(), uuid4()
    done = at_once(lambda _: making.record(subject if same_subject else uuid4(), request_key=key))
    assert sum(isinstance(one, Entry) for one in done) == 1
    assert sum(isinstance(one, ledger.DuplicateRequest) for one in done) == WRITERS - 1
    assert ledger.verify() == ledger.Report(1, 1, None)


@committed
def test_only_the_subjects_head_is_locked() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    with transaction.atomic():
        ledger.append(making.sealed())
        (other,) = at_once(lambda _: making.record(), writers=1)
    assert isinstance(other, Entry)
