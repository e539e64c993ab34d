"""The rows of an export of decisions: what their entries show, and what came after, as the log was.

A cell of a sealed field is spelled from the field itself, as whoever checks the export spells it again. No
row of a decision is read, but where the key of its case is gone: then its codes are what is left.
"""

import hmac
from base64 import b32encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Model, OuterRef, Subquery

from audit import chain, exports, placed, proofs
from audit.aside import Aside
from audit.models import Export, Leaf
from audit.placed import Placed
from cases import vault
from cases.models import Case, User
from sharing import due, log_columns
from sharing.export_said import Content, Said, header
from sharing.models import Decision, Disclosure

_STAND_IN_BYTES = 7
Cells = Sequence[str]


def lines(
    export: Export, found: Sequence[Placed], columns: Sequence[exports.Column], key: bytes, aside: Aside
) -> list[exports.Line]:
    """The rows of these entries, in their order; as many queries for many as for one.

    Cells are made a column at a time. What was opened is let go of row by row: a heap of it takes longer to
    sweep than to read.

    Args:
        key: of the export's stand-ins.
        aside: asks what came after while the entries are opened.

    Raises:
        DamagedError: an entry is not what was recorded.
    """
    vault.load({one.subject for one in found})
    later = _Later(export.log_size, columns, found, aside)
    said, plain = Said(columns), list[bytes]()
    for one in found:
        plain.append(said.add(one))
    headers = [header(one.header.decode()) for one in found]
    later.make(said)
    made = [later.cells(one) if _is_later(one) else _cells(one, key, headers, said) for one in columns]
    rows = [list(cells) for cells in zip(*made, strict=True)] if columns else [[] for _ in found]
    _fill_shut(rows, columns, said.shut, later.shut)
    return [
        exports.Line(
            index=one.leaf,
            header=one.header,
            content={},
            secret=plaintext[: chain.SECRET_BYTES],
            cells=cells,
            canonical=memoryview(plaintext)[chain.SECRET_BYTES :],  # a copy takes longer than a row's cells
        )
        for one, plaintext, cells in zip(found, plain, rows, strict=True)
    ]


# --- what came after -----------------------------------------------------------------------------------

_OF_SENDING = frozenset({"first_sent", "all_sent", "differs", "late_basis"})
_FOLLOWING = frozenset({"follows", "superseded_by"})


@dataclass(slots=True)
class _Followed:
    """The decision that another follows."""

    reference: str


@dataclass(slots=True)
class _Row:
    """What the cells of later events ask of a decision."""

    to_send: Sequence[Sequence[str]]
    basis_after_sharing: bool
    follows_as: str
    follows: _Followed | None = None


_FOLLOWS = ("id", "entry_hash", "reference", "follows_id", "follows__entry_hash", "follows__reference")
_SENDING = (
    *("decision_id", "decision__entry_hash", "sent", "complete", "sent_at", "method"),
    *("differs_from_decision", "basis_after_sharing"),
)


class _Sent(NamedTuple):
    """What was sent in one go, and of which decision."""

    entry_hash: bytes
    sent: Sequence[Sequence[str]]
    complete: bool
    sent_at: datetime
    method: str
    differs_from_decision: bool
    basis_after_sharing: bool


def _nothing() -> Iterable[tuple[Any, ...]]:
    return ()


def _is_later(column: exports.Column) -> bool:
    return column.code in _OF_SENDING or column.code in _FOLLOWING


class _Later:
    """What came after some decisions, as the log was at this size, and the rows of those that are shut.

    What no column shows is not asked for. Most decisions have nothing after them: their cells are made once.
    """

    def __init__(
        self, size: int | None, columns: Iterable[exports.Column], found: Sequence[Placed], aside: Aside
    ) -> None:
        """Ask. Two queries: all decisions of these cases that follow one, and all that was sent in them."""
        shown = {one.code for one in columns}
        self._size, self._asked = size, bool(shown & (_OF_SENDING | _FOLLOWING))
        self._hashes = [one.hash for one in found]
        self._at = {one.hash: at for at, one in enumerate(found)}
        self._ids: dict[int, UUID] = {}
        self._sent: dict[UUID, list[Any]] = defaultdict(list)
        self._followers: dict[UUID, list[Any]] = defaultdict(list)
        self._follows: dict[UUID, _Followed] = {}
        self._under = due.sent_by((), {})
        self._following = self._sending = _nothing
        if self._asked:
            cases = placed.listed(sorted({one.subject.hex for one in found}), "uuid")
            place = Subquery(Leaf.objects.filter(hash=OuterRef("entry_hash")).values("index")[:1])
            following = Decision.objects.filter(case__in=cases, follows__isnull=False)
            self._following = aside.rows(
                following.order_by("recorded_at", "id").values_list(*_FOLLOWS, place)
            )
            if shown & _OF_SENDING:
                sending = Disclosure.objects.filter(case__in=cases).order_by("recorded_at")
                self._sending = aside.rows(sending.values_list(*_SENDING, place))

    def make(self, said: Said) -> None:
        """Take in what was told, and that of those that are shut."""
        self._said = said
        if self._asked:
            self._take()
            self._make()
        self.shut = self._rows_of([self._hashes[at] for at in said.shut])

    def _take(self) -> None:
        parents: dict[UUID, UUID | None] = {}
        for row, hashed, reference, parent, before, named, at in self._following():
            parents[row] = parent
            self._follows[row] = _Followed(named)
            self._know(hashed, row)
            if _told(at, self._size):
                self._followers[parent].append(_Followed(reference))
                self._know(before, parent)
        sent = [(row, _Sent(*facts)) for row, *facts, at in self._sending() if _told(at, self._size)]
        for row, one in sent:
            self._sent[row].append(one)
            self._know(one.entry_hash, row)
        self._under = due.sent_by(((row, one.sent, one.complete) for row, one in sent), parents)

    def _know(self, hashed: bytes, row: UUID) -> None:
        at = self._at.get(bytes(hashed))
        if at is not None:
            self._ids[at] = row

    def _rows_of(self, hashes: Sequence[bytes]) -> dict[int, log_columns.Line]:
        """The lines of those whose key is gone: their rows' codes are what is left."""
        rows = Decision.objects.filter(entry_hash__in=hashes).select_related("follows") if hashes else ()
        return {self._at[bytes(row.entry_hash)]: self._line(row, row.id) for row in rows}

    def _line(self, row: Any, which: UUID) -> log_columns.Line:
        left = self._under.left(which, row.to_send)
        return log_columns.Line(row, self._sent[which], left, self._followers[which])

    def _make(self) -> None:
        """The lines that differ, and which of them is whose: at first those of nothing that came after."""
        sending, late = self._said.of("row.to_send"), self._said.of("row.basis_after_sharing")
        as_what = self._said.of("row.follows_as")
        self._lines = [
            _untouched(is_sending, is_late) for is_sending in (False, True) for is_late in (False, True)
        ]
        self._which = [
            (2 if pairs else 0) + (1 if is_late else 0) for pairs, is_late in zip(sending, late, strict=True)
        ]
        for at, which in self._ids.items():
            row = _Row(sending[at] or [], bool(late[at]), as_what[at] or "", self._follows.get(which))
            self._which[at] = len(self._lines)
            self._lines.append(self._line(row, which))

    def cells(self, column: exports.Column) -> Cells:
        """The cells of a column of what came later."""
        known = [log_columns.BY_CODE[column.code].cell(line) for line in self._lines]
        return [known[which] for which in self._which]


def _untouched(is_sending: bool, is_late: bool) -> log_columns.Line:
    """A decision that nothing came after; all that is asked of its pairs is whether there are any."""
    pairs = [("", "")] if is_sending else []
    row: Any = _Row(pairs, is_late, "")
    return log_columns.Line(row, [], pairs, [])


def _told(place: int | None, size: int | None) -> bool:
    """Whether the log of this size tells of what stands at this place."""
    return place is not None and size is not None and place < size


def _fill_shut(
    rows: Sequence[list[str]],
    columns: Sequence[exports.Column],
    shut: Iterable[int],
    known: Mapping[int, log_columns.Line],
) -> None:
    """Write what their rows say into the cells of those whose key is gone."""
    for at in shut:
        line = known.get(at)
        for number, one in enumerate(columns):
            if not (one.code in _ALONE or one.field in proofs.HEADER_FIELDS):
                rows[at][number] = log_columns.BY_CODE[one.code].cell(line) if line else ""


# --- its cells -----------------------------------------------------------------------------------------


def stand_in(key: bytes, kind: str, who: UUID) -> str:
    """What one export calls a case or a person: the same throughout it, another in the next.

    Args:
        key: the export's own; without it nobody can make the name again, or match two exports.
        kind: what it begins with, such as "Case".
    """
    code = hmac.digest(key, kind.encode() + who.bytes, "sha256")
    return f"{kind} {b32encode(code[:_STAND_IN_BYTES]).decode('ascii').rstrip('=')[:10]}"


class _Known(dict[Any, str]):
    """How each value is spelled, each only once: most columns show a few values again and again."""

    def __init__(self, spell: Callable[[Any], str]) -> None:
        super().__init__()
        self._spell = spell

    def __missing__(self, value: Any) -> str:
        self[value] = found = self._spell(value)
        return found


def _cells(column: exports.Column, key: bytes, headers: Sequence[Content], said: Said) -> Cells:
    field, how, words = column.field, column.how, column.words
    if column.code in _ALONE:
        return _ALONE[column.code](key, headers, said)
    if field is None:
        return [""] * len(headers)
    if field in proofs.HEADER_FIELDS:
        return _moments([header[field] for header in headers])
    known = _Known(lambda value: log_columns.spelled(how, value, words))
    if how in ("code", "yes"):
        return [known[value] for value in said.of(field)]
    if how == "codes":
        return [known[tuple(value)] if value else "" for value in said.of(field)]
    return [log_columns.spelled(how, value, words) for value in said.of(field)]


def _moments(texts: Sequence[str]) -> Cells:
    """Headers' moments. London's clocks are changed on the hour: an hour is spelled once for all in it."""
    known = _Known(lambda hour: log_columns.spelled("moment", f"{hour}:00:00Z")[: len("2026-03-02 14")])
    return [known[text[:13]] + text[13:16] for text in texts]  # "2026-03-02T14:05:…Z", its only spelling


Made = Callable[[bytes, Sequence[Content], Said], Cells]


def _stands_in(kind: str, field: str) -> Made:
    """A stand-in for whom a header's field names."""

    def cells(key: bytes, headers: Sequence[Content], _: Said) -> Cells:
        known = _Known(lambda who: stand_in(key, kind, UUID(who)))
        return [known[header[field]] for header in headers]

    return cells


def _named(model: type[Model], column: str, field: str) -> Made:
    """A column of the row that a header's field names; one query for all rows."""

    def cells(_: bytes, headers: Sequence[Content], _said: Said) -> Cells:
        rows = model._default_manager.filter(pk__in={UUID(one[field]) for one in headers})
        known = {str(key): str(value) for key, value in rows.values_list("pk", column)}
        return [known.get(header[field], "") for header in headers]

    return cells


def _joined(field: str, spell: Callable[[Content], str]) -> Made:
    """Those who are named in a sealed list."""

    def cells(_: bytes, _headers: Sequence[Content], said: Said) -> Cells:
        return ["; ".join(filter(None, map(spell, value or ()))) for value in said.of(field)]

    return cells


def _recipient(said: Mapping[str, Any]) -> str:
    agency = said.get("agency_name")
    return f"{said.get('name', '')} ({agency})" if agency else str(said.get("name", ""))


_ALONE: Mapping[str, Made] = {
    "case": _stands_in("Case", "subject"),
    "recorder": _stands_in("Officer", "actor"),
    "case_reference": _named(Case, "reference", "subject"),
    "recorder_name": _named(User, "name", "actor"),
    "people": _joined("people", lambda said: str(said.get("name", ""))),
    "recipients": _joined("recipients", _recipient),
}
"""The columns of stand-ins and names: none is made of the decision's row."""
