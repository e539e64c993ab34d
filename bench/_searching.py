"""What each copy of `bench/search.py` does. Imported once Django is set up."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction

from bench import _caseload, _plain
from cases import access, actions, listing, opening, search, setting_up
from cases.banner import names
from cases.models import Person, Team, User

FEW = 25
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Work:
    """One caseload, ours and as plain rows with a trigram index where there is one."""

    def __init__(self, load: _caseload.Caseload) -> None:
        self.turn = False
        self.trigrams = _plain.make_trigrams()
        _plain.fill_tracked()
        self.manager, self.officer = (
            User.objects.get(id=load.manager.id),
            User.objects.get(id=load.officer.id),
        )
        self.case = access.visible_to(self.manager).values_list("id", flat=True)[0]
        self.team = Team.objects.get(name="Team 0")
        dice = random.Random(3)
        chosen = dice.sample(load.names, min(30, len(load.names)))
        self.texts = [text for name in chosen for text in _typed(name, dice)]
        self.fresh = _caseload.people(seed=4)

    def ready(self) -> bool:
        """Whether the peer has trigrams."""
        return self.trigrams

    def _both(self, ours: Callable[[], Any], peer: Callable[[], Any]) -> tuple[float, float]:
        """The seconds of both, who is first in turn."""
        self.turn = not self.turn
        if self.turn:
            return _seconds(ours), _seconds(peer)
        theirs = _seconds(peer)
        return _seconds(ours), theirs

    def find(self, number: int) -> tuple[float, float]:
        """The seconds in which ours and the peer find the cases of the people whom a text means."""
        text = self.texts[number % len(self.texts)]
        return self._both(lambda: _ours(text), lambda: _peer(text))

    def page(self, number: int) -> tuple[float, float]:
        """The seconds of a whole page of results for the manager: the policy, the order, the names."""
        text = self.texts[number % len(self.texts)]
        return self._both(lambda: _our_page(self.manager, text), lambda: _peer_page(self.manager, text))

    def insert(self) -> tuple[float, float]:
        """The seconds in which a person is saved: sealed and with tokens, and as readable text."""
        (fields,) = islice(self.fresh, 1)

        def ours() -> None:
            person = Person(case_id=self.case, **fields)
            save = search.indexed(person)
            with transaction.atomic():
                Person.objects.bulk_create([person])
                save()

        def peer() -> None:
            with transaction.atomic():
                _plain.PlainPerson.objects.bulk_create([_plain.PlainPerson(case_id=self.case, **fields)])

        return self._both(ours, peer)

    def create(self) -> tuple[float, float]:
        """The seconds in which a case with six people is opened by our action, and saved as the same rows."""
        people = list(islice(self.fresh, 6))

        def ours() -> None:
            actions.create_case(by=self.officer, team=self.team, concern_identified_at=NOW, people=people)

        def peer() -> None:
            reference = opening.free_reference()
            with transaction.atomic(durable=True):
                setting_up.require_live()
                access.require_team(self.officer, self.team)
                case = _plain.TrackedCase(
                    reference=reference,
                    team=self.team,
                    owner=self.officer,
                    opened_at=NOW,
                    concern_identified_at=NOW,
                )
                case.save(force_insert=True)
                for position, fields in enumerate(people):
                    person = _plain.TrackedPerson(case=case, position=position, **fields)
                    person.save(force_insert=True)

        return self._both(ours, peer)


def _typed(name: str, dice: random.Random) -> list[str]:
    """How a name is searched for: all of it, the surname, the beginning of the surname."""
    last = name.rsplit(maxsplit=1)[-1]
    return [name, last, last[: dice.randrange(4, 7)]]


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _ours(text: str) -> list[Any]:
    query, params = search._having(search._wanted(text).ways[0])
    with connection.cursor() as cursor:
        cursor.execute(f"{query} LIMIT {FEW}", params)
        return list(cursor.fetchall())


def _peer(text: str) -> list[Any]:
    return list(_plain.find(text).values_list("case_id")[:FEW])


def _our_page(user: User, text: str) -> list[tuple[str, str]]:
    return [(case.reference, names(case)) for case in listing.read(user, {"text": text}, "").cases]


def _peer_page(user: User, text: str) -> list[tuple[str, list[str]]]:
    """The same policy and page, and the match made on readable text."""
    seen = access.visible_to(user).filter(status="open").values("id")
    found = _plain.PlainCase.objects.filter(id__in=_plain.find(text).values("case_id")).filter(id__in=seen)
    page = found.select_related("owner").prefetch_related("people").order_by("-opened_at", "id")[: FEW + 1]
    return [(case.reference, [person.name for person in case.people.all()]) for case in page]
