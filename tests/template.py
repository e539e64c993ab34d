"""The migrated database of a run: the first process that needs one makes it, the others copy it.

To migrate takes a processor seven seconds, and a run has two workers and several servers of its own. A
template lives as long as the run that made it, so that it is never older than a migration; `migrate` runs on
every copy all the same, and the last test of a run looks whether its guards stand.
"""

import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TextIO

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tests import environment

NAME = "template"


def copy(target: str | Path) -> bool:
    """Make a database like the template: a file's path, or a name on this run's PostgreSQL.

    Returns:
        False, and nothing is made, where this run has migrated none yet.
    """
    if not _ready().exists():
        return False
    if server := environment.running_postgres():
        server.create(str(target), template=NAME)
    else:
        _copy_file(_folder() / NAME, target)
    return True


def take_over(target: str) -> TextIO | None:
    """Copy the template for this process; where there is none, a lock to hold until this one has made it.

    The others wait as long as the lock is open.
    """
    lock = (_folder() / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    if not copy(target):
        return lock
    lock.close()
    return None


def keep(lock: TextIO, target: str) -> None:
    """Make the template from this process's database, and let the others go on."""
    name = connections["default"].settings_dict["NAME"]
    if str(name) != target:
        lock.close()  # no test of this run asks a database, and none was made
        return
    if server := environment.running_postgres():
        connections["default"].close()  # one that is in use is not copied
        server.create(NAME, template=name)
    else:
        _copy_file(name, _folder() / NAME)
    _ready().touch()
    lock.close()


def put_back(connection: BaseDatabaseWrapper) -> None:
    """Make an open SQLite database what it was before the first test, guards and all."""
    connection.ensure_connection()
    with closing(sqlite3.connect(_folder() / NAME)) as made:
        made.backup(connection.connection)


def _copy_file(source: str | Path, target: str | Path) -> None:
    # Not the file alone: what was written last may stand in the log beside it.
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def _folder() -> Path:
    return Path(os.environ[environment.TEMPLATES])


def _ready() -> Path:
    return _folder() / "ready"
