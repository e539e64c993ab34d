"""`manage.py index_people`: for people recorded before there was a search, or restored without its index."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from cases import search, vault
from cases.models import Person

BATCH = 500
# A case whose key is gone holds nothing that could be found.
_LACKING = """
SELECT p.id FROM cases_person p
JOIN cases_casekey k ON k.subject = p.case_id AND k.wrapped IS NOT NULL
WHERE NOT EXISTS (SELECT 1 FROM cases_search s WHERE s.person = p.id)
"""


class Command(BaseCommand):
    """Give tokens to everybody who has none; whoever has them is left alone."""

    help = "Make everybody who is recorded findable by the search. Safe to run again, also while others work."

    def handle(self, *_: Any, **options: Any) -> None:
        """Index in batches, so that writers never wait long."""
        lacking = _lacking()
        for start in range(0, len(lacking), BATCH):
            _index(lacking[start : start + BATCH])
        if options["verbosity"]:
            self.stdout.write(f"{len(lacking)} {'person' if len(lacking) == 1 else 'people'} indexed.")


def _lacking() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_LACKING)
        return [one if isinstance(one, UUID) else UUID(one) for (one,) in cursor.fetchall()]


def _index(ids: list[UUID]) -> None:
    """The rows are locked: whoever changes a person meanwhile indexes what they saved after us."""
    with transaction.atomic():
        people = list(Person.objects.select_for_update().filter(id__in=ids))
        vault.load(person.case_id for person in people)
        for person in people:
            search.index(person)
