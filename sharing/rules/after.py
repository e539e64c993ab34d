"""What the rules say once something was sent: it is always recorded, and tagged where it must be seen."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sharing.rules.terms import day_of, ends, working_days_after

Pair = tuple[str, str]
"""A recipient's key and an item's key."""

OTHER_RECIPIENT, OTHER_ITEM, WITHHELD = "other_recipient", "other_item", "withheld_item"
OTHER_METHOD, NOT_ALL, NOT_DECIDED = "other_method", "not_all", "not_decided"


@dataclass(frozen=True)
class Decided:
    """What a decision said would be sent. `methods`: the way of sending by the recipient's key.

    `to_send` is what was left to send when it was decided: nothing where it had gone already.
    """

    sharing: bool = True
    pairs: frozenset[Pair] = frozenset()
    to_send: frozenset[Pair] = frozenset()
    methods: Mapping[str, str] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sent:
    """What was sent in one go. `other_recipient`, `other_item`: somebody or something that was typed.

    `complete`: nothing more is to be sent after this.
    """

    pairs: frozenset[Pair] = frozenset()
    method: str = ""
    other_recipient: bool = False
    other_item: bool = False
    complete: bool = False

    @property
    def anything(self) -> bool:
        """Whether anything was sent at all."""
        return bool(self.pairs) or self.other_recipient or self.other_item


def basis_after_sharing(sent_at: datetime | None, basis_at: datetime | None) -> bool:
    """Whether something was shared before its lawful basis was determined (guide, lawful basis).

    Args:
        sent_at, basis_at: aware; None where it was not shared yet, or nothing says when. A time that somebody
            gave to the minute lasts to its end, as a day without a time does (rules.md).
    """
    if sent_at is None or basis_at is None:
        return False
    # In UTC, because two London times compare by the face of the clock, and the clocks change.
    return _end_of_minute(sent_at).astimezone(UTC) < basis_at.astimezone(UTC)


def _end_of_minute(moment: datetime) -> datetime:
    exact = moment.second or moment.microsecond
    return moment if exact else moment.replace(second=59, microsecond=999_999)


def still_to_send(to_send: Iterable[Sequence[str]], sent: Iterable[Sequence[str]]) -> list[Pair]:
    """The pairs of a decision that nothing has been sent for yet, in their order.

    Args:
        to_send: the decision's pairs.
        sent: the pairs that were sent under it, and under the decisions that it follows.
    """
    gone = {tuple(pair) for pair in sent}
    return [(who, what) for who, what in to_send if (who, what) not in gone]


def differs_from_decision(decided: Decided, sent: Sent, before: Collection[Pair] = ()) -> list[str]:
    """In what way that which was sent is not what was decided; none: it is.

    Args:
        before: the pairs that were sent earlier.
    """
    found = {
        NOT_DECIDED: sent.anything and not decided.sharing,
        OTHER_RECIPIENT: sent.other_recipient,
        WITHHELD: any(what in decided.withheld for _, what in sent.pairs),
        OTHER_ITEM: sent.other_item or any(_unplanned(pair, decided) for pair in sent.pairs),
        OTHER_METHOD: any(decided.methods.get(who, sent.method) != sent.method for who, _ in sent.pairs),
        NOT_ALL: sent.complete and not decided.to_send <= (sent.pairs | set(before)),
    }
    return [code for code, raised in found.items() if raised]


def _unplanned(pair: Pair, decided: Decided) -> bool:
    return pair not in decided.pairs and pair[1] not in decided.withheld


REPORT_WITHIN = timedelta(hours=72)


def report_by(known_at: datetime) -> datetime:
    """By when a breach that is likely to be a risk is reported: 72 hours after it was known (Article 33(1)).

    Args:
        known_at: aware. Hours are counted, whatever the clocks do meanwhile.
    """
    return known_at.astimezone(UTC) + REPORT_WITHIN


def completion_due(recorded_at: datetime, bank_holidays: Collection[date] = ()) -> datetime:
    """The instant by which an emergency share is completed: the end of the next working day.

    Args:
        recorded_at: when the emergency share was recorded, aware.
    """
    return ends(working_days_after(day_of(recorded_at), 1, bank_holidays))


def emergency_incomplete(due: datetime, now: datetime, *, completed: bool) -> bool:
    """Whether an emergency share should have been completed and is not (after recording).

    Args:
        due: when its completion is due, aware.
        now: aware.
        completed: whether a decision completes it.
    """
    return not completed and now > due


def late_report(known_at: datetime, reported_at: datetime) -> bool:
    """Whether a report needs the reasons for its delay (Article 33(1)): it was made after the 72 hours."""
    return reported_at > report_by(known_at)
