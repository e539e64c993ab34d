"""Every action: one effect, one entry, or nothing at all."""

import pytest

from audit import ledger
from cases.models import Case

pytestmark = pytest.mark.django_db


def test_a_case_is_made_with_its_entries(a_case: Case) -> None:
    kinds = [entry.kind for entry in ledger.history(a_case.id)]
    assert kinds == [
        "case.created",
        *["person.added"] * 3,
        "risk.assessed",
        *["information.added"] * 2,
    ]
    assert ledger.verify().problem is None
