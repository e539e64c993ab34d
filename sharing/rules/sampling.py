"""Which decisions of a period are looked at for quality (service.md §5, QA sampling). Pure.

All decisions of the listed kinds are in the sample, and of the rest about `PERCENT` in a hundred. Whether one
of the rest is in it is a function of the sample's seed and of its own id, and of nothing else:

    HMAC-SHA256(key = seed, message = the 16 bytes of the id), its first 8 bytes as a big-endian number n;
    it is in the sample where n * 100 < percent * 2 ** 64.

So whoever holds the seed can draw the same sample again, and the order of the decisions does not matter.
Before the seed is drawn (32 bytes of the system's randomness, after the period is over) nobody can know.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sharing import lists
from sharing.rules.reviewing import NOT_SHARED, high_risk

PERCENT = 5
SEED_BYTES = 32
_WHOLE = 1 << 64

NON_SHARE, EMERGENCY, CONSENT, SUPERSEDED = "not_shared", "emergency", "consent", "superseded"
RANDOM = "random"
KINDS: Mapping[str, str] = MappingProxyType(
    {
        NON_SHARE: "Not shared, or not yet, at high risk",
        EMERGENCY: "Emergency share",
        CONSENT: "Consent as the basis",
        SUPERSEDED: "Another decision has taken its place",
        RANDOM: "Drawn at random",
    }
)
"""Why a decision is in the sample; all of the first four kinds are."""
YES, NO, NOT_APPLICABLE = "yes", "no", "not_applicable"
"""Codes of the list `sample_answer`."""


def by_chance(seed: bytes, decision: UUID, percent: int = PERCENT) -> bool:
    """Whether one of the rest is in the sample; see the top of this module.

    Args:
        seed: 32 bytes, kept with the sample.
        percent: 0 to 100.
    """
    digest = hmac.digest(seed, decision.bytes, "sha256")
    return int.from_bytes(digest[:8]) * 100 < percent * _WHOLE


def listed(decision: Any, *, superseded: bool) -> str:
    """The first of the listed kinds that a decision is of; "": of none.

    Args:
        decision: anything with a decision's columns.
        superseded: whether another decision had taken its place when the sample was drawn.
    """
    found = {
        NON_SHARE: decision.outcome in NOT_SHARED and high_risk(decision),
        EMERGENCY: bool(decision.emergency),
        CONSENT: lists.marked("basis", decision.lawful_basis, "consent"),
        SUPERSEDED: superseded,
    }
    return next((code for code, holds in found.items() if holds), "")


def why_in(decision: Any, seed: bytes, percent: int, *, superseded: bool) -> str:
    """Why a decision is in a sample, as a code of `KINDS`; "": it is not."""
    kind = listed(decision, superseded=superseded)
    return kind or (RANDOM if by_chance(seed, decision.id, percent) else "")


# --- the period -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    @property
    def since(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def until(self) -> date:
        """Its last day."""
        return self.after.since - timedelta(days=1)

    @property
    def after(self) -> "Month":
        """The next month."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def before(self) -> "Month":
        """The month before it."""
        return month_of(self.since - timedelta(days=1))

    @property
    def code(self) -> str:
        """As addresses have it, such as 2026-10."""
        return f"{self.year:04}-{self.month:02}"

    def over(self, today: date) -> bool:
        """Whether it is over: only then can its sample be drawn, since nothing is added to it any more."""
        return self.until < today


def month_of(day: date) -> Month:
    """The month of a day."""
    return Month(day.year, day.month)


def month_named(code: str) -> Month | None:
    """The month that an address names; None where it names none."""
    try:
        day = date.fromisoformat(f"{code}-01") if len(code) == 7 else None
    except ValueError:
        return None
    return month_of(day) if day and code.isascii() and day.year < date.max.year else None


# --- what came of it ------------------------------------------------------------------------------


def shares(answers: Iterable[Mapping[str, str]]) -> dict[str, tuple[int, int, int]]:
    """Of each question how often it was answered with yes, with no, and how often it did not apply.

    Args:
        answers: the code of each question with its answer, once for each decision.
    """
    found = {code: [0, 0, 0] for code, _ in lists.choices("sample_question")}
    places = {YES: 0, NO: 1, NOT_APPLICABLE: 2}
    for one in answers:
        for code, answer in one.items():
            if code in found and answer in places:
                found[code][places[answer]] += 1
    return {code: (yes, no, none) for code, (yes, no, none) in found.items()}
