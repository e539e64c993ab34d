"""Every point: the change that raises it, and the nearest one that does not."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from sharing import rules
from tests.sharing.clean import (
    ARREARS,
    COUNCIL,
    IDVA,
    KEEP,
    MOVE,
    PART,
    POLICE,
    SHARE,
    TUESDAY,
    VISITS,
    WAIT,
    change,
    codes,
)

ALL_NO = {"safeguarding": "no", "risk_assessment": "no", "services": "no"}
THRESHOLD = {"case__marac_criteria": frozenset({"repeat"})}
NO_DOCUMENT = {
    "organisation__policy_document": False,
    "kinds": frozenset({"special"}),
    "no_consent_reason": "would_prejudice",
}
BY_10 = {**NO_DOCUMENT, "article_9": "9-2-g", "schedule_1": "10"}
OLD = TUESDAY.date() - timedelta(days=91)
JUST = TUESDAY.date() - timedelta(days=90)
PROBATION = replace(POLICE, key="probation", agency="probation")


def _many(count: int, to: tuple[str, ...] = ("idva",)) -> tuple[rules.Item, ...]:
    return tuple(replace(MOVE, key=f"item-{number}", recipients=to) for number in range(count))


POINTS: list[tuple[str, rules.Facts, dict[str, Any], dict[str, Any]]] = [
    (
        "requester_unchecked",
        SHARE,
        {"started": "asked"},
        {"started": "asked", "requester_checked": "in_person"},
    ),
    (
        "requester_unchecked",
        KEEP,
        {"started": "asked", "requester_checked": "not_checked"},
        {"started": "need"},
    ),
    (
        "requester_unchecked",
        WAIT,
        {"started": "asked"},
        {"started": "offer", "requester_checked": "not_checked"},
    ),
    *(
        ("marac_not_referred", clean, THRESHOLD, {**THRESHOLD, "case__marac_referred_on": date(2026, 3, 2)})
        for clean in (SHARE, KEEP, WAIT)
    ),
    ("marac_not_referred", SHARE, THRESHOLD, {**THRESHOLD, "aims": frozenset({"marac"})}),
    ("marac_not_referred", SHARE, THRESHOLD, {"case__risk_level": "high"}),
    ("recipient_link_unknown", SHARE, {"recipient__linked": "unknown"}, {"recipient__linked": "no"}),
    ("recipient_link_unknown", SHARE, {"recipient__linked": None}, {"recipient__linked": "yes"}),
    ("no_principle_served", SHARE, ALL_NO, {**ALL_NO, "services": "not_sure"}),
    ("no_principle_served", SHARE, ALL_NO, {**ALL_NO, "services": None}),
    ("not_shared_though_served", KEEP, {"services": "yes"}, {"services": "not_sure"}),
    (
        "could_make_less_safe",
        SHARE,
        {"less_safe": "yes"},
        {"less_safe": "yes", "mitigation": "By text only."},
    ),
    ("could_make_less_safe", SHARE, {"less_safe": "not_sure", "mitigation": " "}, {"less_safe": "no"}),
    ("could_make_less_safe", SHARE, {"less_safe": None}, {"less_safe": None, "mitigation": "By text only."}),
    ("stale_item", SHARE, {"item__dated": OLD}, {"item__dated": JUST}),
    ("stale_item", SHARE, {"item__dated": OLD}, {"item__dated": OLD, "item__historical": True}),
    ("stale_item", SHARE, {"item__checked_on": OLD}, {"item__checked_on": JUST, "item__dated": OLD}),
    (
        "stale_item",
        SHARE,
        {"item__dated": "not known"},
        {"item__dated": "not known", "item__checked_on": JUST},
    ),
    ("stale_item", SHARE, {"item__dated": None}, {"item__dated": None, "item__historical": True}),
    (
        "stale_item",
        SHARE,
        {"item__dated": date(2026, 2, 1), "organisation__stale_after_days": 29},
        {"item__dated": date(2026, 2, 1), "organisation__stale_after_days": 30},
    ),
    ("stale_item", PART, {"item__dated": OLD}, {"items": (MOVE, replace(ARREARS, dated=OLD))}),
    ("item_not_enough", SHARE, {"item__enough": False}, {"item__enough": True}),
    ("item_not_enough", PART, {"item__enough": None}, {"items": (MOVE, replace(ARREARS, enough=False))}),
    (
        "more_than_needed",
        SHARE,
        {"items": _many(4), "case__information_count": 4},
        {"items": _many(4), "case__information_count": 5},
    ),
    (
        "more_than_needed",
        SHARE,
        {"items": _many(4), "case__information_count": 4},
        {"items": _many(3), "case__information_count": 3},
    ),
    (
        "more_than_needed",
        SHARE,
        {"items": _many(4, ("idva", "police")), "case__information_count": 4, "recipients": (IDVA, POLICE)},
        {"items": _many(4, ("police",)), "case__information_count": 4, "recipients": (IDVA, POLICE)},
    ),
    (
        "more_than_needed",
        SHARE,
        {"items": _many(4), "case__information_count": 4},
        {"items": (*_many(3), replace(MOVE, of_case=False)), "case__information_count": 4},
    ),
    (
        "more_than_needed",
        SHARE,
        {"items": _many(13), "case__information_count": 20},
        {"items": _many(12), "case__information_count": 20},
    ),
    (
        "basis_not_in_notice",
        SHARE,
        {"organisation__notice_bases": frozenset({"6-1-e"})},
        {"organisation__notice_bases": frozenset({"6-1-d"})},
    ),
    (
        "basis_not_in_notice",
        SHARE,
        {"organisation__notice_bases": frozenset()},
        {"organisation__notice_bases": frozenset(), "basis": None},
    ),
    ("policy_document_missing", SHARE, BY_10, {**BY_10, "organisation__policy_document": True}),
    ("policy_document_missing", SHARE, BY_10, {**BY_10, "recipients": (POLICE, PROBATION)}),
    (
        "policy_document_missing",
        SHARE,
        {**BY_10, "recipients": (POLICE, IDVA)},
        {**BY_10, "kinds": frozenset({"ordinary"})},
    ),
    (
        "policy_document_missing",
        SHARE,
        {**NO_DOCUMENT, "article_9": "9-2-g", "schedule_1": "6", "recipients": (POLICE,)},
        {**NO_DOCUMENT, "article_9": "9-2-h", "schedule_1": "2", "recipients": (POLICE,)},
    ),
    (
        "policy_document_missing",
        SHARE,
        {"organisation__policy_document": False, "kinds": frozenset({"offence"}), "offence_condition": "17"},
        {"organisation__policy_document": False, "kinds": frozenset({"offence"}), "offence_condition": "33"},
    ),
    ("consent_unusual", SHARE, {"basis": "6-1-a", "organisation": COUNCIL}, {"basis": "6-1-a"}),
    (
        "consent_unusual",
        SHARE,
        {"basis": "6-1-a", "organisation__public_authority": True},
        {"basis": "6-1-e", "power": "Housing Act 1996", "organisation__public_authority": True},
    ),
    (
        "agreement_out_of_date",
        SHARE,
        {"agreement_review_on": date(2026, 3, 2)},
        {"agreement_review_on": date(2026, 3, 3)},
    ),
    ("no_procedure", SHARE, {"procedure": None}, {}),
    ("no_procedure", SHARE, {"procedure": "none"}, {"procedure": "other-policy"}),
    ("fits_missing", SHARE, {"fits": " "}, {"fits": "", "procedure": "none"}),
    ("method_weak", SHARE, {"recipient__method": "fax"}, {"recipient__method": "in_person"}),
    ("told_by_unsafe_route", SHARE, {"told_by": "post"}, {"told_by": "in_person"}),
    ("told_by_unsafe_route", SHARE, {"told_by": None}, {"told_by": None, "informed": "will_be_told_before"}),
    ("high_risk_not_shared", KEEP, {"case__risk_level": "high"}, {"case__risk_level": "medium"}),
    ("high_risk_not_shared", WAIT, THRESHOLD, {}),
    (
        "high_risk_not_shared",
        WAIT,
        {"case__risk_level": "high"},
        {"case__risk_level": "high", "outcome": "share_all"},
    ),
    ("in_doubt", SHARE, {"doubt": "ask"}, {"doubt": "answered"}),
    ("in_doubt", KEEP, {"doubt": "ask"}, {"doubt": None}),
    ("in_doubt", KEEP, {"doubt": "ask"}, {"doubt": "ask", "outcome": "not_yet"}),
]


@pytest.mark.parametrize(("code", "clean", "raising", "nearest"), POINTS)
def test_a_point(code: str, clean: rules.Facts, raising: dict[str, Any], nearest: dict[str, Any]) -> None:
    assert code in codes(change(clean, **raising))
    assert code not in codes(change(clean, **nearest))


def test_a_point_is_raised_once_however_many_items_raise_it() -> None:
    items = (replace(MOVE, dated=OLD), replace(VISITS, dated=OLD))
    (found,) = rules.assess(change(SHARE, items=items))
    assert (found.code, found.kind, found.subjects) == ("stale_item", "point", ("move", "visits"))
