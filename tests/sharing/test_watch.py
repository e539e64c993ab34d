"""The watch: what makes a decision not to share due for review on the day on which it happened."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit import ledger
from cases import actions as case_actions
from cases.models import Case, RiskAssessment, User
from sharing import actions, after_actions, asked_actions, due, watch
from sharing.models import Decision, Draft
from sharing.rules import watch as rule
from sharing.rules.terms import ends
from tests.cases.case_pages import html
from tests.cast import CaseFile
from tests.sharing.asked_of_us import logged
from tests.sharing.deciding import NOT_SHARED, NOW, answers, decided
from tests.sharing.following import browser, post

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
CRITERIA = ("visible_high_risk", "professional_judgement", "potential_escalation", "repeat", "local")
LOW: dict[str, Any] = {"level": "standard", "criteria": []}
CODES = (rule.RISK_ROSE, rule.NEW_CRITERION, rule.REPEAT, rule.NEW_AGENCY)


def assessed(by: User, case: Case, on: date | None = None, **values: Any) -> RiskAssessment:
    """An assessment of today, or of another day."""
    said = LOW | {"assessed_on": on or TODAY()} | values
    return case_actions.assess_risk(by=by, case=Case.objects.get(id=case.id), values=said)


def not_shared(by: User, file: CaseFile, **changes: Any) -> Decision:
    return decided(by, file, **NOT_SHARED | changes)


def raised(decision: Decision) -> list[str]:
    day, codes = watch.again([decision]).get(decision.id, (TODAY(), []))
    assert day == TODAY()
    return codes


@pytest.fixture
def quiet(officer: User, case_file: CaseFile) -> CaseFile:
    """The cast's case, at standard risk with no criterion."""
    assessed(officer, case_file.case)
    return CaseFile(**vars(case_file) | {"case": Case.objects.get(id=case_file.case.id)})


# --- the rule -------------------------------------------------------------------------------------

RISKS = st.builds(
    rule.Risk,
    st.sampled_from(["not_assessed", "standard", "medium", "high"]),
    st.frozensets(st.sampled_from(CRITERIA)),
    st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 4)),
)


@given(RISKS, RISKS)
def test_the_rule_says_what_got_worse_and_nothing_else(before: rule.Risk, after: rule.Risk) -> None:
    order = ["not_assessed", "standard", "medium", "high"]
    found = rule.changed(before, after)
    assert (rule.RISK_ROSE in found) == (order.index(after.level) > order.index(before.level))
    new = after.criteria - before.criteria
    assert (rule.NEW_CRITERION in found) == bool(new - {"repeat"})
    once_more = after.incident_on and (not before.incident_on or after.incident_on > before.incident_on)
    again = "repeat" in after.criteria and ("repeat" in new or bool(once_more))
    assert (rule.REPEAT in found) == again
    assert rule.changed(before, before) == []


@given(st.sampled_from(["", "police", "health"]), st.lists(st.sampled_from(["police", "health"])))
def test_an_agency_is_new_unless_the_decision_considered_it(agency: str, considered: list[str]) -> None:
    assert rule.asked_anew(agency, considered) == (agency not in considered)


def test_every_code_has_its_words() -> None:
    words = watch.in_words(CODES)
    assert len(set(words)) == len(CODES)
    assert not set(words) & set(CODES)


# --- derived from rows ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        (LOW, []),
        ({"level": "medium"}, [rule.RISK_ROSE]),
        ({"criteria": ["local"]}, [rule.NEW_CRITERION]),
        ({"criteria": ["repeat"], "incident_on": date(2026, 3, 3)}, [rule.REPEAT]),
        (
            {"level": "high", "criteria": ["professional_judgement", "repeat"]},
            [rule.RISK_ROSE, rule.NEW_CRITERION, rule.REPEAT],
        ),
    ],
)
def test_an_assessment_that_is_worse_makes_it_due_today(
    officer: User, quiet: CaseFile, values: dict[str, Any], codes: list[str]
) -> None:
    decision = not_shared(officer, quiet)
    assessed(officer, quiet.case, **values)
    assert raised(decision) == codes
    (found,) = due.reviews_due(officer)
    planned = date(2099, 1, 1)
    assert (found.due_at, bool(found.why)) == (ends(TODAY() if codes else planned), bool(codes))
    assert Decision.objects.get(id=decision.id).review_on == planned, "nothing is written on the decision"
    assert ledger.verify().problem is None


def test_what_was_worse_before_is_known_and_what_got_better_again_stays(
    officer: User, quiet: CaseFile
) -> None:
    assessed(officer, quiet.case, level="high", criteria=["local"])
    quiet = CaseFile(**vars(quiet) | {"case": Case.objects.get(id=quiet.case.id)})
    knowing = not_shared(officer, quiet)
    assessed(officer, quiet.case, level="high", criteria=["local"])
    assert raised(knowing) == []
    assessed(officer, quiet.case)
    assert raised(knowing) == []
    easy = not_shared(officer, CaseFile(**vars(quiet) | {"case": Case.objects.get(id=quiet.case.id)}))
    assessed(officer, quiet.case, level="medium")
    assessed(officer, quiet.case)
    assert raised(easy) == [rule.RISK_ROSE], "nobody has looked since it rose"
    assert raised(knowing) == []


def test_an_old_assessment_that_is_entered_late_changes_nothing(officer: User, quiet: CaseFile) -> None:
    decision = not_shared(officer, quiet)
    assessed(officer, quiet.case, TODAY() - timedelta(days=30), level="high", criteria=["local"])
    assert Case.objects.get(id=quiet.case.id).risk_level == "standard"
    assert raised(decision) == []


def test_a_repeat_that_is_repeated_counts_again(officer: User, quiet: CaseFile) -> None:
    once: dict[str, Any] = {"criteria": ["repeat"], "incident_on": date(2026, 2, 1)}
    assessed(officer, quiet.case, **once)
    decision = not_shared(officer, CaseFile(**vars(quiet) | {"case": Case.objects.get(id=quiet.case.id)}))
    assessed(officer, quiet.case, **once)
    assert raised(decision) == []
    assessed(officer, quiet.case, **once | {"incident_on": date(2026, 3, 1)})
    assert raised(decision) == [rule.REPEAT]


@pytest.mark.parametrize(
    ("agency", "codes"), [("police", []), ("health", [rule.NEW_AGENCY]), ("unlisted", [rule.NEW_AGENCY])]
)
def test_an_agency_that_was_not_considered_asks(
    officer: User, case_file: CaseFile, agency: str, codes: list[str]
) -> None:
    logged(officer, case_file, agency=agency, agency_name="Harbour Law")
    decision = not_shared(officer, case_file)
    assert raised(decision) == [], "who asked before it was recorded is not new"
    logged(officer, case_file, agency=agency, agency_name="Harbour Law")
    assert raised(decision) == codes


def test_who_asked_for_the_decision_itself_is_not_new(officer: User, case_file: CaseFile) -> None:
    decision = not_shared(officer, case_file)
    row = logged(officer, case_file)
    said = {"outcome": "decision", "reason": "It says so", "decision": decision}
    assert raised(decision) == [rule.NEW_AGENCY]
    asked_actions.answer_asked(by=officer, row=row, values=said)
    assert raised(decision) == []


def test_only_what_is_not_shared_and_counts_is_watched(officer: User, quiet: CaseFile) -> None:
    shared, first = decided(officer, quiet), not_shared(officer, quiet)
    waiting = not_shared(officer, quiet, outcome="not_yet", reasons=[], points={})
    assessed(officer, quiet.case, level="medium")
    assert set(watch.again([shared, first, waiting])) == {first.id, waiting.id}
    draft, _ = after_actions.start_follow_up(by=officer, decision=first, as_="correction", what="A slip")
    actions.record(by=officer, draft=Draft.objects.get(id=draft.id), now=NOW)
    assert [one.decision for one in due.reviews_due(officer) if one.why] == [waiting]


def test_a_look_back_settles_it_until_the_next(officer: User, quiet: CaseFile) -> None:
    decision = not_shared(officer, quiet)
    assessed(officer, quiet.case, level="medium")
    still = {"outcome": "still_right", "reason": "She is with us", "review_on": date(2099, 2, 1)}
    after_actions.review(by=officer, decision=decision, values=still)
    assert raised(decision) == []
    assessed(officer, quiet.case, level="medium")
    assert raised(decision) == [], "compared with what the look back knew"
    assessed(officer, quiet.case, level="high")
    assert raised(decision) == [rule.RISK_ROSE]


# --- between reading and recording ----------------------------------------------------------------


def test_an_assessment_between_the_page_and_the_look_back_is_read_first(
    officer: User, quiet: CaseFile
) -> None:
    decision, client = not_shared(officer, quiet), browser(officer)
    page = client.get(reverse("decision_review", args=[decision.reference]))
    seen = page.context["seen"]
    assessed(officer, quiet.case, level="high")
    said = {"outcome": "close", "reason": "It is over", "seen": seen}
    answer = post(client, "decision_review", decision.reference, **said).content.decode()
    assert "The risk was assessed or an agency asked while you had this page open" in answer
    assert "Look at it again now: the risk has risen since" in answer
    assert "It is over" in answer
    assert raised(decision) == [rule.RISK_ROSE]
    fresh = str(watch.mark(quiet.case))
    assert post(client, "decision_review", decision.reference, **said | {"seen": fresh}).status_code == 302
    assert raised(decision) == []
    again = after_actions.review
    with pytest.raises(after_actions.HappenedMeanwhile):
        again(by=officer, decision=decision, values=said, seen=int(seen))


def test_an_assessment_between_the_answers_and_the_recording_is_decided_about(
    officer: User, quiet: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is recorded under one risk was decided under it: the watch never compares with another."""
    draft = actions.start_draft(by=officer, case=quiet.case)
    said = answers(quiet, **NOT_SHARED)
    draft = actions.save_draft(by=officer, draft=draft, answers=said, saves=draft.saves)
    prepare = actions._prepare

    def then_it_rises(*args: Any) -> Any:
        ready = prepare(*args)
        assessed(officer, quiet.case, level="high")
        return ready

    monkeypatch.setattr(actions, "_prepare", then_it_rises)
    with pytest.raises(actions.DraftChanged):
        actions.record(by=officer, draft=draft, now=NOW)
    assert not Decision.objects.exists()


# --- where it is told -----------------------------------------------------------------------------


def test_every_page_says_why_once(officer: User, quiet: CaseFile) -> None:
    decision, client = not_shared(officer, quiet), browser(officer)
    assessed(officer, quiet.case, level="medium", criteria=["local"])
    words = "the risk has risen since; another MARAC criterion is met since"
    assert words in html(client, "/")
    overview = html(client, reverse("case", args=[quiet.case.reference]))
    assert overview.count(f"Look at decision {decision.reference} again: {words}") == 1
    assert words in html(client, reverse("decision", args=[decision.reference]))
    assert words in html(client, reverse("decision_review", args=[decision.reference]))


def test_a_thousand_decisions_cost_no_more_queries_than_one(officer: User, quiet: CaseFile) -> None:
    def queries(decisions: list[Decision]) -> int:
        with CaptureQueriesContext(connection) as found:
            watch.again(decisions)
        return len(found)

    decisions = [not_shared(officer, quiet) for _ in range(3)]
    assessed(officer, quiet.case, level="medium")
    logged(officer, quiet)
    assert queries(decisions[:1]) == queries(decisions) == 4
    assert len(watch.again(decisions)) == 3
