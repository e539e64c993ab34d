"""A request to another agency: its states, what may be done in each, when its clock rings. Pure.

The table `ACTS` is all of it: the documentation's diagram is drawn from it (service.md §4; the guide, on
resistance to sharing: explain in writing, ask for reasons in writing, escalate, work together).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from sharing import lists
from sharing.rules.terms import day_of, ends, working_days_after

DRAFT, SENT, CHASED, ANSWERED, PART = "draft", "sent", "chased", "answered", "part"
REFUSED, REASONS, SENIOR, STRATEGIC = "refused", "reasons_requested", "senior_manager", "strategic_group"
CLOSED = "closed"
STATES: Mapping[str, str] = MappingProxyType(
    {
        DRAFT: "Draft",
        SENT: "Sent",
        CHASED: "Chased",
        ANSWERED: "Answered",
        PART: "Part answered",
        REFUSED: "Refused",
        REASONS: "Reasons requested",
        SENIOR: "With their senior manager",
        STRATEGIC: "With the strategic group",
        CLOSED: "Closed",
    }
)
_WAITING = frozenset({SENT, CHASED, PART, REFUSED, REASONS, SENIOR, STRATEGIC})
"""Something that we asked for is still missing."""
MISSING = _WAITING | {DRAFT}
_ESCALATED = frozenset({REASONS, SENIOR, STRATEGIC})


@dataclass(frozen=True, slots=True)
class Act:
    """A row of the table: what is done, in which states it may be, and the state it leads to ("": it stays).

    One that may be done in no state begins a request.
    `letter`: the letter that goes with it; `manager`: a manager alone does it.
    """

    code: str
    words: str
    since: frozenset[str]
    to: str = ""
    letter: str = ""
    manager: bool = False

    def after(self, state: str) -> str:
        """The state that it leads to from a state in which it may be done."""
        return self.to or state


# fmt: off
ACTS: Mapping[str, Act] = MappingProxyType({act.code: act for act in (
    Act("write", "Write the request", frozenset(), DRAFT),
    Act("change", "Change the request", frozenset({DRAFT})),
    Act("send", "Send the request", frozenset({DRAFT}), SENT, letter="L1"),
    Act("chase", "Chase", frozenset({SENT, CHASED}), CHASED),
    Act("answer", "Record that all of it came", _WAITING, ANSWERED),
    Act("answer_part", "Record that part of it came", _WAITING, PART),
    Act("refuse", "Record that they refused", frozenset({SENT, CHASED, PART}), REFUSED),
    Act("refuse_again", "Record that they refused again", _ESCALATED),
    Act("ask_reasons", "Ask for their reasons in writing", frozenset({REFUSED, PART}), REASONS, letter="L2"),
    Act("escalate_senior", "Escalate to their senior manager", frozenset({REFUSED, REASONS}), SENIOR,
        letter="L3"),
    Act("escalate_strategic", "Escalate to the strategic group", frozenset({SENIOR}), STRATEGIC, letter="L4"),
    Act("close", "Close the request", _WAITING | {ANSWERED}, CLOSED),
    Act("discard", "Do not send it after all", frozenset({DRAFT}), CLOSED),
)})
# fmt: on

ANSWERS = frozenset({"answer", "answer_part"})
"""The acts with which something comes."""
APPROVED = frozenset({"L3", "L4"})
"""The letters that a manager approves before they go (service.md §4)."""

RECEIVED, PARTLY, ACCEPTED, OTHERWISE, NOT_SENT = "received", "partly", "accepted", "otherwise", "not_sent"
"""How a request ends; codes of the list `request_ending`."""


def may_ask(started: str, outcome: str, *, followed: bool) -> bool:
    """Whether a recorded decision allows asking: asking reveals identity, so it passes the rules first.

    Args:
        started, outcome: codes of the lists `started` and `outcome`.
        followed: whether another decision has taken its place.
    """
    return started == "need" and lists.marked("outcome", outcome, "sharing") and not followed


def acts_in(state: str) -> list[Act]:
    """What may be done with a request in this state, in the table's order."""
    return [act for act in ACTS.values() if state in act.since]


def blanket_refusal(refusal: str) -> bool:
    """Whether a reason cannot end a request: policy, "data protection", no consent, none (rules.md).

    Args:
        refusal: a code of the list `refusal_reason`.
    """
    return lists.marked("refusal_reason", refusal, "blanket")


def suggested(state: str, refusal: str) -> str:
    """The act that takes a request on from here, before any other that is open; "": none is.

    Args:
        refusal: how the newest reason of the agency was classified; "": it gave none.
    """
    if state == REFUSED and refusal and not blanket_refusal(refusal):
        return "close"
    return {
        DRAFT: "send",
        SENT: "chase",
        CHASED: "chase",
        PART: "ask_reasons",
        REFUSED: "ask_reasons",
        REASONS: "escalate_senior",
        SENIOR: "escalate_strategic",
        STRATEGIC: "answer",
        ANSWERED: "close",
    }.get(state, "")


def standing_refusal(steps: Iterable[tuple[str, str]]) -> str:
    """The reason that stands: the newest, until something comes after it; "": none does.

    Args:
        steps: act and refusal (a code of the list `refusal_reason`, or "") of each step, oldest first.
    """
    standing = ""
    for act, refusal in steps:
        standing = refusal or ("" if act in ANSWERS else standing)
    return standing


def endings(state: str, refusal: str, *, came: bool, manager: bool) -> list[str]:
    """The ways in which a request may be closed now; none: it goes on.

    Args:
        refusal: the reason that stands (`standing_refusal`); "": none does.
        came: whether anything came.
        manager: whether a manager closes it.
    """
    if state == DRAFT:
        return [NOT_SENT]
    blanket = blanket_refusal(refusal)
    found = {
        RECEIVED: state == ANSWERED,
        PARTLY: came and state != ANSWERED and not blanket,
        ACCEPTED: manager and bool(refusal) and not blanket,
        # Behind a blanket refusal only the last step of the escalation opens another way out.
        OTHERWISE: manager and (not blanket or state == STRATEGIC),
    }
    return [code for code, offered in found.items() if offered and state != CLOSED]


@dataclass(frozen=True, slots=True)
class Timers:
    """The organisation's settings: hours for what is needed today, working days for anything else."""

    hours: int = 4
    days: int = 2
    closed: Collection[date] = ()


def urgent(urgency: str) -> bool:
    """Whether it is counted in hours: somebody is in danger now, or it is needed today."""
    return urgency in {"now", "today"}


def rings_at(
    state: str, urgency: str, *, now: datetime, reply_by: datetime | None, timers: Timers
) -> datetime | None:
    """When somebody must look at a request again that is in this state since now; None: nobody waits for it.

    Args:
        now, reply_by: aware.

    Returns:
        In UTC: hours are counted, whatever the clocks do; working days end with the day.
    """
    if state == CLOSED:
        return None
    if urgent(urgency):
        return now.astimezone(UTC) + timedelta(hours=timers.hours)
    if state in (SENT, CHASED) and reply_by and reply_by > now:
        return reply_by.astimezone(UTC)
    days = 1 if state in (DRAFT, REFUSED) else timers.days
    return ends(working_days_after(day_of(now), days, timers.closed))
