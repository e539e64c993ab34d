"""The environment with its locked packages, and the front-end files. Standard library only: it runs first."""

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from dahashare import frontend

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"


def fail(reason: str) -> NoReturn:
    """One clear line, and the end."""
    say_error(reason)
    raise SystemExit(1)


def say(text: str) -> None:
    """A line for the operator, at once."""
    print(text, flush=True)


def say_error(text: str) -> None:
    """A line for the operator on the error stream."""
    print(f"run.py: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock on a file or folder; a second start waits until the first has set things up."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def ensure_environment(name: str) -> None:
    """Make .venv with exactly the packages of requirements/<name>.txt, unless it holds them already."""
    wanted = {name: hashlib.sha256((REQUIREMENTS / f"{name}.txt").read_bytes()).hexdigest()}
    if name == "test":
        # The test requirements include the others, at the same versions.
        wanted["base"] = hashlib.sha256((REQUIREMENTS / "base.txt").read_bytes()).hexdigest()
    mark = VENV / "installed.json"
    with locked(ROOT):
        installed = _read_mark(mark) if _runs() else {}
        if wanted.items() <= installed.items():
            return
        if not _runs():
            _make_venv()
        say("Installing the packages, each checked against its hash; the first time takes a minute or two.")
        _install(REQUIREMENTS / f"{name}.txt")
        mark.write_text(json.dumps({**installed, **wanted}), "utf-8")


def _read_mark(mark: Path) -> dict[str, str]:
    try:
        return dict(json.loads(mark.read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def _runs() -> bool:
    """Whether .venv has a Python that runs and that has pip: half a folder is made anew."""
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode == 0


def _make_venv() -> None:
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian splits it off, and only a new environment needs it
        import venv  # noqa: PLC0415 - as above
    except ImportError:
        fail("this Python has no ensurepip, so no environment can be made: install python3-venv first")
    say("Making the environment in .venv.")
    try:
        venv.create(VENV, clear=True, with_pip=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        fail(f"the environment .venv could not be made: {error}")


def _install(requirements: Path) -> None:
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]
    done = subprocess.run(
        [*pip, "--retries", "2", "--require-hashes", "-r", requirements],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [
            done.stderr.strip()
        ]
        fail(f"the packages could not be installed; is there a network? pip says: {errors[-1][:300]}")


def ensure_frontend() -> None:
    """Fetch the front-end package where it is not there; without it the application has a plainer look."""
    with locked(ROOT):
        if frontend.present():
            return
        say("Fetching the front-end package.")
        try:
            frontend.fetch()
        except (frontend.NotFetchedError, OSError) as error:
            say_error(
                f"the front-end package could not be fetched: {error}. Pages will look plainer; all works."
            )
