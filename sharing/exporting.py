"""The source "decisions" of exports: recorded decisions as rows, under stand-ins that each export makes anew.

A cell of a sealed field is spelled from the field itself, as whoever checks the export spells it again; what
was recorded later is read as the log was when the export was fixed. Nothing of names is read where they are
out. The registered functions are what `audit.exports.Source` says.
"""

import hmac
import json
import secrets
from base64 import b32encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID, uuid5

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Prefetch, QuerySet, prefetch_related_objects
from django.utils import timezone

from audit import chain, exports, ledger, placed, proofs
from audit.export_files import DamagedError
from audit.models import Export, Leaf
from audit.placed import Placed
from cases import events, vault
from cases.models import Case, User
from sharing import due, export_paper, lists, log, log_columns, log_filters
from sharing.models import Decision, Disclosure
from sharing.projection import KIND

CODE = "decisions"
_AAD = b"export"
_PASSWORD_BYTES = 15
_STAND_IN_BYTES = 7
_SOME = 500
Row = TypeVar("Row", bound=Model)
Content = Mapping[str, Any]


# --- an export's own secret --------------------------------------------------------------------------


def new_secret(locked: bool) -> tuple[bytes, str]:
    """What `Export.secret` holds, sealed under the organisation's key, and the package's password.

    Args:
        locked: whether the package is locked with a password of its own (120 random bits); else it is empty.

    Raises:
        vault.WrongKey: the key-encryption key is missing or damaged.
    """
    password = _grouped(secrets.token_bytes(_PASSWORD_BYTES)) if locked else ""
    said = {"files": secrets.token_hex(32), "pseudonyms": secrets.token_hex(32), "password": password}
    return vault.seal(vault.ORGANISATION, json.dumps(said).encode(), _AAD), password


def secrets_of(export: Export) -> Mapping[str, str]:
    """The opened secret of an export: "files", "pseudonyms" (hexadecimal) and "password".

    Raises:
        DamagedError: it was wiped, or is not what was stored.
    """
    try:
        opened: dict[str, str] = json.loads(
            vault.unseal(vault.ORGANISATION, bytes(export.secret or b""), _AAD)
        )
    except InvalidTag as error:
        raise DamagedError("the export's secret is not there") from error
    return opened


def _grouped(code: bytes) -> str:
    """Letters and figures in groups of four: read out, typed and copied without a slip."""
    text = b32encode(code).decode("ascii")
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def stand_in(key: bytes, kind: str, who: UUID) -> str:
    """What one export calls a case or a person: the same throughout it, another in the next.

    Args:
        key: the export's own; without it nobody can make the name again, or match two exports.
        kind: what it begins with, such as "Case".
    """
    code = hmac.digest(key, kind.encode() + who.bytes, "sha256")
    return f"{kind} {b32encode(code[:_STAND_IN_BYTES]).decode('ascii').rstrip('=')[:10]}"


# --- what it is ----------------------------------------------------------------------------------------


def about(export: Export) -> proofs.About:
    """What the manifest says of an export, and its columns with the labels of today."""
    options = export.options
    chosen = log_columns.of_codes(options["columns"])
    purpose = lists.label("export_purpose", export.purpose)
    return proofs.About(
        kind=KIND,
        made_at=timezone.now(),
        purpose=(export.purpose, purpose),
        format=options["format"],
        log_size=export.log_size or 0,
        columns=[
            exports.Column(one.code, one.title, one.field, one.how, dict(log_columns.words_of(one)))
            for one in chosen
        ],
        filters=log_filters.tests(options["filters"]),
        names=bool(options.get("names")),
        free_text=bool(options.get("free_text")),
        withheld=[one.title for one in log_columns.COLUMNS if one not in chosen],
    )


def select(export: Export) -> Iterator[int]:
    """The places of the decisions that fit, below the log's size; none of a case hidden from the owner."""
    found = log.decisions(User.objects.get(id=export.owner), export.options["filters"])
    places = Leaf.objects.filter(hash__in=found.order_by().values("entry_hash"), index__lt=export.log_size)
    return places.order_by("index").values_list("index", flat=True).iterator(10_000)


# --- its rows ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Opened:
    """A decision's entry, its seal opened (empty: its key was destroyed), its row where that is needed."""

    place: Placed
    header: Content
    content: Content
    secret: bytes
    line: log_columns.Line | None


Cell = Callable[[_Opened], str]


def lines(export: Export, indexes: Sequence[int], columns: Sequence[exports.Column]) -> list[exports.Line]:
    """The rows at these places, in their order; as many queries for many as for one.

    Raises:
        DamagedError: an entry is not what was recorded.
    """
    opened = list(_opened(export, placed.entries(indexes), columns))
    cells = _cells(export, columns, opened)
    return [
        exports.Line(
            one.place.leaf, one.place.header, one.content, one.secret, [cell(one) for cell in cells]
        )
        for one in opened
    ]


def _opened(export: Export, found: list[Placed], columns: Sequence[exports.Column]) -> Iterator[_Opened]:
    vault.load({one.subject for one in found})
    unsealed = [_unseal(one) for one in found]
    whole = all(content for content, _ in unsealed)
    rows: Mapping[bytes, log_columns.Line] = {}
    if columns and not (whole and all(one.field or one.code in _ALONE for one in columns)):
        rows = _rows(export, found, whole=whole)
    for one, (content, secret) in zip(found, unsealed, strict=True):
        yield _Opened(one, json.loads(one.header), content, secret, rows.get(one.hash))


def _unseal(one: Placed) -> tuple[Content, bytes]:
    if chain.entry_hash(one.header) != one.hash:
        raise DamagedError("the hash of an entry is not that of its header")
    try:
        return chain.unseal(
            one.sealed,
            decrypt=lambda sealed, aad: vault.unseal(one.subject, sealed, aad),
            subject=one.subject,
            request_key=one.request_key,
        )
    except vault.NoKey:
        return {}, b""
    except (InvalidTag, ValueError) as error:
        raise DamagedError("the sealed content of an entry is not what was recorded") from error


_LATER = ("reference", "case_id", "by_id", "follows_id", "follows_as", "to_send", "basis_after_sharing")


def _rows(export: Export, found: list[Placed], *, whole: bool) -> dict[bytes, log_columns.Line]:
    """What came after these decisions, by the hash of their entries, as the log was when it was fixed.

    Args:
        whole: whether every entry opens; the rows' own codes are needed where one does not.
    """
    decisions = Decision.objects.filter(entry_hash__in=[one.hash for one in found])
    if whole:
        decisions = decisions.only("entry_hash", *_LATER)
    rows = list(decisions)
    sent, size = _until(Disclosure, export.log_size), export.log_size
    followers = Prefetch("followed_by", _until(Decision, size).only("reference", "follows_id"))
    followed = Prefetch("follows", Decision.objects.only("reference"))
    prefetch_related_objects(rows, followers, Prefetch("disclosures", sent), followed)
    left = due.left_in(rows, sent) if any(one.to_send for one in rows) else {}
    return {
        bytes(one.entry_hash): log_columns.Line(
            one, list(one.disclosures.all()), left.get(one.id, []), list(one.followed_by.all())
        )
        for one in rows
    }


def _until(model: type[Row], size: int | None) -> QuerySet[Row]:
    """The rows of which the log tells below this size."""
    told = Leaf.objects.filter(hash=OuterRef("entry_hash"), index__lt=size)
    return model._default_manager.filter(Exists(told))


# --- its cells -----------------------------------------------------------------------------------------


def _cells(export: Export, columns: Sequence[exports.Column], opened: Sequence[_Opened]) -> list[Cell]:
    key = bytes.fromhex(secrets_of(export)["pseudonyms"]) if columns else b""
    return [_ALONE[one.code](key, opened) if one.code in _ALONE else _cell(one) for one in columns]


def _cell(column: exports.Column) -> Cell:
    shown = log_columns.BY_CODE[column.code]
    field, how, words = column.field, column.how, column.words
    if field is None:
        return lambda one: shown.cell(one.line) if one.line else ""
    if field in proofs.HEADER_FIELDS:
        return lambda one: log_columns.spelled(how, one.header[field], words)

    def cell(one: _Opened) -> str:
        if one.content:
            return log_columns.spelled(how, one.content.get(field), words)
        return shown.cell(one.line) if one.line else ""

    return cell


def _stands_in(kind: str, field: str) -> Callable[[bytes, Sequence[_Opened]], Cell]:
    """A stand-in for whom a header's field names."""

    def cells(key: bytes, opened: Sequence[_Opened]) -> Cell:
        known = {who: stand_in(key, kind, UUID(who)) for who in {one.header[field] for one in opened}}
        return lambda one: known[one.header[field]]

    return cells


def _named(model: type[Model], column: str, field: str) -> Callable[[bytes, Sequence[_Opened]], Cell]:
    """A column of the row that a header's field names; one query for all rows."""

    def cells(_: bytes, opened: Sequence[_Opened]) -> Cell:
        rows = model._default_manager.filter(pk__in={UUID(one.header[field]) for one in opened})
        known = {str(key): str(value) for key, value in rows.values_list("pk", column)}
        return lambda one: known.get(one.header[field], "")

    return cells


def _joined(field: str, spell: Callable[[Content], str]) -> Callable[[bytes, Sequence[_Opened]], Cell]:
    """Those who are named in a sealed list."""

    def cells(_: bytes, _opened: Sequence[_Opened]) -> Cell:
        return lambda one: "; ".join(filter(None, map(spell, one.content.get(field) or ())))

    return cells


def _recipient(said: Mapping[str, Any]) -> str:
    agency = said.get("agency_name")
    return f"{said.get('name', '')} ({agency})" if agency else str(said.get("name", ""))


_ALONE: Mapping[str, Callable[[bytes, Sequence[_Opened]], Cell]] = {
    "case": _stands_in("Case", "subject"),
    "recorder": _stands_in("Officer", "actor"),
    "case_reference": _named(Case, "reference", "subject"),
    "recorder_name": _named(User, "name", "actor"),
    "people": _joined("people", lambda said: str(said.get("name", ""))),
    "recipients": _joined("recipients", _recipient),
}
"""The columns of stand-ins and names: none is made of the decision's row."""


# --- what the ledger is told ---------------------------------------------------------------------------


def record(export: Export, kind: str, content: Content) -> Callable[[], object]:
    """Seal an entry of the owner's about their export; what is returned appends it."""
    owner = User.objects.get(id=export.owner)
    sealed = events.seal(kind, content, by=owner, now=timezone.now())
    return lambda: ledger.append(sealed)


def disclosed(export: Export, indexes: Iterable[int]) -> Iterator[object]:
    """Enter an export with names in the chain of each of its cases, each once however often it is called."""
    owner, rest = User.objects.get(id=export.owner), iter(indexes)
    counted: Counter[UUID] = Counter()
    while some := list(islice(rest, _SOME)):
        counted.update(one.subject for one in placed.entries(some))
        yield None
    for case_id, count in counted.items():
        yield _disclosed(export, owner, case_id, count)


def _disclosed(export: Export, owner: User, case_id: UUID, count: int) -> object:
    key = uuid5(export.id, case_id.hex)
    if ledger.entry(key):
        return None
    said = {"export": str(export.id), "purpose": export.purpose, "rows": count}
    said |= {"free_text": bool(export.options.get("free_text"))}
    case = Case.objects.get(id=case_id)
    try:
        sealed = events.seal("case.exported", said, case=case, by=owner, now=timezone.now(), request_key=key)
    except vault.NoKey:
        return None  # its text is gone; what is shown of it are codes
    try:
        with transaction.atomic():
            Case.objects.select_for_update().get(id=case_id)
            return ledger.append(sealed)
    except ledger.DuplicateRequest:
        return None


# --- on paper ------------------------------------------------------------------------------------------


def paper(export: Export, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """The rows as a tagged PDF."""
    said = [f"{one.title}." for one in log_filters.tests(export.options["filters"])]
    said.append(f"{len(rows)} decisions. Purpose: {lists.label('export_purpose', export.purpose)}.")
    return export_paper.pdf("Decision log", said, titles, rows, training=settings.DEMO)


def register() -> None:
    """Offer this source to the export job."""
    exports.register(exports.Source(CODE, about, select, lines, secrets_of, record, disclosed, paper))
