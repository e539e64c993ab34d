"""Whatever is answered in whatever order, pages show what is stored, and the check what the rules find."""

from typing import Any

import pytest
from django import forms
from django.utils.datastructures import MultiValueDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.forms.base import CheckboxSet, DayField, MomentField
from cases.models import User
from sharing import actions, journey, rules
from sharing.answers import prune
from sharing.forms.items import ItemForm
from sharing.forms.page import PageForm
from sharing.models import Draft
from sharing.views.desk import in_short, sheet_of
from sharing.words import words
from tests.cast import CaseFile
from tests.fuzz import examples
from tests.sharing.filling import Decider, day, decider

pytestmark = pytest.mark.django_db
TEXTS = st.sampled_from(
    ["", " ", "policy", "She said <b>no</b> twice & left", "=1+1", "He waited at the school with a knife"]
)
RECIPIENTS = [
    {"key": "r1", "name": "DC Osei", "role": "x", "agency": "police", "why": "x", "linked": "no"},
    {
        "key": "r2",
        "name": "Gareth Pym",
        "role": "x",
        "agency": "immigration_enforcement",
        "why": "x",
        "linked": "unknown",
    },
]
SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck))


def _codes(field: Any) -> list[str]:
    return [code for code, _ in field.choices]


def _drawn(data: st.DataObject, form: PageForm) -> MultiValueDict[str, Any]:
    """A random way of filling in a page."""
    posted: MultiValueDict[str, Any] = MultiValueDict()
    for name, field in form.fields.items():
        if isinstance(field, DayField):
            time = (
                data.draw(st.sampled_from(["", "9am", "14:30"])) if isinstance(field, MomentField) else None
            )
            posted.update(
                data.draw(st.sampled_from([{}, day(name, -3, time), day(name, 0, time), day(name, 40, time)]))
            )
        elif isinstance(field, CheckboxSet):
            codes = _codes(field)
            posted.setlist(name, data.draw(st.lists(st.sampled_from(codes), unique=True)) if codes else [])
        elif isinstance(field, forms.ChoiceField):
            posted[name] = data.draw(st.sampled_from(_codes(field) or [""]))
        else:
            posted[name] = data.draw(TEXTS)
    return posted


def _fill(data: st.DataObject, answers: dict[str, Any], file: CaseFile) -> dict[str, Any]:
    """Fill in one page that arises; what cannot be read changes nothing."""
    sheet = sheet_of(answers, file.case)
    step = data.draw(st.sampled_from([one for one in journey.applicable(sheet) if one.slug != "recipients"]))
    if step.slug == "items":
        return _fill_item(data, answers, file)
    form = step.form(sheet, _drawn(data, step.form(sheet)))
    if not form.is_valid():
        return answers
    pages = {**answers.get("pages", {}), step.slug: True}
    stored = prune({**answers, **form.answers(), "pages": pages}, alleging={str(file.information.id)})
    after = sheet_of(stored, file.case)
    if step.when(after):
        again = step.form(after).again()
        assert again.is_valid(), (step.slug, again.errors)
        assert prune({**stored, **again.answers()}, alleging={str(file.information.id)}) == stored, step.slug
        assert journey.complete(step, after)
    return stored


def _fill_item(data: st.DataObject, answers: dict[str, Any], file: CaseFile) -> dict[str, Any]:
    sheet = sheet_of(answers, file.case)
    item = data.draw(st.sampled_from([file.information, file.older]))
    form = ItemForm(sheet, item, _drawn(data, ItemForm(sheet, item)))
    if not form.is_valid():
        return answers
    said = {
        "information": str(item.id),
        **{name: value for name, value in form.answers().items() if value is not None},
    }
    others = [one for one in answers.get("items", ()) if one["information"] != str(item.id)]
    stored = prune({**answers, "items": [*others, said]}, alleging={str(file.information.id)})
    assert ItemForm(sheet_of(stored, file.case), item).again().is_valid()
    return stored


@SLOW
@given(data=st.data())
def test_what_is_saved_is_what_is_shown(case_file: CaseFile, data: st.DataObject) -> None:
    answers: dict[str, Any] = {"recipients": RECIPIENTS}
    for _ in range(data.draw(st.integers(5, 30))):
        answers = _fill(data, answers, case_file)
    sheet = sheet_of(answers, case_file.case)
    for finding in [*rules.assess(sheet.facts), *journey.stops_so_far(sheet)]:
        step, field = journey.place(finding, sheet)
        assert step in journey.applicable(sheet), finding
        assert step.slug in journey.LISTED or field in journey.fields_of(step), finding


@pytest.fixture
def who(officer: User, case_file: CaseFile) -> Decider:
    return decider(officer, case_file)


@settings(SLOW, max_examples=examples(8, 60))
@given(data=st.data())
def test_the_check_page_shows_what_the_rules_find(who: Decider, officer: User, data: st.DataObject) -> None:
    answers: dict[str, Any] = {"recipients": RECIPIENTS}
    for _ in range(data.draw(st.integers(5, 25))):
        answers = _fill(data, answers, who.case_file)
    draft = Draft.objects.get(id=who.draft.id)
    actions.save_draft(by=officer, draft=draft, answers=answers, saves=draft.saves)
    found = rules.assess(sheet_of(who.answers, who.case_file.case).facts)
    who.post(who.url("draft_panel"))
    page = who.client.get(who.url("draft_check")).context
    shown = {one["text"] for one in page["obstacles"]} | {one.title for one in page["kept"]}
    sent = bool(answers.get("already_sent"))
    expected = {words(one.words).title if sent else in_short(one) for one in rules.stops(found)}
    pages = {text for text in shown if text.startswith("Answer the ")}
    assert shown - pages == expected
    assert [one["words"].id for one in page["points"]] == [one.words for one in rules.points(found)]
    for step in journey.applicable(sheet_of(who.answers, who.case_file.case)):
        assert who.client.get(who.step(step.slug)).status_code == 200
