"""What the rules say of a question for advice: to whom it may go, what must not be in it, by when (R3)."""

from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType

from sharing.rules import Finding, Kind
from sharing.rules.terms import given, working_days_after

ROLES: Mapping[str, str] = MappingProxyType(
    {"manager": "manager", "governance": "governance", "practitioner": "officer"}
)
"""The kinds of advisers who read the question here, each with the role that they hold. Others are outside."""
WORDS = frozenset({"stop.identity_leak", "point.identity_leak"})
WORKING_DAYS_WHEN_PRESSING = 1
"""In how many working days the answer must be there where the risk is high or the MARAC threshold is met."""


def kind_of(role: str) -> str:
    """The kind of adviser that somebody of this role is; empty: they advise nobody here."""
    return next((kind for kind, held in ROLES.items() if held == role), "")


def identity_leak(adviser_kind: str, kinds: Collection[str]) -> Finding | None:
    """What it means that a question says who it is about: for a colleague a point, for others a stop.

    Args:
        adviser_kind: a code of the list `adviser`.
        kinds: the codes of what was found in the text (`leaks.KINDS`); none: there is nothing to say.
    """
    if not kinds:
        return None
    kind: Kind = "point" if adviser_kind in ROLES else "stop"
    return Finding("identity_leak", kind, "question", f"{kind}.identity_leak", ("R3",), tuple(kinds))


def may_ask(found: Finding | None, reason: str | None) -> bool:
    """Whether the question may be put as it stands.

    Args:
        reason: why what identifies somebody must stay in.
    """
    return found is None or (found.kind == "point" and given(reason))


def last_day(today: date, bank_holidays: Collection[date] = ()) -> date:
    """The last day on which an answer can come in time where the risk is high or the threshold is met."""
    return working_days_after(today, WORKING_DAYS_WHEN_PRESSING, bank_holidays)


def answer_by(today: date, days: int, *, pressing: bool, bank_holidays: Collection[date] = ()) -> date:
    """The day by which an answer is asked for, where nobody says another.

    Args:
        days: the organisation's working days for advice.
        pressing: whether the risk is high or the MARAC threshold is met.
    """
    usual = working_days_after(today, days, bank_holidays)
    return min(usual, last_day(today, bank_holidays)) if pressing else usual
