"""The chores of the machine itself."""

import time

from celery import shared_task
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from audit import export_work, exports, ledger
from cases import parking, sessions
from cases.models import User
from sharing import export_actions, integrity, integrity_actions, mailing, tallying, typing_actions

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
    """Remove forms that nobody came back for, typing of what was recorded, exports that are over.

    Exports that nobody approved in time are over too. Twice is once.
    """
    parking.sweep_parked()
    typing_actions.sweep_typing()
    export_actions.expire_exports(now=timezone.now())
    exports.expire(timezone.now())


@shared_task(ignore_result=True)
def remind() -> None:
    """Ring the clocks that are due and send the mail that waits. Twice, or at once, is once."""
    mailing.turn(timezone.now())


@shared_task(ignore_result=True)
def sequence() -> None:
    """Give every new entry its place in the log. Twice, or at once, is once."""
    ledger.sequence()


@shared_task(ignore_result=True)
def checkpoint() -> None:
    """Sign the log where it has grown, and keep that elsewhere too. Twice, or at once, is once."""
    integrity_actions.keep(timezone.now())


@shared_task(ignore_result=True)
def check_log(by: str = "", *, whole: bool = True) -> None:
    """Check everything, or what is new since; `by` is the id of whoever asked, nobody by the clock."""
    asked = User.objects.filter(id=by).first() if by else None
    try:
        integrity_actions.check_log(now=timezone.now(), by=asked, whole=whole)
    finally:
        if asked:
            integrity.ended()


@shared_task(ignore_result=True)
def write_exports() -> None:
    """Go on with an export for some seconds, then with the next; what a killed worker left is taken up."""
    if export_work.work():
        exports.ring()


@shared_task(ignore_result=True)
def tally() -> None:
    """Count the days of the dashboard that are over or were marked. Twice, or at once, is once."""
    tallying.keep_up(timezone.now())


@shared_task(ignore_result=True)
def tally_again() -> None:
    """Count every day of the dashboard anew: what was kept wrongly lasts a night."""
    tallying.recount_all()
