"""Which decisions a manager looks at, by when, and where each stands. Pure (service.md §3.2 and §5).

The table `TABLE` is all of it: what is not in it needs no manager. A row is data, so that the same words
choose the rows of the database (`sharing.reviewing`) and judge each of them here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sharing import lists
from sharing.rules.clocks import non_share_due
from sharing.rules.terms import day_of, ends, given, working_days_after

NOT_SHARED = frozenset({"do_not_share", "not_yet"})
HIGH: tuple[Mapping[str, frozenset[Any]], ...] = (
    {"risk_level": frozenset({"high"})},
    {"threshold_met": frozenset({True})},
)
"""A high risk: so assessed, or the MARAC threshold is met."""
DOUBTFUL = ({"risk_level": frozenset({"medium", "high", "not_assessed"})}, HIGH[1])
"""A risk at which somebody may not feel free to say no, or that nobody knows."""
_CONSENT = frozenset(lists.codes("basis", "consent"))

NON_SHARE, EMERGENCY, COMPLETION, STOP = "not_shared", "emergency", "completion", "stop"
LATE_BASIS, CONSENT, HAPPENED = "late_basis", "consent", "happened"


@dataclass(frozen=True, slots=True)
class Row:
    """Why a manager looks at a decision.

    `within`: working days from when it was so, 0: the same day. `when`: any of these, each of them columns of
    the decision with the values that raise it; none: something that happened after the decision raises it.
    `filled`: columns that must hold something too.
    """

    code: str
    words: str
    within: int
    when: tuple[Mapping[str, frozenset[Any]], ...] = ()
    filled: tuple[str, ...] = ()


def _all(columns: Mapping[str, frozenset[Any]], *, at: Any = ({},)) -> tuple[Mapping[str, Any], ...]:
    return tuple(MappingProxyType({**columns, **risk}) for risk in at)


_YES, _NO = frozenset({True}), frozenset({False})
# fmt: off
TABLE: Mapping[str, Row] = MappingProxyType({row.code: row for row in (
    Row(NON_SHARE, "Not shared, or not yet, at high risk", 1, _all({"outcome": NOT_SHARED}, at=HIGH)),
    Row(EMERGENCY, "Emergency share", 2, _all({"emergency": _YES})),
    Row(COMPLETION, "Completes an emergency share", 2, _all({"follows_as": frozenset({"completion"})})),
    Row(STOP, "Recorded in spite of a stop", 2, _all({"emergency": _NO}), ("stops",)),
    Row(LATE_BASIS, "Lawful basis recorded after sharing", 5, _all({"basis_after_sharing": _YES})),
    Row(CONSENT, "Consent as the basis, where the choice may not be free", 5,
        _all({"lawful_basis": _CONSENT}, at=DOUBTFUL)),
    Row(HAPPENED, "Something has happened since", 0),
)})
# fmt: on


def raised_by(decision: Any) -> list[str]:
    """Why a decision comes to a manager by what it says itself, as codes of the table.

    Args:
        decision: anything with the columns that the table names.
    """
    return [row.code for row in TABLE.values() if row.when and _holds(row, decision)]


def _holds(row: Row, decision: Any) -> bool:
    filled = all(getattr(decision, name) for name in row.filled)
    return filled and any(
        all(getattr(decision, name) in values for name, values in columns.items()) for columns in row.when
    )


def high_risk(decision: Any) -> bool:
    """Whether a decision was made at high risk, or with the MARAC threshold met."""
    return any(getattr(decision, name) in values for one in HIGH for name, values in one.items())


def review_by(code: str, since: datetime, urgency: str, closed: Collection[date]) -> datetime:
    """By when a manager looks at a decision for one of the reasons (UTC).

    Args:
        code: of the table.
        since: aware; when it was so.
        urgency: how soon the decision was wanted.
        closed: days on which nobody works.
    """
    if code == NON_SHARE:
        return non_share_due(since, urgency, closed)
    return ends(working_days_after(day_of(since), TABLE[code].within, closed))


# --- what the manager said ------------------------------------------------------------------------

AGREE, RECONSIDER, DIRECT = "agree", "reconsider", "direct"
"""Codes of the list `manager_outcome`."""
ANSWER_AT_HIGH_RISK, ANSWER_ELSE = 1, 5
"""In how many working days what a manager asks for is expected."""
FEWEST_WORDS = 4
"""A reason of a manager has so many words at least: somebody will read it who must know what to do."""

TO_REVIEW, WAITING, DONE, NOTHING = "to_review", "waiting", "done", ""


def reason_given(text: str | None) -> bool:
    """Whether a manager's reason says something: a few words, and no run of marks."""
    words = [word for word in (text or "").split() if any(char.isalnum() for char in word)]
    return given(text) and len(words) >= FEWEST_WORDS


def answer_by(outcome: str, at: datetime, *, high: bool, closed: Collection[date]) -> datetime | None:
    """By when the officer answers a manager (UTC); None: the manager agrees, and nothing is asked.

    Args:
        at: aware; when the manager said it.
        high: whether the decision was made at high risk.
    """
    if outcome == AGREE:
        return None
    days = ANSWER_AT_HIGH_RISK if high else ANSWER_ELSE
    return ends(working_days_after(day_of(at), days, closed))


@dataclass(frozen=True, slots=True)
class Stands:
    """Where a decision stands with the managers, and why it is to be reviewed: each reason since when."""

    state: str
    open: Mapping[str, datetime]


def stands(
    raised: Mapping[str, datetime],
    judged: tuple[str, datetime] | None,
    answered_at: datetime | None,
    *,
    followed: bool,
) -> Stands:
    """Where a decision stands.

    A reconsidered decision is answered by a look back that lets it stand, a directed one by a decision that
    follows it and by nothing less. What was answered by a look back is new to the manager from then on.

    Args:
        raised: codes of the table, each with when it was so (aware).
        judged: the newest outcome of a manager who did not make the decision, and when.
        answered_at: the newest look back that let it stand.
        followed: whether another decision follows it.
    """
    if followed:
        return Stands(DONE if judged else NOTHING, {})
    if judged is None:
        return Stands(TO_REVIEW if raised else NOTHING, raised)
    outcome, at = judged
    if outcome == AGREE:
        new = {code: since for code, since in raised.items() if since > at}
        return Stands(TO_REVIEW if new else DONE, new)
    if outcome == DIRECT or answered_at is None or answered_at <= at:
        return Stands(WAITING, {})
    again = {code: max(since, answered_at) for code, since in raised.items()}
    return Stands(TO_REVIEW if again else DONE, again)
