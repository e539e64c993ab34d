"""My work: what waits for somebody, by when, and nothing that is not theirs."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import access_actions
from cases.models import User
from sharing import actions, work
from sharing.models import Draft
from sharing.rules.terms import LONDON
from tests.browser import BACKEND
from tests.cast import CaseFile
from tests.sharing.deciding import NOT_SHARED, decided, draft_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 3, 12, tzinfo=LONDON)


def _page(client: Client, user: User) -> str:
    client.force_login(user, backend=BACKEND)
    return client.get(reverse("home")).content.decode()


def _task(due_at: datetime | None) -> work.Task:
    return work.Task("Go on", "D-222222", "C-222222", "/", due_at, "Draft", "blue")


@pytest.mark.parametrize(
    ("due_at", "heading"),
    [
        (NOON - timedelta(seconds=1), "Overdue"),
        (NOON - timedelta(days=3), "Overdue"),
        (NOON, "Today"),
        (NOON + timedelta(hours=11), "Today"),
        (NOON + timedelta(hours=13), "Later"),
        (None, "Later"),
    ],
)
def test_each_task_stands_under_one_heading(due_at: datetime | None, heading: str) -> None:
    assert work.grouped([_task(due_at)], NOON) == [(heading, [_task(due_at)])]


def test_the_headings_stand_in_order_and_only_where_something_is_under_them() -> None:
    found = work.grouped([_task(None), _task(NOON - timedelta(days=1))], NOON)
    assert [heading for heading, _ in found] == ["Overdue", "Later"]


def test_a_deadline_at_the_end_of_a_day_is_said_as_the_day() -> None:
    assert _task(datetime(2026, 3, 3, 23, 59, 59, tzinfo=LONDON)).by == NOON.date()
    assert _task(NOON).by == NOON
    assert _task(None).by is None


def test_a_draft_is_due_by_its_urgency_counted_from_when_that_was_said(
    case_file: CaseFile, officer: User
) -> None:
    draft = draft_of(officer, case_file, urgency="today")
    (task,) = work.tasks(officer)
    assert (task.what, task.due_at) == ("Go on with the decision", draft.due_at)
    assert draft.due_at is not None
    assert timezone.localdate(draft.due_at) == timezone.localdate()
    Draft.objects.filter(id=draft.id).update(due_at=NOON)
    draft.refresh_from_db()
    kept = actions.save_draft(by=officer, draft=draft, answers=actions.answers_of(draft), saves=draft.saves)
    assert kept.due_at == NOON


def test_what_was_decided_and_not_sent_what_is_to_be_looked_at_again_and_nothing_else(
    client: Client, case_file: CaseFile, officer: User
) -> None:
    to_send = decided(officer, case_file)
    to_review = decided(officer, case_file, **NOT_SHARED)
    page = _page(client, officer)
    found = {(task.what, task.reference) for task in work.tasks(officer)}
    assert found == {
        ("Record that you sent it", to_send.reference),
        ("Look at it again", to_review.reference),
    }
    assert reverse("decision_sent", args=[to_send.reference]) in page
    assert reverse("decision_review", args=[to_review.reference]) in page


def test_nobody_sees_the_work_of_a_case_that_is_shut_to_them(
    client: Client, case_file: CaseFile, officer: User, manager: User, colleague: User
) -> None:
    draft = draft_of(officer, case_file)
    to_send = decided(officer, case_file)
    assert work.tasks(colleague) == []
    access_actions.allocate(by=manager, case=case_file.case, owner=manager)
    access_actions.exclude(by=manager, case=case_file.case, user=officer, reason="Related")
    page = _page(client, officer)
    assert draft.reference not in page
    assert to_send.reference not in page
    assert case_file.case.reference not in page
    assert "Nothing due." in page


def test_no_name_is_on_the_page(client: Client, case_file: CaseFile, officer: User) -> None:
    decided(officer, case_file)
    draft_of(officer, case_file)
    page = _page(client, officer)
    assert case_file.survivor.name not in page
    assert case_file.survivor.preferred_name not in page


def test_the_queries_do_not_grow_with_the_work(client: Client, case_file: CaseFile, officer: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            _page(client, officer)
        return len(captured)

    def more() -> None:
        for changes in ({}, NOT_SHARED):
            given: dict[str, Any] = dict(changes)
            decided(officer, case_file, **given)
            draft_of(officer, case_file)

    more()
    _page(client, officer)
    few = queries()
    more()
    more()
    assert queries() == few
