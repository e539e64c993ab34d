"""The top floor: it ties the others together and owns no table."""

from django.apps import AppConfig


class DahashareConfig(AppConfig):
    """Loads the Celery application, so that every floor's ``shared_task`` finds its queue."""

    name = "dahashare"

    def ready(self) -> None:
        """Bind the shared tasks to the queue of these settings."""
        from dahashare import celery  # noqa: F401, PLC0415 - needs the settings
