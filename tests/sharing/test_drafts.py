"""Drafts: sealed, one writer at a time, kept out of every log, open to their owner and the team's manager."""

import json
from uuid import uuid4

import pytest
from django.db import connection
from django.http import Http404

from audit import ledger
from cases import access_actions, fields
from cases.models import User
from sharing import access, actions
from sharing.models import Decision, Draft
from tests.cast import CaseFile
from tests.sharing.deciding import NOW, REASON, answers, draft_of

SOMEBODY = ["colleague", "granted", "other_manager", "governance", "administrator", "excluded", "superuser"]


def test_two_tabs_the_second_save_is_refused(officer: User, case_file: CaseFile) -> None:
    draft = draft_of(officer, case_file)
    first, second = answers(case_file, aim_text="first"), answers(case_file, aim_text="second")
    actions.save_draft(by=officer, draft=draft, answers=first, saves=draft.saves)
    with pytest.raises(actions.DraftChanged) as refused:
        actions.save_draft(by=officer, draft=draft, answers=second, saves=draft.saves)
    assert actions.answers_of(refused.value.draft)["aim_text"] == "first"


def test_a_recorded_draft_takes_no_answers(officer: User, case_file: CaseFile) -> None:
    draft = draft_of(officer, case_file)
    actions.record(by=officer, draft=draft, now=NOW)
    stored = Draft.objects.get(id=draft.id)
    with pytest.raises(actions.DraftChanged):
        actions.save_draft(by=officer, draft=stored, answers={"aims": ["marac"]}, saves=stored.saves)
    with pytest.raises(actions.DraftChanged):
        actions.discard_draft(by=officer, draft=stored)


def test_a_double_click_starts_one_draft(officer: User, manager: User, case_file: CaseFile) -> None:
    key = uuid4()
    first = actions.start_draft(by=officer, case=case_file.case, request_key=key)
    assert actions.start_draft(by=officer, case=case_file.case, request_key=key).id == first.id
    assert Draft.objects.count() == 1
    with pytest.raises(ledger.DuplicateRequest):
        actions.start_draft(by=manager, case=case_file.case, request_key=key)


def test_drafts_are_kept_out_of_every_log(officer: User, case_file: CaseFile) -> None:
    before = ledger.history(case_file.case.id).count()
    draft = draft_of(officer, case_file)
    actions.discard_draft(by=officer, draft=draft)
    assert not Draft.objects.exists()
    assert ledger.history(case_file.case.id).count() == before
    assert {"start_draft", "save_draft", "discard_draft"} == actions.UNLOGGED


def test_answers_are_sealed(officer: User, case_file: CaseFile) -> None:
    draft = draft_of(officer, case_file)
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM sharing_draft")
        ((stored,),) = cursor.fetchall()
    assert b"knife" not in bytes(stored)
    assert json.loads(draft.answers)["reason_text"] == REASON
    fields.seal_fields(draft)


@pytest.mark.parametrize("who", SOMEBODY)
def test_nobody_else_may_go_on_with_a_draft(
    who: str, request: pytest.FixtureRequest, officer: User, case_file: CaseFile
) -> None:
    draft, user = draft_of(officer, case_file), request.getfixturevalue(who)
    for act in (
        lambda: access.fetch_draft(user, draft.id),
        lambda: actions.save_draft(by=user, draft=draft, answers={}, saves=draft.saves),
        lambda: actions.discard_draft(by=user, draft=draft),
        lambda: actions.record(by=user, draft=draft, now=NOW),
    ):
        with pytest.raises(Http404):
            act()
    unfit = draft_of(officer, case_file, reason_text="")
    with pytest.raises(Http404):
        actions.record(by=user, draft=unfit, now=NOW)
    with pytest.raises(Http404):
        actions.record(by=user, draft=draft, seen="stale", now=NOW)
    assert list(access.drafts_for(user)) == []
    assert Draft.objects.get(id=draft.id).saves == draft.saves
    assert not Decision.objects.exists()


def test_the_manager_of_the_team_may(manager: User, officer: User, case_file: CaseFile) -> None:
    draft = draft_of(officer, case_file)
    assert list(access.drafts_for(manager)) == [draft]
    decision = actions.record(by=manager, draft=access.fetch_draft(manager, draft.id), now=NOW)
    assert decision.by == manager


def test_somebody_shut_out_meanwhile_records_nothing(
    manager: User, officer: User, case_file: CaseFile
) -> None:
    draft = draft_of(officer, case_file)
    access_actions.allocate(by=manager, case=case_file.case, owner=manager)
    access_actions.exclude(by=manager, case=case_file.case, user=officer, reason="A relative")
    with pytest.raises(Http404):
        actions.record(by=officer, draft=draft, now=NOW)
    assert list(access.drafts_for(officer)) == []
