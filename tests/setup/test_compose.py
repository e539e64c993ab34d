"""docker-compose.yml without an engine: each service's own command, run natively against real services."""

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
import yaml

from tests import servers
from tests.setup.running import ROOT, environment, eventually

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
BIN = Path(sys.executable).parent
PASSWORD = "made-up"


def test_the_five_services_are_there_and_none_is_root_or_open_to_the_network() -> None:
    assert set(SERVICES) == {"web", "worker", "beat", "postgres", "redis"}
    assert SERVICES["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert not any("ports" in SERVICES[name] for name in ("worker", "beat", "postgres", "redis"))
    assert all("healthcheck" in service for service in SERVICES.values())
    for name in ("web", "worker", "beat"):
        assert "keys:/keys" in SERVICES[name]["volumes"]
        assert SERVICES[name]["read_only"] is True
    last_user = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("USER")][
        -1
    ]
    assert last_user == "USER dahashare"


def test_every_file_the_image_copies_or_runs_exists() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert "requirements/base.txt" in text
    assert (ROOT / "requirements" / "base.txt").exists()
    assert "--require-hashes" in text
    assert "python -m dahashare.frontend" in text


class Native:
    """Runs a service's command with the compose file's environment, its hosts replaced by ours."""

    def __init__(self, folder: Path, database: str, queue: str) -> None:
        self.folder, self.web_port = folder, servers.free_port()
        self.replaced = {
            f"postgres://dahashare:{PASSWORD}@postgres:5432/dahashare": database,
            "redis://redis:6379/0": queue,
            "0.0.0.0:8000": f"127.0.0.1:{self.web_port}",
        }

    def environment(self, name: str) -> dict[str, str]:
        """What the container would see."""
        own = {key: self._filled(str(value)) for key, value in SERVICES[name]["environment"].items()}
        own |= {"DAHASHARE_DATA": str(self.folder / "data"), "DAHASHARE_KEYS": str(self.folder / "keys")}
        own |= {"DJANGO_SETTINGS_MODULE": "dahashare.settings"}
        return environment(PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}", **own)

    def _filled(self, value: str) -> str:
        value = value.replace("${DAHASHARE_DB_PASSWORD:?set a password}", PASSWORD)
        value = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
        assert "${" not in value
        return self.replaced.get(value, value)

    def log(self, name: str) -> str:
        """What the service said."""
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")

    @contextlib.contextmanager
    def up(self, name: str) -> Iterator["subprocess.Popen[bytes]"]:
        """The service, running."""
        env = self.environment(name)
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(SERVICES[name]["command"], cwd=ROOT, env=env, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()

    def well(self, name: str) -> bool:
        """Whether the service's own health check passes."""
        _, *command = SERVICES[name]["healthcheck"]["test"]
        done = subprocess.run(command, cwd=ROOT, env=self.environment(name), capture_output=True, check=False)
        return done.returncode == 0


@pytest.mark.postgres
@pytest.mark.redis
def test_web_worker_and_beat_run_on_a_real_postgresql_and_redis(
    postgres: servers.Postgres, redis_server: str, tmp_path: Path
) -> None:
    native = Native(tmp_path, postgres.create("compose"), redis_server)
    with native.up("web"):
        assert eventually(lambda: _listens(native.web_port), 90), native.log("web")
        assert native.well("web"), native.log("web")
        assert _status(native.web_port, "/sign-in/", {"X-Forwarded-Proto": "https"}) == 200
        assert _status(native.web_port, "/sign-in/", {}) == 301
        assert _status(native.web_port, "/health/", {}) == 200
        assert not native.well("worker")
        with native.up("worker") as worker, native.up("beat") as beat:
            assert eventually(lambda: native.well("worker"), 60), native.log("worker")
            assert native.well("beat")
            # The first heartbeat is the worker's own; the next can only be beat's.
            redis.Redis.from_url(redis_server).flushdb()
            assert eventually(lambda: native.well("beat"), 60), native.log("beat")
            assert (worker.poll(), beat.poll()) == (None, None)
    assert (tmp_path / "keys" / "case-keys").exists()
    assert not (tmp_path / "data" / "dahashare.sqlite3").exists()


def _status(port: int, path: str, headers: dict[str, str]) -> int:
    """The status that the proxy in front would get: redirects are not followed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.redis
def test_the_redis_command_is_understood(redis_server: str, tmp_path: Path) -> None:
    port = servers.free_port()
    command = [str(servers.redis_program()), *SERVICES["redis"]["command"][1:], "--port", str(port)]
    process = subprocess.Popen([*command, "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)
    try:
        assert eventually(lambda: _listens(port), 20)
        client = redis.Redis(port=port)
        assert client.config_get("appendonly")["appendonly"] == "no"
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        client.close()
    finally:
        process.kill()
        process.wait()


@pytest.mark.postgres
def test_the_settings_of_the_postgres_command_are_understood(postgres: servers.Postgres) -> None:
    words = SERVICES["postgres"]["command"]
    assert words[0] == "postgres"
    wanted = dict(word.split("=", 1) for word in words[1:] if word != "-c")
    with servers.postgres(**wanted) as server, psycopg.connect(server.url()) as connection:
        for name, value in wanted.items():
            row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
            assert row == (value,)
