"""The points: each says what the officer must answer in writing before the decision can be recorded."""

from datetime import date, datetime

from sharing import lists
from sharing.rules.facts import Facts, Item
from sharing.rules.stops import Raised, weak_methods
from sharing.rules.terms import (
    conditions,
    day_of,
    deadline,
    ends,
    given,
    high_risk,
    included,
    is_public_authority,
    offence_data,
    special_data,
    threshold_met,
    unsafe_route,
    working_days_after,
)

_ALL_OF_IT = 4
_MANY_ITEMS = 12
_DAYS_TO_ACT_ON_HIGH_RISK = 2


def requester_unchecked(facts: Facts) -> Raised:
    """Somebody asked, and nobody checked who they are."""
    return facts.started == "asked" and (facts.requester_checked or "not_checked") == "not_checked"


def marac_not_referred(facts: Facts) -> Raised:
    """The threshold is met and no referral is made or meant."""
    return threshold_met(facts.case) and facts.case.marac_referred_on is None and "marac" not in facts.aims


def recipient_link_unknown(facts: Facts) -> Raised:
    """Whether a recipient is connected to the alleged perpetrator is not known."""
    return tuple(person.key for person in facts.recipients if (person.linked or "unknown") == "unknown")


# --- why ------------------------------------------------------------------------------------------


def _principles(facts: Facts) -> tuple[str | None, str | None, str | None]:
    return facts.safeguarding, facts.risk_assessment, facts.services


def no_principle_served(facts: Facts) -> Raised:
    """None of the three principles speaks for it."""
    return all(answer == "no" for answer in _principles(facts))


def not_shared_though_served(facts: Facts) -> Raised:
    """A principle speaks for sharing."""
    return "yes" in _principles(facts)


def could_make_less_safe(facts: Facts) -> Raised:
    """Somebody could be less safe for it, and nothing is done about that."""
    return (facts.less_safe or "not_sure") != "no" and not given(facts.mitigation)


# --- the items ------------------------------------------------------------------------------------


def stale_item(facts: Facts) -> Raised:
    """An item that is meant as current was not checked for a long time, or never."""
    return tuple(item.key for item in included(facts) if not item.historical and _stale(item, facts))


def _stale(item: Item, facts: Facts) -> bool:
    last = item.checked_on or item.dated
    if not isinstance(last, date):
        return True
    return (day_of(facts.now) - day_of(last)).days > facts.organisation.stale_after_days


def item_not_enough(facts: Facts) -> Raised:
    """An item is not enough to be understood."""
    return tuple(item.key for item in included(facts) if not item.enough)


def more_than_needed(facts: Facts) -> Raised:
    """Everything goes to everybody, or very many items go."""
    return len(included(facts)) > _MANY_ITEMS or _all_to_everybody(facts)


def _all_to_everybody(facts: Facts) -> bool:
    goes_to: dict[str, set[str]] = {}
    for item in included(facts):
        if item.of_case:
            goes_to.setdefault(item.key, set()).update(item.recipients)
    if facts.case.information_count < _ALL_OF_IT or len(goes_to) < facts.case.information_count:
        return False
    everybody = {recipient.key for recipient in facts.recipients}
    return all(everybody <= keys for keys in goes_to.values())


# --- the lawful basis -----------------------------------------------------------------------------


def basis_not_in_notice(facts: Facts) -> Raised:
    """The privacy notice does not name the basis."""
    named = facts.organisation.notice_bases
    return given(facts.basis) and named is not None and facts.basis not in named


def policy_document_missing(facts: Facts) -> Raised:
    """A condition expects a policy document, and the organisation has none."""
    expected = any(_expects_document(paragraph, facts) for paragraph in conditions(facts))
    return expected and not facts.organisation.policy_document


def _expects_document(paragraph: str, facts: Facts) -> bool:
    if lists.marked("schedule_1", paragraph, "apd_not_for_competent_authority"):
        return not all(
            lists.marked("agency", person.agency, "competent_authority") for person in facts.recipients
        )
    return lists.marked("schedule_1", paragraph, "apd")


def policy_document_field(facts: Facts) -> str:
    """Where the condition that expects the document was chosen."""
    special = facts.schedule_1 if special_data(facts) else None
    return "schedule_1" if special and _expects_document(special, facts) else "offence_condition"


def consent_unusual(facts: Facts) -> Raised:
    """A public authority relies on consent."""
    return lists.marked("basis", facts.basis, "consent") and is_public_authority(facts.organisation)


def agreement_out_of_date(facts: Facts) -> Raised:
    """The sharing agreement should have been looked at again by now."""
    return facts.agreement_review_on is not None and facts.agreement_review_on < day_of(facts.now)


# --- how and when ---------------------------------------------------------------------------------


def no_procedure(facts: Facts) -> Raised:
    """No procedure of the organisation covers it."""
    return not given(facts.procedure) or facts.procedure == "none"


def fits_missing(facts: Facts) -> Raised:
    """How it fits the procedure is not said."""
    return not no_procedure(facts) and not given(facts.fits)


def method_weak(facts: Facts) -> Raised:
    """Ordinary data goes by a way that others can read."""
    return not (special_data(facts) or offence_data(facts)) and weak_methods(facts)


def told_by_unsafe_route(facts: Facts) -> Raised:
    """The person was told by a route that is not known to be safe."""
    return lists.marked("informed", facts.informed, "told") and unsafe_route(facts.case, facts.told_by)


def late(facts: Facts) -> Raised:
    """It would be sent after its time, or the time to act on a high risk has passed."""
    due = deadline(facts)
    sent_late = facts.send_by is not None and due is not None and ends(facts.send_by) > ends(due)
    return sent_late or _high_risk_waited(facts, facts.case.concern_identified_at)


def _high_risk_waited(facts: Facts, concern: date | datetime | None) -> bool:
    if concern is None or not high_risk(facts.case):
        return False
    last = working_days_after(day_of(concern), _DAYS_TO_ACT_ON_HIGH_RISK, facts.organisation.bank_holidays)
    return day_of(facts.now) > last


# --- the decision ---------------------------------------------------------------------------------


def high_risk_not_shared(facts: Facts) -> Raised:
    """Nothing is shared although the risk is high or the threshold is met."""
    return high_risk(facts.case) or threshold_met(facts.case)


def in_doubt(facts: Facts) -> Raised:
    """The officer is in doubt and wants to ask."""
    return facts.doubt == "ask"
