"""`manage.py verify_ledger`: recompute the whole ledger and its log, and say in plain words what matches."""

import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from audit import beside, elsewhere, guards, ledger


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
            found = _for_machines(report, unguarded, seconds)
            missing = beside.without_file()
            found["checkpoints_without_file"] = missing.count if missing else 0
            self.stdout.write(json.dumps(found))
        else:
            alerts = elsewhere.alerts(timezone.now())
            for line in [*sentences(report, seconds), *_guards(unguarded), *alerts]:
                self.stdout.write(line)
        if report.problem or unguarded:
            raise SystemExit(1)


def _for_machines(report: ledger.Report, unguarded: list[str], seconds: float) -> dict[str, Any]:
    return {
        "ok": report.problem is None and not unguarded,
        "entries": report.entries,
        "subjects": report.subjects,
        "problem": report.problem and asdict(report.problem),
        "log": {"size": report.edge.size, "root": report.edge.root().hex()},
        "guards_missing": unguarded,
        "seconds": round(seconds, 3),
    }


def sentences(report: ledger.Report, seconds: float) -> list[str]:
    """What a verification found, in plain words."""
    problem = report.problem
    if problem is None:
        return [
            f"All {report.entries:,} entries match. ({report.subjects:,} subjects, {seconds:.1f} seconds)",
            f"The log holds {report.edge.size:,} entries and matches every checkpoint that is kept here.",
            f"  root {report.edge.root().hex()}",
        ]
    if problem.hash:
        return [
            f"The ledger does not match. First bad entry: number {problem.seq} of subject {problem.subject}",
            f"  hash {problem.hash}",
            f"  {problem.why}",
        ]
    number = [f"  number {problem.seq} of the log"] if problem.seq else []
    return ["The ledger does not match.", *number, f"  {problem.why}"]


def _guards(unguarded: list[str]) -> list[str]:
    if not unguarded:
        return []
    return ["The database is not guarded as it must be:", *(f"  {why}" for why in unguarded)]
