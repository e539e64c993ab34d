"""Exports that are not what was made: bytes flipped, rows moved, manifests mixed, lies with the right key."""

import base64
import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import chain, proofs, signing
from tests.audit.packing import signed_anew, zip_of

Files = Mapping[str, bytes]
LINES = (proofs.PROOF, proofs.CHAINS)
L = 2**252 + 27742317777372353535851937790883648493


@dataclass
class Base:
    """A genuine export, and others that parts are taken from."""

    files: Files
    others: Sequence[Files]
    random: random.Random

    @property
    def data(self) -> str:
        return next(iter(self.files))

    def other(self) -> Files:
        return self.random.choice(self.others)

    def one(self) -> str:
        return self.random.choice(list(self.files))

    def numbers(self, length: int) -> tuple[int, int]:
        """Two different places, the lower first."""
        low, high = sorted(self.random.sample(range(length), 2))
        return low, high


def _bytes(base: Base, data: bytes) -> bytes:
    """The same bytes with one small thing done to them, anywhere."""
    if len(data) < 2:
        return data + b"x"
    low, high = base.numbers(len(data))
    pick = base.random.randrange(8)
    if pick == 0:
        return data[:low]
    if pick == 1:
        return data[:low] + data[min(high, low + 64) :]
    if pick == 2:
        return data[:low] + data[low : low + 64] + data[low:]
    if pick == 3:
        return data[:low] + bytes([base.random.randrange(256)]) + data[low:]
    if pick == 4:
        return (
            data[:low] + data[high : high + 1] + data[low + 1 : high] + data[low : low + 1] + data[high + 1 :]
        )
    if pick == 5:
        return data + base.random.randbytes(base.random.randrange(1, 40))
    flipped = bytearray(data)
    for _ in range(1 if pick == 6 else 3):
        flipped[base.random.randrange(len(data))] ^= 1 << base.random.randrange(8)
    return bytes(flipped)


def zip_bytes(base: Base) -> bytes:
    """Anything done to the zip's own bytes; most are of its files."""
    return _bytes(base, zip_of(base.files))


def zip_structure(base: Base) -> bytes:
    """A bit of what stands between the files."""
    whole = bytearray(zip_of(base.files))
    starts = [found.start() for found in re.finditer(rb"PK[\x01\x03\x05][\x02\x04\x06]", whole)]
    at = min(base.random.choice(starts) + base.random.randrange(46), len(whole) - 1)
    whole[at] ^= 1 << base.random.randrange(8)
    return bytes(whole)


def zip_of_another_kind(base: Base) -> bytes:
    """The same files in a zip that another program would write."""
    out = io.BytesIO()
    out.write(base.random.choice([b"", b"", b"#!/bin/sh\n"]))
    pick = base.random.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
    with zipfile.ZipFile(out, "w", pick) as book:
        for name, data in base.files.items():
            book.writestr(
                zipfile.ZipInfo(name, (1999, 1, 1 + base.random.randrange(28), 1, 2, 4)), data, pick
            )
        book.comment = base.random.randbytes(base.random.randrange(9))
    return out.getvalue()


def file_bytes(base: Base) -> bytes:
    """Something done to one file; the zip is right."""
    name = base.one()
    return zip_of({**base.files, name: _bytes(base, base.files[name])})


def files_moved(base: Base) -> bytes:
    """A file dropped, added, renamed, emptied, or two exchanged."""
    files, (low, high) = list(base.files.items()), base.numbers(len(base.files))
    pick = base.random.randrange(6)
    if pick == 0:
        del files[low]
    elif pick == 1:
        files.insert(low, (base.random.choice(["notes.txt", "decisions2.csv", "a", "verifier2.py"]), b"x"))
    elif pick == 2:
        files[low] = (files[low][0] + "x", files[low][1])
    elif pick == 3:
        files[low] = (files[low][0], b"")
    elif pick == 4:
        files[low], files[high] = files[high], files[low]
    else:
        files[low], files[high] = (files[low][0], files[high][1]), (files[high][0], files[low][1])
    return zip_of(dict(files))


def mixed(base: Base) -> bytes:
    """Files of two genuine exports."""
    other = base.other()
    named = dict(zip(base.files, other.values(), strict=True))
    taken = base.random.sample(list(base.files), base.random.randrange(1, len(base.files)))
    return zip_of({name: named[name] if name in taken else data for name, data in base.files.items()})


def _rows(base: Base, files: dict[str, bytes], names: Sequence[str]) -> dict[str, bytes]:
    """Rows dropped, doubled or swapped, alike in each of these files."""
    end = b"\r\n" if base.data.endswith("csv") else b"\n"
    seed, pick = base.random.random(), base.random.randrange(4)
    for name in names:
        head = 1 if name.endswith("csv") else 0
        rows = files[name].split(end if name == base.data else b"\n")[:-1]
        if len(rows) < head + 3:
            continue
        low, high = Base(base.files, (), random.Random(seed)).numbers(len(rows) - head)
        low, high = low + head, high + head
        if pick == 0:
            del rows[low]
        elif pick == 1:
            rows.insert(high, rows[low])
        elif pick == 2:
            rows[low], rows[high] = rows[high], rows[low]
        else:
            del rows[low:high]
        files[name] = b"".join(row + (end if name == base.data else b"\n") for row in rows)
    return files


def rows_moved(base: Base) -> bytes:
    """Rows moved in the data, its proofs, the chains, or all of them; sums put right, signature left."""
    some = [base.data, *LINES] if not base.data.endswith(("xlsx", "pdf")) else list(LINES)
    taken = base.random.sample(some, base.random.randrange(1, len(some) + 1))
    files = _rows(base, dict(base.files), taken)
    right = signed_anew(files, rows=max(0, json.loads(base.files[proofs.MANIFEST])["rows"] - 1))
    pick = base.random.randrange(3)
    if pick == 0:
        return zip_of(files)
    if pick == 1:
        return zip_of({**right, proofs.SIGNATURE: base.files[proofs.SIGNATURE]})
    return zip_of({**right, proofs.SIGNATURE: _by_somebody(right[proofs.MANIFEST])})


def _by_somebody(manifest: bytes) -> bytes:
    stranger = Ed25519PrivateKey.generate()
    return base64.b64encode(stranger.sign(proofs.PURPOSE.encode() + b"\n" + manifest)) + b"\n"


def _altered(base: Base, value: Any) -> Any:
    """One leaf of a JSON value changed."""
    if isinstance(value, dict) and value:
        name = base.random.choice(list(value))
        return {**value, name: _altered(base, value[name])}
    if isinstance(value, list) and value:
        at = base.random.randrange(len(value))
        return [*value[:at], _altered(base, value[at]), *value[at + 1 :]]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + base.random.choice([-1, 1, 1000])
    if isinstance(value, str) and value:
        at = base.random.randrange(len(value))
        return value[:at] + ("0" if value[at] != "0" else "1") + value[at + 1 :]
    return "x"


def manifest_altered(base: Base) -> bytes:
    """A word of the manifest changed: columns, filters, counts, sums; signed by nobody or a stranger."""
    said = json.loads(base.files[proofs.MANIFEST])
    name = base.random.choice(list(said))
    manifest = chain.canonical({**said, name: _altered(base, said[name])})
    signature = base.random.choice([base.files[proofs.SIGNATURE], _by_somebody(manifest)])
    return zip_of({**base.files, proofs.MANIFEST: manifest, proofs.SIGNATURE: signature})


def signature_altered(base: Base) -> bytes:
    """Other spellings of the signature, others' signatures, the signature of other words."""
    manifest = base.files[proofs.MANIFEST]
    made = base64.b64decode(base.files[proofs.SIGNATURE])
    scalar = int.from_bytes(made[32:], "little")
    others = [
        made[:32] + (scalar + L).to_bytes(32, "little"),
        made[:32] + (L - scalar).to_bytes(32, "little"),
        bytes(64),
        (1).to_bytes(32, "little") + bytes(32),
        signing.sign("dahashare export manifest v2", manifest),
        signing.sign(proofs.PURPOSE, manifest[:-1]),
        base64.b64decode(_by_somebody(manifest)),
        made[32:] + made[:32],
    ]
    spelled = base64.b64encode(base.random.choice(others)) + b"\n"
    pick = base.random.randrange(4)
    if pick == 0:
        spelled = base.files[proofs.SIGNATURE].rstrip(b"\n") + base.random.choice(
            [b"", b"\n\n", b" \n", b"=\n"]
        )
    if pick == 1:
        spelled = made
    return zip_of({**base.files, proofs.SIGNATURE: spelled})


def lies(base: Base) -> bytes:
    """What somebody with the right key could sign: the log itself says otherwise."""
    name = base.random.choice(LINES)
    lines = [json.loads(line) for line in base.files[name].splitlines()]
    at = base.random.randrange(len(lines))
    said = lines[at]
    key = base.random.choice([one for one in said if one not in ("form", "names")])
    lines[at] = {**said, key: _altered(base, said[key])}
    written = b"".join(chain.canonical(line) + b"\n" for line in lines)
    if written == base.files[name]:
        return zip_bytes(base)
    return zip_of(signed_anew({**base.files, name: written}))


def lines_left_out(base: Base) -> bytes:
    """The right key under rows, chains or subtrees that were dropped, doubled or swapped."""
    said = json.loads(base.files[proofs.MANIFEST])
    name = base.random.choice([*LINES, proofs.TREE])
    files = _rows(base, dict(base.files), [name])
    if files[name] == base.files[name]:
        return zip_bytes(base)
    return zip_of(signed_anew(files, rows=files[proofs.PROOF].count(b"\n"), outside=said["outside"]))


def log_altered(base: Base) -> bytes:
    """The right key under another log: another root; another size, which a checkpoint held outside shows."""
    said = json.loads(base.files[proofs.MANIFEST])
    name = base.random.choice(["size", "root"])
    other = {**said["log"], name: _altered(base, said["log"][name])}
    note = _note(other)
    files = {**base.files, proofs.CHECKPOINT: note} if base.random.random() < 0.7 else base.files
    return zip_of(signed_anew(files, log=other))


def _note(said: Mapping[str, Any]) -> bytes:
    """A checkpoint that the right key signed, of whatever it is asked to."""
    root = base64.b64encode(bytes.fromhex(said["root"])).decode() if _is_hash(said["root"]) else said["root"]
    rest = f"{said['size']}\n{root}\n"
    made = signing.sign(said["origin"], rest.encode())
    name = signing.key_name()
    key_hash = sha256(name.encode() + b"\n\1" + signing.public_key()).digest()[:4]
    return f"{said['origin']}\n{rest}\n\u2014 {name} {base64.b64encode(key_hash + made).decode()}\n".encode()


def _is_hash(text: str) -> bool:
    return bool(re.fullmatch("[0-9a-f]{64}", text))


def cells_altered(base: Base) -> bytes:
    """The right key under a cell that is not what was recorded."""
    if base.data.endswith(("xlsx", "pdf")):
        return lies(base)
    words = [b"Share all of it", b"D-0000", b"No", b"Yes", b"2026-", b"Protect an adult; crime", b"HYPERLINK"]
    data = base.files[base.data]
    places = [found for word in words for found in re.finditer(re.escape(word), data)]
    found = base.random.choice(places)
    other = base.random.choice([b"Do not share", b"D-9999", b"Maybe", b"2025-", b""])
    altered = data[: found.start()] + other + data[found.end() :]
    return zip_of(signed_anew({**base.files, base.data: altered}))


KINDS: tuple[Callable[[Base], bytes], ...] = (
    zip_bytes,
    zip_structure,
    zip_of_another_kind,
    file_bytes,
    files_moved,
    mixed,
    rows_moved,
    manifest_altered,
    signature_altered,
    lies,
    lines_left_out,
    log_altered,
    cells_altered,
)


def mutations(bases: Sequence[Base], count: int) -> Iterator[tuple[str, bytes]]:
    """So many exports that differ from every genuine one, kind after kind, with the name of the kind."""
    genuine = {sha256(zip_of(one)).digest() for base in bases for one in (base.files, *base.others)}
    made = 0
    while made < count:
        kind = KINDS[made % len(KINDS)]
        mutant = kind(bases[made // len(KINDS) % len(bases)])
        if sha256(mutant).digest() not in genuine:
            made += 1
            yield kind.__name__, mutant
