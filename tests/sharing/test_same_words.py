"""The page that asks, the page that checks and the record word a question alike."""

from typing import Any

import pytest

from cases.models import User
from sharing import display, journey, summary
from sharing.actions import answers_of
from sharing.forms.items import ItemForm
from sharing.forms.recipients import RecipientForm
from sharing.views.decisions import page_of
from sharing.views.desk import sheet_of
from tests.cast import CaseFile
from tests.sharing.deciding import NOT_SHARED, decided, draft_of

NAMED = {"informed", "wishes", "method", "method_reason"}
"""Questions in which the page names somebody: the record does not."""
MORE = {"started": "asked", "requester_name": "Ada Quill, duty worker", "requester_agency": "police",
        "requested_on": "2026-03-02", "requester_checked": "known_number", "decide_by": "2026-03-05",
        "urgency": "by_date", "mitigation": "She is away"}  # fmt: skip
NOT_YET = {
    "outcome": "not_yet",
    "adviser": "governance",
    "reasons": [],
    "reason_text": "Asked about the school",
    "review_on": "2026-03-04",
    "doubt": "ask",
    "points": {"high_risk_not_shared": "The answer is due"},
}
TOLD_LATER = {"informed": "told_later_by", "tell_by": "2026-03-06", "told_by": "in_person"}


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [{}, MORE, NOT_SHARED, NOT_YET, TOLD_LATER], ids=str)
def test_the_check_page_and_the_record_ask_alike(
    changes: dict[str, Any], officer: User, case_file: CaseFile
) -> None:
    draft = draft_of(officer, case_file, **changes)
    sheet = sheet_of(answers_of(draft), case_file.case)
    checked = {
        str(field.label).removesuffix(" (optional)")
        for section in summary.sections(sheet)
        if section.step.slug not in journey.LISTED
        for form in [section.step.form(sheet)]
        for name, field in form.fields.items()
        if form.kept.get(name) not in (None, "", []) and not name.startswith(tuple(NAMED))
    }
    pages = page_of(decided(officer, case_file, **changes))["pages"]
    recorded = {row["question"] for page in pages for row in page.rows}
    # How they are told reads differently before and after: the record has words for both.
    told = {"How were they told?", "How will they be told?"}
    assert len(checked) > 15
    assert checked - told <= recorded


def test_every_question_of_the_journey_is_one_of_the_record() -> None:
    recorded = {name: asked for _, rows in display.PAGES for name, asked, _ in rows}
    for step in journey.STEPS:
        if step.slug not in journey.LISTED:
            for name, field in step.form.base_fields.items():
                if name in recorded and name not in display._ADAPTED:
                    assert recorded[name] == str(field.label).removesuffix(" (optional)")


@pytest.mark.django_db
def test_recipients_and_items_are_asked_alike(officer: User, case_file: CaseFile) -> None:
    page = page_of(decided(officer, case_file))
    asked = {row["question"] for row in page["recipients"][0]["rows"]}
    assert {
        str(RecipientForm.base_fields[name].label) for name in ("role", "agency", "why", "linked")
    } <= asked
    asked = {row["question"] for row in page["included"][0]["rows"]}
    assert {
        str(ItemForm.base_fields[name].label) for name in ("recipients", "why", "relevant", "enough")
    } <= asked
    sheet = sheet_of(answers_of(draft_of(officer, case_file)), case_file.case)
    assert {row["question"] for row in summary.provenance(sheet, case_file.information)} <= asked


@pytest.mark.django_db
def test_an_answer_that_is_asked_no_more_is_still_shown(officer: User, case_file: CaseFile) -> None:
    page = page_of(
        decided(officer, case_file, **TOLD_LATER, tell_when="After the hearing", once_asked="Yes it was")
    )
    shown = {row["question"]: row["answer"] for one in page["pages"] for row in one.rows}
    assert shown["When will they be told?"] == "After the hearing"
    assert shown["Once asked"] == "Yes it was"


def test_a_place_is_kept_for_every_page() -> None:
    assert [title for title, _ in display.PAGES] == [step.title for step in journey.STEPS if not step.of]
