"""The tree of RFC 6962 against its definition written out, known trees, and proofs that must not pass."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import merkle
from audit.merkle import Frontier, Piece
from tests.fuzz import examples

EXAMPLES = settings(max_examples=examples(60, 2000), deadline=None)
SIZES = st.integers(1, 70)

# The eight leaves and their roots that implementations of RFC 6962 compare themselves by.
KNOWN = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(size: int) -> list[bytes]:
    return [sha256(b"\0%d" % number).digest() for number in range(size)]


def mth(some: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, over leaf hashes, as it is written there."""
    if not some:
        return sha256(b"").digest()
    if len(some) == 1:
        return some[0]
    k = 1
    while k * 2 < len(some):
        k *= 2
    return sha256(b"\x01" + mth(some[:k]) + mth(some[k:])).digest()


def path(m: int, some: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(some) == 1:
        return []
    k = 1
    while k * 2 < len(some):
        k *= 2
    if m < k:
        return [*path(m, some[:k]), mth(some[k:])]
    return [*path(m - k, some[k:]), mth(some[:k])]


def subproof(m: int, some: Sequence[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(some):
        return [] if whole else [mth(some)]
    k = 1
    while k * 2 < len(some):
        k *= 2
    if m <= k:
        return [*subproof(m, some[:k], whole), mth(some[k:])]
    return [*subproof(m - k, some[k:], False), mth(some[:k])]


def proof(pieces: Sequence[Piece], some: Sequence[bytes]) -> list[bytes]:
    return [mth(some[low:high]) for low, high in pieces]


@pytest.mark.parametrize("size", range(9))
def test_known_trees(size: int) -> None:
    known = [sha256(b"\0" + bytes.fromhex(text)).digest() for text in KNOWN[:size]]
    assert merkle.root(known).hex() == ROOTS[size]


def test_a_tree_of_three_by_hand() -> None:
    a, b, c = leaves(3)
    left = sha256(b"\x01" + a + b).digest()
    top = sha256(b"\x01" + left + c).digest()
    assert merkle.root([a, b, c]) == top
    assert merkle.inclusion(1, 3) == [Piece(0, 1), Piece(2, 3)]
    assert merkle.included(b, 1, 3, [a, c], top)
    assert merkle.consistency(2, 3) == [Piece(2, 3)]
    assert merkle.consistent(2, 3, left, top, [c])


@EXAMPLES
@given(st.lists(st.integers(0, 40), max_size=8))
def test_an_edge_grows_as_the_tree_does(parts: list[int]) -> None:
    some = leaves(sum(parts))
    frontier, at = Frontier(), 0
    for part in parts:
        frontier = Frontier.from_bytes(bytes(frontier))
        frontier.extend(some[at : at + part])
        at += part
        assert frontier.size == at
        assert frontier.root() == mth(some[:at])
    one = Frontier()
    for leaf in some:
        one.push(leaf)
    assert bytes(one) == bytes(frontier) == bytes(one.copy())


def test_a_copy_of_an_edge_grows_apart() -> None:
    one = Frontier()
    one.extend(leaves(5))
    other = one.copy()
    other.push(bytes(32))
    assert (one.size, one.root()) == (5, mth(leaves(5)))
    assert other.root() == mth([*leaves(5), bytes(32)])


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        bytes(7),
        bytes(8) + bytes(32),
        b"\0" * 7 + b"\1",
        b"\0" * 7 + b"\3" + bytes(63),
        b"\xff" * 8 + bytes(64 * 32),
    ],
)
def test_bytes_that_are_no_edge_are_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="not the edge"):
        Frontier.from_bytes(stored)


@EXAMPLES
@given(SIZES, st.data())
def test_a_proof_of_a_leaf_is_that_of_the_definition_and_shows_nothing_else(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    some = leaves(size)
    top, shown = mth(some), path(index, some)
    assert proof(merkle.inclusion(index, size), some) == shown
    assert merkle.included(some[index], index, size, shown, top)
    other = data.draw(st.integers(0, 80).filter(lambda at: at != index))
    assert not merkle.included(some[index], other, size, shown, top)
    assert not merkle.included(bytes(32), index, size, shown, top)
    assert not merkle.included(some[index], index, size, [*shown, bytes(32)], top)
    if shown:
        assert not merkle.included(some[index], index, size, shown[1:], top)
        at = data.draw(st.integers(0, len(shown) - 1))
        assert not merkle.included(some[index], index, size, [*shown[:at], bytes(32), *shown[at + 1 :]], top)


@EXAMPLES
@given(SIZES, st.data())
def test_a_proof_that_a_tree_grew_is_that_of_the_definition_and_shows_nothing_else(
    size: int, data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, size))
    some = leaves(size)
    before, after, shown = mth(some[:old]), mth(some), subproof(old, some, True)
    assert proof(merkle.consistency(old, size), some) == shown
    assert merkle.consistent(old, size, before, after, shown)
    assert not merkle.consistent(old, size, bytes(32), after, shown)
    assert not merkle.consistent(old, size, before, bytes(32), shown)
    assert not merkle.consistent(old, size, before, after, [*shown, bytes(32)])
    if shown:
        at = data.draw(st.integers(0, len(shown) - 1))
        wrong = [*shown[:at], bytes(32), *shown[at + 1 :]]
        assert not merkle.consistent(old, size, before, after, wrong)


@EXAMPLES
@given(SIZES, st.data())
def test_another_history_of_the_same_size_has_no_proof(size: int, data: st.DataObject) -> None:
    some = leaves(size)
    old = data.draw(st.integers(1, size))
    changed = data.draw(st.integers(0, old - 1))
    other = [*some[:changed], bytes(32), *some[changed + 1 :]]
    shown = subproof(old, other, True)
    assert not merkle.consistent(old, size, mth(some[:old]), mth(other), shown)


def test_the_empty_tree_begins_every_tree() -> None:
    assert merkle.consistency(0, 5) == merkle.consistency(5, 5) == []
    assert merkle.consistent(0, 5, merkle.EMPTY, mth(leaves(5)), [])
    assert not merkle.consistent(0, 5, bytes(32), mth(leaves(5)), [])
    assert merkle.consistent(0, 0, merkle.EMPTY, merkle.EMPTY, [])
    assert not merkle.consistent(6, 5, bytes(32), bytes(32), [])


def test_what_is_outside_the_tree_has_no_proof() -> None:
    for index, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(ValueError, match="outside the tree"):
            merkle.inclusion(index, size)
    for old, size in ((-1, 3), (4, 3)):
        with pytest.raises(ValueError, match="longer tree"):
            merkle.consistency(old, size)


def rebuilt(low: int, high: int, shown: dict[int, bytes], pieces: dict[Piece, bytes]) -> bytes:
    """The root of leaves `low` to `high`, from shown leaves and the pieces beside them alone."""
    if (hashed := pieces.get(Piece(low, high))) is not None:
        return hashed
    if high - low == 1:
        return shown[low]
    k = 1
    while k * 2 < high - low:
        k *= 2
    left, right = rebuilt(low, low + k, shown, pieces), rebuilt(low + k, high, shown, pieces)
    return sha256(b"\x01" + left + right).digest()


@EXAMPLES
@given(SIZES, st.data())
def test_one_proof_of_many_leaves(size: int, data: st.DataObject) -> None:
    indexes = sorted(data.draw(st.sets(st.integers(0, size - 1))))
    some = leaves(size)
    pieces = list(merkle.cover(indexes, size))
    covered = [number for low, high in pieces for number in range(low, high)]
    assert sorted(covered + indexes) == list(range(size)), "together they are the tree, and apart"
    hashes = list(merkle.subtrees(pieces, iter(some)))
    assert hashes == [mth(some[low:high]) for low, high in pieces]
    shown = {index: some[index] for index in indexes}
    assert rebuilt(0, size, shown, dict(zip(pieces, hashes, strict=True))) == mth(some)
    if len(indexes) == 1:
        assert set(pieces) == set(merkle.inclusion(indexes[0], size)), "no more than one leaf needs"


def test_pieces_are_read_from_left_to_right_and_to_the_end() -> None:
    assert list(merkle.cover([], 0)) == []
    for pieces in ([Piece(2, 4), Piece(0, 2)], [Piece(0, 2), Piece(1, 3)], [Piece(1, 1)]):
        with pytest.raises(ValueError, match="left to right"):
            list(merkle.subtrees(pieces, leaves(5)))
    with pytest.raises(ValueError, match="ends before"):
        list(merkle.subtrees([Piece(4, 8)], leaves(5)))
