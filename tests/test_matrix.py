"""Who gets what from every URL: one literal table. An unlisted URL fails the build."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from audit import ledger
from audit.models import Checkpoint
from cases import two_step, two_step_actions
from cases.chronology_actions import add_concern
from cases.models import Agency, Case, Concern, Notice, Policy, User
from sharing import saved_views
from sharing.emergency_actions import record_emergency
from sharing.models import Draft, Reminder
from tests.browser import BACKEND
from tests.cast import ENDED, CaseFile, UserFactory, open_for
from tests.passkey import Passkey
from tests.sharing import hurrying
from tests.sharing.advising import ask
from tests.sharing.agreeing import agreed
from tests.sharing.asked_of_us import logged
from tests.sharing.deciding import NOT_SHARED, decided, draft_of
from tests.sharing.exporting import asked_for
from tests.sharing.following import report
from tests.sharing.judging import drawn, judged, not_shared, this_month
from tests.sharing.lettering import declined, prepared, refused
from tests.sharing.requesting import may_ask
from tests.sharing.requesting import sent as request_sent

pytestmark = pytest.mark.django_db

CAST = (
    "officer", "granted", "colleague", "manager", "other_manager", "governance", "administrator",
    "excluded", "superuser", "deactivated", "outsider", "expired", "emergency", "ended", "purpose",
)  # fmt: skip
# own: the officer who owns the case · grt: granted · col: colleague · man: manager of the team
# oth: manager of another team · gov: governance lead · adm: administrator · exc: excluded
# sup: superuser flag · dea: deactivated (302 to the sign-in page, as for anybody) · out: not signed in
# exp: their grant has ended · eme: emergency access now · end: granted, their session was ended
# pur: a governance lead who stated a purpose. Of them, the officer alone has set up a second step.
#                          own grt col man oth gov adm exc sup dea out exp eme end pur
OPEN = "           200 200 200 200 200 200 200 200 200 200 200 200 200 200 200"
SIGNED_IN = "      200 200 200 200 200 200 200 200 200 302 302 200 200 302 200"
SIGN_IN_PAGE = "   302 302 302 302 302 302 302 302 302 200 200 302 302 200 302"
WORKS_ON_CASES = " 200 200 200 200 200 404 404 200 200 302 302 200 200 302 404"
CASE = "           200 200 404 200 404 404 404 404 404 302 302 404 200 302 200"
CASE_WORK = "      200 200 404 200 404 404 404 404 404 302 302 404 200 302 403"
CASE_CLOSE = "     200 200 404 200 404 404 404 404 404 302 302 404 403 302 403"
CASE_WHO = "       200 200 404 200 404 404 404 404 404 302 302 404 403 302 200"
CASE_MANAGED = "   403 403 404 200 404 404 404 404 404 302 302 404 403 302 200"
CASE_JUDGED = "    403 403 404 200 404 404 404 404 404 302 302 404 403 302 403"
MANAGERS_OF_IT = " 404 404 404 200 404 404 404 404 404 302 302 404 404 302 404"
CASE_ANSWERED = "  404 404 404 200 404 404 404 404 404 302 302 404 404 302 200"
CASE_IS_OPEN = "   302 302 404 302 404 404 404 404 404 302 302 404 302 302 302"
CASE_ENDED = "     404 404 404 302 404 404 404 404 404 302 302 404 404 302 302"
MANAGERS_OWN = "   404 404 404 302 404 404 404 404 404 302 302 404 404 302 404"
CASE_POST = "      302 302 404 302 404 404 404 404 404 302 302 404 302 302 403"
TYPING = "         400 404 404 400 404 404 404 404 404 302 302 404 404 302 404"
DRAFT = "          200 404 404 200 404 404 404 404 404 302 302 404 404 302 404"
GOVERNANCE = "     404 404 404 404 404 200 404 404 404 302 302 404 404 302 200"
CASE_AND_GOVERNANCE = "200 200 404 200 404 200 404 404 404 302 302 404 200 302 200"
GOVERNANCE_OWN = " 404 404 404 404 404 200 404 404 404 302 302 404 404 302 404"
NOT_READY = "      404 404 404 404 404 404 404 404 404 302 302 404 404 302 404"
GOVERNANCE_POST = "404 404 404 404 404 302 404 404 404 302 302 404 404 302 404"
SECOND_PERSON = "  404 404 404 200 200 200 404 404 404 302 302 404 404 302 404"
LOG = "            404 404 404 200 200 200 404 404 404 302 302 404 404 302 200"
LOG_ADDRESS = "    404 404 404 302 302 302 404 404 404 302 302 404 404 302 302"
OVERSIGHT = "      404 404 404 404 404 200 200 404 404 302 302 404 404 302 200"
ADMINISTRATOR = "  404 404 404 404 404 404 200 404 404 302 302 404 404 302 404"
MANAGERS = "       404 404 404 200 200 404 404 404 404 302 302 404 404 302 404"
OWN = "            200 404 404 404 404 404 404 404 404 302 302 404 404 302 404"
OWN_TASK = "       302 404 404 404 404 404 404 404 404 302 302 404 404 302 404"
HALF_WAY = "       302 302 302 302 302 302 302 302 302 302 302 302 302 302 302"
LISTED = "         200 200 200 200 200 200 404 200 200 302 302 200 200 302 200"
KEEPERS = "        404 404 404 404 404 200 200 404 404 302 302 404 404 302 200"
KEEPERS_POST = "   404 404 404 404 404 302 302 404 404 302 302 404 404 302 302"
NOBODY = "         404 404 404 404 404 404 404 404 404 404 404 404 404 404 404"
#                  own grt col man oth gov adm exc sup dea out exp eme end pur

MATRIX = {
    "accessibility": OPEN,
    "account_change_password": SIGNED_IN,
    "account_login": SIGN_IN_PAGE,
    "account_logout": SIGNED_IN,
    "account_reauthenticate": SIGNED_IN,
    "account_sessions": SIGNED_IN,
    "advice": CASE_AND_GOVERNANCE,
    "advice_list": LISTED,
    "agencies": ADMINISTRATOR,
    "agency_change": ADMINISTRATOR,
    "agreement": GOVERNANCE,
    "agreement_end": GOVERNANCE,
    "agreement_new": GOVERNANCE,
    "agreements": GOVERNANCE,
    "asked": CASE,
    "asked_answer": CASE_WORK,
    "asked_decide": CASE_POST,
    "asked_new": CASE_WORK,
    "case": CASE,
    "case_access": CASE_WHO,
    "case_access_until": CASE_MANAGED,
    "case_advice_new": CASE_WORK,
    "case_change": CASE_WORK,
    "case_chronology": CASE,
    "case_close": CASE_CLOSE,
    "case_code_word": CASE_WORK,
    "case_concern_add": CASE_WORK,
    "case_concern_change": CASE_WORK,
    "case_consent": CASE,
    "case_duplicate": CASE_CLOSE,
    "case_information": CASE,
    "case_match": DRAFT,
    "case_move": CASE_MANAGED,
    "case_new": WORKS_ON_CASES,
    "case_people": CASE,
    "case_person_add": CASE_WORK,
    "case_person_change": CASE_WORK,
    "case_reopen": CASE_IS_OPEN,
    "case_risk": CASE,
    "case_safe_contact": CASE_WORK,
    "case_safety": CASE,
    "case_sharing": CASE,
    "case_staff_safety": CASE_WORK,
    "case_pack": CASE_MANAGED,
    "case_person_report": CASE_MANAGED,
    "case_timeline": CASE_WHO,
    "processing": GOVERNANCE,
    "processing_csv": GOVERNANCE,
    "register": GOVERNANCE,
    "register_csv": GOVERNANCE,
    "cases": WORKS_ON_CASES,
    "cookies": OPEN,
    "decision": CASE,
    "decision_anew": CASE_WORK,
    "decision_correct": CASE_WORK,
    "decision_pdf": CASE,
    "decision_review": CASE_WORK,
    "decision_sent": CASE_WORK,
    "decision_wrong_person": CASE_WORK,
    "draft": DRAFT,
    "draft_advice": DRAFT,
    "draft_asked": DRAFT,
    "draft_check": DRAFT,
    "draft_discard": DRAFT,
    "draft_done": DRAFT,
    "draft_items": DRAFT,
    "draft_panel": DRAFT,
    "draft_points": DRAFT,
    "draft_record": DRAFT,
    "draft_recipients": DRAFT,
    "draft_start": CASE_POST,
    "draft_step": DRAFT,
    "draft_typing": TYPING,
    "emergency": WORKS_ON_CASES,
    "emergency_access": WORKS_ON_CASES,
    "emergency_access_review": CASE_ANSWERED,
    "emergency_case": CASE_WORK,
    "emergency_complete": CASE_POST,
    "emergency_done": CASE,
    "guidance": SIGNED_IN,
    "guidance_page": SIGNED_IN,
    "health": OPEN,
    "home": SIGNED_IN,
    "incident": CASE_AND_GOVERNANCE,
    "incidents": GOVERNANCE,
    "integrity": KEEPERS,
    "integrity_check": KEEPERS_POST,
    "integrity_manifest": KEEPERS,
    "checkpoint_file": KEEPERS,
    "information_add": CASE_WORK,
    "information_change": CASE_WORK,
    "information_checked": CASE_POST,
    "item_add": DRAFT,
    "item_change": DRAFT,
    "item_remove": DRAFT,
    "letter": CASE,
    "letter_declining": CASE_WORK,
    "letter_new": CASE_WORK,
    "letter_pdf": CASE,
    "letter_text": CASE,
    "export": GOVERNANCE_OWN,
    "export_again": GOVERNANCE_POST,
    "export_approve": SECOND_PERSON,
    "export_cancel": GOVERNANCE_POST,
    "export_download": NOT_READY,
    "export_new": GOVERNANCE,
    "export_progress": GOVERNANCE_OWN,
    "exports": GOVERNANCE,
    "log_not_shared": LOG_ADDRESS,
    "log_view_drop": GOVERNANCE_POST,
    "log_views": LOG,
    "dashboard": LOG,
    "dashboard_csv": LOG,
    "dashboard_overdue": LOG,
    "logs": LOG,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_authenticate": HALF_WAY,
    "mfa_generate_recovery_codes": OWN,
    "mfa_index": SIGNED_IN,
    "mfa_login_webauthn": SIGN_IN_PAGE,
    "mfa_remove": OWN,
    "mfa_view_recovery_codes": OWN,
    "my_team": MANAGERS,
    "openid_connect_callback": NOBODY,
    "openid_connect_login": NOBODY,
    "notice_seen": MANAGERS_OWN,
    "oversight": OVERSIGHT,
    "parked": SIGNED_IN,
    "people": ADMINISTRATOR,
    "person_access": MANAGERS,
    "person_add": ADMINISTRATOR,
    "person_change": ADMINISTRATOR,
    "person_deactivate": ADMINISTRATOR,
    "person_hand_on": ADMINISTRATOR,
    "person_link": ADMINISTRATOR,
    "person_reactivate": ADMINISTRATOR,
    "person_sign_out": ADMINISTRATOR,
    "person_two_step": ADMINISTRATOR,
    "privacy": OPEN,
    "purpose": GOVERNANCE,
    "quick_exit": OPEN,
    "recipient_add": DRAFT,
    "recipient_change": DRAFT,
    "recipient_remove": DRAFT,
    "request": CASE,
    "request_act": CASE_WORK,
    "request_new": CASE_WORK,
    "requests": LISTED,
    "review_of": CASE_JUDGED,
    "reviews": MANAGERS,
    "sample": MANAGERS,
    "sample_answer": MANAGERS_OF_IT,
    "sample_of": MANAGERS,
    "setup": ADMINISTRATOR,
    "setup_document": ADMINISTRATOR,
    "setup_hours": ADMINISTRATOR,
    "setup_notice": ADMINISTRATOR,
    "setup_organisation": ADMINISTRATOR,
    "setup_policies": ADMINISTRATOR,
    "setup_policy": ADMINISTRATOR,
    "setup_risk": ADMINISTRATOR,
    "setup_timers": ADMINISTRATOR,
    "setup_urgent": ADMINISTRATOR,
    "stay": SIGNED_IN,
    "task": OWN_TASK,
    "team_hand_on": MANAGERS,
    "teams": ADMINISTRATOR,
    "timed_access_end": CASE_ENDED,
    "welcome": NOBODY,
}
OF_A_PERSON = ("person_change", "person_link", "person_sign_out", "person_two_step")
POSTED = {
    "asked_decide", "case_code_word", "dashboard_csv", "draft_record", "draft_start", "draft_typing",
    "emergency_complete",
    "export_again", "export_cancel", "export_download",
    "information_checked", "integrity_check", "log_view_drop", "notice_seen", "processing_csv",
    "register_csv", "stay", "timed_access_end",
}  # fmt: skip
"""Asked with POST, because they answer nothing else."""


ONE_PERSON = ("case_code_word", "case_person_change", "case_person_report", "case_safe_contact")


def _patterns(found: list[Any]) -> Iterator[URLPattern]:
    for one in found:
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns)
        else:
            yield one


def test_every_url_is_listed_and_every_listed_url_is_there() -> None:
    patterns = list(_patterns(get_resolver().url_patterns))
    assert sorted(str(pattern.name) for pattern in patterns) == sorted(MATRIX)


def emergency(by: User, file: CaseFile) -> str:
    """The reference of an emergency share."""
    given = hurrying.given([file.survivor])
    return record_emergency(by=by, case=file.case, answers=given).reference


def happened(by: User, file: CaseFile) -> Concern:
    """Something that happened, as the chronology has it."""
    values = {"kind": "incident", "happened_on": date(2026, 3, 1), "text": "He followed her", "source": "Roz"}
    return add_concern(by=by, case=file.case, values=values)


def provisional(by: User) -> str:
    """The reference of a provisional case, which its owner and the team's manager alone may open."""
    return record_emergency(by=by, answers=hurrying.given([])).case.reference


def hurried(manager: User, case: Case) -> dict[str, dict[str, Any]]:
    """Emergency access to the case that is over, one that is not, and the manager's notice of it."""
    now, colleague = timezone.now(), UserFactory(teams=[case.team])
    over, running = (open_for(colleague, case, "emergency", timedelta(hours=hours)) for hours in (0, 1))
    notice = Notice.objects.create(
        user=manager, kind="emergency_access", case=case, about=over.user, access=over, made_at=now
    )
    return {
        "emergency_access_review": {"access_id": over.id},
        "timed_access_end": {"access_id": running.id},
        "notice_seen": {"notice_id": notice.id},
    }


def reminded(user: User, file: CaseFile) -> Reminder:
    """A reminder of a decision that they have to send."""
    decision, now = decided(user, file), timezone.now()
    return Reminder.objects.create(
        key=uuid4().hex * 2,
        kind="unsent",
        case=file.case,
        user=user,
        about=decision.id,
        due_at=now,
        rang_at=now,
    )


def passkey_of(user: User) -> Authenticator:
    """A passkey of somebody's own, and the recovery codes that come with it."""
    options = {"publicKey": {"challenge": b"asked", "user": {"id": user.id.hex}}}
    two_step_actions.add_passkey(by=user, name="Phone", credential=json.loads(Passkey().make(options)))
    return two_step.of(user)[0]


def of_requests(by: User, file: CaseFile) -> dict[str, dict[str, Any]]:
    """A request that was sent, and a recipient whom nobody has asked yet."""
    allowed = may_ask(by, file)
    sent = {"reference": request_sent(by, allowed).reference}
    new = {"reference": allowed.reference, "recipient": "police"}
    return {"request": sent, "request_act": sent | {"slug": "refuse"}, "request_new": new}


def of_letters(by: User, file: CaseFile) -> dict[str, dict[str, Any]]:
    """A letter that waits for a manager, one that can go, and what two more can be written about."""
    request, asked = refused(by, file), declined(by, file)
    goes = {"reference": prepared(request, "L2", by).reference}
    return {
        "letter": {"reference": prepared(request, "L3", by).reference},
        "letter_pdf": goes,
        "letter_text": goes,
        "letter_new": {"reference": request.reference, "kind": "L2"},
        "letter_declining": {"reference": asked.reference, "kind": "L5"},
    }


def of_exports(governance: User, other: User) -> dict[str, dict[str, Any]]:
    """A governance lead's own export, one with names that another asked for, a view that they keep.

    None of them is ready: tests/sharing/test_exports.py takes one away.
    """
    own = {"export_id": asked_for(governance).id}
    view = saved_views.keep(by=governance, name="Mine", chosen={"outcome": "not_yet"})
    return {
        **dict.fromkeys(
            ("export", "export_again", "export_cancel", "export_download", "export_progress"), own
        ),
        "export_approve": {"export_id": asked_for(other, names=True).id},
        "log_view_drop": {"view_id": view.id},
    }


def signed() -> Checkpoint:
    """A checkpoint of the log as it is."""
    made = ledger.checkpoint(timezone.now(), at_once=True)
    assert made is not None
    return made


def of_reviews(by: User, manager: User, file: CaseFile) -> dict[str, dict[str, Any]]:
    """A decision to review, one that a manager wants anew, and a sample that holds one."""
    directed = not_shared(by, file)
    judged(manager, directed, "direct")
    sampled = {"month": this_month().code, "reference": not_shared(by, file).reference}
    drawn(manager)
    return {
        "review_of": {"reference": not_shared(by, file).reference},
        "decision_anew": {"reference": directed.reference},
        "sample_of": {"month": sampled["month"]},
        "sample_answer": sampled,
    }


@pytest.fixture
def addresses(
    case_file: CaseFile, officer: User, deactivated: User, granted: User, excluded: User, governance: User,
    manager: User, purpose: User,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """The arguments of each address: the cast's case, the officer's draft, a decision, a member of staff."""
    in_case = {"reference": case_file.case.reference}
    draft = {"draft_id": draft_of(officer, case_file).id}
    item = draft | {"item_id": case_file.information.id}
    recipient = draft | {"key": "police"}
    decision = decided(officer, case_file)
    of_decision = {"reference": decision.reference}
    recorded = Draft.objects.get(request_key=decision.request_key)
    person = {"person_id": granted.id}
    told = {"reference": emergency(officer, case_file)}
    agreement = {"series": agreed(governance).series}
    second_step = passkey_of(officer)
    asked = {"reference": logged(officer, case_file).reference}
    return {
        "agency_change": {"code": Agency.objects.values_list("code", flat=True)[0]},
        "setup_policy": {"code": Policy.objects.create(code="visits", name="Visits at home").code},
        "advice": {"reference": ask(officer, case_file.case, governance).reference},
        "agreement": agreement,
        "agreement_end": agreement,
        "asked_new": in_case,
        **dict.fromkeys(("asked", "asked_answer", "asked_decide"), asked),
        **dict.fromkeys(ONE_PERSON, in_case | {"person": case_file.child.id}),
        "case_concern_change": in_case | {"concern": happened(officer, case_file).id},
        **dict.fromkeys(
            ("information_change", "information_checked"), in_case | {"item": case_file.older.id}
        ),
        **{name: of_decision for name in MATRIX if name.startswith("decision")},
        "incident": {"reference": report(decision).reference},
        "dashboard_overdue": {"age": "week"},
        "draft_step": draft | {"slug": "reasons"},
        "draft_typing": draft | {"page": "reasons"},
        "draft_start": in_case,
        "guidance_page": {"word_id": "rule-1"},
        "item_change": item,
        "mfa_remove": {"number": second_step.id},
        "item_remove": item,
        "person_deactivate": person,
        "person_reactivate": {"person_id": deactivated.id},
        "recipient_change": recipient,
        "recipient_remove": recipient,
        "welcome": {"token": "A" * 43},
        "person_hand_on": {"person_id": deactivated.id},
        **dict.fromkeys(OF_A_PERSON, person),
        **{name: {"person_id": officer.id} for name in ("person_access", "team_hand_on")},
        **{
            name: in_case
            for name in MATRIX
            if name.startswith("case_") and name not in {"case_new", "case_concern_change", *ONE_PERSON}
        },
        "case": in_case,
        "information_add": in_case,
        **{
            name: draft
            for name in MATRIX
            if name.startswith("draft") and name not in {"draft_start", "draft_step", "draft_typing"}
        },
        **dict.fromkeys(("item_add", "recipient_add"), draft),
        "draft_panel": {"draft_id": draft_of(officer, case_file, **NOT_SHARED).id},
        "draft_done": {"draft_id": recorded.id},
        "emergency_case": in_case,
        **dict.fromkeys(("emergency_complete", "emergency_done"), told),
        "case_match": {"reference": provisional(officer)},
        "task": {"reference": reminded(officer, case_file).reference},
        "case_access_until": in_case | {"person": granted.id},
        **hurried(manager, case_file.case),
        **of_requests(officer, case_file),
        **of_letters(officer, case_file),
        **of_reviews(officer, manager, case_file),
        **of_exports(governance, purpose),
        "checkpoint_file": {"checkpoint_id": signed().id},
    }


GROUPS = 8
"""The world is made, and the cast signed in, once for so many of the addresses; each leaves it as it was."""


@pytest.mark.parametrize("group", range(GROUPS))
def test_url_and_cast(
    group: int, addresses: dict[str, dict[str, Any]], request: pytest.FixtureRequest
) -> None:
    cookies = {member: _signed_in(request.getfixturevalue(member)).cookies for member in CAST}
    wrong = []
    for name in sorted(MATRIX)[group::GROUPS]:
        codes = [int(code) for code in MATRIX[name].split()]
        for member, code in zip(CAST, codes, strict=True):
            with _undone():
                client = Client()
                client.cookies = deepcopy(cookies[member])
                address = reverse(name, kwargs=addresses.get(name))
                got = _answer(client, address, posted=name in POSTED)
                if got != code:
                    wrong.append(f"{member} gets {got} from {name}, and the matrix says {code}")
                # Nor may they post: not there, or a page that takes no post from anybody.
                if code == 404 and _answer(client, address, posted=True) not in {404, 405}:
                    wrong.append(f"{member} may post to {name}")
    assert not wrong, "\n".join(wrong)


@contextmanager
def _undone() -> Iterator[None]:
    """What happens in here leaves nothing in the database."""
    begun = transaction.savepoint()  # a block of its own would refuse the durable ones inside
    yield
    transaction.savepoint_rollback(begun)


def _answer(client: Client, address: str, *, posted: bool) -> int:
    return (client.post(address) if posted else client.get(address)).status_code


def _signed_in(user: User | AnonymousUser) -> Client:
    client = Client()
    if isinstance(user, User):
        client.force_login(user, backend=BACKEND)
        if user.email == ENDED:
            client.session.delete()
    return client


def _ask(user: User | AnonymousUser, address: str, *, posted: bool) -> Any:
    client = _signed_in(user)
    return client.post(address) if posted else client.get(address)


@pytest.mark.parametrize(
    "member", ["colleague", "other_manager", "governance", "administrator", "excluded", "superuser"]
)
def test_a_hidden_case_and_no_case_give_the_same_answer(
    member: str, addresses: dict[str, dict[str, Any]], a_case: Case, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(member)
    hidden = _ask(user, f"/cases/{a_case.reference}/", posted=False)
    missing = _ask(user, "/cases/C-ZZZZZZ/", posted=False)
    nowhere = _ask(user, "/nothing/at/all/", posted=False)
    assert hidden.content == missing.content == nowhere.content
    assert dict(hidden.headers) == dict(missing.headers) == dict(nowhere.headers)
    decision = addresses["decision"]["reference"]
    assert _ask(user, f"/decisions/{decision}/", posted=False).content == missing.content
    incident = addresses["incident"]["reference"]
    if member != "governance":
        assert _ask(user, f"/incidents/{incident}/", posted=False).content == missing.content
        advice = addresses["advice"]["reference"]
        assert _ask(user, f"/advice/{advice}/", posted=False).content == missing.content
    draft = addresses["draft"]["draft_id"]
    assert _ask(user, f"/drafts/{draft}/", posted=False).content == missing.content


def test_a_signed_out_stranger_cannot_tell_an_address_from_none(
    addresses: dict[str, dict[str, Any]], a_case: Case
) -> None:
    there = _ask(AnonymousUser(), f"/cases/{a_case.reference}/", posted=False)
    missing = _ask(AnonymousUser(), "/cases/C-ZZZZZZ/", posted=False)
    assert there.status_code == missing.status_code == 302
    assert there["Location"].replace(a_case.reference, "C-ZZZZZZ") == missing["Location"]
