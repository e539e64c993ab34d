"""Whatever way an officer takes through the pages, what is recorded is what the check page showed.

Every page is opened and sent as a browser does it, in any order, back and forth, with answers that fit and
answers that do not. What the rules find in the facts of that page is compared with it, then with the entry.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django import forms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.forms.base import CheckboxSet, DayField, MomentField
from cases.models import User
from sharing import journey, projection, rules
from sharing.answers import fingerprint
from sharing.models import Decision, Draft
from sharing.sheet import Sheet
from sharing.views.desk import in_short, sheet_of
from sharing.words import words
from tests.cast import CaseFile
from tests.fuzz import examples
from tests.sharing.filling import REASON, Decider, day, decider

pytestmark = pytest.mark.django_db
SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=examples(6, 60))
BROKEN = ["", " ", "a\x00b", "x" * 501]
ANSWER = "It was weighed, and it is right in this case"
NAMES = ["DC Amara Osei", "Gareth Pym", "Nurse Idowu"]


def _typed(data: st.DataObject, name: str, field: forms.Field) -> dict[str, Any]:
    """An answer to one question: mostly one that fits."""
    if isinstance(field, DayField):
        time = "9am" if isinstance(field, MomentField) else None
        return day(name, data.draw(st.sampled_from([-3, 0, 1, 1, 40])), time)
    if isinstance(field, forms.ChoiceField):
        offered: Any = field.choices
        codes = [code for code, _ in offered] or ["nothing"]
        if isinstance(field, CheckboxSet):
            return {name: data.draw(st.lists(st.sampled_from(codes), unique=True, min_size=1, max_size=3))}
        return {name: data.draw(st.sampled_from(codes))}
    return {name: data.draw(st.sampled_from([REASON, REASON, "policy", *BROKEN]))}


def _send(data: st.DataObject, who: Decider, address: str, *, at: str = "") -> Any:
    """Open a page, fill it in, send it; now and then as a window that was opened earlier, or for later."""
    opened = who.client.get(address)
    if opened.status_code != 200:
        return opened
    posted: dict[str, Any] = {}
    for name, field in opened.context["form"].fields.items():
        posted |= _typed(data, name, field)
    if data.draw(st.integers(0, 9)) == 0:
        posted |= {"later": "1"}
    saves = who.saves - (data.draw(st.integers(0, 9)) == 0)
    return who.client.post(at or address, {**posted, "saves": saves})


def _page(data: st.DataObject, who: Decider) -> None:
    slug = data.draw(st.sampled_from([one.slug for one in journey.STEPS if one.slug not in journey.LISTED]))
    _send(data, who, who.step(slug))


def _recipient(data: st.DataObject, who: Decider) -> None:
    there = [one["key"] for one in who.answers.get("recipients", ())]
    what = data.draw(st.sampled_from(["add", "change", "remove", "leave"]))
    if what == "add" or not there:
        who.recipient(
            name=data.draw(st.sampled_from(NAMES)),
            agency=data.draw(st.sampled_from(["police", "immigration_enforcement", "unlisted"])),
            linked=data.draw(st.sampled_from(["no", "unknown", "yes"])),
            agency_name=data.draw(st.sampled_from(["", "A food bank"])),
        )
    elif what == "leave":
        who.post(who.step("recipients"))
    else:
        who.key = data.draw(st.sampled_from(there))
        name = {"change": "recipient_change", "remove": "recipient_remove"}[what]
        _send(data, who, who.url(name, who.key)) if what == "change" else who.post(who.url(name, who.key))


def _item(data: st.DataObject, who: Decider) -> None:
    item = data.draw(st.sampled_from([who.case_file.information, who.case_file.older]))
    what = data.draw(st.sampled_from(["send", "send", "share", "withhold", "remove", "leave"]))
    ways: dict[str, Callable[[], Any]] = {
        "send": lambda: _send(data, who, who.url("item_change", item.id)),
        "share": lambda: who.item(item),
        "withhold": lambda: who.withhold(item),
        "remove": lambda: who.post(who.url("item_remove", item.id)),
        "leave": lambda: who.post(who.step("items")),
    }
    ways[what]()


def _points(data: st.DataObject, who: Decider) -> None:
    _send(data, who, who.url("draft_points"))


def _panel(_data: st.DataObject, who: Decider) -> None:
    who.post(who.url("draft_panel"))


MOVES = (_page, _page, _page, _page, _recipient, _item, _points, _panel)


def _not_shared(who: Decider) -> None:
    who.everything()
    who.page("decision", outcome="do_not_share")
    who.page("main-reasons", reasons=["would_increase_risk"], instead=ANSWER, **day("review_on", 2))


def _sent(who: Decider) -> None:
    who.page("request", already_sent="yes")
    who.page("decision", outcome="share_all")


STARTS: dict[str, Callable[[Decider], object]] = {
    "nothing": lambda _who: None,
    "all": Decider.everything,
    "not shared": _not_shared,
    "already sent": _sent,
}


def _sheet(who: Decider) -> Sheet:
    case = type(who.case_file.case).objects.get(id=who.case_file.case.id)
    return sheet_of(who.answers, case)


def _look(who: Decider) -> tuple[Any, rules.Facts]:
    """The check page, past the panel, and the facts that it shows."""
    page = who.client.get(who.url("draft_check"))
    if page.status_code == 302:
        assert page.url == who.url("draft_panel")  # type: ignore[attr-defined]
        assert journey.panel_due(_sheet(who))
        who.post(who.url("draft_panel"))
        page = who.client.get(who.url("draft_check"))
    facts = _sheet(who).facts
    assert page.context["seen"] == fingerprint(who.saves, facts)
    return page, facts


def _answer_points(who: Decider, facts: rules.Facts) -> None:
    codes = [one.code for one in rules.points(rules.assess(facts))]
    if codes:
        who.post(who.url("draft_points"), **dict.fromkeys(codes, ANSWER))


def _compare_page(page: Any, facts: rules.Facts) -> list[rules.Finding]:
    """The check page against the rules."""
    found = rules.assess(facts)
    assert [one["words"].id for one in page.context["points"]] == [one.words for one in rules.points(found)]
    stops = rules.stops(found)
    if facts.already_sent:
        assert [one.id for one in page.context["kept"]] == [one.words for one in stops]
        return found
    texts = {one["text"] for one in page.context["obstacles"]}
    assert {in_short(one) for one in stops} == {one for one in texts if not one.startswith("Answer the ")}
    return found


def _compare_record(decision: Decision, facts: rules.Facts, answers: dict[str, Any]) -> None:
    """The ledger's entry, opened, against the facts of the check page and what the rules say of them."""
    said = projection.said_of(decision)
    facts = replace(facts, now=datetime.fromisoformat(said["judged_at"]))
    found = rules.assess(facts)
    assert projection.findings_of(said) == found
    assert all(words(one.words).id == f"{one.kind}.{one.code}" for one in found)
    row = {name: said["row"].get(name) for name in projection.row(facts, found)}
    assert row == projection.row(facts, found)
    assert said["items"] == projection.plain(facts.items)
    assert said["risk_level"] == facts.case.risk_level
    written = {one["key"]: one for one in said["recipients"]}
    for person in facts.recipients:
        assert projection.plain(person).items() <= written[person.key].items()
    kept = {name: value for name, value in answers.items() if name not in projection._NOT_ANSWERS}
    assert {name: said[name] for name in kept if name != "decided_at"} == {
        name: value for name, value in kept.items() if name != "decided_at"
    }
    answered = {one["code"]: one["answer"] for one in said["findings"] if one["kind"] == "point"}
    assert answered == {one.code: answers.get("points", {}).get(one.code, "") for one in rules.points(found)}
    assert projection.check(decision)[1] is None


def _wander(data: st.DataObject, who: Decider, start: str) -> str:
    """One officer's way; what came of it."""
    STARTS[start](who)
    for _ in range(data.draw(st.integers(0, 8))):
        data.draw(st.sampled_from(MOVES))(data, who)
    _answer_points(who, _look(who)[1])
    page, facts = _look(who)
    _compare_page(page, facts)
    answers, obstacles = who.answers, page.context["obstacles"]
    sent = who.post(who.url("draft_record"), seen=page.context["seen"])
    made = Decision.objects.filter(request_key=who.draft.request_key).first()
    if obstacles:
        assert (sent.status_code, made) == (200, None)
        return "not recorded"
    assert sent.status_code == 302
    assert made is not None
    _compare_record(made, facts, answers)
    return made.outcome


@pytest.mark.parametrize("start", STARTS)
def test_what_is_recorded_is_what_was_checked(officer: User, case_file: CaseFile, start: str) -> None:
    came: set[str] = set()

    @SLOW
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        came.add(_wander(data, decider(officer, case_file), start))

    run()
    assert came & {"share_all", "share_part", "do_not_share"} or start == "nothing"
    assert Draft.objects.exclude(recorded_at=None).count() == Decision.objects.count()
