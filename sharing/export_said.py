"""What the entries of an export's rows say: the sealed fields that its columns ask for, and their headers."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag

from audit import chain, exports, proofs
from audit.export_files import DamagedError
from audit.placed import Placed
from cases import vault

Content = Mapping[str, Any]
_ASKED: Mapping[str, tuple[str, ...]] = {
    "people": ("people",),
    "recipients": ("recipients",),
    "all_sent": ("row.to_send",),
    "late_basis": ("row.basis_after_sharing",),
    "follows": ("row.follows_as",),
}
"""The sealed fields that the cells of columns without a field of their own are made of."""


class Said:
    """The fields of some entries that the columns ask for, by field; of one without a key they are None."""

    def __init__(self, columns: Iterable[exports.Column]) -> None:
        asked = {name for one in columns for name in _asked(one)}
        self._fields = sorted(asked)
        self._first = f',"{self._fields[0]}":'.encode() if asked else b""
        self._nothing = (None,) * len(asked)
        self._values: list[tuple[Any, ...]] = []
        self.shut: list[int] = []

    def add(self, one: Placed) -> bytes:
        """Open an entry; its opened bytes, none where there is no key."""
        if chain.entry_hash(one.header) != one.hash:
            raise DamagedError("the hash of an entry is not that of its header")
        try:
            plaintext = vault.unseal(one.subject, one.sealed, one.subject.bytes + one.request_key.bytes)
            values = tuple(map(self._read(plaintext).get, self._fields)) if self._first else ()
        except vault.NoKey:
            plaintext, values = b"", self._nothing
            self.shut.append(len(self._values))
        except (InvalidTag, ValueError) as error:
            raise DamagedError("the sealed content of an entry is not what was recorded") from error
        self._values.append(values)
        return plaintext

    def _read(self, plaintext: bytes) -> Content:
        """The fields from the first that is asked for: names are sorted, and most of an entry is before it.

        What reads to the very end began at the top of the object, for one that is inside it ends before.
        """
        content: Content
        at = plaintext.rfind(self._first, chain.SECRET_BYTES)
        if at >= 0:
            try:
                content = json.loads("{" + plaintext[at + 1 :].decode())
            except ValueError:
                pass
            else:
                return content
        content = json.loads(plaintext[chain.SECRET_BYTES :])
        return content

    def of(self, field: str) -> Sequence[Any]:
        """The values of a field, None where it is not said or not asked for."""
        if field not in self._fields:
            return [None] * len(self._values)
        at = self._fields.index(field)
        return [values[at] for values in self._values]


def _asked(column: exports.Column) -> tuple[str, ...]:
    if column.field in proofs.HEADER_FIELDS:
        return ()
    return (column.field,) if column.field else _ASKED.get(column.code, ())


_HEADER = re.compile(
    r'\{"actor":"([^"]{36})","commit":"[^"]{64}","ct":"[^"]{64}","kind":"[^"]+","occurred_at":"([^"]{27})",'
    r'"prev":"[^"]{64}","recorded_at":"([^"]{27})","request_key":"[^"]{36}","seq":\d+,"subject":"([^"]{36})"\}'
)
_OF_HEADER = ("actor", "occurred_at", "recorded_at", "subject")


def header(text: str) -> Content:
    """What the columns show of a header, as it is canonical; of any other (its hash is checked) the same."""
    found = _HEADER.fullmatch(text)
    content: Content = dict(zip(_OF_HEADER, found.groups(), strict=True)) if found else json.loads(text)
    return content
