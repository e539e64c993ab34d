"""python3 run.py: serves from nothing, restarts what dies, leaves nothing behind."""

import http.client
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.environment import running_postgres
from tests.setup.running import Running, eventually, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that this file's starts share: the first makes it, the others reuse it."""
    return tmp_path_factory.mktemp("run") / "data"


@pytest.fixture(scope="module")
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """The database of this run: a PostgreSQL where the tests are on one."""
    if running_postgres() is None:
        return {}
    return {"DATABASE_URL": request.getfixturevalue("postgres").create("run")}


class Held:
    """The demonstration: one copy serves test after test; where one has stopped it another is started."""

    def __init__(self, data: Path, database: dict[str, str]) -> None:
        self.data, self.database = data, database
        self.started = ExitStack()
        self.copy: Running | None = None

    def serving(self) -> Running:
        """The copy that serves; started where none does."""
        if self.copy is None or self.copy.process.poll() is not None:
            self.started.close()
            self.copy = self.started.enter_context(serving(self.data, **self.database))
        return self.copy


@pytest.fixture(scope="module")
def held(data: Path, database: dict[str, str]) -> Iterator[Held]:
    """To start a copy takes as long as what most tests ask of it."""
    kept = Held(data, database)
    with kept.started:
        yield kept


@pytest.fixture
def copy(held: Held) -> Running:
    """The demonstration, serving."""
    return held.serving()


@pytest.mark.both_databases
def test_serves_from_nothing_with_every_part_well(copy: Running) -> None:
    assert eventually(copy.healthy), copy.output()
    parts = {"database", "guards", "keys", "log", "checkpoints", "cache", "queue", "worker"}
    assert set(copy.health()) == {"status", *parts}
    assert f"http://localhost:{copy.port}/" in copy.output()
    assert copy.data.stat().st_mode & 0o777 == 0o700
    keys = copy.data / "keys"
    assert keys.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in keys.iterdir()} == {0o600}


def test_the_server_refuses_a_content_type_that_cannot_be_read(copy: Running) -> None:
    for kind in ("text/plain; charset=rot13", "multipart/form-data; boundary*=foo''x"):
        server = http.client.HTTPConnection("127.0.0.1", copy.port, timeout=10)
        server.request("POST", "/sign-in/?a=1", b"x", {"Content-Type": kind})
        answer = server.getresponse()
        server.close()
        assert answer.status == 400, kind
        assert answer.headers["Cache-Control"] == "no-store"
    assert "Traceback" not in copy.output()


def test_a_second_start_reuses_what_is_there_in_under_ten_seconds(held: Held, copy: Running) -> None:
    keys = copy.data / "keys" / "case-keys"
    before = keys.read_bytes()
    copy.stop()
    started = time.monotonic()
    copy = held.serving()
    assert time.monotonic() - started < 10
    assert "Copy this folder" not in copy.output()
    assert keys.read_bytes() == before


def test_a_child_that_dies_is_started_again(copy: Running) -> None:
    assert eventually(copy.healthy), copy.output()
    for name in ("gunicorn", "celery"):
        victims = copy.processes(name)
        os.kill(victims[0], signal.SIGKILL)
        # The head of each has the lowest number: with it go those that it forked.
        assert eventually(partial(_gone, copy, victims)), copy.output()
        again = partial(_as_many, copy, name, len(victims))
        assert eventually(again), copy.output()
    assert eventually(copy.healthy), copy.output()
    assert copy.output().count("starting it again") == 2


def _gone(copy: Running, victims: list[int]) -> bool:
    return not set(victims) & set(copy.processes())


def _as_many(copy: Running, name: str, number: int) -> bool:
    return len(copy.processes(name)) == number


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_nothing_behind(copy: Running, sign: signal.Signals) -> None:
    assert len(copy.processes()) >= 4
    assert copy.stop(sign) == 0
    assert copy.processes() == []


def test_killing_run_itself_leaves_nothing_behind(copy: Running) -> None:
    assert len(copy.processes()) >= 4
    copy.stop(signal.SIGKILL)
    assert eventually(lambda: not copy.processes(), 20), copy.processes()


def test_live_starts_empty_and_prints_one_link_for_the_first_administrator(
    tmp_path: Path, migrated: Callable[[Path], dict[str, str]]
) -> None:
    data = tmp_path / "live"
    with serving(data, "live", **migrated(data)) as running:
        assert eventually(running.healthy), running.output()
        links = [line for line in running.output().splitlines() if "first administrator" in line]
        assert len(links) == 1
        assert f"http://localhost:{running.port}/" in links[0]
