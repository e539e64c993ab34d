"""manage.py make_keys: the key files of a new copy."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from audit.models import Checkpoint
from cases.models.vault import Canary
from dahashare.keys import CASE_KEYS, LOG_KEY, make_keys, missing_keys


def database_is_sealed() -> bool:
    """Whether the database already holds something that a key was used for.

    Raises django.db.DatabaseError where the database does not answer.
    """
    table = Canary._meta.db_table
    return table in connection.introspection.table_names() and Canary.objects.exists()


def log_is_signed() -> bool:
    """Whether the log already has checkpoints that a key signed.

    Raises django.db.DatabaseError where the database does not answer.
    """
    table = Checkpoint._meta.db_table
    return table in connection.introspection.table_names() and Checkpoint.objects.exists()


class Command(BaseCommand):
    """Makes what is missing in the keys folder, and overwrites nothing."""

    help = (
        "Make the key files that are missing. Refused where the database was sealed under a key that is gone."
    )
    # The settings have no secret yet: this command makes it.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """One option: --new-log-key, where every copy of the log's key is lost."""
        parser.add_argument(
            "--new-log-key", action="store_true", help="make a new log-key although another signed the log"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Make the keys and say where they are."""
        missing = missing_keys(settings.KEYS_DIR)
        if CASE_KEYS in missing:
            self._refuse_to_replace()
        if LOG_KEY in missing and not options["new_log_key"]:
            self._refuse_another_log_key()
        try:
            made = make_keys(settings.KEYS_DIR)
        except OSError as error:
            raise CommandError(
                f"The keys folder {settings.KEYS_DIR} cannot be written: {error.strerror}."
            ) from None
        if not made:
            self.stdout.write("Every key file is there already; nothing was changed.")
            return
        self.stdout.write(
            f"Made {' and '.join(path.name for path in made)} in {settings.KEYS_DIR}. "
            "Copy this folder now to a safe place elsewhere: without it nothing recorded can ever be read, "
            "and whoever has it can sign another history."
        )

    def _refuse_to_replace(self) -> None:
        try:
            sealed = database_is_sealed()
        except DatabaseError:
            raise CommandError("The database does not answer: look at DATABASE_URL and the server.") from None
        if sealed:
            raise CommandError(
                f"The database was sealed under a key that the folder {settings.KEYS_DIR} does not hold. "
                f"Put back the copy of {CASE_KEYS} that was kept elsewhere; a new key cannot open it."
            )

    def _refuse_another_log_key(self) -> None:
        try:
            signed = log_is_signed()
        except DatabaseError:
            raise CommandError("The database does not answer: look at DATABASE_URL and the server.") from None
        if signed:
            raise CommandError(
                f"The log was signed with a key that the folder {settings.KEYS_DIR} does not hold. Put back "
                f"the copy of {LOG_KEY} that was kept elsewhere. If every copy is lost: make_keys "
                "--new-log-key; then give the new public key to everybody who checks the log."
            )
