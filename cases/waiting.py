"""In which cases something is due for somebody. Floors above know; this floor lists the cases."""

from collections.abc import Callable

from cases.models import User

Source = Callable[[User], set[str]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Add a source of references; a second registration of the same function changes nothing."""
    if source not in _sources:
        _sources.append(source)


def references(user: User) -> set[str]:
    """The references of the cases in which something is due for the user."""
    return set().union(*(source(user) for source in _sources))
