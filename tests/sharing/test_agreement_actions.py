"""Agreements are kept version by version, each with its entry; a row that says otherwise is found."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.http import Http404
from django.utils import timezone

from audit import ledger
from audit.models import Entry
from cases import events
from cases.models import User
from sharing.agreement_actions import AgreementChanged, end_agreement, record_agreement
from sharing.models import Agreement
from tests.sharing.agreeing import NAME, agreed, terms
from tests.sharing.deciding import behind_the_guards

KINDS = ("agreement.recorded", "agreement.ended")


def entries() -> list[Entry]:
    return list(Entry.objects.filter(kind__in=KINDS).order_by("seq"))


@pytest.mark.django_db
def test_each_version_is_an_entry_and_nothing_is_edited(governance: User) -> None:
    first = agreed(governance)
    second = record_agreement(by=governance, values=terms(name="Protocol"), series=first.series, version=1)
    last = end_agreement(by=governance, agreement=second)
    rows = list(Agreement.objects.order_by("version"))
    assert [(row.version, row.name, row.active) for row in rows] == [
        (1, NAME, True), (2, "Protocol", True), (3, "Protocol", False),
    ]  # fmt: skip
    assert {row.series for row in rows} == {first.series}
    assert [entry.kind for entry in entries()] == [
        "agreement.recorded",
        "agreement.recorded",
        "agreement.ended",
    ]
    assert [bytes(row.entry_hash) for row in rows] == [bytes(entry.hash) for entry in entries()]
    said = events.content_of(entries()[-1], of_case=False)
    assert said["id"] == str(last.id)
    assert said["review_on"] == last.review_on.isoformat()
    assert ledger.verify().problem is None


@pytest.mark.django_db
def test_the_same_request_and_the_same_terms_have_one_effect(governance: User) -> None:
    key = uuid4()
    first = record_agreement(by=governance, values=terms(), request_key=key)
    assert record_agreement(by=governance, values=terms(), request_key=key) == first
    assert record_agreement(by=governance, values=terms(), series=first.series) == first
    turned = terms(agencies=terms()["agencies"][::-1], aims=terms()["aims"][::-1])
    assert record_agreement(by=governance, values=turned, series=first.series) == first
    change: dict[str, Any] = {"values": terms(name="Protocol"), "series": first.series, "version": 1}
    key = uuid4()
    second = record_agreement(by=governance, request_key=key, **change)
    assert record_agreement(by=governance, request_key=key, **change) == second
    key = uuid4()
    last = end_agreement(by=governance, agreement=second, request_key=key)
    assert end_agreement(by=governance, agreement=second, request_key=key) == last
    assert len(entries()) == Agreement.objects.count() == 3


@pytest.mark.django_db
def test_a_key_of_something_else_is_no_repeat(governance: User, administrator: User) -> None:
    first = agreed(governance)
    other = User.objects.create_user("gail@council.example", name="Gail Hunt", role=User.Role.GOVERNANCE)
    with pytest.raises(ledger.DuplicateRequest):
        record_agreement(by=other, values=terms(), request_key=first.request_key)
    assert Agreement.objects.count() == 1


@pytest.mark.django_db
def test_who_is_second_is_told(governance: User) -> None:
    first = agreed(governance)
    second = record_agreement(by=governance, values=terms(name="Protocol"), series=first.series, version=1)
    change: dict[str, Any] = {"by": governance, "values": terms(fits="Otherwise"), "series": first.series}
    with pytest.raises(AgreementChanged):
        record_agreement(**change, version=1)
    with pytest.raises(AgreementChanged):
        end_agreement(by=governance, agreement=first)
    last = end_agreement(by=governance, agreement=second)
    with pytest.raises(AgreementChanged):
        record_agreement(**change)
    with pytest.raises(AgreementChanged):
        end_agreement(by=governance, agreement=last)
    with pytest.raises(AgreementChanged):
        record_agreement(by=governance, values=terms(), series=uuid4())
    assert Agreement.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["officer", "manager", "administrator", "superuser"])
def test_nobody_but_the_governance_lead_writes_one(
    who: str, governance: User, request: pytest.FixtureRequest
) -> None:
    first, by = agreed(governance), request.getfixturevalue(who)
    with pytest.raises(Http404):
        record_agreement(by=by, values=terms())
    with pytest.raises(Http404):
        record_agreement(by=by, values=terms(name="Mine"), series=first.series)
    with pytest.raises(Http404):
        end_agreement(by=by, agreement=first)
    assert len(entries()) == 1


@pytest.mark.django_db
def test_terms_that_do_not_hold_together_are_refused(governance: User) -> None:
    with pytest.raises(ValidationError, match="only the person can give it"):
        agreed(governance, basis="6-1-a")
    assert entries() == []


CHANGES = {
    "name": "Another",
    "agencies": ["court"],
    "basis": "6-1-d",
    "review_on": timezone.localdate() + timedelta(days=900),
    "active": False,
    "version": 7,
}


@pytest.mark.django_db
@pytest.mark.parametrize("column", sorted(CHANGES))
def test_a_row_that_was_altered_is_found(column: str, governance: User) -> None:
    agreed(governance)
    with behind_the_guards():
        Agreement.objects.update(**{column: CHANGES[column]})
    problem = ledger.verify().problem
    assert problem is not None
    assert f"{column} is not what was recorded" in str(problem)


@pytest.mark.django_db
def test_a_row_that_was_taken_away_or_added_is_found(governance: User) -> None:
    first = agreed(governance)
    agreed(governance, name="Second")
    with behind_the_guards():
        Agreement.objects.filter(id=first.id).delete()
    assert "no row" in str(ledger.verify().problem)
    with behind_the_guards():
        for _ in range(2):
            first.pk, first.request_key, first.series = uuid4(), uuid4(), uuid4()
            first.entry_hash = uuid4().bytes * 2
            first.save(force_insert=True)
    assert ledger.verify().problem is not None


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_is_recorded(governance: User) -> None:
    first = agreed(governance)
    found: list[str] = []
    start = threading.Barrier(2)

    def change(name: str) -> None:
        try:
            start.wait(timeout=20)
            record_agreement(by=governance, values=terms(name=name), series=first.series, version=1)
            found.append("recorded")
        except AgreementChanged:
            found.append("told")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=change, args=(f"Protocol {n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["recorded", "told"]
    assert Agreement.objects.count() == 2
    assert ledger.verify().problem is None
    connection.close()
