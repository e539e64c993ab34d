"""The verifier's own Ed25519: the vectors of RFC 8032, a peer beside it, and what a strict check refuses."""

import secrets

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.verifier import ed25519
from tests import fuzz

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
VECTORS = [  # RFC 8032, 7.1: public key, message, signature
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
        "454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
        "3dca179c138ac17ad9bef1177331a704",
    ),
]
SMALL_ORDER = [  # points whose order divides 8, and other spellings of theirs
    (1).to_bytes(32, "little"),
    (P - 1).to_bytes(32, "little"),
    (0).to_bytes(32, "little"),
    (1 << 255).to_bytes(32, "little"),
    (P + 1).to_bytes(32, "little"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_rfc(public: str, message: str, signature: str) -> None:
    key, said, made = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert ed25519(key, said, made)
    for bit in range(0, 512, 37):
        flipped = bytearray(made)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not ed25519(key, said, bytes(flipped))
    assert not ed25519(key, said + b"\0", made)
    assert not ed25519(bytes(32 - len(key)) + key[::-1], said, made)


def peer(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_it_says_what_a_peer_says() -> None:
    said = set()
    for number in range(fuzz.examples(30, 2000)):
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw()
        message = secrets.token_bytes(number % 200)
        signature = bytearray(private.sign(message))
        if number % 3:
            signature[secrets.randbelow(64)] ^= 1 << secrets.randbelow(8)
        answer = ed25519(public, message, bytes(signature))
        assert answer is peer(public, message, bytes(signature))
        said.add(answer)
    assert said == {True, False}


def test_a_second_spelling_of_a_signature_is_none() -> None:
    private = Ed25519PrivateKey.generate()
    public, made = private.public_key().public_bytes_raw(), private.sign(b"words")
    scalar = int.from_bytes(made[32:], "little")
    assert ed25519(public, b"words", made)
    assert not ed25519(public, b"words", made[:32] + (scalar + L).to_bytes(32, "little"))


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_a_key_of_small_order_signs_nothing(point: bytes) -> None:
    """With such a key one signature would stand under any words."""
    assert not ed25519(point, b"any", point + bytes(32))
    assert not ed25519(point, b"any", (1).to_bytes(32, "little") + bytes(32))


def test_points_that_are_none_and_wrong_lengths() -> None:
    public, _, signature = (bytes.fromhex(one) for one in VECTORS[0])
    for other in ((2).to_bytes(32, "little"), (P + 3).to_bytes(32, "little"), b"\xff" * 32):
        assert not ed25519(other, b"", signature)
        assert not ed25519(public, b"", other + signature[32:])
    assert not ed25519(public[:31], b"", signature)
    assert not ed25519(public, b"", signature[:63])
