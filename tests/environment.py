"""Loaded before pytest-django reads the settings (``-p tests.environment`` in pyproject.toml).

Gives the run its own data folder and keys, and its database: SQLite, or with TEST_DATABASE=postgres
a PostgreSQL that it starts itself. Every worker of a parallel run has its own folder and database.
"""

import contextlib
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dahashare.keys import make_keys
from tests import servers

_open = contextlib.ExitStack()
TEMPLATES = "DAHASHARE_TEST_TEMPLATES"
"""The folder of what the processes of a run share (tests/template.py)."""


def _prepare() -> None:
    names = ["DEMO", "KEYS", "HOSTS", "HTTPS", "PROXIES", "SESSION_HOURS", "OIDC_ISSUER", "URL", "MAIL"]
    names += ["CHECKPOINTS", "CHECKPOINT_COPY", "CHECKPOINT_BUCKET", "CHECKPOINT_ENDPOINT"]
    names += ["CHECKPOINT_REGION", "CHECKPOINT_RETENTION_DAYS"]
    for name in ("REDIS_URL", *(f"DAHASHARE_{name}" for name in names)):
        os.environ.pop(name, None)
    folder = tempfile.TemporaryDirectory(prefix="dahashare-test-", ignore_cleanup_errors=True)
    data = Path(_open.enter_context(folder))
    os.environ["DAHASHARE_DATA"] = str(data)
    make_keys(data / "keys")
    (data / "static").mkdir()
    if "PYTEST_XDIST_WORKER" not in os.environ:
        (data / "shared").mkdir()
        os.environ[TEMPLATES] = str(data / "shared")
    wanted = os.environ.get("TEST_DATABASE", "sqlite")
    if wanted not in {"sqlite", "postgres"}:
        raise pytest.UsageError(f"TEST_DATABASE is {wanted!r}; it can be sqlite or postgres")
    if wanted == "sqlite":
        os.environ.pop("DATABASE_URL", None)
    elif "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ["DATABASE_URL"] = _open.enter_context(servers.postgres()).url("dahashare")


_prepare()


def running_postgres() -> servers.Postgres | None:
    """The server of this run, where the run is on PostgreSQL."""
    url = urlsplit(os.environ.get("DATABASE_URL", ""))
    return servers.Postgres(url.port) if url.scheme == "postgres" and url.port else None


def pytest_report_header() -> str:
    """Say on which database this run is."""
    return f"database: {'PostgreSQL' if running_postgres() else 'SQLite'}"


def pytest_unconfigure() -> None:
    """Stop the server and remove the folder."""
    _open.close()
