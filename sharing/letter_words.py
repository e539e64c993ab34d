"""What a letter says before anybody has changed it: the words of its kind, filled in from the record.

The words are versioned files (`guidance/letters`); a letter's entry names the versions that it was made from.
Everything that has words comes from opened entries; the caller has entered that it was looked at.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from cases import staff
from cases.models import Case, Organisation, User
from sharing import asked, display, identity, letter_paper, lists, projection, requests, words
from sharing.models import Asked, Decision, Request
from sharing.rules import leaks, letters
from sharing.rules import requests as states
from sharing.rules.letters import DECLINES, KINDS, L1, L5, Kind
from sharing.rules.requests import blanket_refusal
from sharing.rules.terms import local
from sharing.rules.texts import plain

NO_NAME = "The housing service"
"""The letterhead of an organisation that has not said its name yet."""
_GAP = re.compile(r"\{(\w+)\}")
_HISTORY: Mapping[str, tuple[str, str]] = {
    "send": ("sent_at", "we asked in writing"),
    "chase": ("", "we asked again"),
    "answer_part": ("received_on", "part of it came"),
    "refuse": ("happened_at", "it was refused; the reason given was {refusal}"),
    "refuse_again": ("happened_at", "it was refused again; the reason given was {refusal}"),
    "ask_reasons": ("sent_at", "we asked for the reasons in writing"),
    "escalate_senior": ("sent_at", "our senior manager wrote to theirs"),
}
"""The steps that a letter tells of: the field of their entry that says when, and the words."""


class NotDue(Exception):  # noqa: N818 - it is what happened, not a fault
    """There is nothing that such a letter could be about now."""


@dataclass(frozen=True)
class Ground:
    """What a letter rests on.

    `revealed`: what the decision includes for whom it goes to, as it was recorded; `reference`: ours of the
    request; `reply_by`: aware, None where no reply is needed; `templates`: each as "id version sha256".
    """

    kind: Kind
    case: Case
    organisation: str
    reference: str
    urgency: str
    revealed: str
    name: str
    role: str
    agency: str
    reply_by: datetime | None
    signed: str
    body: str
    templates: list[str]


def organisation_name(organisation: Organisation) -> str:
    """What stands at the head of a letter."""
    return organisation.name or NO_NAME


Values = Mapping[str, Any]


def ground(about: Request | Asked, kind: str, by: User) -> Ground:
    """What a letter of this kind about a request of ours, or about one made to us, rests on.

    Raises:
        NotDue: no such letter can be about it now.
    """
    if isinstance(about, Request):
        return _of_request(about, kind, by)
    return _of_asked(about, kind, by)


def excess(ground: Ground, values: Values) -> list[leaks.Leak]:
    """The identity in a letter that goes beyond what the decision lets the asking reveal, in its body first.

    Args:
        values: as `prepare_letter` takes them; places in the body are places in `values["body"]`.
    """
    known = identity.known_of(ground.case)
    text = "\n".join(values.get(name) or "" for name in ("body", "name", "role", "agency", "signed"))
    # By its reference both sides know what it is about.
    revealed = f"{ground.revealed}\n{ground.reference}"
    return letters.excess(text, leaks.find(text, known), revealed, leaks.find(revealed, known))


def parts(ground: Ground, values: Values) -> letter_paper.Parts:
    """What the letter is made of."""
    reply_by = values.get("reply_by") if ground.kind.replies else None
    return letter_paper.Parts(
        organisation=ground.organisation,
        subject=letters.subject(ground.reference, urgency=ground.urgency, reply_by=reply_by),
        reference=ground.reference,
        dated=timezone.localdate(),
        reply_by=reply_by,
        **{name: values.get(name) or "" for name in ("name", "role", "agency", "signed", "body")},
    )


def require_due(about: Request | Asked, kind: str) -> None:
    """Refuse a letter that has nothing to be about: asked again under the lock.

    Raises:
        NotDue: otherwise.
    """
    if isinstance(about, Asked):
        if kind != L5 or answering(about) is None:
            raise NotDue
    elif not _due(about, kind, requests.newest_step(about).state):
        raise NotDue


def _due(request: Request, kind: str, state: str) -> list[states.Act]:
    """What goes with such a letter now: none where it would ask first under a decision that is replaced."""
    return _acts(kind, state) if kind != L1 or requests.may_go(request) else []


def _acts(kind: str, state: str) -> list[states.Act]:
    return [act for act in states.acts_in(state) if act.letter == kind]


def letters_in(state: str) -> list[Kind]:
    """The letters that a request in this state can be written about."""
    return [KINDS[act.letter] for act in states.acts_in(state) if act.letter]


# --- about a request of ours ----------------------------------------------------------------------


def _of_request(request: Request, kind: str, by: User) -> Ground:
    told = requests.read(request)
    acts = _due(request, kind, told.state)
    if not acts:
        raise NotDue
    organisation, found = Organisation.current(), KINDS[kind]
    decided = projection.said_of(request.decision)
    revealed = _included(decided, request.recipient)
    values = _values(told, organisation_name(organisation), revealed)
    body, templates = _filled(f"letter.{kind}", values, _within(told.refusal))
    return Ground(
        kind=found,
        case=request.case,
        organisation=organisation_name(organisation),
        reference=request.reference,
        urgency=request.urgency,
        revealed="\n".join(revealed) if found.names else "",
        name=told.said.get("recipient_name", "") if found.names else "",
        role=_job(decided, request.recipient) if found.names else "",
        agency=told.said.get("agency_name", "") if kind != "L4" else "",
        reply_by=_reply_by(told, acts[0], organisation),
        signed=_signature(by) if found.names else "",
        body=body,
        templates=templates,
    )


def _values(told: requests.Told, organisation: str, revealed: list[str]) -> dict[str, str]:
    """What fills the gaps of a letter about a request; an empty value leaves its paragraph out."""
    said, refused = told.said, told.refused
    steps = {one.row.act: one for one in told.steps}
    what = [
        f"{_sentence(one['text'])} We need it because: {_sentence(one['why'])}"
        if one.get("why")
        else one["text"]
        for one in said.get("what", ())
    ]
    values = {name: said.get(name, "") for name in ("need", "purpose", "who_sees")}
    return values | {
        "agency": said.get("agency_name") or "your agency",
        "organisation": organisation,
        "reference": told.request.reference,
        "about": _points(revealed),
        "what": _points(what),
        "sent_on": _when(steps["send"], "sent_at") if "send" in steps else "",
        "refused_on": _when(refused, "happened_at") if refused else "",
        "refusal": _refusal(told.refusal),
        "history": _points(_history(told.steps)),
    }


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _points(lines: Iterable[str]) -> str:
    """Lines as the points of a list; each stays one."""
    return "\n".join(f"- {' '.join(line.split())}" for line in lines if line.strip())


def _when(step: requests.Step, name: str) -> str:
    """The day of a step: as it was said, else when it was recorded."""
    said = step.said.get(name)
    at = datetime.fromisoformat(said) if said else step.row.recorded_at
    return _day(at)


def _day(at: datetime) -> str:
    day = local(at)
    return f"{day.day} {day:%B %Y}"


def _refusal(code: str) -> str:
    row = lists.row("refusal_reason", code)
    return str(row.marks["in_letters"]) if row else ""


def _within(refusal: str) -> dict[str, str]:
    """The texts that stand in the gaps of a letter about a request: what we say to the reason, and more."""
    name = "not-theirs" if refusal == "not_theirs" else "blanket" if blanket_refusal(refusal) else "specific"
    return {"together": "letter.together"} | ({"answer": f"letter.{name}"} if refusal else {"answer": ""})


def _history(steps: Iterable[requests.Step]) -> Iterable[str]:
    for step in steps:
        if step.row.act in _HISTORY:
            name, what = _HISTORY[step.row.act]
            yield f"{_when(step, name)}: {what.format(refusal=_refusal(step.row.refusal))}"


def _reply_by(told: requests.Told, act: states.Act, organisation: Organisation) -> datetime | None:
    """When we propose that they reply: as the request says, later when the state's clock would ring.

    What ends with a day is asked for by the end of that day's work.
    """
    now = timezone.now()
    if act.letter == L1:
        stored = told.said.get("reply_by")
        return datetime.fromisoformat(stored) if stored else told.request.reply_by
    rings = states.rings_at(
        act.after(told.state),
        told.request.urgency,
        now=now,
        reply_by=None,
        timers=requests.timers(organisation, now),
    )
    if rings is None:
        return None
    if states.urgent(told.request.urgency):
        # To a quarter of an hour: nobody asks for a reply by 12:59pm.
        return rings.replace(minute=rings.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)
    until = organisation.working_until
    return local(rings).replace(hour=until.hour, minute=until.minute, second=0)


def _signature(user: User) -> str:
    return f"{user.name}, {user.get_role_display().lower()}"


def _job(decided: Mapping[str, Any], recipient: str) -> str:
    roles = (one.get("role") for one in decided.get("recipients", ()) if one["key"] == recipient)
    return str(next(roles, "") or "")


def _included(decided: Mapping[str, Any], recipient: str) -> list[str]:
    """What a decision includes for a recipient, each with what kind of information it is."""
    return [
        _told(one) for one in decided.get("items", ()) if one["include"] and recipient in one["recipients"]
    ]


def _told(item: Mapping[str, Any]) -> str:
    """An item with what keeps it accurate: fact or opinion, its day, whether it is old (golden rule 6)."""
    kind = lists.label("nature", item.get("nature") or "").lower()
    dated = item.get("dated") or ""
    day = "date not known" if dated == "not known" else display.moment(dated)
    marks = [one for one in (kind, day, "historical" if item.get("historical") else "") if one]
    return f"{item['text']} ({', '.join(marks)})" if marks else str(item["text"])


# --- about a request made to us -------------------------------------------------------------------


def answering(row: Asked) -> Decision | None:
    """The decision that answers a request made to us and declines it, wholly or in part; None: there is none.

    A decision that another one follows does not count: the other one does, where it declines.
    """
    newest = asked.states([row])[row.id].decision
    while newest and (follower := newest.followed_by.first()):
        newest = follower
    return newest if newest and newest.outcome in DECLINES else None


def _of_asked(row: Asked, kind: str, by: User) -> Ground:
    decision = answering(row)
    if kind != L5 or decision is None:
        raise NotDue
    organisation, (said, _) = Organisation.current(), asked.said_of(row)
    decided = projection.said_of(decision)
    shared = _shared_with(row, said, decided) if decision.outcome == "share_part" else []
    within = {"shared": "letter.instead" if shared else "letter.nothing-instead"}
    body, templates = _filled("letter.L5", _declined(row, decision, decided, shared), within)
    return Ground(
        kind=KINDS[kind],
        case=row.case,
        organisation=organisation_name(organisation),
        reference=row.reference,
        urgency="",
        revealed="\n".join(shared),
        name=said.get("requester_name") or "",
        role=said.get("requester_job") or "",
        agency=said.get("agency_name") or "",
        reply_by=None,
        signed=_signature(by),
        body=body,
        templates=templates,
    )


def _plainly(name: str) -> str:
    return "".join(char for char in plain(name) if char.isalnum())


def _shared_with(row: Asked, said: Values, decided: Values) -> list[str]:
    """What a decision shares with whoever asked; what it includes for others alone is not theirs to read."""
    asker = _plainly(said.get("requester_name") or "")
    keys = [
        one["key"]
        for one in decided.get("recipients", ())
        if one["agency"] == row.agency and _plainly(one["name"]) == asker
    ]
    return [text for key in keys[:1] for text in _included(decided, key)]


def _declined(
    row: Asked, decision: Decision, decided: Mapping[str, Any], shared: list[str]
) -> dict[str, str]:
    """What fills the gaps of the letter in which we decline."""
    return {
        "received_on": _day(row.received_at),
        "reference": row.reference,
        "outcome": "to share part of it" if shared else "not to share it",
        "reason": decided.get("reason_text", ""),
        "items": _points(shared),
        "decided_on": _day(decision.decided_at),
        "decided_by": decision.by.name,
        "escalate": _escalate(row.case),
    }


def _escalate(case: Case) -> str:
    """Whom the other agency can turn to."""
    manager = staff.managers(case).order_by("name").first()
    return f"{manager.name}, who manages {case.team.name}" if manager else f"the manager of {case.team.name}"


# --- words and gaps -------------------------------------------------------------------------------


def _filled(word_id: str, values: Mapping[str, str], within: Mapping[str, str]) -> tuple[str, list[str]]:
    """A text with its gaps filled, and which words it was made from, each as "id version sha256".

    A paragraph whose gap has nothing to fill it is left out.

    Args:
        within: the texts that stand in a gap of their own, by the gap; "": none does.
    """
    found = words.words(word_id)
    made = [f"{found.id} {found.version} {found.sha256}"]
    kept = []
    for part in found.body.split("\n\n"):
        inner = {gap: within[gap] for gap in _GAP.findall(part) if gap in within}
        filled = {gap: _filled(one, values, {}) if one else ("", []) for gap, one in inner.items()}
        texts = dict(values) | {gap: text for gap, (text, _) in filled.items()}
        if all(texts[gap].strip() for gap in _GAP.findall(part)):
            kept.append(_put(part, texts))
            made += [name for _, names in filled.values() for name in names]
    return "\n\n".join(kept), made


def _put(part: str, texts: Mapping[str, str]) -> str:
    """In one go, so that a gap in what somebody typed stays what they typed."""
    return _GAP.sub(lambda gap: texts[gap[1]].strip(), part)
