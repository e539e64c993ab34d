"""The row of a decision stands for its entry: whatever one says otherwise than the other is found."""

from datetime import date
from uuid import uuid4

import pytest

from audit import ledger
from cases.models import User
from sharing.models import Decision
from tests.cast import CaseFile
from tests.sharing.deciding import NOW, behind_the_guards, decided

COLUMNS = {
    "outcome": "do_not_share", "decided_at": NOW, "recorded_at": NOW, "lawful_basis": "6-1-a", "stops": ["x"],
    "threshold_met": False, "included": 7, "review_on": date(2026, 1, 1), "agencies": [],
    "reference": "D-222222", "request_key": uuid4(), "informed": "", "id": uuid4(),
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_column_is_found(column: str, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    assert ledger.verify().problem is None
    with behind_the_guards():
        Decision.objects.filter(id=decision.id).update(**{column: COLUMNS[column]})
    problem = ledger.verify().problem
    assert problem is not None
    assert problem.hash == bytes(decision.entry_hash).hex()
    assert column in problem.why


def test_a_row_without_an_entry_and_an_entry_without_a_row_are_found(
    officer: User, case_file: CaseFile
) -> None:
    decision = decided(officer, case_file)
    with behind_the_guards():
        Decision.objects.filter(id=decision.id).delete()
    problem = ledger.verify().problem
    assert problem is not None
    assert problem.hash == bytes(decision.entry_hash).hex()
    decision.save(force_insert=True)
    assert ledger.verify().problem is None
    decision.id, decision.reference = uuid4(), "D-333333"
    decision.request_key, decision.entry_hash = uuid4(), b"x" * 32
    decision.save(force_insert=True)
    problem = ledger.verify().problem
    assert problem is not None
    assert "2 rows stand for 1 entries" in problem.why
