"""The rows of an export of decisions: what their entries show, and what came after, as the log was.

A cell of a sealed field is spelled from the field itself, as whoever checks the export spells it again. No
row of a decision is read, but where the key of its case is gone: then its codes are what is left.
"""

import hmac
import json
from base64 import b32encode
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.db.models import Exists, Model, OuterRef, QuerySet

from audit import chain, exports, placed, proofs
from audit.export_files import DamagedError
from audit.models import Export, Leaf
from audit.placed import Placed
from cases import vault
from cases.models import Case, User
from sharing import due, log_columns
from sharing.models import Decision, Disclosure

_STAND_IN_BYTES = 7
Row = TypeVar("Row", bound=Model)
Content = Mapping[str, Any]
Cell = Callable[[Content, Content], str | None]
"""A cell of a header and the opened fields; None where they do not tell it."""


def lines(
    export: Export, indexes: Sequence[int], columns: Sequence[exports.Column], key: bytes
) -> list[exports.Line]:
    """The rows at these places, in their order; as many queries for many as for one.

    What was opened is let go of row by row: a heap of it takes longer to sweep than to read.

    Args:
        key: of the export's stand-ins.

    Raises:
        DamagedError: an entry is not what was recorded.
    """
    found = placed.entries(indexes)
    vault.load({one.subject for one in found})
    headers: list[Content] = [json.loads(one.header) for one in found]
    cells = [_ALONE[one.code](key, headers) if one.code in _ALONE else _cell(one) for one in columns]
    shut = [cell if _without_seal(one) else _nothing for one, cell in zip(columns, cells, strict=True)]
    made: list[list[str | None]] = []
    plain: list[bytes] = []
    rows: list[Any] = []
    for one, header in zip(found, headers, strict=True):
        content, plaintext = _unseal(one)
        made.append([cell(header, content) for cell in (cells if content else shut)])
        plain.append(plaintext)
        rows.append(_row(one, content) if content else None)
    if any(None in one for one in made):
        _add_later(made, columns, found, rows, export.log_size)
    return [
        exports.Line(
            index=one.leaf,
            header=one.header,
            content={},
            secret=plaintext[: chain.SECRET_BYTES],
            cells=[cell or "" for cell in said],
            canonical=plaintext[chain.SECRET_BYTES :],
        )
        for one, plaintext, said in zip(found, plain, made, strict=True)
    ]


def _unseal(one: Placed) -> tuple[Content, bytes]:
    """The opened fields of an entry, and the bytes that they were read from; both empty without a key."""
    if chain.entry_hash(one.header) != one.hash:
        raise DamagedError("the hash of an entry is not that of its header")
    try:
        plaintext = vault.unseal(one.subject, one.sealed, one.subject.bytes + one.request_key.bytes)
        return json.loads(plaintext[chain.SECRET_BYTES :]), plaintext
    except vault.NoKey:
        return {}, b""
    except (InvalidTag, ValueError) as error:
        raise DamagedError("the sealed content of an entry is not what was recorded") from error


@dataclass(slots=True)
class _Followed:
    """The decision that another follows."""

    reference: str


@dataclass(slots=True)
class _Row:
    """What the cells of later events ask of a decision: all of it stands in its entry."""

    id: UUID
    case_id: UUID
    entry_hash: bytes
    to_send: list[list[str]]
    basis_after_sharing: bool
    follows_id: UUID | None
    follows_as: str
    follows: _Followed | None = None


def _row(one: Placed, said: Content) -> Any:
    other = said.get("row.follows_id")
    return _Row(
        UUID(said["decision"]),
        one.subject,
        one.hash,
        said.get("row.to_send") or [],
        bool(said.get("row.basis_after_sharing")),
        UUID(other) if other else None,
        said.get("row.follows_as") or "",
    )


_OF_SENDING = frozenset({"first_sent", "all_sent", "differs", "late_basis"})


def _later(rows: Sequence[Any], shown: set[str], size: int | None) -> dict[bytes, log_columns.Line]:
    """What came after these decisions, by the hash of their entries, as the log was at this size.

    Args:
        shown: the columns' codes: what none of them shows is not asked for.
    """
    sent: dict[UUID, list[Disclosure]] = defaultdict(list)
    followers: dict[UUID, list[Any]] = defaultdict(list)
    ids, left = [one.id for one in rows], {}
    if shown & _OF_SENDING:
        told = _until(Disclosure, size)
        for disclosure in told.filter(decision__in=ids):
            sent[disclosure.decision_id].append(disclosure)
        left = due.left_in([one for one in rows if one.to_send], told)
    if "superseded_by" in shown:
        following = _until(Decision, size).filter(follows__in=ids).order_by("recorded_at", "id")
        for which, reference in following.values_list("follows_id", "reference"):
            followers[which].append(_Followed(reference))
    if "follows" in shown:
        _name_followed([one for one in rows if one.follows_id])
    return {
        bytes(one.entry_hash): log_columns.Line(one, sent[one.id], left.get(one.id, []), followers[one.id])
        for one in rows
    }


def _name_followed(rows: Sequence[Any]) -> None:
    known = dict(
        Decision.objects.filter(id__in={one.follows_id for one in rows}).values_list("id", "reference")
    )
    for one in rows:
        if isinstance(one, _Row) and one.follows_id and one.follows_id in known:
            one.follows = _Followed(known[one.follows_id])


def _until(model: type[Row], size: int | None) -> QuerySet[Row]:
    """The rows of which the log tells below this size."""
    told = Leaf.objects.filter(hash=OuterRef("entry_hash"), index__lt=size)
    return model._default_manager.filter(Exists(told))


def _add_later(
    made: Sequence[list[str | None]],
    columns: Sequence[exports.Column],
    found: Sequence[Placed],
    rows: Sequence[Any],
    size: int | None,
) -> None:
    """Fill in the cells of what was recorded later, and those of decisions whose key is gone."""
    shut = [one.hash for one, row in zip(found, rows, strict=True) if row is None]
    there = [row for row in rows if row is not None]
    there += Decision.objects.filter(entry_hash__in=shut).select_related("follows") if shut else ()
    known = _later(there, {one.code for one in columns}, size)
    shown = [log_columns.BY_CODE[one.code].cell for one in columns]
    for one, said in zip(found, made, strict=True):
        if line := known.get(one.hash):
            for at, cell in enumerate(said):
                if cell is None:
                    said[at] = shown[at](line)


# --- its cells -----------------------------------------------------------------------------------------


def stand_in(key: bytes, kind: str, who: UUID) -> str:
    """What one export calls a case or a person: the same throughout it, another in the next.

    Args:
        key: the export's own; without it nobody can make the name again, or match two exports.
        kind: what it begins with, such as "Case".
    """
    code = hmac.digest(key, kind.encode() + who.bytes, "sha256")
    return f"{kind} {b32encode(code[:_STAND_IN_BYTES]).decode('ascii').rstrip('=')[:10]}"


def _nothing(_header: Content, _content: Content) -> None:
    """What only a row, or what came later, tells."""


def _without_seal(column: exports.Column) -> bool:
    """Whether its cell can be made of a header alone."""
    return column.code in _ALONE or column.field in proofs.HEADER_FIELDS


class _Known(dict[Any, str]):
    """How each value is spelled, each only once: most columns show a few values again and again."""

    def __init__(self, spell: Callable[[Any], str]) -> None:
        super().__init__()
        self._spell = spell

    def __missing__(self, value: Any) -> str:
        self[value] = found = self._spell(value)
        return found


def _cell(column: exports.Column) -> Cell:
    field, how, words = column.field, column.how, column.words
    if field is None:
        return _nothing
    if field in proofs.HEADER_FIELDS:
        return _moment(field)
    known = _Known(lambda value: log_columns.spelled(how, value, words))
    if how in ("code", "yes"):
        return lambda _, content: known[content.get(field)]
    if how == "codes":
        return lambda _, content: known[tuple(content.get(field) or ())]
    return lambda _, content: log_columns.spelled(how, content.get(field), words)


def _moment(field: str) -> Cell:
    """A header's moment. London's clocks are changed on the hour: an hour is spelled once for all in it."""
    known = _Known(lambda hour: log_columns.spelled("moment", f"{hour}:00:00Z")[: len("2026-03-02 14")])

    def cell(header: Content, _: Content) -> str:
        text: str = header[field]  # "2026-03-02T14:05:…Z", its only spelling
        return known[text[:13]] + text[13:16]

    return cell


Made = Callable[[bytes, Sequence[Content]], Cell]


def _stands_in(kind: str, field: str) -> Made:
    """A stand-in for whom a header's field names."""

    def cells(key: bytes, headers: Sequence[Content]) -> Cell:
        known = {who: stand_in(key, kind, UUID(who)) for who in {one[field] for one in headers}}
        return lambda header, _: known[header[field]]

    return cells


def _named(model: type[Model], column: str, field: str) -> Made:
    """A column of the row that a header's field names; one query for all rows."""

    def cells(_: bytes, headers: Sequence[Content]) -> Cell:
        rows = model._default_manager.filter(pk__in={UUID(one[field]) for one in headers})
        known = {str(key): str(value) for key, value in rows.values_list("pk", column)}
        return lambda header, _content: known.get(header[field], "")

    return cells


def _joined(field: str, spell: Callable[[Content], str]) -> Made:
    """Those who are named in a sealed list."""

    def cells(_: bytes, _headers: Sequence[Content]) -> Cell:
        return lambda _header, content: "; ".join(filter(None, map(spell, content.get(field) or ())))

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
