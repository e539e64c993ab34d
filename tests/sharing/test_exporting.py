"""What an export of decisions holds: rows in the log's order, stand-ins or names, nothing hidden from its owner."""

import csv
import io

import pytest

from audit import exports
from audit.models import Export
from cases.models import User
from tests.cast import CaseFile
from tests.sharing.deciding import REASON
from tests.sharing.taking_out import many, package, queued, written

pytestmark = pytest.mark.django_db


def rows(export: Export) -> list[dict[str, str]]:
    text = package(export)["decisions.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_rows_stand_in_the_order_of_the_log(governance: User, officer: User, case_file: CaseFile) -> None:
    decisions = many(officer, case_file, 7)
    export = written(queued(governance))
    assert export.state == exports.DONE, export.error
    assert [row["Decision"] for row in rows(export)] == [one.reference for one in decisions]
    assert (export.done, export.total) == (7, 7)
