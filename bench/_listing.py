"""What each copy of `bench/list.py` does. Imported once Django is set up."""

import time
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import _caseload, _plain
from cases import access, listing, vault
from cases.banner import names
from cases.models import User


class Work:
    """One caseload, and the lists of those who look at it."""

    def __init__(self, load: _caseload.Caseload) -> None:
        self.load = load

    def _user(self, who: str) -> User:
        return User.objects.get(id=getattr(self.load, who).id)

    def place(self, who: str, number: int) -> tuple[int, str]:
        """A page's number, the last where there are not so many, and its place."""
        seen = access.visible_to(self._user(who)).filter(status="open")
        number = min(number, seen.count() // listing.SIZE)
        last = seen.order_by("-opened_at", "id")[(number - 1) * listing.SIZE - 1]
        return number, listing._written(last, older=True)

    def page(self, who: str, at: str = "") -> float:
        """The seconds that a page of the list takes, with the names on it opened."""
        user = self._user(who)
        start = time.perf_counter()
        found = listing.read(user, {}, at)
        shown = [(case.reference, names(case), case.owner.name) for case in found.cases]
        took = time.perf_counter() - start
        assert len(shown) == listing.SIZE, len(shown)
        assert all(name for _, name, _ in shown)
        return took

    def peer(self, who: str) -> float:
        """The seconds of the peer's first page."""
        user = self._user(who)
        start = time.perf_counter()
        shown = [
            (case.reference, [person.name for person in case.people.all()], case.owner.name)
            for case in _plain.page(user)
        ]
        took = time.perf_counter() - start
        assert len(shown) == _plain.SIZE
        return took

    def queries(self, who: str) -> int:
        """How many queries a page takes whose keys are not open yet."""
        user: Any = self._user(who)
        vault.forget()
        with CaptureQueriesContext(connection) as found:
            listing.read(user, {}, "")
        return len(found)
