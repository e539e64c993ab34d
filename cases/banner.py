"""What stands above every page of a case: who, how risky, and how the person may safely be reached.

"Do not…" comes first, and a route with nothing recorded counts as unsafe (rules.md; service.md §2 and §8).
"""

from typing import Any

from cases import choices
from cases.fields import drawing
from cases.models import Case, Person

VICTIM_SURVIVOR = "victim_survivor"
NOT_RECORDED = "Not recorded – do not contact until checked"
RISK_COLOURS = {"high": "red", "medium": "orange", "standard": "blue"}
NOT_ASSESSED = "not_assessed"


def victims(case: Case) -> list[Person]:
    """The victim/survivors of the case, from its people as they were loaded."""
    return [person for person in case.people.all() if person.role == VICTIM_SURVIVOR]


def called(person: Person) -> str:
    """What the person prefers to be called, or their name."""
    return str(person.preferred_name or person.name)


def names(case: Case) -> str:
    """The victim/survivors of the case as one line; empty where none is recorded."""
    return " and ".join(called(person) for person in victims(case))


def routes(person: Person) -> dict[str, list[str]]:
    """The contact routes by what is known of each: `unsafe`, `unknown` and `safe`, as plain words."""
    found: dict[str, list[str]] = {"unsafe": [], "unknown": [], "safe": []}
    for code, words in choices.choices("route"):
        known = "unsafe" if code in person.unsafe_routes else "safe" if person.safe(code) else "unknown"
        found[known].append(words.lower())
    return found


def contact_lines(person: Person) -> list[str]:
    """How a person may be reached, "Do not…" first; empty where nothing at all is recorded."""
    known = routes(person)
    if not known["unsafe"] and not known["safe"]:
        return []
    lines = [f"Do not use: {', '.join(known['unsafe'])}"] if known["unsafe"] else []
    lines += [f"{NOT_RECORDED}: {', '.join(known['unknown'])}"] if known["unknown"] else []
    lines += [f"Safe: {', '.join(known['safe'])}"] if known["safe"] else []
    # Details are shown only beside a safe route: a number on its own invites a call.
    lines += [f"Details: {person.contact}"] if known["safe"] and person.contact else []
    return lines


def _contact(case: Case) -> list[str]:
    """The lines of every victim/survivor; named where there is more than one."""
    people = victims(case)
    if len(people) == 1:
        return contact_lines(people[0])
    return [f"{called(one)}: {line}" for one in people for line in contact_lines(one) or [NOT_RECORDED]]


def risk_words(level: str) -> str:
    """The risk as the tag says it; empty where it is not assessed."""
    return "" if level == NOT_ASSESSED else f"{choices.label('risk_level', level)} risk"


def banner(case: Case) -> dict[str, Any]:
    """What templates/partials/case_banner.html draws. It opens sealed text: `see` comes first."""
    with drawing():
        return {
            "reference": case.reference,
            "name": names(case),
            "risk": risk_words(case.risk_level),
            "risk_colour": RISK_COLOURS.get(case.risk_level, "grey"),
            "contact": _contact(case),
            "staff_alert": case.staff_safety,
            "missing": "",
            "provisional": case.provisional,
        }
