"""The stops: each says whether a decision cannot be recorded so.

A guard answers True, False, or the keys of the recipients or items that raise it (none: not raised).
When it applies at all (outcome, identity) is the table's business, not the guard's.
"""

from sharing import lists
from sharing.rules.facts import Facts, Item
from sharing.rules.leaks import holds_identity, identity_of
from sharing.rules.terms import (
    bases_offered,
    conditions,
    consent_relied_on,
    decided_at,
    given,
    high_risk,
    included,
    local,
    offence_data,
    people_with_role,
    special_data,
    threshold_met,
    unsafe_route,
)
from sharing.rules.texts import is_blanket, same_name

Raised = bool | tuple[str, ...]


def aim_missing(facts: Facts) -> Raised:
    """The officer has not said what sharing is for."""
    return not facts.aims


# --- who gets it ----------------------------------------------------------------------------------


def recipient_missing(facts: Facts) -> Raised:
    """Nobody gets it, or somebody does without a name or a need."""
    if not facts.recipients:
        return True
    return tuple(person.key for person in facts.recipients if not (given(person.name) and given(person.why)))


def recipient_linked(facts: Facts) -> Raised:
    """A recipient is connected to an alleged perpetrator, or has the name of one."""
    perpetrators = people_with_role(facts.case, "alleged_perpetrator")
    return tuple(
        recipient.key
        for recipient in facts.recipients
        if recipient.linked == "yes" or any(same_name(person.name, recipient.name) for person in perpetrators)
    )


def sign_off_missing(facts: Facts) -> Raised:
    """An agency that needs the governance lead's sign-off gets it without one."""
    if facts.signed_off:
        return False
    return tuple(
        person.key for person in facts.recipients if lists.marked("agency", person.agency, "needs_sign_off")
    )


# --- the lawful basis -----------------------------------------------------------------------------


def basis_missing(facts: Facts) -> Raised:
    """No lawful basis was chosen."""
    return not given(facts.basis)


def basis_not_available(facts: Facts) -> Raised:
    """The basis is not open to this organisation, or was not in force when it was decided."""
    return given(facts.basis) and facts.basis not in bases_offered(facts.organisation, decided_at(facts))


def basis_support(facts: Facts) -> str:
    """The answer that the chosen basis cannot stand without (its field), or an empty text."""
    basis = lists.row("basis", facts.basis)
    return str(basis.marks.get("needs", "")) if basis else ""


def power_missing(facts: Facts) -> Raised:
    """The basis stands without its power, enactment, balance or condition."""
    needs = basis_support(facts)
    return bool(needs) and not given(getattr(facts, needs))


def consent_not_free(facts: Facts) -> Raised:
    """Consent carries the sharing where the person has no free choice."""
    return consent_relied_on(facts) and (threshold_met(facts.case) or high_risk(facts.case))


def consent_not_given(facts: Facts) -> Raised:
    """Consent carries the sharing and was not given."""
    return consent_relied_on(facts) and not lists.marked("consent", facts.consent, "given")


def consent_reason_missing(facts: Facts) -> Raised:
    """A consent status that needs its reason has none."""
    return lists.marked("consent", facts.consent, "needs_reason") and not given(facts.consent_reason)


def special_condition_missing(facts: Facts) -> bool:
    """Special category data has no Article 9 condition, or one without a paragraph that it takes."""
    if not special_data(facts):
        return False
    if not given(facts.article_9):
        return True
    condition = lists.row("article_9", facts.article_9)
    takes = condition.marks.get("takes", ()) if condition else ()
    return bool(takes) and facts.schedule_1 not in takes


def condition_missing(facts: Facts) -> Raised:
    """A kind of data that needs a condition in law has none that holds."""
    return special_condition_missing(facts) or (offence_data(facts) and not given(facts.offence_condition))


def condition_field(facts: Facts) -> str:
    """Where the missing condition is answered."""
    if not special_condition_missing(facts):
        return "offence_condition"
    return "schedule_1" if given(facts.article_9) else "article_9"


def _relies_on(facts: Facts, mark: str) -> bool:
    return any(lists.marked("schedule_1", paragraph, mark) for paragraph in conditions(facts))


def _child_protected(facts: Facts) -> bool:
    return "protect_child" in facts.aims and bool(people_with_role(facts.case, "child"))


def not_at_risk(facts: Facts) -> Raised:
    """The safeguarding condition is used where its own test is not met."""
    if not _relies_on(facts, "needs_at_risk"):
        return False
    limbs = facts.care_needs and facts.at_risk and facts.cannot_protect
    return not given(facts.no_consent_reason) or not (limbs or _child_protected(facts))


def not_at_risk_field(facts: Facts) -> str:
    """Where the failing part of the test is answered."""
    return "limbs" if given(facts.no_consent_reason) else "no_consent_reason"


def prejudice_not_shown(facts: Facts) -> Raised:
    """The unlawful-acts condition is used although asking for consent would not get in the way."""
    return _relies_on(facts, "needs_prejudice") and facts.no_consent_reason != "would_prejudice"


# --- telling the person ---------------------------------------------------------------------------


def wishes_unanswered(facts: Facts) -> Raised:
    """The person disagrees, and nobody says why sharing is still right."""
    return lists.marked("wishes", facts.wishes, "needs_reason") and not given(facts.disagree_reason)


def unsafe_reason_missing(facts: Facts) -> Raised:
    """The person is not told, and nobody says why."""
    not_told = not given(facts.informed) or lists.marked("informed", facts.informed, "needs_reason")
    return not_told and not given(facts.unsafe_reasons)


def tell_by_missing(facts: Facts) -> Raised:
    """The person is told later, without a date."""
    return lists.marked("informed", facts.informed, "needs_date") and facts.tell_by is None


def unsafe_contact_route(facts: Facts) -> Raised:
    """The person is still to be told, by a route that is not known to be safe."""
    return lists.marked("informed", facts.informed, "still_to_tell") and unsafe_route(
        facts.case, facts.told_by
    )


# --- the items ------------------------------------------------------------------------------------


def _withheld(facts: Facts) -> list[Item]:
    return [item for item in facts.items if not item.include]


def nothing_included(facts: Facts) -> Raised:
    """There is nothing to share."""
    return not included(facts)


def nothing_withheld(facts: Facts) -> Raised:
    """Sharing part holds nothing back, or something is held back without its reason."""
    withheld = _withheld(facts)
    if facts.outcome == "share_part" and not withheld:
        return True
    return tuple(item.key for item in withheld if not given(item.withheld_reason))


def share_all_withholds(facts: Facts) -> Raised:
    """Sharing all of it holds something back."""
    return facts.outcome == "share_all" and tuple(item.key for item in _withheld(facts))


def item_without_need(facts: Facts) -> Raised:
    """An item goes to nobody, for no reason, or is not relevant."""
    known = {recipient.key for recipient in facts.recipients}
    return tuple(
        item.key
        for item in included(facts)
        if not (given(item.why) and known.intersection(item.recipients) and item.relevant)
    )


def item_nature_missing(facts: Facts) -> Raised:
    """An item does not say whether it is fact, opinion or report, whose opinion it is, or of when."""
    return tuple(item.key for item in included(facts) if not _nature_complete(item))


def _nature_complete(item: Item) -> bool:
    owned = given(item.whose) or not lists.marked("nature", item.nature, "needs_owner")
    return given(item.nature) and owned and item.dated is not None


def third_party_unweighed(facts: Facts) -> Raised:
    """An item is about somebody else in the case, and nobody weighed what it does to them."""
    third = {person.key for person in people_with_role(facts.case, *lists.codes("role", "third_party"))}
    return tuple(
        item.key
        for item in included(facts)
        if third.intersection(item.about) and not given(item.third_party_effect)
    )


def identity_present(facts: Facts) -> Raised:
    """Identity is not needed, and an item gives it away."""
    if facts.without_identity != "yes":
        return False
    known = identity_of(facts.case)
    return tuple(item.key for item in included(facts) if holds_identity(item.text, known))


# --- sending --------------------------------------------------------------------------------------


def method_missing(facts: Facts) -> Raised:
    """A recipient has no way of sending, or another way without its reason."""
    return tuple(
        person.key
        for person in facts.recipients
        if not given(person.method)
        or (lists.marked("method", person.method, "needs_reason") and not given(person.method_reason))
    )


def method_field(facts: Facts) -> str:
    """Where the way of sending is not complete: no way at all, or another way without its reason."""
    return "method_reason" if all(given(person.method) for person in facts.recipients) else "method"


def weak_methods(facts: Facts) -> tuple[str, ...]:
    """The recipients (keys) whom it would reach by a way that others can read."""
    return tuple(person.key for person in facts.recipients if lists.marked("method", person.method, "weak"))


def method_unsafe(facts: Facts) -> Raised:
    """Sensitive data goes by a way that others can read."""
    return (special_data(facts) or offence_data(facts)) and weak_methods(facts)


# --- the decision ---------------------------------------------------------------------------------


def own_reasons(facts: Facts) -> frozenset[str]:
    """The reasons given that belong to the outcome."""
    name = "reasons_share" if lists.marked("outcome", facts.outcome, "sharing") else "reasons_do_not_share"
    return lists.codes(name).intersection(facts.reasons)


def reason_missing(facts: Facts) -> Raised:
    """The decision has no reason of its own kind, or none in words."""
    return not own_reasons(facts) or not given(facts.reason_text)


def reason_field(facts: Facts) -> str:
    """Where the missing reason is answered."""
    return "reason_text" if own_reasons(facts) else "reasons"


def blanket_reason(facts: Facts) -> Raised:
    """The reason speaks of rules and not of this case."""
    return is_blanket(facts.reason_text)


def plan_missing(facts: Facts) -> Raised:
    """Not sharing, without saying what keeps people safe instead."""
    return not given(facts.instead)


def confirmation_missing(facts: Facts) -> Raised:
    """It is said to be known already, and nobody confirmed it."""
    said = any(lists.marked("reasons_do_not_share", reason, "needs_confirmation") for reason in facts.reasons)
    return said and not given(facts.confirmed_by)


def review_missing(facts: Facts) -> Raised:
    """Not sharing, or not yet, without a date to look again."""
    return facts.review_on is None


def decided_in_future(facts: Facts) -> Raised:
    """It is said to be decided later than now."""
    return local(decided_at(facts)).timestamp() > local(facts.now).timestamp()
