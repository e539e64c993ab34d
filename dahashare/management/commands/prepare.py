"""manage.py prepare: everything between a program that is installed and one that can serve."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from dahashare.checks import StartRefusedError, refuse_unsafe_start
from dahashare.keys import LOG_KEY, missing_keys

MARK = ".collected"


class Command(BaseCommand):
    """Tables, cache table, static files, demonstration data where it is one, and the start-up checks."""

    help = "Bring tables and static files up to date and check keys and guards. Safe to run again."

    def handle(self, *_: Any, **__: Any) -> None:
        """Run each step; the first that fails ends the command with its reason."""
        call_command("migrate", interactive=False, verbosity=0)
        self._make_log_key()
        # Does nothing where the cache is in Redis.
        call_command("createcachetable", verbosity=0)
        self._collect_static_files()
        try:
            refuse_unsafe_start()
        except StartRefusedError as error:
            raise CommandError(f"Start refused. {error}") from None
        call_command("index_people", verbosity=0)  # not before: it seals nothing under a key that is refused
        if settings.DEMO:
            call_command("demo")

    def _make_log_key(self) -> None:
        """A keys folder from before the log was signed gets its key; the other keys are never made here."""
        if missing_keys(settings.KEYS_DIR) == [LOG_KEY]:
            call_command("make_keys", stdout=self.stdout)

    def _collect_static_files(self) -> None:
        """Collect only when a source file changed: hashing and compressing them takes seconds."""
        mark, state = Path(settings.STATIC_ROOT) / MARK, _state_of_sources()
        if mark.is_file() and mark.read_text("ascii") == state:
            return
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        mark.write_text(state, "ascii")


def _state_of_sources() -> str:
    """A digest of the names, sizes and times of all static source files."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
