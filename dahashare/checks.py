"""What must be right before anything is served: keys, tables, guards."""

import os
import sys

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from audit import guards
from cases import vault
from dahashare.keys import missing_keys
from sharing import integrity_actions


class StartRefusedError(RuntimeError):
    """The start is refused; the text is one sentence for the operator."""


def refuse_unsafe_start() -> None:
    """Raise StartRefusedError unless keys, tables and guards are as they must be.

    Called by ``manage.py check_start``, by each web process and by each worker.
    """
    if missing := [name for name in missing_keys(settings.KEYS_DIR) if not _from_environment(name)]:
        raise StartRefusedError(
            f"The keys folder {settings.KEYS_DIR} lacks {' and '.join(missing)}. "
            "Put back the copy that was kept elsewhere; for a new copy, run manage.py make_keys."
        )
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise StartRefusedError(
            "The database does not answer: look at DATABASE_URL and the server."
        ) from error
    if behind:
        raise StartRefusedError("The database's tables are older than this program: run manage.py prepare.")
    if absent := guards.missing():
        raise StartRefusedError(
            f"The database's guards are not all in place ({', '.join(absent)}): run manage.py prepare, "
            "and find out who removed them."
        )
    try:
        vault.check_canary()
    except vault.WrongKey as error:
        raise StartRefusedError(str(error)) from error


def _from_environment(name: str) -> bool:
    return name == "django-secret" and bool(os.environ.get("DAHASHARE_SECRET_KEY"))


def end_unless_safe(code: int) -> None:
    """Print the reason and end this process with ``code`` where the start is refused.

    A database older than the checkpoints beside it is no reason: the page of the log's integrity tells it.
    """
    try:
        refuse_unsafe_start()
    except StartRefusedError as error:
        sys.stderr.write(f"Start refused. {error}\n")
        sys.stderr.flush()
        raise SystemExit(code) from None
    integrity_actions.compare(timezone.now())
