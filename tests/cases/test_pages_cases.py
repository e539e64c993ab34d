"""The overview of a case and the case's own answers."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from audit import ledger
from cases import actions, events, overview, panels
from cases.models import Case, User
from tests.cases.case_pages import PAGES, address, day, html, with_key
from tests.cast import CaseFile

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


# --- The overview ----------------------------------------------------------------------------------------


def test_the_banner_says_what_not_to_do_first(client: Client, a_case: Case, officer: User) -> None:
    client.force_login(officer)
    page = html(client, address(a_case))
    banner = page[page.index("dh-case-banner") : page.index("</section>")]
    assert "Roz" in banner
    assert "Visit in twos" in banner
    assert "High risk" in banner
    assert banner.index("Do not use: voicemail, post, home visit") < banner.index("Safe: phone")
    assert "Not recorded – do not contact until checked: text message, e-mail" in banner


def test_contact_details_stand_beside_a_safe_way_alone(
    client: Client, case_file: CaseFile, officer: User
) -> None:
    client.force_login(officer)
    assert "Details: 07700 900123" in html(client, address(case_file.case))
    actions.change_person(by=officer, person=case_file.survivor, values={"safe_routes": []})
    assert "07700 900123" not in html(client, address(case_file.case))


def test_the_overview_tells_what_needs_attention(client: Client, a_case: Case, officer: User) -> None:
    client.force_login(officer)
    page = html(client, address(a_case))
    assert "The MARAC threshold is met and no referral is recorded" in page
    assert "whether privacy information was given" in page
    values = {"privacy_information": "given", "privacy_given_on": date(2026, 3, 2)}
    actions.change_case(by=officer, case=a_case, values=values)
    referred = {"level": "high", "assessed_on": date(2026, 3, 3), "marac_referred_on": date(2026, 3, 3)}
    actions.assess_risk(by=officer, case=a_case, values=referred | {"criteria": ["repeat"]})
    survivor, today = a_case.people.get(role="victim_survivor"), timezone.localdate()
    actions.change_person(by=officer, person=survivor, values={"routes_checked_on": today})
    assert "Needs attention" not in html(client, address(a_case))


def test_the_card_shows_what_is_stored_on_the_case(client: Client, a_case: Case, officer: User) -> None:
    a_case.lawful_basis, a_case.lawful_basis_at = "6-1-e", NOW
    a_case.consent_status = "not_sought_unsafe"
    a_case.necessity = {"items": 4, "with_reason": 3, "relevant": 3, "withheld": 1, "decision": "D-ABC234"}
    a_case.save()
    client.force_login(officer)
    page = html(client, address(a_case))
    for words in (
        "Public task",
        "Monday 2 March 2026, 9:00am",
        "asking would not be safe",
        "4 items considered for sharing",
        "3 of 4 with a reason why the recipient needs them",
        "1 withheld",
        "From decision D-ABC234",
    ):
        assert words in page, words


def test_counts_of_nothing_are_not_listed() -> None:
    none = dict.fromkeys(("items", "with_reason", "relevant", "enough", "checked", "withheld"), 0)
    assert overview.necessity_lines(none) == ["Nothing was considered for sharing"]
    assert overview.necessity_lines({}) == []


def test_upper_floors_add_rows_to_the_overview(client: Client, a_case: Case, officer: User) -> None:
    asked = []

    def panel(case: Case, user: User) -> list[panels.Row]:
        asked.append((case.id, user.id))
        return [panels.Row("Decision <b>", "/decisions/D-X/", (("Share part", "blue"),), NOW)]

    before = list(panels._panels)
    panels.register(panel)
    panels.register(panel)
    try:
        client.force_login(officer)
        page = html(client, address(a_case))
    finally:
        panels._panels[:] = before
    assert asked == [(a_case.id, officer.id)]
    assert "Decision &lt;b&gt;" in page
    assert "Share part" in page


def test_every_page_is_entered_before_it_is_shown(
    client: Client, a_case: Case, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(officer)
    paths = ("", "change/", "people/", "people/add/", "risk/", "information/", "information/add/", "consent/")
    for path in (*paths, "access/", "timeline/"):
        seen = ledger.history(a_case.id).filter(kind="case.viewed").count()
        html(client, address(a_case, path))
        assert ledger.history(a_case.id).filter(kind="case.viewed").count() == seen + 1, path
        # Sent with errors the page shows sealed text as well.
        client.post(address(a_case, path), {})
    seen = ledger.history(a_case.id).filter(kind="case.viewed").count()
    client.post(address(a_case, "risk/"), {})
    assert ledger.history(a_case.id).filter(kind="case.viewed").count() == seen + 1

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no entry, no page")

    monkeypatch.setattr(ledger, "append", broken)
    client.raise_request_exception = False
    response = client.get(address(a_case))
    assert response.status_code == 500
    assert "Roz" not in response.content.decode()


# --- The case's own answers ------------------------------------------------------------------------------


def test_changing_the_case_leaves_what_was_not_changed(client: Client, a_case: Case, officer: User) -> None:
    exact = datetime(2026, 3, 2, 9, 30, 42, 123, tzinfo=UTC)
    actions.change_case(by=officer, case=a_case, values={"concern_identified_at": exact})
    client.force_login(officer)
    answers = {
        **day("concern_identified_at", 2, 3),
        "concern_identified_at_time": "9:30am",
        "privacy_information": "not_given_yet",
    }
    assert client.post(address(a_case, "change/"), with_key(answers)).status_code == 302
    a_case.refresh_from_db()
    assert a_case.privacy_information == "not_given_yet"
    assert a_case.concern_identified_at == exact
    entry = ledger.history(a_case.id).filter(kind="case.changed").last()
    assert entry is not None
    assert set(events.content_of(entry)["changes"]) == {"privacy_information"}


def test_two_people_at_one_page_do_not_overwrite_each_other(
    client: Client, a_case: Case, officer: User
) -> None:
    client.force_login(officer)
    page = html(client, address(a_case, "safety/staff/"))
    seen = page.split('name="seen" value="')[1].split('"')[0]
    actions.change_case(by=officer, case=a_case, values={"staff_safety": "Written meanwhile"})
    answers = {"staff_safety": "Typed here", "seen": seen}
    response = client.post(address(a_case, "safety/staff/"), with_key(answers))
    page = response.content.decode()
    assert response.status_code == 200
    assert "Recorded now: “Written meanwhile”" in page
    assert "Typed here</textarea>" in page
    a_case.refresh_from_db()
    assert a_case.staff_safety == "Written meanwhile"
    answers["seen"] = page.split('name="seen" value="')[1].split('"')[0]
    answers["request_key"] = str(uuid4())
    assert client.post(address(a_case, "safety/staff/"), answers).status_code == 302
    a_case.refresh_from_db()
    assert a_case.staff_safety == "Typed here"


def test_a_day_goes_with_privacy_information_that_was_given(
    client: Client, case_file: CaseFile, officer: User
) -> None:
    client.force_login(officer)
    good = PAGES["change"].answers(case_file)
    without = {name: value for name, value in good.items() if not name.startswith("privacy_given_on")}
    path = address(case_file.case, "change/")
    assert "Enter the date it was given" in client.post(path, without).content.decode()
    unsafe = good | {"privacy_information": "not_given_unsafe"}
    assert "Remove the date" in client.post(path, unsafe).content.decode()
