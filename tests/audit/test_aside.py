"""What is asked aside is answered as ever, by a connection of its own or by the one that asks all else."""

import threading
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit import ledger, placed
from audit.aside import Aside
from audit.models import Entry
from tests.audit import making

pytestmark = pytest.mark.django_db(transaction=True)
ON_POSTGRES = connection.vendor == "postgresql"


@pytest.fixture
def recorded() -> list[Entry]:
    """Six entries of two subjects, in the log's order."""
    subjects = [uuid4(), uuid4()]
    made = [making.record(subjects[number % 2]) for number in range(6)]
    assert ledger.sequence() == 6
    return made


@pytest.fixture
def ahead() -> Iterator[placed.Ahead]:
    with placed.Ahead() as one:
        yield one
    assert not threads()  # a connection that was not closed is a warning, and so an error


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("aside")]


def read_ahead(ahead: placed.Ahead) -> bool:
    """Whether what is wanted next was answered aside."""
    return ahead._read is not None and ahead._read[1].result() is not None


def whole(entries: list[Entry]) -> list[placed.Placed]:
    """These entries as they are read by their place, which here is their number."""
    return [
        placed.Placed(at, bytes(one.hash), one.subject, one.request_key, bytes(one.header), bytes(one.sealed))
        for at, one in enumerate(entries)
    ]


def test_entries_read_ahead_are_those_that_are_asked_for(recorded: list[Entry], ahead: placed.Ahead) -> None:
    every = whole(recorded)
    assert placed.entries(range(6)) == every
    assert ahead.take([0, 2], then=[3, 5]) == [every[0], every[2]]
    assert read_ahead(ahead) is ON_POSTGRES
    assert ahead.take([3, 5], then=[4]) == [every[3], every[5]]
    # What was read ahead is not what is asked for now.
    assert ahead.take([1]) == [every[1]]
    assert ahead.take([]) == []


def test_inside_a_transaction_its_own_rows_are_seen(ahead: placed.Ahead) -> None:
    with transaction.atomic():
        entry = ledger.append(making.sealed())
        size = ledger.sequence()
        assert ahead.take([0], then=[size - 1])[0].hash == entry.hash
        assert ahead.take([size - 1])[0].hash == entry.hash
        assert not threads()
    assert not read_ahead(ahead)


def test_a_connection_that_is_lost_costs_nothing(recorded: list[Entry], ahead: placed.Ahead) -> None:
    """The database ends the other connection: what was to be read by it is read by this one."""
    every = whole(recorded)
    ahead.take([0], then=[1])
    assert ahead.take([1]) == [every[1]]
    if ON_POSTGRES:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    assert ahead.take([2], then=[3]) == [every[2]]
    assert not read_ahead(ahead)
    assert ahead.take([3], then=[4]) == [every[3]]
    assert read_ahead(ahead) is ON_POSTGRES


def test_rows_of_a_query_are_those_that_it_gives(recorded: list[Entry]) -> None:
    """Of every type that is asked for: bytes, ids, numbers, moments."""
    asked = Entry.objects.order_by("request_key").values_list("hash", "subject", "seq", "recorded_at", "kind")
    with Aside() as aside:
        with CaptureQueriesContext(connection) as here:
            found = list(aside.rows(asked)())
        assert len(here) == (0 if ON_POSTGRES else 1)
    assert [tuple(map(plain, row)) for row in found] == [tuple(map(plain, row)) for row in asked]
    assert isinstance(found[0][1], UUID)
    assert len(found) == 6


def plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def test_a_question_that_fails_is_told_as_ever(recorded: list[Entry]) -> None:
    asked = Entry.objects.extra(where=["1 / (seq - seq) = 1"]).values_list("hash")
    with Aside() as aside:
        rows = aside.rows(asked)
        if ON_POSTGRES:
            with pytest.raises(DatabaseError):
                list(rows())
        else:
            assert list(rows()) == []  # SQLite takes a division by zero for nothing
