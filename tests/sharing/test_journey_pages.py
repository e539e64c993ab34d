"""The pages themselves: stops beside their field, lists, later, two windows, constant queries."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import actions as case_actions
from cases.models import User
from sharing import actions
from sharing.views import recipients
from tests.cast import CaseFile
from tests.sharing.deciding import recipient
from tests.sharing.filling import Decider, day, decider

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(officer: User, case_file: CaseFile) -> Decider:
    return decider(officer, case_file)


def errors(response: Any) -> dict[str, list[str]]:
    """The errors of the page's form, by field."""
    assert response.status_code == 200
    return {name: [str(one) for one in found] for name, found in response.context["form"].errors.items()}


def problems(response: Any) -> list[str]:
    """The errors of a list page."""
    assert response.status_code == 200
    return [text for _, text in response.context["form"].found]


def test_consent_at_high_risk_is_saved_and_refused_beside_the_basis(who: Decider) -> None:
    found = who.page("lawful-basis", basis="6-1-a")
    assert list(errors(found)) == ["basis"]
    assert errors(found)["basis"][0].startswith("Consent cannot carry this")
    assert who.answers["basis"] == "6-1-a"
    assert "basis" in errors(who.client.get(who.step("lawful-basis")))
    tasks = who.client.get(who.url("draft")).context["tasks"]
    assert [task["label"] for task in tasks if task["status"] == "There is a problem"] == ["Why we can share"]


def test_a_condition_that_needs_no_paragraph_stores_none(who: Decider) -> None:
    who.page("lawful-basis", kinds=["special"])
    needs = who.page("conditions", article_9="9-2-g", schedule_1="none", offence_condition=None)
    assert list(errors(needs)) == ["schedule_1"]
    who.page("conditions", article_9="9-2-c", schedule_1="none", offence_condition=None)
    assert who.answers["article_9"] == "9-2-c"
    assert "schedule_1" not in who.answers
    assert who.client.get(who.step("conditions")).context["form"].initial["schedule_1"] == "none"


def test_consent_relied_on_as_a_condition_is_refused_there(who: Decider) -> None:
    who.page("lawful-basis", kinds=["special"])
    assert list(
        errors(who.page("conditions", article_9="9-2-a", schedule_1="none", offence_condition=None))
    ) == ["article_9"]


@pytest.mark.parametrize(
    ("slug", "changes", "field"),
    [
        ("tests", {"no_consent_reason": "cannot_give"}, "no_consent_reason"),
        ("how", {}, "method"),
        (
            "main-reasons",
            {"reason_text": "GDPR says no and our policy does not allow this sharing of data."},
            "reason_text",
        ),
    ],
)
def test_stops_stand_beside_their_field(who: Decider, slug: str, changes: dict[str, Any], field: str) -> None:
    who.everything()
    if slug == "how":
        changes = {f"method_{who.key}": "ordinary_email"}
        field = f"method_{who.key}"
    assert list(errors(who.page(slug, **changes))) == [field]


def test_a_linked_recipient_is_saved_and_refused(who: Decider) -> None:
    assert list(errors(who.recipient(linked="yes"))) == ["linked"]
    assert len(who.answers["recipients"]) == 1
    assert list(errors(who.client.get(who.url("recipient_change", who.key)))) == ["linked"]
    assert problems(who.post(who.step("recipients")))[0].startswith("This person is connected")
    changed = who.post(
        who.url("recipient_change", who.key),
        name="gareth  PYM",
        role="x",
        agency="police",
        why="x",
        linked="no",
    )
    assert list(errors(changed)) == ["name"]


def test_an_agency_that_is_not_in_the_list_is_named_and_is_not_in_the_list(who: Decider) -> None:
    assert list(errors(who.recipient(agency="unlisted"))) == ["agency_name"]
    assert list(errors(who.recipient(agency="unlisted", agency_name="immigration ENFORCEMENT"))) == ["agency"]
    assert who.recipient(agency="unlisted", agency_name="Northfield food bank").status_code == 302
    assert b"Northfield food bank" in who.client.get(who.url("draft_check")).content


def test_immigration_enforcement_gets_nothing_without_a_sign_off(who: Decider) -> None:
    who.recipient(agency="immigration_enforcement")
    assert who.post(who.step("recipients")).url == who.step("sign-off")
    assert list(errors(who.post(who.step("sign-off"), signed_off="no"))) == ["signed_off"]
    assert who.post(who.step("sign-off"), signed_off="yes").url == who.step("reasons")


def test_a_route_that_is_not_safe(who: Decider) -> None:
    who.page("telling", informed="told_later_by", consent="given")
    found = who.post(who.step("telling-details"), told_by="post", **day("tell_by", 3))
    assert list(errors(found)) == ["told_by"]
    assert who.post(who.step("telling-details"), told_by="phone", **day("tell_by", 3)).status_code == 302


def test_nothing_blocks_what_was_already_sent(who: Decider) -> None:
    who.page("request", already_sent="yes")
    assert who.page("lawful-basis", basis="6-1-a").status_code == 302
    assert who.recipient(linked="yes").status_code == 302


def test_lists_want_at_least_one(who: Decider) -> None:
    assert problems(who.post(who.step("recipients"))) == ["Add at least one person who needs to know"]
    assert problems(who.post(who.step("items"))) == [
        "Choose at least one piece of information, to share or to withhold"
    ]
    assert who.post(who.step("items"), later="1").url == who.url("draft")


def test_a_recipient_of_no_item_is_named(who: Decider) -> None:
    who.recipient()
    who.recipient(name="Nurse Idowu")
    who.item()
    assert problems(who.post(who.step("items"))) == [
        "Choose at least one item for DC Amara Osei, or remove them from page 2"
    ]


def test_an_item_that_is_shared_needs_its_reasons(who: Decider) -> None:
    who.recipient()
    found = who.item(why="", recipients=[], relevant="", enough="")
    assert set(errors(found)) == {"why", "recipients", "relevant", "enough"}
    assert "items" not in who.answers
    assert list(errors(who.item(relevant="no"))) == ["relevant"]
    assert set(errors(who.item(who.case_file.older))) == {"third_party_effect"}


def test_changing_a_recipient_keeps_how_it_is_sent_to_them(who: Decider) -> None:
    who.recipient()
    who.page("how")
    changed = {"name": "DS Amara Osei", "role": "x", "agency": "police", "why": "x", "linked": "no"}
    who.post(who.url("recipient_change", who.key), **changed)
    assert who.answers["recipients"] == [{**changed, "key": who.key, "method": "secure_email"}]


def test_removing_asks_first_and_takes_the_recipient_off_every_item(who: Decider) -> None:
    who.recipient()
    who.item()
    gone = who.key
    assert who.client.get(who.url("recipient_remove", gone)).status_code == 200
    assert who.post(who.url("recipient_remove", gone)).url.endswith("#recipients")
    assert who.answers["recipients"] == []
    assert who.answers["items"][0]["recipients"] == []
    who.post(who.url("item_remove", who.case_file.information.id))
    assert who.answers["items"] == []


def test_later_keeps_what_is_there_and_asks_nothing(who: Decider) -> None:
    assert who.post(who.step("reasons"), harm_if_not="Nobody would know", later="1").url == who.url("draft")
    assert who.answers["harm_if_not"] == "Nobody would know"
    assert "pages" not in who.answers
    broken = who.post(who.step("reasons"), harm_if_not="x" * 301, later="1")
    assert "harm_if_not" in errors(broken)
    assert "x" * 301 in broken.content.decode()


def test_a_double_click_on_any_page_is_one_effect(who: Decider) -> None:
    seen = who.saves
    data = {
        "name": "DC Amara Osei",
        "role": "x",
        "agency": "police",
        "why": "x",
        "linked": "no",
        "key": "rabc123",
    }
    for _ in range(2):
        found = who.client.post(who.url("recipient_add"), {"saves": seen, **data})
        assert found.status_code == 302
    assert [one["key"] for one in who.answers["recipients"]] == ["rabc123"]


def test_two_windows_show_both(who: Decider) -> None:
    seen = who.saves
    who.page("reasons", harm_if_not="The first window's words")
    late = {"harm_if_not": "The second window's words", "safeguarding": "no", "risk_assessment": "no"}
    found = who.client.post(who.step("reasons"), {"saves": seen, "services": "no", "less_safe": "no", **late})
    page = found.content.decode()
    assert "The first window&#x27;s words" in page
    assert "The second window&#x27;s words" in page
    assert who.answers["harm_if_not"] == "The first window's words"
    saves = found.context["saves"]
    who.client.post(who.step("reasons"), {"saves": saves, "services": "no", "less_safe": "no", **late})
    assert who.answers["harm_if_not"] == "The second window's words"


def test_lists_that_were_changed_elsewhere_are_shown_as_they_are(who: Decider) -> None:
    who.recipient()
    who.item()
    seen = who.saves
    who.recipient(name="Nurse Idowu")
    addresses = {
        who.step("recipients"): "Nurse Idowu",
        who.url("recipient_remove", who.answers["recipients"][0]["key"]): "Nurse Idowu",
        who.step("items"): "kitchen knife",
        who.url("item_remove", who.case_file.information.id): "kitchen knife",
    }
    for address, holds in addresses.items():
        before = who.answers
        found = who.client.post(address, {"saves": seen, "later": "1"})
        assert problems(found)[0].startswith("The decision was changed in another window")
        assert holds in found.content.decode()
        assert who.answers == before


@pytest.mark.parametrize("saves", ["", "-1", "x", "9" * 40, "\u0663", "1\x00"])
def test_junk_for_how_often_it_was_saved(who: Decider, saves: str) -> None:
    who.page("reasons")
    found = who.client.post(who.step("reasons"), {"saves": saves, "harm_if_not": "typed"})
    assert found.status_code in (200, 400)
    assert who.answers["harm_if_not"] != "typed"


def _queries(who: Decider, address: str) -> int:
    who.client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert who.client.get(address).status_code == 200
    return len(found)


def test_constant_queries(who: Decider, officer: User) -> None:
    who.everything()
    who.recipient(name="Officer")  # how it is sent is open again then, before and after
    case = who.case_file.case
    pages = [
        who.url("draft"),
        who.step("recipients"),
        who.step("items"),
        who.step("how"),
        who.url("draft_check"),
    ]
    pages += [who.step("telling"), reverse("home"), reverse("case_sharing", args=[case.reference])]
    before = [_queries(who, address) for address in pages]
    for n in range(6):
        who.recipient(name=f"Officer {n}")
        case_actions.add_person(by=officer, case=case, values={"role": "other", "name": f"Neighbour {n}"})
        item = case_actions.add_information(
            by=officer, case=case, values={"text": f"Seen {n}", "nature": "fact"}
        )
        who.item(item)
    assert [_queries(who, address) for address in pages] == before


def test_every_look_is_entered(who: Decider, officer: User) -> None:
    from audit.ledger import history

    before = history(who.case_file.case.id).filter(kind="case.viewed").count()
    who.client.get(who.step("request"))
    who.post(who.step("request"))
    assert history(who.case_file.case.id).filter(kind="case.viewed").count() == before + 2


def test_a_decision_has_so_many_recipients_and_no_more(who: Decider) -> None:
    people = [recipient(f"r{n:06}") for n in range(recipients.MOST - 1)]
    answers = {**who.answers, "recipients": people}
    actions.save_draft(by=who.draft.started_by, draft=who.draft, answers=answers, saves=who.saves)
    assert who.recipient(name="The last that fits").status_code == 302
    found = who.recipient(name="One too many")
    assert "Record another decision" in errors(found)["name"][0]
    assert "One too many" in found.content.decode()
    assert len(who.answers["recipients"]) == recipients.MOST
    assert who.post(who.url("recipient_change", who.key), name="Still to be changed").status_code == 200
