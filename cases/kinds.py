"""The kinds of events of this floor, and how each reads in a timeline. Upper floors register theirs."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.utils import timezone

from cases import choices
from cases.reasons import CLOSED_BECAUSE

Group = Literal["saw", "changed", "decided", "shared", "requested", "exported"]
Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event: the timeline filter it belongs to, its title, a line of detail from its content."""

    group: Group
    title: str
    detail: Callable[[Content], str] = lambda _content: ""


KINDS: dict[str, Kind] = {}


def register(kinds: Mapping[str, Kind]) -> None:
    """Add kinds of events.

    Raises:
        ValueError: another floor has the kind already.
    """
    for name, kind in kinds.items():
        if KINDS.setdefault(name, kind) != kind:
            raise ValueError(f"the kind {name} is registered already")


def _words(field: str, code: str) -> str:
    """The label of a code; the code in plain letters where its list does not know it."""
    words = choices.label(_LISTS[field], code)
    return words if words != code else code.replace("_", " ")


_LISTS = {
    "role": "role",
    "nature": "nature",
    "consent": "consent",
    "wishes": "wishes",
    "informed": "informed",
    "told_by": "told_by",
    "risk_level": "risk_level",
    "level": "risk_level",
    "criteria": "marac_criteria",
    "safe_routes": "route",
    "unsafe_routes": "route",
}
"""Fields that hold codes → the reference list of their words."""

FIELDS = {
    "staff_safety": "Staff safety",
    "privacy_information": "Privacy information",
    "privacy_given_on": "Privacy information given on",
    "concern_identified_at": "Concern identified",
    "opened_at": "Opened",
    "safe_routes": "Safe ways to contact",
    "unsafe_routes": "Unsafe ways to contact",
    "routes_checked_on": "Ways to contact checked on",
    "birth_date": "Date of birth",
    "care_needs": "Care and support needs",
    "at_risk": "At risk of abuse or neglect",
    "cannot_protect": "Cannot protect themselves",
    "dated": "Date of the information",
    "whose": "Whose opinion",
    "alleges_offence": "Says that an offence was committed",
    "about": "About whom",
    "marac_referred_on": "Referred to MARAC on",
    "incident_on": "Newest incident",
    "do_not": "Do not…",
    "aliases": "Other names",
    "reviewed": "Checked with them",
    "staff_safety_checked_on": "Staff safety checked on",
    "received_from": "Received from",
    "received_on": "Came on",
    "answers": "In answer to",
    "conditions": "They asked",
    "happened_on": "Date",
    "action": "What we did",
}
"""Labels where the field's own name does not say it."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SHOWN = 80


def field_label(name: str) -> str:
    """How people call a field."""
    return FIELDS.get(name) or name.replace("_", " ").capitalize()


def _moment(text: str) -> str:
    if len(text) == len("2026-01-31"):
        day = date.fromisoformat(text)
        return f"{day.day} {day:%B %Y}"
    when = datetime.fromisoformat(text)
    local = timezone.localtime(when) if when.tzinfo else when
    return f"{local.day} {local:%B %Y, %H:%M}"


def _several(field: str, values: Mapping[str, Any] | list[Any]) -> str:
    """Days by field, or a list."""
    if isinstance(values, Mapping):
        return ", ".join(f"{field_label(one)} {shown('day', day)}" for one, day in values.items())
    if field == "about":
        return "1 person" if len(values) == 1 else f"{len(values)} people"
    return ", ".join(shown(field, one) for one in values)


def shown(field: str, value: Any) -> str:
    """A value of an entry in plain words: codes by their label, dates as people write them, long text cut."""
    if value in (None, "", [], {}):
        return "not recorded"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field == "answers":
        return "a request of ours"
    if field in _NOT_SHOWN:
        return "recorded, not shown here"
    if isinstance(value, Mapping | list):
        return _several(field, value)
    text = str(value)
    if field in _LISTS:
        return _words(field, text)
    if field == "privacy_information":
        return text.replace("_", " ")
    if _DAY.match(text) and field not in _FREE_TEXT:
        try:
            return _moment(text)
        except ValueError:
            return text
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()}…"


_FREE_TEXT = frozenset(
    {
        *("name", "preferred_name", "aliases", "address", "contact", "do_not", "safe_times"),
        *("text", "source", "conditions", "action", "note", "staff_safety"),
    }
)
_NOT_SHOWN = frozenset({"code_word"})
"""Shown on the safety page alone, where showing it is an entry of its own."""


def _changes(content: Content) -> str:
    changes: Mapping[str, list[Any]] = content.get("changes", {})
    lines = [f"{field_label(n)}: {shown(n, was)} → {shown(n, new)}" for n, (was, new) in changes.items()]
    return "; ".join(lines)


def _person(content: Content) -> str:
    person = content.get("person", {})
    name = person.get("preferred_name") or person.get("name")
    return ", ".join(filter(None, [name, shown("role", person.get("role"))]))


def _information(content: Content) -> str:
    item = content.get("information", {})
    parts = [shown(name, item[name]) for name in ("nature", "source", "text") if item.get(name)]
    return ": ".join(parts)


def _concern(content: Content) -> str:
    concern = content.get("concern", {})
    parts = [shown(name, concern[name]) for name in ("kind", "happened_on", "text") if concern.get(name)]
    return ": ".join(parts)


def _risk(content: Content) -> str:
    assessment = content.get("assessment", {})
    level = f"Level: {shown('level', assessment.get('level'))}"
    criteria = assessment.get("criteria")
    return f"{level}; MARAC: {shown('criteria', criteria)}" if criteria else level


def _consent(content: Content) -> str:
    record = content.get("consent", {})
    names = [name for name in ("consent", "wishes", "informed") if record.get(name)]
    return "; ".join(f"{field_label(name)}: {shown(name, record[name])}" for name in names)


def _created(content: Content) -> str:
    people = len(content.get("people", ()))
    team = f"Team: {content['team']}" if "team" in content else ""
    return f"{team}; people: {people}" if people else team


def _name(content: Content) -> str:
    return str(content.get("name", ""))


def _excluded(content: Content) -> str:
    return ": ".join(filter(None, [content.get("name"), content.get("reason")]))


def _until(content: Content) -> str:
    until = f"until {_moment(content['until'])}" if content.get("until") else ""
    return ", ".join(filter(None, [content.get("name"), until]))


def _hurried(content: Content) -> str:
    return ": ".join(filter(None, [_until(content), content.get("reason")]))


def _looked_again(content: Content) -> str:
    return f"Grants: {content['grants']}; exclusions: {content['exclusions']}" if "grants" in content else ""


def _judged(content: Content) -> str:
    """The outcome of a review of emergency access, with its note."""
    if "outcome" not in content:
        return ""
    said = "It was right" if content["outcome"] == "right" else "It was not right"
    return ": ".join(filter(None, [f"{content.get('name', '')}, {said}", content.get("note")]))


def _reason(content: Content) -> str:
    return str(content.get("reason", ""))


def _note(content: Content) -> str:
    return str(content.get("note", ""))


def _closed(content: Content) -> str:
    words = CLOSED_BECAUSE.get(str(content.get("reason", "")), "")
    return ": ".join(filter(None, [words, _note(content)]))


def _moved(content: Content) -> str:
    if "team" not in content:
        return ""
    places = f"{content['was_team']}, {content['was']} → {content['team']}, {content['name']}"
    return "; ".join(filter(None, [places, _reason(content)]))


def _allocated(content: Content) -> str:
    return f"{content['was']} → {content['name']}" if "was" in content else _name(content)


PAGES = {
    "case": "Overview",
    "information": "Information held",
    "access": "Who may see the case",
    "close": "Closing the case",
}


def _page(content: Content) -> str:
    page = str(content.get("page", ""))
    return PAGES.get(page) or page.replace("_", " ").capitalize()


def _address(content: Content) -> str:
    """The page of an address's pattern, such as cases/<ref>/risk/."""
    named = [part for part in str(content.get("page", "")).split("/") if part and "<" not in part]
    return _page({"page": named[-1] if len(named) > 1 else "case"})


def _listed(content: Content) -> str:
    count = len(content.get("references", ()))
    return "1 case" if count == 1 else f"{count} cases"


register(
    {
        "case.created": Kind("changed", "Case opened", _created),
        "case.changed": Kind("changed", "Case changed", _changes),
        "case.closed": Kind("changed", "Case closed", _closed),
        "case.reopened": Kind("changed", "Case opened again", _reason),
        "case.moved": Kind("changed", "Case moved to another team", _moved),
        # Without the other's reference, as below.
        "case.closed_as_duplicate": Kind("changed", "Case closed as a duplicate of another case", _note),
        "case.duplicate_closed": Kind("changed", "A duplicate of this case was closed"),
        # Without the other's reference: whoever sees one of the two may not know that the other exists.
        "case.matched": Kind("changed", "Provisional case matched to another case"),
        "case.match_received": Kind("changed", "Provisional case matched to this one"),
        "person.added": Kind("changed", "Person added", _person),
        "person.changed": Kind("changed", "Person changed", _changes),
        "person.code_word_shown": Kind("saw", "Looked at a code word"),
        "concern.added": Kind("changed", "Added to the chronology", _concern),
        "concern.changed": Kind("changed", "Chronology changed", _changes),
        "information.added": Kind("changed", "Information added", _information),
        "information.changed": Kind("changed", "Information changed", _changes),
        "information.checked": Kind("changed", "Information checked, still right", _changes),
        "risk.assessed": Kind("changed", "Risk assessed", _risk),
        "consent.logged": Kind("changed", "Consent log", _consent),
        "case.viewed": Kind("saw", "Looked at the case", _page),
        "cases.listed": Kind("saw", "Looked at a list of cases", _listed),
        "access.granted": Kind("changed", "Access given", _until),
        "access.extended": Kind("changed", "Access given until another day", _until),
        "access.ended": Kind("changed", "Access ended", _name),
        "access.excluded": Kind("changed", "Shut out of the case", _excluded),
        "access.exclusion_ended": Kind("changed", "No longer shut out of the case", _name),
        "access.restricted": Kind("changed", "Case restricted to those named", _reason),
        "access.restriction_lifted": Kind("changed", "Case no longer restricted"),
        "access.reviewed": Kind("changed", "Who may see the case was looked at again", _looked_again),
        "access.emergency_begun": Kind("changed", "Emergency access", _hurried),
        "access.emergency_refused": Kind("saw", "Tried emergency access and was refused"),
        "access.emergency_reviewed": Kind("changed", "Emergency access was looked at", _judged),
        "access.purpose_stated": Kind("changed", "A purpose was stated for looking at the case", _hurried),
        "access.purpose_refused": Kind("saw", "Stated a purpose and was refused"),
        "access.timed_ended": Kind("changed", "Access for a time was ended early", _name),
        "case.allocated": Kind("changed", "Case allocated", _allocated),
        "access.refused": Kind("saw", "Tried to open a page and was refused", _address),
        "user.added": Kind("changed", "Person added to the staff"),
        "user.changed": Kind("changed", "Role or teams of a person changed"),
        "user.deactivated": Kind("changed", "Person deactivated"),
        "user.reactivated": Kind("changed", "Person reactivated"),
        "user.link_made": Kind("changed", "One-time link made"),
        "user.second_step_added": Kind("changed", "Two-step sign-in set up"),
        "user.second_step_removed": Kind("changed", "Two-step sign-in removed"),
        "user.recovery_codes_made": Kind("changed", "New recovery codes made"),
        "user.recovery_code_used": Kind("changed", "Recovery code used"),
        "user.link_used": Kind("changed", "One-time link used, password set"),
        "user.linked": Kind("changed", "Sign-in through the organisation's own sign-in linked"),
        "user.sessions_ended": Kind("changed", "Sessions of a person ended"),
        "user.sign_in_refused": Kind("saw", "Sign-in through the organisation's own sign-in refused"),
        "user.two_step_reset": Kind("changed", "Two-step sign-in of a person set back"),
        "organisation.changed": Kind("changed", "Organisation settings changed", _changes),
        "organisation.went_live": Kind("changed", "Set-up finished: cases can be opened"),
        "policy.added": Kind("changed", "Policy added"),
        "policy.changed": Kind("changed", "Policy changed", _changes),
        "agency.added": Kind("changed", "Agency added"),
        "agency.changed": Kind("changed", "Agency changed"),
        "team.added": Kind("changed", "Team added"),
    }
)
