"""An emergency share: one transaction that nothing holds back, what it says of a decision, its completion."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import ledger
from audit.models import Entry
from cases import access, vault
from cases.models import Case, CaseKey, ConsentRecord, Organisation, Person, Team, User
from sharing import actions, emergency, emergency_actions, lists, projection, rules
from sharing.actions import answers_of
from sharing.models import Decision, Draft
from tests.cast import LONDON, CaseFile, UserFactory
from tests.sharing import hurrying
from tests.sharing.deciding import NOW
from tests.sharing.hurrying import recorded

pytestmark = pytest.mark.django_db


def assert_verified() -> None:
    assert ledger.verify().problem is None


def test_the_record_says_what_was_answered(officer: User, case_file: CaseFile) -> None:
    decision = recorded(officer, case_file)
    assert (decision.emergency, decision.already_sent, decision.outcome) == (True, True, "share_all")
    assert (decision.decided_at, decision.lawful_basis, decision.basis_at) == (NOW, "6-1-d", NOW)
    assert (decision.agencies, decision.informed, decision.urgency) == (["police"], "unsafe_to_tell", "now")
    assert not decision.basis_after_sharing
    assert (decision.aims, decision.kinds) == (["crime", "protect_adult"], ["offence", "ordinary"])
    said = projection.said_of(decision)
    assert said["emergency"]["told_name"] == "PC 4471"
    assert said["sent_how"] == "By phone, to Police, 999: PC 4471"
    # A call that nobody has confirmed in writing yet is not recorded as confirmed.
    assert said["recipients"][0]["method"] is None
    assert "recipient_missing" in decision.stops
    assert "item_without_need" not in decision.stops
    assert_verified()


def test_the_case_stands_where_the_emergency_left_it(officer: User, case_file: CaseFile) -> None:
    decision = recorded(officer, case_file)
    case = Case.objects.get(id=case_file.case.id)
    assert (case.lawful_basis, case.lawful_basis_at, case.necessity) == ("6-1-d", NOW, {})
    line = ConsentRecord.objects.get(decision_reference=decision.reference)
    assert (line.informed, line.consent) == ("unsafe_to_tell", "")


def test_the_completion_asks_only_what_is_missing(officer: User, case_file: CaseFile) -> None:
    decision = recorded(officer, case_file)
    draft = Draft.objects.get(follows=decision)
    assert (draft.follows_as, draft.started_by, draft.case) == ("completion", officer, case_file.case)
    found = answers_of(draft)
    assert set(found["pages"]) == {"request", "already-sent", "lawful-basis", "main-reasons"}
    assert found["recipients"][0]["method"] == "phone_confirmed"
    assert found["affected"] == [str(case_file.survivor.id)]


@pytest.mark.parametrize(
    ("day", "due"),
    [((2026, 3, 3), (2026, 3, 4)), ((2026, 3, 6), (2026, 3, 9)), ((2026, 3, 7), (2026, 3, 9))],
)
def test_it_is_due_at_the_end_of_the_next_working_day(
    day: tuple[int, int, int], due: tuple[int, int, int]
) -> None:
    last = datetime(*due, 23, 59, 59, tzinfo=LONDON)
    found = rules.after.completion_due(datetime(*day, 21, tzinfo=LONDON))
    assert found == last
    assert not rules.after.emergency_incomplete(last, last, completed=False)
    assert rules.after.emergency_incomplete(last, last + timedelta(seconds=1), completed=False)
    assert not rules.after.emergency_incomplete(last, last + timedelta(days=9), completed=True)


def test_a_basis_that_is_named_later_is_open(officer: User, case_file: CaseFile) -> None:
    decision = recorded(officer, case_file, basis="other", knows="no_time")
    assert (decision.lawful_basis, decision.basis_at, decision.informed) == ("", None, "")
    assert {"basis_missing", "unsafe_reason_missing"} <= set(decision.stops)
    assert "lawful-basis" not in answers_of(Draft.objects.get(follows=decision))["pages"]


@pytest.mark.parametrize(
    ("settings_", "expected"),
    [
        ({}, ("6-1-e", "Crime and Disorder Act 1998, section 115")),
        ({"type": "registered_provider"}, ("6-1-f", "")),
        ({"urgent_basis": "6-1-c", "urgent_power": "Children Act 2004"}, ("6-1-c", "Children Act 2004")),
        # What was set and is closed to the organisation by now gives way to its type.
        (
            {"urgent_basis": "6-1-f", "urgent_power": "Weighed"},
            ("6-1-e", "Crime and Disorder Act 1998, section 115"),
        ),
    ],
)
def test_the_urgent_basis_is_as_set_or_by_type(settings_: dict[str, str], expected: tuple[str, str]) -> None:
    assert emergency.urgent_basis(Organisation(**settings_), NOW) == expected


def test_the_urgent_basis_is_recorded_with_what_it_rests_on(officer: User, case_file: CaseFile) -> None:
    decision = recorded(officer, case_file, basis="urgent")
    assert decision.lawful_basis == "6-1-e"
    assert "power_missing" not in decision.stops
    assert projection.said_of(decision)["power"] == "Crime and Disorder Act 1998, section 115"


def test_the_default_power_is_in_the_list() -> None:
    assert emergency.BY_TYPE[True][1] in dict(lists.choices("power")).values()


def test_what_was_told_earlier_is_tagged(officer: User, case_file: CaseFile) -> None:
    answers = hurrying.given([case_file.survivor])
    earlier = NOW - timedelta(hours=3)
    answers["sent_at"] = earlier.isoformat()
    decision = emergency_actions.record_emergency(by=officer, case=case_file.case, answers=answers, now=NOW)
    assert decision.decided_at == earlier
    assert decision.basis_after_sharing
    assert_verified()


# --- without a case ---------------------------------------------------------------------------------


def test_without_a_case_it_opens_a_provisional_one(officer: User, team: Team) -> None:
    decision = recorded(officer, None)
    case = decision.case
    assert (case.provisional, case.owner, case.team, case.concern_identified_at) == (True, officer, team, NOW)
    assert [person.name for person in case.people.all()] == ["A woman at 14 Quarry Rise"]
    kinds = [entry.kind for entry in ledger.history(case.id)]
    assert kinds == ["case.created", "decision.recorded"]
    said = projection.said_of(decision)
    assert [one["name"] for one in said["people"]] == ["A woman at 14 Quarry Rise"]
    assert Draft.objects.get(follows=decision).case == case
    assert access.can(officer, "work", case)
    assert_verified()


def test_the_first_of_several_teams_holds_it(officer: User, other_team: Team) -> None:
    officer.teams.add(other_team)
    assert recorded(officer, None).case.team.name == "North housing"


@pytest.mark.parametrize("who", ["nobody's", "governance", "administrator"])
def test_who_is_in_no_team_or_works_on_no_cases_opens_none(
    who: str, governance: User, administrator: User
) -> None:
    nobody: User = UserFactory()
    by = {"nobody's": nobody, "governance": governance, "administrator": administrator}[who]
    with pytest.raises(PermissionDenied):
        recorded(by, None)
    assert (Case.objects.count(), CaseKey.objects.count()) == (0, 0)


def test_who_may_not_work_on_the_case_records_nothing(
    colleague: User, excluded: User, case_file: CaseFile
) -> None:
    before = Entry.objects.count()
    for by in (colleague, excluded):
        with pytest.raises(Http404):
            recorded(by, case_file)
    assert (Entry.objects.count(), Decision.objects.count(), Draft.objects.count()) == (before, 0, 0)


@pytest.mark.parametrize("fails", ["cases.opening.ledger.append", "sharing.models.Draft.save"])
def test_a_failure_anywhere_leaves_nothing(
    fails: str, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    entries = Entry.objects.count()
    if fails.endswith("append"):
        monkeypatch.setattr(ledger, "append", refuse)
    else:
        monkeypatch.setattr(Draft, "save", refuse)
    with pytest.raises(ZeroDivisionError):
        recorded(officer, None)
    assert Entry.objects.count() == entries
    assert not any(model.objects.exists() for model in (Case, Person, Decision, Draft))
    # The search's words are made under the organisation's key, which belongs to no case and may come first.
    assert not CaseKey.objects.exclude(subject=vault.ORGANISATION).exists()


# --- once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_case", [True, False])
def test_a_repeated_request_gives_the_first(with_case: bool, officer: User, case_file: CaseFile) -> None:
    key, people = uuid4(), [case_file.survivor] if with_case else []
    found = [
        emergency_actions.record_emergency(
            by=officer,
            case=case_file.case if with_case else None,
            answers=hurrying.given(people),
            request_key=key,
        )
        for _ in range(2)
    ]
    assert found[0] == found[1]
    assert (Decision.objects.count(), Draft.objects.count()) == (1, 1)


def test_the_request_of_somebody_else_is_none_of_theirs(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    key, answers = uuid4(), hurrying.given([case_file.survivor])
    emergency_actions.record_emergency(by=officer, case=case_file.case, answers=answers, request_key=key)
    with pytest.raises(ledger.DuplicateRequest):
        emergency_actions.record_emergency(by=manager, case=case_file.case, answers=answers, request_key=key)


# --- whatever was answered --------------------------------------------------------------------------


def _codes(name: str) -> list[str]:
    return [code for code, _ in lists.choices(f"emergency_{name}")]


def _some(name: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(_codes(name)), min_size=1, unique=True)


ANSWERS = st.fixed_dictionaries(
    {
        "happening": _some("happening"),
        "what": _some("items"),
        **{name: st.sampled_from(_codes(name)) for name in ("told", "how", "basis", "knows")},
        "told_name": st.sampled_from(["not given", "x" * 120, "Gareth Pym", "𐍈 ẞ"]),
        "note": st.sampled_from(["", "y" * 200]),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=ANSWERS, with_case=st.booleans())
def test_no_answer_that_the_page_takes_is_held_back(
    answers: dict[str, Any], with_case: bool, officer: User, case_file: CaseFile
) -> None:
    decision = recorded(officer, case_file if with_case else None, **answers)
    draft = Draft.objects.get(follows=decision)
    # The completion is never held back either, and what it starts from fits its pages.
    found = answers_of(draft)
    limits = {"aim_text": 300, "reason_text": 500, "sent_how": 200, "sent_what": 500}
    assert all(len(found[name]) <= most for name, most in limits.items())
    completion = actions.record(by=officer, draft=draft)
    assert (completion.follows, completion.follows_as, completion.emergency) == (
        decision,
        "completion",
        False,
    )
    assert_verified()
