"""Recording: one entry, one row, once; all of it or nothing; what is sealed is what was judged."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.utils import timezone

from audit import ledger
from audit.chain import receipt_code
from cases import actions as case_actions
from cases import events
from cases.models import ConsentRecord, Organisation, User
from sharing import access, actions, lists, projection, recording, rules, words
from sharing.answers import facts_of, fingerprint
from sharing.models import Decision, Draft
from tests.cast import CaseFile, go_live
from tests.sharing.deciding import NOT_SHARED, NOW, REASON, answers, decided, draft_of, item


def entries(file: CaseFile, kind: str = projection.KIND) -> list[Any]:
    return list(ledger.history(file.case.id).filter(kind=kind))


def test_the_entry_holds_everything(officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    (entry,) = entries(case_file)
    said = events.content_of(entry)
    given = answers(case_file)
    for name in ("aims", "basis", "kinds", "reason_text", "consent_reason", "harm_if_not", "affected"):
        assert said[name] == given[name]
    assert said["reference"] == decision.reference
    assert said["items"][0]["text"] == case_file.information.text
    assert said["items"][0]["source"] == case_file.information.source
    assert said["items"][0]["dated"] == "2026-02-27"
    assert said["items"][1]["withheld_reason"] == "It is old"
    assert said["recipients"][0]["agency_name"] == "Police"
    assert {one["name"] for one in said["people"]} == {
        one.name for one in (case_file.survivor, case_file.child, case_file.perpetrator)
    }
    assert said["risk_level"] == "high"
    assert said["marac_criteria"] == ["visible_high_risk"]
    assert said["organisation"]["type"] == "local_authority"
    assert [(one["code"], one["answer"]) for one in said["findings"]] == [
        ("could_make_less_safe", "She has been moved tonight")
    ]
    assert said["lists"] == lists.version()
    seen = {one.split()[0]: one.split()[2] for one in said["guidance"]}
    assert seen["rule-7"] == words.words("rule-7").sha256
    assert "point.could_make_less_safe" in seen
    assert "pages" not in said


def test_the_row_repeats_the_codes(officer: User, case_file: CaseFile) -> None:
    decision = Decision.objects.get(id=decided(officer, case_file).id)
    (entry,) = entries(case_file)
    assert bytes(decision.entry_hash) == bytes(entry.hash)
    assert decision.recorded_at == entry.recorded_at
    assert decision.decided_at == entry.occurred_at
    assert timezone.now() - decision.recorded_at < timedelta(minutes=1)
    assert decision.decided_at.date() == date(2026, 3, 3)
    assert (decision.outcome, decision.lawful_basis, decision.informed) == ("share_part", "6-1-d", "told")
    assert (decision.included, decision.withheld, decision.agencies) == (1, 1, ["police"])
    assert (decision.stops, decision.points) == ([], ["could_make_less_safe"])
    assert projection.compare([entry]) == [None]
    assert len(receipt_code(bytes(entry.hash))) == 19


def test_where_sharing_stands_is_kept_with_the_case(officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    case = case_file.case
    case.refresh_from_db()
    assert (case.lawful_basis, case.lawful_basis_at) == ("6-1-d", decision.decided_at)
    assert case.consent_status == "not_sought_misleading"
    assert case.necessity == {
        "items": 2, "with_reason": 1, "relevant": 1, "enough": 1, "checked": 1, "withheld": 1,
        "decision": decision.reference, "decided_at": decision.decided_at.isoformat(),
    }  # fmt: skip
    line = ConsentRecord.objects.get(case=case)
    assert (line.consent, line.wishes, line.informed) == ("not_sought_misleading", "agrees", "told")
    assert (line.note, line.decision_reference) == ("We would share either way", decision.reference)
    assert case.history.first().history_user == officer


def test_a_decision_without_a_basis_leaves_the_case_s_basis(officer: User, case_file: CaseFile) -> None:
    decided(officer, case_file)
    unasked = dict.fromkeys(("basis", "consent", "wishes", "informed"), "")
    decided(officer, case_file, **NOT_SHARED, **unasked)
    case_file.case.refresh_from_db()
    assert case_file.case.lawful_basis == "6-1-d"
    assert case_file.case.consent_status == "not_sought_misleading"
    assert ConsentRecord.objects.count() == 1


def test_the_draft_is_emptied(officer: User, case_file: CaseFile) -> None:
    draft = draft_of(officer, case_file)
    actions.record(by=officer, draft=draft, now=NOW)
    stored = Draft.objects.get(id=draft.id)
    assert stored.recorded_at is not None
    assert actions.answers_of(stored) == {}
    assert list(access.drafts_for(officer)) == []


def test_a_second_record_gives_the_first_decision(officer: User, case_file: CaseFile) -> None:
    draft = draft_of(officer, case_file)
    first = actions.record(by=officer, draft=draft, now=NOW)
    assert actions.record(by=officer, draft=draft, now=NOW).id == first.id
    assert len(entries(case_file)) == Decision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_one_decision(officer: User, case_file: CaseFile) -> None:
    draft = draft_of(officer, case_file)

    def once(_: int) -> UUID:
        try:
            return actions.record(by=officer, draft=draft, now=NOW).id
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        ids = list(pool.map(once, range(20)))
    assert len(set(ids)) == 1
    assert len(entries(case_file)) == Decision.objects.count() == ConsentRecord.objects.count() == 1
    assert ledger.verify().problem is None


@pytest.mark.parametrize(
    ("changes", "stops"),
    [
        ({"basis": "6-1-a"}, {"consent_not_free", "consent_not_given"}),
        ({"reason_text": "Data protection"}, {"blanket_reason"}),
        ({"recipients": []}, {"recipient_missing", "item_without_need"}),
        ({"decided_at": "2026-03-03T12:00:00+00:00"}, {"decided_in_future"}),
    ],
)
def test_a_stop_keeps_it_from_being_recorded(
    officer: User, case_file: CaseFile, changes: dict[str, Any], stops: set[str]
) -> None:
    draft = draft_of(officer, case_file, **changes)
    with pytest.raises(actions.CannotRecord) as refused:
        actions.record(by=officer, draft=draft, now=NOW)
    assert {one.code for one in rules.stops(refused.value.findings)} == stops
    assert not Decision.objects.exists()
    assert not entries(case_file)
    assert actions.answers_of(Draft.objects.get(id=draft.id))["aims"]


@pytest.mark.parametrize("points", [{}, {"could_make_less_safe": " \u00a0\u200b "}, {"late": "Not raised"}])
def test_a_point_without_an_answer_keeps_it_too(
    officer: User, case_file: CaseFile, points: dict[str, str]
) -> None:
    with pytest.raises(actions.CannotRecord) as refused:
        decided(officer, case_file, points=points)
    assert refused.value.unanswered == {"could_make_less_safe"}


def test_what_was_sent_already_is_recorded_with_its_stops(officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file, already_sent=True, basis="", reason_text="", points={})
    assert {"basis_missing", "reason_missing"} <= set(decision.stops)
    assert decision.already_sent
    with pytest.raises(actions.CannotRecord):
        decided(officer, case_file, already_sent=True, outcome="")


def test_a_failing_append_leaves_nothing(
    officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_of(officer, case_file)

    def fails(_sealed: Any) -> None:
        raise RuntimeError("the ledger is full")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "append", fails)
        with pytest.raises(RuntimeError, match="full"):
            actions.record(by=officer, draft=draft, now=NOW)
    assert_nothing_was_written(draft, case_file)
    assert actions.record(by=officer, draft=draft, now=NOW).outcome == "share_part"


def test_a_crash_after_the_entry_leaves_nothing(
    officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_of(officer, case_file)

    def crashes(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Decision, "save", crashes)
        with pytest.raises(KeyboardInterrupt):
            actions.record(by=officer, draft=draft, now=NOW)
    assert_nothing_was_written(draft, case_file)
    assert ledger.verify().problem is None


def assert_nothing_was_written(draft: Draft, file: CaseFile) -> None:
    stored = Draft.objects.get(id=draft.id)
    assert stored.recorded_at is None
    assert actions.answers_of(stored)["reason_text"] == REASON
    assert not Decision.objects.exists()
    assert not ConsentRecord.objects.exists()
    assert not entries(file)
    file.case.refresh_from_db()
    assert file.case.lawful_basis == ""


def test_a_case_that_changes_meanwhile_is_read_again(
    officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the judgement and the lock somebody records that a person is connected, or a text changes."""
    seal, draft = events.seal, draft_of(officer, case_file)

    def late(kind: str, *args: Any, **kwargs: Any) -> Any:
        sealed = seal(kind, *args, **kwargs)
        if kind == projection.KIND:
            values = {"text": "It was a stick"}
            case_actions.change_information(by=officer, item=case_file.information, values=values)
        return sealed

    with monkeypatch.context() as patch:
        patch.setattr(events, "seal", late)
        with pytest.raises(actions.DraftChanged):
            actions.record(by=officer, draft=draft, now=NOW)
    assert_nothing_was_written(draft, case_file)


@pytest.mark.parametrize("change", ["case", "people", "organisation"])
def test_so_is_everything_that_the_rules_read(
    change: str, officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, real = draft_of(officer, case_file), recording.consent_record

    def late(*args: Any) -> Any:
        if change == "case":
            values = {"assessed_on": date(2026, 3, 3), "level": "medium", "criteria": []}
            case_actions.assess_risk(by=officer, case=case_file.case, values=values)
        elif change == "people":
            values = {"safe_routes": []}
            case_actions.change_person(by=officer, person=case_file.survivor, values=values)
        else:
            go_live(type="other")
        return real(*args)

    monkeypatch.setattr(actions, "_consent_record", late)
    with pytest.raises(actions.DraftChanged):
        actions.record(by=officer, draft=draft, now=NOW)
    assert not Decision.objects.exists()


def test_a_draft_saved_since_it_was_read_through_is_not_recorded(officer: User, case_file: CaseFile) -> None:
    draft = draft_of(officer, case_file)
    seen = _seen(draft)
    changed = answers(case_file, reason_text=f"{REASON}, and more that nobody read")
    actions.save_draft(by=officer, draft=draft, answers=changed, saves=draft.saves)
    with pytest.raises(actions.DraftChanged) as refused:
        actions.record(by=officer, draft=draft, seen=seen, now=NOW)
    assert refused.value.draft.saves == draft.saves + 1
    assert not Decision.objects.exists()


def test_a_case_that_changed_since_it_was_read_through_is_not_recorded(
    officer: User, case_file: CaseFile
) -> None:
    draft = draft_of(officer, case_file)
    seen = _seen(draft)
    values = {"text": "Something that the officer has not read"}
    case_actions.change_information(by=officer, item=case_file.information, values=values)
    with pytest.raises(actions.DraftChanged):
        actions.record(by=officer, draft=draft, seen=seen, now=NOW)
    assert not Decision.objects.exists()
    assert actions.record(by=officer, draft=draft, seen=_seen(draft), now=NOW)


def _seen(draft: Draft) -> str:
    """The mark that a check page of this draft would carry now."""
    draft = Draft.objects.select_related("case").get(id=draft.id)
    facts = facts_of(actions.answers_of(draft), case=draft.case, organisation=Organisation.current(), now=NOW)
    return fingerprint(draft.saves, facts)


def test_what_is_recorded_late_does_not_replace_what_came_after(officer: User, case_file: CaseFile) -> None:
    case = case_file.case
    withdrawn = {"happened_on": date(2026, 3, 10), "consent": "withdrawn"}
    case_actions.log_consent(by=officer, case=case, values=withdrawn)
    later = decided(officer, case_file, decided_at="2026-03-03T10:45:00+00:00")
    decided(officer, case_file, basis="6-1-e", power="Care Act 2014", decided_at="2026-03-03T09:00:00+00:00")
    case.refresh_from_db()
    assert (case.consent_status, case.lawful_basis) == ("withdrawn", "6-1-d")
    assert case.lawful_basis_at == later.decided_at
    assert case.necessity["decision"] == later.reference


def test_items_of_another_case_are_not_recorded(officer: User, case_file: CaseFile) -> None:
    stranger = item(uuid4(), why="Not of this case")
    mine = answers(case_file)["items"]
    decision = decided(officer, case_file, items=[*mine, stranger])
    assert len(projection.said_of(decision)["items"]) == 2
