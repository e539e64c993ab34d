"""The form of a ledger entry: canonical bytes, commitments, hashes, and the check of a whole chain. Pure.

One chain for each subject. `entry_hash` is the next entry's `prev` and, with its leading zero byte, an
RFC 6962 leaf. `docs/decisions/0002-ledger.md` says why the entry looks like this.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

GENESIS = bytes(32)  # what stands for `prev` in a subject's first entry
SECRET_BYTES = 32
MAX_DEPTH = 32
KIND = re.compile(r"[a-z0-9]+(?:[._][a-z0-9]+)*")
KIND_LENGTH = 64
RECEIPT_BYTES = 10  # 80 bits are 16 base32 characters


def canonical(value: Any) -> bytes:
    """`value` as the only bytes that stand for it: UTF-8 JSON, keys sorted by code point, no spaces.

    Raises ValueError for what has no single spelling (floats, other types) or no safe one (NUL, surrogates).
    """
    _check(value, depth=0)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _check(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError("keys must be text")  # noqa: TRY004 - one exception for every bad value
            _check_text(key)
            _check(item, depth + 1)
    elif value is not None and not isinstance(value, int):
        raise ValueError(f"{type(value).__name__} has no canonical form")


def _check_text(text: str) -> None:
    # The text itself stays out of the message: it may be personal.
    if "\0" in text:
        raise ValueError("text holds a NUL character")
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("text holds half of a character (a lone surrogate)")


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry's content, encrypted and committed to, before the ledger gives it its place."""

    subject: UUID
    kind: str
    actor: UUID
    occurred_at: datetime
    request_key: UUID
    ciphertext: bytes
    commit: bytes


def seal(
    content: Mapping[str, Any],
    *,
    encrypt: Callable[[bytes, bytes], bytes],
    subject: UUID,
    kind: str,
    actor: UUID,
    occurred_at: datetime,
    request_key: UUID | None = None,
) -> Sealed:
    """Encrypt `content` (one level of named fields) for an entry. Done before the transaction opens.

    `encrypt` takes the plaintext and the bytes to bind it to (subject, request key), returns ciphertext.
    `request_key` is what makes a repeated submission one entry; a random one where none is given.
    Raises ValueError for content without a canonical form, a malformed kind, or a time without a zone.
    """
    if len(kind) > KIND_LENGTH or not KIND.fullmatch(kind):
        raise ValueError("a kind is lower-case words joined by dots, at most 64 characters")
    spell_time(occurred_at)
    key = request_key or uuid4()
    secret = secrets.token_bytes(SECRET_BYTES)
    ciphertext = encrypt(secret + canonical(dict(content)), subject.bytes + key.bytes)
    return Sealed(
        subject=subject,
        kind=kind,
        actor=actor,
        occurred_at=occurred_at,
        request_key=key,
        ciphertext=ciphertext,
        commit=commitment(content, secret),
    )


def unseal(
    ciphertext: bytes, *, decrypt: Callable[[bytes, bytes], bytes], subject: UUID, request_key: UUID
) -> tuple[dict[str, Any], bytes]:
    """The content of an entry and the 32 random bytes that its commitment was made with.

    Raises what `decrypt` raises, and ValueError where the plaintext is not an entry's.
    """
    plaintext = decrypt(ciphertext, subject.bytes + request_key.bytes)
    content = json.loads(plaintext[SECRET_BYTES:])
    if not isinstance(content, dict):
        raise ValueError("the sealed content is not a set of named fields")  # noqa: TRY004 - a bad value
    return content, plaintext[:SECRET_BYTES]


def commitment(content: Mapping[str, Any], secret: bytes) -> bytes:
    """SHA-256 over (field name, salted hash of the value): each field can be shown or withheld alone."""
    fields = []
    for name in sorted(content):
        salt = hmac.digest(secret, canonical(name), "sha256")
        fields.append([name, hashlib.sha256(salt + canonical(content[name])).hexdigest()])
    return hashlib.sha256(canonical(fields)).digest()


def spell_time(when: datetime) -> str:
    """`when` in UTC with six digits of a second, the one spelling a header knows.

    Raises ValueError where it has no zone or lies outside the calendar.
    """
    if when.utcoffset() is None:
        raise ValueError("a time in the ledger needs its time zone")
    try:
        return when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    except OverflowError as error:
        raise ValueError("the time lies outside the calendar") from error


def header_bytes(sealed: Sealed, *, seq: int, prev: bytes, recorded_at: datetime) -> bytes:
    """The header of the entry that `sealed` becomes at place `seq` of its subject, after the entry `prev`."""
    return canonical(
        {
            "actor": str(sealed.actor),
            "commit": sealed.commit.hex(),
            "ct": hashlib.sha256(sealed.ciphertext).hexdigest(),
            "kind": sealed.kind,
            "occurred_at": spell_time(sealed.occurred_at),
            "prev": prev.hex(),
            "recorded_at": spell_time(recorded_at),
            "request_key": str(sealed.request_key),
            "seq": seq,
            "subject": str(sealed.subject),
        }
    )


def entry_hash(header: bytes) -> bytes:
    """SHA-256(0x00 ‖ header): the leaf hash of RFC 6962."""
    return hashlib.sha256(b"\0" + header).digest()


def receipt_code(hashed: bytes) -> str:
    """The first 80 bits of an entry's hash for people: XXXX-XXXX-XXXX-XXXX in base32 (RFC 4648)."""
    code = base64.b32encode(hashed[:RECEIPT_BYTES]).decode("ascii")
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


class Row(NamedTuple):
    """An entry as the database holds it: bytes, text and numbers in the header's spelling.

    `spelled` is the header as the columns would have it, written by the database; `placed`: whether the entry
    has its leaf. `head_seq` and `head_hash` are what the subject's head says, None where it has none.
    """

    hash: bytes
    subject: bytes
    seq: bytes
    prev: bytes
    ct: bytes
    header: bytes
    spelled: bytes
    sealed: bytes
    placed: bool
    head_seq: bytes | None
    head_hash: bytes | None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not match: which entry (hash in hexadecimal, subject, place), and what of it."""

    hash: str
    subject: str
    seq: str
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of rows found: how many entries of how many subjects, and the first bad one.

    Besides: how many of them have their leaf, and how many there are of each kind.
    """

    entries: int
    subjects: int
    problem: Problem | None
    placed: int = field(default=0, compare=False)
    kinds: Mapping[str, int] = field(default_factory=dict, compare=False)


_UUID = rb'"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"'
_TIME = rb'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"'
# What stands here is what the database wrote of bytes in hexadecimal: how much of it is all there is to see.
_SHA = rb'".{64}"'
_PATTERNS = {
    "actor": _UUID,
    "commit": _SHA,
    "ct": _SHA,
    "kind": rb'"%b"' % KIND.pattern.encode(),
    "occurred_at": _TIME,
    "prev": _SHA,
    "recorded_at": _TIME,
    "request_key": _UUID,
    "seq": rb"[1-9]\d*",
    "subject": _UUID,
}
HEADER = re.compile(
    rb"\{" + b",".join(b'"%b":%b' % (name.encode(), pattern) for name, pattern in _PATTERNS.items()) + rb"\}"
)
_PARTS = re.compile(rb'"([a-z_]+)":("[^"]*"|[^,}]*)[,}]')


def _wrong_in_itself(row: Row) -> str | None:
    """What is wrong with an entry whatever stands around it, or None."""
    if row.header != row.spelled:
        said, is_ = (dict(_PARTS.findall(text)) for text in (row.header, row.spelled))
        differing = [name for name in _PATTERNS if said.get(name.encode()) != is_.get(name.encode())]
        if not differing or set(said) != {name.encode() for name in _PATTERNS}:
            return "the header is not in its canonical form"
        return f"the column {differing[0]} differs from the header"
    if not HEADER.fullmatch(row.header):
        return "the header is not in its canonical form"
    if entry_hash(row.header) != row.hash:
        return "the hash is not that of the header"
    if hashlib.sha256(row.sealed).digest() != row.ct:
        return "the sealed content is not what was recorded"
    return None


def _wrong_at_end(last: Row, seq: int) -> str | None:
    """What is wrong between a subject's last entry, the `seq`th, and its head, or None."""
    if last.head_seq is None:
        return "its subject has no head"
    if last.head_seq != b"%d" % seq:
        return f"the head counts {_text(last.head_seq)} entries of this subject, {seq} are there"
    if last.head_hash != last.hash:
        return "the head holds another hash than the last entry"
    return None


def _text(value: bytes) -> str:
    return value.decode("ascii", "backslashreplace")


def _named(row: Row, why: str | None) -> Problem | None:
    return Problem(row.hash.hex(), _text(row.subject), _text(row.seq), why) if why else None


# Where a header's kind begins, and what of it is not kind or seq, when each part has its length.
_KIND_AT = len('{"actor":"","commit":"","ct":"","kind":"') + 36 + 64 + 64
_CT = slice(58 + 64, 58 + 64 + 8)
_REST = (
    len('","occurred_at":"","prev":"","recorded_at":"","request_key":"","seq":,"subject":""}')
    + 2 * 27
    + 64
    + 2 * 36
)
_MOST_KINDS = 1000  # an application has some hundred; more are not kept in memory


def verify(
    rows: Iterable[Row], before: Callable[[Row], tuple[int, bytes]] | None = None, *, typed: bool = False
) -> Verdict:
    """Recompute every hash and link of `rows`, ordered by subject and place, in one pass, in constant memory.

    An entry that is wrong in itself is named before a broken link: it is the cause, the link only shows it.

    Args:
        before: the place and the hash of the entry before a subject's first row, where the rows are not whole
            chains; else each begins at one.
        typed: the columns' types vouch for identifiers and times in what the database spells, so that their
            lengths and the kind are all that is left to look at.
    """
    entries = subjects = seq = placed = 0
    prev, subject = GENESIS, b""
    last: Row | None = None
    own: Problem | None = None
    link: Problem | None = None
    kinds: dict[bytes, int] = {}
    sha256, canonical_form = hashlib.sha256, HEADER.fullmatch
    for row in rows:
        hashed, of, place, follows, ct, header, spelled, sealed, has_leaf, _, _ = row
        if of != subject or last is None:
            if last is not None:
                link = link or _named(last, _wrong_at_end(last, seq))
            subjects, subject = subjects + 1, of
            seq, prev = before(row) if before else (0, GENESIS)
        seq += 1
        if place != b"%d" % seq:
            link = link or _named(row, f"entry {seq} of this subject is missing before it")
        if follows != prev:
            link = link or _named(row, "it does not follow the entry before it")
        end = header.find(b'"', _KIND_AT)
        kind = header[_KIND_AT:end]
        # The same as `_wrong_in_itself`, which says what it is: of a million rows each call takes its time.
        if not own and not (
            header == spelled
            and (
                (
                    typed
                    and kind in kinds
                    and len(header) - end == _REST + len(place)
                    and header[_CT] == b'","ct":"'
                )
                or canonical_form(header)
            )
            and sha256(b"\0" + header).digest() == hashed
            and sha256(sealed).digest() == ct
        ):
            own = _named(row, _wrong_in_itself(row))
        if kind in kinds or len(kinds) < _MOST_KINDS:
            kinds[kind] = kinds.get(kind, 0) + 1
        placed += has_leaf
        entries, prev, last = entries + 1, hashed, row
    if last is not None:
        link = link or _named(last, _wrong_at_end(last, seq))
    return Verdict(
        entries, subjects, own or link, placed, {_text(kind): many for kind, many in kinds.items()}
    )
