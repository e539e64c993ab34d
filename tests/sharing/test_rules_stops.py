"""Every stop: the change that raises it, and the nearest one that does not."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sharing import rules
from sharing.rules.terms import LONDON
from tests.sharing.clean import (
    ALLEGED,
    ARREARS,
    CASE,
    COUNCIL,
    KEEP,
    MOVE,
    PART,
    SHARE,
    TUESDAY,
    VISITS,
    WAIT,
    change,
    codes,
)

SPECIAL = {"kinds": frozenset({"special"})}
OFFENCE = {"kinds": frozenset({"offence"}), "offence_condition": "33"}
BY_18 = {**SPECIAL, "article_9": "9-2-g", "schedule_1": "18", "no_consent_reason": "cannot_give"}
BY_10 = {**SPECIAL, "article_9": "9-2-g", "schedule_1": "10"}
LIMBS = {"care_needs": True, "at_risk": True, "cannot_protect": True}
SEVENTH = {"basis": "6-1-ea", "annex_1": "A1-6"}
CONSENT = {"basis": "6-1-a", "consent": "given"}
LATER = {"informed": "told_later_by", "tell_by": date(2026, 3, 9), "told_by": "phone"}
BEFORE_SEVENTH = datetime(2026, 2, 4, 23, 59, 59, tzinfo=LONDON)
FROM_SEVENTH = datetime(2026, 2, 5, 0, 0, tzinfo=LONDON)

# code, what raises it, what is nearest and does not; each a change of the clean share
SHARING: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("aim_missing", {"aims": frozenset()}, {"aims": frozenset({"other"})}),
    ("recipient_missing", {"recipients": ()}, {}),
    ("recipient_missing", {"recipient__name": " \t\u00a0"}, {"recipient__name": "B"}),
    ("recipient_missing", {"recipient__why": ""}, {"recipient__why": "x"}),
    ("recipient_linked", {"recipient__linked": "yes"}, {"recipient__linked": "no"}),
    (
        "recipient_linked",
        {"recipient__name": "marek  STJOHN-lowe "},
        {"recipient__name": "Marek St John Lowe"},
    ),
    (
        "recipient_linked",
        {"recipient__name": "MAREK ST\u00a0JOHN-LOWE"},
        {"recipient__name": "Márek St John-Lowe"},
    ),
    ("basis_missing", {"basis": None}, {"basis": "6-1-b"}),
    ("basis_missing", {"basis": " "}, {}),
    (
        "basis_not_available",
        {"basis": "6-1-f", "balance": "x", "organisation": COUNCIL},
        {"basis": "6-1-f", "balance": "x"},
    ),
    ("basis_not_available", {**SEVENTH}, {**SEVENTH, "organisation__seventh_basis": True}),
    (
        "basis_not_available",
        {**SEVENTH, "organisation": replace(COUNCIL, seventh_basis=True)},
        {**SEVENTH, "organisation": replace(COUNCIL, seventh_basis=True, public_authority=False)},
    ),
    (
        "basis_not_available",
        {**SEVENTH, "organisation__seventh_basis": True, "decided_at": BEFORE_SEVENTH},
        {**SEVENTH, "organisation__seventh_basis": True, "decided_at": FROM_SEVENTH},
    ),
    ("power_missing", {"basis": "6-1-e", "enactment": "x"}, {"basis": "6-1-e", "power": "Housing Act 1996"}),
    ("power_missing", {"basis": "6-1-c", "power": "x"}, {"basis": "6-1-c", "enactment": "Children Act"}),
    ("power_missing", {"basis": "6-1-f", "balance": " "}, {"basis": "6-1-f", "balance": "weighed"}),
    (
        "power_missing",
        {"basis": "6-1-ea", "organisation__seventh_basis": True},
        {**SEVENTH, "organisation__seventh_basis": True},
    ),
    ("consent_not_free", {**CONSENT, "case__risk_level": "high"}, {**CONSENT, "case__risk_level": "medium"}),
    (
        "consent_not_free",
        {
            **CONSENT,
            "case__marac_criteria": frozenset({"local"}),
            "case__marac_referred_on": date(2026, 3, 1),
        },
        {"case__marac_criteria": frozenset({"local"}), "case__marac_referred_on": date(2026, 3, 1)},
    ),
    (
        "consent_not_free",
        {**SPECIAL, "article_9": "9-2-a", "case__risk_level": "high"},
        {"article_9": "9-2-a", "case__risk_level": "high"},
    ),
    (
        "consent_not_free",
        {**OFFENCE, "offence_condition": "29", "case__risk_level": "high"},
        {"offence_condition": "29", "case__risk_level": "high"},
    ),
    ("consent_not_given", {"basis": "6-1-a", "consent": "sought_awaiting"}, {"basis": "6-1-a"}),
    (
        "consent_not_given",
        {"basis": "6-1-a", "consent": None},
        {"basis": "6-1-a", "consent": "given_in_part"},
    ),
    (
        "consent_not_given",
        {**OFFENCE, "offence_condition": "29", "consent": "cannot_be_contacted"},
        {**OFFENCE, "consent": "cannot_be_contacted"},
    ),
    (
        "consent_not_given",
        {"item__alleges_offence": True, "offence_condition": "29", "consent": None},
        {"item__alleges_offence": False, "offence_condition": "29", "consent": None},
    ),
    *(
        ("consent_reason_missing", {"consent": status}, {"consent": status, "consent_reason": "because"})
        for status in (
            "not_sought_unsafe",
            "not_sought_misleading",
            "not_sought_other_basis",
            "refused",
            "withdrawn",
            "cannot_give",
        )
    ),
    ("condition_missing", {**SPECIAL}, {**SPECIAL, "article_9": "9-2-c"}),
    (
        "condition_missing",
        {**SPECIAL, "article_9": "9-2-g"},
        {**SPECIAL, "article_9": "9-2-g", "schedule_1": "6"},
    ),
    (
        "condition_missing",
        {**SPECIAL, "article_9": "9-2-g", "schedule_1": "29"},
        {**SPECIAL, "article_9": "9-2-g", "schedule_1": "28"},
    ),
    (
        "condition_missing",
        {**SPECIAL, "article_9": "9-2-g", "schedule_1": "4"},
        {"article_9": "9-2-g", "schedule_1": "4"},
    ),
    *(
        (
            "condition_missing",
            {**SPECIAL, "article_9": article, "schedule_1": "6"},
            {**SPECIAL, "article_9": article, "schedule_1": paragraph},
        )
        for article, paragraph in (("9-2-b", "1"), ("9-2-h", "2"), ("9-2-i", "3"), ("9-2-j", "4"))
    ),
    ("condition_missing", {"kinds": frozenset({"offence"})}, {**OFFENCE}),
    (
        "condition_missing",
        {"item__alleges_offence": True},
        {"items": (MOVE, VISITS), "item__alleges_offence": False},
    ),
    ("not_at_risk", {**BY_18, **LIMBS, "no_consent_reason": None}, {**BY_18, **LIMBS}),
    *(("not_at_risk", {**BY_18, **LIMBS, limb: False}, {**BY_18, **LIMBS}) for limb in LIMBS),
    ("not_at_risk", {**BY_18}, {**BY_18, "aims": frozenset({"protect_child"})}),
    (
        "not_at_risk",
        {**BY_18, "aims": frozenset({"protect_child"}), "no_consent_reason": None},
        {**BY_18, "aims": frozenset({"protect_child"})},
    ),
    (
        "not_at_risk",
        {**BY_18, "aims": frozenset({"protect_child"}), "case__people": (replace(ALLEGED, role="adult"),)},
        {
            **BY_18,
            **LIMBS,
            "case__people": (replace(ALLEGED, role="victim_survivor", safe_routes=frozenset({"phone"})),),
        },
    ),
    ("not_at_risk", {**OFFENCE, "offence_condition": "18", **LIMBS}, {"offence_condition": "18"}),
    ("prejudice_not_shown", {**BY_10}, {**BY_10, "no_consent_reason": "would_prejudice"}),
    (
        "prejudice_not_shown",
        {**OFFENCE, "offence_condition": "10", "no_consent_reason": "cannot_give"},
        {"offence_condition": "10", "no_consent_reason": "cannot_give"},
    ),
    (
        "wishes_unanswered",
        {"wishes": "disagrees"},
        {"wishes": "disagrees", "disagree_reason": "life at stake"},
    ),
    ("unsafe_reason_missing", {"informed": None}, {"informed": None, "unsafe_reasons": "found out"}),
    ("unsafe_reason_missing", {"informed": "unsafe_to_tell", "unsafe_reasons": "\n"}, {"informed": "told"}),
    (
        "unsafe_reason_missing",
        {"informed": "not_appropriate"},
        {"informed": "not_appropriate", "unsafe_reasons": "a baby"},
    ),
    ("tell_by_missing", {**LATER, "tell_by": None}, {**LATER}),
    ("unsafe_contact_route", {**LATER, "told_by": "post"}, {**LATER}),
    ("unsafe_contact_route", {**LATER, "told_by": None}, {**LATER, "told_by": "in_person"}),
    (
        "unsafe_contact_route",
        {"informed": "will_be_told_before", "told_by": "visit"},
        {"informed": "will_be_told_before", "told_by": "phone"},
    ),
    ("nothing_included", {"items": ()}, {"items": (MOVE,)}),
    ("nothing_included", {"items": (ARREARS,)}, {"items": (MOVE, ARREARS), "outcome": "share_part"}),
    (
        "nothing_withheld",
        {"outcome": "share_part"},
        {"outcome": "share_part", "items": (MOVE, ARREARS)},
    ),
    (
        "nothing_withheld",
        {"items": (MOVE, replace(ARREARS, withheld_reason="  "))},
        {"items": (MOVE, ARREARS)},
    ),
    ("share_all_withholds", {"items": (MOVE, ARREARS)}, {"items": (MOVE, ARREARS), "outcome": "share_part"}),
    ("sign_off_missing", {"recipient__agency": "immigration_enforcement"}, {"recipient__agency": "police"}),
    (
        "sign_off_missing",
        {"recipient__agency": "immigration_enforcement", "signed_off": False},
        {"recipient__agency": "immigration_enforcement", "signed_off": True},
    ),
    ("reason_missing", {"reasons": frozenset()}, {"reasons": frozenset({"legal_duty"})}),
    ("reason_missing", {"reasons": frozenset({"already_known"})}, {"reasons": frozenset({"person_asked"})}),
    ("reason_missing", {"reason_text": " "}, {}),
    ("decided_in_future", {"decided_at": TUESDAY + timedelta(seconds=1)}, {"decided_at": TUESDAY}),
]


@pytest.mark.parametrize(("code", "raising", "nearest"), SHARING)
def test_a_stop_of_a_share(code: str, raising: dict[str, Any], nearest: dict[str, Any]) -> None:
    assert code in codes(change(SHARE, **raising))
    assert code not in codes(change(SHARE, **nearest))


@pytest.mark.parametrize(
    ("code", "raising", "nearest"),
    [
        ("plan_missing", {"instead": " "}, {"instead": "We call her."}),
        (
            "confirmation_missing",
            {"reasons": frozenset({"already_known"})},
            {"reasons": frozenset({"not_necessary"})},
        ),
        (
            "confirmation_missing",
            {"reasons": frozenset({"already_known", "not_necessary"}), "confirmed_by": ""},
            {"reasons": frozenset({"already_known"}), "confirmed_by": "The sergeant, on Monday"},
        ),
        ("review_missing", {"review_on": None}, {}),
        ("review_missing", {"review_on": None, "outcome": "not_yet"}, {"outcome": "not_yet"}),
        (
            "reason_missing",
            {"reasons": frozenset({"legal_duty"})},
            {"reasons": frozenset({"confidence_outweighs"})},
        ),
        ("blanket_reason", {"reason_text": "No."}, {}),
        ("decided_in_future", {"decided_at": TUESDAY + timedelta(minutes=1)}, {"decided_at": TUESDAY}),
    ],
)
def test_a_stop_of_not_sharing(code: str, raising: dict[str, Any], nearest: dict[str, Any]) -> None:
    assert code in codes(change(KEEP, **raising))
    assert code not in codes(change(KEEP, **nearest))


@pytest.mark.parametrize("clean", [SHARE, PART, KEEP, WAIT])
def test_the_clean_decisions_raise_no_stop_and_no_point(clean: rules.Facts) -> None:
    assert codes(clean) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"basis": "6-1-e"}, "power"),
        ({"basis": "6-1-c"}, "enactment"),
        ({"basis": "6-1-f"}, "balance"),
        ({**SPECIAL}, "article_9"),
        ({**SPECIAL, "article_9": "9-2-g"}, "schedule_1"),
        ({"kinds": frozenset({"offence"})}, "offence_condition"),
        ({**BY_18}, "limbs"),
        ({**BY_18, **LIMBS, "no_consent_reason": None}, "no_consent_reason"),
        ({"reasons": frozenset()}, "reasons"),
        ({"reason_text": ""}, "reason_text"),
    ],
)
def test_a_stop_belongs_to_the_answer_that_is_wrong(changes: dict[str, Any], field: str) -> None:
    assert [finding.field for finding in rules.assess(change(SHARE, **changes))] == [field]


def test_a_stop_names_the_recipients_and_items_that_raise_it() -> None:
    facts = change(SHARE, recipient__why="", item__why="")
    assert {f.code: f.subjects for f in rules.assess(facts)} == {
        "recipient_missing": ("idva",),
        "item_without_need": ("move",),
    }


def test_the_route_must_be_safe_for_every_survivor_and_recorded_as_unsafe_for_none() -> None:
    second = replace(CASE.people[0], key="second", safe_routes=frozenset({"email"}))
    both = replace(CASE.people[0], unsafe_routes=frozenset({"phone"}))
    assert not rules.unsafe_route(CASE, "phone")
    assert rules.unsafe_route(replace(CASE, people=(*CASE.people, second)), "phone")
    assert rules.unsafe_route(replace(CASE, people=(both,)), "phone")
    assert rules.unsafe_route(replace(CASE, people=(ALLEGED,)), "phone")
    assert not rules.unsafe_route(replace(CASE, people=()), "in_person")
