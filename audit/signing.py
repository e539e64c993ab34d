"""The log's Ed25519 key: it signs checkpoints and the manifests of exports.

A signature is over `purpose` ‖ newline ‖ message. A checkpoint's first line is its origin, which is its
purpose: so it is a signed note as anybody's tool reads it, and it never passes for a manifest.
"""

import base64
import binascii
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

FILE = "log-key"
ORIGIN = "dahashare/log/"  # what every origin begins with, and no other purpose may
_SEED = 32


class NoSigningKeyError(Exception):
    """The log's key is missing or damaged; the message is for the operator."""


def _private() -> Ed25519PrivateKey:
    """The key, read anew each time: it signs a few times an hour."""
    path = Path(settings.KEYS_DIR) / FILE
    try:
        seed = base64.b64decode(path.read_text("ascii").strip(), altchars=b"-_", validate=True)
    except FileNotFoundError as error:
        raise NoSigningKeyError(
            f"The key file {FILE} is missing from the keys folder. Put back the copy that was kept elsewhere."
        ) from error
    except (OSError, ValueError, binascii.Error) as error:
        raise NoSigningKeyError(f"The key file {FILE} cannot be read or is damaged.") from error
    if len(seed) != _SEED:
        raise NoSigningKeyError(f"The key file {FILE} is damaged. Put back the copy that was kept elsewhere.")
    return Ed25519PrivateKey.from_private_bytes(seed)


def sign(purpose: str, message: bytes) -> bytes:
    """64 bytes over `purpose` ‖ newline ‖ `message`.

    Raises ValueError for a purpose with a newline, and NoSigningKeyError.
    """
    if "\n" in purpose or not purpose:
        raise ValueError("a purpose is one line")
    return _private().sign(purpose.encode() + b"\n" + message)


def good(purpose: str, message: bytes, signature: bytes, public: bytes) -> bool:
    """Whether `signature` is that of the key `public` (32 bytes) for this purpose and message."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(signature, purpose.encode() + b"\n" + message)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key() -> bytes:
    """The 32 bytes that check our signatures; to be given to whoever checks, outside any export.

    Raises NoSigningKeyError.
    """
    return _private().public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def key_name() -> str:
    """What our signatures' lines call the key: other keys have other names."""
    return f"dahashare-{sha256(public_key()).hexdigest()[:8]}"
