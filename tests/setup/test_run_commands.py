"""run.py test, manage and bench hand over what they are given."""

from pathlib import Path

import pytest

from tests.setup.running import run


def test_tests_run_on_both_databases_and_show_their_closing_lines() -> None:
    done = run("test", "tests/setup/test_logs.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.index("Tests on SQLite:") < done.stdout.index("database: SQLite")
    assert done.stdout.index("Tests on PostgreSQL:") < done.stdout.index("database: PostgreSQL")
    assert done.stdout.count(" passed in ") == 2


@pytest.mark.parametrize(
    "arguments", [["tests/test_floors.py", "-k", "no_test_of_this_name"], ["tests/no_such_file.py"]]
)
def test_a_run_without_a_test_is_no_success(arguments: list[str]) -> None:
    done = run("test", "--database", "sqlite", *arguments)
    assert done.returncode == 1
    assert "PostgreSQL" not in done.stdout


def test_manage_works_on_the_copy_in_data_and_sets_up_a_new_one(tmp_path: Path) -> None:
    data = tmp_path / "copy"
    done = run("manage", "--data", str(data), "check_start")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "ok"), done.stderr
    assert (data / "kind").read_text("ascii") == "live\n"
    done = run("manage", "--data", str(data), "verify_ledger")
    assert done.returncode == 0, done.stdout + done.stderr
    assert run("manage", "--data", str(data), "no_such_command").returncode != 0


def test_bench_lists_what_it_can_measure() -> None:
    done = run("bench", "nothing")
    assert done.returncode == 1
    assert "bench needs one or more of" in done.stderr


def test_help_lists_the_commands() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(f"run.py {word}" in done.stdout for word in ("live", "test", "lint", "bench", "manage"))
