"""Everything that a case's ledger tells, in the order in which it happened: for a death review's chronology.

Read from the opened entries alone, never from the case as it is today. Looks at the case are not part of the
story; who looked is counted beside it (`cases.timeline.lookers`). The caller has entered that it was read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.utils import timezone

from audit import chain, ledger
from audit.models import Entry
from cases import events as kinds
from cases.fields import ALTERED, Altered
from cases.kinds import FIELDS, field_label, shown
from cases.models import Case, User
from cases.timeline import SAW, SOMEBODY
from sharing import display, lists
from sharing.rules import gaps
from sharing.rules.terms import LONDON

Said = Mapping[str, Any]
Rows = list[tuple[str, str]]
OURS = "Ourselves"
DESTROYED = "The words of this entry were destroyed under the retention schedule"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, and where it is proved: `seq` in the case's chain, `receipt` of its entry.

    `at`: when it happened, local; `dated`: people gave that day or time themselves. `agencies`: those that
    took part beside ourselves. `rows`: what is recorded of it, each with its label.
    """

    seq: int
    receipt: str
    kind: str
    group: str
    title: str
    at: datetime
    whole_day: bool
    dated: bool
    recorded_at: datetime
    by: str
    agencies: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    decides: bool = False
    high: bool = False
    said: Said = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Story:
    """The events of a case, oldest first, what is missing between them, and who took part."""

    events: list[Event]
    gaps: list[gaps.Gap]
    agencies: list[str]


def read(case: Case, *, until: datetime) -> Story:
    """The story of a case up to a moment. As many queries for many entries as for few."""
    saw = [name for name, kind in kinds.KINDS.items() if kind.group == SAW]
    entries = [one for one in ledger.history(case.id).exclude(kind__in=saw) if one.recorded_at <= until]
    names = dict(User.objects.filter(id__in={one.actor for one in entries}).values_list("id", "name"))
    told = sorted((_event(one, names) for one in entries), key=lambda one: (one.at, one.seq))
    happened = [
        gaps.Happened(
            one.at, one.recorded_at, one.title, one.dated, one.decides, one.high, _TURNS.get(one.kind)
        )
        for one in told
    ]
    taking_part = sorted({name for one in told for name in one.agencies}, key=str.casefold)
    return Story(told, gaps.find(happened, until=until), taking_part)


_TURNS: Mapping[str, bool] = {"case.closed": True, "case.closed_as_duplicate": True, "case.reopened": False}
"""The kinds that close a case, and the one that opens it again."""


def _event(entry: Entry, names: Mapping[UUID, str]) -> Event:
    kind = kinds.KINDS.get(entry.kind) or kinds.Kind("changed", entry.kind.replace(".", " ").capitalize())
    said, rows = _opened(entry, kind)
    at, whole_day, dated = _when(entry, said)
    level = said.get("assessment", {}) if entry.kind == "risk.assessed" else {}
    return Event(
        seq=entry.seq,
        receipt=chain.receipt_code(bytes(entry.hash)),
        kind=entry.kind,
        group=kind.group,
        title=kind.title,
        at=timezone.localtime(at, LONDON),
        whole_day=whole_day,
        dated=dated,
        recorded_at=timezone.localtime(entry.recorded_at, LONDON),
        by=names.get(entry.actor, SOMEBODY),
        agencies=tuple(dict.fromkeys(_agencies(entry.kind, said))),
        rows=tuple(rows),
        decides=entry.kind == "decision.recorded",
        high=level.get("level") == "high" or bool(level.get("criteria")),
        said=said,
    )


def _opened(entry: Entry, kind: kinds.Kind) -> tuple[Said, Rows]:
    """The content of an entry and what is told of it; both say so where it does not open."""
    try:
        said = kinds.content_of(entry)
    except Altered:
        return {}, [("", ALTERED)]
    if not said:
        return {}, [("", DESTROYED)]
    tell = _TELL.get(entry.kind)
    rows = tell(said) if tell else [("", kind.detail(said))]
    return said, [(label, text) for label, text in rows if text]


# --- when it happened -----------------------------------------------------------------------------

_DAYS: Mapping[str, tuple[str, str]] = {
    "concern.added": ("concern", "happened_on"),
    "risk.assessed": ("assessment", "assessed_on"),
    "consent.logged": ("consent", "happened_on"),
    "information.added": ("information", "received_on"),
}
"""The kinds whose day stands in their content: the part of it, and its field."""


def _when(entry: Entry, said: Said) -> tuple[datetime, bool, bool]:
    """When it happened, whether only the day is known, and whether somebody gave it."""
    part, name = _DAYS.get(entry.kind, ("", ""))
    day = said.get(part, {}).get(name) if part else None
    if day:
        return datetime.combine(date.fromisoformat(day), time.min, LONDON), True, True
    return entry.occurred_at, False, entry.occurred_at != entry.recorded_at and entry.kind in _TIMED


_TIMED = frozenset({"decision.recorded", "disclosure.recorded", "disclosure.wrong_recipient", "asked.logged"})
"""The kinds whose entry happened at a time that people gave."""


# --- what is told -----------------------------------------------------------------------------------


def _listed(name: str, codes: Sequence[str]) -> str:
    return "; ".join(lists.label(name, code) for code in codes)


def _decision(said: Said) -> Rows:
    names = {one["key"]: one["name"] for one in said.get("recipients", ())}
    given = [one for one in said.get("items", ()) if one["include"]]
    held = [one for one in said.get("items", ()) if not one["include"]]
    return [
        ("Decision", f"{said['reference']}: {lists.label('outcome', said.get('outcome') or '')}"),
        ("Risk then", lists.label("risk_level", said.get("risk_level") or "")),
        ("MARAC criteria met", _listed("marac_criteria", said.get("marac_criteria", ()))),
        ("Lawful basis", lists.label("basis", said.get("basis") or "")),
        ("Consent", lists.label("consent", said.get("consent") or "")),
        ("What they want", lists.label("wishes", said.get("wishes") or "")),
        ("Do they know", lists.label("informed", said.get("informed") or "")),
        ("To whom", "; ".join(_whom(one) for one in said.get("recipients", ()))),
        *((f"Shared item {n}", _item(one, names)) for n, one in enumerate(given, 1)),
        *((f"Withheld item {n}", _withheld(one)) for n, one in enumerate(held, 1)),
        ("Reasons", _listed("reasons", said.get("reasons", ()))),
        ("In their words", said.get("reason_text") or ""),
        ("What could happen if we did not share", said.get("harm_if_not") or ""),
        ("What we do instead", said.get("instead") or ""),
        *((row["question"], _flat(row["answer"])) for row in display.emergency_rows(said)),
        ("In spite of", "; ".join(one["title"] for one in display.findings(said, "stop"))),
        ("Points", "; ".join(_point(one) for one in display.findings(said, "point"))),
        ("To be looked at again on", display.moment(said.get("review_on"))),
    ]


def _flat(answer: str | list[str]) -> str:
    return answer if isinstance(answer, str) else "; ".join(answer)


def _whom(one: Said) -> str:
    return ", ".join(filter(None, [one["name"], one["role"], one["agency_name"]]))


def _item(one: Said, names: Mapping[str, str]) -> str:
    to = ", ".join(names[key] for key in one["recipients"] if key in names)
    return " – ".join(filter(None, [one["text"], f"to {to}" if to else "", one["why"]]))


def _withheld(one: Said) -> str:
    return " – ".join(filter(None, [one["text"], one["withheld_reason"]]))


def _point(one: Said) -> str:
    return ": ".join(filter(None, [one["title"], one["answer"]]))


def _sent(said: Said) -> Rows:
    gone = [(f"Sent to {one['recipient']}", "; ".join(one["items"])) for one in said.get("sent", ())]
    row = said.get("row", {})
    return [
        ("Decision", said["reference"]),
        *gone,
        ("Also sent to", said.get("other_recipient", "")),
        ("Also sent", said.get("other_item", "")),
        ("How", lists.label("method", row.get("method", ""))),
        ("By", said.get("sent_by", "")),
        ("Nothing more is sent", "Yes" if row.get("complete") else "No"),
        ("Differs from the decision", _listed("sent_differs", said.get("differs", ()))),
        ("Why", said.get("reason", "")),
    ]


def _request(said: Said) -> Rows:
    row = said.get("row", {})
    what = "; ".join(one["text"] for one in said.get("what", ()))
    return [
        (
            "Request",
            ", ".join(filter(None, [said["request"], said.get("agency_name"), said.get("recipient_name")])),
        ),
        ("Asked for", what),
        ("What for", said.get("purpose", "")),
        ("Why they refused", lists.label("refusal_reason", row.get("refusal", ""))),
        ("Their words", said.get("words", "")),
        ("What is missing", said.get("missing", "")),
        ("Why it ended", lists.label("request_ending", row.get("ending", ""))),
        ("Why", said.get("reason") or ""),
        ("Reply by", display.moment(said.get("reply_by"))),
    ]


def _part(name: str) -> Callable[[Said], Rows]:
    """What is told of an entry that holds one part with fields of its own: each with its label."""

    def tell(said: Said) -> Rows:
        part = said.get(name, {})
        return [(field_label(one), _value(one, value)) for one, value in part.items() if _told(one, value)]

    return tell


def _changes(said: Said) -> Rows:
    changed: Mapping[str, list[Any]] = said.get("changes", {})
    return [
        (field_label(one), f"{_value(one, was)} → {_value(one, new)}") for one, (was, new) in changes(changed)
    ]


def _told(name: str, value: Any) -> bool:
    return name not in _UNTOLD and value not in (None, "", [], {})


def changes(changed: Mapping[str, list[Any]]) -> Iterator[tuple[str, list[Any]]]:
    """What changed, without what no report shows."""
    return ((name, pair) for name, pair in changed.items() if name not in _UNTOLD)


_UNTOLD = frozenset({"code_word", "reviewed"})


def _value(name: str, value: Any) -> str:
    """A value whole: what a timeline would cut is told to its end."""
    if name == "received_from":
        return lists.label("agency", value)
    words = shown(name, value)
    return str(value) if words.endswith("…") and isinstance(value, str) else words


def _texts(*names: str, **labels: str) -> Callable[[Said], Rows]:
    """What is told of an entry that holds texts: these fields, in their order."""

    def tell(said: Said) -> Rows:
        return [(labels.get(name) or FIELDS.get(name) or field_label(name), _value(name, said[name]))
                for name in (*names, *labels) if said.get(name)]  # fmt: skip

    return tell


def _created(said: Said) -> Rows:
    rows = [("Team", said.get("team", "")), *_part("concern")(said)]
    rows.append(("Staff safety", said.get("staff_safety", "")))
    for one in said.get("people", ()):
        role = lists.label("role", one.get("role", ""))
        rows.append((role, one.get("name", "")))
        known = {name: value for name, value in one.items() if name not in ("role", "name")}
        rows += [(f"{role}: {label}", text) for label, text in _part("person")({"person": known})]
    return rows


def _wrong_person(said: Said) -> Rows:
    row = said.get("row", {})
    return [
        ("Incident", said.get("incident", "")),
        ("Decision", said.get("reference", "")),
        ("What went to the wrong person", said.get("what", "")),
        ("Who has it", said.get("who_has_it", "")),
        ("What they could do with it", said.get("could_do", "")),
        ("Is anyone in danger?", lists.label("in_danger", row.get("in_danger", ""))),
        ("What has been done", said.get("done", "")),
        ("Who has been told", _listed("incident_told", row.get("told", ()))),
        ("Also told", said.get("told_other", "")),
    ]


def _of_incident(said: Said) -> Rows:
    return [
        ("Incident", said.get("incident", "")),
        ("Outcome", lists.label("incident_outcome", said.get("outcome", ""))),
        ("Reported", display.moment(said.get("reported_at"))),
        ("The regulator’s reference", said.get("regulator_reference", "")),
        ("Why after the 72 hours", said.get("late_reason", "")),
        ("What it could mean for people", said.get("reason", "")),
        ("Have they been told?", lists.label("people_told", said.get("people_told", ""))),
        ("How and when, or why not", said.get("people_reason", "")),
    ]


_TELL: Mapping[str, Callable[[Said], Rows]] = {
    # Who of the staff is kept out, and why, is no part of the family's story: that it happened is enough.
    "access.excluded": lambda _said: [],
    "access.exclusion_ended": lambda _said: [],
    "case.created": _created,
    "concern.added": _part("concern"),
    "concern.changed": _changes,
    "information.added": _part("information"),
    "information.changed": _changes,
    "information.checked": _changes,
    "person.added": _part("person"),
    "person.changed": _changes,
    "case.changed": _changes,
    "risk.assessed": _part("assessment"),
    "consent.logged": _part("consent"),
    "decision.recorded": _decision,
    "disclosure.recorded": _sent,
    "decision.reviewed": lambda said: [
        ("Decision", said.get("reference", "")),
        ("Outcome", lists.label("review_outcome", said.get("outcome", ""))),
        ("Why", said.get("reason", "")),
    ],
    "decision.judged": lambda said: [
        ("Decision", said.get("reference", "")),
        ("Outcome", lists.label("manager_outcome", said.get("outcome", ""))),
        ("Why", said.get("reason", "")),
    ],
    "request.drafted": _request,
    "request.moved": _request,
    "advice.asked": _texts("advice", "adviser_name", "situation", "question", "options"),
    "advice.answered": _texts("advice", "adviser_name", "answer", "reason"),
    "letter.prepared": _texts("letter", "agency", "name", "subject", "body"),
    "letter.checked": _texts("letter", "subject", "reason"),
    "asked.logged": _texts("asked", "agency_name", "requester_name", "requester_job", "what", "why"),
    "asked.answered": _texts("asked", "agency_name", "reason"),
    "disclosure.wrong_recipient": _wrong_person,
    "incident.answered": _of_incident,
}


def _agencies(kind: str, said: Said) -> Iterator[str]:
    """The agencies that took part in an event, by name."""
    if kind == "decision.recorded":
        yield from (one["agency_name"] for one in said.get("recipients", ()) if one.get("agency_name"))
    elif kind == "information.added":
        code = said.get("information", {}).get("received_from")
        if code:
            yield lists.label("agency", code)
    elif name := said.get("agency_name") or (said.get("agency") if kind.startswith("letter.") else ""):
        yield str(name)
