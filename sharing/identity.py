"""What a case holds that could identify somebody: for the guard of texts that must not (rules.md)."""

from typing import Any

from django.db.models import QuerySet

from cases.fields import ALTERED, DESTROYED, Altered
from cases.models import Case, Person
from sharing.models import Advice, Asked, Decision, Draft, Incident, Letter, Request
from sharing.rules.leaks import Known, Somebody

_WITH_REFERENCES = (Draft, Decision, Incident, Advice, Request, Asked, Letter)


def known_of(case: Case) -> Known:
    """The names, addresses, ways to reach and birth dates of everybody in the case, and its references.

    Two queries; opens sealed text, so it belongs inside an action or a look that is entered. `complete` is
    false where something was destroyed: the guard cannot find what nobody knows any more.

    Raises:
        Altered: something was changed outside the application, also while a page is drawn: a guard that does
            not know a name would let it pass.
    """
    opened = [_opened(person) for person in case.people.all()]
    return Known(
        people=tuple(_somebody(texts) for texts in opened),
        references=(case.reference, *_references(case)),
        complete=not any(DESTROYED in texts.values() for texts in opened),
    )


def of_person(person: Person) -> Known:
    """The names of one person: to find what concerns them. Opens sealed text, as above."""
    return Known(people=(_somebody(_opened(person)),))


def _opened(person: Person) -> dict[str, str]:
    names = ("name", "preferred_name", "aliases", "address", "contact", "birth_date")
    texts = {name: str(getattr(person, name)) for name in names}
    if ALTERED in texts.values():
        raise Altered(f"the person {person.id} was altered outside the application")
    return texts


def _somebody(texts: dict[str, str]) -> Somebody:
    held = {name: "" if text == DESTROYED else text for name, text in texts.items()}
    return Somebody(
        names=(held["name"], held["preferred_name"], held["aliases"]),
        address=held["address"],
        contact=held["contact"],
        birth_date=held["birth_date"],
    )


def _references(case: Case) -> list[str]:
    """Those of its drafts, decisions, requests and so on."""
    first, *others = (_of(model, case) for model in _WITH_REFERENCES)
    return sorted(row[0] for row in first.union(*others))


def _of(model: Any, case: Case) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = model.objects.filter(case=case).order_by().values_list("reference")
    return rows
