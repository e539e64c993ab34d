"""A draft that follows a recorded decision: prefilled with everything that the decision says."""

from collections.abc import Collection, Mapping
from typing import Any

from cases.models import Case
from sharing import agreements, emergency, journey, lists
from sharing.answers import Answers

CORRECTION, REVIEW, DIRECTED = "correction", "review", "directed"
WRONG = "what_is_wrong"
"""The answer that says why there is a decision after the decision."""

_NOT_ANSWERS = frozenset(
    {"reference", "decision", "judged_at", "people", "organisation", "findings", "guidance", "lists", "row"}
    | {"recipients", "items", "information_count", "advice", WRONG, emergency.KEY}
    | agreements.RECORDED
    | {"risk_level", "marac_criteria", "marac_referred_on", "concern_identified_at"}
)
_OF_ITEM = ("recipients", "why", "relevant", "enough", "include", "withheld_reason", "third_party_effect")
_DECIDED_ANEW = frozenset({"decided_at", "review_on", "already_sent", "sent_at", "sent_how", "sent_what"})
"""What a correction keeps as it was, and a new decision at a review asks again: nothing of it is sent yet."""
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def answers_from(said: Mapping[str, Any], case: Case, *, anew: bool = False) -> tuple[Answers, int]:
    """The answers of a draft as a recorded decision gave them, and how many things the case no longer holds.

    Those (information, people) are left out. What the case knows itself is not an answer and not among them.

    Args:
        said: the opened content of the decision's entry.
        anew: whether it is decided anew, so that when it was decided and when to look at it is asked again.
    """
    held = {str(one) for one in case.information.values_list("id", flat=True)}
    people = {str(one) for one in case.people.values_list("id", flat=True)}
    answers = {
        name: value
        for name, value in said.items()
        if name not in _NOT_ANSWERS and value not in _EMPTY and not (anew and name in _DECIDED_ANEW)
    }
    items = [one for one in said.get("items", ()) if one["key"] in held]
    gone = len(said.get("items", ())) - len(items)
    if "affected" in answers:
        answers["affected"] = [one for one in answers["affected"] if one in people]
        gone += len(said["affected"]) - len(answers["affected"])
    answers["recipients"] = [_recipient(one) for one in said.get("recipients", ())]
    answers["items"] = [_item(one) for one in items]
    if not anew:
        answers["points"] = {one["code"]: one["answer"] for one in said.get("findings", ()) if one["answer"]}
    return {**answers, "pages": _filled_in(answers)}, gone


def _recipient(said: Mapping[str, Any]) -> Answers:
    kept = {name: value for name, value in said.items() if value not in _EMPTY}
    if said.get("agency") not in lists.codes("unlisted_agency"):
        kept.pop("agency_name", None)
    return kept


def _item(said: Mapping[str, Any]) -> Answers:
    kept = {name: said[name] for name in _OF_ITEM if said.get(name) not in _EMPTY}
    return {"information": said["key"], **kept}


def _filled_in(answers: Mapping[str, Any]) -> dict[str, bool]:
    """The pages that the decision has answers of; they count as saved."""
    return {step.slug: True for step in journey.STEPS if _any(answers, _asked(step))}


def _asked(step: journey.Step) -> Collection[str]:
    return {step.slug} if step.slug in journey.LISTED else set(step.form.base_fields)


def _any(answers: Mapping[str, Any], names: Collection[str]) -> bool:
    return any(answers.get(name) not in _EMPTY for name in names)
