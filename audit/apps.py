"""The ledger's application: its tables are guarded as soon as they exist."""

from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """Floor 1. Imports Django and nothing of ours."""

    name = "audit"
    verbose_name = "Ledger"

    def ready(self) -> None:
        """Guard the entry table, and install every guard once all tables of a migration run are there."""
        from audit import guards, models  # noqa: PLC0415 - models load before ready() is called

        guards.guard_model(models.Entry)
        checks.register(_settings_of_the_store)
        # One sender, so once a run; the signals are sent after the last migration of every application.
        post_migrate.connect(_install, sender=self, dispatch_uid="audit.guards.install")


def _settings_of_the_store(**_: Any) -> list[checks.CheckMessage]:
    from audit import locked_store  # noqa: PLC0415 - models load before this is called

    wrong = locked_store.wrong_setting()
    if wrong:
        return [checks.Error(wrong, id="audit.E001")]
    clear = locked_store.in_the_clear()
    return [checks.Warning(clear, id="audit.W001")] if clear else []


def _install(using: str, **_: Any) -> None:
    from audit import guards  # noqa: PLC0415 - models load before this is called

    guards.install(using)
