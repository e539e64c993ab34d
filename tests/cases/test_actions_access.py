"""Giving a case, taking it back, shutting out: each once, each under the manager's name."""

import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry
from cases import access, access_actions
from cases.models import CaseUserPermission, User
from tests.cases.test_actions import everything
from tests.cast import CaseFile

pytestmark = pytest.mark.django_db


def test_access_given_twice_and_ended_twice_is_one_entry_each(
    case_file: CaseFile, manager: User, colleague: User
) -> None:
    case, before = case_file.case, Entry.objects.count()
    for act in (
        access_actions.grant,
        access_actions.grant,
        access_actions.end_grant,
        access_actions.end_grant,
    ):
        act(by=manager, case=case, user=colleague)
    first, second = (
        access_actions.exclude(by=manager, case=case, user=colleague, reason="Kin") for _ in range(2)
    )
    assert first == second
    for _ in range(2):
        access_actions.end_exclusion(by=manager, exclusion=first)
    assert Entry.objects.count() == before + 4
    grants = CaseUserPermission.history
    assert list(grants.order_by("history_date").values_list("history_type", "history_user")) == [
        ("+", manager.id),
        ("-", manager.id),
    ]


def test_only_people_who_work_on_cases_are_given_one(
    case_file: CaseFile, manager: User, governance: User
) -> None:
    before = everything()
    with pytest.raises(ValidationError):
        access_actions.grant(by=manager, case=case_file.case, user=governance)
    with pytest.raises(ValidationError):
        access_actions.allocate(by=manager, case=case_file.case, owner=governance)
    assert everything() == before


def test_a_new_owner_works_and_the_old_one_no_longer(
    case_file: CaseFile, manager: User, officer: User, colleague: User
) -> None:
    access_actions.allocate(by=manager, case=case_file.case, owner=colleague)
    assert access.can(colleague, "work", case_file.case)
    assert not access.can(officer, "view", case_file.case)
