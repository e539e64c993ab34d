"""What makes an export checkable without us: proof lines, its cases' chains, one proof to the log's root.

**A package** is one folder of files, or one zip of them in the form of `audit/zipped.py` (stored, nothing
compressed). A locked one is opened by a zip program into an empty folder first. `audit/verifier.py` checks
both. "Canonical JSON" is `audit.chain.canonical`; lines end in one newline; hashes are lower-case hexadecimal
where nothing else is said; base64 is the standard alphabet with padding.

decisions.csv, .jsonl, .xlsx or .pdf
    The data, in one file or several (`data` of the manifest names them in order; the rows go on from one to
    the next), as `audit/sheets.py` writes them. The text of a PDF is not compared.
proof.jsonl
    One line of canonical JSON for each data row, in their order, which is that of the leaf index: `index`,
    `header` (the stored bytes as text) and, unless the case's key was destroyed before, `form` (the first 16
    digits of SHA-256 over the canonical list of the names of all its fields, sorted), `names` (that list,
    where no earlier line had this form, or again), `shown` {field: [salt, value]} and `hidden` (base64 of the
    salted hashes of the other fields, 32 bytes each, in the order of their names). A salt is
    HMAC-SHA256(the entry's secret, canonical name): those of shown fields alone, the secret never.
chains.jsonl
    For each case that has a row, ordered by subject: a line for each entry of its chain from 1 to the last
    one below the log's size: `index` and `header`; for recorded decisions that are no rows also `form`,
    `names`, `shown` and `hidden`, with those fields shown that a filter asks about.
tree.txt
    The roots, one a line, left to right, of the largest subtrees of the log (RFC 6962) that hold no entry of
    chains.jsonl: with those entries' hashes they give the log's root.
earlier.json
    Canonical JSON, a list of [size, [hashes]]: consistency proofs (RFC 6962, 2.1.2) of the last checkpoints.
checkpoint.txt
    The checkpoint (a signed note: origin, size, root) at the size that the log had for this export.
verifier.py, README.txt
    What checks it, and how. The copy to trust is one that came by another way, like the key.
manifest.json
    Canonical JSON: `version` (1), `kind`, `made_at`, `purpose` {code, words}, `format`, `data`, `names`,
    `free_text`, `columns` [{code, title, field, how, words}], `filters` [{code, title, field, test, value}],
    `rows`, `cases`, `outside` (recorded decisions of those cases that are no rows), `withheld` (titles of
    columns), `log` {origin, size, root}, `files` [{name, size, sha256}]: all the others, as they are packed.
manifest.sig
    base64 and a newline: the Ed25519 signature over `PURPOSE`, a newline and the bytes of manifest.json.

A filter's `test` of the field's value (a field that is not there: null): `is`, `one_of` (a list), `has` (the
value, a list, holds it), `any` and `none` (there is something, or nothing: null, false, 0, "" and [] are
nothing), `from` and `before` (moments: "2026-03-14T09:30:00.000000Z"), `either` (one of a list of [field,
test, value] holds; its own `field` is null). Any other `field` of null cannot be shown from the log: the
signature alone covers it. "occurred_at" and "recorded_at" are the header's.

The job (`audit/exports.py`) writes the data and, for each chunk of rows, `lines(chunk, show)`; then it drains
`finish(...)`, file after file, and packs everything with `zipped.package`.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from itertools import chain as joined
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from uuid import UUID

from django.db import connection

from audit import chain, checkpoints, leaves, ledger, merkle, note, signing
from audit.models import Checkpoint, Head

if TYPE_CHECKING:
    from audit.exports import Column, Line

VERSION: Final = 1
PURPOSE: Final = "dahashare export manifest v1"
PROOF, CHAINS, TREE, EARLIER = "proof.jsonl", "chains.jsonl", "tree.txt", "earlier.json"
CHECKPOINT, VERIFIER, README = "checkpoint.txt", "verifier.py", "README.txt"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
HEADER_FIELDS: Final = frozenset({"occurred_at", "recorded_at"})
"""Columns and filters of these names show the header, which every line holds anyway."""
FORM_DIGITS = 16
KEPT_CHECKPOINTS = 100
"""From how many of the last checkpoints a package shows that the log only grew."""
FEW_ROWS = 50_000
"""Up to here the cases are collected; past it all subjects are gone through, so that memory stays flat."""
SUBJECTS, INDEXES, NODES = 50, 500, 1000  # how much is asked for, or handed on, at a time

README_TEXT: Final = """\
An export of recorded decisions, with what it takes to check it without us.

What you need
  Python 3.10 or newer, nothing else, and no network.
  Our public key, and best of all verifier.py too, got by another way than this export: from our
  information governance lead, or from a checkpoint that you were handed before.
  If you hold a checkpoint of our log from an earlier day: its file.

How to check
  python3 verifier.py export.zip --key PUBLIC-KEY
  python3 verifier.py export.zip --key PUBLIC-KEY --checkpoint CHECKPOINT-FILE
A folder that the files were unpacked to can be given in place of the zip: the files of the export and no
others. If the zip asks for a password, unpack it with a zip program first.

What the check tells
  It prints what is proved from the log, what rests on our signature alone, and what was withheld.
  It ends with 0: all matches; 1: refused, do not rely on this export; 2: it could not be checked.

The files
  decisions.*     the rows
  proof.jsonl     for each row: its entry of the log, the fields that are shown, fingerprints of all others
  chains.jsonl    all entries of the cases shown, so that no decision of theirs can be left out unseen
  tree.txt        what joins those entries to the log's root
  earlier.json    what joins earlier checkpoints to this one
  checkpoint.txt  the log's size and root, signed
  manifest.json   what was asked for, counts, and the fingerprint of each file; manifest.sig signs it

The ids in proof.jsonl and chains.jsonl are random and name nobody, but they are the same in every export:
whoever must not join two exports should be given the rows alone.
"""
"""What goes into every package for whoever opens it."""

Test = Literal["is", "one_of", "has", "any", "none", "from", "before", "either"]


@dataclass(frozen=True)
class Filter:
    """What chose the rows, so that a verifier can ask it of every decision of the cases shown.

    `field` is the sealed field or the header's that it asks about, None where the log cannot show it; `title`
    says all of it to people ("Recorded from 1 July 2026"). Every filter of an export has to hold. `value` is
    what canonical JSON can hold; for codes of a yes use `any` or `none`: a "no" may not be recorded at all.
    """

    code: str
    title: str
    field: str | None
    test: Test
    value: Any = None


@dataclass(frozen=True)
class About:
    """What the manifest says of an export besides what the files themselves tell.

    `purpose`: the code and the words of why it was made; `withheld`: the titles of the columns left out;
    `names`, `free_text`: whether those are in; `log_size`: the log's size that the export was fixed at.
    """

    kind: str
    made_at: datetime
    purpose: tuple[str, str]
    format: str
    log_size: int
    columns: "Sequence[Column]"
    filters: Sequence[Filter]
    names: bool = False
    free_text: bool = False
    withheld: Sequence[str] = field(default=())


class Stored(NamedTuple):
    """A file of the package that is written already: name, size in bytes, SHA-256."""

    name: str
    size: int
    sha256: bytes


def to_show(columns: "Iterable[Column]", filters: Iterable[Filter]) -> frozenset[str]:
    """The sealed fields that an export with these columns and filters discloses."""
    asked = list(filters)
    named = {one.field for one in columns} | {one.field for one in asked}
    named |= {name for one in asked if one.test == "either" for name, _, _ in one.value}
    return frozenset(name for name in named if name and name not in HEADER_FIELDS)


# --- Lines -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1000)
def _canonical_name(name: str) -> bytes:
    return chain.canonical(name)


class _Lines:
    """The lines of one stretch: the names of a form are told once in it, so that any stretch stands alone."""

    def __init__(self, show: frozenset[str]) -> None:
        self.show, self._forms = show, dict[tuple[str, ...], str]()

    def line(self, line: "Line") -> bytes:
        said: dict[str, Any] = {"index": line.index, "header": line.header.decode("ascii")}
        values = parted(line.canonical) if line.canonical else _canonical_values(line.content)
        if not values:
            return chain.canonical(said) + b"\n"
        said |= self._form(tuple(sorted(values)))
        shown, said["hidden"] = self._fields(line.secret, values)
        # The keys of `said` sort before "shown", whose values are canonical bytes already.
        return chain.canonical(said)[:-1] + b',"shown":{' + b",".join(shown) + b"}}\n"

    def _form(self, names: tuple[str, ...]) -> dict[str, Any]:
        if names in self._forms:
            return {"form": self._forms[names]}
        form = sha256(chain.canonical(list(names))).hexdigest()[:FORM_DIGITS]
        self._forms[names] = form
        return {"form": form, "names": list(names)}

    def _fields(self, secret: bytes, values: Mapping[str, bytes]) -> tuple[list[bytes], str]:
        """The shown fields as members of a canonical object, and the hashes of the others."""
        shown, hidden, to_show = [], [], self.show
        # HMAC-SHA256 (RFC 2104) under one key, begun once: sixty names then take a third of the time.
        key = secret.ljust(64, b"\0")
        begun, ended = sha256(key.translate(_INNER)).copy, sha256(key.translate(_OUTER)).copy
        for name in sorted(values):
            known = _canonical_name(name)
            inside, around = begun(), ended()
            inside.update(known)
            around.update(inside.digest())
            salt = around.digest()
            if name in to_show:
                shown.append(b'%b:["%b",%b]' % (known, salt.hex().encode(), values[name]))
            else:
                hidden.append(sha256(salt + values[name]).digest())
        return shown, base64.b64encode(b"".join(hidden)).decode("ascii")


_INNER, _OUTER = bytes(at ^ 0x36 for at in range(256)), bytes(at ^ 0x5C for at in range(256))


def _canonical_values(content: Mapping[str, Any]) -> dict[str, bytes]:
    return {name: chain.canonical(value) for name, value in content.items()}


def parted(canonical: bytes | memoryview) -> dict[str, bytes]:
    """The canonical bytes of each field of a canonical object.

    They are a stretch of it: to cut them out takes a tenth of the time that making them again takes.

    Raises:
        ValueError: it is no object in its canonical form.
    """
    text, found = str(canonical, "utf-8"), dict[str, bytes]()
    at, size = 1, len(text)
    while at < size - 1:
        try:
            name, colon = _scan(text, at)
            _, end = _scan(text, colon + 1)
        except StopIteration as error:
            raise ValueError("the sealed content is not in its canonical form") from error
        found[name] = text[colon + 1 : end].encode()
        at = end + 1
    return found


_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
"""Reads one value of a text from a place on; gives it and the place behind it."""


def lines(chunk: "Iterable[Line]", show: frozenset[str]) -> bytes:
    """The lines of proof.jsonl for a stretch of rows.

    Args:
        chunk: rows in the order of the data; a row without content is one whose key was destroyed.
        show: `to_show(...)`; of every other field a salted hash is all that goes out.
    """
    form = _Lines(show)
    return b"".join(map(form.line, chunk))


# --- Which entries and which subtrees -----------------------------------------------------------------------


class Marks:
    """A set of numbers below `size`, one bit each: a million take 125 kilobytes."""

    def __init__(self, size: int) -> None:
        self._bits = bytearray(size + 7 >> 3)
        self.size, self.count = size, 0

    def add(self, number: int) -> None:
        """Raises ValueError for one that is there, or outside."""
        if not 0 <= number < self.size or number in self:
            raise ValueError("an entry outside the log, or an entry twice")
        self._bits[number >> 3] |= 1 << (number & 7)
        self.count += 1

    def __contains__(self, number: int) -> bool:
        return bool(self._bits[number >> 3] >> (number & 7) & 1)

    def __iter__(self) -> Iterator[int]:
        for at, byte in enumerate(self._bits):
            if byte:
                yield from (at * 8 + bit for bit in range(8) if byte >> bit & 1)


def cover(marks: Marks) -> Iterator[merkle.Piece]:
    """The largest subtrees that hold none of the marked leaves, left to right; holds a path, not the list."""
    numbers = iter(marks)
    following = next(numbers, marks.size)
    waiting = [merkle.Piece(0, marks.size)] if marks.size else []
    while waiting:
        piece = waiting.pop()
        if following >= piece.high:
            yield piece
        elif piece.high - piece.low == 1:
            following = next(numbers, marks.size)
        else:
            waiting += reversed(_halves(piece))


def _halves(piece: merkle.Piece) -> tuple[merkle.Piece, merkle.Piece]:
    middle = piece.low + (1 << (piece.high - piece.low - 1).bit_length() - 1)
    return merkle.Piece(piece.low, middle), merkle.Piece(middle, piece.high)


def _roots(wanted: Iterable[merkle.Piece], size: int) -> dict[merkle.Piece, bytes]:
    """The roots of any subtrees of the log of `size` entries, and its own, in one pass over it."""
    if not size:
        return {merkle.Piece(0, 0): merkle.EMPTY}
    parted = set[merkle.Piece]()
    for piece in wanted:
        at = merkle.Piece(0, size)
        while at != piece:
            parted.add(at)
            left, right = _halves(at)
            at = left if piece.low < left.high else right
    order, waiting = [], [merkle.Piece(0, size)]
    while waiting:
        at = waiting.pop()
        if at in parted:
            waiting += reversed(_halves(at))
        else:
            order.append(at)
    found = dict(zip(order, _subtrees(order, size), strict=True))
    for at in sorted(parted, key=lambda piece: piece.high - piece.low):
        left, right = _halves(at)
        found[at] = merkle.node(found[left], found[right])
    return found


def _subtrees(pieces: Iterable[merkle.Piece], size: int) -> Iterator[bytes]:
    # In one reading of the leaves: pieces of a proof are many and small, a question for each would take long.
    return merkle.subtrees(pieces, joined.from_iterable(leaves.hashes(0, size)))


_CHAINS = """
SELECT e.subject, l."index", e.header, e.kind FROM audit_entry e JOIN audit_leaf l ON l.hash = e.hash
WHERE e.subject IN ({subjects}) AND l."index" < %s ORDER BY e.subject, e.seq
"""
_SUBJECTS = """
SELECT DISTINCT e.subject FROM audit_entry e JOIN audit_leaf l ON l.hash = e.hash
WHERE l."index" IN ({indexes})
"""


class _Link(NamedTuple):
    """An entry of a case's chain."""

    place: int
    header: bytes
    kind: str


def _subjects(rows: Marks) -> Iterator[UUID]:
    """The subjects of the rows, sorted; for many rows simply all subjects."""
    if rows.count > FEW_ROWS:
        yield from Head.objects.order_by("subject").values_list("subject", flat=True).iterator(SUBJECTS)
        return
    found, numbers = set[UUID](), iter(rows)
    while some := list(islice(numbers, INDEXES)):
        with connection.cursor() as cursor:
            cursor.execute(_SUBJECTS.format(indexes=", ".join(["%s"] * len(some))), some)
            found.update(UUID(str(subject)) for (subject,) in cursor.fetchall())
    yield from sorted(found)


def _chains(rows: Marks) -> Iterator[list[list[_Link]]]:
    """The chains of the cases that have a row, some at a time, each from its first entry.

    Raises ValueError where a chain has a gap below the log's size: nothing could be proved with it.
    """
    subjects = _subjects(rows)
    while some := list(islice(subjects, SUBJECTS)):
        with connection.cursor() as cursor:
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(_CHAINS.format(subjects=marks), [*map(ledger._key, some), rows.size])
            stored = cursor.fetchall()
        chains = [
            [_Link(index, bytes(header), kind) for _, index, header, kind in group]
            for _, group in groupby(stored, key=itemgetter(0))
        ]
        shown = [links for links in chains if any(link.place in rows for link in links)]
        for links in shown:
            _whole(links)
        yield shown


def _whole(links: Sequence[_Link]) -> None:
    for seq, link in enumerate(links, 1):
        if b',"seq":%d,' % seq not in link.header:
            raise ValueError(f"a case's chain has a gap at entry {seq}: nothing can be proved with it")


# --- Files -------------------------------------------------------------------------------------------------


class _Measured:
    """Chunks on their way to the package, with what the manifest says of them."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks, self._size, self._hash = chunks, 0, sha256()
        self._drained = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._size += len(chunk)
            self._hash.update(chunk)
            yield chunk
        self._drained = True

    def stored(self, name: str) -> Stored:
        if not self._drained:
            raise ValueError(f"{name} has to be written before the next file is asked for")
        return Stored(name, self._size, self._hash.digest())


Opened = Callable[[Sequence[int]], "Sequence[Line]"]
Files = Iterator[tuple[str, Iterable[bytes]]]


def finish(about: About, *, rows: Iterable[int], data: Sequence[Stored], opened: Opened) -> Files:
    """The files of a package that come after its data and proof.jsonl: name and chunks, in their order.

    Each has to be drained before the next is asked for. Reads the log once for the chains, twice for the
    tree; holds some chains at a time and two bits an entry.

    Args:
        rows: the leaf indexes of the rows, each once, all below `about.log_size`.
        data: what is written already, as it is packed: the data and, last, proof.jsonl.
        opened: lines of other recorded decisions of the same cases, by leaf index, for what the filters ask.

    Raises:
        ValueError: a row is not in the log, or a chain has a gap: an export of it would prove nothing.
    """
    shown = _Shown(about, rows, opened)
    head = _head(about.log_size)
    stored = list(data)
    for name, chunks in (
        (CHAINS, shown.chains()),
        (TREE, _tree(shown.linked)),
        (EARLIER, [chain.canonical(head.earlier)]),
        (CHECKPOINT, [head.note.encode()]),
        (VERIFIER, [(Path(__file__).parent / VERIFIER).read_bytes()]),
        (README, [README_TEXT.encode()]),
    ):
        measured = _Measured(chunks)
        yield name, measured
        stored.append(measured.stored(name))
    manifest = chain.canonical(_manifest(about, shown, head, stored, [one.name for one in data[:-1]]))
    yield MANIFEST, [manifest]
    yield SIGNATURE, [base64.b64encode(signing.sign(PURPOSE, manifest)) + b"\n"]


class _Shown:
    """The cases of an export: their chains as lines, counted on the way."""

    def __init__(self, about: About, rows: Iterable[int], opened: Opened) -> None:
        self.kind, self._opened = about.kind, opened
        self._show = to_show((), about.filters)
        self.rows, self.linked = Marks(about.log_size), Marks(about.log_size)
        for index in rows:
            self.rows.add(index)
        self.cases = self.outside = self._found = 0

    def chains(self) -> Iterator[bytes]:
        """chains.jsonl, some cases at a time."""
        form = _Lines(self._show)
        for chains in _chains(self.rows):
            outside = [link.place for links in chains for link in links if self._outside(link)]
            said = {line.index: line for line in self._opened(outside)} if outside and self._show else {}
            for links in chains:
                self._count(links)
                yield b"".join(
                    form.line(said[link.place]) if link.place in said else _bare(link) for link in links
                )
            self.outside += len(outside)
        if self._found != self.rows.count:
            raise ValueError("a row of the export has no entry in the log")

    def _outside(self, link: _Link) -> bool:
        return link.kind == self.kind and link.place not in self.rows

    def _count(self, links: Sequence[_Link]) -> None:
        self.cases += 1
        for link in links:
            self.linked.add(link.place)
            self._found += link.place in self.rows


def _bare(link: _Link) -> bytes:
    return chain.canonical({"index": link.place, "header": link.header.decode("ascii")}) + b"\n"


def _tree(linked: Marks) -> Iterator[bytes]:
    roots = _subtrees(cover(linked), linked.size)
    while some := list(islice(roots, NODES)):
        yield b"".join(root.hex().encode() + b"\n" for root in some)


@dataclass(frozen=True)
class _Head:
    """The log as the export was fixed at: its root, the note that says so, proofs from earlier notes."""

    statement: note.Statement
    note: str
    earlier: list[list[Any]]


def _head(size: int) -> _Head:
    statement = checkpoints.head(size)
    before = Checkpoint.objects.filter(origin=statement.origin, size__lt=size, size__gt=0).order_by("-size")
    sizes = sorted(before.values_list("size", flat=True)[:KEPT_CHECKPOINTS])
    pieces = {old: merkle.consistency(old, size) for old in sizes}
    roots = _roots({piece for some in pieces.values() for piece in some}, size)
    if roots[merkle.Piece(0, size)] != statement.root:
        raise ValueError("the log is not the one that was checked before")
    earlier = [[old, [roots[piece].hex() for piece in some]] for old, some in pieces.items()]
    return _Head(statement, checkpoints.signed(statement), earlier)


def _manifest(
    about: About, shown: _Shown, head: _Head, stored: Sequence[Stored], data: Sequence[str]
) -> dict[str, Any]:
    code, words = about.purpose
    return {
        "version": VERSION,
        "kind": about.kind,
        "made_at": chain.spell_time(about.made_at),
        "purpose": {"code": code, "words": words},
        "format": about.format,
        "data": list(data),
        "names": about.names,
        "free_text": about.free_text,
        "columns": [
            {
                "code": one.code,
                "title": one.title,
                "field": one.field,
                "how": one.how,
                "words": dict(one.words),
            }
            for one in about.columns
        ],
        "filters": [
            {"code": one.code, "title": one.title, "field": one.field, "test": one.test, "value": one.value}
            for one in about.filters
        ],
        "rows": shown.rows.count,
        "cases": shown.cases,
        "outside": shown.outside,
        "withheld": list(about.withheld),
        "log": {
            "origin": head.statement.origin,
            "size": head.statement.size,
            "root": head.statement.root.hex(),
        },
        "files": [{"name": one.name, "size": one.size, "sha256": one.sha256.hex()} for one in stored],
    }
