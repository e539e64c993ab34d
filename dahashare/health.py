"""GET /health/: the state of each part, for a load balancer or an operator; always 200, nothing secret.

Our own few lines: django-health-check answers 500 when any part is down, and has no check for guards,
keys or a queue of files.
"""

import contextlib
import logging
import time
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit import elsewhere, guards
from cases import vault
from dahashare.celery import app
from dahashare.tasks import HEARTBEAT, HEARTBEAT_SECONDS
from sharing import integrity

OK, DOWN = "ok", "down"
log = logging.getLogger(__name__)


@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """Each part's name with ``ok`` or ``down``, and what is to be done about checkpoints."""
    parts = {name: _state(name, check) for name, check in PARTS.items()}
    said = {"status": OK if set(parts.values()) == {OK} else DOWN, **parts}
    if parts["checkpoints"] == DOWN:
        with contextlib.suppress(Exception):  # it was logged above
            said["checkpoints_say"] = " ".join(_alerts())
    return JsonResponse(said)


def _state(name: str, check: Callable[[], bool]) -> str:
    try:
        return OK if check() else DOWN
    except Exception:
        # Whatever a broken part raises, the page must still tell about the others.
        log.exception("The health check of the %s failed", name)
        return DOWN


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _keys() -> bool:
    # Only a look, as below: the check made at start would store canaries and drop the keys in use.
    return vault.canary_opens()


def _cache() -> bool:
    # Only a look: anybody may ask for this page, so asking must write nothing.
    cache.get(HEARTBEAT)
    return True


def _queue() -> bool:
    with app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
        broker.default_channel.queue_declare(queue=app.conf.task_default_queue, passive=False)
    return True


def _alerts() -> list[str]:
    # Anybody may ask for this page, and often: the newest checkpoints alone, and no network.
    return elsewhere.alerts(timezone.now(), newest=integrity.RECENT)


def worker_is_alive() -> bool:
    """Whether a message that beat sent was worked off lately."""
    seen = cache.get(HEARTBEAT)
    return isinstance(seen, int) and time.time() - seen < 4 * HEARTBEAT_SECONDS


PARTS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "guards": lambda: not guards.missing(),
    "keys": _keys,
    "log": integrity.in_order,
    "checkpoints": lambda: not _alerts(),
    "cache": _cache,
    "queue": _queue,
    "worker": worker_is_alive,
}
