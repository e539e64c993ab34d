"""Every question of the rules is asked once; every page takes whatever is sent, and says what to do."""

from collections import Counter
from dataclasses import fields
from typing import Any
from urllib.parse import quote

import pytest
from django import forms

from cases.forms.base import DayField, PlainCharField
from cases.models import User
from sharing import journey, lists, rules
from sharing.forms.items import ItemForm
from sharing.forms.recipients import RecipientForm
from tests.cast import CaseFile
from tests.sharing.filling import Decider, decider

OF_THE_CASE = {"now", "organisation", "case", "recipients", "items", "agreement_review_on", "basis_at"}
"""Facts that no page asks for: of the case, the settings or the clock, or lists with pages of their own."""
FROM_INFORMATION = {
    "key", "text", "source", "dated", "about", "nature", "whose", "historical", "checked_on",
    "alleges_offence", "of_case", "received_from", "received_on", "conditions",
}  # fmt: skip
PAGES = [step.slug for step in journey.STEPS if step.slug not in journey.LISTED]


@pytest.fixture
def who(officer: User, case_file: CaseFile) -> Decider:
    found = decider(officer, case_file)
    found.open_up()
    return found


def test_every_fact_is_asked_on_exactly_one_page() -> None:
    asked = Counter(
        name for step in journey.STEPS for name in journey.fields_of(step) if step.slug not in journey.LISTED
    )
    wanted = {field.name for field in fields(rules.Facts)} - OF_THE_CASE
    assert {name: asked[name] for name in wanted} == dict.fromkeys(wanted, 1)


def test_every_fact_of_a_recipient_and_of_an_item_is_asked_once() -> None:
    how = journey.BY_SLUG["how"]
    asked = [
        *RecipientForm.base_fields,
        *(name for name in journey.fields_of(how) if name.startswith("method")),
    ]
    assert Counter(asked) >= Counter({field.name for field in fields(rules.Recipient)} - {"key"})
    assert set(ItemForm.base_fields) == {field.name for field in fields(rules.Item)} - FROM_INFORMATION


def test_every_finding_has_a_page_whatever_was_answered() -> None:
    for rule in (*rules.STOPS.values(), *rules.POINTS.values()):
        assert rule.field in journey._STEP_OF_FIELD, rule.code


@pytest.mark.parametrize(
    "name", ["started", "aims", "urgency", "requester_checked", "wishes", "doubt", "outcome"]
)
def test_every_code_of_a_list_is_offered(name: str) -> None:
    form = next(step.form for step in journey.STEPS if name in step.form.base_fields)
    field: Any = form.base_fields[name]
    assert {code for code, _ in field.choices} >= {code for code, _ in lists.choices(name)}


def _bad(field: forms.Field) -> list[tuple[str, str]]:
    """(what is typed, what the message says) for one field."""
    if isinstance(field, DayField):
        return []
    if isinstance(field, PlainCharField):
        return [
            ("a\x00b", "hidden control character"),
            ("a\x1bb", "hidden control character"),
            ("a\ud800b", "cannot be read"),
            ("a\u202eb", "direction of the text"),
            ("a\u2066b", "direction of the text"),
            ("x" * (field.max_length or 0) + "y", "Shorten this"),
        ]
    return [("not-offered", "from the list"), ("\x00", "from the list"), ("<b>", "from the list")]


def _post(who: Decider, address: str, data: dict[str, Any]) -> Any:
    """Post as a browser would, lone surrogates too."""
    pairs = [("saves", str(who.saves)), *data.items()]
    body = "&".join(f"{quote(name)}={quote(text.encode('utf-8', 'surrogatepass'))}" for name, text in pairs)
    return who.client.post(address, body, content_type="application/x-www-form-urlencoded")


def _addresses(who: Decider) -> list[tuple[str, str]]:
    pages = [(slug, who.step(slug)) for slug in PAGES]
    item = who.url("item_change", who.case_file.older.id)
    return [*pages, ("recipient", who.url("recipient_change", who.key)), ("item", item)]


@pytest.mark.django_db
def test_bad_answers_are_refused_beside_their_field_on_every_page(who: Decider) -> None:
    tried = 0
    for slug, address in _addresses(who):
        shown = who.client.get(address).context["form"]
        before = who.answers
        for name, field in shown.fields.items():
            for typed, says in _bad(field):
                found = _post(who, address, {name: typed})
                errors = [str(one) for one in found.context["form"].errors.get(name, [])]
                assert any(says in one for one in errors), f"{slug}: {name}: {typed!r}: {errors}"
                tried += 1
        assert who.answers == before, slug
    assert tried > 250


DAYS = {
    "an impossible day": ("31", "2", "2026"),
    "no day": ("", "3", "2026"),
    "words": ("a", "b", "c"),
    "too early": ("1", "1", "1066"),
    "too late": ("1", "1", "99999"),
    "a hidden character": ("1\u202e", "1", "2026"),
    "other figures": ("\u0661", "1", "2026"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("parts", DAYS.values(), ids=DAYS.keys())
def test_days_that_are_none(who: Decider, parts: tuple[str, str, str]) -> None:
    tried = 0
    for slug, address in _addresses(who):
        for name, field in who.client.get(address).context["form"].fields.items():
            if isinstance(field, DayField):
                boxes = dict(zip((f"{name}_day", f"{name}_month", f"{name}_year"), parts, strict=True))
                found = _post(who, address, boxes)
                assert name in found.context["form"].errors, f"{slug}: {name}"
                assert all(text.encode() in found.content for text in parts if text.isascii()), slug
                tried += 1
    assert tried >= 7


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("slug", "name", "year"),
    [("already-sent", "sent_at", "2099"), ("requester", "requested_on", "2099"),
     ("decision", "decided_at", "2099"), ("main-reasons", "review_on", "2020"),
     ("request", "decide_by", "2020"), ("unsafe", "revisit_on", "2020")],
)  # fmt: skip
def test_days_on_the_wrong_side_of_today(who: Decider, slug: str, name: str, year: str) -> None:
    boxes = {f"{name}_day": "1", f"{name}_month": "1", f"{name}_year": year, f"{name}_time": "2pm"}
    if slug in ("requester", "main-reasons", "request", "unsafe"):
        del boxes[f"{name}_time"]
    found = _post(who, who.step(slug), boxes)
    errors = " ".join(str(one) for one in found.context["form"].errors[name])
    assert ("future" in errors) or ("in the past" in errors)


@pytest.mark.django_db
def test_html_and_formulas_are_text(who: Decider) -> None:
    for typed in (
        "<script>alert(1)</script>",
        "=1+1",
        "@SUM(A1)",
        "{{ settings }}",
        "{% now 'Y' %}",
        "\u00e9\u4e2d\U0001f600",
    ):
        found = who.page("request", started="offer", aim_text=typed)
        assert found.status_code == 302
        assert who.answers["aim_text"] == typed
        who.post(who.url("draft_panel"))
        page = who.client.get(who.url("draft_check")).content.decode()
        assert "<script>alert" not in page
        assert forms.CharField().widget.render("x", typed).split('value="')[1].split('"')[0] in page


@pytest.mark.django_db
def test_a_field_that_is_not_on_the_page_is_refused(who: Decider) -> None:
    for slug, address in _addresses(who):
        before = who.answers
        found = _post(who, address, {"outcome2": "share_all", "recorded_at": "x"})
        assert "a field that this page does not have" in found.content.decode(), slug
        assert who.answers == before


@pytest.mark.django_db
def test_empty_pages_say_what_to_do(who: Decider) -> None:
    for slug, address in _addresses(who):
        found = _post(who, address, {})
        if found.status_code == 302:
            assert slug == "safer"
            continue
        messages = [str(one) for several in found.context["form"].errors.values() for one in several]
        assert messages, slug
        assert all(one.split()[0] in {"Select", "Enter", "Answer"} for one in messages), messages


@pytest.mark.django_db
def test_what_was_typed_stays_on_the_page(who: Decider) -> None:
    found = _post(who, who.step("reasons"), {"harm_if_not": "He said <he> would", "safeguarding": "nothing"})
    assert "He said &lt;he&gt; would" in found.content.decode()
