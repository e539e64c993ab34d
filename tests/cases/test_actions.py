"""Every action: one effect and one entry, or nothing at all; a repeated or refused one changes nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from audit import ledger
from audit.models import Entry
from cases import access_actions, actions, events, opening
from cases.acting import ChangedMeanwhileError
from cases.models import (
    Case,
    CaseUserPermission,
    ConsentRecord,
    InformationItem,
    Person,
    RiskAssessment,
    Team,
    User,
)
from tests.audit.test_append import at_once
from tests.cast import CaseFile

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)

WHEN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
Act = Callable[..., Any]

ACTIONS: dict[str, tuple[str, Act]] = {
    "change_case": (
        "case.changed",
        lambda by, file, **key: actions.change_case(
            by=by, case=file.case, values={"staff_safety": "Dog"}, **key
        ),
    ),
    "add_person": (
        "person.added",
        lambda by, file, **key: actions.add_person(
            by=by, case=file.case, values={"role": "other", "name": "A neighbour"}, **key
        ),
    ),
    "change_person": (
        "person.changed",
        lambda by, file, **key: actions.change_person(
            by=by, person=file.survivor, values={"preferred_name": "Rosa", "role": "victim_survivor"}, **key
        ),
    ),
    "add_information": (
        "information.added",
        lambda by, file, **key: actions.add_information(
            by=by, case=file.case, values={"text": "Heard shouting"}, **key
        ),
    ),
    "change_information": (
        "information.changed",
        lambda by, file, **key: actions.change_information(
            by=by, item=file.information, values={"source": "A colleague"}, **key
        ),
    ),
    "assess_risk": (
        "risk.assessed",
        lambda by, file, **key: actions.assess_risk(
            by=by, case=file.case, values={"assessed_on": date(2026, 3, 9), "level": "medium"}, **key
        ),
    ),
    "log_consent": (
        "consent.logged",
        lambda by, file, **key: actions.log_consent(
            by=by, case=file.case, values={"happened_on": date(2026, 3, 9), "consent": "refused"}, **key
        ),
    ),
}
MANAGING: dict[str, tuple[str, Act]] = {
    "grant": (
        "access.granted",
        lambda by, file, other, **key: access_actions.grant(by=by, case=file.case, user=other, **key),
    ),
    "allocate": (
        "case.allocated",
        lambda by, file, other, **key: access_actions.allocate(by=by, case=file.case, owner=other, **key),
    ),
    "exclude": (
        "access.excluded",
        lambda by, file, other, **key: access_actions.exclude(
            by=by, case=file.case, user=other, reason="Kin", **key
        ),
    ),
}


def everything() -> tuple[Any, ...]:
    """All that these actions write, as stored."""
    tables = (Case, Person, InformationItem, RiskAssessment, ConsentRecord, CaseUserPermission)
    histories = (Case.history.model, Person.history.model, InformationItem.history.model)
    rows = [list(table.objects.order_by("pk").values_list()) for table in (*tables, *histories, Entry)]
    return tuple(str([tuple(map(bytes_or_same, row)) for row in one]) for one in rows)


def bytes_or_same(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_appends_one_entry_by_its_actor(name: str, case_file: CaseFile, officer: User) -> None:
    kind, act = ACTIONS[name]
    before = ledger.history(case_file.case.id).count()
    act(officer, case_file)
    entries = list(ledger.history(case_file.case.id))[before:]
    assert [(entry.kind, entry.actor) for entry in entries] == [(kind, officer.id)]
    assert ledger.verify().problem is None


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize(
    "who", ["colleague", "excluded", "superuser", "deactivated", "other_manager", "governance"]
)
def test_strangers_change_nothing(
    name: str, who: str, case_file: CaseFile, request: pytest.FixtureRequest
) -> None:
    stranger = request.getfixturevalue(who)
    before = everything()
    with pytest.raises(Http404):
        ACTIONS[name][1](stranger, case_file)
    assert everything() == before


@pytest.mark.parametrize("name", MANAGING)
def test_managing_access_is_the_managers(
    name: str, case_file: CaseFile, manager: User, officer: User, colleague: User
) -> None:
    kind, act = MANAGING[name]
    before = everything()
    with pytest.raises(PermissionDenied):
        act(officer, case_file, colleague)
    assert everything() == before
    act(manager, case_file, colleague)
    assert ledger.history(case_file.case.id).last().kind == kind  # type: ignore[union-attr]


@pytest.mark.parametrize("name", [*ACTIONS, *MANAGING])
def test_an_append_that_fails_leaves_no_row(
    name: str, case_file: CaseFile, manager: User, colleague: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_sealed: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("audit.ledger.append", fail)
    before = everything()
    act = (ACTIONS | MANAGING)[name][1]
    with pytest.raises(ZeroDivisionError):
        act(manager, case_file, **({"other": colleague} if name in MANAGING else {}))
    assert everything() == before


@pytest.mark.parametrize("name", [*ACTIONS, *MANAGING])
def test_a_repeated_request_has_one_effect(
    name: str, case_file: CaseFile, manager: User, colleague: User
) -> None:
    act, key = (ACTIONS | MANAGING)[name][1], uuid4()
    other = {"other": colleague} if name in MANAGING else {}
    act(manager, case_file, request_key=key, **other)
    before = everything()
    fresh = CaseFile(**{field: type(row).objects.get(pk=row.pk) for field, row in vars(case_file).items()})
    if name.startswith("change"):  # the second post of a form that was opened before the first
        fresh = CaseFile(**(vars(fresh) | stale(case_file)))
    with pytest.raises(ledger.DuplicateRequest):
        act(manager, fresh, request_key=key, **other)
    assert everything() == before


def stale(case_file: CaseFile) -> dict[str, Any]:
    """Rows as they were before the first request."""
    case_file.case.staff_safety = "Visit in twos"
    case_file.survivor.preferred_name = "Roz"
    case_file.information.source = "Told us by Roz at the office"
    return vars(case_file)


@committed
def test_of_twenty_identical_requests_one_opens_a_case(officer: User, team: Team) -> None:
    key = uuid4()
    people = [{"role": "victim_survivor", "name": "Rosalind Achterberg"}]
    results = at_once(
        lambda _: actions.create_case(
            by=officer, team=team, concern_identified_at=WHEN, people=people, request_key=key
        )
    )
    assert [type(result) for result in results].count(Case) == 1
    assert [type(result) for result in results].count(ledger.DuplicateRequest) == 19
    assert (Case.objects.count(), Person.objects.count(), Entry.objects.count()) == (1, 1, 1)


@committed
def test_of_twenty_identical_requests_one_adds_a_person(case_file: CaseFile, officer: User) -> None:
    key, before = uuid4(), Person.objects.count()
    values = {"role": "other", "name": "A neighbour"}
    results = at_once(
        lambda _: actions.add_person(by=officer, case=case_file.case, values=values, request_key=key)
    )
    assert [type(result) for result in results].count(ledger.DuplicateRequest) == 19
    assert Person.objects.count() == before + 1


def test_a_reference_that_is_taken_is_drawn_again(
    a_case: Case, officer: User, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([a_case.reference, a_case.reference, "C-222222"])
    monkeypatch.setattr(opening, "new_reference", lambda: next(drawn))
    case = actions.create_case(by=officer, team=team, concern_identified_at=WHEN)
    assert case.reference == "C-222222"


def test_a_case_with_its_people_is_one_entry(officer: User, team: Team) -> None:
    people = [{"role": "victim_survivor", "name": "Rosalind Achterberg"}, {"role": "child", "name": "Tobias"}]
    case = actions.create_case(by=officer, team=team, concern_identified_at=WHEN, people=people)
    assert [person.name for person in case.people.all()] == ["Rosalind Achterberg", "Tobias"]
    (entry,) = ledger.history(case.id)
    assert events.content_of(entry)["people"] == people


def test_people_of_a_new_case_have_their_history_as_if_saved_one_by_one(officer: User, team: Team) -> None:
    people = [{"role": "child", "name": name} for name in ("Ann", "Bo")]
    case = actions.create_case(by=officer, team=team, concern_identified_at=WHEN, people=people)
    beside = actions.add_person(by=officer, case=case, values={"role": "child", "name": "Cy"})
    for person, name in zip(case.people.all(), ("Ann", "Bo", "Cy"), strict=True):
        (kept,) = person.history.all()
        alone = beside.history.get()
        assert (kept.name, kept.history_user, kept.history_type) == (name, officer, "+")
        assert kept.history_change_reason == alone.history_change_reason
        for field in Person._meta.concrete_fields:
            assert kept.__dict__[field.attname] == person.__dict__[field.attname], field.name


@pytest.mark.parametrize("who", ["other_manager", "governance", "administrator"])
def test_a_case_is_opened_in_a_team_of_ones_own(who: str, team: Team, request: pytest.FixtureRequest) -> None:
    with pytest.raises(PermissionDenied):
        actions.create_case(by=request.getfixturevalue(who), team=team, concern_identified_at=WHEN)
    assert not Case.objects.exists()


def test_nothing_changed_is_no_entry(case_file: CaseFile, officer: User, colleague: User) -> None:
    before = everything()
    same = {"name": case_file.survivor.name, "safe_routes": ["phone"]}
    actions.change_person(by=officer, person=case_file.survivor, values=same)
    assert everything() == before
    with pytest.raises(Http404):
        actions.change_person(by=colleague, person=case_file.survivor, values=same)


def test_a_change_on_old_ground_replaces_nothing_and_is_not_lost_silently(
    case_file: CaseFile, officer: User, manager: User
) -> None:
    mine, theirs = (Person.objects.get(id=case_file.survivor.id) for _ in range(2))
    actions.change_person(by=manager, person=theirs, values={"address": "Refuge", "contact": "none"})
    before = everything()
    with pytest.raises(ChangedMeanwhileError):
        actions.change_person(by=officer, person=mine, values={"address": "Her sister's"})
    assert everything() == before
    assert (mine.address, mine.contact) == ("Refuge", "none")
    actions.change_person(by=officer, person=mine, values={"address": "Her sister's"})
    entry = ledger.history(case_file.case.id).last()
    assert events.content_of(entry)["changes"] == {"address": ["Refuge", "Her sister's"]}  # type: ignore[arg-type]


def test_a_change_keeps_what_others_saved_beside_it(
    case_file: CaseFile, officer: User, manager: User
) -> None:
    mine, theirs = (Person.objects.get(id=case_file.survivor.id) for _ in range(2))
    actions.change_person(by=manager, person=theirs, values={"contact": "none"})
    actions.change_person(by=officer, person=mine, values={"address": "Her sister's"})
    latest = mine.history.latest("history_date")
    assert (latest.address, latest.contact, latest.history_user) == ("Her sister's", "none", officer)


def test_the_case_carries_the_latest_assessment_and_consent(case_file: CaseFile, officer: User) -> None:
    case = case_file.case
    for day, level in ((9, "medium"), (5, "standard")):
        values = {"assessed_on": date(2026, 3, day), "level": level, "criteria": ["repeat"]}
        actions.assess_risk(by=officer, case=case, values=values)
    for day, consent in ((9, "refused"), (5, "given"), (10, "")):
        actions.log_consent(
            by=officer, case=case, values={"happened_on": date(2026, 3, day), "consent": consent}
        )
    case.refresh_from_db()
    assert (case.risk_level, case.marac_criteria, case.consent_status) == ("medium", ["repeat"], "refused")


def test_looking_is_entered_and_refused_alike(case_file: CaseFile, officer: User, colleague: User) -> None:
    with actions.see(by=officer, case=case_file.case, page="case"):
        pass
    with pytest.raises(Http404), actions.see(by=colleague, case=case_file.case, page="case"):
        pass
    entry = ledger.history(case_file.case.id).last()
    assert (entry.kind, events.content_of(entry)) == ("case.viewed", {"page": "case"})  # type: ignore[union-attr,arg-type]


def test_a_list_is_entered_under_the_actor(case_file: CaseFile, officer: User) -> None:
    with actions.see_list(by=officer, cases=[]):
        pass
    with actions.see_list(by=officer, cases=[case_file.case]):
        pass
    (entry,) = ledger.history(officer.id)
    assert events.content_of(entry, of_case=False) == {"references": [case_file.case.reference]}
