"""The governance lead's pages of sharing agreements: what they show, what they take, what they say."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import ledger
from cases import setup_actions
from cases.models import Agency, Organisation, User
from sharing.agreement_actions import end_agreement, record_agreement
from sharing.models import Agreement
from tests.browser import BACKEND
from tests.sharing.agreeing import NAME, agreed, terms
from tests.sharing.deciding import behind_the_guards
from tests.sharing.filling import day

pytestmark = pytest.mark.django_db

POSTED: dict[str, Any] = {
    "name": NAME,
    "agencies": ["police", "idva"],
    "aims": ["marac"],
    "basis": "6-1-e",
    "law": "crime-and-disorder-1998-115",
    "article_9": "9-2-g",
    "schedule_1": "10",
    "offence_condition": "10",
    "methods": ["secure_email"],
    "procedure": "marac-protocol",
}


def posted(**changes: Any) -> dict[str, Any]:
    """The form as a browser sends it."""
    data = POSTED | {"request_key": str(uuid4())} | day("agreed_on", -10) | day("review_on", 200) | changes
    return {name: value for name, value in data.items() if value is not None}


@pytest.fixture
def lead(client: Client, governance: User) -> Client:
    client.force_login(governance, backend=BACKEND)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def where(response: Any) -> str:
    """Where a page sends the browser."""
    return str(response.url)


def errors(response: Any) -> dict[str, list[str]]:
    return {name: [str(one) for one in found] for name, found in response.context["form"].errors.items()}


def page(agreement: Agreement) -> str:
    return reverse("agreement", args=[agreement.series])


def test_the_list_is_empty_at_first_and_says_what_that_means(lead: Client) -> None:
    assert "No agreement is recorded yet" in text(lead.get(reverse("agreements")))


def test_the_list_tells_in_force_past_review_and_ended_apart(lead: Client, governance: User) -> None:
    agreed(governance)
    late = agreed(governance, name="Late protocol")
    end_agreement(by=governance, agreement=agreed(governance, name="Another that is over"))
    with behind_the_guards():
        Agreement.objects.filter(id=late.id).update(review_on=timezone.localdate() - timedelta(days=1))
    shown = lead.get(reverse("agreements"))
    rows = [(row["agreement"].name, row["tag"][0], row["agreement"].version) for row in shown.context["rows"]]
    assert rows == [
        ("Late protocol", "Past its review date", 1),
        (NAME, "In force", 1),
        ("Another that is over", "Ended", 2),
    ]
    for words in ("IDVA service", "MARAC coordinator", "Assess the risk", "Ended"):
        assert words in text(shown)


def test_an_agreement_is_recorded_once_and_shown(lead: Client, governance: User) -> None:
    data = posted()
    for _ in range(2):
        assert where(lead.post(reverse("agreement_new"), data)) == reverse("agreements")
    one = Agreement.objects.get()
    assert (one.name, one.power, one.enactment, one.version) == (
        NAME, "Crime and Disorder Act 1998, section 115", "", 1,
    )  # fmt: skip
    assert (one.agencies, one.by, one.schedule_1, one.conditions) == (
        ["idva", "police"],
        governance,
        "10",
        [],
    )
    shown = text(lead.get(page(one)))
    assert f"by {governance.name}" in shown
    assert "Crime and Disorder Act 1998, section 115" in shown
    assert ledger.verify().problem is None


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"name": ""}, "name", "Enter the name"),
        ({"agencies": None}, "agencies", "at least one agency"),
        ({"agencies": ["nobody"]}, "agencies", "from the list"),
        ({"aims": None}, "aims", "at least one aim"),
        ({"basis": None}, "basis", "Select a lawful basis"),
        ({"basis": "6-1-a"}, "basis", "only the person can give it"),
        ({"basis": "6-1-f"}, "basis", "from the list"),
        ({"law": ""}, "law", "Select the legal power"),
        ({"basis": "6-1-c", "law": ""}, "law", "Select the law"),
        ({"law": "other"}, "law_named", "Enter the Act and the section"),
        ({"law_named": "a\x00b", "law": "other"}, "law_named", "hidden control character"),
        ({"schedule_1": ""}, "schedule_1", "Select a paragraph"),
        ({"article_9": ""}, "article_9", "goes with"),
        ({"article_9": "9-2-a", "schedule_1": ""}, "article_9", "only the person can give it"),
        ({"methods": ["fax"]}, "methods", "from the list"),
        ({"methods": ["other"]}, "methods", "from the list"),
        ({"procedure": "none"}, "procedure", "from the list"),
        ({"fits": "x" * 201}, "fits", "Shorten this to 200"),
        (day("review_on", 0), "review_on", "future"),
        (day("agreed_on", 1), "agreed_on", "today or in the past"),
        ({"agreed_on_day": ""}, "agreed_on", "must include a day"),
        ({"annex_1": "A1-6"}, "__all__", "does not have"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_beside_its_question(
    lead: Client, changes: dict[str, Any], field: str, says: str
) -> None:
    shown = lead.post(reverse("agreement_new"), posted(**changes))
    assert shown.status_code == 200
    assert [says in " ".join(found) for found in [errors(shown)[field]]] == [True], errors(shown)
    assert set(errors(shown)) == {field}
    assert Agreement.objects.count() == 0
    assert NAME in text(shown) or field == "name"


def test_the_bases_are_those_of_the_organisation(lead: Client, administrator: User) -> None:
    assert lead.post(reverse("agreement_new"), posted(basis="6-1-ea")).status_code == 200
    values = {"type": "registered_provider", "seventh_basis": True}
    setup_actions.set_organisation(by=administrator, values=values)
    assert Organisation.current().seventh_basis
    shown = lead.post(reverse("agreement_new"), posted(basis="6-1-ea", law=""))
    assert errors(shown) == {"annex_1": ["Select the recognised interest"]}
    lead.post(reverse("agreement_new"), posted(basis="6-1-ea", annex_1="A1-6"))
    one = Agreement.objects.get()
    assert (one.basis, one.annex_1, one.power) == ("6-1-ea", "A1-6", "")


def test_a_law_that_is_not_in_the_list_is_stored_and_shown_by_name(lead: Client) -> None:
    lead.post(reverse("agreement_new"), posted(law="other", law_named="Localism Act 2011, section 1"))
    one = Agreement.objects.get()
    assert one.power == "Localism Act 2011, section 1"
    form = lead.get(page(one)).context["form"]
    assert (form["law"].value(), form["law_named"].value()) == ("other", "Localism Act 2011, section 1")


def test_a_change_is_the_next_version_and_says_what_changed(lead: Client, governance: User) -> None:
    first = agreed(governance, agencies=["idva", "police"], aims=["marac"], fits="")
    form = lead.get(page(first)).context["form"]
    assert (form["name"].value(), form["law"].value()) == (NAME, "crime-and-disorder-1998-115")
    data = posted(name="Protocol", seen="1", methods=["portal"])
    assert where(lead.post(page(first), data)) == page(first)
    assert where(lead.post(page(first), data)) == page(first)
    shown = lead.get(page(first))
    versions = shown.context["versions"]
    assert [one["version"].version for one in versions] == [2, 1]
    assert {"Name", "Ways of sending"} <= set(versions[0]["changed"])
    assert not {"Agencies", "Lawful basis", "Legal power"} & set(versions[0]["changed"])
    assert "Changed: Name" in text(shown)


def test_whoever_is_second_is_told_and_nothing_is_lost(lead: Client, governance: User) -> None:
    first = agreed(governance)
    record_agreement(by=governance, values=terms(name="Theirs"), series=first.series)
    shown = lead.post(page(first), posted(name="Mine", seen="1"))
    assert "Somebody else changed this agreement" in " ".join(errors(shown)["__all__"])
    assert shown.context["form"]["name"].value() == "Mine"
    assert "Theirs" in text(shown)
    assert 'name="seen" value="2"' in text(shown)
    lead.post(page(first), posted(name="Mine", seen="2"))
    assert Agreement.objects.get(version=3).name == "Mine"


def test_an_agreement_is_ended_after_a_question(lead: Client, governance: User) -> None:
    first = agreed(governance)
    end = reverse("agreement_end", args=[first.series])
    assert f"End “{NAME}”?" in text(lead.get(end))
    assert Agreement.objects.count() == 1
    data = {"request_key": str(uuid4()), "seen": "1"}
    for _ in range(2):
        assert where(lead.post(end, data)) == page(first)
    assert Agreement.objects.count() == 2
    shown = text(lead.get(page(first)))
    assert "Version 2: ended" in shown
    assert "Save as the next version" not in shown
    lead.post(page(first), posted(seen="2"))
    assert Agreement.objects.count() == 2


def test_an_agreement_that_changed_meanwhile_is_not_ended(lead: Client, governance: User) -> None:
    first = agreed(governance)
    record_agreement(by=governance, values=terms(name="Theirs"), series=first.series)
    shown = lead.post(reverse("agreement_end", args=[first.series]), {"seen": "1"})
    assert "Somebody else changed this agreement" in " ".join(errors(shown)["__all__"])
    assert Agreement.objects.filter(active=False).count() == 0


def test_an_agency_that_is_offered_no_more_stays_in_the_agreement(lead: Client, governance: User) -> None:
    first = agreed(governance)
    Agency.objects.filter(code="idva").update(active=False)
    shown = lead.get(page(first))
    assert "IDVA service (not offered any more)" in text(shown)
    assert "IDVA service" not in text(lead.get(reverse("agreement_new")))
    lead.post(page(first), posted(seen="1"))
    assert Agreement.objects.get(version=2).agencies == ["idva", "police"]


def test_no_such_agreement_and_junk_are_not_found_and_never_an_error(lead: Client, governance: User) -> None:
    assert lead.get(reverse("agreement", args=[uuid4()])).status_code == 404
    assert lead.post(reverse("agreement_end", args=[uuid4()])).status_code == 404
    first = agreed(governance)
    for junk in ("", "\x00", "-1", "99999", "x" * 300, "²"):
        assert lead.post(page(first), posted(seen=junk, request_key=junk)).status_code in (200, 302)
        assert lead.post(page(first), dict.fromkeys(POSTED, junk)).status_code == 200


def test_the_pages_ask_the_same_however_many_versions_there_are(
    lead: Client, governance: User, django_assert_max_num_queries: Any
) -> None:
    first = agreed(governance)
    for n in range(5):
        record_agreement(by=governance, values=terms(name=f"Protocol {n}"), series=first.series)
        agreed(governance, name=f"Another {n}")
    for address in (page(first), reverse("agreements")):
        with django_assert_max_num_queries(12):
            lead.get(address)
