"""Per-case keys: create, wrap, seal, open (ledger.md, Keys).

One data key per case, wrapped by a key-encryption key that lives outside the database, in the file
``case-keys`` of the keys folder: lines of ``id base64url(32 bytes)``, the first line is current.
"""

import base64
import os
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection

from cases.models.vault import Canary, CaseKey

ORGANISATION = UUID(int=0)
"""The subject whose key seals what belongs to no case; nothing personal is ever sealed with it."""

_VERSION = b"\x01"
_NONCE = 12
_KEY = 32
_CANARY_TEXT = b"dahashare canary"
_CACHE_SIZE = 2_000


class WrongKey(Exception):  # noqa: N818 - it is what the operator is told
    """The key-encryption key is missing, unreadable, or not the one this database was sealed with."""


class NoKey(Exception):  # noqa: N818 - a state that callers expect
    """No data key is stored for the subject."""


Keyring = OrderedDict[str, AESGCM]
_rings: dict[Path, Keyring] = {}


def _keyring_path() -> Path:
    return Path(settings.KEYS_DIR) / "case-keys"


def _read(path: Path) -> Keyring:
    ring: Keyring = OrderedDict()
    try:
        for line in path.read_text("ascii").splitlines():
            key_id, material = line.split()
            key = base64.b64decode(material, altchars=b"-_", validate=True)
            if len(key) != _KEY or key_id in ring:
                raise ValueError  # noqa: TRY301 - every fault of the file has one sentence
            ring[key_id] = AESGCM(key)
    except FileNotFoundError as error:
        raise WrongKey(
            f"The key file {path.name} is missing from the keys folder. Put back the copy that was kept "
            "elsewhere: without it no sealed text can be read."
        ) from error
    except (ValueError, OSError) as error:
        raise WrongKey(
            f"The key file {path.name} cannot be read or is damaged. "
            "Put back the copy that was kept elsewhere."
        ) from error
    if not ring:
        raise WrongKey(f"The key file {path.name} holds no key. Put back the copy that was kept elsewhere.")
    return ring


def keyring() -> Keyring:
    """The key-encryption keys by id, the current one first.

    Read once a process: a file that is swapped while the process serves was never compared with the canary.

    Raises:
        WrongKey: the file is missing or damaged.
    """
    path = _keyring_path()
    if (ring := _rings.get(path)) is None:
        ring = _rings[path] = _read(path)
    return ring


def _encrypt(key: AESGCM, plaintext: bytes, aad: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return _VERSION + nonce + key.encrypt(nonce, plaintext, aad)


def _decrypt(key: AESGCM, sealed: bytes, aad: bytes) -> bytes:
    if sealed[:1] != _VERSION or len(sealed) < len(_VERSION) + _NONCE:
        raise InvalidTag
    return key.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], aad)


class _Keys:
    """The opened data keys of this process, the longest unused dropped first. Threads share it."""

    def __init__(self) -> None:
        self._held: OrderedDict[int, AESGCM] = OrderedDict()  # by the id's number, which is found faster
        self._lock = Lock()

    def put(self, subject: UUID, key: AESGCM) -> AESGCM:
        with self._lock:
            self._held[subject.int] = key
            self._held.move_to_end(subject.int)
            while len(self._held) > _CACHE_SIZE:
                self._held.popitem(last=False)
        return key

    def held(self, subject: UUID) -> AESGCM | None:
        with self._lock:
            key = self._held.get(subject.int)
            if key is not None:
                self._held.move_to_end(subject.int)
            return key

    def drop(self, subjects: Iterable[UUID]) -> None:
        with self._lock:
            for subject in subjects:
                self._held.pop(subject.int, None)

    def clear(self) -> None:
        with self._lock:
            self._held.clear()


_keys = _Keys()


def _key(subject: UUID) -> AESGCM:
    if held := _keys.held(subject):
        return held
    row = CaseKey.objects.filter(subject=subject).first()
    if row is None and subject == ORGANISATION:
        row = _organisation_key()
        if connection.in_atomic_block:
            return _unwrap(
                row
            )  # not kept: a rollback would take the row and leave this process sealing under it
    if row is None or row.wrapped is None:
        raise NoKey(f"No key is held for {subject}.")
    return _keys.put(subject, _unwrap(row))


def _unwrap(row: CaseKey) -> AESGCM:
    return AESGCM(_material(row))


def _material(row: CaseKey) -> bytes:
    key = keyring().get(row.key_id)
    if key is None:
        raise WrongKey(f"A case was sealed under the key {row.key_id}, which the key file does not hold.")
    try:
        return _decrypt(key, bytes(row.wrapped or b""), row.subject.bytes)
    except InvalidTag as error:
        raise WrongKey(f"The key {row.key_id} does not open this database.") from error


_search: list[bytes] = []
"""The search's key of this process, once it was derived."""


def search_key() -> bytes:
    """The key (32 bytes) of the search's tokens: derived from the organisation's data key.

    So it is the same after the key-encryption keys were rotated, and the tokens stay what they are.

    Raises:
        WrongKey: the key-encryption key is missing, damaged or not the right one.
    """
    if _search:
        return _search[0]
    row = CaseKey.objects.filter(subject=ORGANISATION).first()
    made_here = row is None and connection.in_atomic_block  # a rollback would take it: not kept
    material = _material(row or _organisation_key())
    derived = HKDF(hashes.SHA256(), _KEY, salt=None, info=b"dahashare search tokens").derive(material)
    if not made_here:
        _search[:] = [derived]
    return derived


def _wrapped(subject: UUID, material: bytes) -> CaseKey:
    key_id, wrapping = next(iter(keyring().items()))
    return CaseKey(subject=subject, key_id=key_id, wrapped=_encrypt(wrapping, material, subject.bytes))


def new_key(subject: UUID) -> CaseKey:
    """A fresh data key for the subject, not saved yet: the caller saves it in its own transaction.

    Sealing for the subject works from here on, so that text is sealed before the transaction opens. Where
    that rolls back, the key is of no use and no harm: its subject is random and was never stored.

    Raises:
        WrongKey: the key file is missing or damaged.
    """
    material = os.urandom(_KEY)
    row = _wrapped(subject, material)
    _keys.put(subject, AESGCM(material))
    return row


def _organisation_key() -> CaseKey:
    # Two first writers may meet here: whoever is second uses the key of the first.
    CaseKey.objects.bulk_create([_wrapped(ORGANISATION, os.urandom(_KEY))], ignore_conflicts=True)
    return CaseKey.objects.get(subject=ORGANISATION)


def load(subjects: Iterable[UUID]) -> set[UUID]:
    """Open the keys of many subjects with one query, so that a list page stays at constant queries.

    Those of them that have one.

    Raises:
        WrongKey: a key cannot be unwrapped.
    """
    wanted = set(subjects)
    missing = {subject for subject in wanted if _keys.held(subject) is None}
    found = wanted - missing
    for row in CaseKey.objects.filter(subject__in=missing, wrapped__isnull=False) if missing else ():
        _keys.put(row.subject, _unwrap(row))
        found.add(row.subject)
    return found


def destroyed() -> set[UUID]:
    """The subjects whose key was destroyed; this process opens nothing of theirs any more."""
    gone = set(CaseKey.objects.filter(wrapped=None).values_list("subject", flat=True))
    _keys.drop(gone)
    return gone


def open_either(subject: UUID) -> bool:
    """Open the subject's key and the organisation's with one query, held or not; whether there is the first.

    So what is there, what never was and what lost its key take as many questions, in any process.

    Raises:
        WrongKey: a key cannot be unwrapped.
    """
    wanted = [subject, ORGANISATION]
    rows = {row.subject: row for row in CaseKey.objects.filter(subject__in=wanted, wrapped__isnull=False)}
    for row in rows.values():
        _keys.put(row.subject, _unwrap(row))
    if ORGANISATION not in rows:
        _key(ORGANISATION)
    return subject in rows


def seal(subject: UUID, plaintext: bytes, aad: bytes) -> bytes:
    """Seal bytes under the subject's key (AES-256-GCM): version, nonce, ciphertext.

    Raises:
        NoKey: the subject has no key.
        WrongKey: the key-encryption key is not the right one.
    """
    return _encrypt(_key(subject), plaintext, aad)


def unseal(subject: UUID, sealed: bytes, aad: bytes) -> bytes:
    """Open what `seal` made.

    Raises:
        NoKey, WrongKey: as `seal`.
        cryptography.exceptions.InvalidTag: altered, or sealed for another place.
    """
    return _decrypt(_key(subject), sealed, aad)


def forget() -> None:
    """Drop the opened keys of this process and read the key file anew when it is next needed."""
    _keys.clear()
    _rings.clear()
    _search.clear()


def check_canary() -> None:
    """Compare the key file as it is now with the database; called at start, before anything is served.

    The first call on an empty database stores a canary for each key; later ones for keys that were added.

    Raises:
        WrongKey: a key is missing, damaged, or not the one this database was sealed with.
    """
    path = _keyring_path()
    ring = _read(path)
    _compare_canaries(ring)
    known = set(Canary.objects.values_list("key_id", flat=True))
    added = [
        Canary(key_id=key_id, sealed=_encrypt(key, _CANARY_TEXT, key_id.encode()))
        for key_id, key in ring.items()
        if key_id not in known
    ]
    if added:
        # Another process may start at this moment, perhaps with another file: the first canary counts.
        Canary.objects.bulk_create(added, ignore_conflicts=True)
        _compare_canaries(ring)
    forget()
    _rings[path] = ring  # not before: a file that is refused must never seal anything


def canary_opens() -> bool:
    """Whether the key file, as it is now, is the one that this database was sealed with.

    Only a look, for anybody who asks while the process serves: it stores nothing and keeps nothing of the
    file, so that the process goes on with the keys that were compared at its start.
    """
    try:
        _compare_canaries(_read(_keyring_path()))
    except WrongKey:
        return False
    return True


def _compare_canaries(ring: Mapping[str, AESGCM]) -> None:
    """Refuse unless each canary is opened by the key of its id, and sealed cases have a canary."""
    stored = {row.key_id: bytes(row.sealed) for row in Canary.objects.all()}
    for key_id, sealed in stored.items():
        if key_id not in ring:
            raise WrongKey(
                f"The key {key_id} is missing from the key file, and this database was sealed with it. "
                "Put back the copy that was kept elsewhere."
            )
        try:
            _decrypt(ring[key_id], sealed, key_id.encode())
        except InvalidTag as error:
            raise WrongKey(
                f"The key {key_id} is not the one that this database was sealed with. "
                "Put back the copy that was kept elsewhere."
            ) from error
    if not stored and CaseKey.objects.exists():
        raise WrongKey("The database holds sealed cases but no canary: it was not made by this set-up.")
