"""Answers and facts: what a draft says becomes what the rules judge; a withdrawn branch leaves no trace."""

from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import actions as case_actions
from cases.models import Case, InformationItem, Organisation, Person, User
from sharing import answers as module
from sharing import lists, rules
from sharing.answers import day, day_or_moment, facts_of, moment, prune
from tests.cast import LONDON, CaseFile
from tests.fuzz import examples
from tests.sharing.deciding import NOW, answers, item, recipient

ORGANISATION = Organisation(type="registered_provider")


def facts(file: CaseFile, given: dict[str, Any]) -> rules.Facts:
    return facts_of(given, case=file.case, organisation=ORGANISATION, now=NOW)


def test_every_fact_of_the_rules_is_read() -> None:
    read = {*module.TEXTS, *module.FREE_TEXTS, *module.FLAGS, *module.SETS}
    read |= {*module.DAYS, *module.MOMENTS, *module.DAYS_OR_MOMENTS}
    assert read == {field.name for field in fields(rules.Facts)} - {
        "now",
        "organisation",
        "case",
        "recipients",
        "items",
    }


def test_items_come_from_the_case(case_file: CaseFile) -> None:
    found = facts(case_file, answers(case_file)).items[0]
    assert (found.text, found.source) == (case_file.information.text, case_file.information.source)
    assert (found.dated, found.checked_on) == (date(2026, 2, 27), date(2026, 3, 2))
    assert (found.nature, found.alleges_offence, found.historical) == ("reported", True, False)
    assert (found.relevant, found.enough, found.recipients) == (True, True, ("police",))


def test_the_case_comes_from_the_case(case_file: CaseFile) -> None:
    found = facts(case_file, {}).case
    assert (found.risk_level, found.marac_criteria) == ("high", frozenset({"visible_high_risk"}))
    assert found.information_count == 2
    survivor = found.people[0]
    assert (survivor.role, survivor.safe_routes) == ("victim_survivor", frozenset({"phone"}))


@pytest.mark.parametrize(
    "text",
    ["Roz told us", "She lives at 14 Quarry Rise", "Call 07700900123", "Case {reference}", "Born 1988-05-14"],
)
def test_what_else_identifies_is_known_to_the_rules(text: str, officer: User, case_file: CaseFile) -> None:
    text = text.format(reference=case_file.case.reference)
    values = {"text": text, "source": "File", "nature": "fact", "date_not_known": True}
    held = case_actions.add_information(by=officer, case=case_file.case, values=values)
    given = answers(case_file, without_identity="yes", items=[item(held.id)])
    assert "identity_present" in {one.code for one in rules.assess(facts(case_file, given))}


def test_an_alleged_perpetrator_s_second_name_is_no_recipient(officer: User, case_file: CaseFile) -> None:
    values = {"preferred_name": "Gaz Pym"}
    case_actions.change_person(by=officer, person=case_file.perpetrator, values=values)
    given = answers(case_file, recipients=[recipient(name="gaz  PYM")])
    assert "recipient_linked" in {one.code for one in rules.assess(facts(case_file, given))}


def test_a_date_that_is_not_known(officer: User, case_file: CaseFile) -> None:
    values = {"dated": None, "date_not_known": True}
    case_actions.change_information(by=officer, item=case_file.information, values=values)
    assert facts(case_file, answers(case_file)).items[0].dated == "not known"


def test_days_and_moments() -> None:
    assert day("2026-03-29") == date(2026, 3, 29)
    assert day_or_moment("2026-03-29T12:00:00") == datetime(2026, 3, 29, 12, tzinfo=LONDON)
    assert day("2026-06-30T23:30:00+00:00") == date(2026, 7, 1)
    assert moment("2026-07-01") == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert day(None) is moment("") is None


# --- pruning --------------------------------------------------------------------------------------


def kept(**given: Any) -> dict[str, Any]:
    return prune(given)


@pytest.mark.parametrize(
    ("given", "gone"),
    [
        ({"started": "offer", "requester_checked": "in_person", "requester_name": "X"}, {"requester_name"}),
        ({"already_sent": False, "sent_how": "By post"}, {"sent_how"}),
        ({"urgency": "now", "decide_by": "2026-01-01"}, {"decide_by"}),
        ({"aims": ["marac"], "court_reference": "X"}, {"court_reference"}),
        ({"less_safe": "no", "mitigation": "X"}, {"mitigation"}),
        ({"without_identity": "yes", "basis": "6-1-e", "power": "X", "consent": "given"}, {"basis", "power"}),
        ({"basis": "6-1-c", "power": "X", "balance": "X", "enactment": "X"}, {"power", "balance"}),
        ({"kinds": ["ordinary"], "article_9": "9-2-g", "schedule_1": "18"}, {"article_9", "schedule_1"}),
        ({"kinds": ["special"], "schedule_1": "10", "care_needs": True}, {"care_needs"}),
        (
            {"kinds": ["special"], "schedule_1": "6", "no_consent_reason": "cannot_give"},
            {"no_consent_reason"},
        ),
        ({"informed": "told", "unsafe_reasons": "X", "tell_by": "2026-01-01"}, {"unsafe_reasons", "tell_by"}),
        ({"informed": "unsafe_to_tell", "told_by": "phone"}, {"told_by"}),
        ({"wishes": "agrees", "disagree_reason": "X"}, {"disagree_reason"}),
        ({"consent": "given", "consent_reason": "X"}, {"consent_reason"}),
        ({"outcome": "share_all", "instead": "X", "confirmed_by": "X"}, {"instead", "confirmed_by"}),
        ({"outcome": "do_not_share", "reasons": ["not_necessary"], "confirmed_by": "X"}, {"confirmed_by"}),
        ({"recipients": [recipient()], "signed_off": True}, {"signed_off"}),
        ({"power": "other", "basis": "6-1-d", "power_named": "X"}, {"power", "power_named"}),
        ({"aim_text": "", "fits": None, "reasons": []}, {"aim_text", "fits", "reasons"}),
    ],
)
def test_what_is_no_longer_asked_is_not_kept(given: dict[str, Any], gone: set[str]) -> None:
    assert gone & set(given) == gone
    assert not gone & set(prune(given))


@pytest.mark.parametrize(
    "given",
    [
        {"started": "asked", "requester_checked": "in_person", "requester_name": "X"},
        {"without_identity": "not_sure", "basis": "6-1-e", "power": "X", "consent": "given"},
        {"without_identity": "yes", "kinds": ["special"]},
        {"kinds": ["special"], "schedule_1": "18", "at_risk": False, "no_consent_reason": "cannot_give"},
        {"kinds": ["offence"], "offence_condition": "10", "no_consent_reason": "would_prejudice"},
        {"informed": "told_later_by", "tell_by": "2026-01-01", "told_by": "phone"},
        {"unsafe_reasons": "X"},
        {"outcome": "not_yet", "reasons": ["child_at_risk"], "review_on": "2026-01-01"},
        {"outcome": "do_not_share", "reasons": ["already_known"], "confirmed_by": "X", "instead": "Y"},
        {"signed_off": True, "recipients": [recipient(agency="immigration_enforcement")]},
    ],
)  # fmt: skip
def test_what_is_asked_is_kept(given: dict[str, Any]) -> None:
    assert prune(given) == given


def test_reasons_are_the_outcome_s_own() -> None:
    both = ["child_at_risk", "not_necessary"]
    assert kept(outcome="share_all", reasons=both)["reasons"] == ["child_at_risk"]
    assert kept(outcome="do_not_share", reasons=both)["reasons"] == ["not_necessary"]
    assert kept(reasons=both)["reasons"] == both


def test_a_recipient_who_is_gone_is_gone_from_the_items() -> None:
    given = kept(recipients=[recipient("b")], items=[item("x", recipients=["a", "b"])])
    assert given["items"][0]["recipients"] == ["b"]


def test_a_withheld_item_keeps_its_reason_alone() -> None:
    (given,) = kept(items=[item("x", include=False, withheld_reason="Old")])["items"]
    assert given == {"information": "x", "include": False, "withheld_reason": "Old"}
    (given,) = kept(items=[item("x", withheld_reason="Old")])["items"]
    assert "withheld_reason" not in given


def test_an_offence_condition_goes_when_nothing_alleges_an_offence() -> None:
    given = {"kinds": ["ordinary"], "offence_condition": "10", "items": [item("x")]}
    assert "offence_condition" in prune(given)
    assert "offence_condition" in prune(given, alleging={"x"})
    assert "offence_condition" not in prune(given, alleging={"y"})
    withheld = given | {"items": [item("x", include=False)]}
    assert "offence_condition" not in prune(withheld, alleging={"x"})


# --- pruning changes nothing that the rules find ---------------------------------------------------


def code(name: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *sorted(lists.codes(name))])


def some(name: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(sorted(lists.codes(name))), unique=True, max_size=4)


FLAG = st.sampled_from([None, True, False])
WORDS = st.sampled_from(["", " ", "She told us of threats with a knife at school", "GDPR"])
DAY = st.sampled_from([None, "2026-03-01", "2026-03-03", "2026-03-05T12:00:00", "2026-04-01"])
RECIPIENTS = st.lists(
    st.fixed_dictionaries(
        {"key": st.sampled_from("ab")},
        optional={
            "name": WORDS, "why": WORDS, "agency": code("agency"), "linked": code("linked"),
            "method": code("method"), "method_reason": WORDS,
        },
    ),
    unique_by=lambda one: one["key"],
    max_size=2,
)  # fmt: skip
ITEMS = st.lists(
    st.fixed_dictionaries(
        {"information": st.sampled_from(["offence", "plain"]), "include": st.booleans()},
        optional={
            "recipients": st.lists(st.sampled_from("abc"), unique=True), "why": WORDS, "relevant": FLAG,
            "enough": FLAG, "withheld_reason": WORDS, "third_party_effect": WORDS,
        },
    ),
    unique_by=lambda one: one["information"],
    max_size=2,
)  # fmt: skip
ANSWERS = st.fixed_dictionaries(
    {},
    optional={name: code(name) for name in module.TEXTS}
    | dict.fromkeys(module.FREE_TEXTS, WORDS)
    | dict.fromkeys(module.FLAGS, FLAG)
    | {name: some(name) for name in module.SETS}
    | dict.fromkeys((*module.DAYS, *module.MOMENTS, *module.DAYS_OR_MOMENTS), DAY)
    | {"recipients": RECIPIENTS, "items": ITEMS},
)


class Held:
    """A case that was never saved: the facts need nothing else of it."""

    def __init__(self, level: str, criteria: list[str]) -> None:
        self.risk_level, self.marac_criteria, self.marac_referred_on = level, criteria, None
        self.concern_identified_at, self.reference = datetime(2026, 3, 2, 9, tzinfo=LONDON), "C-222222"
        people = [
            Person(role=role, name="Ann Lee", safe_routes=["phone"]) for role in ("victim_survivor", "child")
        ]
        items = [
            InformationItem(text="Ann Lee was hit", alleges_offence=offence) for offence in (True, False)
        ]
        self.people, self.information = Held.All(people), Held.All(items)

    class All(list[Any]):
        def all(self) -> "Held.All":
            return self


@settings(max_examples=examples(150, 2000), deadline=None, suppress_health_check=list(HealthCheck))
@given(ANSWERS, st.sampled_from(["high", "standard"]), st.sampled_from([[], ["repeat"]]))
def test_the_rules_find_the_same_after_pruning(
    given: dict[str, Any], level: str, criteria: list[str]
) -> None:
    held: Any = Held(level, criteria)
    ids = {"offence": str(held.information[0].id), "plain": str(held.information[1].id)}
    given |= {"items": [one | {"information": ids[one["information"]]} for one in given.get("items", ())]}
    for alleging in (None, {ids["offence"]}):
        left = prune(given, alleging=alleging)
        before, after = (
            rules.assess(facts_of(one, case=held, organisation=ORGANISATION, now=NOW))
            for one in (given, left)
        )
        assert after == before
        assert prune(left, alleging=alleging) == left


def test_the_case_here_is_like_a_case(a_case: Case) -> None:
    assert set(vars(Held("high", []))) <= set(dir(a_case))
