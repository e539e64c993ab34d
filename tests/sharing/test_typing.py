"""What is typed and not saved yet: kept sealed, shown again, dropped when it is saved, never lost unseen."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from cases.models import User
from sharing import actions, typing_actions
from sharing.models import Draft, Typing
from sharing.windows import Window
from tests.cast import CaseFile
from tests.clear import whole_database
from tests.sharing.deciding import NOW, draft_of
from tests.sharing.filling import BACKEND, Decider, decider

pytestmark = pytest.mark.django_db
TYPED = "He said “I will find her” – and Zoë heard it"


@pytest.fixture
def who(officer: User, case_file: CaseFile) -> Decider:
    return decider(officer, case_file)


def window_on(page: Any) -> dict[str, Any]:
    """The hidden fields of a page that name its window."""
    shown = page.context["typing"]
    return {"window": str(shown.window.id), "restored": shown.window.restored, "saves": page.context["saves"]}


def keep(who: Decider, page: str, client: Client | None = None, **typed: Any) -> Any:
    """Send what is typed, as the script does."""
    data = {"window": str(uuid4()), "saves": who.saves, **typed}
    data = {name: value for name, value in data.items() if value is not None}
    address = who.url("draft_typing", page)
    return (client or who.client).post(address, data, headers={"Accept": "application/json"})


def restored(page: Any) -> Any:
    """What the field of the harm shows."""
    return page.context["form"]["harm_if_not"].value()


def test_typing_is_kept_and_stands_in_the_fields_when_the_page_is_opened_again(who: Decider) -> None:
    answer = keep(who, "reasons", harm_if_not=TYPED, safeguarding="yes", less_safe="no")
    assert answer.status_code == 200
    assert set(answer.json()) == {"saved", "changed"}
    assert answer.json()["changed"] is False
    page = who.client.get(who.step("reasons"))
    assert restored(page) == TYPED
    assert page.context["form"]["safeguarding"].value() == "yes"
    assert f"What you typed at {answer.json()['saved']} was kept and is not saved yet" in page.text
    assert "There is a problem" not in page.text
    assert who.answers == {}


def test_typing_that_could_not_be_saved_is_kept_as_it_is(who: Decider) -> None:
    keep(who, "how", send_by_day="40", send_by_month="x", fits="y" * 900)
    page = who.client.get(who.step("how"))
    assert "There is a problem" not in page.text
    assert 'value="40"' in page.text
    assert "y" * 900 in page.text


def test_saving_the_page_drops_what_it_kept_and_what_it_took_over(who: Decider) -> None:
    first = str(uuid4())
    keep(who, "safer", window=first, mitigation=TYPED)
    who.page("reasons")
    page = who.client.get(who.step("safer"))
    assert page.context["typing"].window.took == UUID(first)
    hidden = window_on(page)
    keep(who, "safer", **hidden, mitigation=TYPED + "!")
    assert Typing.objects.count() == 1
    who.client.post(who.step("safer"), {**hidden, "mitigation": TYPED + "!", "save": "1"})
    assert who.answers["mitigation"] == TYPED + "!"
    assert not Typing.objects.exists()


def test_a_page_that_comes_back_with_an_error_keeps_its_window(who: Decider) -> None:
    window = str(uuid4())
    keep(who, "reasons", window=window, harm_if_not=TYPED)
    page = who.post(who.step("reasons"), window=window, harm_if_not=TYPED)
    assert "There is a problem" in page.text
    assert str(page.context["typing"].window.id) == window
    assert page.context["typing"].others == []
    assert Typing.objects.count() == 1


def test_it_can_be_thrown_away(who: Decider) -> None:
    keep(who, "reasons", harm_if_not=TYPED)
    hidden = window_on(who.client.get(who.step("reasons")))
    answer = who.client.post(who.url("draft_typing", "reasons"), {**hidden, "throw": "1"})
    assert answer["Location"] == who.step("reasons")
    assert not Typing.objects.exists()
    assert not restored(who.client.get(who.step("reasons")))


def test_throwing_away_leaves_what_another_window_typed_since(who: Decider) -> None:
    window = str(uuid4())
    keep(who, "reasons", window=window, harm_if_not="first")
    hidden = window_on(who.client.get(who.step("reasons")))
    keep(who, "reasons", window=window, harm_if_not="second")
    who.client.post(who.url("draft_typing", "reasons"), {**hidden, "throw": "1"})
    assert restored(who.client.get(who.step("reasons"))) == "second"


def test_two_windows_of_one_person_are_both_shown(who: Decider) -> None:
    keep(who, "reasons", harm_if_not="In the older window")
    keep(who, "reasons", harm_if_not="In the newer window")
    page = who.client.get(who.step("reasons"))
    assert restored(page) == "In the newer window"
    assert [one["who"] for one in page.context["typing"].others] == ["you, in another window,"]
    assert "In the older window" in page.text
    older = {"window": page.context["typing"].others[0]["window"], "throw": "1"}
    who.client.post(who.url("draft_typing", "reasons"), older)
    page = who.client.get(who.step("reasons"))
    assert restored(page) == "In the newer window"
    assert "In the older window" not in page.text


def test_what_somebody_else_types_is_shown_beside(who: Decider, manager: User) -> None:
    other = Client()
    other.force_login(manager, backend=BACKEND)
    keep(who, "reasons", other, harm_if_not="The manager’s words", less_safe="not_sure")
    page = who.client.get(who.step("reasons"))
    assert restored(page) is None
    assert f"Also typed by {manager.name} at" in page.text
    assert "The manager’s words" in page.text
    assert page.context["typing"].others[0]["rows"][-1]["answer"] == ["Not sure"]
    again = who.post(who.step("reasons"), safeguarding="yes")
    assert "The manager’s words" in again.text


def test_where_the_draft_was_saved_since_both_are_shown_and_the_window_is_told(who: Decider) -> None:
    keep(who, "reasons", harm_if_not="What I typed")
    opened = who.saves
    who.page("reasons", harm_if_not="What the other window saved")
    assert keep(who, "reasons", saves=opened, harm_if_not="What I typed").json()["changed"] is True
    page = who.client.get(who.step("reasons"))
    assert restored(page) == "What I typed"
    assert "What is saved now" in page.text
    assert "What the other window saved" in page.text


def test_typing_that_is_saved_already_is_not_shown(who: Decider) -> None:
    who.page("reasons", harm_if_not="Saved\r\nwords")
    keep(who, "reasons", **{**PAGE_OF_REASONS, "harm_if_not": " Saved\nwords"})
    assert "is not saved yet" not in who.client.get(who.step("reasons")).text


PAGE_OF_REASONS: dict[str, Any] = {
    "safeguarding": "yes",
    "risk_assessment": "yes",
    "services": "not_sure",
    "less_safe": "yes",
}


def test_the_pages_that_are_lists_and_the_points_keep_typing_too(who: Decider) -> None:
    who.everything()
    item = who.case_file.information
    keep(who, f"items/{item.id}", include="withhold", withheld_reason="Typed about the item")
    keep(who, "recipients/add", name="Typed about somebody new", key="rabc123")
    keep(who, f"recipients/{who.key}", name="Typed about somebody", why="x")
    keep(who, "points", stale_item="Typed about the point")
    for address, words in (
        (who.url("item_change", item.id), "Typed about the item"),
        (who.url("recipient_add"), "Typed about somebody new"),
        (who.url("recipient_change", who.key), "Typed about somebody"),
        (who.url("draft_points"), "Typed about the point"),
    ):
        page = who.client.get(address)
        assert words in page.text, address
        assert "There is a problem" not in page.text
    assert who.client.get(who.url("recipient_add")).context["key"] == "rabc123"


def test_ten_windows_are_kept_and_the_oldest_go(who: Decider) -> None:
    for n in range(12):
        keep(who, "reasons", harm_if_not=f"Window {n}")
    kept = [QueryDict(one.typed)["harm_if_not"] for one in Typing.objects.order_by("typed_at")]
    assert kept == [f"Window {n}" for n in range(2, 12)]


def test_too_much_is_refused_with_words(who: Decider) -> None:
    answer = keep(who, "reasons", harm_if_not="x" * (typing_actions.MOST + 1))
    assert answer.status_code == 413
    assert "Shorten it" in answer.json()["refused"]
    assert not Typing.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"window": "x"}, {"window": None}, {"saves": "-1"}, {"saves": "\0"}, {"saves": "9" * 30}]
)
def test_junk_is_refused(who: Decider, changes: dict[str, Any]) -> None:
    assert keep(who, "reasons", **changes).status_code == 400
    assert not Typing.objects.exists()


@pytest.mark.parametrize("page", ["nothing", "recipients/a/b", "items/1", "reasons/more", "é", "x" * 200])
def test_a_page_that_is_not_there_is_not_found(who: Decider, page: str) -> None:
    assert keep(who, page, harm_if_not="x").status_code == 404


@pytest.mark.parametrize(
    "text", ["\0", "\ud800", "\u202eabc", "a" * 50_000, "<script>alert(1)</script>", "%"]
)
def test_whatever_is_typed_never_fails(who: Decider, text: str) -> None:
    body = "window=" + str(uuid4()) + f"&saves={who.saves}&harm_if_not="
    raw = body.encode() + text.encode("utf-8", "surrogatepass")
    kind = "application/x-www-form-urlencoded"
    address = who.url("draft_typing", "reasons")
    answer = who.client.post(address, raw, content_type=kind, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    page = who.client.get(who.step("reasons"))
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_a_recorded_draft_takes_no_typing_and_keeps_none(officer: User, case_file: CaseFile) -> None:
    draft = draft_of(officer, case_file)
    client = Client()
    client.force_login(officer, backend=BACKEND)
    who = Decider(client, case_file, draft)
    keep(who, "reasons", harm_if_not=TYPED)
    actions.record(by=officer, draft=Draft.objects.get(id=draft.id), now=NOW)
    assert not Typing.objects.exists()
    answer = keep(who, "reasons", harm_if_not=TYPED)
    assert answer.status_code == 409
    assert answer.json() == {"recorded": who.url("draft_done")}
    assert not Typing.objects.exists()


def test_a_discarded_draft_takes_its_typing_with_it(who: Decider) -> None:
    keep(who, "reasons", harm_if_not=TYPED)
    who.client.post(who.url("draft_discard"))
    assert not Typing.objects.exists()


def test_typing_appears_in_no_log(who: Decider) -> None:
    before = Entry.objects.count()
    keep(who, "reasons", harm_if_not=TYPED)
    assert Entry.objects.count() == before


def test_typing_stands_nowhere_in_clear(who: Decider) -> None:
    answer = keep(who, "reasons", harm_if_not="Quarrington moved to Upper Vellacott")
    assert answer.status_code == 200
    database = whole_database()
    assert "harm_if_not" not in database
    assert "Quarrington" not in database
    assert "Vellacott" not in database


def test_without_a_session_a_script_gets_an_answer_it_can_read(who: Decider) -> None:
    answer = keep(who, "reasons", Client(), harm_if_not=TYPED)
    assert answer.status_code == 401
    assert json.loads(answer.content) == {"signed_out": True, "kept": False, "sign_in": "/sign-in/"}


def test_the_same_again_within_a_second_writes_nothing(officer: User, who: Decider) -> None:
    window = Window(uuid4())
    draft = Draft.objects.get(id=who.draft.id)
    given: Any = {"by": officer, "draft": draft, "page": "reasons", "window": window, "saves": 0}
    first = typing_actions.keep_typing(**given, typed="a=1")
    assert typing_actions.keep_typing(**given, typed="a=1").at == first.at
    assert typing_actions.keep_typing(**given, typed="a=2").at > first.at


def test_typing_that_was_altered_in_the_database_is_ignored_and_replaced(who: Decider) -> None:
    window = str(uuid4())
    keep(who, "reasons", window=window, harm_if_not=TYPED)
    Typing.objects.update(typed=b"\x01" + b"z" * 80)
    page = who.client.get(who.step("reasons"))
    assert page.status_code == 200
    assert not restored(page)
    assert keep(who, "reasons", window=window, harm_if_not=TYPED).status_code == 200
    assert restored(who.client.get(who.step("reasons"))) == TYPED


def test_the_sweep_removes_typing_of_recorded_drafts_alone(officer: User, who: Decider) -> None:
    keep(who, "reasons", harm_if_not=TYPED)
    assert typing_actions.sweep_typing() == 0
    Draft.objects.filter(id=who.draft.id).update(recorded_at=timezone.now())
    assert typing_actions.sweep_typing() == 1
    assert typing_actions.sweep_typing() == 0
