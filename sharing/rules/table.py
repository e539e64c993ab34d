"""Every rule in one screen: its code, the answer it belongs to, what it serves, when it applies.

R1-R7 are the guide's golden rules, P1-P3 its principles, S its other sections. Findings come in this order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sharing.rules import points as p
from sharing.rules import stops as s
from sharing.rules.facts import Facts

SHARE = frozenset({"share_all", "share_part"})
KEEP = frozenset({"do_not_share"})
WAIT = frozenset({"not_yet"})
ANY = SHARE | KEEP | WAIT


@dataclass(frozen=True)
class Rule:
    """One row.

    `identifying`: it does not apply where identity is not needed. `where`: the field, where facts decide it.
    """

    code: str
    field: str
    serves: tuple[str, ...]
    when: Callable[[Facts], s.Raised]
    outcomes: frozenset[str] = SHARE
    identifying: bool = False
    where: Callable[[Facts], str] | None = None


def _by_code(*rules: Rule) -> Mapping[str, Rule]:
    return MappingProxyType({rule.code: rule for rule in rules})


# fmt: off
STOPS = _by_code(
    Rule("aim_missing", "aims", ("R5",), s.aim_missing, ANY),
    Rule("recipient_missing", "recipients", ("R6",), s.recipient_missing),
    Rule("recipient_linked", "recipients", ("R5", "R6"), s.recipient_linked),
    Rule("basis_missing", "basis", ("S lawful",), s.basis_missing, identifying=True),
    Rule("basis_not_available", "basis", ("S lawful",), s.basis_not_available, identifying=True),
    Rule("power_missing", "power", ("S lawful",), s.power_missing, identifying=True, where=s.basis_support),
    Rule("consent_not_free", "basis", ("S consent",), s.consent_not_free, identifying=True),
    Rule("consent_not_given", "consent", ("R4",), s.consent_not_given, identifying=True),
    Rule("consent_reason_missing", "consent_reason", ("R4",), s.consent_reason_missing, identifying=True),
    Rule("condition_missing", "article_9", ("S lawful",), s.condition_missing, identifying=True,
         where=s.condition_field),
    Rule("not_at_risk", "limbs", ("S lawful",), s.not_at_risk, identifying=True, where=s.not_at_risk_field),
    Rule("prejudice_not_shown", "no_consent_reason", ("S lawful",), s.prejudice_not_shown, identifying=True),
    Rule("wishes_unanswered", "disagree_reason", ("R2", "R4"), s.wishes_unanswered, identifying=True),
    Rule("unsafe_reason_missing", "unsafe_reasons", ("R2",), s.unsafe_reason_missing, identifying=True),
    Rule("tell_by_missing", "tell_by", ("R2",), s.tell_by_missing, identifying=True),
    Rule("unsafe_contact_route", "told_by", ("R5",), s.unsafe_contact_route, identifying=True),
    Rule("nothing_included", "items", ("R6",), s.nothing_included),
    Rule("nothing_withheld", "items", ("R6",), s.nothing_withheld),
    Rule("share_all_withholds", "items", ("R7",), s.share_all_withholds),
    Rule("item_without_need", "items", ("R6", "S necessary"), s.item_without_need),
    Rule("item_nature_missing", "items", ("S accurate",), s.item_nature_missing),
    Rule("third_party_unweighed", "items", ("S necessary",), s.third_party_unweighed),
    Rule("identity_present", "items", ("R6", "S necessary"), s.identity_present),
    Rule("method_missing", "method", ("S securing",), s.method_missing, where=s.method_field),
    Rule("method_unsafe", "method", ("S securing",), s.method_unsafe),
    Rule("reason_missing", "reasons", ("R7",), s.reason_missing, SHARE | KEEP, where=s.reason_field),
    Rule("blanket_reason", "reason_text", ("R1", "R7"), s.blanket_reason, SHARE | KEEP),
    Rule("plan_missing", "instead", ("R5",), s.plan_missing, KEEP),
    Rule("confirmation_missing", "confirmed_by", ("R5", "R7"), s.confirmation_missing, KEEP),
    Rule("review_missing", "review_on", ("R7",), s.review_missing, KEEP | WAIT),
    Rule("sign_off_missing", "signed_off", ("R3",), s.sign_off_missing),
    Rule("decided_in_future", "decided_at", ("R7",), s.decided_in_future, ANY),
)

POINTS = _by_code(
    Rule("requester_unchecked", "requester_checked", ("R6",), p.requester_unchecked, ANY),
    Rule("marac_not_referred", "aims", ("S purpose",), p.marac_not_referred, ANY),
    Rule("recipient_link_unknown", "recipients", ("R5",), p.recipient_link_unknown),
    Rule("no_principle_served", "safeguarding", ("P1", "P2", "P3"), p.no_principle_served),
    Rule("not_shared_though_served", "outcome", ("P1", "P2", "P3", "R1"), p.not_shared_though_served, KEEP),
    Rule("could_make_less_safe", "mitigation", ("R5",), p.could_make_less_safe),
    Rule("stale_item", "items", ("S accurate",), p.stale_item),
    Rule("item_not_enough", "items", ("S adequate",), p.item_not_enough),
    Rule("more_than_needed", "items", ("S necessary",), p.more_than_needed),
    Rule("basis_not_in_notice", "basis", ("R2", "S lawful"), p.basis_not_in_notice, identifying=True),
    Rule("policy_document_missing", "schedule_1", ("S lawful",), p.policy_document_missing, identifying=True,
         where=p.policy_document_field),
    Rule("consent_unusual", "basis", ("S consent",), p.consent_unusual, identifying=True),
    Rule("agreement_out_of_date", "agreement", ("S lawful",), p.agreement_out_of_date),
    Rule("no_procedure", "procedure", ("S recording",), p.no_procedure),
    Rule("fits_missing", "fits", ("S recording",), p.fits_missing),
    Rule("method_weak", "method", ("S securing",), p.method_weak),
    Rule("told_by_unsafe_route", "told_by", ("R5",), p.told_by_unsafe_route, identifying=True),
    Rule("late", "send_by", ("S when",), p.late),
    Rule("high_risk_not_shared", "outcome", ("R5",), p.high_risk_not_shared, KEEP | WAIT),
    Rule("in_doubt", "doubt", ("R3",), p.in_doubt, SHARE | KEEP),
)
# fmt: on
