"""manage.py check_start: may this copy be served?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dahashare.checks import StartRefusedError, refuse_unsafe_start


class Command(BaseCommand):
    """Exit 1 with the reason where the keys, the tables or the guards are not as they must be."""

    help = "Check keys, tables and guards, as each web process and worker does before it serves."

    def handle(self, *_: Any, **__: Any) -> None:
        """Check."""
        try:
            refuse_unsafe_start()
        except StartRefusedError as error:
            raise CommandError(f"Start refused. {error}") from None
        self.stdout.write("ok")
