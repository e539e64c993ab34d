"""Every point: what raises it, the page and the question that "Change it" leads to, the change that ends it.

See `findings.Row`. Each can also be answered in writing, which the same test does.
"""

from tests.journeys.findings import KEEP, OFFENCE, SPECIAL, In, Row

ASKED = {
    "started": "asked",
    "requester_name": "PC Ash",
    "requester_agency": "police",
    "requested_on": In(-1),
    "requester_checked": "not_checked",
}
BY_6 = {**SPECIAL, "article_9": "9-2-g", "schedule_1": "6"}
SHARE = {"include": "share", "recipients": ["police"], "why": "Shows it", "relevant": "yes", "enough": "yes"}
WITHHOLD = {"include": "withhold", "withheld_reason": "The police know it already"}
NO = dict.fromkeys(("safeguarding", "risk_assessment", "services"), "no")
WAIT = {"outcome": "not_yet"}

# fmt: off
POINTS: tuple[Row, ...] = (
    Row("requester_unchecked", "requester", "id_requester_checked", {"requester_checked": "known_number"},
        answers=ASKED),
    Row("marac_not_referred", "request", "id_aims", {"aims": ["protect_adult", "marac"]},
        answers={"aims": ["protect_adult"]}, risk="medium"),
    Row("recipient_link_unknown", "recipient", "id_linked", {"linked": "no"}, to={"linked": "unknown"}),
    Row("no_principle_served", "reasons", "id_safeguarding", {"safeguarding": "yes"}, answers=NO),
    Row("not_shared_though_served", "decision", "id_outcome", WAIT,
        answers={**KEEP, "safeguarding": "yes"}),
    Row("could_make_less_safe", "safer", "id_mitigation", {"mitigation": "The police do not say who told"},
        answers={"less_safe": "yes"}),
    Row("stale_item", "item", "", {"checked_on": In(0)}, item={"checked_on": None, "dated": In(-200)},
        mend_at="information", through="Change what the case says about this"),
    Row("item_not_enough", "item", "id_enough", {"enough": "yes"}, shared={"enough": False}),
    Row("more_than_needed", "items", "", WITHHOLD, before=[("other-item", SHARE)], more=2,
        answers={"outcome": "share_all"}, mend_at="item", through="Change about information 1",
        first=[("decision", {"outcome": "share_part"})]),
    Row("basis_not_in_notice", "lawful-basis", "id_basis", {"basis": "6-1-b"},
        settings={"notice_bases": ["6-1-b"]}),
    Row("policy_document_missing", "conditions", "id_schedule_1",
        {"article_9": "9-2-f", "schedule_1": "none"}, answers=BY_6),
    Row("policy_document_missing", "conditions", "id_offence_condition", {"offence_condition": "33"},
        answers={**OFFENCE, "offence_condition": "6"}),
    Row("consent_unusual", "lawful-basis", "id_basis", {"basis": "6-1-d"}, answers={"basis": "6-1-a"}),
    Row("agreement_out_of_date", "agreement", "id_agreement", {"agreement": "none"}, agreement=In(-1)),
    Row("no_procedure", "how", "id_procedure", {"procedure": "marac-protocol", "fits": "On the same day"},
        answers={"procedure": "none", "fits": ""}),
    Row("fits_missing", "how", "id_fits", {"fits": "It asks for it on the same day"}, answers={"fits": ""}),
    Row("method_weak", "how", "id_method_police", {"method_police": "portal"},
        to={"method": "ordinary_email"}),
    Row("told_by_unsafe_route", "telling-details", "id_told_by", {"told_by": "phone"},
        answers={"told_by": "post"}),
    Row("late", "how", "id_send_by", {"send_by": In(0)}, answers={"send_by": In(9)}),
    Row("high_risk_not_shared", "decision", "id_outcome", {"outcome": "share_part"}, risk="high",
        answers=KEEP),
    Row("in_doubt", "decision", "id_doubt", {"doubt": "answered"}, answers={"doubt": "ask"}),
)
# fmt: on
