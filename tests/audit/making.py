"""Entries for the tests, under one real AES-256-GCM key."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from audit import chain, ledger
from audit.models import Entry

CIPHER = AESGCM(bytes(range(32)))
WHEN = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


def encrypt(plaintext: bytes, bound: bytes) -> bytes:
    """Nonce and ciphertext."""
    nonce = os.urandom(12)
    return nonce + CIPHER.encrypt(nonce, plaintext, bound)


def decrypt(ciphertext: bytes, bound: bytes) -> bytes:
    """The plaintext; raises InvalidTag."""
    return CIPHER.decrypt(ciphertext[:12], ciphertext[12:], bound)


def sealed(subject: UUID | None = None, **changes: Any) -> chain.Sealed:
    """A sealed content, not recorded yet."""
    values: dict[str, Any] = {
        "content": {"outcome": "share_all", "reason": "Somebody may be hurt – tonight"},
        "encrypt": encrypt,
        "subject": subject or uuid4(),
        "kind": "trial.made",
        "actor": uuid4(),
        "occurred_at": WHEN,
    } | changes
    return chain.seal(values.pop("content"), **values)


def record(subject: UUID | None = None, **changes: Any) -> Entry:
    """One entry, committed."""
    ready = sealed(subject, **changes)
    with transaction.atomic():
        return ledger.append(ready)


def rows(*sizes: int) -> Iterator[chain.Row]:
    """Stored rows of subjects with so many entries each, as the database would give them."""
    subjects = sorted((uuid4() for _ in sizes), key=str)
    for subject, size in zip(subjects, sizes, strict=True):
        stored, prev = [], chain.GENESIS
        for seq in range(1, size + 1):
            stored.append(row(sealed(subject), seq, prev))
            prev = stored[-1].hash
        for one in stored:
            yield one._replace(head_seq=b"%d" % size, head_hash=prev)


def row(ready: chain.Sealed, seq: int, prev: bytes) -> chain.Row:
    """A stored row without a head, written out by hand: not by the functions under test."""
    ct = sha256(ready.ciphertext).digest()
    header = (
        f'{{"actor":"{ready.actor}","commit":"{ready.commit.hex()}","ct":"{ct.hex()}","kind":"{ready.kind}",'
        f'"occurred_at":"2026-03-14T09:30:00.000000Z","prev":"{prev.hex()}",'
        f'"recorded_at":"2026-03-15T10:00:00.000001Z","request_key":"{ready.request_key}","seq":{seq},'
        f'"subject":"{ready.subject}"}}'
    ).encode()
    return chain.Row(
        hash=sha256(b"\0" + header).digest(),
        subject=str(ready.subject).encode(),
        seq=str(seq).encode(),
        prev=prev,
        ct=ct,
        header=header,
        spelled=header,
        sealed=ready.ciphertext,
        placed=True,
        head_seq=None,
        head_hash=None,
    )
