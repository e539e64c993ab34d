"""`manage.py checkpoint`: a signed statement of the log to keep elsewhere; or one from elsewhere, checked."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from audit import checkpoints, ledger, note, signing
from audit.management.commands.verify_ledger import sentences


class Command(BaseCommand):
    """Prints the newest checkpoint, made now where the log has grown; --verify: exit 1 for another log's."""

    help = "Print a checkpoint of the log to keep elsewhere, or check one that was kept elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        """Two options."""
        parser.add_argument("--verify", metavar="FILE", help="compare this checkpoint with the whole log")
        parser.add_argument("--key", action="store_true", help="print the public key that checks checkpoints")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do one of the three."""
        try:
            if options["key"]:
                self.stdout.write(note.key_line(signing.key_name(), signing.public_key()))
            elif options["verify"]:
                self._verify(Path(options["verify"]))
            else:
                self._print()
        except signing.NoSigningKeyError as error:
            raise CommandError(str(error)) from None

    def _print(self) -> None:
        try:
            ledger.checkpoint(timezone.now(), at_once=True)
        except ledger.LogSetBackError:
            raise CommandError(
                "The log does not hold what its checkpoints say: it is not signed. Look at /integrity/."
            ) from None
        newest = ledger.newest_checkpoint()
        if newest is None:
            raise CommandError("Nothing has been recorded yet, so there is nothing to sign.")
        self.stdout.write(newest.note, ending="")

    def _verify(self, path: Path) -> None:
        """The note's form and signature, then the root recomputed at its size, then everything else."""
        try:
            read = note.read(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"{path.name} is not a checkpoint: {error}") from None
        if not read.signed_by(signing.key_name(), signing.public_key()):
            raise CommandError(f"{path.name} is not signed with this log's key.")
        start = time.monotonic()
        ledger.sequence(sure=True)
        if why := checkpoints.against(read.statement, anew=True):
            self.stdout.write(f"The checkpoint {path.name} does not match: {why}.")
            self.stdout.write("Stop exporting, and keep the database and its backups as they are.")
            raise SystemExit(1)
        self.stdout.write(f"The checkpoint matches: the log begins with its {read.statement.size:,} entries.")
        report = ledger.verify()
        for line in sentences(report, time.monotonic() - start):
            self.stdout.write(line)
        if report.problem:
            raise SystemExit(1)
