"""What holds for every decision, whatever an officer answers: exemptions, order, withdrawn branches."""

from dataclasses import replace
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharing import lists, rules, scenario_file, words
from sharing.rules import advice
from tests.fuzz import examples
from tests.sharing.clean import CASE, COUNCIL, KEEP, MOVE, PROVIDER, SHARE, TUESDAY, WAIT, change, codes
from tests.sharing.strategies import FACTS, TEXTS

SCENARIOS = sorted((Path(__file__).parents[2] / "dahashare/scenarios").glob("*.toml"))
NOT_SHARING = {"aim_missing", "reason_missing", "blanket_reason", "plan_missing", "confirmation_missing"}
NOT_SHARING |= {"review_missing", "decided_in_future"}
NOT_YET = {"aim_missing", "review_missing", "decided_in_future"}
FOR_IDENTITY = {
    *("basis_missing", "basis_not_available", "power_missing", "consent_not_free", "consent_not_given"),
    *(
        "consent_reason_missing",
        "condition_missing",
        "not_at_risk",
        "prejudice_not_shown",
        "wishes_unanswered",
    ),
    *("unsafe_reason_missing", "tell_by_missing", "unsafe_contact_route"),
    *("basis_not_in_notice", "policy_document_missing", "consent_unusual", "told_by_unsafe_route"),
}
POINTS_OF = {
    "do_not_share": {
        *(
            "requester_unchecked",
            "marac_not_referred",
            "not_shared_though_served",
            "high_risk_not_shared",
            "in_doubt",
        )
    },
    "not_yet": {"requester_unchecked", "marac_not_referred", "high_risk_not_shared"},
}


@given(FACTS)
@settings(max_examples=examples(150, 2000), deadline=None)
def test_whatever_is_answered_the_findings_keep_their_form(facts: rules.Facts) -> None:
    found = rules.assess(facts)
    order = [*rules.STOPS, *rules.POINTS]
    places = [order.index(finding.code) for finding in found]
    assert places == sorted(set(places))
    raised = {finding.code for finding in found}
    stops = {finding.code for finding in rules.stops(found)}
    if facts.outcome == "do_not_share":
        assert stops <= NOT_SHARING
    if facts.outcome == "not_yet":
        assert stops <= NOT_YET
    if facts.outcome in POINTS_OF:
        assert raised - stops <= POINTS_OF[facts.outcome]
    else:
        assert not raised & {"plan_missing", "confirmation_missing", "review_missing", "high_risk_not_shared"}
    if facts.without_identity == "yes":
        assert not raised & FOR_IDENTITY
    else:
        assert "identity_present" not in raised
    assert rules.may_record(replace(facts, already_sent=True), found, ())


@given(FACTS)
@settings(max_examples=examples(80, 1000), deadline=None)
def test_the_order_of_answers_and_withdrawn_branches_change_nothing(facts: rules.Facts) -> None:
    codes_found = set(codes(facts))
    turned = replace(facts, items=facts.items[::-1], recipients=facts.recipients[::-1])
    assert set(codes(turned)) == codes_found
    dropped: dict[str, Any] = {"perpetrator_told": None, "harm_if_not": "", "sent_at": None}
    if "special" not in facts.kinds:
        dropped |= {"article_9": None, "schedule_1": None}
    if not rules.offence_data(facts):
        dropped["offence_condition"] = None
    if facts.urgency != "by_date":
        dropped["decide_by"] = None
    if facts.started != "asked":
        dropped["requester_checked"] = None
    assert set(codes(replace(facts, **dropped))) == codes_found


@given(FACTS, st.sampled_from([" ", "\t\n", "\u00a0\u2003"]))
@settings(max_examples=examples(80, 1000), deadline=None)
def test_white_space_alone_is_no_text(facts: rules.Facts, space: str) -> None:
    empty: dict[str, Any] = {name: "" for name in TEXTS if not getattr(facts, name).strip()}
    blank: dict[str, Any] = dict.fromkeys(empty, space)
    assert codes(replace(facts, **empty)) == codes(replace(facts, **blank))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_gives_exactly_what_it_expects(path: Path) -> None:
    scenario = scenario_file.load(path)
    facts = scenario_file.to_facts(scenario)
    found = rules.assess(facts)
    recorded = rules.may_record(facts, found, scenario_file.answered(scenario))
    assert scenario_file.differences(scenario, found, recorded=recorded) == []


def test_there_are_twelve_scenarios() -> None:
    assert len(SCENARIOS) == 12


def test_an_unanswered_point_holds_a_decision_back_and_a_stop_always_does() -> None:
    facts = change(KEEP, services="yes")
    found = rules.assess(facts)
    assert not rules.may_record(facts, found, ())
    assert rules.may_record(facts, found, {"not_shared_though_served"})
    stopped = change(facts, instead="")
    assert not rules.may_record(stopped, rules.assess(stopped), {"not_shared_though_served", "plan_missing"})
    sent = change(stopped, already_sent=True)
    assert rules.assess(sent) == rules.assess(stopped)
    assert rules.may_record(sent, rules.assess(sent), ())


def test_a_decision_without_an_outcome_is_not_one() -> None:
    facts = change(SHARE, outcome=None)
    assert not rules.may_record(facts, rules.assess(facts), ())


def test_nothing_answered_at_all_raises_what_is_missing_and_no_more() -> None:
    bare = rules.Facts(now=TUESDAY, organisation=PROVIDER, case=CASE, outcome="share_part")
    assert codes(bare) == [
        *("aim_missing", "recipient_missing", "basis_missing", "unsafe_reason_missing", "nothing_included"),
        *("nothing_withheld", "reason_missing", "could_make_less_safe", "no_procedure"),
    ]
    kept = replace(bare, outcome="do_not_share")
    assert codes(kept) == ["aim_missing", "reason_missing", "plan_missing", "review_missing"]
    assert codes(replace(bare, outcome="not_yet")) == ["aim_missing", "review_missing"]


def test_without_identity_the_rest_still_applies() -> None:
    facts = change(
        SHARE,
        without_identity="yes",
        basis=None,
        informed=None,
        kinds=frozenset({"special"}),
        recipient__method="fax",
        agreement_review_on=TUESDAY.date() - timedelta(days=1),
    )
    assert codes(facts) == ["method_unsafe", "agreement_out_of_date"]
    assert "basis_missing" in codes(change(facts, without_identity="not_sure"))


def test_not_yet_may_be_in_doubt_and_say_nothing_more() -> None:
    assert codes(change(WAIT, reasons=frozenset(), reason_text="No.", instead="", doubt="ask")) == []


def test_the_bases_offered() -> None:
    def offered(organisation: rules.Organisation) -> set[str]:
        return set(rules.bases_offered(organisation, TUESDAY))

    every = lists.codes("basis")
    assert offered(COUNCIL) == every - {"6-1-f", "6-1-ea"}
    assert offered(replace(COUNCIL, seventh_basis=True)) == every - {"6-1-f", "6-1-ea"}
    assert offered(PROVIDER) == every - {"6-1-ea"}
    assert offered(replace(PROVIDER, seventh_basis=True)) == every
    assert rules.is_public_authority(rules.Organisation("almo"))
    assert not rules.is_public_authority(rules.Organisation("other"))


def test_every_finding_has_words_and_all_words_of_findings_have_a_finding() -> None:
    findings = {f"stop.{code}" for code in rules.STOPS} | {f"point.{code}" for code in rules.POINTS}
    findings |= advice.WORDS
    assert findings == {one.id for one in words.all_words() if one.id.startswith(("stop.", "point."))}


def test_every_rule_serves_the_guide() -> None:
    known = {f"R{n}" for n in range(1, 8)} | {"P1", "P2", "P3"}
    served = set(chain.from_iterable(rule.serves for rule in (*rules.STOPS.values(), *rules.POINTS.values())))
    assert known <= served
    assert all(one.startswith("S ") for one in served - known)


def test_a_finding_can_be_kept_in_a_set() -> None:
    (found,) = rules.assess(change(SHARE, items=(replace(MOVE, enough=False),)))
    assert len({found, replace(found)}) == 1
    assert (found.field, found.words, found.serves) == ("items", "point.item_not_enough", ("S adequate",))


@pytest.mark.parametrize(("clean", "shares"), [(SHARE, True), (KEEP, False), (WAIT, False)])
def test_what_counts_as_sharing(clean: rules.Facts, shares: bool) -> None:
    assert rules.sharing(clean) is shares
