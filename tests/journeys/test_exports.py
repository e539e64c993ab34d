"""What governance leads and managers look back with, by keyboard: the quarter's export, names, non-shares.

The clicks are counted: what the keyboard presses, a mouse would click.
"""

import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from audit import export_work, exports
from audit.models import Export
from cases.models import User
from sharing import log
from tests.browser import Keys, assert_summary_links_land, axe, check_page, signed_in
from tests.cast import CaseFile
from tests.journeys.telephone import assert_verified
from tests.sharing.deciding import decided
from tests.sharing.exporting import asked_for
from tests.sharing.test_log import a_row

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_FOR_A_QUARTER, MOST_FOR_NON_SHARES = 4, 3


class Clicks(Keys):
    """Somebody who has no mouse, and counts what a mouse would click."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.count = 0

    def press(self, name: str) -> None:
        """As `Keys.press`."""
        super().press(name)
        self.count += 1

    def choose(self, legend: str, option: str) -> None:
        """As `Keys.choose`."""
        super().choose(legend, option)
        self.count += 1

    def take(self, name: str) -> Any:
        """Press a button that sends a file."""
        self.to(name)
        with self.page.expect_download() as download:
            self.page.keyboard.press("Enter")
        self.count += 1
        return download.value


def _write() -> None:
    while export_work.work():
        pass


@pytest.fixture
def recorded_last_quarter(officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch) -> str:
    """A decision that was recorded in the last full quarter: for this test that is the one that runs."""
    monkeypatch.setattr("sharing.forms.log.quarter", lambda today, **_: log.quarter(today))
    return decided(officer, case_file).reference


@pytest.mark.both_databases
def test_the_quarter_s_export_in_four_clicks(
    page: Page, governance: User, recorded_last_quarter: str
) -> None:
    signed_in(page, governance)
    page.goto("/")
    clicks = Clicks(page)
    clicks.press("Export last quarter")
    check_page(page, "export-new")
    clicks.choose("What is it for?", "Audit")
    clicks.press("Create")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your export")
    check_page(page, "export-running")
    _write()
    page.reload()
    expect(page).to_have_title("Your export is ready – dahashare")
    check_page(page, "export-ready")
    file = clicks.take("Download")
    assert clicks.count <= MOST_FOR_A_QUARTER
    package = zipfile.ZipFile(file.path())
    assert {"manifest.json", "manifest.sig", "verifier.py", "README.txt"} <= set(package.namelist())
    assert recorded_last_quarter in package.read("decisions.csv").decode("utf-8-sig")
    page.goto("/oversight/")
    expect(page.get_by_role("cell", name="Export downloaded")).to_be_visible()
    check_page(page, "oversight")
    assert_verified()


def test_names_need_somebody_else(
    page: Page, governance: User, manager: User, recorded_last_quarter: str
) -> None:
    signed_in(page, governance)
    page.goto("/exports/new/?period=all")
    keys = Keys(page)
    keys.choose("What is it for?", "A death review or another statutory review")
    keys.choose("Does it have to say who people are?", "Yes")
    keys.type("Why are the names needed?", "The panel has to know who they were")
    keys.choose("Do you want it locked with a password?", "Yes")
    keys.press("Create this export")
    check_page(page, "export-password")
    password = page.locator("code").inner_text()
    keys.press("I have written it down")
    assert password not in page.content()
    expect(page.get_by_text("Waits for approval")).to_be_visible()
    check_page(page, "export-waiting")
    signed_in(page, manager)
    page.goto("/")
    task = page.get_by_role("link", name="Approve or refuse an export with names").inner_text()
    keys.press(" ".join(task.split()))
    expect(page.get_by_text("The panel has to know who they were")).to_be_visible()
    check_page(page, "export-approve")
    keys.choose("What do you decide?", "Approve it")
    keys.type("Why?", "The panel is lawful, and it asks for names")
    keys.press("Record what I decide")
    _write()
    signed_in(page, governance)
    page.goto("/")
    expect(page.get_by_text("Ready")).to_be_visible()
    check_page(page, "home-exports")
    page.get_by_role("link", name="Asked for on").click()
    expect(page.get_by_text("Mary Field approved it")).to_be_visible()
    assert Clicks(page).take("Download").path()
    assert_verified()


def test_not_shared_at_high_risk_in_three_clicks(
    page: Page, manager: User, officer: User, case_file: CaseFile
) -> None:
    day = log.quarter(timezone.localdate(), back=1).since
    assert day
    then = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    decision = a_row(case_file.case, officer, then, outcome="do_not_share")
    a_row(case_file.case, officer, then)
    signed_in(page, manager)
    page.goto("/")
    clicks = Clicks(page)
    clicks.press("Not shared, high risk, last full quarter")
    expect(page.get_by_role("heading", level=2, name="1 decision")).to_be_visible()
    check_page(page, "log-not-shared")
    clicks.to(decision.reference)
    assert clicks.count <= MOST_FOR_NON_SHARES - 1, "one is left to open the decision"
    page.get_by_role("link", name="Remove Outcome: Not shared, or not yet").click()
    expect(page.get_by_role("heading", level=2, name="2 decisions")).to_be_visible()
    clicks.press("Keep or remove a view")
    clicks.press("Keep this view")
    assert_summary_links_land(page)
    check_page(page, "log-views-error")
    clicks.type("What will you call it?", "High risk")
    clicks.press("Keep this view")
    check_page(page, "log-views")
    clicks.press("High risk")
    expect(page.get_by_role("heading", level=2, name="2 decisions")).to_be_visible()


def test_the_bar_moves_says_so_and_never_goes_back(
    own_page: Page, governance: User, recorded_last_quarter: str
) -> None:
    export = Export.objects.filter(id=asked_for(governance).id)
    export.update(state=exports.WRITING, done=1, total=10)
    signed_in(own_page, governance)
    # Five seconds are five seconds to the script alone.
    own_page.add_init_script(
        "const later = window.setTimeout; window.setTimeout = (f, t) => later(f, Math.min(t, 50));"
    )
    own_page.goto(f"/exports/{export.get().id}/")
    bar, said = own_page.get_by_role("progressbar"), own_page.locator("#progress [role=status]")
    expect(own_page.get_by_text("1 of 10")).to_be_visible()
    expect(said).to_have_text("0 % written")
    export.update(done=6)
    expect(own_page.get_by_text("6 of 10")).to_be_visible()
    expect(said).to_have_text("50 % written")
    axe(own_page)
    export.update(done=2)
    for _ in range(2):  # the second was asked for after the row had changed, whatever the first was
        with own_page.expect_response("**/progress/"):
            pass
    assert bar.evaluate("bar => bar.value") == 6
    expect(own_page.get_by_text("6 of 10")).to_be_visible()
    export.update(state=exports.FAILED, error=exports.DISK_FULL)
    expect(own_page.get_by_text("There was no room left on the disk")).to_be_visible()
    check_page(own_page, "export-failed")
