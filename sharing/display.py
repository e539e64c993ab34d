"""A recorded decision for reading: its questions and answers page by page, and which rule each part serves.

Everything comes from the opened ledger entry, never from the case as it is today.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format

from cases.forms.base import DayField
from sharing import agreements, emergency, follow, journey, lists, words
from sharing.answers import day, day_or_moment
from sharing.forms import agreements as agreement_pages
from sharing.forms.decision import WAITING
from sharing.forms.items import ItemForm
from sharing.forms.page import PageForm
from sharing.forms.recipients import RecipientForm
from sharing.rules.terms import local

Said = Mapping[str, Any]
Row = dict[str, Any]
Show = Callable[[Any], str | list[str]]
_OPTIONAL = " (optional)"


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
        return lists.label(name, str(value))

    return show


_LIST = {"requester_agency": "agency"}
"""The answers whose list has another name than they have."""
_NOT_ASKED: tuple[tuple[int, str, str, Show], ...] = (
    (4, "basis_at", "When was the basis determined?", moment),
    (5, "tell_when", "When will they be told?", _text),
)
"""What no page asks: told by the clock, or asked by former pages. Page, answer, what it is, how it reads."""
_ADAPTED = {"told_by": "How are they told?"}
"""Questions whose words on the page depend on another answer, in words that fit all of them."""
_WITH_A_RECIPIENT = frozenset({"method", "method_reason"})
_ELSEWHERE = frozenset({"affected", "agreement", "recipients", "items", *_WITH_A_RECIPIENT})
"""Answers that are shown in words of their own: names of people, cards."""


def question(form: type[PageForm], name: str) -> str:
    """The question of an answer, as the page that asks it words it."""
    label = str(form.base_fields[name].label)
    return _ADAPTED.get(name, label.removesuffix(_OPTIONAL))


def _show(form: type[PageForm], name: str) -> Show:
    if (listed := _LIST.get(name, name)) in lists.LISTS:
        return _of(listed)
    return moment if isinstance(form.base_fields[name], DayField) else _text


def _rows_of_page(number: int) -> tuple[tuple[str, str, Show], ...]:
    asked = [
        (name, question(step.form, name), _show(step.form, name))
        for step in journey.STEPS
        if step.page == number and step.slug not in journey.LISTED
        for name in step.form.base_fields
        if name not in _ELSEWHERE
    ]
    return (*asked, *((name, asked, show) for page, name, asked, show in _NOT_ASKED if page == number))


PAGES: tuple[tuple[str, tuple[tuple[str, str, Show], ...]], ...] = tuple(
    (next(step.title for step in journey.STEPS if step.page == number and not step.of), _rows_of_page(number))
    for number in range(1, journey.PAGES + 1)
)
"""The eight pages: title, and each answer with its question and how it reads."""
_KNOWN = frozenset(name for _, rows in PAGES for name, _, _ in rows)
_NOT_ROWS = frozenset(
    {"reference", "decision", "judged_at", "people", "organisation", "findings", "guidance", "lists", "row"}
    | {"recipients", "items", "affected", "information_count", "agreement_review_on", "emergency", "advice"}
    | {"agreement", *agreements.RECORDED, follow.WRONG, "procedure_title"}
    | {"risk_level", "marac_criteria", "marac_referred_on", "concern_identified_at"}
)


@dataclass(frozen=True)
class Page:
    """One of the eight pages as it was answered."""

    number: int
    title: str
    rows: list[Row]


def _row(asked: str, answer: str | list[str]) -> Row:
    return {"question": asked, "answer": answer, "change": ""}


def _given(said: Said, name: str) -> bool:
    return said.get(name) not in (None, "", [])


def _asked(said: Said, name: str, asked: str) -> str:
    return WAITING.get(name, asked) if said.get("outcome") == "not_yet" else asked


def pages(said: Said) -> list[Page]:
    """The eight pages with what was answered; what was not asked or not answered is left out."""
    found = []
    for number, (title, rows) in enumerate(PAGES, 1):
        shown = [
            _row(_asked(said, name, asked), said.get(f"{name}_title") or show(said[name]))
            for name, asked, show in rows
            if _given(said, name)
        ]
        found.append(Page(number, title, shown))
    found[2].rows.extend(_affected(said))
    found[3].rows[:0] = _agreement(said)
    # A record shows all of itself, also an answer that this table does not name.
    others = sorted(name for name in set(said) - _KNOWN - _NOT_ROWS if _given(said, name))
    found[7].rows.extend(_row(name.replace("_", " ").capitalize(), _text(said[name])) for name in others)
    found[7].rows.extend(_advice(one) for one in said.get("advice", ()))
    return found


ADVICE_TEXTS = {"situation": "Situation", "question": "Question", "options": "Options"}
"""What a question for advice consists of, and what each part is called."""


def question_rows(one: Said) -> list[Row]:
    """A question as its adviser reads it: its own words and nothing else."""
    return _filled(*((called, one[name]) for name, called in ADVICE_TEXTS.items()))


def answer_rows(one: Said) -> list[Row]:
    """What an adviser answered, for themselves."""
    return _filled(("Answer", one["answer"]), ("Answered", moment(one["answered_at"])))


def advice_rows(one: Said) -> list[Row]:
    """A question that was taken to an adviser, and what came of it.

    Args:
        one: as `sharing.advice.read` gives it, and as a decision records it.
    """
    when, by = moment(one["answered_at"]), one["answered_by"]
    until = moment(str(day(one["reply_by"])))
    taken_back = one["outcome"] == "withdrawn"
    return _filled(
        ("Adviser", one["adviser_name"]),
        ("Asked", f"{moment(one['asked_at'])}, by {one['asked_by']}"),
        *((called, one[name]) for name, called in ADVICE_TEXTS.items()),
        ("Why it says who it is about", one["left_in"]),
        ("Answer", one["answer"] or ("" if one["outcome"] else f"None yet. Asked for by {until}")),
        ("Answered", f"{when}, by {by}" if one["answer"] else ""),
        ("Taken back", [f"{when}, by {by}", *filter(None, [one["reason"]])] if taken_back else []),
    )


def _advice(one: Said) -> Row:
    """The same as one row of a recorded decision."""
    said = [(row["question"], row["answer"]) for row in advice_rows(one)]
    lines = [f"{asked}: {'. '.join(one) if isinstance(one, list) else one}" for asked, one in said]
    return _row(f"Advice {one['reference']}", lines)


def _agreement(said: Said) -> list[Row]:
    """The sharing agreement that was chosen, and what of it was confirmed or changed."""
    if said.get("agreement") == agreements.NONE:
        return [_row(agreement_pages.QUESTION, "None of them")]
    title = said.get("agreement_title")
    agreed = f"{title}, agreed {moment(said.get('agreement_agreed_on'))}" if title else ""
    return _filled(
        (agreement_pages.QUESTION, agreed),
        (agreement_pages.CONFIRMED, agreements.named(said.get("agreement_confirmed", ()))),
        (agreement_pages.CHANGED, agreements.named(said.get("agreement_changed", ()))),
    )


def _names(said: Said) -> dict[str, str]:
    return {one["key"]: one["name"] or lists.label("role", one["role"]) for one in said.get("people", ())}


def _affected(said: Said) -> list[Row]:
    if not said.get("affected"):
        return []
    names = _names(said)
    asked = question(journey.BY_SLUG["reasons"].form, "affected")
    return [_row(asked, [names.get(str(key), str(key)) for key in said["affected"]])]


def emergency_rows(said: Said) -> list[Row]:
    """The nine answers of an emergency share; none for any other decision."""
    return emergency.rows(said[emergency.KEY], _names(said)) if emergency.KEY in said else []


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
    return [{"title": one["name"], "rows": _recipient_rows(one)} for one in said["recipients"]]


def _recipient_rows(one: Said) -> list[Row]:
    return _filled(
        (question(RecipientForm, "role"), one["role"]),
        (question(RecipientForm, "agency"), one["agency_name"] or lists.label("agency", one["agency"])),
        (question(RecipientForm, "why"), one["why"]),
        (question(RecipientForm, "linked"), lists.label("linked", one["linked"] or "unknown")),
        ("How will it be sent to them?", lists.label("method", one["method"] or "")),
        ("Why that way?", one["method_reason"]),
    )


def _filled(*pairs: tuple[str, Any]) -> list[Row]:
    return [_row(asked, answer) for asked, answer in pairs if answer]


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
    came = [item.get("received_from_name", ""), moment(item.get("received_on"))]
    own = _filled(
        ("Information", item["text"]),
        ("They asked", item.get("conditions")),
        ("Received from", ", ".join(text for text in came if text)),
        ("Where it comes from", item["source"]),
        ("Date", dated),
        ("Fact, opinion or reported", lists.label("nature", item["nature"] or "")),
        ("Whose opinion", item["whose"]),
        ("About", [names.get(key, "Somebody else") for key in item["about"]]),
        ("Historical", "Yes" if item["historical"] else "No"),
        ("Last checked", moment(item["checked_on"])),
        ("Says that an offence was committed", "Yes" if item["alleges_offence"] else "No"),
    )
    if not item["include"]:
        return own + _filled((question(ItemForm, "withheld_reason"), item["withheld_reason"]))
    return own + _filled(
        (
            question(ItemForm, "recipients"),
            [receivers[key] for key in item["recipients"] if key in receivers],
        ),
        (question(ItemForm, "why"), item["why"]),
        (question(ItemForm, "relevant"), _text(bool(item["relevant"]))),
        (question(ItemForm, "enough"), _text(bool(item["enough"]))),
        (question(ItemForm, "third_party_effect"), item["third_party_effect"]),
    )


def findings(said: Said, kind: str) -> list[dict[str, Any]]:
    """The stops or the points that were recorded, in the words that were seen, and what was answered."""
    seen = {
        word_id: int(version) for word_id, version, _ in (one.split(" ") for one in said.get("guidance", ()))
    }
    return [
        {
            "title": _title(word_id := f"{kind}.{one['code']}", seen.get(word_id)),
            "serves": served(one["serves"]),
            "answer": one["answer"],
        }
        for one in said.get("findings", ())
        if one["kind"] == kind
    ]


def _title(word_id: str, version: int | None) -> str:
    """The title in the version that was seen; in the newest where we no longer hold that one."""
    try:
        return words.words(word_id, version).title
    except KeyError:
        return words.words(word_id).title


def served(serves: Iterable[str]) -> str:
    """The rules, principles and passages of these codes, in words."""
    long = {"R": "rule", "P": "principle"}
    return ", ".join(f"{long[one[0]]} {one[1]}" if one[0] in long else _section(one[2:]) for one in serves)


def _section(code: str) -> str:
    """A passage of the guide beside rules and principles, by the title of its words; else by its code."""
    try:
        return f"“{words.words(f'section-{code}').title}”"
    except KeyError:
        return code


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
        [
            _code("Doubt", "doubt", said.get("doubt") or "no"),
            _said(said, "advice", "Advice"),
            "Signed off" if said.get("signed_off") else "",
        ],
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
