"""The columns of the decision log: one table, which the page, every export and its manifest share.

A column's `how` says how its cell is spelled from the value of its `field`, so that whoever holds a disclosed
value can spell the cell again (`spelled`). `field` is a field of the decision's sealed entry ("row.outcome"),
one of its header ("occurred_at"), or None where the cell is made of something else: a pseudonym, a name, or
what was recorded later. A value that is not there (an entry names only what was said) is an empty cell; of
`yes` it is "No".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as fresh
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

from cases.models import Agency
from sharing import lists, words
from sharing.models import Decision, Disclosure
from sharing.rules.after import Pair
from sharing.rules.terms import LONDON

How = Literal["text", "code", "codes", "moment", "day", "yes", "count"]
NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Line:
    """A decision with what came after it, and what only an export has.

    `disclosures`, `left` (pairs still to send) and `followers` came after it. `agencies`: the directory's
    names by code. `said`: the raw fields of its opened entry, where a column of free text is shown. `named`:
    what stands in the columns of pseudonyms and names, by the column's code.
    """

    decision: Decision
    disclosures: list[Disclosure]
    left: list[Pair]
    followers: list[Decision]
    agencies: Mapping[str, str] = fresh(default_factory=dict)
    said: Mapping[str, Any] = fresh(default_factory=dict)
    named: Mapping[str, str] = fresh(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """One column. `identifier`: it tells who somebody is; `free_text`: somebody's own words.

    `words`: the label of each code, of the lists; `words_of` adds those of the organisation's directory.
    `paged`: the log's page can show it. A column of neither sort that is not paged is a pseudonym.
    """

    code: str
    title: str
    cell: Callable[[Line], str]
    words: Mapping[str, str] = fresh(default_factory=dict)
    field: str | None = None
    how: How = "text"
    identifier: bool = False
    free_text: bool = False
    paged: bool = True


# --- how a cell is spelled ------------------------------------------------------------------------


def spelled(how: How, value: Any, labels: Mapping[str, str] = NOBODY) -> str:
    """The cell of a disclosed value (as JSON holds it, or as a row does).

    `code` and `codes` (joined by "; ") by their labels, an unknown code as itself; `moment` as London's
    "2026-03-02 14:05"; `day` as "2026-03-02"; `yes` as Yes or No; `count` and `text` as they are.
    """
    if how == "yes":
        return "Yes" if value else "No"
    if value in (None, "", []):
        return ""
    if how == "code":
        return labels.get(value, value)
    if how == "codes":
        return "; ".join(labels.get(code, code) for code in value)
    if how == "moment":
        return _moment(value)
    return str(value)


def _moment(value: datetime | str) -> str:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(LONDON)
    return local.isoformat(" ", "minutes")[: len("2026-03-02 14:05")]  # faster than to be told the format


def _labels(*named: str) -> Mapping[str, str]:
    return MappingProxyType({row.code: row.label for name in named for row in lists.rows(name)})


def _titles(kind: str) -> Mapping[str, str]:
    start = f"{kind}."
    return MappingProxyType(
        {one.id.removeprefix(start): one.title for one in words.all_words() if one.id.startswith(start)}
    )


def words_of(column: Column) -> Mapping[str, str]:
    """The label of each code of a column, those of the organisation's own agencies too (one query)."""
    return {**column.words, **agency_names()} if column.code == "agencies" else column.words


def agency_names() -> dict[str, str]:
    """The directory's name of each agency, by code; the lists' where it holds none."""
    return {**_labels("agency", "unlisted_agency"), **dict(Agency.objects.values_list("code", "name"))}


# --- the cells that are not one column of the row ------------------------------------------------------


def _first_sent(line: Line) -> str:
    times = [row.sent_at for row in line.disclosures if row.sent or row.method]
    return _moment(min(times)) if times else ""


def _all_sent(line: Line) -> str:
    return spelled("yes", not line.left) if line.decision.to_send else ""


def _late(line: Line) -> bool:
    return line.decision.basis_after_sharing or any(row.basis_after_sharing for row in line.disclosures)


def _follows(line: Line) -> str:
    other = line.decision.follows
    return f"{lists.label('follows_as', line.decision.follows_as)} {other.reference}" if other else ""


def _row(
    code: str, title: str, how: How = "text", labels: Mapping[str, str] = NOBODY, name: str = ""
) -> Column:
    """A column of the decision's row, which its entry holds as a field of its own."""
    name = name or code

    def cell(line: Line) -> str:
        return spelled(how, getattr(line.decision, name), labels)

    return Column(code, title, cell, labels, f"row.{name}", how)


def _header(code: str, title: str, name: str, header: str) -> Column:
    return Column(code, title, lambda line: _moment(getattr(line.decision, name)), field=header, how="moment")


def _later(code: str, title: str, cell: Callable[[Line], str]) -> Column:
    return Column(code, title, cell)


def _named(code: str, title: str, *, identifier: bool = True) -> Column:
    def cell(line: Line) -> str:
        return line.named.get(code, "")

    return Column(code, title, cell, identifier=identifier, paged=False)


def _text(code: str, title: str) -> Column:
    def cell(line: Line) -> str:
        return spelled("text", line.said.get(code))

    return Column(code, title, cell, field=code, free_text=True, paged=False)


def _agencies(line: Line) -> str:
    return spelled("codes", line.decision.agencies, line.agencies or _labels("agency", "unlisted_agency"))


COLUMNS: tuple[Column, ...] = (
    Column("decision", "Decision", lambda line: line.decision.reference, field="reference"),
    _named("case", "Case (stand-in)", identifier=False),
    _header("decided", "Decided", "decided_at", "occurred_at"),
    _header("recorded", "Recorded", "recorded_at", "recorded_at"),
    _row("outcome", "Outcome", "code", _labels("outcome")),
    _row("started", "How it started", "code", _labels("started")),
    _row("urgency", "How soon", "code", _labels("urgency")),
    _row("emergency", "Emergency", "yes"),
    _row("lawful_basis", "Lawful basis", "code", _labels("basis")),
    _row("risk_level", "Risk", "code", _labels("risk_level")),
    _row("threshold_met", "MARAC threshold met", "yes"),
    _row("consent", "Consent", "code", _labels("consent")),
    _row("wishes", "What they want", "code", _labels("wishes")),
    _row("informed", "Told", "code", _labels("informed")),
    Column("agencies", "Agencies", _agencies, _labels("agency", "unlisted_agency"), "row.agencies", "codes"),
    _row("aims", "Meant to achieve", "codes", _labels("aims")),
    _row("kinds", "Kinds of information", "codes", _labels("kinds")),
    _row("reasons", "Main reasons", "codes", _labels("reasons")),
    _row("included", "Items shared", "count"),
    _row("withheld", "Items withheld", "count"),
    _row("already_sent", "Already shared", "yes"),
    _row("send_by", "To be sent by", "moment"),
    _later("first_sent", "First sent", _first_sent),
    _later("all_sent", "All sent", _all_sent),
    _later(
        "differs",
        "Sent otherwise",
        lambda line: spelled("yes", any(row.differs_from_decision for row in line.disclosures)),
    ),
    _later("late_basis", "Shared before basis", lambda line: spelled("yes", _late(line))),
    _row("review_on", "To be looked at again", "day"),
    _later("follows", "Follows", _follows),
    _later(
        "superseded_by",
        "Superseded by",
        lambda line: "; ".join(other.reference for other in line.followers),
    ),
    _row("stops", "Stops", "codes", _titles("stop")),
    _row("points", "Points", "codes", _titles("point")),
    _named("recorder", "Recorded by (stand-in)", identifier=False),
    _named("case_reference", "Case"),
    _named("recorder_name", "Recorded by"),
    _named("people", "People"),
    _named("recipients", "Told to"),
    _text("aim_text", "What it is meant to achieve, in words"),
    _text("principles_text", "Why it helps, in words"),
    _text("harm_if_not", "What could happen if it is not shared"),
    _text("mitigation", "How it is made safer"),
    _text("balance", "Legitimate interests, weighed"),
    _text("disagree_reason", "Why it is right although they disagree"),
    _text("consent_reason", "Consent, in words"),
    _text("unsafe_reasons", "Why it is not safe to tell them"),
    _text("reason_text", "Main reasons, in words"),
    _text("instead", "What is done instead"),
)
"""Every column, in its order. `case` and `recorder` are stand-ins that one export makes for itself; the four
identifiers are in exports with names alone; free text too, because it can name somebody."""

BY_CODE: Mapping[str, Column] = MappingProxyType({column.code: column for column in COLUMNS})
MINIMUM: tuple[str, ...] = ("decision", "recorded", "outcome", "lawful_basis", "risk_level")
STANDARD: tuple[str, ...] = (
    *("decision", "case", "decided", "recorded", "outcome", "started", "emergency", "lawful_basis"),
    *("risk_level", "threshold_met", "consent", "informed", "agencies", "already_sent", "first_sent"),
    *("all_sent", "differs", "late_basis", "follows", "superseded_by", "stops", "points"),
)
"""What an export holds where its columns are not chosen one by one."""
PAGED: tuple[str, ...] = tuple(column.code for column in COLUMNS if column.paged)
"""The columns that the log's page can show: no name, no free text, and no row tells which case it is of."""
ON_PAGE: tuple[str, ...] = (
    "decision",
    "recorded",
    "outcome",
    "lawful_basis",
    "risk_level",
    "informed",
    "agencies",
)
"""What the page shows where nobody chose."""


def of_codes(codes: Iterable[str]) -> list[Column]:
    """The columns with these codes, in the order of the table; a code that is none of them is left out."""
    wanted = set(codes)
    return [column for column in COLUMNS if column.code in wanted]


def allowed(*, names: bool, free_text: bool) -> frozenset[str]:
    """The codes of the columns that an export may hold.

    Args:
        names: whether identifiers are in; free text can name somebody, and is out where they are.
    """
    return frozenset(
        one.code
        for one in COLUMNS
        if (names or not one.identifier) and ((names and free_text) or not one.free_text)
    )


_IN_PLACE = {"case": "case_reference", "recorder": "recorder_name"}
"""Stand-ins, and the names that take their place."""


def exported(codes: Iterable[str], *, names: bool, free_text: bool) -> list[str]:
    """The columns that an export of these holds, in the order of the table.

    Args:
        codes: those that were chosen: no names, no free text.
        names: whether every name is in, in place of the stand-ins; free_text: whether all of it is.
    """
    wanted = {code for code in codes if not (names and code in _IN_PLACE)}
    wanted |= {one.code for one in COLUMNS if (names and one.identifier) or (free_text and one.free_text)}
    return [one.code for one in of_codes(wanted & allowed(names=names, free_text=free_text))]
