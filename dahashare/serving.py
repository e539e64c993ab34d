"""Gunicorn's settings: ``gunicorn -c python:dahashare.serving dahashare.wsgi``.

WEB_BIND     address and port (default 127.0.0.1:8000)
WEB_WORKERS  processes (default 2); each has four threads
"""

import os
from pathlib import Path
from typing import Any

from dahashare import leash
from dahashare.logs import LOGGING

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 10
max_requests = 5_000
max_requests_jitter = 500
# A heartbeat file on a disk that is slow to sync would have workers killed for no fault.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - not a file of ours
control_socket_disable = True
# Addresses may hold what a person typed: there is no access log here, the ledger tells who read what.
accesslog = None
logconfig_dict = LOGGING


def on_starting(server: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """The master ends with the ``run.py`` that started it."""
    leash.tie_to_run()


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """A worker ends with its master."""
    leash.tie_to_server()
