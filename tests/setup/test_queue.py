"""The queue of files loses nothing under load, and Celery works on it as on Redis."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

import dahashare.celery  # noqa: F401 - names the transport
from tests.setup.running import ROOT, eventually

WRITERS, READERS, EACH = 6, 3, 250
WRITER = """
import sys
from kombu import Connection
import dahashare.celery
folder, name, number = sys.argv[1:]
with Connection("folder://", transport_options={"folder": folder}) as connection:
    queue = connection.SimpleQueue("work")
    for n in range(int(number)):
        queue.put({"id": f"{name}-{n}"})
"""


def read(folder: Path, seen: list[str], done: threading.Event) -> None:
    with Connection("folder://", transport_options={"folder": str(folder)}) as connection:
        channel = connection.default_channel
        while True:
            finished = done.is_set()
            try:
                message = channel._get("work")
            except Empty:
                if finished:
                    return
                continue
            seen.append(message["body"])


def test_nothing_is_lost_or_doubled_under_load(tmp_path: Path) -> None:
    seen: list[str] = []
    done = threading.Event()
    readers = [threading.Thread(target=read, args=(tmp_path, seen, done)) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, str(n), str(EACH)], cwd=ROOT) for n in range(WRITERS)]
    try:
        assert [writer.wait(60) for writer in writers] == [0] * WRITERS
    finally:
        # A failure must end here, not in a process or a thread that goes on for ever.
        done.set()
        for writer in writers:
            writer.kill()
            writer.wait()
    for reader in readers:
        reader.join(60)
    assert len(seen) == WRITERS * EACH
    assert len(set(seen)) == WRITERS * EACH
    assert list((tmp_path / "work").iterdir()) == []


def test_a_message_is_seen_whole_and_by_nobody_else(tmp_path: Path) -> None:
    with Connection("folder://", transport_options={"folder": str(tmp_path)}) as connection:
        channel = connection.default_channel
        channel._put("work", {"body": "x" * 100_000})
        assert (tmp_path / "work").stat().st_mode & 0o777 == 0o700
        assert channel._size("work") == 1
        # A draft that a killed writer left is no message.
        (tmp_path / "work" / "1.new").write_text("{")
        assert channel._get("work") == {"body": "x" * 100_000}
        with pytest.raises(Empty):
            channel._get("work")
        channel._put("work", {})
        assert channel._purge("work") == 1
        with pytest.raises(ValueError, match="cannot be a queue's name"):
            channel._put("../elsewhere", {})


WORKER = ["-m", "celery", "-A", "tests.setup.echo", "worker", "--pool", "threads", "--concurrency", "2"]
ALONE = ["--without-gossip", "--without-mingle", "--without-heartbeat"]


def rings(broker: str, folder: Path) -> None:
    """A worker of its own process does what was asked of it before it started and after."""
    inherited = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    env = {**inherited, "ECHO_BROKER": broker, "ECHO_FOLDER": str(folder)}
    ring = [sys.executable, "-m", "tests.setup.echo"]
    subprocess.run([*ring, "before"], cwd=ROOT, env=env, check=True, timeout=60)
    with (folder / "log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, *WORKER, *ALONE], cwd=ROOT, env=env, stdout=log, stderr=log
        )
    try:
        assert eventually((folder / "heard-before").exists), (folder / "log").read_text()
        subprocess.run([*ring, "after"], cwd=ROOT, env=env, check=True, timeout=60)
        assert eventually((folder / "heard-after").exists), (folder / "log").read_text()
    finally:
        worker.kill()
        worker.wait()


def test_celery_works_on_the_queue_of_files(tmp_path: Path) -> None:
    rings("folder://", tmp_path)


@pytest.mark.redis
def test_celery_works_on_redis(redis_server: str, tmp_path: Path) -> None:
    rings(redis_server, tmp_path)
