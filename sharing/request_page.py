"""What the page of a request shows: its state, its words, every step, and what can be done with it next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from cases.models import InformationItem, Organisation, User
from sharing import display, due, letters, lists, projection, requests
from sharing.forms.requests import MOST
from sharing.models import Decision, Letter, Request
from sharing.rules import requests as rules
from sharing.rules import terms
from sharing.rules.letters import KINDS

__all__ = ["MOST", "Page", "heading", "prefilled", "recipient_of", "state_tag", "suggestion"]

COLOURS = {
    rules.DRAFT: "blue",
    rules.SENT: "turquoise",
    rules.CHASED: "turquoise",
    rules.ANSWERED: "green",
    rules.PART: "yellow",
    rules.REFUSED: "red",
    rules.REASONS: "orange",
    rules.SENIOR: "orange",
    rules.STRATEGIC: "orange",
    rules.CLOSED: "grey",
}
NEXT: Mapping[str, str] = {
    rules.DRAFT: "Prepare the letter, read it through, and send it in the way that was decided.",
    rules.SENT: "Wait for their reply until then. If none has come, chase them.",
    rules.CHASED: "If no reply comes by then, chase them again, or record what they say.",
    rules.ANSWERED: "All of it came. Check that you can use it, then close the request.",
    rules.PART: "Part of it came. Ask in writing why the rest did not, or close the request if it is enough.",
    rules.REASONS: "We asked for their reasons in writing. If none come, or only a general policy again, "
    "escalate to their senior manager.",
    rules.SENIOR: "It is with their senior manager. If that does not settle it, "
    "escalate to the strategic group.",
    rules.STRATEGIC: "It is with the strategic group. Record what comes of it.",
    rules.CLOSED: "Nothing more is to be done.",
}
BLANKET = "They refused: {reason}. That is not enough on its own. Ask for their reasons in writing."
REPLACED = (
    "Another decision is in the place of the one that allows to ask. Do not send this request: write one "
    "under the new decision, if that allows it."
)
SPECIFIC = (
    "They gave a reason about this case. If it holds, a manager can accept it and close the request. "
    "If it does not, ask for their reasons in writing or escalate."
)


def heading(told: requests.Told) -> str:
    """The title of the request's page; an agency's name is nobody's."""
    return f"Request to {told.said.get('agency_name') or 'another agency'}"


def state_tag(state: str) -> tuple[str, str]:
    """The words of a state's tag and their colour."""
    return rules.STATES[state], COLOURS[state]


def suggestion(state: str, refusal: str) -> str:
    """What to do next, in words.

    Args:
        refusal: how the newest refusal was classified: a code of the list `refusal_reason`, or "".
    """
    if state == rules.REFUSED and not rules.blanket_refusal(refusal):
        return SPECIFIC
    if state == rules.REFUSED:
        return BLANKET.format(reason=_lower(lists.label("refusal_reason", refusal)))
    return NEXT[state]


def _lower(words: str) -> str:
    """Words within a sentence."""
    return words[:1].lower() + words[1:]


# --- writing one ----------------------------------------------------------------------------------


def recipient_of(decision: Decision, said: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """What a decision says of a recipient; nothing where nobody may be asked under it.

    Raises:
        Http404: it names no such recipient.
    """
    found = next((one for one in said.get("recipients", ()) if one["key"] == key), None)
    if found is None:
        raise Http404
    allowed = rules.may_ask(decision.started, decision.outcome, followed=decision.followed_by.exists())
    return found if allowed else {}


def offers(decision: Decision, said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The recipients whom a decision allows to ask, each with its request or where to write one."""
    if not rules.may_ask(decision.started, decision.outcome, followed=False):
        return []
    written = {one.recipient: one for one in requests.standing(Request.objects.filter(decision=decision))}
    followed = decision.followed_by.exists()
    people = [one for one in said.get("recipients", ()) if one["key"] in written or not followed]
    agencies = [one.get("agency_name") or one["name"] for one in people]
    return [
        {
            "name": one["name"],
            "agency": agency,
            "several": agencies.count(agency) > 1,
            "request": (found := written.get(one["key"])),
            "tag": state_tag(found.state) if found else None,
            "href": reverse("request_new", args=[decision.reference, one["key"]]),
        }
        for one, agency in zip(people, agencies, strict=True)
    ]


WHO_SEES = "Those who work on this case, and their manager. It is kept in the case record."


def prefilled(
    decision: Decision,
    said: Mapping[str, Any],
    asked: Mapping[str, Any],
    organisation: Organisation,
    now: datetime,
) -> dict[str, Any]:
    """What a request starts with: what the decision says of why, what for and how soon."""
    aims = "; ".join(_lower(lists.label("aims", code)) for code in said.get("aims", ()) if code != "other")
    purpose = ". ".join(filter(None, [aims[:1].upper() + aims[1:], said.get("aim_text", "")]))
    return {
        "need": asked.get("why", ""),
        "purpose": purpose[:300],
        "who_sees": WHO_SEES,
        "reply_by": reply_by(decision.urgency, said.get("decide_by"), organisation, now),
    }


def reply_by(urgency: str, decide_by: str | None, organisation: Organisation, now: datetime) -> datetime:
    """By when a reply is asked for, from how soon it is needed: in hours, or at the end of a working day.

    Args:
        decide_by: the ISO day that the decision names, where it names one.
    """
    timers = requests.timers(organisation, now)
    if rules.urgent(urgency):
        return (now + timedelta(hours=timers.hours)).replace(second=0, microsecond=0)
    day = terms.working_days_after(terms.day_of(now), timers.days, timers.closed)
    if decide_by and (named := datetime.fromisoformat(decide_by).date()) > terms.day_of(now):
        day = named
    return timezone.make_aware(datetime.combine(day, organisation.working_until))


def method_of(row: Request) -> str:
    """How the decision says that this recipient is reached: a code of the list `method`, or ""."""
    said = projection.said_of(row.decision)
    found = (one.get("method") for one in said.get("recipients", ()) if one["key"] == row.recipient)
    return next(found, "") or ""


# --- reading one ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """Something that can be done now: words, address; `first`: it is what is suggested."""

    words: str
    href: str
    first: bool


class Page:
    """Everything that the page of a request shows; drawn inside its entry."""

    def __init__(self, row: Request, user: User) -> None:
        self.row, self.user, self.now = row, user, timezone.now()
        self.told = requests.read(row)

    @property
    def tags(self) -> list[tuple[str, str]]:
        """The state, and whether its clock has rung."""
        late = self.told.newest.due_at and self.told.newest.due_at < self.now
        return [state_tag(self.told.state), *([("Overdue", "red")] if late else [])]

    @property
    def due(self) -> str:
        """When to look at it again."""
        return shown(self.told.newest.due_at)

    @property
    def suggestion(self) -> str:
        """What to do next."""
        if not self.may_go:
            return REPLACED
        return suggestion(self.told.state, self.told.refusal)

    @cached_property
    def may_go(self) -> bool:
        """Whether it has gone, or still may go."""
        return self.told.state != rules.DRAFT or requests.may_go(self.row)

    @property
    def not_enough(self) -> bool:
        """Whether the newest refusal is one that ends nothing."""
        blanket = bool(self.told.refusal) and rules.blanket_refusal(self.told.refusal)
        return blanket and self.told.state in rules.MISSING

    @property
    def acts(self) -> list[Act]:
        """What can be done now by this user, the suggested first."""
        first = rules.suggested(self.told.state, self.told.refusal) if self.may_go else "discard"
        closes = bool(requests.endings(self.row, self.user))
        offered = [one for one in rules.acts_in(self.told.state) if one.code != "close" or closes]
        offered = [one for one in offered if self.may_go or one.code == "discard"]
        acts = [Act(*self._address(one), first=one.code == first) for one in offered]
        return sorted(acts, key=lambda act: not act.first)

    def _address(self, act: rules.Act) -> tuple[str, str]:
        """The words and the address of an act: the letter comes before what it does."""
        to_record = reverse("request_act", args=[self.row.reference, act.code.replace("_", "-")])
        if not act.letter:
            return act.words, to_record
        newest = next((one for one in reversed(self.letters) if one["row"].kind == act.letter), None)
        stands = newest["stands"] if newest else ""
        if stands in (letters.PREPARED, letters.CLEARED):
            return f"{act.words}: record that it was sent", to_record
        if newest and stands in _WITH_A_MANAGER:
            words = f"{act.words}: {_WITH_A_MANAGER[stands]}"
            return words, reverse("letter", args=[newest["row"].reference])
        words = f"{act.words}: prepare the letter"
        return words, reverse("letter_new", args=[self.row.reference, act.letter])

    @property
    def asked(self) -> list[dict[str, Any]]:
        """What was asked, as questions and answers."""
        said = self.told.said
        what = [f"{one['text']}\nNo more than this, because: {one['why']}" for one in said.get("what", ())]
        return _rows(
            ("Agency", said.get("agency_name")),
            ("Who is asked", said.get("recipient_name")),
            ("Why we need it", said.get("need")),
            ("What we will do with it", said.get("purpose")),
            ("What we ask for", what),
            ("Who will see it", said.get("who_sees")),
            ("Reply by", display.moment(said.get("reply_by"))),
            ("Written", f"{shown(self.row.recorded_at)}, by {self.row.by.name}"),
        )

    @cached_property
    def letters(self) -> list[dict[str, Any]]:
        """The letters of the request with where each stands, oldest first."""
        found = letters.told().filter(request=self.row).order_by("recorded_at", "id")
        return [_letter(one) for one in found]

    @property
    def untold(self) -> bool:
        """Whether it is still to be recorded what the letter told them of what was decided."""
        gone = self.told.state not in (rules.DRAFT, rules.CLOSED)
        return gone and any(who == self.row.recipient for who, _ in due.left_to_send(self.row.decision))

    @property
    def came(self) -> list[InformationItem]:
        """The information that came, as the case holds it now."""
        return list(self.row.case.information.filter(answers=self.row.id))

    @property
    def days(self) -> list[dict[str, Any]]:
        """Every step, newest first, by day, as templates/partials/timeline.html draws it."""
        steps = [(timezone.localtime(one.row.recorded_at), one) for one in reversed(self.told.steps)]
        return [
            {"day": day, "events": [_event(at, one) for at, one in of_day]}
            for day, of_day in groupby(steps, key=lambda pair: pair[0].date())
        ]

    @property
    def problems(self) -> list[str]:
        """What of the request's record is not what was recorded."""
        return [one for one in [self.told.problem, *(step.problem for step in self.told.steps)] if one]


def shown(at: datetime | None) -> str:
    """A moment as people say it; empty for None."""
    return display.moment(at.isoformat()) if at else ""


def _rows(*pairs: tuple[str, Any]) -> list[dict[str, Any]]:
    return [{"question": asked, "answer": answer, "change": ""} for asked, answer in pairs if answer]


def _letter(letter: Letter) -> dict[str, Any]:
    stands = letters.standing(letter)
    words, colour = letters.STANDINGS[stands]
    title = KINDS[letter.kind].title
    return {"row": letter, "title": title, "words": words, "colour": colour, "stands": stands}


_WITH_A_MANAGER = {
    letters.WAITING: "the letter waits for a manager",
    letters.RETURNED: "the manager sent the letter back",
}


_SAID = (
    ("words", "They said: “{}”"),
    ("spoken_with", "Spoke or wrote to {}"),
    ("sent_to", "Went to {}"),
    ("missing", "Still missing: {}"),
    ("reason", "{}"),
)


def _event(at: datetime, step: requests.Step) -> dict[str, Any]:
    return {"title": _title(step), "at": at, "by": step.row.by.name, "lines": _lines(step)}


DONE: Mapping[str, str] = {
    "write": "Request written",
    "change": "Request changed",
    "send": "Request sent",
    "chase": "Chased",
    "answer": "All of it came",
    "answer_part": "Part of it came",
    "refuse": "They refused",
    "refuse_again": "They refused again",
    "ask_reasons": "Reasons asked for in writing",
    "escalate_senior": "Escalated to their senior manager",
    "escalate_strategic": "Escalated to the strategic group",
    "close": "Closed",
    "discard": "Not sent after all",
}


def _title(step: requests.Step) -> str:
    return DONE.get(step.row.act, step.row.act)


def _lines(step: requests.Step) -> list[str]:
    """What was said of a step, line by line."""
    row, said = step.row, step.said
    lines = [lists.label("refusal_reason", row.refusal)] if row.refusal else []
    if row.refusal and rules.blanket_refusal(row.refusal):
        lines.append("Not enough on its own")
    lines += [lists.label("request_ending", row.ending)] if row.ending else []
    lines += [words.format(said[name]) for name, words in _SAID if said.get(name)]
    lines += [lists.label("refusal_given", said["given"])] if said.get("given") else []
    lines += [lists.label("method", said["method"])] if said.get("method") else []
    lines += [f"Letter {said['letter']}"] if said.get("letter") else []
    when = said.get("happened_at") or said.get("sent_at") or said.get("received_on")
    lines += [f"On {display.moment(when)}"] if when else []
    lines += [f"{len(row.items)} piece{'s' * (len(row.items) > 1)} of information"] if row.items else []
    if row.act in ("chase", *_ASKING) and said.get("reply_by"):
        lines.append(f"Reply by {display.moment(said['reply_by'])}")
    return lines


_ASKING: Sequence[str] = tuple(act.code for act in rules.ACTS.values() if act.letter)
