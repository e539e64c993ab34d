"""A caseload that was never typed: cases, people, keys and tokens, sealed for real. Needs Django set up.

Four teams of two officers. The officer who looks owns an eighth of all cases and was given some of other
teams, the manager's team has a quarter of all; some cases are closed, some restricted, some hidden.
"""

import random
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection, transaction

from bench import _plain
from cases import access, search, vault
from cases.models import (
    Case,
    CaseKey,
    CaseUserPermission,
    Exclusion,
    Membership,
    Organisation,
    Person,
    Team,
    User,
)
from cases.models.cases import new_reference

BATCH = 1_000
TEAMS, OFFICERS = 4, 2
GIVEN, SHUT_OUT = 50, 20
START = datetime(2020, 1, 6, 9, tzinfo=UTC)


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words("""
Amara Rosalind Tobias Gareth Joan Marguerite Priya Rhys Edmund Lindiwe Zoe Hannah Maryam Grace Olive
Colin Mary Omar Adam Susan Gwen Eric Dora Una Ida Nora Wanda Chidi Ngozi Farah Yusuf Leila Piotr
Agnieszka Ewa Jan Dewi Siân Niamh Aoife Ciara Declan Connor Fatima Aisha Bilal Imran Sadia Harpreet
Gurdeep Simran Anjali Ravi Meera
""")
_HEAD = _words("""
Ach Bel Cor Dal Ems Far Gol Hart Ing Jes Kil Lang Mor Nor Ober Pem Quar Ross Stan Thorn Ul Vas Whit
Yar
""")
_MIDDLE = _words("""
ter ing wel ham lin mar den os bur el ken ford a un ri
""")
_TAIL = _words("""
berg ton ley son man wood field by worth kin ster mond ova eau ski
""")
_STREET = _words("""
Rise Road Lane Street Close Avenue Gardens Court Way Mews Hill Drive
""")
_TOWN = _words("""
Testham Haverton Eastmoor Wexborough Calder Norbridge Thornley Seaby
""")


class Caseload(NamedTuple):
    """Who looks at it."""

    officer: User
    manager: User
    names: list[str]
    """Some names of people that the manager may see, as they would be searched for."""


def people(seed: int = 1) -> Iterator[dict[str, Any]]:
    """The fields of made-up people, for ever; the same ones each time."""
    dice = random.Random(seed)
    while True:
        first = dice.choice(_FIRST)
        last = dice.choice(_HEAD) + dice.choice(_MIDDLE) + dice.choice(_TAIL)
        street = f"{dice.choice(_HEAD)}{dice.choice(_TAIL)} {dice.choice(_STREET)}"
        inward = f"{dice.randrange(10)}{dice.choice('ABDEFGHJ')}{dice.choice('ABDEFGHJ')}"
        town = dice.choice(_TOWN)
        yield {
            "role": "victim_survivor",
            "name": f"{first} {last}",
            "preferred_name": first[:3] if dice.random() < 0.3 else "",
            "birth_date": f"{dice.randrange(1940, 2006)}-0{dice.randrange(1, 10)}-{dice.randrange(10, 29)}",
            "address": f"{dice.randrange(1, 300)} {street}, {town} TE{dice.randrange(1, 30)} {inward}",
            "contact": f"07700 9{dice.randrange(100_000):05}",
        }


def fill(count: int, *, plain: bool = True) -> Caseload:
    """Make tables and `count` cases of one person each; with `plain`, the same for the peer."""
    call_command("migrate", verbosity=0)
    _plain.make_tables()
    teams, users = _staff()
    officer, manager = users[0], users[-1]
    dice = random.Random(2)
    held: list[UUID] = []
    managed: list[UUID] = []
    others: list[Case] = []
    names: list[str] = []
    made = _cases(count, teams, users[:-1], dice)
    with _quick_index() as quick:
        while batch := list(islice(made, BATCH)):
            quick.add(_save(batch, plain))
            held += [case.id for case, _, _ in batch if case.owner_id == officer.id]
            managed += [case.id for case, _, _ in batch if case.team_id == teams[0].id]
            names += [str(person.name) for case, person, _ in batch[:8] if case.team_id == teams[0].id]
            others += [case for case, _, _ in batch if case.team_id != teams[0].id][: GIVEN - len(others)]
    _rights(officer, manager, others, held, managed)
    if plain:
        _plain.share(officer, held + [case.id for case in others], manager, "team", managed)
    _settle()
    return Caseload(officer, manager, names)


def _staff() -> tuple[list[Team], list[User]]:
    """The teams; their officers in turn, and at the end the manager of the first."""
    Organisation.objects.update_or_create(id=1, defaults={"name": "Bench", "live_since": START})
    teams = [Team.objects.create(name=f"Team {n}") for n in range(TEAMS)]
    users = []
    for n in range(TEAMS * OFFICERS):
        user = User.objects.create_user(f"officer{n}@bench.example", name=f"Officer {n}", role="officer")
        Membership.objects.create(user=user, team=teams[n % TEAMS])
        users.append(user)
    manager = User.objects.create_user("manager@bench.example", name="Manager", role="manager")
    Membership.objects.create(user=manager, team=teams[0])
    return teams, [*users, manager]


Made = tuple[Case, Person, CaseKey]


def _cases(count: int, teams: list[Team], officers: list[User], dice: random.Random) -> Iterator[Made]:
    references: set[str] = set()
    for n, fields in zip(range(count), people(), strict=False):
        while (reference := new_reference()) in references:
            continue
        references.add(reference)
        opened = START + timedelta(minutes=20 * dice.randrange(count), seconds=n % 60)
        case = Case(
            reference=reference,
            team=teams[n % TEAMS],
            owner=officers[n % len(officers)],
            opened_at=opened,
            concern_identified_at=opened,
            staff_safety="Visit in twos" if n % 10 == 0 else "",
            status="closed" if n % 5 == 0 and n % 3 == 0 else "open",
            restricted=dice.random() < 0.02,
            risk_level=dice.choice(("standard", "medium", "high", "not_assessed")),
        )
        key = vault.new_key(case.id)
        yield case, Person(case=case, safe_routes=["phone"], **fields), key


def _save(batch: list[Made], plain: bool) -> list[search.Row]:
    rows = [search.Row(person.id, person.case_id, search.tokens(person)) for _, person, _ in batch]
    if plain:
        _save_plain(batch)
    CaseKey.objects.bulk_create([key for _, _, key in batch])
    Case.objects.bulk_create([case for case, _, _ in batch])
    Person.objects.bulk_create([person for _, person, _ in batch])
    return rows


def _save_plain(batch: list[Made]) -> None:
    _plain.PlainCase.objects.bulk_create(_plain.copied(case, _plain.PlainCase) for case, _, _ in batch)
    _plain.PlainPerson.objects.bulk_create(_plain.copied(one, _plain.PlainPerson) for _, one, _ in batch)


class _quick_index:  # noqa: N801 - used as a function
    """Takes rows of the index and writes them as fast as each database can; the tables end up as ever."""

    def __enter__(self) -> "_quick_index":
        self.number = 0
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("DROP INDEX cases_search_tokens")
            else:
                cursor.execute("CREATE TEMP TABLE pairs (token integer, id integer)")
        return self

    def add(self, rows: list[search.Row]) -> None:
        """Write these rows."""
        if connection.vendor == "postgresql":
            search.save(rows)
            return
        heads, pairs = [], []
        for row in rows:
            self.number += 1
            heads.append((self.number, row.person.hex, row.case.hex, array("q", row.tokens).tobytes()))
            pairs += [(token, self.number) for token in row.tokens]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany("INSERT INTO cases_search VALUES (%s, %s, %s, %s)", heads)
            cursor.executemany("INSERT INTO pairs VALUES (%s, %s)", pairs)

    def __exit__(self, *_: Any) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET maintenance_work_mem = '256MB'")
                cursor.execute(
                    "CREATE INDEX cases_search_tokens ON cases_search USING gin (tokens) "
                    "WITH (gin_pending_list_limit = 256)"
                )
            else:
                cursor.execute(
                    "INSERT INTO cases_search_token SELECT token, id FROM pairs ORDER BY token, id"
                )
                cursor.execute("DROP TABLE pairs")


def _rights(officer: User, manager: User, others: list[Case], held: list[UUID], managed: list[UUID]) -> None:
    permission = Permission.objects.get(content_type__app_label="cases", codename=access.GRANT)
    CaseUserPermission.objects.bulk_create(
        CaseUserPermission(user=user, permission=permission, content_object=case)
        for user in (officer, manager)
        for case in others
    )
    Exclusion.objects.bulk_create(
        Exclusion(case_id=case, user=user)
        for user, cases in ((officer, held), (manager, managed))
        for case in cases[:SHUT_OUT]
    )


def _settle() -> None:
    """What PostgreSQL does by itself in time; SQLite does nothing of the kind."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
