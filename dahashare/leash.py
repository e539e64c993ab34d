"""Tie a process to its parent, so that a server that is killed leaves no orphan behind.

Standard library only. ``run.py`` names itself in DAHASHARE_PARENT; without that nobody asked for a leash.
"""

import ctypes
import os
import signal
import sys
import threading
import time

PARENT = "DAHASHARE_PARENT"
_PR_SET_PDEATHSIG = 1


def tie_to_run() -> None:
    """In a direct child of ``run.py``: end with it."""
    if parent := os.environ.get(PARENT):
        tie(int(parent), signal.SIGTERM)


def tie_to_server() -> None:
    """In a child that such a server forked: end with that server, at once."""
    if os.environ.get(PARENT):
        tie(os.getppid(), signal.SIGKILL)


def tie(parent: int, sign: signal.Signals) -> None:
    """Have this process receive ``sign`` when the process ``parent``, its parent, is no more."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(sign))
    else:
        threading.Thread(target=_watch, args=(parent, sign), daemon=True).start()
    if os.getppid() != parent:
        # It died before the leash was on.
        os.kill(os.getpid(), sign)


def _watch(parent: int, sign: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), sign)
