"""What the rules say once something was sent: it is always recorded, and tagged where it must be seen."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

Pair = tuple[str, str]
"""A recipient's key and an item's key."""

OTHER_RECIPIENT, OTHER_ITEM, WITHHELD = "other_recipient", "other_item", "withheld_item"
OTHER_METHOD, NOT_ALL, NOT_DECIDED = "other_method", "not_all", "not_decided"


@dataclass(frozen=True)
class Decided:
    """What a decision said would be sent. `methods`: the way of sending by the recipient's key."""

    pairs: frozenset[Pair]
    methods: Mapping[str, str]
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
        sent_at, basis_at: aware; None where it was not shared yet, or nothing says when.
    """
    return sent_at is not None and basis_at is not None and sent_at < basis_at


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
        NOT_DECIDED: sent.anything and not decided.pairs,
        OTHER_RECIPIENT: sent.other_recipient,
        WITHHELD: any(what in decided.withheld for _, what in sent.pairs),
        OTHER_ITEM: sent.other_item or any(_unplanned(pair, decided) for pair in sent.pairs),
        OTHER_METHOD: any(decided.methods.get(who, sent.method) != sent.method for who, _ in sent.pairs),
        NOT_ALL: sent.complete and not decided.pairs <= (sent.pairs | set(before)),
    }
    return [code for code, raised in found.items() if raised]


def _unplanned(pair: Pair, decided: Decided) -> bool:
    return pair not in decided.pairs and pair[1] not in decided.withheld
