"""Whatever an officer can answer: facts from every code and from none, for Hypothesis."""

from datetime import date, datetime
from typing import Any

from hypothesis import strategies as st

from sharing import lists, rules
from sharing.rules.terms import LONDON
from tests.sharing.clean import SHARE


def _maybe(name: str) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(sorted(lists.codes(name)))


def _some(name: str) -> st.SearchStrategy[Any]:
    return st.frozensets(st.sampled_from(sorted(lists.codes(name))), max_size=4)


TEXT = st.sampled_from(["", " ", "\u200b", "x", "Siân", "GDPR policy", SHARE.reason_text]) | st.text(
    max_size=50
)
DAYS = st.dates(date(2025, 11, 1), date(2026, 6, 30))
TIMES = st.datetimes(datetime(2025, 11, 1), datetime(2026, 6, 30), timezones=st.sampled_from([LONDON]))  # noqa: DTZ001
FLAG = st.none() | st.booleans()
PEOPLE = st.builds(
    rules.Person,
    key=st.sampled_from("abc"),
    role=st.sampled_from(sorted(lists.codes("role"))),
    name=TEXT,
    safe_routes=_some("route"),
    unsafe_routes=_some("route"),
)
CASES = st.builds(
    rules.CaseFacts,
    risk_level=st.sampled_from(sorted(lists.codes("risk_level"))),
    marac_criteria=_some("marac_criteria"),
    marac_referred_on=st.none() | DAYS,
    concern_identified_at=st.none() | DAYS | TIMES,
    people=st.lists(PEOPLE, max_size=3).map(tuple),
    information_count=st.integers(0, 5),
    identifiers=st.lists(TEXT, max_size=2).map(tuple),
)
ORGANISATIONS = st.builds(
    rules.Organisation,
    type=st.sampled_from(sorted(lists.codes("organisation_type"))),
    public_authority=FLAG,
    seventh_basis=st.booleans(),
    notice_bases=st.none() | _some("basis"),
    policy_document=st.booleans(),
    bank_holidays=st.frozensets(DAYS, max_size=2),
)
RECIPIENTS = st.builds(
    rules.Recipient,
    key=st.sampled_from("xyz"),
    name=TEXT,
    agency=st.sampled_from(sorted(lists.codes("agency"))),
    why=TEXT,
    linked=_maybe("linked"),
    method=_maybe("method"),
    method_reason=TEXT,
)
ITEMS = st.builds(
    rules.Item,
    key=st.sampled_from("ijkl"),
    text=TEXT,
    dated=st.none() | st.just("not known") | DAYS,
    about=st.lists(st.sampled_from("abcd"), max_size=2).map(tuple),
    recipients=st.lists(st.sampled_from("xyzv"), max_size=2).map(tuple),
    why=TEXT,
    nature=_maybe("nature"),
    whose=TEXT,
    historical=FLAG,
    relevant=FLAG,
    enough=FLAG,
    checked_on=st.none() | DAYS,
    alleges_offence=FLAG,
    include=st.booleans(),
    withheld_reason=TEXT,
    third_party_effect=TEXT,
)
ONE_OF = (
    *(
        "started",
        "requester_checked",
        "urgency",
        "without_identity",
        "safeguarding",
        "risk_assessment",
        "services",
    ),
    *("less_safe", "basis", "annex_1", "article_9", "schedule_1", "offence_condition", "no_consent_reason"),
    *("informed", "wishes", "consent", "told_by", "perpetrator_told", "procedure", "doubt"),
)
TEXTS = (
    *("harm_if_not", "mitigation", "power", "enactment", "balance", "consent_reason", "disagree_reason"),
    *("unsafe_reasons", "fits", "reason_text", "instead", "confirmed_by"),
)
FACTS = st.builds(
    rules.Facts,
    now=TIMES,
    organisation=ORGANISATIONS,
    case=CASES,
    recipients=st.lists(RECIPIENTS, max_size=3).map(tuple),
    items=st.lists(ITEMS, max_size=5).map(tuple),
    outcome=st.sampled_from(sorted(lists.codes("outcome"))),
    **{name: _maybe(name) for name in ONE_OF},
    **{name: _some(name) for name in ("aims", "kinds", "reasons")},
    **dict.fromkeys(TEXTS, TEXT),
    **dict.fromkeys(("already_sent", "signed_off", "care_needs", "at_risk", "cannot_protect"), FLAG),
    **dict.fromkeys(("tell_by", "review_on", "agreement_review_on"), st.none() | DAYS),
    **dict.fromkeys(("decided_at", "sent_at"), st.none() | TIMES),
    **dict.fromkeys(("decide_by", "send_by"), st.none() | DAYS | TIMES),
)
