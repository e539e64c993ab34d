#!/usr/bin/env python3
"""dahashare from nothing: needs only Python 3.11 with venv; Linux, macOS or WSL.

python3 run.py                      the demonstration: made-up cases, one sign-in button per role
python3 run.py live                 an empty live copy, with a one-time link for its first administrator
python3 run.py test [ARGUMENTS]     the tests, on SQLite and on PostgreSQL; --database sqlite|postgres: one;
                                    --long tries many examples where a property is tested
python3 run.py lint                 style, types, templates and the order of the floors
python3 run.py bench SUBJECT...     measure (see docs/benchmarks.md)
python3 run.py manage ARGUMENTS     Django's command line for the demonstration, or the copy of --data

--port PORT                         the port to serve on (8000)
--data DIR                          the folder of database, keys, queue and exports (var/demo, var/live)
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python is shown
    sys.exit("run.py: Python 3.11 or newer is needed; this is " + sys.version.split()[0])

import os
import subprocess
from pathlib import Path

from dahashare.installing import PYTHON, ROOT, VENV, ensure_environment, ensure_frontend, fail, say, say_error
from dahashare.supervising import Copy, serve

COMMANDS = ("live", "test", "lint", "bench", "manage")
SHARE_A_CASELOAD = ("list", "page", "search")
"""Subjects of bench that are measured on one caseload, which takes minutes to make."""


class Options:
    """The command line: the command, the port, the data folder and what is left for others."""

    def __init__(self, arguments: list[str]) -> None:
        self.command = "demo"
        self.port = 8000
        self.data: Path | None = None
        self.rest = list(arguments)
        while self.rest:
            word, _, value = self.rest[0].partition("=")
            if word in COMMANDS and self.command == "demo":
                self.command = self.rest.pop(0)
            elif word in ("--port", "--data"):
                self._take(word, value)
            else:
                break
        if self.rest and self.command in ("demo", "live", "lint"):
            fail(f"{self.rest[0]!r} is not understood; python3 run.py --help lists what is")

    def _take(self, word: str, value: str) -> None:
        self.rest.pop(0)
        if not value:
            if not self.rest:
                fail(f"{word} needs a value")
            value = self.rest.pop(0)
        if word == "--data":
            self.data = Path(value).expanduser().absolute()
        elif value.isdecimal() and 0 < int(value) < 65536:
            self.port = int(value)
        else:
            fail(f"--port takes a number from 1 to 65535, not {value!r}")


def manage(options: Options) -> int:
    """Hand over to manage.py for the demonstration, or for the copy in --data."""
    ensure_environment("base")
    copy = Copy(options.data)
    copy.open()
    # Before the keys: making them looks into the database, and that leaves an empty file.
    new = copy.is_new()
    copy.ensure_keys()
    if new:
        ensure_frontend()
        copy.manage("prepare")
    os.chdir(ROOT)
    os.execve(PYTHON, [str(PYTHON), "manage.py", *options.rest], copy.environment())  # noqa: S606


def test(options: Options) -> int:
    """Run the suite once on each database; 0 only where both pass."""
    databases, arguments = ["sqlite", "postgres"], list(options.rest)
    if "--database" in arguments:
        at = arguments.index("--database")
        databases = arguments[at + 1 : at + 2]
        del arguments[at : at + 2]
        if databases not in (["sqlite"], ["postgres"]):
            fail("--database takes sqlite or postgres")
    if set(arguments) <= {"--long"}:
        # The whole suite, shared by three processes, of which one often waits for a server or a browser;
        # whoever names tests sees them one after another. The longest files go first (tests/conftest.py).
        arguments += ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
    ensure_environment("test")
    ensure_frontend()
    codes = [_test_on(database, arguments) for database in databases]
    return int(any(codes))


def _test_on(database: str, arguments: list[str]) -> int:
    path = os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "TEST_DATABASE": database, "PATH": path}
    # Compiled once: a run starts some forty processes, and what pytest makes of the tests takes longest.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if database == "postgres" and (reason := _no_postgres()):
        required = environment.get("CI") == "true" or environment.get("REQUIRE_SERVICES") == "1"
        say_error(f"the tests on PostgreSQL are {'impossible' if required else 'skipped'}: {reason}")
        return int(required)
    say(f"Tests on {'SQLite' if database == 'sqlite' else 'PostgreSQL'}:")
    return _run([PYTHON, "-m", "pytest", *arguments], environment)


def _no_postgres() -> str:
    """Why there is no PostgreSQL for the tests; nothing where there is one."""
    look = [str(PYTHON), "-m", "tests.servers"]
    done = subprocess.run(look, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stderr.strip()


def _run(command: list[str | Path], environment: dict[str, str]) -> int:
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def lint(_: Options) -> int:
    """Show what each tool says; 1 where one of them finds something."""
    ensure_environment("test")
    tools = (
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy", "."],
        ["djlint", "templates", "--check"],
        ["djlint", "templates", "--lint"],
        ["lint-imports"],
    )
    failed = []
    for tool in tools:
        say(f"$ {' '.join(tool)}")
        environment = {**os.environ, "DAHASHARE_SECRET_KEY": "lint reads the settings and signs nothing"}
        if subprocess.run(
            [VENV / "bin" / tool[0], *tool[1:]], cwd=ROOT, env=environment, check=False
        ).returncode:
            failed.append(" ".join(tool))
    say(f"lint: {', '.join(failed)} failed" if failed else "lint: nothing found")
    return int(bool(failed))


def bench(options: Options) -> int:
    """Hand each subject over to bench/<subject>.py, with the options that follow the subjects."""
    known = sorted(path.stem for path in (ROOT / "bench").glob("[a-z]*.py"))
    first = next((at for at, word in enumerate(options.rest) if word.startswith("-")), len(options.rest))
    subjects, more = options.rest[:first], options.rest[first:]
    if not subjects or not set(subjects) <= set(known):
        fail(f"bench needs one or more of: {', '.join(known) or 'none yet'}")
    ensure_environment("test")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    shared = [subject for subject in subjects if subject in SHARE_A_CASELOAD]
    runs = [[f"{subject}.py"] for subject in subjects if subject not in shared]
    runs += [["_shared.py", *shared]] if shared else []
    run = [
        subprocess.run([PYTHON, ROOT / "bench" / name, *named, *more], env=environment, check=False)
        for name, *named in runs
    ]
    return max(int(bool(done.returncode)) for done in run)


def main() -> int:
    """Read the command line and do it."""
    if sys.argv[1:2] in (["-h"], ["--help"], ["help"]):
        say(__doc__ or "")
        return 0
    options = Options(sys.argv[1:])
    others = {"test": test, "lint": lint, "bench": bench, "manage": manage}
    try:
        if options.command in others:
            return others[options.command](options)
        return serve(options.command, options.port, options.data)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
