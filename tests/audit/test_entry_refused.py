"""The database itself refuses a changed, removed or forged entry, whatever the code above does."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from audit import chain, ledger
from audit.models import Entry, Head
from tests.audit import making

pytestmark = pytest.mark.django_db


def sqlite_only() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own")


def postgresql_only() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's own")


def run(statement: str, *params: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params or None)


def bulk_update(entry: Entry) -> None:
    entry.kind = "trial.seen"
    Entry.objects.bulk_update([entry], ["kind"])


def save(entry: Entry) -> None:
    entry.kind = "trial.seen"
    entry.save()


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: Entry.objects.filter(pk=entry.pk).update(kind="trial.seen"),
        lambda _: Entry.objects.update(actor=uuid4()),
        bulk_update,
        save,
        lambda _: run("UPDATE audit_entry SET kind = 'trial.seen'"),
        lambda _: run("UPDATE audit_entry SET kind = kind"),
    ],
)
def test_no_update(change: Callable[[Entry], object]) -> None:
    entry = making.record()
    with (
        pytest.raises(IntegrityError, match="audit_entry is append-only: UPDATE refused"),
        transaction.atomic(),
    ):
        change(entry)
    assert ledger.verify().problem is None


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.delete(),
        lambda _: Entry.objects.all().delete(),
        lambda _: Entry.objects.all()._raw_delete("default"),
        lambda _: run("DELETE FROM audit_entry"),
    ],
)
def test_no_delete(change: Callable[[Entry], object]) -> None:
    entry = making.record()
    with (
        pytest.raises(IntegrityError, match="audit_entry is append-only: DELETE refused"),
        transaction.atomic(),
    ):
        change(entry)
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("table", ["audit_entry", "audit_head, audit_entry", "audit_entry CASCADE"])
def test_no_truncate(table: str) -> None:
    postgresql_only()
    making.record()
    with pytest.raises(IntegrityError, match="audit_entry is append-only: TRUNCATE refused"):
        run(f"TRUNCATE {table}")
    assert Entry.objects.count() == 1


def forged(subject: UUID, **changes: Any) -> Entry:
    """An unsaved entry that would be the subject's next, some columns changed after the header was made."""
    last = ledger.history(subject).last()
    ready = making.sealed(subject)
    recorded_at = making.WHEN + timedelta(days=1)
    place: dict[str, Any] = {
        "seq": last.seq + 1 if last else 1,
        "prev": bytes(last.hash) if last else chain.GENESIS,
    }
    place |= changes.pop("place", {})
    header = changes.pop("header", chain.header_bytes(ready, recorded_at=recorded_at, **place))
    columns: dict[str, Any] = {
        "hash": chain.entry_hash(header),
        **{name: getattr(ready, name) for name in ("subject", "kind", "actor", "occurred_at", "request_key")},
        **place,
        "recorded_at": recorded_at,
        "ct": hashlib.sha256(ready.ciphertext).digest(),
        "commit": ready.commit,
        "header": header,
        "sealed": ready.ciphertext,
    }
    return Entry(**columns | changes)


def insert(entry: Entry) -> None:
    with transaction.atomic():
        entry.save(force_insert=True)


def test_what_the_forger_makes_is_taken_where_nothing_is_wrong() -> None:
    subject = making.record().subject
    insert(forged(subject))
    assert Entry.objects.count() == 2


@pytest.mark.parametrize("bless", [False, True], ids=["", "with the head rewritten to match"])
@pytest.mark.parametrize(
    ("place", "why"),
    [
        ({"seq": 1, "prev": chain.GENESIS}, "seq does not follow|subject and seq|subject, seq"),
        ({"seq": 4}, "seq does not follow"),
        ({"seq": 2}, "seq does not follow|subject and seq|subject, seq"),
        ({"seq": 0}, "seq does not follow"),
        ({"prev": chain.GENESIS}, "prev is not the last entry"),
        ({"prev": b"\x01" * 32}, "prev is not the last entry"),
    ],
)
def test_a_fork_or_a_gap_is_refused(place: dict[str, Any], why: str, bless: bool) -> None:
    subject = uuid4()
    making.record(subject)
    making.record(subject)
    entry = forged(subject, place=place)
    if bless:
        Head.objects.update(seq=max(entry.seq - 1, 0), hash=entry.prev)
    with pytest.raises(IntegrityError, match=why):
        insert(entry)


@pytest.mark.parametrize("place", [{"seq": 2}, {"prev": b"\x01" * 32}])
def test_a_first_entry_begins_at_the_beginning(place: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=r"does not follow|is not the last"):
        insert(forged(uuid4(), place=place))


@pytest.mark.parametrize(
    "change",
    [
        {"actor": uuid4()},
        {"kind": "trial.seen"},
        {"request_key": uuid4()},
        {"commit": b"\x01" * 32},
        {"ct": b"\x01" * 32},
        {"occurred_at": making.WHEN + timedelta(microseconds=1)},
        {"recorded_at": making.WHEN},
        {"header": b"{}"},
        {"header": b"\xff\x00"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_columns_that_differ_from_the_header_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="the columns differ from the header"):
        insert(forged(making.record().subject, **change))


def test_a_header_in_another_spelling_is_refused() -> None:
    subject = uuid4()
    plain = forged(subject)
    header = bytes(plain.header).replace(b'","', b'", "')
    plain.header, plain.hash = header, chain.entry_hash(header)
    with pytest.raises(IntegrityError, match="the columns differ from the header"):
        insert(plain)


def test_another_hash_is_refused() -> None:
    with pytest.raises(IntegrityError, match="the hash is not that of the header"):
        insert(forged(uuid4(), hash=b"\x01" * 32))


@pytest.mark.parametrize("kind", ['a","b":"c', "", "é"])
def test_a_kind_that_would_write_into_the_header_is_refused(kind: str) -> None:
    entry = forged(uuid4(), kind=kind)
    entry.header = bytes(entry.header).replace(b"trial.made", kind.encode())
    entry.hash = chain.entry_hash(entry.header)
    with pytest.raises(IntegrityError, match="a column has the wrong form"):
        insert(entry)


@pytest.mark.parametrize("column", ["hash", "request_key", "subject, seq", "rowid"])
def test_insert_or_replace_is_refused_on_every_unique_column(column: str) -> None:
    sqlite_only()
    old = making.record()
    new = forged(old.subject)
    if column == "subject, seq":
        new = forged(old.subject, place={"seq": 1, "prev": chain.GENESIS})
    elif column != "rowid":
        setattr(new, column, getattr(old, column))
    fields = Entry._meta.fields
    values = [field.get_db_prep_save(getattr(new, field.attname), connection) for field in fields]
    names = ", ".join(f'"{field.column}"' for field in fields)
    if column == "rowid":
        names, values = f"rowid, {names}", [1, *values]
    marks = ", ".join(["%s"] * len(values))
    run("PRAGMA recursive_triggers = 0")
    with pytest.raises(IntegrityError, match=f"audit_entry is append-only: {column} there already"):
        run(f"INSERT OR REPLACE INTO audit_entry ({names}) VALUES ({marks})", *values)  # noqa: S608
    assert list(Entry.objects.all()) == [old]


def test_a_temporary_table_does_not_stand_in_for_the_ledger() -> None:
    postgresql_only()
    subject = making.record().subject
    entry = forged(subject, place={"seq": 1, "prev": chain.GENESIS})
    run("CREATE TEMPORARY TABLE audit_entry_decoy (LIKE public.audit_entry) ON COMMIT DROP")
    run("ALTER TABLE audit_entry_decoy RENAME TO audit_entry")
    fields = Entry._meta.fields
    values = [field.get_db_prep_save(getattr(entry, field.attname), connection) for field in fields]
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(values))
    with pytest.raises(IntegrityError, match="seq does not follow"):
        run(f"INSERT INTO public.audit_entry ({names}) VALUES ({marks})", *values)  # noqa: S608


def test_a_session_that_plays_the_replica_is_refused_too() -> None:
    postgresql_only()
    making.record()
    run("SET LOCAL session_replication_role = replica")
    with pytest.raises(IntegrityError, match="UPDATE refused"):
        run("UPDATE audit_entry SET kind = 'trial.seen'")
