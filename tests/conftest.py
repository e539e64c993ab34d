"""What every test gets: its own data folder and keys, the services, armed guards, the cast."""

import os
from pathlib import Path
from typing import TextIO

import pytest
from django.conf import settings
from django.db import connection

from tests import fuzz, template
from tests.environment import running_postgres

pytest_plugins = [
    "tests.second_step",
    "tests.services",
    "tests.storing",
    "tests.guards",
    "tests.checkpoints",
    "tests.cast",
    "tests.browser",
    "tests.outward",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--long`: the tests of properties try many examples (tests/fuzz.py)."""
    parser.addoption("--long", action="store_true", help="many examples for tests of properties")


def pytest_configure(config: pytest.Config) -> None:
    """Plain static files: a test needs no collected folder, and pages name files as they are."""
    # By the environment: modules are decorated before any test could ask for an option.
    os.environ[fuzz.LONG] = "1" if config.getoption("long") else "0"
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, as in use: an in-memory database has one connection's locks and no WAL.
        database.setdefault("TEST", {})["NAME"] = str(Path(settings.DATA_DIR) / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """What is there was copied a moment before; it goes with the run's folder, or with its PostgreSQL."""
    return True


@pytest.fixture(scope="session")
def _before_migrating(django_db_modify_db_settings: None) -> tuple[str, TextIO | None]:
    """The database of this process, as another of this run has migrated it (tests/template.py)."""
    name = str(connection.creation._get_test_db_name())  # type: ignore[attr-defined]
    return name, template.take_over(name)


@pytest.fixture(scope="session")
def django_db_setup(_before_migrating: tuple[str, TextIO | None], django_db_setup: None) -> None:
    """Migrated, and a template for the others where this process is the first."""
    name, lock = _before_migrating
    if lock:
        template.keep(lock, name)


ASKS = {"db", "transactional_db", "live_server", "django_db_setup"}
"""What a test names that reaches a database; pytest-django lets no other test near one."""
LEFT_OUT = (
    "this run is on PostgreSQL: what asks no database of the suite, and what a browser sees of pages, "
    "is tested in the SQLite run ALONE (tests/conftest.py); name such tests to run them here"
)


def pytest_report_header() -> str:
    """Say what this run does not test."""
    return "" if running_postgres() is None else LEFT_OUT


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to one run what no database changes; share the longest files out first."""
    if config.getoption("dist", "no") != "no" or os.environ.get("PYTEST_XDIST_WORKER"):
        items.sort(key=_turn)
    if running_postgres() is None:
        return
    kept = [item for item in items if _hangs_on_the_database(item)]
    # Whoever names nothing but such tests wants them; an empty run would be a failed one.
    if kept and len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if not _hangs_on_the_database(item)])
        items[:] = kept


def _turn(item: pytest.Item) -> int:
    """Files of browser tests, whole servers and sweeps are long: begun last, one would keep all waiting.

    Servers are waited for while a browser works: two browsers, and then two that wait, would take longer.
    """
    long = ("tests/journeys/test_every_page.py", "tests/setup/", "tests/journeys/", "tests/test_")
    return next((turn for turn, folder in enumerate(long) if item.nodeid.startswith(folder)), len(long))


def _hangs_on_the_database(item: pytest.Item) -> bool:
    """Whether a test could end otherwise on another database."""
    if item.get_closest_marker("both_databases"):
        return True
    if item.get_closest_marker("browser"):
        return False
    return bool(item.get_closest_marker("django_db") or ASKS & set(getattr(item, "fixturenames", ())))
