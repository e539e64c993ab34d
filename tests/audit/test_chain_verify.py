"""The check of stored rows: nothing may differ, and the entry that differs is the one named."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import chain, triggers
from tests.audit import making

STORED = [name for name in chain.Row._fields[:-2] if name != "placed"]
LEDGER = list(making.rows(3, 1, 4))


def altered(row: chain.Row, column: str, value: bytes) -> chain.Row:
    """The row with another value of a column; the database spells the header from the same columns."""
    change: dict[str, Any] = {column: value}
    if column in {"subject", "seq"}:
        quote = b"" if column == "seq" else b'"'
        was, becomes = (
            b'"%b":%b%b%b' % (column.encode(), quote, one, quote) for one in (getattr(row, column), value)
        )
        change["spelled"] = row.spelled.replace(was, becomes)
    return row._replace(**change)


def test_rows_as_recorded_match() -> None:
    assert chain.verify(LEDGER) == chain.Verdict(8, 3, None)
    assert chain.verify([]) == chain.Verdict(0, 0, None)


@pytest.mark.parametrize("column", STORED)
@pytest.mark.parametrize("place", range(8))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)
@given(data=st.data())
def test_one_changed_byte_in_any_column_names_its_entry(column: str, place: int, data: st.DataObject) -> None:
    value = getattr(LEDGER[place], column)
    at = data.draw(st.integers(0, len(value) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != value[at]))
    changed = altered(LEDGER[place], column, value[:at] + bytes([byte]) + value[at + 1 :])
    problem = chain.verify([*LEDGER[:place], changed, *LEDGER[place + 1 :]]).problem
    assert problem is not None
    assert problem.hash == changed.hash.hex()
    assert problem.subject == changed.subject.decode("ascii", "backslashreplace")
    assert problem.seq == changed.seq.decode("ascii", "backslashreplace")


@pytest.mark.parametrize("column", STORED)
def test_an_emptied_column_names_its_entry(column: str) -> None:
    changed = altered(LEDGER[1], column, b"")
    problem = chain.verify([LEDGER[0], changed, *LEDGER[2:]]).problem
    assert problem is not None
    assert (problem.hash, problem.seq) == (changed.hash.hex(), changed.seq.decode())


@pytest.mark.parametrize("column", triggers.HEADER_FIELDS)
def test_a_changed_column_is_named(column: str) -> None:
    of, other = (json.loads(row.header) for row in LEDGER[1:3])
    changed = {**of, column: 7 if column == "seq" else other[column] if other[column] != of[column] else "x"}
    wrong = LEDGER[1]._replace(spelled=chain.canonical(changed))
    problem = chain.verify([LEDGER[0], wrong, *LEDGER[2:]]).problem
    assert problem is not None
    assert (problem.hash, problem.why) == (wrong.hash.hex(), f"the column {column} differs from the header")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b'"kind":"trial.made"', b'"kind":"Trial.made"'),
        (b'"kind":"trial.made"', b'"kind":"trial..made"'),
        (b'"seq":1', b'"seq":01'),
        (b"2026-03-14T", b"2026-3-14T"),
        (b"2026-03-14T", b"infinityT"),
        (b'"subject":"', b'"subject":"A'),
        (b'"actor":"', b'"actor": "'),
        (b'"commit":"', b'"commit":"00'),
    ],
)
def test_a_header_in_another_form_shows_though_columns_and_hash_agree(was: bytes, becomes: bytes) -> None:
    (only,) = making.rows(1)
    header = only.header.replace(was, becomes)
    assert header != only.header
    hashed = chain.entry_hash(header)
    wrong = only._replace(header=header, spelled=header, hash=hashed, head_hash=hashed)
    problem = chain.verify([wrong]).problem
    assert problem is not None
    assert problem.why == "the header is not in its canonical form"


def test_a_removed_entry_shows_at_the_next() -> None:
    problem = chain.verify([LEDGER[0], *LEDGER[2:]]).problem
    assert problem is not None
    assert (problem.hash, problem.why) == (
        LEDGER[2].hash.hex(),
        "entry 2 of this subject is missing before it",
    )


@pytest.mark.parametrize(("kept", "last"), [(LEDGER[:2] + LEDGER[3:], 1), (LEDGER[:-1], 6)])
def test_a_removed_last_entry_shows_in_the_head(kept: list[chain.Row], last: int) -> None:
    problem = chain.verify(kept).problem
    assert problem is not None
    assert problem.hash == LEDGER[last].hash.hex()
    assert "the head counts" in problem.why


def test_a_repeated_entry_and_a_swapped_pair_show() -> None:
    for wrong in ([LEDGER[0], *LEDGER], [LEDGER[1], LEDGER[0], *LEDGER[2:]]):
        assert chain.verify(wrong).problem is not None


def test_an_entry_rewritten_with_its_own_hash_shows_at_the_next() -> None:
    ready = making.sealed()
    stored = [making.row(ready, 1, chain.GENESIS)]
    stored.append(making.row(replace(making.sealed(), subject=ready.subject), 2, stored[0].hash))
    forged = making.row(replace(ready, kind="trial.seen"), 1, chain.GENESIS)
    heads: dict[str, Any] = {"head_seq": b"2", "head_hash": stored[1].hash}
    problem = chain.verify([forged._replace(**heads), stored[1]._replace(**heads)]).problem
    assert problem is not None
    assert (problem.seq, problem.why) == ("2", "it does not follow the entry before it")


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ({"head_seq": None, "head_hash": None}, "its subject has no head"),
        ({"head_seq": b"2"}, "the head counts 2 entries of this subject, 1 are there"),
        ({"head_hash": bytes(32)}, "the head holds another hash than the last entry"),
    ],
)
def test_a_head_that_says_otherwise_shows(head: dict[str, Any], why: str) -> None:
    (only,) = making.rows(1)
    problem = chain.verify([only._replace(**head)]).problem
    assert problem is not None
    assert (problem.hash, problem.why) == (only.hash.hex(), why)


def test_the_changed_entry_is_named_before_the_link_it_breaks() -> None:
    spelled = LEDGER[1].spelled.replace(b'"seq":2', b'"seq":9')
    moved = LEDGER[1]._replace(seq=b"9", spelled=spelled)
    problem = chain.verify([LEDGER[0], LEDGER[2], moved, *LEDGER[3:]]).problem
    assert problem is not None
    assert problem.hash == moved.hash.hex()


def test_a_header_with_more_in_it_than_its_form_shows() -> None:
    (only,) = making.rows(1)
    header = only.header[:-1] + b',"x":1}'
    wrong = only._replace(header=header, hash=chain.entry_hash(header))
    problem = chain.verify([wrong._replace(head_hash=wrong.hash)]).problem
    assert problem is not None
    assert problem.why == "the header is not in its canonical form"


def test_with_typed_columns_each_kind_is_looked_at_once_and_every_length() -> None:
    assert chain.verify(LEDGER, typed=True) == chain.Verdict(8, 3, None)
    (first,), (second,) = making.rows(1), making.rows(1)
    first, second = sorted((first, second), key=lambda row: row.subject)
    for was, becomes in (
        (b'"kind":"trial.made"', b'"kind":"Trial.made"'),
        (b'"occurred_at":"2026', b'"occurred_at":"12026'),
        (b'","ct":"', b'00","ct":"'),
    ):
        header = second.header.replace(was, becomes)
        hashed = chain.entry_hash(header)
        wrong = second._replace(header=header, spelled=header, hash=hashed, head_hash=hashed)
        problem = chain.verify([first, wrong], typed=True).problem
        assert problem is not None
        assert (problem.hash, problem.why) == (hashed.hex(), "the header is not in its canonical form")


def test_leaves_and_kinds_are_counted() -> None:
    found = chain.verify([LEDGER[0]._replace(placed=False), *LEDGER[1:]])
    assert (found.placed, found.kinds) == (7, {"trial.made": 8})
