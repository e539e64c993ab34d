"""What every test gets: its own data folder and keys, the services, armed guards, the cast."""

from pathlib import Path

from django.conf import settings

pytest_plugins = ["tests.services", "tests.guards", "tests.cast", "tests.browser"]


def pytest_configure() -> None:
    """Plain static files: a test needs no collected folder, and pages name files as they are."""
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, as in use: an in-memory database has one connection's locks and no WAL.
        database.setdefault("TEST", {})["NAME"] = str(Path(settings.DATA_DIR) / "test.sqlite3")
