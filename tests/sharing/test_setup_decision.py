"""What set-up says reaches the decision: policies with their versions, secure routes, closed days, timers."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import working_days
from cases.models import Agency, Organisation, Policy, User
from sharing import actions, due, policies, projection, routes, rules
from sharing.answers import facts_of
from sharing.forms.decision import MainReasonsForm
from sharing.models import Draft
from sharing.views.desk import sheet_of
from tests.cast import LONDON, CaseFile, go_live
from tests.sharing.deciding import NOW, decided, draft_of

pytestmark = pytest.mark.django_db
SAFELY = "Police receives information safely by"


@pytest.fixture
def signed_in(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def page(client: Client, draft: Draft, slug: str) -> str:
    return str(client.get(reverse("draft_step", args=[draft.id, slug])).content.decode())


# --- Policies --------------------------------------------------------------------------------------------


def test_the_organisations_policies_are_offered_in_place_of_the_list(
    signed_in: Client, officer: User, case_file: CaseFile
) -> None:
    draft = draft_of(officer, case_file, procedure=None)
    assert "MARAC operating protocol" in page(signed_in, draft, "how")
    Policy.objects.create(code="visits", name="Visits at home", version="3", in_force_from=date(2026, 1, 5))
    Policy.objects.create(code="old", name="An old one", active=False)
    shown = page(signed_in, draft, "how")
    assert "Version 3, in force from 5 January 2026." in shown
    assert "None of these" in shown
    assert "MARAC operating protocol" not in shown
    assert "An old one" not in shown


def codes(held: list[Policy], **how: Any) -> list[str]:
    return [code for code, *_ in policies.offered(held, **how)]


def test_what_was_chosen_stays_on_offer() -> None:
    old = Policy(code="old", name="An old one", version="1", active=False)
    new = Policy(code="new", name="A new one", version="2")
    assert codes([old, new], kept="old") == ["old", "new", "none"]
    assert codes([new], kept="marac-protocol") == ["new", "marac-protocol", "none"]
    assert codes([old], none=False) == [code for code, _ in policies.BUILT_IN]


def test_a_decision_keeps_name_and_version_of_the_policy(
    signed_in: Client, officer: User, case_file: CaseFile
) -> None:
    policy = Policy.objects.create(code="visits", name="Visits at home", version="3")
    decision = decided(officer, case_file, procedure="visits")
    policy.version, policy.name = "4", "Visiting"
    policy.save()
    said = projection.said_of(decision)
    assert (said["procedure"], said["procedure_title"]) == ("visits", "Visits at home, version 3")
    shown = signed_in.get(reverse("decision", args=[decision.reference])).content.decode()
    assert "Visits at home, version 3" in shown
    assert "Visiting" not in shown


def test_a_decision_of_the_list_reads_as_before(
    signed_in: Client, officer: User, case_file: CaseFile
) -> None:
    decision = decided(officer, case_file)
    assert "procedure_title" not in projection.said_of(decision)
    assert (
        "MARAC operating protocol"
        in signed_in.get(reverse("decision", args=[decision.reference])).content.decode()
    )


# --- Secure routes ---------------------------------------------------------------------------------------


def test_the_secure_route_stands_beside_the_recipient(
    signed_in: Client, officer: User, case_file: CaseFile
) -> None:
    draft = draft_of(officer, case_file)
    assert "receives information safely" not in page(signed_in, draft, "how")
    Agency.objects.filter(code="police").update(
        secure_methods=["portal"], secure_address="https://portal.example", duty_phone="01632 960001"
    )
    shown = page(signed_in, draft, "how")
    assert "Police receives information safely by partner portal, to https://portal.example." in shown
    assert "Checked number of the duty team: 01632 960001." in shown
    assert "You chose another way: secure e-mail." in shown
    facts = facts_of(
        actions.answers_of(draft), case=case_file.case, organisation=Organisation.current(), now=NOW
    )
    assert not rules.stops(rules.assess(facts)), "it is told, and stops nothing"


@pytest.mark.parametrize(
    ("agency", "method", "said"),
    [
        (None, "portal", ""),
        (Agency(name="Police"), "portal", ""),
        (
            Agency(name="Police", secure_methods=["portal"]),
            "",
            f"{SAFELY} partner portal. ",
        ),
        (Agency(name="Police", duty_phone="01632"), "fax", "Checked number of the duty team: 01632. "),
    ],
)
def test_the_hint_says_what_is_recorded(agency: Agency | None, method: str, said: str) -> None:
    assert routes.hint(agency, method) == said + routes.WEAK_LAST


# --- Days ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "day", "closed"),
    [
        ("england", date(2026, 12, 25), True),
        ("england", date(2026, 12, 28), True),  # Boxing Day falls on a Saturday
        ("england", date(2026, 12, 26), False),  # a Saturday is no working day anyhow
        ("england", date(2026, 11, 30), False),
        ("scotland", date(2026, 11, 30), True),
        ("scotland", date(2026, 4, 6), False),
        ("wales", date(2026, 4, 6), True),
        ("northern_ireland", date(2026, 3, 17), True),
        ("none", date(2026, 12, 25), False),
        ("none", date(2026, 12, 24), True),
        ("england", date(2026, 12, 24), True),
        ("england", date(2025, 12, 25), False),  # not among the years
    ],
)
def test_closed_days_are_the_regions_and_our_own(region: str, day: date, closed: bool) -> None:
    ours = Organisation(region=region, closed_days=["2026-12-24", "2026-12-26", "2027-12-24"])
    assert (day in working_days.closed(ours, [2026])) == closed


def test_every_region_has_its_holidays_in_every_year() -> None:
    for region in working_days.REGIONS:
        for year in range(2020, 2036):
            count = len(working_days.closed(Organisation(region=region), [year]))
            assert (count >= 6) == (region != "none"), (region, year)


def test_deadlines_leave_the_closed_days_out(officer: User, case_file: CaseFile) -> None:
    thursday = datetime(2026, 12, 24, 11, tzinfo=LONDON)
    draft = draft_of(officer, case_file, urgency="two_days", send_by="2026-12-30", decided_at=None)

    def late(organisation: Organisation) -> bool:
        answers = actions.answers_of(draft)
        facts = facts_of(answers, case=case_file.case, organisation=organisation, now=thursday)
        assert rules.terms.deadline(facts) == (
            date(2026, 12, 30) if organisation.region == "england" else date(2026, 12, 28)
        )
        return any(one.code == "late" for one in rules.assess(facts))

    type(case_file.case).objects.update(concern_identified_at=thursday)
    case_file.case.refresh_from_db()
    assert late(Organisation(region="none"))
    assert not late(Organisation(region="england"))
    assert due.complete_by(thursday, Organisation(region="england")).date() == date(2026, 12, 29)
    own = Organisation(region="england", closed_days=["2026-12-29"])
    assert due.complete_by(thursday, own).date() == date(2026, 12, 30)


def test_stale_is_what_the_organisation_says(officer: User, case_file: CaseFile) -> None:
    draft, later = draft_of(officer, case_file), NOW + timedelta(days=20)
    for days, stale in ((90, False), (21, False), (20, True)):  # it was checked 21 days before
        ours = Organisation(region="none", stale_after_days=days)
        facts = facts_of(actions.answers_of(draft), case=case_file.case, organisation=ours, now=later)
        assert any(one.code == "stale_item" for one in rules.assess(facts)) == stale


def test_the_review_day_is_the_organisations(officer: User, case_file: CaseFile) -> None:
    go_live(review_after_days=10)
    type(case_file.case).objects.update(risk_level="standard", marac_criteria=[])
    case_file.case.refresh_from_db()
    form = MainReasonsForm(sheet_of({"outcome": "do_not_share"}, case_file.case))
    assert form.initial["review_on"] == timezone.localdate() + timedelta(days=10)
