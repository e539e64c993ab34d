"""The database refuses to change what was kept: every history table, assessments, the consent log."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from audit import guards
from cases import actions, setup_actions
from cases.apps import append_only_models
from cases.models import (
    Case,
    Concern,
    ConsentRecord,
    Person,
    Policy,
    RiskAssessment,
    TimedAccess,
    User,
)
from tests.cast import CaseFile

pytestmark = pytest.mark.django_db

HISTORY = [model for model in append_only_models() if model._meta.app_label == "cases"]


@pytest.fixture
def rows(case_file: CaseFile, granted: User, excluded: User, administrator: User) -> None:
    """At least one row in every guarded table of this floor."""
    values = {"happened_on": date(2026, 3, 9), "consent": "refused", "note": "At the office"}
    actions.log_consent(by=granted, case=case_file.case, values=values)
    setup_actions.add_agency(by=administrator, name="Canal rescue")
    setup_actions.set_organisation(by=administrator, values={"type": "almo"})
    now, case = timezone.now(), case_file.case
    Policy.objects.create(code="sharing", name="Sharing policy")
    Concern.objects.create(case=case, kind="incident", text="A broken window")
    TimedAccess.objects.create(
        kind="emergency", case=case, user=granted, begun_at=now, ends_at=now + timedelta(hours=1)
    )


def refused(change: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            change()
    except DatabaseError as error:
        return "append-only" in str(error)
    return False


def raw(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_history_table_is_guarded() -> None:
    tracked = {model for model in HISTORY if hasattr(model, "history_id")}
    assert {model._meta.db_table for model in HISTORY} <= set(guards.guarded())
    assert {RiskAssessment, ConsentRecord} <= set(HISTORY)
    ours = [model for model in apps.get_app_config("cases").get_models() if hasattr(model, "history")]
    assert tracked == {model.history.model for model in ours} != set()
    assert guards.missing() == []


@pytest.mark.parametrize("model", HISTORY, ids=lambda model: model.__name__)
def test_a_kept_row_cannot_be_changed(model: type[models.Model], rows: None) -> None:
    table, manager = model._meta.db_table, model._base_manager
    row, key = manager.first(), model._meta.pk.attname
    assert row is not None
    before = [str(one) for one in manager.order_by("pk").values_list()]
    other = next(f for f in model._meta.concrete_fields if isinstance(f, models.CharField | models.DateField))
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    again = "INSERT OR REPLACE INTO {0} ({1}) SELECT {1} FROM {0}"
    changes: list[Callable[[], Any]] = [
        lambda: raw(f"UPDATE {table} SET {key} = {key}"),  # noqa: S608 - our own names
        lambda: raw(f"DELETE FROM {table}"),  # noqa: S608 - our own names
        lambda: manager.filter(pk=row.pk).update(**{other.attname: getattr(row, other.attname)}),
        lambda: manager.bulk_update([row], [other.attname]),
        lambda: manager.all().delete(),
        lambda: manager.all()._raw_delete(connection.alias),
        lambda: row.save(force_update=True),
    ]
    if connection.vendor == "sqlite":
        # The same rows again under their own keys, which REPLACE would delete first.
        changes.append(lambda: raw(again.format(table, columns)))
        changes.append(lambda: raw(again.format(table, f"rowid, {columns}")))
    else:
        raw("SET CONSTRAINTS ALL IMMEDIATE")  # or TRUNCATE is refused for another reason
        changes.append(lambda: raw(f"TRUNCATE {table}"))
    for number, change in enumerate(changes):
        assert refused(change), f"change {number} of {table} went through"
    assert [str(one) for one in manager.order_by("pk").values_list()] == before


def test_live_rows_change_and_every_change_is_in_history(case_file: CaseFile, officer: User) -> None:
    history = Person.history.filter(id=case_file.child.id)
    assert history.count() == 1
    actions.change_person(by=officer, person=case_file.child, values={"address": "Elsewhere"})
    assert history.count() == 2
    assert {row.history_user for row in history} == {officer}
    assert Case.history.filter(id=case_file.case.id).count() == 2
