"""What the log's page shows: headings that sort, rows, what is chosen, and the addresses of all of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from cases.templatetags.moments import clock
from sharing import log, log_columns
from sharing.forms.log import LogFilterForm
from sharing.log_columns import Column, Line

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WAYS = {"-": "descending", "": "ascending"}
TURNS = frozenset({"place", "sort"})
"""What an address says of order and place: no filter."""


@dataclass(frozen=True)
class Heading:
    """The heading of a column; `href` sorts by it, `sorted` is how it is sorted now (as aria-sort says)."""

    title: str
    href: str
    sorted: str


@dataclass(frozen=True)
class Cell:
    """A cell; `parts` are not broken inside."""

    title: str
    text: str
    parts: tuple[str, ...] = ()


def query(request: HttpRequest, *without: str, **more: str) -> str:
    """The page's filters, columns and order as an address holds them, without where in the log it is.

    Args:
        without: names that are left out; of a day all its parts.
        more: what is set instead.
    """
    left_out = {"place", "apply", *more, *without}
    left_out |= {f"{name}_{part}" for name in without for part in ("day", "month", "year")}
    kept = [(n, one) for n, values in request.GET.lists() for one in values if one and n not in left_out]
    return "?" + urlencode([*kept, *more.items()], errors="replace")


def sort_of(request: HttpRequest) -> str:
    """The order that the address asks for; the newest first where it asks for none of ours."""
    asked = request.GET.get("sort", "")
    return asked if asked.removeprefix("-") in log.SORTS else log.NEWEST


def headings(request: HttpRequest, columns: Iterable[Column]) -> list[Heading]:
    """The headings, each with the address that sorts by it or turns its order round."""
    now = sort_of(request)
    by_column = {sort.column: code for code, sort in log.SORTS.items()}
    found = []
    for column in columns:
        code = by_column.get(column.code, "")
        if not code:
            found.append(Heading(column.title, "", ""))
            continue
        is_now = now.removeprefix("-") == code
        # What is newest or gravest comes first where nobody asked for the other way round.
        other = f"-{code}" if now == code or (not is_now and code in ("recorded", "decided")) else code
        way = _WAYS["-" if now.startswith("-") else ""] if is_now else "none"
        found.append(Heading(column.title, query(request, sort=other), way))
    return found


def rows(lines: Iterable[Line], columns: Iterable[Column]) -> list[list[Cell]]:
    """The cells of each decision."""
    shown = list(columns)
    return [[_cell(column.title, column.cell(line)) for column in shown] for line in lines]


def _cell(title: str, text: str) -> Cell:
    if _MOMENT.fullmatch(text):
        at = datetime.fromisoformat(text)
        return Cell(title, text, (f"{at.day} {at:%b %Y},", clock(at)))
    if _DAY.fullmatch(text):
        at = datetime.fromisoformat(text)
        return Cell(title, text, (f"{at.day} {at:%b %Y}",))
    return Cell(title, text)


def tags(request: HttpRequest, form: LogFilterForm) -> list[dict[str, str]]:
    """What narrows the log, each with the address of the log without it."""
    return [{"words": words, "href": query(request, name)} for name, words in form.selected()]


def counted(number: int) -> str:
    """How many decisions were found, in words."""
    if number > log.MOST:
        return f"More than {log.MOST:,} decisions"
    return f"{number:,} decision{'' if number == 1 else 's'}"


def columns_of(form: LogFilterForm) -> list[Column]:
    """The columns that are chosen."""
    return log_columns.of_codes(form.shown_columns())


def plain(form: LogFilterForm, sort: str) -> dict[str, Any]:
    """What a saved view keeps: codes, days as ISO text, columns. Never a reference."""
    chosen = {name: value for name, value in form.chosen().items() if name != "reference"}
    days = {name: chosen[name].isoformat() for name in ("since", "until") if name in chosen}
    ordered = sort.removeprefix("-") in log.SORTS and sort != log.NEWEST
    return chosen | days | ({"sort": sort} if ordered else {})
