"""The source "decisions" of exports: recorded decisions as rows, under stand-ins that each export makes anew.

A cell of a sealed field is spelled from the field itself, as whoever checks the export spells it again; what
was recorded later is read as the log was when the export was fixed. Nothing of names is read where they are
out. The registered functions are what `audit.exports.Source` says.
"""

import json
import secrets
from base64 import b32encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID, uuid5

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from audit import exports, ledger, placed, proofs
from audit.aside import Aside
from audit.export_files import DamagedError
from audit.export_work import ProblemError
from audit.models import Export, Leaf
from cases import events, vault
from cases.models import Case, User
from sharing import export_paper, export_rows, export_seals, lists, log, log_columns, log_filters
from sharing.projection import KIND

CODE = "decisions"
_AAD = b"export"
_PASSWORD_BYTES = 15
_STAND_IN_BYTES = 7
_SOME = 500
Row = TypeVar("Row", bound=Model)
Content = Mapping[str, Any]


# --- an export's own secret --------------------------------------------------------------------------


def new_secret(request_key: UUID, *, locked: bool) -> tuple[bytes, str]:
    """What `Export.secret` holds, sealed under the organisation's key, and the package's password.

    Args:
        request_key: the export's own: in the row of another it does not open.
        locked: whether the package is locked with a password of its own (120 random bits); else it is empty.

    Raises:
        vault.WrongKey: the key-encryption key is missing or damaged.
    """
    password = _grouped(secrets.token_bytes(_PASSWORD_BYTES)) if locked else ""
    said = {"files": secrets.token_hex(32), "pseudonyms": secrets.token_hex(32), "password": password}
    return vault.seal(vault.ORGANISATION, json.dumps(said).encode(), _AAD + request_key.bytes), password


def secrets_of(export: Export) -> Mapping[str, str]:
    """The opened secret of an export: "files", "pseudonyms" (hexadecimal) and "password".

    Raises:
        DamagedError: it was wiped, or is not what was stored.
    """
    try:
        sealed, bound = bytes(export.secret or b""), _AAD + export.request_key.bytes
        opened: dict[str, str] = json.loads(vault.unseal(vault.ORGANISATION, sealed, bound))
    except InvalidTag as error:
        raise DamagedError("the export's secret is not there") from error
    return opened


def _grouped(code: bytes) -> str:
    """Letters and figures in groups of four: read out, typed and copied without a slip."""
    text = b32encode(code).decode("ascii")
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


# --- what it is ----------------------------------------------------------------------------------------


def about(export: Export) -> proofs.About:
    """What the manifest says of an export, and its columns with the labels of today."""
    options = export.options
    may = log_columns.allowed(names=bool(options.get("names")), free_text=bool(options.get("free_text")))
    chosen = log_columns.of_codes(may & set(options["columns"]))
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
    """The places of the decisions that fit, below the log's size; none of a case hidden from the owner.

    Raises:
        ProblemError: the owner is no lead, or none any more when all are told: fewer decisions fit those who
            are none, and the package would say that there are no others.
    """
    found = log.decisions(_lead(export), export.options["filters"])
    places = Leaf.objects.filter(hash__in=found.order_by().values("entry_hash"), index__lt=export.log_size)
    yield from places.order_by("index").values_list("index", flat=True).iterator(10_000)
    _lead(export)


def _lead(export: Export) -> User:
    owner = User.objects.filter(id=export.owner, is_active=True, role=User.Role.GOVERNANCE).first()
    if owner is None:
        raise ProblemError(exports.NO_LEAD)
    return owner


def lines(
    export: Export, entries: Sequence[placed.Placed], columns: Sequence[exports.Column], aside: Aside
) -> list[exports.Line]:
    """The rows of these entries, in their order (`export_rows.lines`)."""
    key = bytes.fromhex(secrets_of(export)["pseudonyms"])
    return export_rows.lines(export, entries, columns, key, aside)


# --- what the ledger is told ---------------------------------------------------------------------------


def record(export: Export, kind: str, content: Content) -> Callable[[], object]:
    """Seal an entry of the owner's about their export; what is returned appends it.

    Raises:
        cases.models.User.DoesNotExist: the row names an owner whom there is not.
    """
    owner = User.objects.get(id=export.owner)
    key = export_seals.written_key(export) if kind == "export.written" else None
    sealed = events.seal(kind, content, by=owner, now=timezone.now(), request_key=key)
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
    hooks = (about, select, lines, secrets_of, vault.destroyed, export_seals.confirm, record)
    exports.register(exports.Source(CODE, *hooks, disclosed, paper))
