"""The chronology pack of a case: what its page shows, as a PDF and as a sheet."""

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.formats import date_format

from audit import sheets
from cases import timeline
from cases.models import Case
from cases.templatetags.moments import clock
from sharing import paper
from sharing.display import moment
from sharing.rules.gaps import Gap
from sharing.rules.gaps import days as in_days
from sharing.story import Event, Story

TITLES = (
    *("Happened", "Written down", "Late by", "What", "By", "Agencies"),
    *("What is recorded", "Entry", "Receipt"),
)
"""The columns of the sheet."""
GAP_WORD = "Gap"
NOT_DRAWN = (
    "Some letters could not be drawn here. They are shown by their code, such as [U+0041]. "
    "The sheet holds them."
)
ABOUT = (
    "This tells what one case file holds, in the order in which it happened: what we learned, what we "
    "decided and decided not to do, what we shared, asked for and were refused. Looks at the file are "
    "counted at the end. Each line names its entry in the log, so that it can be checked.",
    "It holds names, addresses and what people said in confidence. Give it to the chair of the review by "
    "the route that they asked for, and to nobody else.",
)


def happened(event: Event) -> str:
    """When something happened, such as "Tuesday 3 March 2026, 3:40pm"; a day where only that is known."""
    return date_format(event.at, "l j F Y") if event.whole_day else moment(event.at.isoformat())


def late_by(event: Event) -> str:
    """How much later it was written down; empty where it was on the same day or the next."""
    between = event.recorded_at.date() - event.at.date()
    return in_days(between) if between.days > 1 else ""


def lines(told: Story) -> list[Event | Gap]:
    """Events and gaps as one list, each gap where it begins."""
    both: list[Event | Gap] = [*told.events, *told.gaps]
    return sorted(both, key=lambda one: one.at if isinstance(one, Event) else one.since)


def days(told: Story) -> list[dict[str, Any]]:
    """The same for a page: by day, each line with its time, words and rows."""
    return [
        {"day": day, "lines": [_line(one) for one in of_day]}
        for day, of_day in groupby(lines(told), key=lambda one: _began(one).date())
    ]


def _began(one: Event | Gap) -> datetime:
    return one.at if isinstance(one, Event) else one.since


def _line(one: Event | Gap) -> dict[str, Any]:
    if not isinstance(one, Event):
        return {"gap": one.words}
    return {"event": one, "time": "" if one.whole_day else clock(one.at), "late": late_by(one)}


# --- the sheet ------------------------------------------------------------------------------------


def sheet(told: Story) -> bytes:
    """The pack as XLSX: one line an event or gap, every cell text."""
    made = io.BytesIO()
    rows = [_cells(one) for one in lines(told)]
    sheets.workbook(made, TITLES, [(len(rows), [sheets.rows("xlsx", TITLES, rows)])])
    return made.getvalue()


def _cells(one: Event | Gap) -> Sequence[str]:
    if not isinstance(one, Event):
        until = moment(one.until.isoformat())
        return (
            moment(one.since.isoformat()),
            "",
            "",
            GAP_WORD,
            "",
            "",
            f"{one.words} (until {until})",
            "",
            "",
        )
    said = "\n".join(f"{label}: {text}" if label else text for label, text in one.rows)
    written = moment(one.recorded_at.isoformat())
    with_whom = "; ".join(one.agencies)
    return (
        happened(one),
        written,
        late_by(one),
        one.title,
        one.by,
        with_whom,
        said,
        str(one.seq),
        one.receipt,
    )


# --- on paper -------------------------------------------------------------------------------------


def pdf(
    case: Case, told: Story, lookers: Iterable[timeline.Looker], *, made: str, receipt: str, training: bool
) -> bytes:
    """The pack as a tagged PDF.

    Args:
        made: when, by whom and what for, in words.
        receipt: of the newest entry that is told: up to there the pack is whole.
        training: whether it is marked as made up, on every page.
    """
    blocks = list(_blocks(case, told, lookers, made))
    content = {"title": f"Chronology of case {case.reference}", "receipt": receipt, "training": training}
    return paper.typeset(content | {"blocks": blocks}, paper.TEMPLATE, NOT_DRAWN)


def _blocks(
    case: Case, told: Story, lookers: Iterable[timeline.Looker], made: str
) -> Iterator[dict[str, Any]]:
    yield {"kind": "heading", "level": 1, "text": f"Chronology of case {case.reference}"}
    yield {"kind": "text", "text": made}
    yield from ({"kind": "text", "text": one} for one in ABOUT)
    yield _heading("Agencies that took part")
    yield {"kind": "list", "rows": told.agencies or ["None but ourselves"]}
    yield _heading("Gaps")
    yield {"kind": "list", "rows": [_gap(one) for one in told.gaps] or ["None were found"]}
    yield _heading("What happened")
    for one in lines(told):
        yield from (
            _event(one) if isinstance(one, Event) else [{"kind": "warning", "text": f"Gap: {one.words}"}]
        )
    yield _heading("Who looked at the file")
    yield {
        "kind": "table",
        "head": ["Member of staff", "How often"],
        "rows": [[[one.name], [_looked(one)]] for one in lookers] or [[["Nobody"], [""]]],
    }


def _heading(text: str) -> dict[str, Any]:
    return {"kind": "heading", "level": 2, "text": text}


def _gap(one: Gap) -> str:
    return f"{one.words} ({date_format(one.since, 'j F Y')} to {date_format(one.until, 'j F Y')})"


def _looked(one: timeline.Looker) -> str:
    first, last = (moment(at.isoformat()) for at in (one.first, one.last))
    return (
        f"Looked {one.looked} times, took {one.copied} copies, refused {one.refused} times. {first} to {last}"
    )


def _event(one: Event) -> Iterator[dict[str, Any]]:
    yield {"kind": "heading", "level": 3, "text": f"{happened(one)}: {one.title}"}
    written = f"{moment(one.recorded_at.isoformat())}, {one.by}"
    rows = [
        ["Written down", [written]],
        ["With", list(one.agencies)],
        *([label, [text]] for label, text in one.rows),
    ]
    proof = ["Entry", [f"{one.seq}, receipt {one.receipt}"]]
    told = [[[label or "Recorded"], said] for label, said in [*rows, proof] if said]
    yield {"kind": "table", "head": ["", ""], "rows": told}
