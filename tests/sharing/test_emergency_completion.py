"""What completes an emergency share: the draft that it takes over or opens, filled in with what was said."""

from typing import Any

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse

from audit import ledger
from cases.models import User
from sharing import actions, emergency_actions, projection, rules
from sharing.actions import AlreadyFollowed, answers_of
from sharing.models import Draft
from tests.cast import CaseFile, go_live
from tests.sharing import hurrying
from tests.sharing.deciding import NOW, draft_of, recipient
from tests.sharing.hurrying import browser_of, only_decision, post, recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(officer: User) -> Client:
    return browser_of(officer)


def text(response: Any) -> str:
    return str(response.content.decode())


# --- a draft that it takes over ----------------------------------------------------------------------


def test_a_draft_becomes_the_completion_and_loses_nothing(officer: User, case_file: CaseFile) -> None:
    draft = draft_of(officer, case_file, outcome="not_yet", informed=None, recipients=[])
    decision = emergency_actions.record_emergency(
        by=officer, case=case_file.case, answers=hurrying.given([case_file.child]), draft=draft, now=NOW
    )
    kept = Draft.objects.get(follows=decision)
    assert (kept.id, kept.reference, Draft.objects.count()) == (draft.id, draft.reference, 1)
    found = answers_of(kept)
    assert [one["name"] for one in found["recipients"]] == ["PC 4471"]
    assert found["harm_if_not"] == "Nobody would know of the knife"
    assert found["affected"] == [str(case_file.survivor.id), str(case_file.child.id)]
    assert (found["outcome"], found["already_sent"], found["informed"]) == (
        "share_all",
        True,
        "unsafe_to_tell",
    )
    assert found["aims"] == ["assess_risk", "protect_adult", "marac", "crime"]
    assert not {"items", "decision"} & set(found["pages"])
    # The emergency itself records what was said in the emergency, and nothing of the draft.
    assert projection.said_of(decision)["recipients"][0]["name"] == "PC 4471"
    actions.record(by=officer, draft=kept)
    assert ledger.verify().problem is None


def test_a_draft_that_plans_to_tell_somebody_else_stays_a_decision_of_its_own(
    officer: User, case_file: CaseFile
) -> None:
    planned = draft_of(officer, case_file, recipients=[recipient(linked="yes")])
    decision = emergency_actions.record_emergency(
        by=officer, case=case_file.case, answers=hurrying.given([case_file.child]), draft=planned, now=NOW
    )
    completion = Draft.objects.get(follows=decision)
    assert [one["name"] for one in answers_of(completion)["recipients"]] == ["PC 4471"]
    stored = Draft.objects.get(id=planned.id)
    assert (stored.id, stored.follows_id) != (completion.id, decision.id)
    assert answers_of(stored) == answers_of(planned)
    with pytest.raises(actions.CannotRecord) as refused:
        actions.record(by=officer, draft=stored)
    assert "recipient_linked" in {finding.code for finding in refused.value.findings}


def test_a_draft_that_is_saved_meanwhile_stays_as_it_was_saved(
    officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, real = draft_of(officer, case_file, recipients=[]), emergency_actions._taken

    def late(*args: Any) -> Draft | None:
        read = real(*args)
        if read:
            actions.save_draft(by=officer, draft=read, answers={"mitigation": "Typed late"}, saves=read.saves)
        return read

    monkeypatch.setattr(emergency_actions, "_taken", late)
    decision = emergency_actions.record_emergency(
        by=officer, case=case_file.case, answers=hurrying.given([case_file.child]), draft=draft
    )
    assert answers_of(Draft.objects.get(id=draft.id))["mitigation"] == "Typed late"
    assert Draft.objects.get(follows=decision).id != draft.id


def test_a_failed_recording_leaves_the_draft(
    officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_of(officer, case_file)
    monkeypatch.setattr(ledger, "append", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        emergency_actions.record_emergency(
            by=officer, case=case_file.case, answers=hurrying.given([case_file.child]), draft=draft
        )
    kept = Draft.objects.get(id=draft.id)
    assert (kept.follows_id, kept.saves) == (None, draft.saves)
    assert answers_of(kept) == answers_of(draft)


def test_the_completion_stays_due_whatever_its_answers_say(officer: User, case_file: CaseFile) -> None:
    decision = recorded(officer, case_file)
    draft = Draft.objects.get(follows=decision)
    calmer = {**answers_of(draft), "urgency": "two_days"}
    saved = actions.save_draft(by=officer, draft=draft, answers=calmer, saves=draft.saves)
    assert saved.due_at == draft.due_at == rules.after.completion_due(decision.recorded_at)


# --- completing it again -----------------------------------------------------------------------------


def test_the_completion_can_be_opened_again_after_it_was_thrown_away(
    officer: User, case_file: CaseFile
) -> None:
    decision = recorded(officer, case_file, basis="urgent")
    first = Draft.objects.get(follows=decision)
    assert emergency_actions.open_completion(by=officer, decision=decision) == first
    before = answers_of(first)
    actions.discard_draft(by=officer, draft=first)
    go_live(name="Homes", type="registered_provider")
    again = emergency_actions.open_completion(by=officer, decision=decision)
    assert again.id != first.id
    assert answers_of(again) == before
    completed = actions.record(by=officer, draft=again)
    with pytest.raises(AlreadyFollowed) as followed:
        emergency_actions.open_completion(by=officer, decision=decision)
    assert followed.value.by == completed


def test_a_colleague_with_the_case_completes_it_in_a_draft_of_their_own(
    officer: User, granted: User, colleague: User, case_file: CaseFile
) -> None:
    decision = recorded(officer, case_file)
    draft = emergency_actions.open_completion(by=granted, decision=decision)
    assert draft.started_by == granted
    with pytest.raises(Http404):
        emergency_actions.open_completion(by=colleague, decision=decision)


# --- a draft is carried over --------------------------------------------------------------------------


def test_what_a_draft_answers_is_filled_in_and_the_draft_becomes_the_completion(
    browser: Client, officer: User, case_file: CaseFile
) -> None:
    draft = draft_of(officer, case_file, urgency="now")
    address = reverse("emergency_case", args=[case_file.case.reference])
    page = browser.get(f"{address}?draft={draft.id}")
    form = page.context["form"]
    assert set(form.initial["who"]) == {str(case_file.survivor.id), str(case_file.child.id)}
    named = {name: form.initial.get(name) for name in ("told", "told_name", "how", "basis", "knows")}
    assert named == {
        "told": "police_999",
        "told_name": "Sgt Imelda Fenwick",
        "how": "secure_email",
        "basis": "vital",
        "knows": "told",
    }
    assert f'value="{draft.id}"' in text(page)
    assert post(browser, case_file, draft=str(draft.id), told=None).status_code == 200
    assert Draft.objects.get(id=draft.id).follows_id is None
    post(browser, case_file, draft=str(draft.id), told_name="Sgt Imelda Fenwick")
    assert Draft.objects.get(id=draft.id).follows == only_decision()
    assert answers_of(Draft.objects.get(id=draft.id))["fits"] == "The threshold is met"


def test_a_draft_that_is_not_theirs_or_of_another_case_is_left_alone(
    granted: User, officer: User, case_file: CaseFile
) -> None:
    draft = draft_of(officer, case_file)
    browser = browser_of(granted)
    address = reverse("emergency_case", args=[case_file.case.reference])
    page = browser.get(f"{address}?draft={draft.id}")
    assert not page.context["form"].initial
    assert post(browser, case_file, draft=str(draft.id)).status_code == 302
    assert answers_of(Draft.objects.get(id=draft.id)) == answers_of(draft)
    assert only_decision().following_drafts.get().started_by == granted
