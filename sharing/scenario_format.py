"""The format of a scenario file: every table, every key, and how the value of each is read.

A reader takes what TOML gave and returns the value, or raises ValueError with what is wrong.
"""

import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from sharing import lists, rules
from sharing.rules.terms import local

NOT_KNOWN = "not known"
LIMBS = ("care_needs", "at_risk", "cannot_protect")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_YEARS = range(1900, 2200)

Reader = Callable[[Any], Any]


def _must(right: bool, problem: str) -> None:
    if not right:
        raise ValueError(problem)


def text(value: Any) -> str:
    """A text without control characters or characters that turn the direction of writing."""
    _must(isinstance(value, str), "must be a text")
    unusable = {char for char in value if unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t"}
    _must(not unusable and not _BIDI & set(value), "holds a character that cannot be used")
    return str(value)


def flag(value: Any) -> bool:
    """True or false, and nothing that stands for it."""
    _must(isinstance(value, bool), "must be true or false")
    return bool(value)


def day(value: Any) -> date:
    """A calendar day without a time."""
    _must(isinstance(value, date) and not isinstance(value, datetime), "must be a date")
    _must(value.year in _YEARS, "is not a year that a case can be in")
    return value  # type: ignore[no-any-return]


def moment(value: Any) -> datetime:
    """A local time (Europe/London) without an offset."""
    _must(isinstance(value, datetime) and value.tzinfo is None, "must be a local time without an offset")
    _must(value.year in _YEARS, "is not a year that a case can be in")
    return local(value)


def day_or_moment(value: Any) -> date | datetime:
    """A time or a day."""
    return moment(value) if isinstance(value, datetime) else day(value)


def dated(value: Any) -> date | str:
    """A day, or the words "not known"."""
    return NOT_KNOWN if value == NOT_KNOWN else day(value)


def among(known: Collection[str]) -> Reader:
    """A reader of one of these codes."""

    def read(value: Any) -> str:
        _must(text(value) in known, "unknown code")
        return str(value)

    return read


def code(name: str) -> Reader:
    """A reader of a code of this list."""
    return among(lists.codes(name))


def several(one: Reader) -> Reader:
    """A reader of a list of such values."""

    def read(value: Any) -> list[Any]:
        _must(isinstance(value, list), "must be a list")
        return [one(part) for part in value]

    return read


def codes(name: str) -> Reader:
    """A reader of several codes of this list."""
    return several(code(name))


ORGANISATION: Mapping[str, Reader] = {
    "type": code("organisation_type"),
    "public_authority": flag,
    "seventh_basis": flag,
    "policy_document": flag,
    "notice_bases": codes("basis"),
}
CASE: Mapping[str, Reader] = {
    "risk_level": code("risk_level"),
    "marac_criteria": codes("marac_criteria"),
    "marac_referred_on": day,
    "concern_identified_at": moment,
}
PERSON: Mapping[str, Reader] = {
    "key": text,
    "role": code("role"),
    "name": text,
    "safe_routes": codes("safe_routes"),
    "unsafe_routes": codes("unsafe_routes"),
    **dict.fromkeys(LIMBS, flag),
}
INFORMATION: Mapping[str, Reader] = {
    "key": text,
    "text": text,
    "source": text,
    "dated": dated,
    "about": several(text),
    "nature": code("nature"),
    "whose": text,
    "historical": flag,
    "checked_on": day,
    "alleges_offence": flag,
}
_FLAGS = ("already_sent", "signed_off")
_ONE_CODE = (
    *(
        "started",
        "requester_checked",
        "urgency",
        "without_identity",
        "safeguarding",
        "risk_assessment",
        "services",
    ),
    *("less_safe", "basis", "annex_1", "article_9", "schedule_1", "offence_condition", "no_consent_reason"),
    *("informed", "wishes", "consent", "told_by", "perpetrator_told", "doubt", "outcome"),
)
MANY_CODES = ("aims", "kinds", "reasons")
_TEXTS = (
    *("harm_if_not", "mitigation", "power", "enactment", "balance", "consent_reason", "disagree_reason"),
    *("unsafe_reasons", "procedure", "fits", "reason_text", "instead", "confirmed_by"),
)
DECISION: Mapping[str, Reader] = {
    **dict.fromkeys(_FLAGS, flag),
    **{name: code(name) for name in _ONE_CODE},
    **{name: codes(name) for name in MANY_CODES},
    **dict.fromkeys(_TEXTS, text),
    **dict.fromkeys(("sent_at", "decided_at"), moment),
    **dict.fromkeys(("decide_by", "send_by"), day_or_moment),
    **dict.fromkeys(("tell_by", "review_on"), day),
}
RECIPIENT: Mapping[str, Reader] = {
    **dict.fromkeys(("key", "name", "role", "why", "method_reason"), text),
    "agency": code("agency"),
    "linked": code("linked"),
    "method": code("method"),
}
ITEM: Mapping[str, Reader] = {
    **dict.fromkeys(("information", "why", "withheld_reason", "third_party_effect"), text),
    **dict.fromkeys(("relevant", "enough", "include"), flag),
    "recipients": several(text),
}
EXPECT: Mapping[str, Reader] = {
    "recorded": flag,
    "stops": several(among(rules.STOPS)),
    "points": several(among(rules.POINTS)),
}
HEAD: Mapping[str, Reader] = {"id": text, "title": text, "source": text, "now": moment}
