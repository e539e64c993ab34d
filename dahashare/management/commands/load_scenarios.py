"""Enter made-up cases from scenario files, and say whether what comes out is what each file expects."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from cases import vault
from cases.models import User
from dahashare import demonstration
from sharing import scenario_file
from sharing.scenario_file import Scenario, ScenarioError


class Command(BaseCommand):
    help = "Enter made-up cases from scenario files and compare the outcome with what each file expects."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files, and whether to leave nothing behind."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--check", action="store_true", help="leave nothing behind")

    def handle(self, *, files: list[Path], check: bool, **_: Any) -> None:
        """One line a file; CommandError (exit 1) where a file is wrong or something differs."""
        if not check and not settings.DEMO:
            raise CommandError(
                "Made-up cases are entered into the demonstration copy alone: use --check here."
            )
        scenarios = self._read(files)
        with left_behind(keep=not check):
            cast = demonstration.cast()
            lines = [self._enter(scenario, cast, check=check) for scenario in scenarios]
        if not all(lines):
            raise CommandError("Not everything came out as expected.")

    def _read(self, files: list[Path]) -> list[Scenario]:
        """Every file, or one line for each that is wrong and nothing entered."""
        scenarios, wrong = [], 0
        for path in files:
            try:
                scenarios.append(scenario_file.load(path))
            except ScenarioError as error:
                self.stderr.write(str(error))
                wrong += 1
        if wrong:
            raise CommandError("Nothing was entered.")
        return scenarios

    def _enter(self, scenario: Scenario, cast: dict[str, User], *, check: bool) -> bool:
        officer, administrator = cast["officer"], cast["administrator"]
        outcome = demonstration.enter(scenario, by=officer, administrator=administrator, marked=not check)
        if outcome is None:
            self.stdout.write(f"{scenario.path}: ok, entered before")
            return True
        told = scenario_file.differences(scenario, outcome.findings, recorded=outcome.recorded)
        self.stdout.write(f"{scenario.path}: {'; '.join(told) or 'ok'}")
        return not told


@contextmanager
def left_behind(*, keep: bool) -> Iterator[None]:
    """Let everything inside stand, or take all of it back.

    Taking back: the actions' transactions are durable, so none may be around them. A transaction that is
    begun by hand turns each of theirs into a savepoint, on both databases (on SQLite only this way of
    switching autocommit off sends a BEGIN).
    """
    if keep:
        yield
        return
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    try:
        yield
    finally:
        connection.rollback()
        connection.set_autocommit(True)
        vault.forget()  # keys that were taken back too must not seal anything later
