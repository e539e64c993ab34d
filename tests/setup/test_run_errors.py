"""What can go wrong at a start: one clear line on the error stream, and exit 1."""

import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.setup.running import ROOT, eventually, run, serving


def refused(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    """Exit 1, and one line that holds every word."""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert done.returncode == 1, done
    assert len(lines) == 1, lines
    assert lines[0].startswith("run.py: ")
    assert all(word in lines[0] for word in words), lines[0]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--port", "0"], "'0'"),
        (["--port", "65536"], "'65536'"),
        (["--port=eighty"], "'eighty'"),
        (["--port"], "needs a value"),
        (["serve"], "'serve'"),
        (["live", "now"], "'now'"),
        (["test", "--database", "oracle"], "sqlite or postgres"),
        (["bench", "nothing"], "bench needs"),
    ],
)
def test_a_command_line_that_is_not_understood(arguments: list[str], word: str) -> None:
    refused(run(*arguments), word)


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused(run("--port", port, "--data", str(tmp_path / "data")), port, "in use", "--port")
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(
        run("--data", str(tmp_path / "file" / "data"), "--port", _free()), "data folder", "cannot be written"
    )


def _free() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])


def test_the_other_kind_of_copy(tmp_path: Path) -> None:
    (tmp_path / "kind").write_text("demo\n")
    refused(run("live", "--data", str(tmp_path), "--port", _free()), "belongs to a demo copy", "--data")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files that a first start needs, without an environment."""
    folder = tmp_path / "clone"
    for name in ("dahashare", "requirements"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "run.py", folder)
    return folder


def test_no_ensurepip(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "ensurepip.py").write_text("raise ImportError")
    done = run("--port", _free(), cwd=clone, PYTHONPATH=str(tmp_path))
    refused(done, "ensurepip", "python3-venv")


def test_no_network(clone: Path) -> None:
    nowhere = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_RETRIES": "0",
    }
    nowhere |= {"PIP_NO_CACHE_DIR": "1", "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
    done = run("--port", _free(), cwd=clone, **nowhere)
    refused(done, "packages could not be installed", "network")


def test_a_folder_that_is_served_already_and_a_wrong_or_missing_key(
    tmp_path: Path, migrated: Callable[[Path], dict[str, str]]
) -> None:
    data = tmp_path / "data"
    with serving(data, "live", **migrated(data)) as running:
        refused(run("live", "--data", str(data), "--port", _free()), "served already")
        running.stop()
    keys = data / "keys" / "case-keys"
    right = keys.read_text("ascii")
    keys.unlink()
    refused(run("live", "--data", str(data), "--port", _free()), "sealed under a key", "case-keys")
    assert not keys.exists()
    key_id = right.split()[0]
    keys.write_text(f"{key_id} {'A' * 43}=\n", "ascii")
    refused(run("live", "--data", str(data), "--port", _free()), "Start refused", key_id)
    keys.write_text(right, "ascii")
    with serving(data, "live") as running:
        assert eventually(running.healthy), running.output()
