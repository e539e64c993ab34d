"""Record what was sent: never refused, once, compared with the decision, with what is still to send."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from audit import ledger
from audit.models import Entry
from cases import access as case_access
from cases import access_actions
from cases.models import User
from sharing import after_actions, after_rows, disclosing, due
from sharing.models import Disclosure
from tests.cast import CaseFile
from tests.sharing.deciding import NOT_SHARED, behind_the_guards, decided
from tests.sharing.following import (
    browser,
    entries,
    mark_sent,
    post,
    said_of,
    sent_data,
    share,
    share_both,
)


def test_what_was_decided_is_sent(officer: User, case_file: CaseFile) -> None:
    decision = share(officer, case_file)
    at = timezone.now() - timedelta(hours=1)
    row = mark_sent(decision, sent_at=at, sent_reference="CJSM 4471", sent_by="Duty desk")
    assert (row.sent_at, row.sent, row.method) == (at, decision.to_send, "secure_email")
    assert (row.complete, row.differs_from_decision, row.basis_after_sharing) == (True, False, False)
    (entry,) = entries(decision, "disclosure.recorded")
    assert entry.occurred_at == at
    said = said_of(row, after_rows.SENT)
    assert said["sent"] == [{"recipient": "Sgt Imelda Fenwick", "items": [case_file.information.text]}]
    assert (said["sent_reference"], said["sent_by"]) == ("CJSM 4471", "Duty desk")
    assert due.unsent(officer) == []
    assert ledger.verify().problem is None


def test_by_nobody_else_means_by_me(officer: User, case_file: CaseFile) -> None:
    assert said_of(mark_sent(share(officer, case_file)), after_rows.SENT)["sent_by"] == officer.name


DIFFERENT: dict[str, Any] = {
    "another way": ({"method": "fax"}, "other_method"),
    "somebody else": ({"other_recipient": "Her sister"}, "other_recipient"),
    "something else": ({"other_item": "A photograph of the door"}, "other_item"),
    "not all of it": ({"pairs": []}, "not_all"),
    "a withheld item": ({"pairs": "withheld"}, "withheld_item"),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_differs_needs_a_reason_and_is_recorded(name: str, officer: User, case_file: CaseFile) -> None:
    decision, (values, code) = share(officer, case_file), DIFFERENT[name]
    values = dict(values)
    if values.get("pairs") == "withheld":
        values["pairs"] = [*decision.to_send, ["police", str(case_file.older.id)]]
    for reason in ("", " \u200b "):
        with pytest.raises(disclosing.ReasonNeeded) as needed:
            mark_sent(decision, reason=reason, **values)
        assert needed.value.differs == [code]
    assert not Disclosure.objects.exists()
    row = mark_sent(decision, reason="The portal was down", **values)
    assert row.differs_from_decision
    assert said_of(row, after_rows.SENT)["differs"] == [code]
    assert ledger.verify().problem is None


def test_sent_before_the_basis_was_chosen(officer: User, case_file: CaseFile) -> None:
    decision = share(officer, case_file)
    assert decision.basis_at is not None
    early = decision.basis_at - timedelta(minutes=1)
    with pytest.raises(disclosing.ReasonNeeded) as needed:
        mark_sent(decision, sent_at=early)
    assert (needed.value.differs, needed.value.late) == ([], True)
    assert mark_sent(decision, sent_at=early, reason="The police asked at the door").basis_after_sharing
    nothing = mark_sent(decision, [], sent_at=early)
    assert not nothing.basis_after_sharing, "nothing was sent"


def test_sent_although_the_decision_was_not_to_share(officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file, **NOT_SHARED)
    values: dict[str, Any] = {"other_recipient": "The duty sergeant", "other_item": "The knife"}
    with pytest.raises(disclosing.ReasonNeeded) as needed:
        mark_sent(decision, **values)
    assert needed.value.differs == ["not_decided", "other_recipient", "other_item"]
    assert mark_sent(decision, reason="He came back with it", **values).differs_from_decision


def test_what_had_gone_already_is_no_difference(officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file, already_sent=True, sent_at="2026-03-03T10:00:00+00:00")
    assert decision.to_send == []
    row = mark_sent(decision, [["police", str(case_file.information.id)]])
    assert not row.differs_from_decision


def test_parts_and_the_rest(officer: User, case_file: CaseFile) -> None:
    decision = share_both(officer, case_file)
    first, last = decision.to_send
    assert not mark_sent(decision, [first], complete=False).differs_from_decision
    assert due.left_to_send(decision) == [tuple(last)]
    assert not mark_sent(decision, [last]).differs_from_decision
    assert due.left_to_send(decision) == []
    assert decision.disclosures.count() == 2


def test_nothing_will_be_sent_after_all(officer: User, case_file: CaseFile) -> None:
    decision = share(officer, case_file)
    with pytest.raises(disclosing.ReasonNeeded):
        mark_sent(decision, [], method="")
    mark_sent(decision, [], method="", reason="The police had it from the school")
    assert due.left_to_send(decision) == []


def test_a_repeated_request_has_one_effect(officer: User, case_file: CaseFile) -> None:
    decision, key = share(officer, case_file), uuid4()
    mark_sent(decision, request_key=key, seen=0)
    with pytest.raises(ledger.DuplicateRequest):
        mark_sent(decision, request_key=key, seen=0)
    assert Disclosure.objects.count() == 1


def test_a_colleague_was_quicker(officer: User, granted: User, case_file: CaseFile) -> None:
    decision = share(officer, case_file)
    mark_sent(decision, by=granted, seen=0)
    with pytest.raises(after_actions.SentMeanwhile):
        mark_sent(decision, seen=0)
    assert Disclosure.objects.count() == 1


@pytest.mark.parametrize("member", ["colleague", "excluded", "governance", "superuser", "deactivated"])
def test_strangers(member: str, officer: User, case_file: CaseFile, request: pytest.FixtureRequest) -> None:
    decision = share(officer, case_file)
    with pytest.raises(case_access.Hidden):
        mark_sent(decision, by=request.getfixturevalue(member))
    assert not Disclosure.objects.exists()


def test_access_that_ends_meanwhile(
    officer: User, granted: User, manager: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the judgement and the lock somebody is shut out: the policy is asked again."""
    decision, real = share(officer, case_file), disclosing.judge_sent

    def late(*args: Any) -> Any:
        access_actions.exclude(by=manager, case=case_file.case, user=granted, reason="His sister")
        return real(*args)

    monkeypatch.setattr(disclosing, "judge_sent", late)
    with pytest.raises(case_access.Hidden):
        mark_sent(decision, by=granted, seen=0)
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize(
    "column", ["sent", "sent_at", "complete", "method", "differs_from_decision", "by_id"]
)
def test_a_changed_row_is_found(column: str, officer: User, manager: User, case_file: CaseFile) -> None:
    row = mark_sent(share(officer, case_file))
    others: dict[str, Any] = {
        "sent": [], "sent_at": timezone.now(), "complete": False, "method": "fax",
        "differs_from_decision": True, "by_id": manager.id,
    }  # fmt: skip
    with behind_the_guards():
        Disclosure.objects.filter(id=row.id).update(**{column: others[column]})
    problem = ledger.verify().problem
    assert problem is not None
    assert column in problem.why
    assert problem.hash == bytes(row.entry_hash).hex()
    page = browser(officer).get(reverse("decision", args=[row.decision.reference]))
    assert f"the disclosure&#x27;s {column} is not what was recorded" in page.content.decode()


# --- the page -------------------------------------------------------------------------------------


def test_the_page_records_and_tells_what_is_left(officer: User, case_file: CaseFile) -> None:
    decision, client = share_both(officer, case_file), browser(officer)
    address = reverse("decision", args=[decision.reference])
    assert "Overdue" in client.get(address).content.decode()
    first = str(case_file.information.id)
    part = sent_data(decision, sent_police=[first], complete="more")
    assert post(client, "decision_sent", decision.reference, **part).status_code == 302
    page = client.get(address).content.decode()
    assert "Still to send" in page
    assert "To Sgt Imelda Fenwick" in page
    rest = sent_data(decision, sent_police=[str(case_file.older.id)])
    assert post(client, "decision_sent", decision.reference, **rest).status_code == 302
    page = client.get(address).content.decode()
    assert "Still to send" not in page
    assert ledger.verify().problem is None


def test_a_missing_reason_is_an_error_beside_its_field(officer: User, case_file: CaseFile) -> None:
    decision, client = share(officer, case_file), browser(officer)
    data = sent_data(decision, sent_method="fax", other_item="A photograph of the door")
    page = post(client, "decision_sent", decision.reference, **data)
    assert page.status_code == 200
    (error,) = page.context["form"].errors["reason"]
    assert "it was sent in another way" in error
    text = page.content.decode()
    assert "A photograph of the door" in text, "what was typed is lost"
    assert re.search(rf'value="{case_file.information.id}"[^>]*checked', text), "what was ticked is lost"
    assert not Disclosure.objects.exists()
    again = post(client, "decision_sent", decision.reference, **data, reason="The portal was down")
    assert again.status_code == 302
    page = client.get(reverse("decision", args=[decision.reference]))
    assert "Not what was decided" in page.content.decode()


BAD: dict[str, Any] = {
    "nothing chosen": ({"sent_police": None, "complete": "more"}, "sent_police"),
    "no way": ({"sent_method": ""}, "sent_method"),
    "no time": ({"sent_at_day": "", "sent_at_month": "", "sent_at_year": "", "sent_at_time": ""}, "sent_at"),
    "not whether it is all": ({"complete": None}, "complete"),
    "an item of another case": ({"sent_police": [str(uuid4())]}, "sent_police"),
    "a way that is none": ({"sent_method": "owl"}, "sent_method"),
    "in the future": ({"sent_at_year": "2099"}, "sent_at"),
    "hidden characters": ({"other_recipient": "Her \u202e sister"}, "other_recipient"),
    "NUL": ({"reason": "a\x00b"}, "reason"),
    "too long": ({"other_item": "x" * 501}, "other_item"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name: str, officer: User, case_file: CaseFile) -> None:
    decision, (changes, field) = share(officer, case_file), BAD[name]
    data = sent_data(decision, **changes)
    page = post(browser(officer), "decision_sent", decision.reference, **data)
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert not Disclosure.objects.exists()


def test_an_unknown_field_is_refused(officer: User, case_file: CaseFile) -> None:
    decision = share(officer, case_file)
    page = post(browser(officer), "decision_sent", decision.reference, **sent_data(decision), sent_nobody="1")
    assert page.context["form"].non_field_errors()


def test_two_windows(officer: User, case_file: CaseFile) -> None:
    decision, client = share(officer, case_file), browser(officer)
    data = sent_data(decision, other_item="", sent_reference="CJSM 4471")
    key = str(uuid4())
    for _ in range(2):
        answer = post(client, "decision_sent", decision.reference, **data, request_key=key)
        assert answer.status_code == 302
    page = post(client, "decision_sent", decision.reference, **data)
    assert page.status_code == 200
    assert "while you had this page open" in page.content.decode()
    assert "CJSM 4471" in page.content.decode()
    assert Disclosure.objects.count() == 1
    fresh = sent_data(decision, sent_reference="CJSM 4471")
    assert post(client, "decision_sent", decision.reference, **fresh).status_code == 302


def test_what_the_words_of_a_destroyed_case_leave(officer: User, case_file: CaseFile) -> None:
    """With nothing to tick, what was sent can still be typed."""
    decision = share(officer, case_file)
    with behind_the_guards():
        Entry.objects.filter(hash=decision.entry_hash).update(sealed=b"gone")
    data = sent_data(decision, sent_police=None, other_recipient="Police", other_item="All", reason="Altered")
    assert post(browser(officer), "decision_sent", decision.reference, **data).status_code == 302
