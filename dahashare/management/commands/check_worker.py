"""manage.py check_worker: did beat and a worker do anything lately?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dahashare.health import worker_is_alive


class Command(BaseCommand):
    """For a container's health check: exit 1 where no heartbeat was seen lately."""

    help = "Check that messages of beat are being worked off."

    def handle(self, *_: Any, **__: Any) -> None:
        """Check."""
        if not worker_is_alive():
            raise CommandError("No message was worked off lately: look at beat, the worker and the queue.")
        self.stdout.write("ok")
