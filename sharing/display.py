"""A recorded decision for reading: its questions and answers page by page, and which rule each part serves.

Everything comes from the opened ledger entry, never from the case as it is today.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format

from sharing import lists, words
from sharing.answers import day_or_moment
from sharing.rules.terms import local

Said = Mapping[str, Any]
Row = dict[str, Any]
Show = Callable[[Any], str | list[str]]


def moment(text: str | None) -> str:
    """A day or a moment of ISO text as people say it, such as "Tuesday 3 March 2026, 3:40pm"."""
    value: date | datetime | None = day_or_moment(text)
    if value is None:
        return ""
    if not isinstance(value, datetime):
        return date_format(value, "l j F Y")
    at = local(value)
    return f"{date_format(at, 'l j F Y')}, {date_format(at, 'g:i')}{'am' if at.hour < 12 else 'pm'}"


def _text(value: Any) -> str | list[str]:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return [str(one) for one in value] if isinstance(value, list) else str(value)


def _of(name: str) -> Show:
    def show(value: Any) -> str | list[str]:
        if isinstance(value, list):
            return [lists.label(name, code) for code in value]
        return lists.label(name, value)

    return show


# fmt: off
PAGES: tuple[tuple[str, tuple[tuple[str, str, Show], ...]], ...] = (
    ("What this is about", (
        ("started", "How did it start?", _of("started")),
        ("already_sent", "Has it already been shared?", _text),
        ("sent_at", "When was it shared?", moment),
        ("sent_how", "How was it shared?", _text),
        ("sent_what", "What was shared?", _text),
        ("requester_name", "Who asked?", _text),
        ("requester_agency", "Their agency", _of("agency")),
        ("requested_on", "When did they ask?", moment),
        ("requester_checked", "How was it checked who asked?", _of("requester_checked")),
        ("aims", "What is sharing meant to achieve?", _of("aims")),
        ("aim_text", "In words", _text),
        ("court_reference", "The court or the duty", _text),
        ("urgency", "How soon?", _of("urgency")),
        ("decide_by", "By when?", moment),
        ("without_identity", "Could it work without identifying anyone?", _of("without_identity")),
    )),
    ("Who needs to know", (
        ("signed_off", "Has the information governance lead signed it off?", _text),
    )),
    ("Why share, or why not", (
        ("safeguarding", "Would sharing help protect or support people at risk?", _of("safeguarding")),
        ("risk_assessment", "Would it make the risk assessment more accurate?", _of("risk_assessment")),
        ("services", "Would it help decide which services to offer?", _of("services")),
        ("principles_text", "In words", _text),
        ("harm_if_not", "What could happen if nothing is shared?", _text),
        ("less_safe", "Could sharing make anyone less safe?", _of("less_safe")),
        ("mitigation", "What is done about that?", _text),
    )),
    ("Lawful basis", (
        ("basis", "Lawful basis", _of("basis")),
        ("power", "The legal power", _of("power")),
        ("power_named", "The legal power, named", _text),
        ("enactment", "The law that asks for it", _of("enactment")),
        ("enactment_named", "The law, named", _text),
        ("balance", "How the interests were weighed", _text),
        ("annex_1", "The recognised interest", _of("annex_1")),
        ("kinds", "What kinds of information?", _of("kinds")),
        ("article_9", "Article 9 condition", _of("article_9")),
        ("schedule_1", "Schedule 1 condition", _of("schedule_1")),
        ("offence_condition", "Condition for offence data", _of("offence_condition")),
        ("care_needs", "They need care and support", _text),
        ("at_risk", "They are harmed, or at risk of harm", _text),
        ("cannot_protect", "They cannot protect themselves because of those needs", _text),
        ("no_consent_reason", "Why without consent?", _of("no_consent_reason")),
    )),
    ("Telling the person", (
        ("informed", "Do they know?", _of("informed")),
        ("told_on", "When were they told?", moment),
        ("tell_when", "When will they be told?", _text),
        ("tell_by", "By when will they be told?", moment),
        ("told_by", "How?", _of("told_by")),
        ("wishes", "What do they want?", _of("wishes")),
        ("disagree_reason", "Why sharing is still right", _text),
        ("consent", "Where does consent stand?", _of("consent")),
        ("consent_reason", "Why consent stands so", _text),
        ("unsafe_reason_codes", "Why are they not told?", _of("unsafe_reason_codes")),
        ("unsafe_reasons", "Why they are not told, in words", _text),
        ("revisit_on", "When is this looked at again?", moment),
        ("children_told", "Have the children been told?", _of("children_told")),
        ("perpetrator_told", "Has the alleged perpetrator been told?", _of("perpetrator_told")),
    )),
    ("What information", ()),
    ("How and when", (
        ("send_by", "When?", moment),
        ("conditions", "What must they do with it?", _of("conditions")),
        ("procedure", "Which procedure covers it?", _of("procedure")),
        ("fits", "How does it fit?", _text),
    )),
    ("The decision", (
        ("doubt", "Was there any doubt?", _of("doubt")),
        ("outcome", "What was decided?", _of("outcome")),
        ("reasons", "Main reasons", _of("reasons")),
        ("reason_text", "The reasons in words", _text),
        ("confirmed_by", "Who confirmed that they know it already?", _text),
        ("instead", "What is done instead to keep people safe?", _text),
        ("review_on", "When is it looked at again?", moment),
        ("decided_at", "When was it decided?", moment),
    )),
)
# fmt: on
_KNOWN = frozenset(name for _, rows in PAGES for name, _, _ in rows)
_NOT_ROWS = frozenset(
    {
        "reference",
        "decision",
        "judged_at",
        "people",
        "organisation",
        "recipients",
        "items",
        "findings",
        "guidance",
    }
    | {
        "lists",
        "row",
        "affected",
        "risk_level",
        "marac_criteria",
        "marac_referred_on",
        "concern_identified_at",
    }
    | {"information_count", "agreement_review_on"}
)


@dataclass(frozen=True)
class Page:
    """One of the eight pages as it was answered."""

    number: int
    title: str
    rows: list[Row]


def _row(question: str, answer: str | list[str]) -> Row:
    return {"question": question, "answer": answer, "change": ""}


def _given(said: Said, name: str) -> bool:
    return said.get(name) not in (None, "", [])


def pages(said: Said) -> list[Page]:
    """The eight pages with what was answered; what was not asked or not answered is left out."""
    found = []
    for number, (title, rows) in enumerate(PAGES, 1):
        shown = [_row(question, show(said[name])) for name, question, show in rows if _given(said, name)]
        found.append(Page(number, title, shown))
    found[2].rows.extend(_affected(said))
    # A record shows all of itself, also an answer that this table does not name.
    others = sorted(name for name in set(said) - _KNOWN - _NOT_ROWS if _given(said, name))
    found[7].rows.extend(_row(name.replace("_", " ").capitalize(), _text(said[name])) for name in others)
    return found


def _names(said: Said) -> dict[str, str]:
    return {one["key"]: one["name"] or lists.label("role", one["role"]) for one in said.get("people", ())}


def _affected(said: Said) -> list[Row]:
    if not said.get("affected"):
        return []
    names = _names(said)
    return [_row("Who could be affected?", [names.get(str(key), str(key)) for key in said["affected"]])]


def case_rows(said: Said) -> list[Row]:
    """The case as it was: people, risk, MARAC, organisation."""
    organisation = said["organisation"]
    kind = lists.label("organisation_type", organisation["type"])
    people = [
        f"{one['name'] or 'No name recorded'}: {lists.label('role', one['role'])}" for one in said["people"]
    ]
    rows = [
        _row("People", people),
        _row("Risk", lists.label("risk_level", said["risk_level"])),
        _row(
            "MARAC criteria met",
            [lists.label("marac_criteria", one) for one in said["marac_criteria"]] or "None",
        ),
        _row("Referred to MARAC on", moment(said["marac_referred_on"]) or "Not referred"),
        _row("Concern identified", moment(said["concern_identified_at"])),
        _row("Information items held", str(said["information_count"])),
        _row("Organisation", [organisation["name"] or "No name recorded", kind]),
    ]
    return [row for row in rows if row["answer"]]


def recipient_cards(said: Said) -> list[dict[str, Any]]:
    """Each recipient: who, why, connection, and how it goes to them."""
    return [
        {
            "title": one["name"],
            "rows": _filled(
                ("Role", one["role"]),
                ("Agency", one["agency_name"] or lists.label("agency", one["agency"])),
                ("Why they need it", one["why"]),
                ("Connected to the alleged perpetrator", lists.label("linked", one["linked"] or "unknown")),
                ("How it is sent", lists.label("method", one["method"] or "")),
                ("Why that way", one["method_reason"]),
            ),
        }
        for one in said["recipients"]
    ]


def _filled(*pairs: tuple[str, Any]) -> list[Row]:
    return [_row(question, answer) for question, answer in pairs if answer]


def item_cards(said: Said, *, include: bool) -> list[dict[str, Any]]:
    """The items that were shared, or those that were withheld, as they read then."""
    names, receivers = _names(said), {one["key"]: one["name"] for one in said["recipients"]}
    return [
        {
            "title": f"{'Item' if include else 'Withheld item'} {number}",
            "rows": _item_rows(one, names, receivers),
        }
        for number, one in enumerate((one for one in said["items"] if one["include"] == include), 1)
    ]


def _item_rows(item: Said, names: Mapping[str, str], receivers: Mapping[str, str]) -> list[Row]:
    dated = "Not known" if item["dated"] == "not known" else moment(item["dated"])
    own = _filled(
        ("Information", item["text"]),
        ("Source", item["source"]),
        ("Date", dated),
        ("Fact, opinion or reported", lists.label("nature", item["nature"] or "")),
        ("Whose opinion", item["whose"]),
        ("About", [names.get(key, "Somebody else") for key in item["about"]]),
        ("From the past", "Yes" if item["historical"] else ""),
        ("Last checked", moment(item["checked_on"])),
        ("Alleges an offence", "Yes" if item["alleges_offence"] else ""),
    )
    if not item["include"]:
        return own + _filled(("Why it was withheld", item["withheld_reason"]))
    return own + _filled(
        ("Goes to", [receivers[key] for key in item["recipients"] if key in receivers]),
        ("Why they need it", item["why"]),
        ("Relevant", _text(bool(item["relevant"]))),
        ("Enough to be understood", _text(bool(item["enough"]))),
        ("What it could do to others", item["third_party_effect"]),
    )


def findings(said: Said, kind: str) -> list[dict[str, Any]]:
    """The stops or the points that were recorded, with their words and what was answered."""
    return [
        {
            "title": words.words(f"{kind}.{one['code']}").title,
            "serves": _rules(one["serves"]),
            "answer": one["answer"],
        }
        for one in said.get("findings", ())
        if one["kind"] == kind
    ]


def _rules(serves: Iterable[str]) -> str:
    long = {"R": "rule", "P": "principle"}
    return ", ".join(f"{long[one[0]]} {one[1]}" if one[0] in long else one[2:] for one in serves)


def guidance(said: Said) -> list[dict[str, Any]]:
    """The words that the officer saw: title, version and fingerprint, and whether we still hold the same."""
    return [_guidance(*seen.split(" ")) for seen in said.get("guidance", ())]


def _guidance(word_id: str, version: str, sha256: str) -> dict[str, Any]:
    try:
        held = words.words(word_id, int(version))
    except KeyError:
        return {"title": word_id, "version": version, "sha256": sha256, "held": False}
    return {"title": held.title, "version": version, "sha256": sha256, "held": held.sha256 == sha256}


def rules_served(said: Said) -> list[dict[str, Any]]:
    """The seven golden rules, and what in this decision serves each."""
    return [
        {
            "title": words.words(f"rule-{number}").title,
            "number": number,
            "served": [line for line in lines if line],
        }
        for number, lines in enumerate(_served(said), 1)
    ]


def _served(said: Said) -> tuple[list[str], ...]:
    row, label = said["row"], lists.label
    included = sum(one["include"] for one in said["items"])
    return (
        [
            _code("Lawful basis", "basis", row["lawful_basis"]),
            _said(said, "reason_text", "Reasons about this case"),
        ],
        [label("informed", row["informed"]), _said(said, "unsafe_reasons", "Why they are not told")],
        [_code("Doubt", "doubt", said.get("doubt") or "no"), "Signed off" if said.get("signed_off") else ""],
        [_code("Consent", "consent", row["consent"]), _code("Wishes", "wishes", row["wishes"])],
        [
            *(label("aims", code) for code in row["aims"]),
            _said(said, "mitigation", "What makes sharing safer"),
            _said(said, "instead", "What is done instead"),
        ],
        [
            f"Items to share: {included}, withheld: {row['withheld']}",
            f"Recipients: {len(said['recipients'])}",
        ],
        ["Recorded with its reasons, its guidance and a receipt code"],
    )


def _code(what: str, name: str, code: str) -> str:
    return f"{what}: {lists.label(name, code)}" if code else ""


def _said(said: Said, name: str, what: str) -> str:
    return f"{what}: recorded" if _given(said, name) else ""
