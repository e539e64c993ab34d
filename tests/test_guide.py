"""The table in docs/guide.md: each passage of the guide has a row, and what a row names is there."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from cases.forms import cases as case_forms
from cases.forms import information, people, risk
from sharing import journey, lists, words
from sharing.forms import advice, after, agreements, emergency, requests
from sharing.forms.setup.notice import DocumentForm, NoticeForm
from sharing.rules import table

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "guide.md"
PASSAGES = {
    "Opening": 3, "Summary": 8, "Rule": 7, "Principles": 6, "Purpose": 5, "Resistance": 4, "Lawful": 7,
    "Consent": 4, "Necessary": 7, "Relevant": 1, "Adequate": 1, "Accurate": 3, "When": 3, "Recording": 3,
    "Securing": 2,
}  # fmt: skip
"""The parts of the guide, and how many passages each has."""
FORMS: dict[str, Any] = {
    "advice": advice.AskForm,
    "asking": requests.RequestForm,
    "refusal": requests.RefusalForm,
    "agreement": agreements.AgreementTermsForm,
    "case": case_forms.CaseForm,
    "emergency": emergency.EmergencyForm,
    "information": information.InformationForm,
    "person": people.PersonForm,
    "review": after.ReviewForm,
    "risk": risk.RiskForm,
    "sent": after.SentForm,
    "setup": SimpleNamespace(base_fields=NoticeForm.base_fields | DocumentForm.base_fields),
    "wrong": after.WrongPersonForm,
}
_NAME = re.compile(r"`([a-z]+):([^`]*)`")


def rows() -> dict[str, str]:
    """The rows of the passages: id → what serves it, with the words beside it."""
    found: dict[str, str] = {}
    for line in GUIDE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and re.fullmatch(r"[A-Z][a-z]+ \d+", cells[0]):
            assert cells[0] not in found, f"{cells[0]} has two rows"
            found[cells[0]] = f"{cells[1]} {cells[2]}"
    return found


def _questions() -> set[str]:
    return {f"{step.slug}.{name}" for step in journey.STEPS for name in journey.fields_of(step)}


def _pages(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found: set[str] = set()
    for one in patterns:
        found |= _pages(one.url_patterns) if isinstance(one, URLResolver) else {str(one.name)}
    return found


def known() -> dict[str, set[str]]:
    """Every name that a row may use, by its kind."""
    fields = {name: set(form.base_fields) for name, form in FORMS.items()}
    return fields | {
        "question": _questions(),
        "stop": set(table.STOPS),
        "point": set(table.POINTS),
        "page": _pages(get_resolver().url_patterns),
        "words": {text.id for text in words.all_words()},
        "list": set(lists.LISTS),
    }


def test_every_passage_has_its_row() -> None:
    wanted = {f"{part} {number}" for part, count in PASSAGES.items() for number in range(1, count + 1)}
    assert set(rows()) == wanted


@pytest.mark.parametrize("passage", sorted(rows()))
def test_what_a_row_names_is_there(passage: str) -> None:
    names = _NAME.findall(rows()[passage])
    assert names, f"{passage} names nothing that serves it"
    there = known()
    for kind, name in names:
        assert kind in there, f"{passage}: there is no kind {kind}"
        assert name in there[kind], f"{passage}: there is no {kind} {name}"


def test_every_stop_and_every_point_serves_a_passage() -> None:
    named = {f"{kind}:{name}" for text in rows().values() for kind, name in _NAME.findall(text)}
    assert {f"stop:{code}" for code in table.STOPS} | {f"point:{code}" for code in table.POINTS} <= named


def test_every_rule_principle_and_section_that_is_read_serves_a_passage() -> None:
    named = {name for text in rows().values() for kind, name in _NAME.findall(text) if kind == "words"}
    read = {text.id for text in words.all_words() if text.id.startswith(("rule-", "principle-", "section-"))}
    assert read - named == set()


def test_a_name_that_is_not_there_would_be_found() -> None:
    there = known()
    assert "request.aims" in there["question"]
    assert "request.nothing" not in there["question"]
    assert all(there.values())
