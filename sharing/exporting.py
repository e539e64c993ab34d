"""The source "decisions" of exports: recorded decisions as rows, under pseudonyms of each export's own."""

import json
import secrets
from base64 import b32encode
from collections.abc import Mapping

from audit.models import Export
from cases import vault

_AAD = b"export"
_PASSWORD_BYTES = 15


def new_secret(locked: bool) -> tuple[bytes, str]:
    """What `Export.secret` holds, sealed under the organisation's key, and the package's password.

    Args:
        locked: whether the package is locked with a password of its own (120 random bits); else it is empty.

    Raises:
        vault.WrongKey: the key-encryption key is missing or damaged.
    """
    password = _password() if locked else ""
    said = {"files": secrets.token_hex(32), "pseudonyms": secrets.token_hex(32), "password": password}
    return vault.seal(vault.ORGANISATION, json.dumps(said).encode(), _AAD), password


def secrets_of(export: Export) -> Mapping[str, str]:
    """The opened secret of an export: "files", "pseudonyms" (hexadecimal) and "password".

    Raises:
        ValueError: it was wiped.
    """
    if not export.secret:
        raise ValueError("the export's secret was wiped")
    opened: dict[str, str] = json.loads(vault.unseal(vault.ORGANISATION, bytes(export.secret), _AAD))
    return opened


def _password() -> str:
    """24 letters and figures in groups of four: read out, typed and copied without a slip."""
    code = b32encode(secrets.token_bytes(_PASSWORD_BYTES)).decode("ascii")
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
