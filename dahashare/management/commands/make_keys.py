"""manage.py make_keys: the key files of a new copy."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from cases.models.vault import Canary
from dahashare.keys import CASE_KEYS, make_keys, missing_keys


def database_is_sealed() -> bool:
    """Whether the database already holds something that a key was used for.

    Raises django.db.DatabaseError where the database does not answer.
    """
    table = Canary._meta.db_table
    return table in connection.introspection.table_names() and Canary.objects.exists()


class Command(BaseCommand):
    """Makes what is missing in the keys folder, and overwrites nothing."""

    help = (
        "Make the key files that are missing. Refused where the database was sealed under a key that is gone."
    )
    # The settings have no secret yet: this command makes it.
    requires_system_checks = ()

    def handle(self, *_: Any, **__: Any) -> None:
        """Make the keys and say where they are."""
        if CASE_KEYS in missing_keys(settings.KEYS_DIR):
            self._refuse_to_replace()
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
            "Copy this folder now to a safe place elsewhere: without it nothing recorded can ever be read."
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
