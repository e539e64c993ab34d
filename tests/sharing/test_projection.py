"""The row of a decision stands for its entry: whatever one says otherwise than the other is found."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from audit import ledger
from audit.models import Entry
from cases import vault
from cases.models import CaseKey, Team, User
from sharing import projection
from sharing.models import Decision
from tests.cast import CaseFile, make_case
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


@pytest.mark.parametrize("destroyed", [False, True])
def test_many_rows_are_compared_with_as_many_queries_as_one(
    officer: User, team: Team, destroyed: bool, django_assert_num_queries: Any
) -> None:
    decisions = [decided(officer, make_case(officer, team)) for _ in range(3)]
    if destroyed:
        CaseKey.objects.exclude(subject=vault.ORGANISATION).update(wrapped=None)
    with behind_the_guards():
        # What the header holds is compared without a key too.
        Decision.objects.filter(id=decisions[1].id).update(decided_at=NOW, reference="D-222222")
    entries = [Entry.objects.get(hash=one.entry_hash) for one in decisions]
    for some in (entries[:1], entries):
        vault.forget()
        with django_assert_num_queries(2):
            found = projection.compare(some)
        said = {one: what for one, what in enumerate(found) if what}
        which = "decided_at" if destroyed else "reference"
        assert said == ({1: f"the decision's {which} is not what was recorded"} if some == entries else {})
