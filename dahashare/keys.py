"""The key files of one copy of the application: made once, at the first start, and never overwritten.

Standard library only, so that a key folder can be made before anything of Django's is set up.

``case-keys``      the key-encryption keys, one a line, ``id base64url(32 bytes)``; the first is current
``django-secret``  the secret that signs sessions and form tokens
``log-key``        the seed (base64url of 32 bytes) of the Ed25519 key that signs the log's checkpoints and
                   the manifests of exports; whoever holds it can sign another history
"""

import base64
import os
import secrets
from pathlib import Path

CASE_KEYS = "case-keys"
DJANGO_SECRET = "django-secret"  # noqa: S105 - a file name
LOG_KEY = "log-key"


def new_case_key() -> str:
    """One line of the case-keys file: a new random id and a new random key of 32 bytes."""
    return f"{secrets.token_hex(4)} {base64.urlsafe_b64encode(secrets.token_bytes(32)).decode('ascii')}"


def new_log_key() -> str:
    """The log-key file: a new random seed."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


def make_keys(folder: Path) -> list[Path]:
    """Make the key files that ``folder`` lacks and return them; what is there stays as it is.

    Raises OSError where the folder cannot be made or written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    wanted = {
        CASE_KEYS: new_case_key(),
        DJANGO_SECRET: secrets.token_urlsafe(48),
        LOG_KEY: new_log_key(),
    }
    return [folder / name for name, text in wanted.items() if _write_new(folder / name, text)]


def missing_keys(folder: Path) -> list[str]:
    """The names of the key files that ``folder`` lacks."""
    return [name for name in (CASE_KEYS, DJANGO_SECRET, LOG_KEY) if not (folder / name).is_file()]


def _write_new(path: Path, text: str) -> bool:
    """Write a private file that does not exist yet, whole or not at all; False where it exists."""
    if path.exists():
        return False
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link, unlike a rename, fails when another process was faster: a key is never replaced.
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
