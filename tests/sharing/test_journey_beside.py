"""What stands above and beside the questions: danger, asking, the golden rule that each question serves."""

from typing import Any

import pytest

from cases.forms.information import InformationForm
from cases.models import User
from sharing import beside, journey, projection
from sharing.forms.items import ItemForm
from sharing.forms.recipients import RecipientForm
from sharing.words import all_words
from tests.cast import CaseFile
from tests.sharing.filling import Decider, decider

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(officer: User, case_file: CaseFile) -> Decider:
    return decider(officer, case_file)


def _check(who: Decider) -> str:
    return who.client.get(who.url("draft_check")).content.decode()


def test_somebody_in_danger_is_offered_the_short_way(who: Decider) -> None:
    assert "Someone is in danger now" not in who.client.get(who.step("recipients")).content.decode()
    who.page("request", urgency="now")
    for address in (who.step("recipients"), who.url("draft")):
        assert "Someone is in danger now: call 999 first" in who.client.get(address).content.decode()
    who.page("request", urgency="now", already_sent="yes")
    assert "Someone is in danger now" not in who.client.get(who.step("recipients")).content.decode()


def test_where_we_ask_sharing_means_asking(who: Decider) -> None:
    who.page("request", started="need")
    for slug in ("recipients", "items", "how", "decision"):
        assert "to share means to ask" in who.client.get(who.step(slug)).content.decode(), slug
    assert "to share means to ask" in _check(who)


def test_the_check_page_says_that_a_correction_is_added(who: Decider) -> None:
    who.page("request", already_sent="yes")
    who.page("decision", outcome="share_all")
    page = _check(who)
    assert "it cannot be edited" in page
    assert "you record a correction: it is added, and both stay visible" in page


def _questions(step: journey.Step) -> list[str]:
    forms: dict[str, Any] = {"recipients": RecipientForm, "items": ItemForm}
    return list(forms.get(step.slug, step.form).base_fields) + list(
        getattr(step.form, "for_each_recipient", ())
    )


@pytest.mark.parametrize("step", journey.STEPS, ids=lambda step: step.slug)
def test_every_question_names_what_of_the_guide_it_serves(step: journey.Step) -> None:
    known = {one.id for one in all_words()}
    for name in _questions(step):
        served = beside.of_question(step.slug, name)
        assert served, f"{step.slug}: {name}"
        assert set(served) <= known & set(step.guides), f"{step.slug}: {name}"
        assert all(word_id.startswith(projection.SEEN) for word_id in served)


def test_a_rule_named_at_a_question_lands_on_its_words_beside_it(who: Decider) -> None:
    who.open_up()
    pages = {step: who.client.get(who.step(step.slug)) for step in journey.STEPS}
    pages = {step: found for step, found in pages.items() if found.status_code == 200}
    assert len(pages) > 15
    for step, found in pages.items():
        page = found.content.decode()
        for word_id in step.guides:
            assert page.count(f'id="guide-{word_id}"') == 1, (step.slug, word_id)
        if step.slug not in journey.LISTED:
            named = {one for name in _questions(step) for one in beside.of_question(step.slug, name)}
            assert any(f'href="#guide-{one}"' in page for one in named), step.slug


def test_each_point_says_what_it_serves(who: Decider) -> None:
    who.everything()
    page = who.client.get(who.url("draft_points"))
    assert [one["serves"] for one in page.context["points"]] == ["“Right, and up to date”", "“When to share”"]
    assert "It serves “When to share”." in page.content.decode()


def test_the_table_names_no_question_that_is_not_asked() -> None:
    asked = {step.slug: set(_questions(step)) for step in journey.STEPS}
    asked["items"] |= set(InformationForm.base_fields)
    table = beside._table()
    assert set(table) == set(asked)
    assert {page: set(rows) - asked[page] for page, rows in table.items()} == {page: set() for page in asked}
