"""A draft in words: every page with its answers, each information item, and what serves each golden rule."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.text import Truncator

from cases.models import InformationItem
from sharing import journey, lists, rules
from sharing.forms.items import SHOWN
from sharing.forms.page import in_words
from sharing.forms.recipients import RecipientForm
from sharing.sheet import Sheet
from sharing.words import words

Line = dict[str, Any]
RECEIVED, THEY_ASKED = "Received from", "They asked"
"""Which agency gave it to us; what it said about passing it on."""


def line(question: str, answer: str | list[str]) -> Line:
    """A row of a summary list, without a link: a name that a template does not find costs it time."""
    return {"question": question, "answer": answer, "change": ""}


@dataclass(frozen=True)
class Section:
    """One page in the summary. `rows` are questions with answers."""

    step: journey.Step
    rows: list[Line]


def sections(sheet: Sheet) -> Iterator[Section]:
    """Every page whose question arises, in order, with what was answered."""
    for step in journey.applicable(sheet):
        if step.slug == "recipients":
            yield Section(step, [_recipient(sheet, one) for one in sheet.recipients])
        elif step.slug == "items":
            yield Section(step, [_item(sheet, item) for item in sheet.information])
        else:
            yield Section(step, [line(label, answer) for label, answer in step.form(sheet).rows()])


def _recipient(sheet: Sheet, recipient: Mapping[str, Any]) -> Line:
    (_, name), *rest = RecipientForm(sheet, stored=recipient).rows()
    return line(
        (name or ["Name missing"])[0], [f"{label} {', '.join(answer)}" for label, answer in rest if answer]
    )


def _item(sheet: Sheet, item: InformationItem) -> Line:
    said = {row["question"]: row["answer"] for row in provenance(sheet, item)}
    comes = ", ".join(said[name] for name in ("Where it comes from", "Date", "Fact, opinion or reported"))
    comes += ", historical" if item.historical else ""
    checked = f"Last checked: {said['Last checked']}. About: {said['About']}"
    given = [f"{name}: {said[name]}" for name in (THEY_ASKED, RECEIVED) if name in said]
    return line(item.text, [*what_happens(sheet, item), *given, comes, checked])


def provenance(sheet: Sheet, item: InformationItem) -> list[Line]:
    """Where an item comes from, of when it is, whom it is about."""
    unknown = "Not known" if item.date_not_known else "Not recorded"
    nature = lists.label("nature", item.nature) if item.nature else "Not recorded"
    return [
        line("Where it comes from", item.source or "Not recorded"),
        line("Date", in_words(item.dated) if item.dated else unknown),
        *_given(sheet, item),
        line("Fact, opinion or reported", f"{nature} – {item.whose}" if item.whose else nature),
        line("Historical", _historical(item)),
        line("Last checked", in_words(item.checked_on) if item.checked_on else "Not checked"),
        line("About", ", ".join(sheet.names.get(str(key), "") for key in item.about) or "Not recorded"),
        line("Says that an offence was committed", "Yes" if item.alleges_offence else "No"),
    ]


def _given(sheet: Sheet, item: InformationItem) -> list[Line]:
    """Which agency gave it to us, and on what conditions; nothing for what is our own and free of them."""
    agency = sheet.agency({"agency": item.received_from})
    came = f"{agency}, on {in_words(item.received_on)}" if agency and item.received_on else agency
    said = ((RECEIVED, came), (THEY_ASKED, item.conditions))
    return [line(question, answer) for question, answer in said if answer]


def _historical(item: InformationItem) -> str:
    if not item.historical:
        return "No"
    return f"Yes, of {in_words(item.dated)}" if item.dated else "Yes, of a date that is not known"


def what_happens(sheet: Sheet, item: InformationItem) -> list[str]:
    """What was decided about an item, in sentences."""
    said = sheet.item_answers.get(str(item.id))
    if said is None:
        return ["Not considered"]
    if not said.get("include"):
        return [f"Withheld: {said.get('withheld_reason') or 'no reason given'}"]
    names = {one["key"]: str(one.get("name", "")) for one in sheet.recipients}
    who = ", ".join(names[key] for key in said.get("recipients") or () if key in names) or "nobody yet"
    told = [f"Share with {who}: {said.get('why') or 'no reason given'}"]
    told += [f"Relevant: {in_words(said['relevant'])}"] if said.get("relevant") is not None else []
    told += [f"Enough to be understood: {in_words(said['enough'])}"] if said.get("enough") is not None else []
    effect = said.get("third_party_effect")
    return told + ([f"How it could affect others: {effect}"] if effect else [])


def about(sheet: Sheet, subjects: Iterable[str]) -> list[str]:
    """What a finding is about: a recipient by name, a piece of information by the beginning of its text."""
    known = {one["key"]: str(one.get("name") or "Name missing") for one in sheet.recipients}
    known |= {str(item.id): f"“{Truncator(item.text).chars(SHOWN)}”" for item in sheet.information}
    return [known[key] for key in subjects if key in known]


def is_stale(sheet: Sheet, item: InformationItem) -> bool:
    """Whether the rules would ask about the age of this item, were it shared."""
    alone = next((one for one in sheet.facts.items if one.key == str(item.id)), None)
    alone = alone or rules.Item(
        str(item.id), dated=item.dated, historical=item.historical, checked_on=item.checked_on
    )
    judged = replace(sheet.facts, outcome="share_all", items=(replace(alone, include=True),))
    return any(finding.code == "stale_item" for finding in rules.assess(judged))


def golden_rules(sheet: Sheet, findings: Sequence[rules.Finding]) -> list[dict[str, Any]]:
    """The seven golden rules, what in this decision serves each, and what is still open under it."""
    served = (_law, _open, _doubt, _consent, _safety, _necessity, _record)
    return [
        {
            "number": number,
            "title": words(f"rule-{number}").title,
            "id": f"rule-{number}",
            "lines": [text for text in says(sheet) if text],
            "open": [words(one.words).title for one in findings if f"R{number}" in one.serves],
        }
        for number, says in enumerate(served, start=1)
    ]


def _named(sheet: Sheet, name: str, before: str) -> str:
    code = sheet.answers.get(name)
    return f"{before}: {lists.label(name, str(code))}" if code else ""


def _without_identity(sheet: Sheet) -> str:
    return "Nobody is identified" if sheet.answers.get("without_identity") == "yes" else ""


def _law(sheet: Sheet) -> list[str]:
    facts = sheet.facts
    rests_on = facts.power or facts.enactment
    return [
        _without_identity(sheet),
        _named(sheet, "basis", "Lawful basis"),
        rests_on and f"It rests on: {rests_on}",
        _named(sheet, "article_9", "Condition for special category information"),
        _named(sheet, "offence_condition", "Condition for allegations"),
    ]


def _open(sheet: Sheet) -> list[str]:
    return [
        _without_identity(sheet),
        _named(sheet, "informed", "Told"),
        _named(sheet, "wishes", "What they want"),
    ]


def _doubt(sheet: Sheet) -> list[str]:
    return [_named(sheet, "doubt", "In doubt")]


def _consent(sheet: Sheet) -> list[str]:
    return [_without_identity(sheet), _named(sheet, "consent", "Consent")]


def _safety(sheet: Sheet) -> list[str]:
    facts = sheet.facts
    return [
        facts.harm_if_not and f"If it is not shared: {facts.harm_if_not}",
        _named(sheet, "less_safe", "Could make somebody less safe"),
        facts.mitigation and f"What is done about that: {facts.mitigation}",
        facts.instead and f"What keeps people safe instead: {facts.instead}",
    ]


def _necessity(sheet: Sheet) -> list[str]:
    included = sum(item.include for item in sheet.facts.items)
    withheld = len(sheet.facts.items) - included
    return [
        f"{included} item{'' if included == 1 else 's'} to share, {withheld} withheld",
        f"{len(sheet.recipients)} recipient{'' if len(sheet.recipients) == 1 else 's'}",
        (sheet.facts.send_by and f"Sent by {in_words(sheet.facts.send_by)}") or "",
    ]


def _record(sheet: Sheet) -> list[str]:
    return [
        _named(sheet, "outcome", "Decision"),
        sheet.facts.reason_text and f"Why: {sheet.facts.reason_text}",
        (sheet.facts.decided_at and f"Decided {in_words(sheet.facts.decided_at)}") or "",
    ]
