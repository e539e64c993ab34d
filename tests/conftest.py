"""What every test gets: its own data folder and keys, the services, armed guards, the cast."""

from pathlib import Path

import pytest
from django.conf import settings

from tests.environment import running_postgres

pytest_plugins = ["tests.second_step", "tests.services", "tests.guards", "tests.cast", "tests.browser"]


def pytest_configure() -> None:
    """Plain static files: a test needs no collected folder, and pages name files as they are."""
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, as in use: an in-memory database has one connection's locks and no WAL.
        database.setdefault("TEST", {})["NAME"] = str(Path(settings.DATA_DIR) / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """A run's PostgreSQL goes with all that is in it: to drop a database first would wait for its readers."""
    return running_postgres() is not None


ONE_PASS = "a browser sees the same whatever the database: it looks in the SQLite run"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In the PostgreSQL run a browser walks the journeys marked for both databases; in the other, all."""
    if running_postgres() is None:
        return
    for item in items:
        if item.get_closest_marker("browser") and not item.get_closest_marker("both_databases"):
            item.add_marker(pytest.mark.skip(reason=ONE_PASS))
