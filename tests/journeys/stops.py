"""Every stop: how an officer runs into it, where its words stand, and the way out. See `findings.Row`."""

from tests.journeys.findings import KEEP, OFFENCE, SPECIAL, In, Row

BY_18 = {
    "kinds": ["ordinary", "special"],
    "article_9": "9-2-g",
    "schedule_1": "18",
    "care_needs": True,
    "at_risk": True,
    "cannot_protect": True,
    "no_consent_reason": "cannot_give",
}
BY_10 = {**OFFENCE, "offence_condition": "10", "no_consent_reason": "would_prejudice"}
OPEN = {"type": "registered_provider"}
"""The settings of an organisation that is no public authority."""
SEVENTH = {**OPEN, "seventh_basis": True}
NOT_TOLD = {
    "informed": "unsafe_to_tell",
    "unsafe_reason_codes": ["found_out"],
    "unsafe_reasons": "He reads her telephone",
}
SHARE = {"include": "share", "recipients": ["police"], "why": "Shows it", "relevant": "yes", "enough": "yes"}
WITHHOLD = {"include": "withhold", "withheld_reason": "The police know it already"}
CHOOSE_METHOD = "Select how it will be sent to Sgt Imelda Fenwick"
KNOWN = {**KEEP, "reasons": ["already_known"], "confirmed_by": "PC Ash, by phone this morning"}
NO_RADIO = "an answer of radio buttons cannot be taken back in a browser: it was never given"

# fmt: off
STOPS: tuple[Row, ...] = (
    Row("aim_missing", "request", "id_aims", {"aims": ["protect_adult"]}, {"aims": []},
        said="Select at least one aim"),
    # --- who gets it
    Row("recipient_missing", "recipients", "add", {
        "name": "PC Ash", "role": "Constable", "agency": "police", "why": "Can act tonight", "linked": "no"},
        said="Add at least one person who needs to know", answers={"recipients": []},
        mend_at="new-recipient", through="Add who needs to know", lands=""),
    Row("recipient_missing", "recipient", "id_name", {"name": "PC Ash"}, {"name": ""},
        said="Enter a named person, or the duty team and who you spoke to"),
    Row("recipient_missing", "recipient", "id_why", {"why": "Can act tonight"}, {"why": ""},
        said="Enter why they need it"),
    Row("recipient_linked", "recipient", "id_linked", {"name": "PC Ash", "linked": "no"}, {"linked": "yes"}),
    Row("recipient_linked", "recipient", "id_name", {"name": "Gareth Pym, Team B"}, {"name": "gareth  PYM"}),
    Row("sign_off_missing", "sign-off", "id_signed_off", {"signed_off": "yes"}, {"signed_off": "no"},
        to={"agency": "immigration_enforcement"}, answers={"signed_off": True}),
    # --- the lawful basis
    Row("basis_missing", "lawful-basis", "id_basis", {"basis": "6-1-d"}, said="Select a lawful basis",
        answers={"basis": ""}, why=NO_RADIO),
    Row("basis_not_available", "lawful-basis", "id_basis", {"basis": "6-1-d"}, None, settings=SEVENTH,
        answers={"basis": "6-1-ea", "annex_1": "A1-6"},
        before=[("decision", {"decided_at": In(-400, "12:00")})]),
    Row("power_missing", "power", "id_power", {"power": "housing-1996-7"}, said="Select the legal power",
        answers={"basis": "6-1-e"}, why=NO_RADIO),
    Row("power_missing", "power", "id_enactment", {"enactment": "children-2004-11"}, said="Select the law",
        answers={"basis": "6-1-c"}, why=NO_RADIO),
    Row("power_missing", "power", "id_balance", {"balance": "Her safety weighs more"}, {"balance": ""},
        said="Enter how the interests weigh against each other", settings=OPEN,
        answers={"basis": "6-1-f", "balance": "Her safety weighs more"}),
    Row("power_missing", "power", "id_annex_1", {"annex_1": "A1-6"}, said="Select the recognised interest",
        settings=SEVENTH, answers={"basis": "6-1-ea"}, why=NO_RADIO),
    Row("consent_not_free", "lawful-basis", "id_basis", {"basis": "6-1-d"}, {"basis": "6-1-a"}, risk="high"),
    Row("consent_not_free", "conditions", "id_article_9", {"article_9": "9-2-f"}, {"article_9": "9-2-a"},
        risk="high", answers=SPECIAL),
    Row("consent_not_free", "conditions", "id_offence_condition", {"offence_condition": "33"},
        {"unfold": True, "offence_condition": "29"}, risk="medium", answers=OFFENCE),
    Row("consent_not_given", "telling", "id_consent", {"consent": "given"}, {"consent": "sought_awaiting"},
        answers={"basis": "6-1-a"}),
    Row("condition_missing", "conditions", "id_article_9", {"article_9": "9-2-f", "schedule_1": "none"},
        said="Select the condition for special category information",
        answers={"kinds": ["special"]}, why=NO_RADIO),
    Row("condition_missing", "conditions", "id_schedule_1", {"article_9": "9-2-f", "schedule_1": "none"},
        {"unfold": True, "schedule_1": "2"}, answers=BY_18),
    Row("condition_missing", "conditions", "id_offence_condition", {"offence_condition": "33"},
        said="Select the condition for criminal allegations",
        answers={"kinds": ["offence"]}, why=NO_RADIO),
    Row("not_at_risk", "tests", "id_care_needs", {"care_needs": "yes"}, {"care_needs": "no"}, answers=BY_18),
    Row("not_at_risk", "tests", "id_cannot_protect", {"cannot_protect": "yes"}, {"cannot_protect": "no"},
        answers=BY_18),
    Row("not_at_risk", "tests", "id_no_consent_reason", {"no_consent_reason": "cannot_give"},
        said="Select why consent is not relied on",
        answers={**BY_18, "no_consent_reason": ""}, why=NO_RADIO),
    Row("prejudice_not_shown", "tests", "id_no_consent_reason", {"no_consent_reason": "would_prejudice"},
        {"no_consent_reason": "cannot_give"}, answers=BY_10),
    # --- telling the person
    Row("consent_reason_missing", "telling-details", "id_consent_reason", {"consent_reason": "She said no"},
        {"consent_reason": ""}, said="Enter why consent stands so",
        answers={"consent": "refused", "consent_reason": "She said no"}),
    Row("wishes_unanswered", "telling-details", "id_disagree_reason", {"disagree_reason": "The child"},
        {"disagree_reason": ""}, said="Enter why sharing is still right",
        answers={"wishes": "disagrees", "disagree_reason": "The child"}),
    Row("unsafe_reason_missing", "unsafe", "id_unsafe_reasons", {"unsafe_reasons": "He reads her telephone"},
        {"unsafe_reasons": ""}, said="Enter what makes you think so", answers=NOT_TOLD),
    Row("tell_by_missing", "telling-details", "id_tell_by", {"tell_by": In(3)}, {"tell_by": ""},
        said="Enter the date by which they will be told",
        answers={"informed": "told_later_by", "tell_by": In(2)}),
    Row("unsafe_contact_route", "telling-details", "id_told_by", {"told_by": "phone"}, {"told_by": "post"},
        answers={"informed": "will_be_told_before"}),
    # --- the items
    Row("nothing_included", "items", "item-{item}", SHARE, before=[("item", WITHHOLD)], mend_at="item",
        through="Change about information 1", lands=""),
    Row("nothing_withheld", "items", "item-{item}", WITHHOLD, before=[("other-item", SHARE)],
        mend_at="item", through="Change about information 1", lands=""),
    Row("nothing_withheld", "other-item", "id_withheld_reason", {"withheld_reason": "They know it"},
        {"withheld_reason": ""}, said="Enter why you withhold it"),
    Row("share_all_withholds", "other-item", "id_include", SHARE,
        before=[("decision", {"outcome": "share_all"})]),
    Row("item_without_need", "item", "id_relevant", {"relevant": "yes"}, {"relevant": "no"}),
    Row("item_without_need", "item", "id_why", {"why": "Shows the danger"}, {"why": ""},
        said="Enter why Sgt Imelda Fenwick needs “He waited outside the school”"),
    Row("item_without_need", "item", "id_recipients", {"recipients": ["police"]}, {"recipients": []},
        said="Select who needs it"),
    Row("item_nature_missing", "item", "id_include", {"nature": "fact"}, None, item={"nature": ""},
        mend_at="information", through="Change what the case says about this",
        why="the case's own page asks for it: only what was recorded without it can be so"),
    Row("third_party_unweighed", "item", "id_third_party_effect", {"third_party_effect": "Nothing is said"},
        {"third_party_effect": ""}, said="Enter how sharing this could affect them",
        item={"about": ["child"]}, shared={"third_party_effect": "Nothing is said"}),
    Row("identity_present", "item", "id_include", WITHHOLD, item={"text": "Roz waited at the office"},
        answers={"without_identity": "yes"}),
    # --- sending
    Row("method_missing", "how", "id_method_police", {"method_police": "portal"}, {"method_police": ""},
        said=CHOOSE_METHOD),
    Row("method_missing", "how", "id_method_reason_police", {"method_reason_police": "By hand, sealed"},
        {"method_police": "other"}, said="Enter which way, and why"),
    Row("method_unsafe", "how", "id_method_police", {"method_police": "secure_email"},
        {"method_police": "ordinary_email"}, answers=SPECIAL),
    # --- the decision
    Row("reason_missing", "main-reasons", "id_reasons", {"reasons": ["child_at_risk"]}, {"reasons": []},
        said="Select at least one reason"),
    Row("reason_missing", "main-reasons", "id_reason_text", {"reason_text": "He waits at the school gate for "
        "the children every afternoon"}, {"reason_text": ""}, said="Enter reasons about this case"),
    Row("blanket_reason", "main-reasons", "id_reason_text", {"reason_text": "He waits at the school gate for "
        "the children every afternoon"}, {"reason_text": "It is the policy on data protection and consent."}),
    Row("plan_missing", "main-reasons", "id_instead", {"instead": "We call her"}, {"instead": ""},
        said="Enter what you will do instead to keep people safe", answers=KEEP),
    Row("confirmation_missing", "main-reasons", "id_confirmed_by", {"confirmed_by": "PC Ash, at noon"},
        {"confirmed_by": ""}, said="Enter who confirmed that they already know it, and when", answers=KNOWN),
    Row("review_missing", "main-reasons", "id_review_on", {"review_on": In(7)}, {"review_on": ""},
        said="Enter when you will look at this again", answers=KEEP),
    Row("decided_in_future", "decision", "id_decided_at", {"decided_at": In(-1, "12:00")},
        {"decided_at": In(2, "12:00")}, said="The time of the decision cannot be in the future", kept=False,
        why="the page refuses such a time and keeps none, so that no draft can hold one"),
)
# fmt: on
