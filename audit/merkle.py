"""The Merkle tree of RFC 6962: roots, the right edge that grows, proofs and their checks. Pure.

A leaf here is a leaf's hash already: an entry's hash is SHA-256(0x00 ‖ header) (`audit.chain`). A subtree is
named by the leaves that it covers, `Piece(low, high)`, high excluded.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

HASH_BYTES = 32
SIZE_BYTES = 8
MOST = 2**63 - 1  # leaves that a database can count
EMPTY = sha256(b"").digest()


class Piece(NamedTuple):
    """The subtree over the leaves from `low` to before `high`."""

    low: int
    high: int


def node(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\1" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """The root of the tree over `leaves`; SHA-256 of nothing where there are none."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


class Frontier:
    """The right edge of a tree: the roots of its complete subtrees, at most one of each height.

    All that is needed to go on: what is left of a leaf that was pushed never has to be read again.
    """

    def __init__(self) -> None:
        self.size = 0
        self._held: dict[int, bytes] = {}  # height → root of the complete subtree of that height

    def push(self, leaf: bytes) -> None:
        """Add one leaf."""
        self.extend([leaf])

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves, height by height: many at once cost little more than their hashes."""
        new, height = list(leaves), 0
        self.size += len(new)
        while new:
            if height in self._held:
                new.insert(0, self._held.pop(height))
            if len(new) % 2:
                self._held[height] = new.pop()
            pairs = iter(new)
            new = [sha256(b"\1" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
            height += 1

    def root(self) -> bytes:
        """The root of the tree as it is."""
        top = b""
        for height in sorted(self._held):
            top = node(self._held[height], top) if top else self._held[height]
        return top or EMPTY

    def copy(self) -> "Frontier":
        """One that grows apart from this."""
        other = Frontier()
        other.size, other._held = self.size, dict(self._held)
        return other

    def __bytes__(self) -> bytes:
        """Size (8 bytes, big-endian) and the hashes, the highest subtree first."""
        hashes = (self._held[height] for height in sorted(self._held, reverse=True))
        return self.size.to_bytes(SIZE_BYTES, "big") + b"".join(hashes)

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Frontier":
        """What `bytes()` made. Raises ValueError where it cannot have made it."""
        size, hashes = int.from_bytes(stored[:SIZE_BYTES], "big"), stored[SIZE_BYTES:]
        heights = [height for height in reversed(range(size.bit_length())) if size >> height & 1]
        if len(stored) < SIZE_BYTES or size > MOST or len(hashes) != HASH_BYTES * len(heights):
            raise ValueError("these bytes are not the edge of a tree")
        found = cls()
        found.size = size
        found._held = {
            height: hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at, height in enumerate(heights)
        }
        return found


# --- Which subtrees a proof is made of ---------------------------------------------------------------------


def _split(low: int, high: int) -> int:
    """Where RFC 6962 parts a tree: after the largest power of two that is smaller than its size."""
    return low + (1 << (high - low - 1).bit_length() - 1)


def inclusion(index: int, size: int) -> list[Piece]:
    """The subtrees whose roots prove leaf `index` in the tree of `size` leaves: PATH of RFC 6962, 2.1.1.

    Raises ValueError where there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("a leaf outside the tree has no proof")
    low, high, pieces = 0, size, []
    while high - low > 1:
        middle = _split(low, high)
        if index < middle:
            pieces.append(Piece(middle, high))
            high = middle
        else:
            pieces.append(Piece(low, middle))
            low = middle
    return pieces[::-1]


def consistency(old: int, size: int) -> list[Piece]:
    """The subtrees whose roots prove that the tree of `old` leaves is the beginning of that of `size`.

    PROOF of RFC 6962, 2.1.2; none for an equal size, and none are needed for an empty tree.
    Raises ValueError where `old` is more than `size`.
    """
    if not 0 <= old <= size:
        raise ValueError("a longer tree is not the beginning of a shorter one")
    if old in (0, size):
        return []
    low, high, pieces = 0, size, []
    while old != high:
        middle = _split(low, high)
        if old <= middle:
            pieces.append(Piece(middle, high))
            high = middle
        else:
            pieces.append(Piece(low, middle))
            low = middle
    return [*([Piece(low, high)] if low else []), *pieces[::-1]]


def cover(indexes: Sequence[int], size: int) -> Iterator[Piece]:
    """The largest subtrees that hold none of the leaves `indexes`, left to right: one proof for all of them.

    Args:
        indexes: sorted, without doubles, each below `size`.
        size: leaves in the tree.
    """
    waiting = [(0, size, 0, len(indexes))] if size else []
    while waiting:
        low, high, first, last = waiting.pop()
        if first == last:
            yield Piece(low, high)
        elif last - first < high - low:
            middle = _split(low, high)
            between = bisect_left(indexes, middle, first, last)
            waiting += [(middle, high, between, last), (low, middle, first, between)]


def subtrees(pieces: Iterable[Piece], leaves: Iterable[bytes]) -> Iterator[bytes]:
    """The roots of `pieces` (left to right, apart from each other) of the tree over `leaves`, in one pass.

    Raises ValueError where a piece lies before the one before it, or past the end.
    """
    stream, at = iter(leaves), 0
    for low, high in pieces:
        if low < at or high <= low:
            raise ValueError("the pieces of a tree are asked for from left to right")
        next(islice(stream, low - at, low - at), None)
        frontier = Frontier()
        while frontier.size < high - low:
            taken = list(islice(stream, min(4096, high - low - frontier.size)))
            if not taken:
                raise ValueError("the tree ends before this piece")
            frontier.extend(taken)
        at = high
        yield frontier.root()


# --- Checking a proof --------------------------------------------------------------------------------------


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], top: bytes) -> bool:
    """Whether `proof` shows `leaf` to be number `index` of the tree of `size` leaves whose root is `top`."""
    if not 0 <= index < size:
        return False
    pieces = inclusion(index, size)
    if len(pieces) != len(proof):
        return False
    found = leaf
    for (low, _), other in zip(pieces, proof, strict=True):
        found = node(other, found) if low < index else node(found, other)
    return found == top


def consistent(old: int, size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree (`old`, `old_root`) is the beginning of (`size`, `new_root`)."""
    if not 0 <= old <= size:
        return False
    pieces = consistency(old, size)
    if len(pieces) != len(proof):
        return False
    if old == 0:
        return old_root == EMPTY
    if old == size:
        return old_root == new_root
    given = list(zip(pieces, proof, strict=True))
    if pieces[0].high == old:
        (_, before), given = given[0], given[1:]
    else:
        before = old_root  # the old tree is a complete subtree of the new one: it proves itself
    after = before
    for (low, _), other in given:
        if low < old:
            before, after = node(other, before), node(other, after)
        else:
            after = node(after, other)
    return before == old_root and after == new_root
