"""What floors above add to a case's overview and its banner. Their tables and words are not known here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Subquery

from cases.models import Case, User


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the panel: a link, its tags as (words, colour) and when it happened."""

    title: str
    url: str
    tags: tuple[tuple[str, str], ...]
    when: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A request of ours to an agency, which information may answer. `open`: something may still come."""

    id: UUID
    reference: str
    words: str
    url: str
    open: bool


Panel = Callable[[Case, User], list[Row]]
Attention = Callable[[Case, User], list[dict[str, str]]]
Missing = Callable[[Case], list[dict[str, str]]]
Requests = Callable[[Case], list[Request]]
_panels: list[Panel] = []
_requests: list[Requests] = []
_attention: list[Attention] = []
_missing: list[Missing] = []
_along: dict[str, Subquery] = {}


def register(panel: Panel) -> None:
    """Add a source of rows; a second registration of the same function changes nothing."""
    if panel not in _panels:
        _panels.append(panel)


def rows(case: Case, user: User) -> list[Row]:
    """The rows that this user may see on the case's overview, newest first."""
    return sorted(
        (row for panel in _panels for row in panel(case, user)), key=lambda row: row.when, reverse=True
    )


def register_attention(source: Attention) -> None:
    """Add a source of what needs attention, each with `words` and `href`; once is enough."""
    if source not in _attention:
        _attention.append(source)


def to_attend(case: Case, user: User) -> list[dict[str, str]]:
    """What needs attention of what floors above keep."""
    return [one for source in _attention for one in source(case, user)]


def register_requests(source: Requests) -> None:
    """Set where the requests of a case are read, each by value: their tables are a floor above."""
    _requests[:] = [source]


def requests(case: Case) -> list[Request]:
    """The requests that were made about a case, newest first."""
    return [one for source in _requests for one in source(case)]


def register_missing(source: Missing) -> None:
    """Add a source of what is still missing in a case, for its banner; once is enough.

    Each has `words`, `reference`, `href` and `next` (what to do now, or ""), and nothing personal.
    """
    if source not in _missing:
        _missing.append(source)


def bring_along(name: str, column: Subquery) -> None:
    """Add a column that a case brings along when it is fetched, so that its banner asks nothing more for it.

    Args:
        name: the attribute of the case that holds it.
    """
    _along[name] = column


def along() -> dict[str, Subquery]:
    """The columns that a case brings along, by name."""
    return _along


def missing(case: Case) -> list[dict[str, str]]:
    """What is still missing in the case of what floors above keep."""
    return [one for source in _missing for one in source(case)]
