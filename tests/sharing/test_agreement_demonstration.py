"""The demonstration's three agreements: made once, on a law that the organisation may rely on."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from audit import ledger
from audit.models import Entry
from cases import setup_actions
from cases.models import Agency, User
from dahashare import demonstration, demonstration_agreements
from sharing import agreements, lists, rules
from sharing.models import Agreement
from tests.sharing.clean import ALLEGED, CHILD, COUNCIL, PROVIDER, SHARE, change

pytestmark = pytest.mark.django_db
SCENARIOS = sorted((Path(demonstration.__file__).parent / "scenarios").glob("*.toml"))


def test_the_demonstration_makes_three_once_by_its_governance_lead(settings: Any) -> None:
    settings.DEMO = True
    for _ in range(2):
        call_command("demo", stdout=io.StringIO())
    made = Agreement.objects.select_related("by").order_by("name")
    assert [(one.name, one.version, one.basis) for one in made] == [
        ("Crime prevention agreement with the police", 1, "6-1-e"),
        ("MARAC information-sharing protocol", 1, "6-1-e"),
        ("Safeguarding children agreement", 1, "6-1-e"),
    ]
    assert {one.by.role for one in made} == {User.Role.GOVERNANCE}
    assert ledger.verify().problem is None


@pytest.mark.parametrize("name", sorted(demonstration_agreements.AGREEMENTS))
@pytest.mark.parametrize("organisation", [COUNCIL, PROVIDER], ids=["council", "provider"])
def test_its_law_is_open_to_the_organisation_and_holds(
    name: str, organisation: rules.Organisation, administrator: User, governance: User
) -> None:
    setup_actions.set_organisation(by=administrator, values={"type": organisation.type})
    demonstration_agreements.make(by=governance)
    key = demonstration_agreements.request_key(name)
    one = Agreement.objects.get(request_key=key)
    assert (
        agreements.problems({field: getattr(one, field) for field in agreements.SETTLES if field != "method"})
        == {}
    )
    assert set(one.agencies) <= set(Agency.objects.values_list("code", flat=True))
    for field, listed in (("aims", "aims"), ("methods", "method"), ("conditions", "conditions")):
        assert set(getattr(one, field)) <= lists.codes(listed)
    assert one.procedure in lists.codes("procedure")
    assert {row.label for row in lists.rows("power")} >= {one.power} - {""}
    assert rules.stops(rules.assess(confirmed(one, organisation))) == []


def confirmed(agreement: Agreement, organisation: rules.Organisation) -> rules.Facts:
    """A decision that takes all of its law from the agreement, about a child who is at risk."""
    found = {
        name: value
        for name, value in agreements.settled(agreement).items()
        if name in rules.Facts.__dataclass_fields__
    }
    found.pop("conditions", None)
    recipients = tuple(replace(one, method=agreement.methods[0]) for one in SHARE.recipients)
    more = {"balance": "The child's safety weighs more"} if agreement.basis == "6-1-f" else {}
    return change(
        SHARE,
        organisation=organisation,
        recipients=recipients,
        aims=frozenset(agreement.aims),
        kinds=frozenset({"special", "offence"}),
        no_consent_reason="would_prejudice",
        case=replace(SHARE.case, people=(*SHARE.case.people, CHILD, ALLEGED)),
        **(found | more),
    )


@pytest.mark.django_db(transaction=True)
def test_what_the_made_up_cases_find_is_the_same_with_agreements(settings: Any) -> None:
    settings.DEMO = True
    told = io.StringIO()
    demonstration_agreements.make(by=demonstration.cast()["governance"])
    before = Entry.objects.count()
    call_command("load_scenarios", "--check", *map(str, SCENARIOS), stdout=told)
    assert [line.rpartition(": ")[2] for line in told.getvalue().splitlines()] == ["ok"] * len(SCENARIOS)
    assert Entry.objects.count() == before
    assert Agreement.objects.count() == len(demonstration_agreements.AGREEMENTS)
