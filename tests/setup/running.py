"""A copy that run.py serves, started and killed as a person would."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
NOT_INHERITED = (
    "DAHASHARE_DATA",
    "DAHASHARE_DEMO",
    "DAHASHARE_KEYS",
    "DATABASE_URL",
    "REDIS_URL",
    "TEST_DATABASE",
    "PYTEST_XDIST_WORKER",
)


def environment(**more: str) -> dict[str, str]:
    """The environment of a person's shell, with nothing of this test run's own copy."""
    kept = {key: value for key, value in os.environ.items() if key not in NOT_INHERITED}
    return {**kept, **more}


def run(*arguments: str, cwd: Path = ROOT, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run run.py to its end, here or in another clone."""
    command = [sys.executable, "run.py", *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment(**more), capture_output=True, text=True, timeout=180, check=False
    )


def eventually(true: Callable[[], object], seconds: float = 30) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


class Running:
    """run.py serving a data folder on a free port."""

    def __init__(self, data: Path, *command: str, **more: str) -> None:
        self.data, self.port = data, free_port()
        self.log = data.with_name(f"{data.name}-{self.port}.log")
        arguments = [*command, "--port", str(self.port), "--data", str(data)]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "run.py", *arguments],
                cwd=ROOT,
                env=environment(**more),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def output(self) -> str:
        """What it has said so far."""
        return self.log.read_text("utf-8", "replace")

    def wait_until_serving(self) -> None:
        """Wait for the line with the address."""
        ready = eventually(lambda: "Ctrl-C stops it" in self.output() or self.process.poll() is not None, 120)
        assert ready, self.output()
        assert self.process.poll() is None, self.output()

    def health(self) -> dict[str, Any]:
        """What /health/ says, or nothing while nobody answers."""
        with contextlib.suppress(OSError):
            address = f"http://127.0.0.1:{self.port}/health/"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return dict(json.load(answer))
        return {}

    def healthy(self) -> bool:
        """Whether every part is well."""
        return self.health().get("status") == "ok"

    def processes(self, word: str = "") -> list[int]:
        """The processes that serve this folder and whose command line holds ``word``; not run.py itself."""
        mark = f"DAHASHARE_DATA={self.data}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                mine = mark in (folder / "environ").read_bytes().split(b"\0")
                if mine and word.encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
        return sorted(found)

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to run.py alone and wait for its end; gives the exit code."""
        self.process.send_signal(sign)
        return self.process.wait(60)


@contextlib.contextmanager
def serving(data: Path, *command: str, **more: str) -> Iterator[Running]:
    """A copy that serves; whatever is left of it at the end is killed."""
    copy = Running(data, *command, **more)
    try:
        copy.wait_until_serving()
        yield copy
    finally:
        copy.process.kill()
        copy.process.wait()
        for process in copy.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
