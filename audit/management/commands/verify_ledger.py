"""`manage.py verify_ledger`: recompute the whole ledger and say in plain words whether it matches."""

import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from audit import guards, ledger


class Command(BaseCommand):
    """Exit 0 where everything matches and every guard stands, 1 otherwise."""

    help = "Recompute every entry of the ledger from the stored bytes and name the first that does not match."

    def add_arguments(self, parser: CommandParser) -> None:
        """One option: --json for machines."""
        parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")

    def handle(self, *_: Any, **options: Any) -> None:
        """Verify, print, and leave with the exit code."""
        start = time.monotonic()
        report = ledger.verify()
        unguarded = guards.missing()
        seconds = time.monotonic() - start
        if options["json"]:
            ok = report.problem is None and not unguarded
            found = {"ok": ok, **asdict(report), "guards_missing": unguarded, "seconds": round(seconds, 3)}
            self.stdout.write(json.dumps(found))
        else:
            for line in _sentences(report, unguarded, seconds):
                self.stdout.write(line)
        if report.problem or unguarded:
            raise SystemExit(1)


def _sentences(report: ledger.Report, unguarded: list[str], seconds: float) -> list[str]:
    problem = report.problem
    if problem is None:
        lines = [
            f"All {report.entries:,} entries match. ({report.subjects:,} subjects, {seconds:.1f} seconds)"
        ]
    elif problem.hash:
        lines = [
            f"The ledger does not match. First bad entry: number {problem.seq} of subject {problem.subject}",
            f"  hash {problem.hash}",
            f"  {problem.why}",
        ]
    else:
        lines = ["The ledger does not match.", f"  {problem.why}"]
    if unguarded:
        lines += ["The database is not guarded as it must be:", *(f"  {why}" for why in unguarded)]
    return lines
