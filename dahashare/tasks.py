"""The chores of the machine itself."""

import time

from celery import shared_task
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from cases import parking, sessions
from sharing import mailing, typing_actions

HEARTBEAT = "dahashare-worker-heartbeat"
HEARTBEAT_SECONDS = 15


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """Note that beat sends and a worker works: seconds since the epoch, for the health page."""
    cache.set(HEARTBEAT, int(time.time()), timeout=None)


@shared_task(ignore_result=True)
def clear_sessions() -> None:
    """Remove sessions that are over, and the rows that tell of them."""
    call_command("clearsessions")
    sessions.forget_ended()


@shared_task(ignore_result=True)
def sweep() -> None:
    """Remove forms that nobody came back for, and typing of what was recorded. Twice is once."""
    parking.sweep_parked()
    typing_actions.sweep_typing()


@shared_task(ignore_result=True)
def remind() -> None:
    """Ring the clocks that are due and send the mail that waits. Twice, or at once, is once."""
    mailing.turn(timezone.now())
