"""Whatever stands in the log's address: a plain answer."""

from uuid import UUID

import pytest
from django.test import Client

from cases.models import User
from tests.sharing.test_log import shown

JUNK = [
    "?period=x&outcome=%3Cscript%3E&basis=6-1-z",
    "?since_day=99&since_month=13&since_year=0",
    "?until_day=%EF%BC%91&until_month=ä&until_year=--1",
    "?place=junk",
    f"?place=a{UUID(int=1).hex}",
    f"?place=b{UUID(int=1).hex}&sort=-outcome",
    "?place=a%E2%80%AE",
    "?period=days&since_day=2&since_month=1&since_year=2026&until_day=1&until_month=1&until_year=2026",
    "?page=1&page=2&outcome=a&outcome=b",
    "?since_day=" + "9" * 5000,
    "?outcome=%F0%9F%92%A9",
    "?sort=-id&size=9999&columns=people&columns=reason_text",
    "?sort=--recorded&size=-1",
    "?guard=stop.&agency=%25&look_at=owls",
    "?guard=stop.%22%5D&emergency=perhaps",
    "?reference=" + "D" * 10_000,
    "?reference=%27+OR+1%3D1",
    "?period=days&since_day=31&since_month=12&since_year=2100&until_day=31&until_month=12&until_year=2100",
    "?period=days&since_day=1&since_month=1&since_year=1900",
]


@pytest.mark.parametrize("query", JUNK)
def test_junk_in_the_address_breaks_nothing(query: str, client: Client, governance: User) -> None:
    assert "Decision log" in shown(client, governance, f"/logs/{query}")
    assert "Export decisions" in shown(client, governance, f"/exports/new/{query}")
    assert "Your views" in shown(client, governance, f"/logs/views/{query}")


@pytest.mark.parametrize("query", ["?outcome=%00", "?place=a%00b", "?since_day=%00", "?x=%ED%A0%80"])
def test_nul_and_half_characters_are_refused_plainly(query: str, client: Client, governance: User) -> None:
    client.force_login(governance)
    for page in ("/logs/", "/exports/new/", "/logs/views/"):
        assert client.get(f"{page}{query}").status_code in (200, 400)


def test_an_order_of_days_that_cannot_be_is_said_beside_the_field(client: Client, governance: User) -> None:
    text = shown(client, governance, f"/logs/{JUNK[7]}")
    assert "The last day must be the same as or after the first day" in text
    assert 'value="2026"' in text
    assert "<details" in text
    assert "open>" in text
