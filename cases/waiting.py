"""In which cases something is due for somebody, and how much waits behind a link of the navigation.

Floors above know; this floor lists the cases and draws the navigation.
"""

from collections.abc import Callable

from cases.models import User

Source = Callable[[User], set[str]]
_sources: list[Source] = []
Count = Callable[[User], int]
_counts: dict[str, Count] = {}


def register(source: Source) -> None:
    """Add a source of references; a second registration of the same function changes nothing."""
    if source not in _sources:
        _sources.append(source)


def references(user: User) -> set[str]:
    """The references of the cases in which something is due for the user."""
    return set().union(*(source(user) for source in _sources))


def register_count(href: str, count: Count) -> None:
    """Have the link to this address say how much waits there, on My work and on that page."""
    _counts[href] = count


def count_at(href: str, user: User) -> int:
    """How much waits for the user behind a link; 0 where nothing counts."""
    return _counts[href](user) if href in _counts else 0
