"""Packages for the tests: real entries of the real ledger, written out in the form that exports have."""

import base64
import io
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from audit import chain, checkpoints, leaves, placed, proofs, sheets, signing, zipped
from audit.exports import Column, Line
from tests.audit.making import decrypt, record

LONDON = ZoneInfo("Europe/London")
KIND = "decision.recorded"
MADE_AT = datetime(2026, 10, 2, 8, 0, tzinfo=UTC)
SECRET_WORDS = "Priya Marlowe, 14 Cedar Court"
"""What is sealed and never shown."""

OUTCOME = {"share_all": "Share all of it", "do_not_share": "Do not share"}
COLUMNS = (
    Column("decision", "Decision", "reference", "text"),
    Column("case", "Case (stand-in)", None, "text"),
    Column("recorded", "Recorded", "recorded_at", "moment"),
    Column("outcome", "Outcome", "row.outcome", "code", OUTCOME),
    Column("aims", "Meant to achieve", "row.aims", "codes", {"protect_adult": "Protect an adult"}),
    Column("included", "Items shared", "row.included", "count"),
    Column("emergency", "Emergency", "row.emergency", "yes"),
    Column("review_on", "To be looked at again", "row.review_on", "day"),
    Column("reason", "Main reasons, in words", "reason_text", "text"),
)
SHARED = proofs.Filter("outcome", "Outcome: Share all of it", "row.outcome", "is", "share_all")


def content(number: int, **row: Any) -> dict[str, Any]:
    """The sealed fields of a decision."""
    values = {
        "outcome": "share_all",
        "aims": ["protect_adult", "crime"],
        "included": number,
        "emergency": number % 2 == 0,
        "review_on": "2026-12-01" if number % 3 == 1 else None,
        "risk_level": "high",
    } | row
    return {
        "reference": f"D-{number:06}",
        "reason_text": f"=HYPERLINK({number}) – “Ångström”\n, said",
        "people": [{"name": SECRET_WORDS, "key": "a"}],
        "harm_if_not": SECRET_WORDS,
        **{f"row.{name}": value for name, value in values.items()},
    }


def a_log(cases: int = 4, decisions: int = 3) -> list[UUID]:
    """Cases with decisions among their other entries, and entries of others between; all in the log."""
    subjects = [uuid4() for _ in range(cases)]
    for number in range(decisions):
        for at, subject in enumerate(subjects):
            record(subject, kind="case.viewed", content={"case": SECRET_WORDS})
            outcome = "do_not_share" if (number + at) % 3 == 0 else "share_all"
            record(subject, kind=KIND, content=content(number * cases + at, outcome=outcome))
            record(uuid4(), kind="case.opened")
        if number < decisions - 1:
            checkpoints.checkpoint(MADE_AT, at_once=True)
    for subject in subjects:
        record(subject, kind="case.viewed")
    leaves.sequence()
    return subjects


@dataclass
class Log:
    """What an export would read: lines of decisions by their place."""

    columns: Sequence[Column] = COLUMNS
    destroyed: frozenset[UUID] = frozenset()

    def decisions(self, subjects: Sequence[UUID], keep: Callable[[Line], bool] = bool) -> list[Line]:
        size = leaves.size()
        found = [one for one in placed.entries(range(size)) if one.subject in subjects]
        kinds = {one.leaf for one in found if f'"kind":"{KIND}"'.encode() in one.header}
        return [line for line in self.lines(sorted(kinds)) if keep(line)]

    def lines(self, indexes: Sequence[int]) -> list[Line]:
        return [self._line(one) for one in placed.entries(indexes)]

    def _line(self, entry: placed.Placed) -> Line:
        said: dict[str, Any] = {}
        secret = b""
        if entry.subject not in self.destroyed:
            said, secret = chain.unseal(
                entry.sealed, decrypt=decrypt, subject=entry.subject, request_key=entry.request_key
            )
        cells = ["K-STANDIN" if one.field is None else self._cell(one, entry, said) for one in self.columns]
        return Line(entry.leaf, entry.header, said, secret, cells)

    def _cell(self, column: Column, entry: placed.Placed, said: Mapping[str, Any]) -> str:
        """By hand, not by the functions under test."""
        name = str(column.field)
        value = json.loads(entry.header)[name] if name in proofs.HEADER_FIELDS else said.get(name)
        if column.how == "moment":
            return datetime.fromisoformat(str(value)).astimezone(LONDON).strftime("%Y-%m-%d %H:%M")
        if column.how == "yes":
            return "Yes" if value else "No"
        if value in (None, [], ""):
            return ""
        codes = value if column.how == "codes" else [value]
        return "; ".join(str(column.words.get(code, code)) for code in codes)


def files_of(
    lines: Sequence[Line],
    form: str = "csv",
    *,
    filters: Sequence[proofs.Filter] = (SHARED,),
    log: Log | None = None,
) -> dict[str, bytes]:
    """The files of a package, in their order."""
    log = log or Log()
    about = proofs.About(
        kind=KIND,
        made_at=MADE_AT,
        purpose=("audit", "Audit"),
        format=form,
        log_size=leaves.sequence(),
        columns=log.columns,
        filters=filters,
        free_text=True,
        withheld=("Case", "People"),
    )
    titles = [column.title for column in log.columns]
    show = proofs.to_show(about.columns, about.filters)
    half = len(lines) // 2
    chunks = [lines[:half], lines[half:]]
    files = {f"decisions.{form}": data_of(form, titles, [[line.cells for line in some] for some in chunks])}
    files[proofs.PROOF] = b"".join(proofs.lines(some, show) for some in chunks)
    stored = [proofs.Stored(name, len(data), sha256(data).digest()) for name, data in files.items()]
    rows = [line.index for line in lines]
    for name, pieces in proofs.finish(about, rows=rows, data=stored, opened=log.lines):
        files[name] = b"".join(pieces)
    return files


def data_of(form: str, titles: Sequence[str], chunks: Sequence[Sequence[Sequence[str]]]) -> bytes:
    """The data of an export in this format."""
    if form == "pdf":
        return b"%PDF-1.7 made up"
    if form != "xlsx":
        return sheets.head(form, titles) + b"".join(sheets.rows(form, titles, some) for some in chunks)
    out = io.BytesIO()
    sheets.workbook(out, titles, [(len(some), [sheets.rows(form, titles, some)]) for some in chunks])
    return out.getvalue()


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """The package's zip."""
    members = [zipped.Member(name, len(data), zlib.crc32(data)) for name, data in files.items()]
    return b"".join(zipped.package(members, [[data] for data in files.values()]))


def signed_anew(files: Mapping[str, bytes], **said: Any) -> dict[str, bytes]:
    """The files with a manifest that names them as they are, under the right key: a signer who lies."""
    manifest = json.loads(files[proofs.MANIFEST]) | said
    others = {name: data for name, data in files.items() if name not in (proofs.MANIFEST, proofs.SIGNATURE)}
    manifest["files"] = [
        {"name": name, "size": len(data), "sha256": sha256(data).hexdigest()} for name, data in others.items()
    ]
    written = chain.canonical(manifest)
    signature = base64.b64encode(signing.sign(proofs.PURPOSE, written)) + b"\n"
    return others | {proofs.MANIFEST: written, proofs.SIGNATURE: signature}


def key() -> str:
    """The public key as an auditor is given it."""
    return base64.b64encode(signing.public_key()).decode("ascii")


def put(folder: Path, files: Mapping[str, bytes], name: str = "export.zip") -> Path:
    """The package's zip on disk."""
    path = folder / name
    path.write_bytes(zip_of(files))
    return path
