"""Everything that writes on this floor. Each action is one durable transaction that ends in the ledger.

The actor is always `by`. A `request_key` makes a repeated post one single effect:
`audit.ledger.DuplicateRequest` is raised by the second, and nothing of it stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import access, doubles, events, opening, search, vault
from cases.acting import change, plain, ready, settle, write
from cases.models import (
    Case,
    ConsentRecord,
    InformationItem,
    Person,
    RiskAssessment,
    Team,
    User,
)


def create_case(
    *,
    by: User,
    team: Team,
    concern_identified_at: datetime,
    staff_safety: str = "",
    privacy_information: str = "not_recorded",
    privacy_given_on: date | None = None,
    opened_at: datetime | None = None,
    people: Sequence[Mapping[str, Any]] = (),
    concern: Mapping[str, Any] | None = None,
    request_key: UUID | None = None,
) -> Case:
    """Open a case, owned by `by`, under a key of its own.

    Args:
        concern_identified_at: aware.
        people: the fields of each `Person` that is known from the start.
        concern: the fields of the first `Concern`.

    Raises:
        ledger.DuplicateRequest: this request has already opened its case.
        django.core.exceptions.PermissionDenied: `by` works on no cases, or not in this team.
    """
    now = timezone.now()
    opened = opening.prepare(
        by=by,
        team=team,
        people=people,
        concern=concern,
        now=now,
        request_key=request_key,
        opened_at=opened_at or now,
        concern_identified_at=concern_identified_at,
        staff_safety=staff_safety,
        privacy_information=privacy_information,
        privacy_given_on=privacy_given_on,
    )
    with transaction.atomic(durable=True):
        opened.save()
    return opened.case


def change_case(*, by: User, case: Case, values: Mapping[str, Any], request_key: UUID | None = None) -> Case:
    """Change the case's own fields (staff safety, privacy information, when the concern was identified).

    Raises:
        cases.acting.ChangedMeanwhileError: as `acting.change`, like the other actions that change a row.
    """
    return change(
        "case.changed",
        case,
        values,
        by=by,
        case=case,
        request_key=request_key,
        resting_on=_together(values, STAFF_SAFETY),
    )


SAFE_CONTACT = (
    "do_not",
    "safe_routes",
    "unsafe_routes",
    "routes_checked_on",
    "safe_times",
    "contact",
    "code_word",
    "reviewed",
)
STAFF_SAFETY = ("staff_safety", "staff_safety_checked_on")
"""Answers and the days on which they were checked: a day must never come to stand beside another's answer."""


def _together(values: Mapping[str, Any], together: Sequence[str]) -> Sequence[str]:
    return together if set(together) & set(values) else ()


def add_person(*, by: User, case: Case, values: Mapping[str, Any], request_key: UUID | None = None) -> Person:
    """Add somebody to the case; `values` are fields of `Person`."""
    now = timezone.now()
    person = Person(case=case, position=case.people.count(), **values)
    content = {"row": str(person.id), "person": plain(values)}
    sealed = events.seal("person.added", content, case=case, by=by, now=now, request_key=request_key)
    index, tell = search.indexed(person), partial(doubles.tell_owners, [values], case, by=by, now=now)
    ready(person, by)
    write(sealed, lambda: person.save(force_insert=True), tell, index, by=by, what="work", case=case)
    return person


def change_person(
    *, by: User, person: Person, values: Mapping[str, Any], request_key: UUID | None = None
) -> Person:
    """Change what is recorded of a person."""
    return change(
        "person.changed",
        person,
        values,
        by=by,
        case=person.case,
        request_key=request_key,
        resting_on=_together(values, SAFE_CONTACT),
        then=lambda: search.index(person),
    )


def add_information(
    *, by: User, case: Case, values: Mapping[str, Any], request_key: UUID | None = None
) -> InformationItem:
    """Record a piece of information that is held; `values` are fields of `InformationItem`."""
    item = InformationItem(case=case, position=case.information.count(), **values)
    content = {"row": str(item.id), "information": plain(values)}
    sealed = events.seal(
        "information.added", content, case=case, by=by, now=timezone.now(), request_key=request_key
    )
    ready(item, by)
    write(sealed, lambda: item.save(force_insert=True), by=by, what="work", case=case)
    return item


def change_information(
    *, by: User, item: InformationItem, values: Mapping[str, Any], request_key: UUID | None = None
) -> InformationItem:
    """Change what is recorded of an information item."""
    return change("information.changed", item, values, by=by, case=item.case, request_key=request_key)


def check_information(
    *, by: User, item: InformationItem, day: date, request_key: UUID | None = None
) -> InformationItem:
    """Say that an item is still right; nothing is written where its words are not those that were read.

    Args:
        day: the local day on which it was checked.
    """
    return change(
        "information.checked",
        item,
        {"checked_on": day},
        by=by,
        case=item.case,
        request_key=request_key,
        resting_on=("text", "source", "dated"),
    )


def assess_risk(
    *, by: User, case: Case, values: Mapping[str, Any], request_key: UUID | None = None
) -> RiskAssessment:
    """Keep a risk assessment; the case carries the level and criteria of the latest by its own date.

    Args:
        values: fields of `RiskAssessment`: assessed_on, level, criteria, and what they rest on.
    """
    assessment = RiskAssessment(case=case, by=by, **values)
    content = {"row": str(assessment.id), "assessment": plain(values)}
    sealed = events.seal(
        "risk.assessed", content, case=case, by=by, now=timezone.now(), request_key=request_key
    )
    ready(assessment, by)
    ready(case, by)

    def save() -> None:
        settle(case, {})
        assessment.save(force_insert=True)
        latest = case.risk_assessments.first() or assessment
        case.risk_level, case.marac_criteria = latest.level, list(latest.criteria)
        case.marac_referred_on = latest.marac_referred_on
        case.save(update_fields=["risk_level", "marac_criteria", "marac_referred_on"])

    write(sealed, save, by=by, what="work", case=case)
    return assessment


def log_consent(
    *, by: User, case: Case, values: Mapping[str, Any], request_key: UUID | None = None
) -> ConsentRecord:
    """Add a dated line to the consent log; the case carries the latest consent by the line's own date."""
    record = ConsentRecord(case=case, by=by, **values)
    content = {"row": str(record.id), "consent": plain(values)}
    sealed = events.seal(
        "consent.logged", content, case=case, by=by, now=timezone.now(), request_key=request_key
    )
    ready(record, by)
    ready(case, by)

    def save() -> None:
        settle(case, {})
        record.save(force_insert=True)
        latest = case.consent_log.exclude(consent="").first()
        case.consent_status = latest.consent if latest else ""
        case.save(update_fields=["consent_status"])

    write(sealed, save, by=by, what="work", case=case)
    return record


@contextmanager
def see(
    *,
    by: User,
    case: Case,
    page: str,
    what: access.What = "view",
    kind: str = "case.viewed",
    about: Mapping[str, Any] | None = None,
) -> Iterator[frozenset[access.What]]:
    """Read a case's sealed text in the block: the policy is asked first, and the entry is made with it.

    One transaction holds all three, so that what is shown was entered and what failed to show was not. The
    entry comes last: only then is the case's chain locked. The block gets what the user may do with the case.

    Args:
        page: the page's name, a code and never a person's.
        kind: of the entry, where more is shown than pages show of themselves.
        about: what the entry says besides the page; nothing sealed is read for it.
    """
    content = {"page": page} | dict(about or {})
    sealed = events.seal(kind, content, case=case, by=by, now=timezone.now())
    with transaction.atomic(durable=True):
        yield access.require(by, what, case)
        ledger.append(sealed)


@contextmanager
def see_list(*, by: User, cases: Sequence[Case]) -> Iterator[None]:
    """Read names of these cases in the block, with one entry in the actor's own chain: references only."""
    if not cases:
        yield
        return
    content = {"references": [case.reference for case in cases]}
    sealed = events.seal("cases.listed", content, by=by, now=timezone.now())
    with transaction.atomic(durable=True):
        yield
        ledger.append(sealed)


def note_refusal(*, by: User, case: UUID | None, page: str) -> None:
    """Enter that somebody was refused a page of a case: in the case's ledger, in a transaction of its own.

    Where no such case exists the entry goes to the actor's own chain, so that the answer takes as long as it
    does for a case that is hidden.

    Args:
        case: the id of the case, None where the address named none that exists.
        page: the pattern of the page's address, never the address.
    """
    now, content = timezone.now(), {"page": page}
    tried = Case(id=case or uuid4())  # nothing is asked of the database that is not asked where there is none
    opens = vault.open_either(tried.id)
    sealed = events.seal("access.refused", content, case=tried if opens else None, by=by, now=now)
    with transaction.atomic(durable=True):
        ledger.append(sealed)
