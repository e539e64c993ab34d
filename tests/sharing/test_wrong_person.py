"""It went to the wrong person: never refused, the governance lead's at once, 72 hours, answered on record."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit import ledger
from cases import access as case_access
from cases import access_actions
from cases.models import User
from sharing import access, after, after_actions, after_rows
from sharing.models import Incident, IncidentAnswer
from tests.cast import CaseFile
from tests.sharing.deciding import NOT_SHARED, behind_the_guards, decided
from tests.sharing.filling import day
from tests.sharing.following import (
    ANSWER,
    WRONG,
    browser,
    entries,
    mark_sent,
    post,
    report,
    said_of,
    share,
)


def answer(by: User, incident: Incident, **values: Any) -> IncidentAnswer:
    return after_actions.answer_incident(by=by, incident=incident, values=ANSWER | values)


def test_the_clock_runs_from_when_it_was_known(officer: User, case_file: CaseFile) -> None:
    known = timezone.now() - timedelta(hours=5)
    incident = report(share(officer, case_file), known)
    assert incident.report_by - known == timedelta(hours=72)
    assert incident.known_at == known
    assert incident.reference.startswith("I-")
    assert (incident.in_danger, incident.told) == ("not_sure", ["manager", "police"])
    said = said_of(incident, after_rows.WRONG_PERSON)
    assert {name: said[name] for name in ("what", "who_has_it", "could_do", "done")} == {
        name: WRONG[name] for name in ("what", "who_has_it", "could_do", "done")
    }
    assert ledger.verify().problem is None


def test_nothing_personal_is_in_the_row(officer: User, case_file: CaseFile) -> None:
    incident = report(share(officer, case_file))
    stored = str(Incident.objects.filter(id=incident.id).values()[0])
    for name in ("what", "who_has_it", "could_do", "done"):
        assert WRONG[name] not in stored


def test_it_belongs_to_what_was_sent(officer: User, case_file: CaseFile) -> None:
    decision = share(officer, case_file)
    sent, client = mark_sent(decision), browser(officer)
    page = client.get(reverse("decision", args=[decision.reference])).content.decode()
    address = f"{reverse('decision_wrong_person', args=[decision.reference])}?sent={sent.id}"
    assert address in page
    data = {"request_key": str(uuid4()), **WRONG} | day("known_at", 0, "00:00")
    assert client.post(address, data).status_code == 302
    assert Incident.objects.get().disclosure == sent
    other = decided(officer, case_file)
    address = f"{reverse('decision_wrong_person', args=[other.reference])}?sent={sent.id}"
    data["request_key"] = str(uuid4())
    assert client.post(address, data).status_code == 302
    assert Incident.objects.get(decision=other).disclosure is None, "another decision's"


def test_also_where_nothing_was_to_be_shared(officer: User, case_file: CaseFile) -> None:
    assert report(decided(officer, case_file, **NOT_SHARED))


@pytest.mark.parametrize("member", ["colleague", "excluded", "governance", "superuser", "deactivated"])
def test_strangers_report_nothing(
    member: str, officer: User, case_file: CaseFile, request: pytest.FixtureRequest
) -> None:
    decision = share(officer, case_file)
    with pytest.raises(case_access.Hidden):
        after_actions.report_wrong_recipient(
            by=request.getfixturevalue(member), decision=decision, values=WRONG | {"known_at": timezone.now()}
        )
    assert not Incident.objects.exists()


# --- the governance lead --------------------------------------------------------------------------


def test_the_newest_answer_stands(officer: User, governance: User, case_file: CaseFile) -> None:
    incident, client = report(share(officer, case_file)), browser(governance)
    listed = client.get(reverse("incidents")).content.decode()
    assert "To answer" in listed
    assert f"Report by {after.shown(incident.report_by)}" in listed
    first = answer(governance, incident)
    said = said_of(first, after_rows.ANSWERED)
    assert (said["outcome"], said["reason"]) == (ANSWER["outcome"], ANSWER["reason"])
    assert "Not reported" in client.get(reverse("incidents")).content.decode()
    answer(governance, incident, outcome="reported", reported_at=timezone.now(), regulator_reference="IC-1")
    listed = client.get(reverse("incidents")).content.decode()
    assert "Reported to the regulator" in listed
    assert "Not reported" not in listed
    page = client.get(reverse("incident", args=[incident.reference])).content.decode()
    assert page.index("IC-1") < page.index(ANSWER["reason"])
    assert len(entries(incident.decision, "incident.answered")) == 2
    assert ledger.verify().problem is None


def test_overdue_comes_first_and_the_list_names_nobody(
    officer: User, governance: User, case_file: CaseFile
) -> None:
    decision = share(officer, case_file)
    late = report(decision, timezone.now() - timedelta(hours=73))
    fresh, done = report(decision), report(decision, timezone.now() - timedelta(days=9))
    answer(governance, done)
    page = browser(governance).get(reverse("incidents")).content.decode()
    assert page.index(late.reference) < page.index(fresh.reference) < page.index(done.reference)
    assert "Overdue" in page
    for word in ("Achterberg", "Fenwick", case_file.case.reference, WRONG["who_has_it"]):
        assert word not in page


def test_my_work_tells_the_lead_at_once(officer: User, governance: User, case_file: CaseFile) -> None:
    client = browser(governance)
    assert "Nothing due" in client.get("/").content.decode()
    incident = report(share(officer, case_file))
    page = client.get("/").content.decode()
    assert reverse("incident", args=[incident.reference]) in page
    assert f"Report by {after.shown(incident.report_by)}" in page
    answer(governance, incident)
    assert "Nothing due" in client.get("/").content.decode()


def test_reading_it_is_an_entry(officer: User, governance: User, case_file: CaseFile) -> None:
    incident = report(share(officer, case_file))
    page = browser(governance).get(reverse("incident", args=[incident.reference]))
    assert WRONG["who_has_it"] in page.content.decode()
    (entry,) = entries(incident.decision, "incident.viewed")
    assert entry.actor == governance.id
    case_page = reverse("case", args=[case_file.case.reference])
    assert browser(governance).get(case_page).status_code == 404, "it opens the incident and no more"
    assert reverse("decision", args=[incident.decision.reference]) not in page.content.decode()


def test_an_excluded_lead_knows_of_nothing(
    officer: User, manager: User, governance: User, case_file: CaseFile
) -> None:
    incident = report(share(officer, case_file))
    access_actions.exclude(by=manager, case=case_file.case, user=governance, reason="A cousin of his")
    client = browser(governance)
    assert incident.reference not in client.get(reverse("incidents")).content.decode()
    hidden = client.get(reverse("incident", args=[incident.reference]))
    nothing = client.get(reverse("incident", args=["I-ZZZZZZ"]))
    assert hidden.status_code == nothing.status_code == 404
    assert hidden.content == nothing.content
    asked = []
    for reference in (incident.reference, "I-ZZZZZZ"):
        with CaptureQueriesContext(connection) as counted, pytest.raises(case_access.Hidden):
            access.fetch_incident(governance, reference)
        asked.append(len(counted))
    assert asked[0] == asked[1]
    with pytest.raises(case_access.Hidden):
        answer(governance, incident)
    with pytest.raises(case_access.Hidden), after_actions.see_incident(by=governance, incident=incident):
        pass
    assert not IncidentAnswer.objects.exists()


@pytest.mark.parametrize("member", ["officer", "manager", "administrator", "superuser"])
def test_nobody_else_answers(
    member: str, officer: User, case_file: CaseFile, request: pytest.FixtureRequest
) -> None:
    incident, user = report(share(officer, case_file)), request.getfixturevalue(member)
    with pytest.raises(case_access.Hidden):
        answer(user, incident)
    data = {"request_key": str(uuid4()), **ANSWER}
    browser(user).post(reverse("incident", args=[incident.reference]), data)
    assert not IncidentAnswer.objects.exists()


def test_who_works_on_the_case_reads_what_was_answered(
    officer: User, governance: User, case_file: CaseFile
) -> None:
    incident = report(share(officer, case_file))
    answer(governance, incident)
    client = browser(officer)
    page = client.get(reverse("decision", args=[incident.decision.reference])).content.decode()
    assert reverse("incident", args=[incident.reference]) in page
    page = client.get(reverse("incident", args=[incident.reference])).content.decode()
    assert ANSWER["reason"] in page
    assert "Your answer" not in page


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [
        (Incident, "report_by", timezone.now()),
        (Incident, "told", []),
        (IncidentAnswer, "outcome", "reported"),
    ],
)
def test_a_changed_row_is_found(
    model: Any, column: str, value: Any, officer: User, governance: User, case_file: CaseFile
) -> None:
    answer(governance, report(share(officer, case_file)))
    with behind_the_guards():
        model.objects.update(**{column: value})
    problem = ledger.verify().problem
    assert problem is not None
    assert column in problem.why


def test_queries_of_the_list_do_not_grow(officer: User, governance: User, case_file: CaseFile) -> None:
    client, decision = browser(governance), share(officer, case_file)
    counts = []
    for number in (1, 4):
        for _ in range(number):
            answer(governance, report(decision))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("incidents"))
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- bad input ------------------------------------------------------------------------------------

KNOWN = day("known_at", 0, "00:00")
BAD: dict[str, Any] = {
    "nothing": (
        dict.fromkeys([*WRONG, *KNOWN], "") | {"told": []},
        ["in_danger", "what", "who_has_it", "could_do", "done", "known_at"],
    ),
    "in the future": (day("known_at", 1, "12:00"), ["known_at"]),
    "somebody unknown": ({"told": ["nobody"]}, ["told"]),
    "hidden characters": ({"who_has_it": "His \u202e mother"}, ["who_has_it"]),
    "NUL": ({"done": "a\x00"}, ["done"]),
    "too long": ({"what": "x" * 501}, ["what"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_reports(name: str, officer: User, case_file: CaseFile) -> None:
    changes, fields = BAD[name]
    page = post(
        browser(officer),
        "decision_wrong_person",
        share(officer, case_file).reference,
        **WRONG | KNOWN | changes,
    )
    assert page.status_code == 200
    assert list(page.context["form"].errors) == fields
    assert not Incident.objects.exists()


BAD_ANSWERS: dict[str, Any] = {
    "nothing": (dict.fromkeys(ANSWER, ""), ["outcome", "reason", "people_told", "people_reason"]),
    "reported, no time": ({"outcome": "reported"}, ["reported_at"]),
    "a time, not reported": (day("reported_at", 0, "00:00"), ["reported_at"]),
    "late, no reason": ({"outcome": "reported"} | day("reported_at", 0, "00:00"), ["late_reason"]),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_bad_answers(name: str, officer: User, governance: User, case_file: CaseFile) -> None:
    changes, fields = BAD_ANSWERS[name]
    incident = report(share(officer, case_file), timezone.now() - timedelta(days=9))
    page = post(browser(governance), "incident", incident.reference, **ANSWER | changes)
    assert page.status_code == 200
    assert list(page.context["form"].errors) == fields
    assert not IncidentAnswer.objects.exists()


def test_a_report_that_is_late_gives_its_reason(officer: User, governance: User, case_file: CaseFile) -> None:
    incident = report(share(officer, case_file), timezone.now() - timedelta(days=9))
    data = ANSWER | {"outcome": "reported", "late_reason": "We learned the extent today"}
    key = str(uuid4())
    for _ in range(2):
        done = post(
            browser(governance), "incident", incident.reference, **data, **day("reported_at", 0, "00:00"),
            request_key=key,
        )  # fmt: skip
        assert done.status_code == 302
    assert IncidentAnswer.objects.count() == 1
