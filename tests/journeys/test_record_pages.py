"""The decision page and the log in a real browser: axe at two widths, filled, empty and in error."""

from typing import Any

import pytest

from cases.models import User
from tests.browser import assert_summary_links_land, check_page, signed_in
from tests.cast import CaseFile
from tests.sharing.deciding import NOT_SHARED, decided

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_recorded_decision(page: Any, officer: User, case_file: CaseFile) -> None:
    shared = decided(officer, case_file)
    kept = decided(officer, case_file, **NOT_SHARED)
    late = decided(officer, case_file, already_sent=True, basis="", points={})
    signed_in(page, officer)
    for name, decision in (("decision", shared), ("decision-not-shared", kept), ("decision-sent", late)):
        page.goto(f"/decisions/{decision.reference}/")
        check_page(page, name)


def test_the_log(page: Any, officer: User, governance: User, case_file: CaseFile) -> None:
    signed_in(page, governance)
    page.goto("/logs/")
    check_page(page, "log-empty")
    decided(officer, case_file)
    decided(officer, case_file, already_sent=True, basis="", points={})
    page.goto("/logs/?period=all")
    check_page(page, "log")
    page.goto("/logs/?period=days&since_day=31&since_month=2&since_year=2026")
    check_page(page, "log-error")
    assert_summary_links_land(page)
