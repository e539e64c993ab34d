"""Run last, after every test that took the guards away to empty its tables."""

import pytest

from audit import guards


@pytest.mark.django_db
def test_guards_stand_at_the_end_of_the_run() -> None:
    assert "audit_entry" in guards.guarded()
    assert guards.missing() == []
