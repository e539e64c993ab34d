"""What holds for every model, every action and every view, found by looking at all of them."""

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db import models
from django.utils import timezone

from audit import guards, ledger
from audit.models import Entry
from cases import (
    access_actions,
    account_actions,
    actions,
    chronology_actions,
    closing,
    handing,
    matching,
    moving,
    setup_actions,
    staff_actions,
    timed_access,
    two_step,
    two_step_actions,
)
from cases.apps import append_only_models
from cases.models import Agency, Case, Exclusion, Membership, Organisation, Team, User
from sharing import actions as sharing_actions
from sharing import after_actions, agreement_actions, emergency_actions, typing_actions
from tests.cast import CaseFile, UserFactory, make_case, open_for
from tests.sharing import hurrying
from tests.sharing.agreeing import agreed, terms
from tests.sharing.deciding import NOW, answers, decided, draft_of
from tests.sharing.following import ANSWER, mark_sent, report

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("audit", "cases", "sharing", "dahashare")

WITHOUT_HISTORY = {
    "audit.Head": "the ledger's own pointer; entries prove it",
    "cases.Canary": "a tracked key could never be destroyed",
    "cases.CaseKey": "a tracked key could never be destroyed",
    "cases.CaseUserPermission": "each grant and its end is a ledger entry",
    "cases.CaseGroupPermission": "guardian asks for it; nothing is ever in it",
    "cases.Notice": "tells of what the ledger holds; only that it was seen changes",
    "cases.SignInLink": "holds only the hash of a token; making and using one are ledger entries",
    "cases.ParkedPost": "a form on its way through sign-in; it is taken out or thrown away within the hour",
    "sharing.Draft": "answers in progress appear in no log",
    "sharing.Typing": "what is typed and not saved yet appears in no log",
}
UNLOGGED = sharing_actions.UNLOGGED
TWO_ENTRIES = {"close_as_duplicate", "match_case"}
"""The actions that are told in two chains: an entry in each."""
READING = {
    "judge_sent",
    "open_follow_up",
    "plain",
    "last_day",
    *("left_behind", "places", "places_of", "takers", "to_hand_on"),
    *("fetch", "may_review", "over_at", "register", "running"),
    "link_owner",
    "names_themselves",
    "answers_of",
    "necessity",
}
"""Public names in the rooms of actions that write nothing."""


def _own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in FLOORS]


def test_every_model_has_history_or_is_append_only_or_says_why_not() -> None:
    append_only = set(append_only_models()) | {Entry}
    unlisted = {
        model._meta.label
        for model in _own_models()
        if model not in append_only
        and not hasattr(model, "history")
        and model._meta.label not in WITHOUT_HISTORY
    }
    assert unlisted == set()


@pytest.mark.django_db
def test_every_append_only_table_is_guarded_and_armed() -> None:
    tables = {model._meta.db_table for model in append_only_models()} | {Entry._meta.db_table}
    assert tables <= set(guards.guarded())
    assert guards.missing() == []


class People(NamedTuple):
    """Who acts in the calls below."""

    officer: User
    manager: User
    administrator: User
    colleague: User
    governance: User


Calls = dict[str, Callable[[], Any]]


def _read(opened: AbstractContextManager[Any]) -> None:
    with opened:
        pass


def _case_calls(file: CaseFile, people: People) -> Calls:
    by, case, today = people.officer, file.case, date(2026, 3, 3)
    person = {"role": "other", "name": "Ida"}
    consent = {"happened_on": today, "consent": "given"}
    risk = {"assessed_on": today, "level": "medium"}
    happened = chronology_actions.add_concern(by=by, case=case, values={"kind": "incident"})
    return {
        "create_case": lambda: actions.create_case(by=by, team=case.team, concern_identified_at=NOW),
        "change_case": lambda: actions.change_case(by=by, case=case, values={"staff_safety": "Call first"}),
        "add_person": lambda: actions.add_person(by=by, case=case, values=person),
        "change_person": lambda: actions.change_person(by=by, person=file.child, values={"name": "Toby"}),
        "add_information": lambda: actions.add_information(by=by, case=case, values={"text": "He rang"}),
        "change_information": lambda: actions.change_information(
            by=by, item=file.older, values={"text": "Mended"}
        ),
        "check_information": lambda: actions.check_information(by=by, item=file.older, day=today),
        "add_concern": lambda: chronology_actions.add_concern(by=by, case=case, values={"kind": "incident"}),
        "change_concern": lambda: chronology_actions.change_concern(
            by=by, concern=happened, values={"text": "He came back"}
        ),
        "assess_risk": lambda: actions.assess_risk(by=by, case=case, values=risk),
        "log_consent": lambda: actions.log_consent(by=by, case=case, values=consent),
        "see": lambda: _read(actions.see(by=by, case=case, page="overview")),
        "see_list": lambda: _read(actions.see_list(by=by, cases=[case])),
        "note_refusal": lambda: actions.note_refusal(by=people.colleague, case=case.id, page="case"),
    }


def _closing_calls(file: CaseFile, people: People) -> Calls:
    by, team = people.officer, file.case.team
    case, other, closed = (actions.create_case(by=by, team=team, concern_identified_at=NOW) for _ in range(3))
    closing.close_case(by=by, case=closed, reason="safe_now")
    south = Team.objects.create(name="South")
    Membership.objects.create(user=people.colleague, team=south)
    return {
        "close_case": lambda: closing.close_case(by=by, case=case, reason="safe_now"),
        "reopen_case": lambda: closing.reopen_case(by=by, case=closed, reason="She came back"),
        "close_as_duplicate": lambda: closing.close_as_duplicate(by=by, case=case, of=other),
        "move_case": lambda: moving.move_case(
            by=people.manager, case=case, team=south, owner=people.colleague
        ),
    }


def _access_calls(file: CaseFile, people: People) -> Calls:
    by, case, other = people.manager, file.case, people.colleague
    exclusion = Exclusion(case=case, user=people.administrator, reason="Related")
    exclusion.save()
    access_actions.grant(by=by, case=case, user=by)
    restricted = make_case(people.officer, case.team).case
    access_actions.restrict(by=by, case=restricted, reason="Kin")
    return {
        "grant": lambda: access_actions.grant(by=by, case=case, user=other),
        "end_grant": lambda: access_actions.end_grant(by=by, case=case, user=by),
        "allocate": lambda: access_actions.allocate(by=by, case=case, owner=other),
        "exclude": lambda: access_actions.exclude(by=by, case=case, user=other, reason="Related"),
        "end_exclusion": lambda: access_actions.end_exclusion(by=by, exclusion=exclusion),
        "extend_grant": lambda: access_actions.extend_grant(
            by=by, case=case, user=by, until=timezone.localdate() + timedelta(days=9)
        ),
        "restrict": lambda: access_actions.restrict(by=by, case=case, reason="Kin of a councillor"),
        "lift_restriction": lambda: access_actions.lift_restriction(by=by, case=restricted),
        "review_access": lambda: access_actions.review_access(by=by, case=case),
        **_timed_calls(case, people),
    }


def _not_live_yet() -> int:
    return Organisation.objects.filter(id=1).update(live_since=None)


def _timed_calls(case: Case, people: People) -> Calls:
    by, colleague, reference = people.manager, people.colleague, case.reference
    over = open_for(people.colleague, case, "emergency", timedelta(0))
    running = open_for(people.governance, make_case(people.officer, case.team).case, "purpose", timedelta(1))
    return {
        "begin_emergency": lambda: timed_access.begin_emergency(
            by=colleague, reference=reference, reason="He is at the door"
        ),
        "state_purpose": lambda: timed_access.state_purpose(
            by=people.governance, reference=reference, purpose="audit", reason=""
        ),
        "end_early": lambda: timed_access.end_early(by=people.governance, row=running),
        "review_emergency": lambda: timed_access.review_emergency(
            by=by, row=over, outcome="right", note="Yes"
        ),
    }


def _staff_calls(people: People) -> Calls:
    by = people.administrator
    new: dict[str, Any] = {"name": "New Person", "role": "officer", "teams": []}
    user, token = account_actions.add_user(by=by, email="new@council.example", **new)
    gone, _ = account_actions.add_user(by=by, email="gone@council.example", **new)
    account_actions.deactivate(by=by, user=gone)
    agency = Agency.objects.get(code="police")
    setup_actions.change_agency(by=by, agency=agency, values={"secure_methods": ["secure_email"]})
    policy = setup_actions.add_policy(by=by, name="Domestic abuse policy")
    return {
        "add_user": lambda: account_actions.add_user(by=by, email="x@council.example", **new),
        "new_link": lambda: account_actions.new_link(by=by, user=user),
        "redeem": lambda: account_actions.redeem(token, "three unrelated words"),
        "change_user": lambda: account_actions.change_user(by=by, user=user, role="manager", teams=[]),
        "deactivate": lambda: account_actions.deactivate(by=by, user=user),
        "reactivate": lambda: account_actions.reactivate(by=by, user=gone),
        "add_team": lambda: setup_actions.add_team(by=by, name="West housing"),
        "add_agency": lambda: setup_actions.add_agency(by=by, name="Another refuge"),
        "change_agency": lambda: setup_actions.change_agency(
            by=by, agency=agency, values={"name": "The police"}
        ),
        "add_policy": lambda: setup_actions.add_policy(by=by, name="Visits at home"),
        "change_policy": lambda: setup_actions.change_policy(by=by, policy=policy, values={"version": "2"}),
        "go_live": lambda: _not_live_yet() and setup_actions.go_live(by=by),
        "set_organisation": lambda: setup_actions.set_organisation(by=by, values={"name": "Homes"}),
    }


def _leaving_calls(file: CaseFile, people: People) -> Calls:
    by, manager, officer, team = people.administrator, people.manager, people.officer, file.case.team
    gone = UserFactory(teams=[team])
    access_actions.grant(by=manager, case=file.case, user=gone)
    account_actions.deactivate(by=by, user=gone)
    rows = [UserSession.objects.create(user=officer, ip="10.0.0.1", session_key=key) for key in ("a", "b")]
    return {
        "hand_on": lambda: handing.hand_on(by=manager, leaver=officer, team=team, cases=[file.case.id]),
        "end_grants": lambda: handing.end_grants(by=by, leaver=gone),
        "end_session": lambda: staff_actions.end_session(by=officer, number=rows[0].pk),
        "end_other_sessions": lambda: staff_actions.end_other_sessions(by=officer, keep="a"),
        "sign_out_everywhere": lambda: staff_actions.sign_out_everywhere(by=by, user=officer),
        "reset_two_step": lambda: staff_actions.reset_two_step(by=by, user=people.colleague),
    }


def _two_step_calls(people: People) -> Calls:
    by, other = people.officer, people.colleague
    secret = "JBSWY3DPEHPK3PXP"
    two_step_actions.add_app(by=other, secret=secret, used=0)
    row = two_step.of(other)[0]
    return {
        "add_app": lambda: two_step_actions.add_app(by=by, secret=secret, used=0),
        "add_passkey": lambda: two_step_actions.add_passkey(by=by, name="Phone", credential={}),
        "new_codes": lambda: two_step_actions.new_codes(by=other),
        "remove": lambda: two_step_actions.remove(by=other, authenticator=row),
    }


def _sharing_calls(file: CaseFile, people: People) -> Calls:
    by = people.officer
    decision, draft = decided(by, file), draft_of(by, file)
    return {
        "record": lambda: sharing_actions.record(by=by, draft=draft, now=NOW),
        "print_decision": lambda: _read(sharing_actions.print_decision(by=by, decision=decision)),
        "see_decision": lambda: _read(sharing_actions.see_decision(by=by, decision=decision)),
        "export_log": lambda: sharing_actions.export_log(by=people.governance, filters={}, rows=0),
    }


def _after_calls(file: CaseFile, people: People) -> Calls:
    by, lead = people.officer, people.governance
    decision = decided(by, file)
    incident = report(decision)
    look = {"outcome": "close", "reason": "It is over"}
    return {
        "mark_sent": lambda: mark_sent(decision),
        "review": lambda: after_actions.review(by=by, decision=decision, values=look),
        "report_wrong_recipient": lambda: report(decision),
        "answer_incident": lambda: after_actions.answer_incident(by=lead, incident=incident, values=ANSWER),
        "see_incident": lambda: _read(after_actions.see_incident(by=lead, incident=incident)),
    }


def _agreement_calls(people: People) -> Calls:
    by = people.governance
    agreement = agreed(by)
    return {
        "record_agreement": lambda: agreement_actions.record_agreement(by=by, values=terms()),
        "end_agreement": lambda: agreement_actions.end_agreement(by=by, agreement=agreement),
    }


def _emergency_calls(file: CaseFile, people: People) -> Calls:
    by = people.officer
    given = hurrying.given([file.survivor])
    provisional = emergency_actions.record_emergency(by=by, answers=hurrying.given([])).case
    return {
        "match_case": lambda: matching.match_case(by=by, case=provisional, to=file.case),
        "record_emergency": lambda: emergency_actions.record_emergency(by=by, case=file.case, answers=given),
    }


FIRST_START = {"first_administrator"}
"""Only on an empty live copy: tests/cases/test_accounts*.py call it there."""


def _public(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            yield name


ROOMS = (
    access_actions, after_actions, emergency_actions, actions, account_actions, chronology_actions, closing,
    handing, staff_actions,
    matching, moving,
    sharing_actions, agreement_actions, setup_actions, timed_access, two_step_actions,
)  # fmt: skip
ACTIONS = sorted(
    {name for module in ROOMS for name in _public(module)}
    - READING - UNLOGGED - emergency_actions.UNLOGGED - after_actions.UNLOGGED - FIRST_START
)  # fmt: skip


def _counts() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


@pytest.fixture
def call(
    request: pytest.FixtureRequest, case_file: CaseFile, officer: User, manager: User, administrator: User,
    colleague: User, governance: User,
) -> Callable[[], Any]:  # fmt: skip
    """The action named by the test's parameter, ready to be called."""
    people = People(officer, manager, administrator, colleague, governance)
    return (_case_calls(case_file, people) | _closing_calls(case_file, people)
            | _access_calls(case_file, people) | _staff_calls(people)
            | _two_step_calls(people) | _leaving_calls(case_file, people)
            | _sharing_calls(case_file, people) | _after_calls(case_file, people)
            | _emergency_calls(case_file, people) | _agreement_calls(people))[request.param]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("call", ACTIONS, indirect=True)
def test_an_action_appends_one_entry(call: Callable[[], Any], request: pytest.FixtureRequest) -> None:
    before = Entry.objects.count()
    call()
    name = request.node.callspec.params["call"]
    assert Entry.objects.count() == before + (2 if name in TWO_ENTRIES else 1)


@pytest.mark.django_db
@pytest.mark.parametrize("call", ACTIONS, indirect=True)
def test_a_failing_append_leaves_no_row(call: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    before = _counts()
    monkeypatch.setattr(ledger, "append", _refuse)
    with pytest.raises(_RefusedError):
        call()
    assert _counts() == before


class _RefusedError(Exception):
    """The ledger takes nothing."""


def _refuse(_sealed: Any) -> None:
    raise _RefusedError


@pytest.mark.django_db
def test_drafts_appear_in_no_log(case_file: CaseFile, officer: User) -> None:
    assert {"start_draft", "save_draft", "discard_draft"} == UNLOGGED
    assert set(_public(typing_actions)) == typing_actions.UNLOGGED
    before = Entry.objects.count()
    draft = draft_of(officer, case_file)
    draft = sharing_actions.save_draft(by=officer, draft=draft, answers=answers(case_file), saves=draft.saves)
    sharing_actions.discard_draft(by=officer, draft=draft)
    assert Entry.objects.count() == before


def _sources(*folders: str) -> Iterator[tuple[Path, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT), path.read_text()


def test_no_view_reads_a_table_of_cases_but_through_the_policy() -> None:
    allowed = {"User", "Team", "Agency", "Policy"}
    found = {
        f"{path}: {name}.objects"
        for path, text in _sources("cases/views", "sharing/views", "dahashare/views.py")
        for name in re.findall(r"\b(\w+)\.(?:objects|_base_manager|_default_manager)\b", text)
        if name not in allowed
    }
    assert found == set()


def test_nothing_writes_past_the_history() -> None:
    """simple-history sees no bulk write, so only tables without history are written in bulk."""
    bulk = re.compile(r"\b(?:(\w+)\.objects[^\n]*|(\w+))\.(?:update|bulk_create|bulk_update)\(")
    free = {"Head", "CaseKey", "Canary", "Notice", "SignInLink", "Draft", "Typing", "ParkedPost"}
    found = {
        f"{path}: {match.group(0)}"
        for path, text in _sources("audit", "cases", "sharing", "dahashare")
        for match in bulk.finditer(text)
        if match.group(1) and match.group(1) not in free
    }
    assert found == set()
