"""The Celery application: a message is only a doorbell, the truth is in the database."""

import logging.config
import os
import warnings
from typing import Any

import django
from celery import Celery, signals
from celery.platforms import SecurityWarning
from kombu.transport import TRANSPORT_ALIASES

from dahashare import leash
from dahashare.logs import LOGGING

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dahashare.settings")
TRANSPORT_ALIASES["folder"] = "dahashare.queue:Transport"

# Celery warns root of pickled messages; here a message is JSON (CELERY_ACCEPT_CONTENT).
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("dahashare")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def _log_privately(**_: Any) -> None:
    """Celery sets up no logs of its own: its report of a failed task quotes the exception."""
    logging.config.dictConfig(LOGGING)


@signals.celeryd_init.connect
def _start_worker(**_: Any) -> None:
    """Before the worker takes anything: the same refusal as the web server's, and the leash."""
    leash.tie_to_run()
    django.setup()
    from dahashare.checks import end_unless_safe  # noqa: PLC0415 - needs the applications

    end_unless_safe(3)


@signals.worker_ready.connect
def _ring_once(**_: Any) -> None:
    """The first heartbeat does not wait for beat's first turn, nor does asking the locked store."""
    app.send_task("dahashare.tasks.heartbeat")
    app.send_task("dahashare.tasks.checkpoint")


@signals.beat_embedded_init.connect
def _start_beat(**_: Any) -> None:
    """Beat runs in a process that the worker forked: it ends with the worker."""
    leash.tie_to_server()
