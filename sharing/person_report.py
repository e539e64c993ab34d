"""What a case holds about one person, for answering their request for it: each part with what to think about.

A working copy for whoever answers, never the answer itself. Read from the ledger like the chronology
(`sharing.story`); a part is in it where it names the person by their row or in words.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit import sheets
from cases.models import Case, Person
from sharing import identity, lists, paper, story
from sharing.display import moment
from sharing.pack import NOT_DRAWN, happened
from sharing.rules import leaks, withholding
from sharing.rules.leaks import Known, Somebody
from sharing.rules.withholding import ALLEGED, Part
from sharing.story import Event, Said

BEFORE = (
    "Check the risk before you give any of this to anyone, including the person. Who opens their post, their "
    "e-mail and their phone? Who is with them when they read it? Has somebody told them to ask?",
    "Make sure that it is them who asks. An alleged perpetrator may pose as them, or ask for a child.",
    "This is a working copy. Somebody who answers rights requests decides each part, and withholds what must "
    "not be given. The marks are found in the record: they are where to begin, not the end.",
)
OF_ALLEGED = (
    "This person is the alleged perpetrator. Decide first, with the information governance lead, whether you "
    "may say at all that there is a file: that alone tells that somebody spoke. Every part is marked."
)
TITLES = ("When", "What", "By", "What is recorded", "Think about", "Entry", "Receipt")
NAME = "name"


@dataclass(frozen=True, slots=True)
class Line:
    """A part of the file about the person, with the codes of what to think about (list `withhold`)."""

    event: Event
    marks: list[str]

    @property
    def labels(self) -> list[str]:
        """The marks in words."""
        return [lists.label("withhold", code) for code in self.marks]


def read(case: Case, person: Person, *, until: datetime) -> list[Line]:
    """Every part that concerns the person, oldest first.

    Raises:
        Altered: somebody of the case was altered outside the application: names could be missed.
    """
    told = story.read(case, until=until).events
    own, held = _known(person, told), _held(told)
    others = [_known(one, told) for one in case.people.all() if one.id != person.id]
    everybody_else = Known(people=tuple(one for known in others for one in known.people))
    survivor = person.role == "victim_survivor"
    return [
        Line(event, withholding.marks(_part(event, said, person, own, everybody_else), person.role))
        for event in told
        if _concerns(event, said := held.get(event.seq, {}), person, own, everything=survivor)
    ]


def _known(person: Person, events: Iterable[Event]) -> Known:
    """The names of somebody, those too that they had before: older entries call them so."""
    changes = [one.said.get("changes", {}) for one in events if _row(one) == str(person.id)]
    before = tuple(str(one[name][0]) for one in changes for name in _NAMES if name in one and one[name][0])
    return Known(people=(*identity.of_person(person).people, Somebody(names=before)))


_NAMES = ("name", "preferred_name", "aliases")


def _held(events: Iterable[Event]) -> Mapping[int, Said]:
    """What a piece of information or of the chronology says after each entry about it, by the entry's number.

    A change names only what changed: who told us, and whom it is about, stand in the entries before it.
    """
    now: dict[str, Said] = {}
    found: dict[int, Said] = {}
    for one in sorted(events, key=lambda event: event.seq):
        if one.kind.startswith(("information.", "concern.", "case.created")):
            new = one.said.get("information") or one.said.get("concern") or {}
            changed = {name: pair[1] for name, pair in one.said.get("changes", {}).items()}
            # The entry of the opening names no row for what was said first.
            known = now.get(_row(one)) or ({} if new else now.get("", {}))
            found[one.seq] = now[_row(one)] = {**known, **new, **changed}
    return found


def _concerns(event: Event, held: Said, person: Person, own: Known, *, everything: bool) -> bool:
    """Whether a part is about the person; the file is about the victim/survivor from its first line."""
    if event.kind.startswith("person."):
        return _row(event) == str(person.id) or (not _row(event) and everything)
    return (
        everything
        or str(person.id) in _about(event, held)
        or any(_named(text, own) for _, text in event.rows)
    )


def _row(event: Event) -> str:
    row = event.said.get("row")
    return row if isinstance(row, str) else ""


def _about(event: Event, held: Said) -> set[str]:
    """The ids of the people whom an entry names by their row, or whom what it changes is or was about."""
    was = event.said.get("changes", {}).get("about", [[]])[0]
    items = [held, {"about": was}, *event.said.get("items", ())]
    return {str(one) for item in items for one in item.get("about") or ()} | set(
        event.said.get("affected") or ()
    )


def _named(text: str, known: Known) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in leaks.find(text, known) if one.kind == NAME]


def _fields(event: Event) -> frozenset[str]:
    """The names of what an entry holds."""
    said = event.said
    parts = [
        said.get("information", {}),
        said.get("person", {}),
        said.get("changes", {}),
        *said.get("people", ()),
    ]
    top = {"staff_safety"} if said.get("staff_safety") else set[str]()
    return frozenset(top.union(*parts))


def _part(event: Event, held: Said, person: Person, own: Known, others: Known) -> Part:
    return Part(
        kind=event.kind,
        fields=_fields(event),
        others=bool(_about(event, held) - {str(person.id)})
        or len(event.said.get("people", ())) > 1
        or any(_others(text, own, others) for _, text in event.rows),
        told_by=held.get("nature") in ("reported", "opinion")
        or (not event.kind.startswith("information.") and bool(held.get("source"))),
        agency=bool(held.get("received_from") or held.get("conditions")),
    )


def _others(text: str, own: Known, others: Known) -> bool:
    """Whether a text names somebody else: a name that they share with the person does not count twice."""
    mine = _named(text, own)
    return any(not any(s <= start and end <= e for s, e in mine) for start, end in _named(text, others))


# --- to take --------------------------------------------------------------------------------------


def sheet(lines: Iterable[Line]) -> bytes:
    """The report as XLSX: one line a part, every cell text."""
    made = io.BytesIO()
    rows = [_cells(one) for one in lines]
    sheets.workbook(made, TITLES, [(len(rows), [sheets.rows("xlsx", TITLES, rows)])])
    return made.getvalue()


def _cells(line: Line) -> list[str]:
    event = line.event
    said = "\n".join(f"{label}: {text}" if label else text for label, text in event.rows)
    return [
        happened(event),
        event.title,
        event.by,
        said,
        "; ".join(line.labels),
        str(event.seq),
        event.receipt,
    ]


def pdf(case: Case, lines: list[Line], *, role: str, made: str, training: bool) -> bytes:
    """The report as a tagged PDF; its title names nobody.

    Args:
        role: of the person, a code.
        made: when, by whom and what for, in words.
        training: whether it is marked as made up, on every page.
    """
    receipt = lines[-1].event.receipt if lines else ""
    content = {"title": f"Rights request, case {case.reference}", "receipt": receipt, "training": training}
    return paper.typeset(content | {"blocks": list(_blocks(lines, role, made))}, paper.TEMPLATE, NOT_DRAWN)


def _blocks(lines: list[Line], role: str, made: str) -> Iterator[dict[str, Any]]:
    yield {"kind": "heading", "level": 1, "text": "What we hold about one person: a working copy"}
    yield {"kind": "text", "text": made}
    yield from ({"kind": "warning", "text": one} for one in warnings(role))
    yield {"kind": "heading", "level": 2, "text": "What we hold"}
    for line in lines:
        event = line.event
        yield {"kind": "heading", "level": 3, "text": f"{happened(event)}: {event.title}"}
        rows = [["Think about", line.labels or ["Nothing in the record"]]]
        rows += [[label or "Recorded", [text]] for label, text in event.rows]
        rows += [["Entry", [f"{event.seq}, by {event.by}, {moment(event.recorded_at.isoformat())}"]]]
        yield {"kind": "table", "head": ["", ""], "rows": [[[label], said] for label, said in rows]}


def warnings(role: str) -> tuple[str, ...]:
    """What is said before anything is shown."""
    return (OF_ALLEGED, *BEFORE) if role == ALLEGED else BEFORE
