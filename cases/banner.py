"""What stands above every page of a case: who, how risky, and how the person may safely be reached.

"Do not…" comes first, and a route with nothing recorded counts as unsafe (rules.md; service.md §2 and §8).
"""

from typing import Any, NamedTuple

from django.urls import reverse

from cases import access, choices, panels
from cases.fields import drawing, stored_value
from cases.models import Case, Person

VICTIM_SURVIVOR = "victim_survivor"
NOT_RECORDED = "Not recorded – do not contact until checked"
RISK_COLOURS = {"high": "red", "medium": "orange", "standard": "blue"}
NOT_ASSESSED = "not_assessed"


def victims(case: Case) -> list[Person]:
    """The victim/survivors of the case, from its people as they were loaded."""
    # A list asks for each of its rows: a manager is not made for what is there already.
    loaded = case.__dict__.get("_prefetched_objects_cache", {}).get("people")
    people = case.people.all() if loaded is None else loaded
    return [person for person in people if person.role == VICTIM_SURVIVOR]


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


class Line(NamedTuple):
    """A line of safe contact; `stop`: it says what not to do."""

    words: str
    stop: bool = False

    def named(self, name: str) -> "Line":
        """The same line of one of several people."""
        return Line(f"{name}: {self.words}", self.stop)


def _one_line(text: str) -> str:
    """Several lines as one; run together, “ring her” and “tell her sister” would read as one thing."""
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())


def has_code_word(person: Person) -> bool:
    """Whether a code word is recorded; it is not opened for that."""
    return bool(stored_value(person, "code_word"))


def contact_lines(person: Person) -> list[Line]:
    """How a person may be reached, "Do not…" first; empty where nothing at all is recorded."""
    known = routes(person)
    lines = [Line(f"Do not… {_one_line(person.do_not)}", stop=True)] if person.do_not else []
    if not known["unsafe"] and not known["safe"]:
        return [*lines, Line(NOT_RECORDED, stop=True)] if lines else []
    lines += [Line(f"Do not use: {', '.join(known['unsafe'])}", stop=True)] if known["unsafe"] else []
    lines += [Line(f"{NOT_RECORDED}: {', '.join(known['unknown'])}", stop=True)] if known["unknown"] else []
    return lines + (_safe(person, known["safe"]) if known["safe"] else [])


def _safe(person: Person, safe: list[str]) -> list[Line]:
    """The ways that are safe, and what goes with them: a number on its own would invite a call."""
    day = person.routes_checked_on
    checked = f" (checked with them on {day.day} {day:%B %Y})" if day else ""
    lines = [Line(f"Safe: {', '.join(safe)}{checked}")]
    lines += [Line(f"When: {_one_line(person.safe_times)}")] if person.safe_times else []
    return lines + ([Line(f"Details: {_one_line(person.contact)}")] if person.contact else [])


def _contact(case: Case) -> list[Line]:
    """The lines of every victim/survivor; named where there is more than one."""
    people = victims(case)
    if len(people) == 1:
        return contact_lines(people[0])
    nothing = [Line(NOT_RECORDED, stop=True)]
    return [line.named(called(one)) for one in people for line in contact_lines(one) or nothing]


def tags(case: Case) -> list[tuple[str, str]]:
    """What everybody must know of the case itself at a glance: (words, colour)."""
    known = [("Closed case", "grey")] if case.closed else []
    known += [("Restricted case", "purple")] if case.restricted else []
    return known + ([("Provisional case", "yellow")] if case.provisional else [])


def risk_words(level: str) -> str:
    """The risk as the tag says it; empty where it is not assessed."""
    return "" if level == NOT_ASSESSED else f"{choices.label('risk_level', level)} risk"


def banner(case: Case, held: frozenset[access.What]) -> dict[str, Any]:
    """What templates/partials/case_banner.html draws. It opens sealed text: `see` comes first.

    Args:
        held: what the reader may do with the case, as `see` hands it over.
    """
    with drawing():
        return {
            "for_a_time": not held >= {"follow", "timeline"},  # nobody else has both
            "reference": case.reference,
            "name": names(case),
            "risk": risk_words(case.risk_level),
            "risk_colour": RISK_COLOURS.get(case.risk_level, "grey"),
            "contact": _contact(case),
            "staff_alert": case.staff_safety,
            "missing": panels.missing(case),
            "tags": tags(case),
            "code_word": any(has_code_word(one) for one in victims(case)),
            "safety": reverse("case_safety", args=[case.reference]),
        }
