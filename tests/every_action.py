"""How each action is called once, on the cast's case: for what holds for every one of them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any, NamedTuple

from allauth.usersessions.models import UserSession
from django.utils import timezone

from audit import exports, ledger
from audit.models import Export
from cases import (
    access_actions,
    account_actions,
    actions,
    chronology_actions,
    closing,
    handing,
    matching,
    moving,
    setup_actions,
    staff_actions,
    timed_access,
    two_step,
    two_step_actions,
)
from cases.models import Agency, Case, Exclusion, Membership, Organisation, Team, User
from sharing import actions as sharing_actions
from sharing import (
    advice_actions,
    after_actions,
    agreement_actions,
    asked_actions,
    dashboard_actions,
    emergency_actions,
    export_actions,
    integrity_actions,
    letter_actions,
    report_actions,
    request_actions,
    review_actions,
)
from tests.cast import CaseFile, UserFactory, make_case, open_for
from tests.sharing import hurrying, judging, lettering, requesting
from tests.sharing.advising import answer, ask
from tests.sharing.agreeing import agreed, terms
from tests.sharing.asked_of_us import logged
from tests.sharing.deciding import NOW, decided, draft_of
from tests.sharing.exporting import asked_for, written
from tests.sharing.following import ANSWER, mark_sent, report


class People(NamedTuple):
    """Who acts in the calls below."""

    officer: User
    manager: User
    administrator: User
    colleague: User
    governance: User


Calls = dict[str, Callable[[], Any]]


def _read(opened: AbstractContextManager[Any]) -> None:
    with opened:
        pass


def _case_calls(file: CaseFile, people: People) -> Calls:
    by, case, today = people.officer, file.case, date(2026, 3, 3)
    person = {"role": "other", "name": "Ida"}
    consent = {"happened_on": today, "consent": "given"}
    risk = {"assessed_on": today, "level": "medium"}
    happened = chronology_actions.add_concern(by=by, case=case, values={"kind": "incident"})
    return {
        "create_case": lambda: actions.create_case(by=by, team=case.team, concern_identified_at=NOW),
        "change_case": lambda: actions.change_case(by=by, case=case, values={"staff_safety": "Call first"}),
        "add_person": lambda: actions.add_person(by=by, case=case, values=person),
        "change_person": lambda: actions.change_person(by=by, person=file.child, values={"name": "Toby"}),
        "add_information": lambda: actions.add_information(by=by, case=case, values={"text": "He rang"}),
        "change_information": lambda: actions.change_information(
            by=by, item=file.older, values={"text": "Mended"}
        ),
        "check_information": lambda: actions.check_information(by=by, item=file.older, day=today),
        "add_concern": lambda: chronology_actions.add_concern(by=by, case=case, values={"kind": "incident"}),
        "change_concern": lambda: chronology_actions.change_concern(
            by=by, concern=happened, values={"text": "He came back"}
        ),
        "assess_risk": lambda: actions.assess_risk(by=by, case=case, values=risk),
        "log_consent": lambda: actions.log_consent(by=by, case=case, values=consent),
        "see": lambda: _read(actions.see(by=by, case=case, page="overview")),
        "see_list": lambda: _read(actions.see_list(by=by, cases=[case])),
        "note_refusal": lambda: actions.note_refusal(by=people.colleague, case=case.id, page="case"),
    }


def _closing_calls(file: CaseFile, people: People) -> Calls:
    by, team = people.officer, file.case.team
    case, other, closed = (actions.create_case(by=by, team=team, concern_identified_at=NOW) for _ in range(3))
    closing.close_case(by=by, case=closed, reason="safe_now")
    south = Team.objects.create(name="South")
    Membership.objects.create(user=people.colleague, team=south)
    return {
        "close_case": lambda: closing.close_case(by=by, case=case, reason="safe_now"),
        "reopen_case": lambda: closing.reopen_case(by=by, case=closed, reason="She came back"),
        "close_as_duplicate": lambda: closing.close_as_duplicate(by=by, case=case, of=other),
        "move_case": lambda: moving.move_case(
            by=people.manager, case=case, team=south, owner=people.colleague
        ),
    }


def _access_calls(file: CaseFile, people: People) -> Calls:
    by, case, other = people.manager, file.case, people.colleague
    exclusion = Exclusion(case=case, user=people.administrator, reason="Related")
    exclusion.save()
    access_actions.grant(by=by, case=case, user=by)
    restricted = make_case(people.officer, case.team).case
    access_actions.restrict(by=by, case=restricted, reason="Kin")
    return {
        "grant": lambda: access_actions.grant(by=by, case=case, user=other),
        "end_grant": lambda: access_actions.end_grant(by=by, case=case, user=by),
        "allocate": lambda: access_actions.allocate(by=by, case=case, owner=other),
        "exclude": lambda: access_actions.exclude(by=by, case=case, user=other, reason="Related"),
        "end_exclusion": lambda: access_actions.end_exclusion(by=by, exclusion=exclusion),
        "extend_grant": lambda: access_actions.extend_grant(
            by=by, case=case, user=by, until=timezone.localdate() + timedelta(days=9)
        ),
        "restrict": lambda: access_actions.restrict(by=by, case=case, reason="Kin of a councillor"),
        "lift_restriction": lambda: access_actions.lift_restriction(by=by, case=restricted),
        "review_access": lambda: access_actions.review_access(by=by, case=case),
        **_timed_calls(case, people),
    }


def _not_live_yet() -> int:
    return Organisation.objects.filter(id=1).update(live_since=None)


def _timed_calls(case: Case, people: People) -> Calls:
    by, colleague, reference = people.manager, people.colleague, case.reference
    over = open_for(people.colleague, case, "emergency", timedelta(0))
    running = open_for(people.governance, make_case(people.officer, case.team).case, "purpose", timedelta(1))
    return {
        "begin_emergency": lambda: timed_access.begin_emergency(
            by=colleague, reference=reference, reason="He is at the door"
        ),
        "state_purpose": lambda: timed_access.state_purpose(
            by=people.governance, reference=reference, purpose="audit", reason=""
        ),
        "end_early": lambda: timed_access.end_early(by=people.governance, row=running),
        "review_emergency": lambda: timed_access.review_emergency(
            by=by, row=over, outcome="right", note="Yes"
        ),
    }


def _staff_calls(people: People) -> Calls:
    by = people.administrator
    new: dict[str, Any] = {"name": "New Person", "role": "officer", "teams": []}
    user, token = account_actions.add_user(by=by, email="new@council.example", **new)
    gone, _ = account_actions.add_user(by=by, email="gone@council.example", **new)
    account_actions.deactivate(by=by, user=gone)
    agency = Agency.objects.get(code="police")
    setup_actions.change_agency(by=by, agency=agency, values={"secure_methods": ["secure_email"]})
    policy = setup_actions.add_policy(by=by, name="Domestic abuse policy")
    return {
        "add_user": lambda: account_actions.add_user(by=by, email="x@council.example", **new),
        "new_link": lambda: account_actions.new_link(by=by, user=user),
        "redeem": lambda: account_actions.redeem(token, "three unrelated words"),
        "change_user": lambda: account_actions.change_user(by=by, user=user, role="manager", teams=[]),
        "deactivate": lambda: account_actions.deactivate(by=by, user=user),
        "reactivate": lambda: account_actions.reactivate(by=by, user=gone),
        "add_team": lambda: setup_actions.add_team(by=by, name="West housing"),
        "add_agency": lambda: setup_actions.add_agency(by=by, name="Another refuge"),
        "change_agency": lambda: setup_actions.change_agency(
            by=by, agency=agency, values={"name": "The police"}
        ),
        "add_policy": lambda: setup_actions.add_policy(by=by, name="Visits at home"),
        "change_policy": lambda: setup_actions.change_policy(by=by, policy=policy, values={"version": "2"}),
        "go_live": lambda: _not_live_yet() and setup_actions.go_live(by=by),
        "set_organisation": lambda: setup_actions.set_organisation(by=by, values={"name": "Homes"}),
    }


def _leaving_calls(file: CaseFile, people: People) -> Calls:
    by, manager, officer, team = people.administrator, people.manager, people.officer, file.case.team
    gone = UserFactory(teams=[team])
    access_actions.grant(by=manager, case=file.case, user=gone)
    account_actions.deactivate(by=by, user=gone)
    rows = [UserSession.objects.create(user=officer, ip="10.0.0.1", session_key=key) for key in ("a", "b")]
    return {
        "hand_on": lambda: handing.hand_on(by=manager, leaver=officer, team=team, cases=[file.case.id]),
        "end_grants": lambda: handing.end_grants(by=by, leaver=gone),
        "end_session": lambda: staff_actions.end_session(by=officer, number=rows[0].pk),
        "end_other_sessions": lambda: staff_actions.end_other_sessions(by=officer, keep="a"),
        "sign_out_everywhere": lambda: staff_actions.sign_out_everywhere(by=by, user=officer),
        "reset_two_step": lambda: staff_actions.reset_two_step(by=by, user=people.colleague),
    }


def _two_step_calls(people: People) -> Calls:
    by, other = people.officer, people.colleague
    secret = "JBSWY3DPEHPK3PXP"
    two_step_actions.add_app(by=other, secret=secret, used=0)
    row = two_step.of(other)[0]
    return {
        "add_app": lambda: two_step_actions.add_app(by=by, secret=secret, used=0),
        "add_passkey": lambda: two_step_actions.add_passkey(by=by, name="Phone", credential={}),
        "new_codes": lambda: two_step_actions.new_codes(by=other),
        "remove": lambda: two_step_actions.remove(by=other, authenticator=row),
    }


def _sharing_calls(file: CaseFile, people: People) -> Calls:
    by = people.officer
    decision, draft = decided(by, file), draft_of(by, file)
    return {
        "record": lambda: sharing_actions.record(by=by, draft=draft, now=NOW),
        "export_register": lambda: report_actions.export_register(
            by=people.governance, what="disclosures", filters={}, rows=0
        ),
        "make_report": lambda: _read(
            report_actions.make_report(
                by=people.manager, case=file.case, report=report_actions.PACK, about={}
            )
        ),
        "print_decision": lambda: _read(sharing_actions.print_decision(by=by, decision=decision)),
        "see_decision": lambda: _read(sharing_actions.see_decision(by=by, decision=decision)),
    }


def _export_calls(people: People) -> Calls:
    by, second = people.governance, people.manager
    done, waits, other = written(by), asked_for(by, names=True), asked_for(by, names=True)
    failed, over = asked_for(by), asked_for(by)
    Export.objects.filter(id=failed.id).update(state=exports.FAILED)
    return {
        "export_dashboard": lambda: dashboard_actions.export_dashboard(by=by, chart="outcome", filters={}),
        "ask_export": lambda: asked_for(by),
        "approve_export": lambda: export_actions.approve_export(
            by=second, export=waits, reason="It is needed"
        ),
        "refuse_export": lambda: export_actions.refuse_export(
            by=second, export=other, reason="Nobody needs names"
        ),
        "expire_exports": lambda: export_actions.expire_exports(now=timezone.now() + timedelta(days=8)),
        "cancel_export": lambda: export_actions.cancel_export(by=by, export=over),
        "retry_export": lambda: export_actions.retry_export(by=by, export=failed),
        "download_export": lambda: list(export_actions.download_export(by=by, export=done)),
    }


def _after_calls(file: CaseFile, people: People) -> Calls:
    by, lead = people.officer, people.governance
    decision = decided(by, file)
    incident = report(decision)
    look = {"outcome": "close", "reason": "It is over"}
    return {
        "mark_sent": lambda: mark_sent(decision),
        "review": lambda: after_actions.review(by=by, decision=decision, values=look),
        "report_wrong_recipient": lambda: report(decision),
        "answer_incident": lambda: after_actions.answer_incident(by=lead, incident=incident, values=ANSWER),
        "see_incident": lambda: _read(after_actions.see_incident(by=lead, incident=incident)),
    }


def _review_calls(file: CaseFile, people: People) -> Calls:
    by, decision = people.manager, judging.not_shared(people.officer, file)
    sampled = judging.not_shared(people.officer, file)
    sample = judging.drawn(by)
    before = judging.this_month().before
    return {
        "judge": lambda: judging.judged(by, decision),
        "draw_sample": lambda: review_actions.draw_sample(by=by, month=before),
        "answer_sample": lambda: judging.answered(by, sample, sampled),
        "see_to_review": lambda: _read(review_actions.see_to_review(by=by, decision=decision)),
    }


def _asked_calls(file: CaseFile, people: People) -> Calls:
    by, row = people.officer, logged(people.officer, file)
    back = {"outcome": "withdrawn", "reason": "He rang to say so"}
    return {
        "log_asked": lambda: logged(by, file),
        "answer_asked": lambda: asked_actions.answer_asked(by=by, row=row, values=back),
        "see_asked": lambda: _read(asked_actions.see_asked(by=by, row=row)),
    }


def _request_calls(file: CaseFile, people: People) -> Calls:
    by, decision = people.officer, requesting.may_ask(people.officer, file)
    draft, gone = requesting.requested(by, decision, "police"), requesting.sent(by, decision)
    first = requesting.letter(by, draft, "L1")
    chased = {"method": "in_person", "spoken_with": "Nia Abara", "reply_by": timezone.now()}
    more = requesting.may_ask(people.officer, file)
    return {
        "write_request": lambda: requesting.requested(by, more),
        "change_request": lambda: request_actions.change_request(
            by=by, request=draft, values=requesting.asks()
        ),
        "chase": lambda: request_actions.chase(by=by, request=gone, values=chased),
        "refuse": lambda: requesting.refused(by, gone),
        "receive": lambda: requesting.came(by, gone),
        "move": lambda: requesting.moved(by, draft, "send", first),
        "close": lambda: requesting.closed(by, draft, "not_sent", "discard"),
        "see_request": lambda: _read(request_actions.see_request(by=by, request=gone)),
    }


def _advice_calls(file: CaseFile, people: People) -> Calls:
    by, case = people.officer, file.case
    one, other = (ask(by, case, people.governance) for _ in range(2))
    return {
        "ask_advice": lambda: ask(by, case, people.manager),
        "answer_advice": lambda: answer(people.governance, one),
        "take_back_advice": lambda: advice_actions.take_back_advice(by=by, asked=other),
        "see_advice": lambda: _read(advice_actions.see_advice(by=people.governance, asked=one)),
    }


def _letter_calls(file: CaseFile, people: People) -> Calls:
    by, request = people.officer, lettering.refused(people.officer, file)
    letter = lettering.prepared(request, "L3", by)
    values = lettering.values_of(request, "L2", by)
    return {
        "prepare_letter": lambda: letter_actions.prepare_letter(
            by=by, about=request, kind="L2", values=values
        ),
        "check_letter": lambda: lettering.approved(letter, people.manager),
        "see_writing": lambda: _read(letter_actions.see_writing(by=by, about=request, kind="L2")),
        "see_letter": lambda: _read(letter_actions.see_letter(by=by, letter=letter)),
        "print_letter": lambda: _read(letter_actions.print_letter(by=by, letter=letter, form="pdf")),
    }


def _agreement_calls(people: People) -> Calls:
    by = people.governance
    agreement = agreed(by)
    return {
        "record_agreement": lambda: agreement_actions.record_agreement(by=by, values=terms()),
        "end_agreement": lambda: agreement_actions.end_agreement(by=by, agreement=agreement),
    }


def _emergency_calls(file: CaseFile, people: People) -> Calls:
    by = people.officer
    given = hurrying.given([file.survivor])
    provisional = emergency_actions.record_emergency(by=by, answers=hurrying.given([])).case
    return {
        "match_case": lambda: matching.match_case(by=by, case=provisional, to=file.case),
        "record_emergency": lambda: emergency_actions.record_emergency(by=by, case=file.case, answers=given),
    }


def _integrity_calls(people: People) -> Calls:
    by, now = people.governance, timezone.now()
    made = ledger.checkpoint(now, at_once=True)
    assert made is not None
    return {
        "check_log": lambda: integrity_actions.check_log(by=by, now=now),
        "download_checkpoint": lambda: integrity_actions.download_checkpoint(by=by, checkpoint=made, now=now),
        "reopen_log": lambda: integrity_actions.reopen_log(notes=(made.note,), now=now),
    }


def calls(file: CaseFile, people: People) -> Calls:
    """Every action by its name, ready to be called once.

    Args:
        file: the cast's case.
    """
    return {
        **_case_calls(file, people),
        **_closing_calls(file, people),
        **_access_calls(file, people),
        **_staff_calls(people),
        **_two_step_calls(people),
        **_leaving_calls(file, people),
        **_sharing_calls(file, people),
        **_export_calls(people),
        **_after_calls(file, people),
        **_review_calls(file, people),
        **_asked_calls(file, people),
        **_request_calls(file, people),
        **_letter_calls(file, people),
        **_emergency_calls(file, people),
        **_agreement_calls(people),
        **_advice_calls(file, people),
        # Last: what was recorded until here has its place in the log.
        **_integrity_calls(people),
    }
