"""Every entry has one place in the log: whoever places it, however often, whatever the database is told."""

from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction

from audit import leaves, ledger, merkle
from audit.models import Entry, Leaf
from tests.audit import making
from tests.guards import disarmed

pytestmark = pytest.mark.django_db


def placed() -> list[bytes]:
    return [
        bytes(hashed) for hashed in Leaf._default_manager.order_by("index").values_list("hash", flat=True)
    ]


def insert(index: int, hashed: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute('INSERT INTO audit_leaf ("index", hash) VALUES (%s, %s)', [index, hashed])


def test_new_entries_are_placed_once_as_they_were_recorded() -> None:
    assert ledger.sequence() == 0
    subject, other = uuid4(), uuid4()
    first = [making.record(one) for one in (subject, other, subject)]
    assert ledger.sequence() == 3
    assert placed() == [entry.hash for entry in first]
    second = [making.record(one) for one in (other, subject)]
    assert [ledger.sequence() for _ in range(2)] == [5, 5]
    assert ledger.sequence(sure=True) == 5
    assert placed() == [entry.hash for entry in first + second]
    assert [leaf.index for leaf in Leaf._default_manager.order_by("index")] == list(range(5))


def test_batches_take_the_beginning_of_every_subject_whatever_a_clock_did(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leaves, "BATCH", 2)
    subject = uuid4()
    entries = [making.record(one) for one in (subject, uuid4(), subject, uuid4(), subject)]
    with disarmed():
        back = entries[0].recorded_at - timedelta(days=1)
        Entry.objects.filter(pk=entries[4].pk).update(recorded_at=back)
    assert ledger.sequence() == 5
    order = [hashed for hashed in placed() if hashed in {entries[n].hash for n in (0, 2, 4)}]
    assert order == [entries[n].hash for n in (0, 2, 4)]


def test_an_entry_that_the_heads_do_not_count_is_placed_where_it_matters() -> None:
    making.record()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_head SET seq = 0")
    assert ledger.sequence() == 0
    assert ledger.sequence(sure=True) == 1


def test_an_entry_whose_head_names_another_is_placed() -> None:
    subject = uuid4()
    first = making.record(subject)
    ledger.sequence()
    making.record(subject)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_head SET hash = %s", [bytes(first.hash)])
    assert ledger.sequence() == 2


@pytest.mark.parametrize("index", [-1, 0, 2, 3])
def test_the_database_refuses_a_gap_and_a_second_leaf_of_one_place(index: int) -> None:
    making.record()
    ledger.sequence()
    new = making.record()
    with pytest.raises(IntegrityError):
        insert(index, new.hash)
    insert(1, new.hash)
    assert placed()[1:] == [new.hash]


def test_the_database_refuses_a_leaf_without_an_entry_and_an_entry_twice() -> None:
    entry = making.record()
    with pytest.raises(IntegrityError, match="no entry has this hash"):
        insert(0, bytes(32))
    insert(0, entry.hash)
    with pytest.raises(IntegrityError):
        insert(1, entry.hash)


@pytest.mark.parametrize("statement", ["UPDATE audit_leaf SET hash = hash", "DELETE FROM audit_leaf"])
def test_the_database_refuses_to_change_a_leaf(statement: str) -> None:
    making.record()
    ledger.sequence()
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_several_at_once_place_everything_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaves, "BATCH", 7)
    subjects = [uuid4() for _ in range(3)]
    entries = [making.record(subjects[number % 3]) for number in range(60)]
    sizes: list[int] = []

    def work() -> None:
        try:
            sizes.append(ledger.sequence())
            making.record()
            sizes.append(ledger.sequence())
        finally:
            connections.close_all()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sizes) == 8
    assert ledger.sequence() == 64
    assert {entry.hash for entry in entries} < set(placed())
    assert len(set(placed())) == 64
    assert ledger.verify().problem is None


def test_hashes_of_subtrees_and_proofs_are_those_of_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaves, "CHUNK", 3)
    some = [bytes(making.record().hash) for _ in range(11)]
    ledger.sequence()
    top = merkle.root(some)
    assert ledger.edge(11).root() == top
    assert merkle.included(some[4], 4, 11, ledger.proof(merkle.inclusion(4, 11)), top)
    old = merkle.root(some[:6])
    assert merkle.consistent(6, 11, old, top, ledger.proof(merkle.consistency(6, 11)))
    pieces = list(merkle.cover([0, 9], 11))
    assert list(ledger.subtrees(pieces)) == [merkle.root(some[low:high]) for low, high in pieces]
    with pytest.raises(leaves.MissingLeafError):
        ledger.edge(12)
