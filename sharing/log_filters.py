"""The filters of the decision log as a manifest says them: in words, and as a test of a disclosed value.

Where what a filter asks was recorded later, or is more than one test of one field, the words alone stand:
`field` is None, and whoever checks the export is told that the signature covers it, not the log.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

from audit.chain import spell_time
from audit.proofs import Filter
from sharing import lists, log, log_columns
from sharing.rules.terms import LONDON
from sharing.watch import NOT_SHARED

_LISTED = {
    "outcome": ("row.outcome", "outcome"),
    "started": ("row.started", "started"),
    "basis": ("row.lawful_basis", "basis"),
    "risk": ("row.risk_level", "risk_level"),
    "informed": ("row.informed", "informed"),
}
"""Filters of one code: the sealed field, and the list of its labels."""
_IN_WORDS = {
    log.NOTHING_SHARED: "Not shared, or not yet",
    log.HIGH: "High, or the MARAC threshold met",
}


def tests(chosen: Mapping[str, str]) -> list[Filter]:
    """The filters that are set (`log.FILTERS`: code → code), in the order in which they are offered."""
    return [_test(code, chosen[code]) for code in log.FILTERS if chosen.get(code)]


def _test(code: str, value: str) -> Filter:
    if code in _LISTED:
        return _listed(code, value)
    return _OTHERS[code](value)


def _listed(code: str, value: str) -> Filter:
    field, named = _LISTED[code]
    title = f"{log.FILTERS[code].title}: {_IN_WORDS.get(value) or lists.label(named, value)}"
    if value == log.NOTHING_SHARED:
        return Filter(code, title, field, "one_of", sorted(NOT_SHARED))
    if value == log.HIGH:
        either = [["row.risk_level", "is", "high"], ["row.threshold_met", "any", None]]
        return Filter(code, title, None, "either", either)
    return Filter(code, title, field, "is", value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON)


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def _since(value: str) -> Filter:
    moment = spell_time(_midnight(date.fromisoformat(value)))
    return Filter("since", f"Recorded from {_day(value)}", "recorded_at", "from", moment)


def _until(value: str) -> Filter:
    moment = spell_time(_midnight(date.fromisoformat(value) + timedelta(days=1)))
    return Filter("until", f"Recorded up to {_day(value)}", "recorded_at", "before", moment)


def _agency(value: str) -> Filter:
    name = log_columns.agency_names().get(value, value)
    return Filter("agency", f"Agency: {name}", "row.agencies", "has", value)


def _emergency(value: str) -> Filter:
    yes = value == "yes"
    title = "Emergency shares" if yes else "Not an emergency share"
    return Filter("emergency", title, "row.emergency", "any" if yes else "none")


def _guard(value: str) -> Filter:
    kind, _, one = value.partition(".")
    if one:
        title = log_columns.BY_CODE[f"{kind}s"].words.get(one, one)
        return Filter("guard", f"{kind.capitalize()}: {title}", f"row.{kind}s", "has", one)
    return Filter("guard", "Any stop" if value == "stops" else "Any point", f"row.{value}", "any")


def _reference(value: str) -> Filter:
    of_decision = value.startswith("D-")
    title = f"Decision {value}" if of_decision else "One case"
    return Filter(
        "reference", title, "reference" if of_decision else None, "is", value if of_decision else ""
    )


def _later(code: str, words: Callable[[str], str]) -> Callable[[str], Filter]:
    return lambda value: Filter(code, words(value), None, "is", value)


_OTHERS: Mapping[str, Callable[[str], Filter]] = {
    "since": _since,
    "until": _until,
    "agency": _agency,
    "emergency": _emergency,
    "guard": _guard,
    "superseded": _later(
        "superseded", lambda value: "Superseded by another decision" if value == "yes" else "Not superseded"
    ),
    "look_at": _later("look_at", lambda value: log.LOOK_AT[value][0]),
    "reference": _reference,
}
