"""The real services as fixtures. One that is not on this machine skips its tests and says why;
with CI=true or REQUIRE_SERVICES=1 it fails them."""

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from tests import environment, servers

T = TypeVar("T")


def required() -> bool:
    """Whether a missing service is a failure."""
    return os.environ.get("REQUIRE_SERVICES") == "1" or os.environ.get("CI", "").lower() in {"1", "true"}


def _or_skip(get: Callable[[], T]) -> T:
    try:
        return get()
    except servers.MissingError as error:
        if required():
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    """A real PostgreSQL, whatever the run is on: ``postgres.create("name")`` gives a DATABASE_URL."""
    if running := environment.running_postgres():
        yield running
        return
    with contextlib.ExitStack() as stack:
        yield _or_skip(lambda: stack.enter_context(servers.postgres()))


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a real Redis that belongs to this run."""
    with contextlib.ExitStack() as stack:
        yield _or_skip(lambda: stack.enter_context(servers.redis()))


@pytest.fixture(scope="session")
def object_store() -> Iterator[servers.ObjectStore]:
    """A real store with object lock that belongs to this run."""
    with contextlib.ExitStack() as stack:
        yield _or_skip(lambda: stack.enter_context(servers.object_store()))


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of a real Chromium; start it with ``servers.chromium_flags()``."""
    return _or_skip(servers.chromium_program)
