"""Views of the log: the one that everybody has, and those that somebody keeps for themselves."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import User
from sharing import log, saved_views
from sharing.models import SavedView
from tests.cast import CaseFile
from tests.sharing.test_log import a_row, listed

NAME = "Zephyr's board paper"


def test_not_shared_at_high_risk_always_means_the_last_full_quarter(
    client: Client, manager: User, officer: User, case_file: CaseFile
) -> None:
    day = log.quarter(timezone.localdate(), back=1).since
    assert day
    then = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    rows = {
        "not shared": a_row(case_file.case, officer, then, outcome="do_not_share"),
        "not yet, MARAC": a_row(
            case_file.case, officer, then, outcome="not_yet", risk_level="medium", threshold_met=True
        ),
        "shared": a_row(case_file.case, officer, then),
        "standard risk": a_row(
            case_file.case, officer, then, outcome="do_not_share", risk_level="standard", threshold_met=False
        ),
        "today": a_row(case_file.case, officer, timezone.now(), outcome="do_not_share"),
    }
    client.force_login(manager)
    assert "/logs/not-shared-high-risk/" in client.get("/").content.decode()
    address = client.get("/logs/not-shared-high-risk/")["Location"]
    found = set(listed(client, manager, address))
    assert found == {rows["not shared"].reference, rows["not yet, MARAC"].reference}


def kept(client: Client, **fields: object) -> object:
    return client.post("/logs/views/", {"request_key": str(uuid4()), "name": NAME} | fields)


def test_a_view_is_kept_used_and_removed(client: Client, manager: User, other_manager: User) -> None:
    client.force_login(manager)
    kept(
        client, period="last_quarter", outcome="not_yet", columns=["consent", "stops"], sort="-decided",
        reference="D-ABCDEF",
    )  # fmt: skip
    (view,) = saved_views.kept(manager)
    assert view.name == NAME
    query = parse_qs(urlsplit(view.href).query)
    assert query == {
        "period": ["last_quarter"], "outcome": ["not_yet"], "columns": ["consent", "stops"],
        "sort": ["-decided"],
    }  # fmt: skip
    assert "Zephyr&#x27;s board paper" in client.get("/logs/").content.decode()
    client.force_login(other_manager)
    assert saved_views.kept(other_manager) == []
    assert client.post(f"/logs/views/{view.id}/remove/").status_code == 404
    client.force_login(manager)
    assert client.post(f"/logs/views/{view.id}/remove/").status_code == 302
    assert client.post(f"/logs/views/{view.id}/remove/").status_code == 404
    assert saved_views.kept(manager) == []


def test_days_are_kept_as_days(client: Client, manager: User) -> None:
    client.force_login(manager)
    days = {"since_day": "1", "since_month": "7", "since_year": "2026"}
    kept(client, period="days", **days)
    query = parse_qs(urlsplit(saved_views.kept(manager)[0].href).query)
    assert {name: query[name] for name in days} == {name: [value] for name, value in days.items()}


def test_the_name_is_sealed_and_bound_to_its_view(client: Client, manager: User) -> None:
    client.force_login(manager)
    kept(client)
    row = SavedView.objects.get()
    assert b"Zephyr" not in bytes(row.name)
    other = SavedView.objects.create(owner=manager, name=row.name)
    assert [one.name for one in saved_views.kept(manager)] == [NAME, saved_views.UNREADABLE]
    assert other.id != row.id


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\u202eb", "a\x00b", "two\nlines"])
def test_a_name_that_cannot_be_is_said_beside_its_field(name: str, client: Client, manager: User) -> None:
    client.force_login(manager)
    response = client.post("/logs/views/", {"name": name, "outcome": "not_yet"})
    assert response.status_code in (200, 400)
    if response.status_code == 200:
        assert response.context["form"].errors["name"]
        assert '<input type="hidden" name="outcome" value="not_yet">' in response.content.decode()
    assert not SavedView.objects.exists()


def test_twenty_at_most_and_a_double_click_is_one(client: Client, manager: User) -> None:
    client.force_login(manager)
    key = str(uuid4())
    for _ in range(2):
        client.post("/logs/views/", {"request_key": key, "name": NAME})
    assert SavedView.objects.count() == 1
    for _ in range(19):
        kept(client)
    response = client.post("/logs/views/", {"request_key": str(uuid4()), "name": NAME})
    assert "You keep 20 views already" in response.content.decode()
    assert SavedView.objects.count() == 20


def test_one_key_of_two_people_is_a_view_of_each(manager: User, other_manager: User) -> None:
    key = uuid4()
    for by in (manager, manager, other_manager):
        saved_views.keep(by=by, name="Refusals", chosen={}, request_key=key)
    assert [len(saved_views.kept(by)) for by in (manager, other_manager)] == [1, 1]
