"""The demonstration copy's people, and how a made-up case is entered: through the actions of the pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from audit import ledger
from cases import actions as case_actions
from cases import setup_actions
from cases.models import Case, Membership, Organisation, Team, User
from dahashare import demonstration_setup
from sharing import actions, projection
from sharing.models import Draft
from sharing.rules import Finding
from sharing.rules.terms import day_of
from sharing.scenario_file import Scenario

TEAM = "Domestic abuse team"
PEOPLE = (
    ("officer@demo.example", "Amara Whitlock", User.Role.OFFICER),
    ("colleague@demo.example", "Rhys Calloway", User.Role.OFFICER),
    ("manager@demo.example", "Priya Thorne", User.Role.MANAGER),
    ("governance@demo.example", "Edmund Vasey", User.Role.GOVERNANCE),
    ("administrator@demo.example", "Lindiwe Marsh", User.Role.ADMINISTRATOR),
)
_IN_TEAM = frozenset({User.Role.OFFICER, User.Role.MANAGER})
_UNSET: dict[str, Any] = {
    "public_authority": None,
    "seventh_basis": False,
    "policy_document": False,
    "notice_bases": None,
    "region": "none",
    "closed_days": [],
    "stale_after_days": 90,
}
"""What a scenario counts on where it says nothing else; it names no bank holidays."""
_SETTINGS = ("type", *_UNSET)


def people() -> dict[str, User]:
    """The demonstration's users by the first part of their address, made where they are not there yet.

    Nobody has a password: each signs in with a button that only the demonstration copy has.
    """
    team, _ = Team.objects.get_or_create(name=TEAM)
    found = {}
    for email, name, role in PEOPLE:
        user = User.objects.filter(email=email).first()
        user = user or User.objects.create_user(email=email, name=name, role=role)
        if role in _IN_TEAM:
            Membership.objects.get_or_create(user=user, team=team)
        found[email.partition("@")[0]] = user
    return found


def cast() -> dict[str, User]:
    """`people()`, in an organisation that is set up: the made-up one, where it has no name."""
    found = people()
    demonstration_setup.make(found["administrator"])
    return found


@dataclass(frozen=True)
class Outcome:
    """What came of a scenario: all that the answers raise, and whether it was recorded."""

    findings: list[Finding]
    recorded: bool


def request_key(scenario: Scenario) -> UUID:
    """The mark of a scenario that has been entered: it names the file's id and nothing of the case."""
    return uuid5(NAMESPACE_URL, f"urn:dahashare:scenario:{scenario.id}")


def case_of(scenario: Scenario) -> Case:
    """The case of a scenario that was entered and marked."""
    entry = ledger.entry(request_key(scenario))
    if entry is None:
        raise LookupError(f"{scenario.id} was not entered")
    return Case.objects.get(id=entry.subject)


def enter(scenario: Scenario, *, by: User, administrator: User, marked: bool = True) -> Outcome | None:
    """Enter a scenario as an officer would: case, people, risk, information, draft, decision.

    The organisation is as the scenario says while it is entered, and afterwards as it was.

    Args:
        by: the officer whose case it becomes.
        administrator: who changes the organisation's settings.
        marked: leave a mark, and enter nothing (None) where an earlier run left it.
    """
    if marked and ledger.entry(request_key(scenario)) is not None:
        return None
    organisation = Organisation.current()
    before = {name: getattr(organisation, name) for name in _SETTINGS}
    setup_actions.set_organisation(by=administrator, values=_UNSET | scenario.organisation)
    try:
        draft = type_draft(scenario, *open_case(scenario, by, request_key(scenario) if marked else None), by)
        return _record(scenario, draft, by)
    finally:
        setup_actions.set_organisation(by=administrator, values=before)


def open_case(scenario: Scenario, by: User, mark: UUID | None) -> tuple[Case, dict[str, str]]:
    """The case with its people, risk and information, and the id of each person and each item by its key."""
    case = case_actions.create_case(
        by=by,
        team=Team.objects.get(name=TEAM),
        concern_identified_at=scenario.case.get("concern_identified_at", scenario.now),
        opened_at=scenario.now,
        request_key=mark,
    )
    ids = {}
    for given in scenario.people:
        person = case_actions.add_person(by=by, case=case, values=_without(given, "key"))
        ids[given["key"]] = str(person.id)
    _assess(scenario, case, by)
    for given in scenario.information:
        item = case_actions.add_information(by=by, case=case, values=_information(given, ids))
        ids[f"information {given['key']}"] = str(item.id)
    return case, ids


def _without(table: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in keys}


def _assess(scenario: Scenario, case: Case, by: User) -> None:
    given = scenario.case
    values = {
        "assessed_on": day_of(given.get("concern_identified_at", scenario.now)),
        "level": given.get("risk_level", "not_assessed"),
        "criteria": given.get("marac_criteria", []),
        "marac_referred_on": given.get("marac_referred_on"),
    }
    if given.keys() - {"concern_identified_at"}:
        case_actions.assess_risk(by=by, case=case, values=values)


def _information(given: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    values = _without(given, "key", "about", "dated")
    dated = given.get("dated")
    values |= {"dated": dated} if isinstance(dated, date) else {"date_not_known": dated is not None}
    return values | {"about": [ids[key] for key in given.get("about", ())]}


def type_draft(scenario: Scenario, case: Case, ids: Mapping[str, str], by: User) -> Draft:
    draft = actions.start_draft(by=by, case=case)
    return actions.save_draft(by=by, draft=draft, answers=answers_of(scenario, ids), saves=draft.saves)


def answers_of(scenario: Scenario, ids: Mapping[str, str]) -> dict[str, Any]:
    """The scenario's answers as a draft holds them; `ids` as `open_case` gives them."""
    answers = {key: _iso(value) for key, value in _without(scenario.decision, "limbs").items()}
    answers |= scenario.decision["limbs"] | {"points": scenario.points, "recipients": scenario.recipients}
    answers["items"] = [
        item | {"information": ids[f"information {item['information']}"]} for item in scenario.items
    ]
    return answers


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _record(scenario: Scenario, draft: Draft, by: User) -> Outcome:
    try:
        decision = actions.record(by=by, draft=draft, now=scenario.now)
    except actions.CannotRecord as refused:
        return Outcome(refused.findings, recorded=False)
    return Outcome(projection.findings_of(projection.said_of(decision)), recorded=True)
