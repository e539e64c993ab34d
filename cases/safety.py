"""Safe contact as pages show it: "Do not…" first, each answer with the day it was checked with the person."""

from datetime import date
from typing import Any

from cases import choices
from cases.banner import NOT_RECORDED, called, contact_lines, has_code_word, routes
from cases.checking import Clock
from cases.models import Case, Person

REVIEWED = (
    ("do_not", "Do not…"),
    ("routes", "Ways to contact"),
    ("safe_times", "Safe times"),
    ("contact", "Contact details"),
    ("code_word", "Code word"),
)
"""What is checked with the person, in the order in which it is shown (service.md §8)."""
KEPT_BACK = "Recorded, and not shown: no way to contact them is recorded as safe"


def checked_day(person: Person, name: str) -> date | None:
    """The day on which one of `REVIEWED` was last checked with the person; None where it never was."""
    if name == "routes":
        return person.routes_checked_on
    text = person.reviewed.get(name)
    return date.fromisoformat(text) if text else None


def checked_words(day: date | None) -> str:
    """A day of checking as people say it."""
    return f"{day.day} {day:%B %Y}" if day else "not checked"


def _checked(day: date | None, clock: Clock) -> dict[str, Any]:
    """When an answer was checked, and whether to ask again."""
    if day is None:
        return {"day": None, "words": "Not checked with them yet", "old": True}
    return {"day": day, "words": f"Last checked with them {clock.ago(day)}", "old": clock.is_old(day)}


def _ways(person: Person) -> list[str]:
    known = routes(person)
    if not known["unsafe"] and not known["safe"]:
        return []
    lines = [f"Not safe: {', '.join(known['unsafe'])}"] if known["unsafe"] else []
    lines += [f"{NOT_RECORDED}: {', '.join(known['unknown'])}"] if known["unknown"] else []
    return lines + ([f"Safe: {', '.join(known['safe'])}"] if known["safe"] else [])


def _lines(person: Person, name: str) -> list[str]:
    """What is recorded of one of `REVIEWED`; the code word is only said to be there."""
    if name == "routes":
        return _ways(person)
    if name == "code_word":
        return ["Recorded"] if has_code_word(person) else []
    text = getattr(person, name)
    if name == "contact" and text and not routes(person)["safe"]:
        return [KEPT_BACK]
    return [text] if text else []


def card(person: Person, clock: Clock) -> dict[str, Any]:
    """A victim/survivor's safe contact for the safety page."""
    rows = [
        {
            "name": name,
            "question": words,
            "lines": _lines(person, name),
            "checked": _checked(checked_day(person, name), clock),
        }
        for name, words in REVIEWED
    ]
    return summary(person) | {"rows": rows, "code_word": has_code_word(person)}


def summary(person: Person) -> dict[str, Any]:
    """Somebody in a few lines: who they are, and how to reach them."""
    return {
        "person": person,
        "name": called(person),
        "role": choices.label("role", person.role),
        "contact": contact_lines(person),
    }


def staff(case: Case, clock: Clock) -> dict[str, Any]:
    """What staff must know, and when somebody last made sure of it."""
    day = case.staff_safety_checked_on
    words = f"Last checked {clock.ago(day)}" if day else "Not checked yet"
    checked = {"day": day, "words": words, "old": clock.is_old(day)}
    return {"text": case.staff_safety, "checked": checked}


def old_routes(person: Person, clock: Clock) -> str:
    """What the overview says of ways to contact that are safe by an old answer; empty where it is not old."""
    if not routes(person)["safe"] or not clock.is_old(person.routes_checked_on):
        return ""
    day = person.routes_checked_on
    if day is None:
        return f"It was never checked with {called(person)} how to reach them safely"
    return f"How to reach {called(person)} was last checked {clock.ago(day)}: check it again"
