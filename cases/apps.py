"""Floor 2: people and secrecy."""

from allauth.usersessions.apps import UserSessionsConfig
from django.apps import AppConfig, apps
from django.db import models


class CasesConfig(AppConfig):
    name = "cases"

    def ready(self) -> None:
        from simple_history.signals import pre_create_historical_record  # noqa: PLC0415 - needs the models

        from audit import guards  # noqa: PLC0415 - needs the models
        from cases import fields, idle, sessions  # noqa: PLC0415 - needs the models

        idle.connect()
        sessions.connect()
        pre_create_historical_record.connect(fields.keep_stored_bytes, dispatch_uid="cases.sealed-history")
        for model in append_only_models():
            guards.guard_model(model)


class SessionsConfig(UserSessionsConfig):
    """allauth's table of sessions, without its receivers: `cases.sessions` writes the rows."""

    def ready(self) -> None:
        """Connect nothing: what allauth writes at a sign-in is what the browser sent, unread."""


def append_only_models() -> list[type[models.Model]]:
    """Every table of every floor whose rows are kept as they were written.

    simple-history's tables are found by their key; a model says so of itself with ``append_only = True``.
    """
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if hasattr(model, "history_id") or getattr(model, "append_only", False)
    ]
