"""Which agreements fit, what they settle, what is said of them: pure, without a database."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from sharing import agreements
from sharing.models import Agreement
from tests.sharing.agreeing import terms
from tests.sharing.deciding import recipient


def made(**changes: Any) -> Agreement:
    return Agreement(**terms(**changes))


def answers(*agencies: str, aims: tuple[str, ...] = ("marac",), **more: Any) -> dict[str, Any]:
    people = [recipient(str(n), agency=agency) for n, agency in enumerate(agencies)]
    return {"recipients": people, "aims": list(aims)} | more


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answers("police"), True),
        (answers("police", "idva"), True),
        (answers("police", aims=("services", "protect_adult")), True),
        (answers(), False),
        (answers("police", "education"), False),
        (answers("police", "unlisted"), False),
        (answers("police", aims=("services",)), False),
        (answers("police", aims=()), False),
        (answers("police", without_identity="yes"), False),
        (answers("police", without_identity="not_sure"), True),
        ({}, False),
        ({"recipients": [{"key": "a"}], "aims": ["marac"]}, False),
    ],
)
def test_an_agreement_fits_all_recipients_and_one_aim(given: dict[str, Any], expected: bool) -> None:
    assert agreements.fits(made(), given) is expected


def test_what_is_in_force_is_offered_and_what_was_chosen() -> None:
    first = made()
    second = made(series=first.series, version=2)
    ended, over = made(name="Over"), made(name="Over", active=False, version=2)
    over.series = ended.series
    known = [first, second, ended, over]
    assert agreements.offered(answers("police"), [second, over]) == [second]
    assert agreements.offered(answers("police", agreement=str(first.id)), known) == [first, second]
    assert agreements.offered(answers("police", agreement=str(ended.id)), known) == [second, ended]
    assert agreements.offered(answers("court", agreement=str(first.id)), known) == []
    assert [agreements.in_force(one, known) for one in known] == [False, True, False, False]


def test_the_review_date_is_the_agreements_whatever_was_sent() -> None:
    one = made(review_on=date(2026, 3, 2))
    given = answers("police", agreement=str(one.id), agreement_review_on="2099-01-01")
    assert agreements.settle(given, [one])["agreement_review_on"] == "2026-03-02"
    assert "agreement_review_on" not in agreements.settle(given | {"agreement": "none"}, [one])
    assert "agreement_review_on" not in agreements.settle(given | {"agreement": None}, [one])


@pytest.mark.parametrize("chosen", ["fitted", "none", "unknown"])
def test_an_agreement_that_fits_no_more_is_asked_again(chosen: str) -> None:
    one = made()
    code = {"fitted": str(one.id), "none": "none", "unknown": str(uuid4())}[chosen]
    given = answers(
        "court", agreement=code, agreement_review_on="2026-03-02", pages={"agreement": True, "how": True}
    )
    left = agreements.settle(given, [one])
    assert "agreement" not in left
    assert "agreement_review_on" not in left
    assert left["pages"] == {"how": True}


def test_none_stays_while_one_could_be_chosen() -> None:
    given = answers("police", agreement="none", pages={"agreement": True})
    assert agreements.settle(given, [made()]) == given


def test_what_it_settles_is_filled_in_with_the_first_way_of_sending() -> None:
    found = agreements.settled(made(fits="", article_9="", schedule_1=""))
    assert found["method"] == "secure_email"
    assert found["power"] == "Crime and Disorder Act 1998, section 115"
    assert not {"fits", "article_9", "schedule_1", "enactment", "annex_1", "methods"} & set(found)
    assert "method" not in agreements.settled(made(methods=[]))


CONFIRMED: dict[str, Any] = {
    "basis": "6-1-e",
    "power": "Crime and Disorder Act 1998, section 115",
    "offence_condition": "10",
    "procedure": "marac-protocol",
    "fits": "The protocol asks for a referral on the same day",
    "conditions": ["only_while_needed", "do_not_tell"],
}


def test_answers_are_confirmed_or_changed_or_not_asked() -> None:
    given = answers("police", **CONFIRMED, pages={"how": True})
    assert agreements.compared(made(), given) == (
        ["basis", "power", "offence_condition", "method", "conditions", "procedure", "fits"], [],
    )  # fmt: skip
    changed = {
        "basis": "6-1-d",
        "power": None,
        "conditions": ["not_onward"],
        "fits": None,
        "pages": {"how": True},
    }
    assert agreements.compared(made(), given | changed) == (
        ["offence_condition", "method", "procedure"], ["basis", "conditions", "fits"],
    )  # fmt: skip
    assert agreements.compared(made(), answers("police", recipients=[])) == ([], [])


def test_any_of_its_ways_of_sending_confirms_it_and_another_changes_it() -> None:
    given = answers("police", "idva")
    given["recipients"][1]["method"] = "marac_meeting"
    assert agreements.compared(made(), given)[0] == ["method"]
    given["recipients"][1]["method"] = "portal"
    assert agreements.compared(made(), given) == ([], ["method"])


def test_what_may_stay_empty_is_not_filled_in_again() -> None:
    settled = {"conditions", "fits"}
    assert settled <= set(agreements.defaults(made(), answers("police")))
    assert not settled & set(agreements.defaults(made(), answers("police", pages={"how": True})))
    assert agreements.defaults(None, answers("police")) == {}


def test_a_page_says_what_the_agreement_did_to_it() -> None:
    one, page = made(name="Protocol"), ["basis", "kinds"]
    given = answers("police")
    assert agreements.line(one, given, page) == "Filled in from Protocol, version 1. Confirm it or change it."
    assert "you confirmed it" in agreements.line(one, given | {"basis": "6-1-e"}, page)
    told = agreements.line(one, given | {"basis": "6-1-d"}, page)
    said = "Protocol, version 1 says otherwise. Lawful basis: Public task."
    assert told == f"{said} The record will say that you changed it."
    how = given | {"fits": "Otherwise", "conditions": ["not_onward"]}
    told = agreements.line(one, how, ["conditions", "fits", "method"])
    assert "What they must do with it: Do not tell the alleged perpetrator, Keep it only" in told
    assert "How it fits the procedure: The protocol asks for a referral on the same day." in told
    assert "Way of sending" not in told
    assert agreements.line(one, given, ["kinds"]) == agreements.line(None, given, page) == ""


def test_the_record_says_which_version_and_what_became_of_it() -> None:
    one = made(name="Protocol", agreed_on=date(2025, 12, 1))
    given = answers("police", basis="6-1-d")
    added = {
        "agreement_title": "Protocol, version 1",
        "agreement_agreed_on": "2025-12-01",
        "agreement_confirmed": ["method"],
        "agreement_changed": ["basis"],
    }
    assert agreements.recorded(one, given) == given | added
    assert agreements.recorded(None, given | added) == given


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"basis": "6-1-a"}, "basis"),
        ({"power": ""}, "power"),
        ({"basis": "6-1-c"}, "enactment"),
        ({"basis": "6-1-ea"}, "annex_1"),
        ({"article_9": "9-2-a", "schedule_1": ""}, "article_9"),
        ({"offence_condition": "29"}, "offence_condition"),
        ({"schedule_1": ""}, "schedule_1"),
        ({"schedule_1": "1"}, "schedule_1"),
        ({"article_9": "9-2-c"}, "schedule_1"),
        ({"article_9": ""}, "article_9"),
    ],
)
def test_terms_that_do_not_hold_together(changes: dict[str, str], field: str) -> None:
    assert list(agreements.problems(terms(**changes))) == [field]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"basis": "6-1-d", "power": ""},
        {"basis": "6-1-f", "power": ""},
        {"article_9": "9-2-c", "schedule_1": ""},
        {"article_9": "9-2-h", "schedule_1": "2"},
        {"article_9": "", "schedule_1": "", "offence_condition": ""},
    ],
)
def test_terms_that_hold_together(changes: dict[str, str]) -> None:
    assert agreements.problems(terms(**changes)) == {}
