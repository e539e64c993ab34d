"""What the tests of whole servers share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import template
from tests.environment import running_postgres


@pytest.fixture
def migrated(request: pytest.FixtureRequest) -> Callable[[Path], dict[str, str]]:
    """Put migrated, empty tables where a copy with this data folder looks for them; its environment.

    `migrate` runs there all the same, and has nothing to do. That a copy is made from nothing is shown by
    tests/setup/test_run.py on both databases.
    """

    def put(data: Path) -> dict[str, str]:
        # Not named as a fixture: what only SQLite shows would then be run on PostgreSQL too.
        request.getfixturevalue("django_db_setup")
        server = running_postgres()
        if not server:
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = data.name if server else data / "dahashare.sqlite3"
        if not template.copy(place) and server:
            server.create(data.name)
        return {"DATABASE_URL": server.url(data.name)} if server else {}

    return put
