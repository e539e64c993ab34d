"""Serve one copy: its data folder, its keys, its web server and its worker. Standard library only."""

import contextlib
import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from dahashare import keys, leash
from dahashare.installing import PYTHON, ROOT, VENV, ensure_environment, ensure_frontend, fail, say, say_error

HOST = "127.0.0.1"
QUICK_DEATHS = 5
STOP_SECONDS = 15


class Copy:
    """One copy of the application: its data folder and what its processes need to know of it."""

    def __init__(self, data: Path | None, kind: str | None = None) -> None:
        self.data = data or ROOT / "var" / (kind or "demo")
        self.kind = kind or self._kind_on_disk() or ("live" if data else "demo")
        self.keys = Path(os.environ.get("DAHASHARE_KEYS") or self.data / "keys")

    def _kind_on_disk(self) -> str:
        mark = self.data / "kind"
        return mark.read_text("ascii").strip() if mark.is_file() else ""

    def open(self) -> None:
        """Make the folder; refuse one that cannot be written or that belongs to the other kind of copy."""
        mark = self.data / "kind"
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.data / ".writable").write_bytes(b"")
            (self.data / ".writable").unlink()
            there = self._kind_on_disk()
            if not there:
                mark.write_text(self.kind + "\n", "ascii")
        except OSError as error:
            fail(f"the data folder {self.data} cannot be written: {error.strerror}")
        if there and there != self.kind:
            fail(f"the data folder {self.data} belongs to a {there} copy; choose another with --data")

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of this copy's processes."""
        own = {
            "DAHASHARE_DATA": str(self.data),
            "DAHASHARE_DEMO": "1" if self.kind == "demo" else "0",
            "DJANGO_SETTINGS_MODULE": "dahashare.settings",
            "PATH": os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", os.defpath)]),
            "PYTHONUNBUFFERED": "1",
        }
        return {**os.environ, **own, **more}

    def manage(self, *arguments: str, capture: bool = False) -> str:
        """Run one management command to its end; its failure is ours, with its own last line."""
        done = subprocess.run(
            [PYTHON, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else None,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no message"]
            fail(f"manage.py {arguments[0]} failed: {lines[-1].removeprefix('CommandError: ')}")
        sys.stderr.write(done.stderr)
        return done.stdout or ""

    def ensure_keys(self) -> None:
        """Make the keys of a new copy; manage.py refuses where the database was sealed under others."""
        if keys.missing_keys(self.keys):
            self.manage("make_keys")

    def is_new(self) -> bool:
        """Whether no tables were made yet, as far as a look at the folder tells."""
        return "DATABASE_URL" not in os.environ and not (self.data / "dahashare.sqlite3").exists()


class Child:
    """A process that is started again when it dies."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.quick_deaths = 0
        self.start()

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches run.py alone, which then stops it in order."""
        self.since = time.monotonic()
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def keep_alive(self) -> None:
        """Start it again where it died; give up where it dies at once again and again."""
        code = self.process.poll()
        if code is None:
            return
        self.signal(signal.SIGKILL)
        self.quick_deaths = self.quick_deaths + 1 if time.monotonic() - self.since < 10 else 0
        if self.quick_deaths >= QUICK_DEATHS:
            fail(f"the {self.name} dies as soon as it starts (code {code}); its last lines above tell why")
        say_error(f"the {self.name} died (code {code}); starting it again")
        time.sleep(0.5 * self.quick_deaths)
        self.start()

    def signal(self, sign: int) -> None:
        """Send a signal to it and to every process that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, sign)

    def alive(self) -> bool:
        """Whether the process, or one that it started, is still there."""
        self.process.poll()
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return self.process.poll() is None
        return True


class Stop(Exception):  # noqa: N818 - not an error
    """Somebody asked us to end."""


def stop_on_signals() -> None:
    """Turn the signals that end a program into Stop."""

    def stop(*_: object) -> None:
        raise Stop

    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, stop)


def stop_children(children: list[Child]) -> None:
    """Ask each to end, wait, then insist; a second Ctrl-C changes nothing."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            # To the head alone: it stops its own children in order.
            os.kill(child.process.pid, signal.SIGTERM)
    end = time.monotonic() + STOP_SECONDS
    while any(child.alive() for child in children) and time.monotonic() < end:
        time.sleep(0.1)
    for child in children:
        child.signal(signal.SIGKILL)
        child.process.wait()


def check_port(port: int) -> None:
    """Refuse a port that somebody listens on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            fail(f"port {port} {why}; choose another with --port")


def take_data_folder(copy: Copy) -> Any:
    """One server a data folder: the file that this returns stays locked as long as it is open."""
    handle = (copy.data / "run.lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        fail(f"the data folder {copy.data} is being served already; choose another with --data")
    return handle


def serve(kind: str, port: int, data: Path | None) -> int:
    """Set up what is missing, start the web server and the worker, keep them alive until told to stop."""
    copy = Copy(data, kind)
    check_port(port)
    copy.open()
    lock = take_data_folder(copy)
    ensure_environment("base")
    ensure_frontend()
    copy.ensure_keys()
    copy.manage("prepare")
    children: list[Child] = []
    try:
        stop_on_signals()
        _start(copy, port, children)
        _announce(copy, port, children)
        while True:
            for child in children:
                child.keep_alive()
            time.sleep(0.3)
    except Stop:
        say("Stopping.")
        return 0
    finally:
        stop_children(children)
        lock.close()


def _start(copy: Copy, port: int, children: list[Child]) -> None:
    environment = copy.environment(**{leash.PARENT: str(os.getpid()), "WEB_BIND": f"{HOST}:{port}"})
    python = str(PYTHON)
    web = [python, "-m", "gunicorn", "-c", "python:dahashare.serving", "dahashare.wsgi"]
    worker = [
        python,
        "-m",
        "celery",
        "-A",
        "dahashare.celery",
        "--quiet",
        "worker",
        "--beat",
        "--pool",
        "threads",
    ]
    quiet = ["--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    children.append(Child("web server", web, environment))
    children.append(Child("worker", [*worker, *quiet], environment))


def _announce(copy: Copy, port: int, children: list[Child]) -> None:
    # By its name: browsers make no passkey for a number.
    address = f"http://localhost:{port}"
    while not _answers(f"http://{HOST}:{port}/health/"):
        for child in children:
            child.keep_alive()
        time.sleep(0.2)
    if copy.kind == "live":
        link = copy.manage("first_administrator", capture=True).strip()
        if link.startswith("/"):
            say(f"The first administrator opens this link once: {address}{link}")
        elif link:
            say(link)
    say(f"dahashare ({copy.kind}) is at {address}/ (Ctrl-C stops it)")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
