"""A sharing agreement in the journey: when it is offered, what it fills in, how it stays in sight."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import User
from sharing import journey, projection
from sharing.agreement_actions import end_agreement, record_agreement
from sharing.models import Agreement, Decision
from tests.cast import CaseFile
from tests.sharing.agreeing import NAME, agreed, terms
from tests.sharing.deciding import behind_the_guards
from tests.sharing.filling import PAGES, Decider, day, decider

pytestmark = pytest.mark.django_db
FILLED_IN = f"Filled in from {NAME}, version 1. Confirm it or change it."
POINTS = dict.fromkeys(("stale_item", "late"), "She told us again yesterday")


@pytest.fixture
def agreement(governance: User) -> Agreement:
    return agreed(governance)


@pytest.fixture
def who(officer: User, case_file: CaseFile) -> Decider:
    return decider(officer, case_file)


def begun(who: Decider, **page_1: Any) -> None:
    """Pages 1 to 3."""
    who.page("request", **page_1)
    who.recipient()
    who.post(who.step("recipients"))
    who.page("reasons")
    who.page("safer")


def choose(who: Decider, agreement: Agreement | str) -> Any:
    return who.post(who.step("agreement"), agreement=getattr(agreement, "id", agreement))


def form(who: Decider, slug: str) -> Any:
    return who.client.get(who.step(slug)).context["form"]


def text(who: Decider, slug: str) -> str:
    return str(who.client.get(who.step(slug)).content.decode())


def tasks(who: Decider) -> dict[str, str]:
    return {one["label"]: one["status"] for one in who.client.get(who.url("draft")).context["tasks"]}


def confirm(who: Decider, slug: str, **more: Any) -> Any:
    """Send a page as it stands, with what it does not fill in."""
    page = form(who, slug)
    filled = {name: page[name].value() for name in page.fields}
    sent = {name: value for name, value in filled.items() if value not in (None, "", [])}
    return who.post(who.step(slug), **(sent | more))


def finished(who: Decider) -> None:
    """The rest of the pages, each confirmed as the agreement filled it in."""
    confirm(who, "lawful-basis", kinds=["ordinary", "offence"])
    confirm(who, "power")
    who.item()
    who.withhold()
    confirm(who, "conditions")
    for slug in ("tests", "telling", "telling-details", "unsafe"):
        who.page(slug)
    who.post(who.step("items"))
    confirm(who, "how", **day("send_by", 1, "4pm"))
    for slug in ("decision", "main-reasons"):
        who.page(slug)
    who.post(who.url("draft_points"), **POINTS)


def said(who: Decider) -> dict[str, Any]:
    assert who.record().url == who.url("draft_done")
    return projection.said_of(Decision.objects.get())


def test_it_is_the_first_question_of_page_4_where_one_fits(who: Decider, agreement: Agreement) -> None:
    begun(who)
    assert tasks(who)["A sharing agreement"] == "Incomplete"
    assert who.page("safer").url == who.step("agreement")
    shown = who.client.get(who.step("agreement"))
    assert [code for code, _ in shown.context["form"].fields["agreement"].choices] == [
        str(agreement.id),
        "none",
    ]
    for words in ("page 4 of 8", f"{NAME}, version 1, agreed", "To be reviewed by", "None of these"):
        assert words in shown.content.decode(), words
    assert choose(who, agreement).url == who.step("lawful-basis")
    assert f'href="{who.step("agreement")}"' in text(who, "lawful-basis")


@pytest.mark.parametrize(
    ("page_1", "agency"),
    [({"aims": ["services"]}, "police"), ({}, "education"), ({"without_identity": "yes"}, "police")],
)
def test_it_is_not_asked_where_none_fits(
    who: Decider, agreement: Agreement, page_1: dict[str, Any], agency: str
) -> None:
    who.page("request", **page_1)
    assert "A sharing agreement" not in tasks(who)
    who.recipient(agency=agency)
    assert "A sharing agreement" not in tasks(who)
    gone: Any = who.client.get(who.step("agreement"))
    assert gone.url == who.url("draft")
    assert choose(who, agreement).url == who.url("draft")
    assert "agreement" not in who.answers


def test_an_answer_is_needed_and_only_one_that_is_offered_counts(who: Decider, governance: User) -> None:
    begun(who)
    agreed(governance)
    other = agreed(governance, name="For courts", agencies=["court"])
    assert "Select an agreement or none" in str(choose(who, "").context["form"].errors)
    for junk in (str(other.id), "none ", "\x00", "x" * 300):
        assert "from the list" in str(choose(who, junk).context["form"].errors)
    assert "agreement" not in who.answers
    assert choose(who, "none").url == who.step("lawful-basis")
    assert "Filled in from" not in text(who, "lawful-basis")


def test_the_review_date_is_never_the_browsers(who: Decider, agreement: Agreement) -> None:
    begun(who)
    day = {"agreement": agreement.id, "agreement_review_on": "2099-01-01"}
    assert "does not have" in str(who.post(who.step("agreement"), **day).context["form"].errors)
    choose(who, agreement)
    assert who.answers["agreement_review_on"] == agreement.review_on.isoformat()
    choose(who, "none")
    assert who.answers["agreement"] == "none"
    assert "agreement_review_on" not in who.answers


def test_it_fills_in_what_it_settles_until_the_officer_saves(who: Decider, agreement: Agreement) -> None:
    begun(who)
    choose(who, agreement)
    assert form(who, "lawful-basis")["basis"].value() == "6-1-e"
    assert FILLED_IN in text(who, "lawful-basis")
    assert "basis" not in who.answers
    who.page("lawful-basis", kinds=["special", "offence"])
    assert form(who, "power")["power"].value() == "crime-and-disorder-1998-115"
    page = form(who, "conditions")
    assert [page[name].value() for name in page.fields] == ["9-2-g", "10", "10"]
    page = form(who, "how")
    assert page[f"method_{who.key}"].value() == "secure_email"
    assert page["conditions"].value() == ["do_not_tell", "only_while_needed"]
    assert (page["procedure"].value(), page["fits"].value()) == (agreement.procedure, agreement.fits)
    for slug in ("power", "conditions", "how"):
        assert FILLED_IN in text(who, slug), slug
        assert tasks(who)[journey.BY_SLUG[slug].title] == "Incomplete"
    for slug in ("request", "reasons", "tests", "telling", "decision"):
        assert "Filled in from" not in text(who, slug), slug


def test_what_the_officer_saved_is_never_filled_in_over(who: Decider, agreement: Agreement) -> None:
    begun(who)
    who.page("lawful-basis", basis="6-1-d", kinds=["ordinary"])
    who.page("how", procedure="none", fits="", conditions=[])
    choose(who, agreement)
    assert form(who, "lawful-basis")["basis"].value() == "6-1-d"
    page = form(who, "how")
    assert page["procedure"].value() == "none"
    assert not page["conditions"].value()
    assert not page["fits"].value()
    assert f"{NAME}, version 1 says otherwise. Lawful basis: Public task." in text(who, "lawful-basis")


def test_a_paragraph_that_is_folded_away_is_shown_where_it_is_filled_in(
    who: Decider, governance: User
) -> None:
    begun(who)
    choose(who, agreed(governance, article_9="9-2-h", schedule_1="2"))
    who.page("lawful-basis", kinds=["special"])
    page = form(who, "conditions")
    assert page["schedule_1"].value() == "2"
    assert "2" in dict(page.fields["schedule_1"].choices)


def test_a_condition_that_needs_no_paragraph_is_filled_in_so(who: Decider, governance: User) -> None:
    begun(who)
    choose(who, agreed(governance, article_9="9-2-f", schedule_1=""))
    who.page("lawful-basis", kinds=["special"])
    assert form(who, "conditions")["schedule_1"].value() == "none"


@pytest.mark.parametrize("what", ["replaced", "ended"])
def test_a_chosen_agreement_that_is_no_more_is_still_shown(
    who: Decider, agreement: Agreement, governance: User, what: str
) -> None:
    begun(who)
    choose(who, agreement)
    if what == "ended":
        end_agreement(by=governance, agreement=agreement)
        told = "It has ended."
    else:
        record_agreement(by=governance, values=terms(fits="Otherwise"), series=agreement.series)
        told = "It has been replaced by a newer version."
    shown = text(who, "agreement")
    assert told in shown
    assert form(who, "agreement")["agreement"].value() == str(agreement.id)
    assert ("version 2" in shown) == (what == "replaced")
    assert tasks(who)["A sharing agreement"] == "Completed"
    finished(who)
    assert said(who)["agreement_title"] == f"{NAME}, version 1"


def test_where_it_fits_no_more_the_question_is_asked_again(who: Decider, agreement: Agreement) -> None:
    begun(who)
    choose(who, agreement)
    confirm(who, "lawful-basis", kinds=["ordinary"])
    who.recipient(name="The judge", agency="court")
    assert not {"agreement", "agreement_review_on"} & set(who.answers)
    assert who.answers["basis"] == "6-1-e"
    assert "A sharing agreement" not in tasks(who)
    key = who.answers["recipients"][-1]["key"]
    who.post(who.url("recipient_remove", key))
    assert tasks(who)["A sharing agreement"] == "Incomplete"
    choose(who, agreement)
    who.page("request", aims=["services"])
    assert "agreement" not in who.answers
    choose(who, "none")
    who.page("request")
    choose(who, agreement)
    who.page("request", without_identity="yes")
    assert not {"agreement", "agreement_review_on"} & set(who.answers)


def test_past_its_review_date_it_is_a_point_with_a_way_back(who: Decider, agreement: Agreement) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    with behind_the_guards():
        Agreement.objects.update(review_on=yesterday)
    begun(who)
    assert "It should have been reviewed by" in text(who, "agreement")
    choose(who, agreement)
    assert who.answers["agreement_review_on"] == yesterday.isoformat()
    finished(who)
    points = who.client.get(who.url("draft_points")).context["points"]
    mine = next(one for one in points if one["words"].id == "point.agreement_out_of_date")
    assert mine["words"].title == "The sharing agreement is past its review date"
    assert mine["change"] == f"{who.step('agreement')}#id_agreement"
    assert who.client.get(who.url("draft_check")).context["obstacles"]
    who.post(who.url("draft_points"), **POINTS, agreement_out_of_date="The lead says that it holds")
    assert "agreement_out_of_date" in [one["code"] for one in said(who)["findings"]]


def test_an_agreement_costs_one_query_and_only_where_it_is_asked_for(
    who: Decider, agreement: Agreement, governance: User
) -> None:
    begun(who)

    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert who.client.get(address).status_code == 200
        return sum("sharing_agreement" in one["sql"] for one in seen.captured_queries)

    assert [asked(who.step(slug)) for slug in ("request", "reasons", "telling", "how")] == [0, 0, 0, 0]
    choose(who, agreement)
    for n in range(5):
        agreed(governance, name=f"Another {n}")
    pages = [who.step(slug) for slug in ("agreement", "lawful-basis", "how")]
    assert [asked(one) for one in (*pages, who.url("draft"), who.url("draft_check"))] == [1, 1, 1, 1, 1]


def test_every_page_of_the_journey_still_works_without_one(who: Decider) -> None:
    who.everything()
    assert set(tasks(who).values()) == {"Completed"}
    assert "agreement" not in PAGES
