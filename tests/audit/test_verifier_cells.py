"""Cells and filters in the verifier's hands: the same as in those of the log's page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from audit import sheets, verifier
from tests.audit.packing import (
    LONDON,
)


def test_cells_are_those_of_the_sheets() -> None:
    assert verifier.FORMULA.pattern == sheets.FORMULA.pattern
    assert verifier.LONGEST == sheets.LONGEST
    for cell in ("=1", " \u200b+1", "a", "", "\uff1d1", "'=1", "\t", "-"):
        assert verifier.safe(cell) == sheets.safe(cell)


def test_london_has_the_summers_of_the_calendar() -> None:
    at = datetime(1996, 1, 1, 0, 30, tzinfo=UTC)
    while at.year < 2038:
        assert verifier.in_london(at.isoformat()) == [at.astimezone(LONDON).strftime("%Y-%m-%d %H:%M")]
        at += timedelta(hours=13, minutes=30)
    for text in (
        "1995-07-01T12:00:00.000000Z",
        "1970-01-01T00:00:00+00:00",
        "1985-12-01T03:04:05",
        "1944-07-01T12:00:00Z",
    ):
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        assert moment.astimezone(LONDON).strftime("%Y-%m-%d %H:%M") in verifier.in_london(text)
    for other in ("2026-02-30T00:00:00Z", "2026-3-1", 5, None, "0001-01-01T00:00:00+14:00"):
        with pytest.raises(verifier.Refused):
            verifier.in_london(other)


@pytest.mark.parametrize(
    ("how", "value", "cell"),
    [
        ("yes", None, "No"), ("yes", True, "Yes"), ("count", 0, "0"), ("count", None, ""), ("codes", [], ""),
        ("codes", ["a", "b"], "A; b"), ("code", "a", "A"), ("code", "", ""), ("text", "x", "x"),
        ("day", None, ""),
    ],
)  # fmt: skip
def test_spelling(how: str, value: Any, cell: str) -> None:
    assert verifier.spelled(how, value, {"a": "A"}) == [cell]


@pytest.mark.parametrize(
    ("how", "value"), [("code", ["a"]), ("codes", "a"), ("code", 5), ("codes", [1]), ("code", {"a": 1})]
)
def test_values_that_no_column_shows(how: str, value: Any) -> None:
    with pytest.raises(verifier.Refused):
        verifier.spelled(how, value, {})


@pytest.mark.parametrize(
    ("test", "value", "field", "answer"),
    [
        ("is", "high", "row.risk_level", True), ("is", "low", "row.risk_level", False),
        ("is", 1, "row.yes", False),
        ("one_of", ["low", "high"], "row.risk_level", True), ("has", "b", "row.aims", True),
        ("has", "c", "row.aims", False), ("has", "h", "row.risk_level", False),
        ("any", None, "row.aims", True),
        ("none", None, "row.aims", False), ("none", None, "row.absent", True),
        ("is", None, "row.absent", True),
        ("from", "2026-03-14T09:30:00.000000Z", "occurred_at", True),
        ("before", "2026-03-14T09:30:00.000000Z", "occurred_at", False),
        ("from", "2026-03-14T09:30:00.000001Z", "occurred_at", False),
        ("before", "2099-01-01T00:00:00.000000Z", "row.absent", False), ("is", "x", "row.hidden", None),
        ("is", "x", None, None),
        ("either", [["row.risk_level", "is", "low"], ["row.yes", "any", None]], None, True),
        ("either", [["row.risk_level", "is", "low"], ["row.yes", "none", None]], None, False),
        ("either", [["row.risk_level", "is", "low"], ["row.hidden", "any", None]], None, None),
        ("either", [["row.risk_level", "is", "high"], ["row.hidden", "any", None]], None, True),
    ],
)  # fmt: skip
def test_filters(test: str, value: Any, field: str | None, answer: bool | None) -> None:
    fields = {
        "row.risk_level": "high",
        "row.aims": ["a", "b"],
        "row.yes": True,
        "row.hidden": verifier.WITHHELD,
    }
    entry = verifier.Entry(1, b"", {"occurred_at": "2026-03-14T09:30:00.000000Z"}, fields)
    said = {"test": test, "value": value, "field": field}
    assert verifier.holds(said, entry) is answer
    if test != "either" and field not in (None, "occurred_at"):
        assert verifier.holds(said, entry._replace(fields=None)) is None
