"""What is recorded of something that was sent: judged against its decision, with a reason where it differs.

Read by the actions that record a disclosure: what was sent, and the first letter of a request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cases.models import User
from sharing import due, lists, rules
from sharing.models import Decision
from sharing.rules import after

Values = Mapping[str, Any]


class ReasonNeeded(Exception):  # noqa: N818 - it is what happened, not a fault
    """What was sent is not what was decided, or went before its basis, and no reason says why.

    `differs` are the codes of `rules.after`; `late`: it went before the lawful basis was chosen.
    """

    def __init__(self, differs: list[str], *, late: bool) -> None:
        super().__init__("a reason is needed")
        self.differs, self.late = differs, late


@dataclass(frozen=True)
class Judged:
    """What the rules say of something that was sent."""

    differs: list[str]
    late: bool
    anything: bool


def judge_sent(decision: Decision, said: Values, values: Values) -> Judged:
    """Judge what was sent against the decision, with what was sent under it before.

    Args:
        said: the opened content of the decision's entry; empty where it cannot be opened.
        values: as `after_actions.mark_sent` takes them.
    """
    sent = after.Sent(
        pairs=frozenset((who, what) for who, what in values["pairs"]),
        method=values.get("method") or "",
        other_recipient=rules.given(values.get("other_recipient")),
        other_item=rules.given(values.get("other_item")),
        complete=values["complete"],
    )
    differs = after.differs_from_decision(_decided(decision, said), sent, due.sent_under(decision))
    late = sent.anything and after.basis_after_sharing(values["sent_at"], decision.basis_at)
    return Judged(differs, late, sent.anything)


def _decided(decision: Decision, said: Values) -> after.Decided:
    to_send = frozenset((who, what) for who, what in decision.to_send)
    items = [one for one in said.get("items", ()) if one["include"]]
    return after.Decided(
        sharing=lists.marked("outcome", decision.outcome, "sharing"),
        pairs=to_send | {(who, one["key"]) for one in items for who in one["recipients"]},
        to_send=to_send,
        methods={one["key"]: one["method"] for one in said.get("recipients", ()) if one["method"]},
        withheld=frozenset(one["key"] for one in said.get("items", ()) if not one["include"]),
    )


def content(decision: Decision, said: Values, values: Values, by: User) -> Values:
    """What the entry of a disclosure says.

    Args:
        said: the opened content of the decision's entry; empty where it cannot be opened.
        values: as `after_actions.mark_sent` takes them.

    Raises:
        ReasonNeeded: it differs, or went before its lawful basis was chosen, and there is no reason.
    """
    judged = judge_sent(decision, said, values)
    if (judged.differs or judged.late) and not rules.given(values.get("reason")):
        raise ReasonNeeded(judged.differs, late=judged.late)
    texts = ("other_recipient", "other_item", "sent_reference", "reason")
    return {
        "reference": decision.reference,
        "sent": _in_words(said, values["pairs"]),
        **{name: values.get(name) or "" for name in texts},
        "sent_by": values.get("sent_by") or by.name,
        "differs": judged.differs,
        "row": {
            "id": str(uuid4()),
            "decision_id": str(decision.id),
            "sent": sorted([who, what] for who, what in values["pairs"]),
            "method": values.get("method") or "",
            "complete": values["complete"],
            "basis_after_sharing": judged.late,
            "differs_from_decision": bool(judged.differs),
        },
    }


def _in_words(said: Values, pairs: Any) -> list[dict[str, Any]]:
    """Who got which texts, as the decision calls them."""
    texts = {one["key"]: one["text"] for one in said.get("items", ())}
    got = [
        (one["name"], [texts[what] for who, what in pairs if who == one["key"] and what in texts])
        for one in said.get("recipients", ())
    ]
    return [{"recipient": name, "items": items} for name, items in got if items]


def revealed(decision: Decision, recipient: str) -> list[after.Pair]:
    """What asking a recipient of a decision reveals to them and was not sent yet: keys of them and items."""
    return [pair for pair in due.left_to_send(decision) if pair[0] == recipient]
