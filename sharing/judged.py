"""What managers said of a decision, and what its author may learn from the quality sample, for reading.

Everything that has words comes from the opened ledger entries; the caller has entered that it was looked at.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cases.models import User
from sharing import after_rows, display, lists, rules
from sharing.models import Decision, ManagerReview, Review, SampleAnswer
from sharing.reviewing import LETS_STAND
from sharing.rules import reviewing as rule
from sharing.rules.clocks import has_a_time
from sharing.rules.terms import day_of

Said = Mapping[str, Any]
Checked = tuple[ManagerReview, dict[str, Any], str | None]
COLOURS = {rule.AGREE: "green", rule.RECONSIDER: "yellow", rule.DIRECT: "red"}
ASKS = {
    rule.RECONSIDER: "A manager asks you to look at this decision again",
    rule.DIRECT: "A manager asks for a new decision",
}
"""What a decision's page says while a manager waits for an answer."""


def read(decision: Decision) -> list[Checked]:
    """The managers' reviews of a decision, oldest first, with their words and what is wrong with any."""
    return after_rows.JUDGED.check(decision.manager_reviews.select_related("by"))


def cards(found: Iterable[Checked]) -> list[dict[str, Any]]:
    """The same as cards, newest first."""
    return [_card(*one) for one in reversed(list(found))]


def tag(outcome: str) -> tuple[str, str]:
    """What a manager said at a glance: (words, colour)."""
    return lists.label("manager_outcome", outcome), COLOURS.get(outcome, "grey")


def _card(row: ManagerReview, said: Said, problem: str | None) -> dict[str, Any]:
    rows = _rows(
        ("Why", said.get("reason")),
        ("Answer expected by", _expected(row)),
        ("Recorded", f"{display.moment(row.recorded_at.isoformat())}, by {row.by.name}"),
    )
    return {"title": lists.label("manager_outcome", row.outcome), "rows": rows, "problem": problem}


def _expected(row: ManagerReview) -> str:
    """By when an answer is expected: the day alone where it is due at the day's end."""
    if row.answer_by is None:
        return ""
    by = row.answer_by if has_a_time(row.answer_by) else day_of(row.answer_by)
    return display.moment(by.isoformat())


def _rows(*pairs: tuple[str, Any]) -> list[dict[str, Any]]:
    return [{"question": asked, "answer": answer, "change": ""} for asked, answer in pairs if answer]


def asks(
    decision: Decision, found: Sequence[Checked], reviews: Iterable[Review], *, followed: bool
) -> dict[str, Any] | None:
    """What a manager asks for and nobody has answered yet; None: nothing.

    Args:
        reviews: the decision's look backs.
        followed: whether another decision follows it.
    """
    others = [one for one in found if one[0].by_id != decision.by_id]
    if not others:
        return None
    row, said, _ = others[-1]
    stood = max((one.recorded_at for one in reviews if one.outcome in LETS_STAND), default=None)
    stands = rule.stands({}, (row.outcome, row.recorded_at), stood, followed=followed)
    if stands.state != rule.WAITING:
        return None
    return {
        "words": ASKS[row.outcome],
        "by": row.by.name,
        "reason": said.get("reason", ""),
        "answer_by": _expected(row),
        "anew": row.outcome == rule.DIRECT,
    }


def learning(decision: Decision, user: User, may: frozenset[str]) -> list[dict[str, Any]]:
    """What the quality sample says is to be learned, for the decision's author and managers of its case."""
    if decision.by_id != user.id and "approve" not in may:
        return []
    found = SampleAnswer.objects.filter(decision=decision, learning=True).select_related("by")
    return [
        {
            "title": "From the quality sample",
            "rows": _rows(
                ("What to learn from it", said.get("note")),
                ("Recorded", f"{display.moment(row.recorded_at.isoformat())}, by {row.by.name}"),
            ),
            "problem": problem,
        }
        for row, said, problem in after_rows.SAMPLED.check(found.order_by("recorded_at"))
    ]


# --- a decision in short, for whoever judges it ---------------------------------------------------


def in_short(said: Said) -> list[dict[str, Any]]:
    """What was decided and why, who gets what, and what the person knows: the evidence on one screen."""
    row, label = said["row"], lists.label
    included = [one for one in said.get("items", ()) if one["include"]]
    withheld = [one for one in said.get("items", ()) if not one["include"]]
    sharing = lists.marked("outcome", row["outcome"], "sharing")
    reasons = [label("reasons", code) for code in row["reasons"]]
    return _rows(
        ("Decided", label("outcome", row["outcome"])),
        ("Main reasons", [*reasons, *_given(said, "reason_text")]),
        ("What is done instead", said.get("instead")),
        ("What could happen if it is not shared", said.get("harm_if_not")),
        ("Could sharing make anyone less safe?", _less_safe(said)),
        ("Lawful basis", label("basis", row["lawful_basis"]) if row["lawful_basis"] else ""),
        ("Does the person know?", [*_coded("informed", row["informed"]), *_given(said, "unsafe_reasons")]),
        ("What they want", [*_coded("wishes", row["wishes"]), *_given(said, "disagree_reason")]),
        ("Consent", [*_coded("consent", row["consent"]), *_given(said, "consent_reason")]),
        ("Who gets it" if sharing else "Who was thought of", [_receiver(one) for one in said["recipients"]]),
        ("What they get" if sharing else "What was thought of", [one["text"] for one in included]),
        ("What is withheld, and why", [f"{one['text']}: {one['withheld_reason']}" for one in withheld]),
        ("Look at it again on", display.moment(row["review_on"])),
    )


def _given(said: Said, name: str) -> list[str]:
    value = said.get(name)
    return [str(value)] if isinstance(value, str) and rules.given(value) else []


def _coded(name: str, code: str) -> list[str]:
    return [lists.label(name, code)] if code else []


def _less_safe(said: Said) -> list[str]:
    return [*_coded("less_safe", said.get("less_safe") or ""), *_given(said, "mitigation")]


def _receiver(one: Said) -> str:
    agency = one["agency_name"] or lists.label("agency", one["agency"] or "")
    who = ", ".join(text for text in (one["name"], one["role"], agency) if text)
    return f"{who}: {one['why']}" if one["why"] else who
