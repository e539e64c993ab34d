"""The services the tests stand on are real."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings

from tests import servers


@pytest.mark.postgres
def test_postgresql_is_real_and_each_database_is_new(postgres: servers.Postgres) -> None:
    with psycopg.connect(postgres.create("scratch")) as connection:
        row = connection.execute("SELECT version()").fetchone()
        connection.execute("CREATE TABLE here (n int)")
    assert row is not None
    assert row[0].startswith("PostgreSQL ")
    with psycopg.connect(postgres.create("scratch")) as connection:
        assert connection.execute("SELECT to_regclass('here')").fetchone() == (None,)


@pytest.mark.postgres
def test_the_wheels_serve_where_the_system_has_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    glob = Path.glob

    def without_debians(self: Path, pattern: str) -> Iterator[Path]:
        return iter(()) if str(self) == "/usr/lib/postgresql" else glob(self, pattern)

    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(Path, "glob", without_debians)
    assert "site-packages" in servers.postgres_folder().parts
    assert "site-packages" in servers.redis_program().parts
    with servers.postgres() as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with servers.redis() as url, contextlib.closing(redis.Redis.from_url(url)) as client:
        assert client.ping()


@pytest.mark.redis
def test_redis_is_real(redis_server: str) -> None:
    client = redis.Redis.from_url(redis_server)
    client.set("here", "1")
    assert client.get("here") == b"1"
    client.close()


@pytest.mark.browser
def test_chromium_is_real(chromium_path: str) -> None:
    command = [chromium_path, "--headless", *servers.chromium_flags(), "--dump-dom", "data:text/html,<p>here"]
    page = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "<p>here</p>" in page.stdout


def test_the_run_has_its_own_folder_and_keys() -> None:
    assert settings.SECRET_KEY
    assert settings.DATA_DIR.name.startswith("dahashare-test-")
    assert (settings.KEYS_DIR / "case-keys").stat().st_mode & 0o777 == 0o600
