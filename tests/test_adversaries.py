"""Each adversary of the threat table, one by one, at the doors that they would try."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import ledger
from audit.models import Entry
from cases import access, access_actions, account_actions, idle
from cases.models import Case, CaseUserPermission, Notice, Person, Team, User
from sharing import actions
from sharing.models import Decision
from tests.accounts.test_step_up import long_ago
from tests.cast import CaseFile, make_case
from tests.sharing import exporting
from tests.sharing.deciding import NOT_SHARED, decided, draft_of, recipient
from tests.sharing.filling import Decider, decider
from tests.test_bad_input import written
from tests.test_matrix import MATRIX, POSTED, addresses
from tests.visiting import WAYS, Page, Walk, client_of, ours, send

__all__ = ["addresses"]
pytestmark = pytest.mark.django_db

Addresses = dict[str, dict[str, Any]]
SIGN_IN, AGAIN = "/sign-in/", "/account/again/"
OUTWARD = ("/quick-exit/", "/sign-out/", "/static/", "/stay/")


def browse(user: User) -> dict[str, str]:
    """Every page that somebody reaches by following links, by its address."""
    client, seen = client_of(user), dict[str, str]()
    listed = ("cases", "logs", "incidents", "people", "team", "reviews", "purpose", "advice", "requests")
    waiting = ["/", *(f"/{name}/" for name in listed)]
    while waiting and len(seen) < 150:
        address = waiting.pop().split("#")[0]
        if address in seen or not address.startswith("/") or address.startswith(OUTWARD):
            continue
        response = client.get(address)
        html = "html" in response.headers.get("Content-Type", "")
        seen[address] = response.text if html else ""
        waiting += Page(seen[address]).addresses + (
            [response["Location"]] if response.has_header("Location") else []
        )
    return seen


def traces(case: Case) -> list[str]:
    """What would tell of the case: its references, and names in it."""
    decisions = Decision.objects.filter(case=case).values_list("reference", flat=True)
    return [case.reference, str(case.id), "Achterberg", "Roz", "Quarry Rise", "Pym", *decisions]


def _says(text: str, trace: str) -> bool:
    """Whether a page says it as a word: three letters stand in many a form's token."""
    return re.search(rf"\b{re.escape(trace)}\b", text) is not None


def found(pages: dict[str, str], case: Case) -> list[str]:
    """Where something tells of the case."""
    return [f"{trace} at {at}" for at, text in pages.items() for trace in traces(case) if _says(text, trace)]


# --- A perpetrator, or a relative, on the staff ----------------------------------------------------------


def test_a_relative_on_the_staff_browses_and_finds_nothing(
    addresses: Addresses, a_case: Case, excluded: User, manager: User, officer: User
) -> None:
    assert found(browse(officer), a_case), "the owner's pages tell of the case: this test can fail"
    pages = browse(excluded)
    assert len(pages) > 8
    assert found(pages, a_case) == []
    assert not Notice.objects.filter(user=excluded).exists()


@pytest.mark.parametrize(
    "text", ["Roz", "Achterberg", "achter", "14 Quarry Rise", "07700 900123", "{reference}"]
)
def test_a_relative_on_the_staff_searches_and_learns_nothing(
    text: str, a_case: Case, excluded: User, officer: User
) -> None:
    wanted, never = text.format(reference=a_case.reference), "C-ZZZZZZ" if "{" in text else "Zanzibar"
    assert a_case.reference in client_of(officer).post("/cases/", {"text": wanted}).text
    client = client_of(excluded)
    mine = _bare(client.post("/cases/", {"text": wanted}).text).replace(wanted, "")
    assert mine == _bare(client.post("/cases/", {"text": never}).text).replace(never, "")


def _bare(text: str) -> str:
    """A page without the keys that are new each time, and the seconds that are left."""
    hidden = ("csrfmiddlewaretoken", "request_key", "data-left")
    return "\n".join(line for line in text.splitlines() if not any(name in line for name in hidden))


def test_a_relative_on_the_staff_cannot_break_the_glass_and_the_manager_hears_of_it(
    a_case: Case, excluded: User, manager: User
) -> None:
    cache.clear()
    client, said = client_of(excluded), []
    for reference in (a_case.reference, "C-ZZZZZZ"):
        data = {"reference": reference, "reason": "He is at the door and she has rung us"}
        answer = client.post("/emergency-access/", data)
        assert answer.status_code == 200
        said.append(_bare(answer.text).replace(reference, ""))
    assert said[0] == said[1]
    assert not access.rights(excluded, a_case)
    assert Notice.objects.filter(user=manager, kind="emergency_refused", case=a_case).exists()


def test_a_relative_on_the_staff_is_shut_out_whatever_else_they_hold(
    a_case: Case, excluded: User, team: Team
) -> None:
    User.objects.filter(id=excluded.id).update(role="manager", is_superuser=True)
    Case.objects.filter(id=a_case.id).update(owner=excluded)
    user = User.objects.get(id=excluded.id)
    assert access.rights(user, a_case) == frozenset()
    assert found(browse(user), a_case) == []


# --- A curious officer -----------------------------------------------------------------------------------


def test_a_curious_officers_every_try_is_refused_entered_and_shown_to_the_manager(
    addresses: Addresses, a_case: Case, colleague: User, manager: User
) -> None:
    client, tries = client_of(colleague), 0
    for name, kwargs in addresses.items():
        if kwargs.get("reference") != a_case.reference or name in POSTED:
            continue
        assert client.get(reverse(name, kwargs=kwargs)).status_code == 404, name
        tries += 1
    refused = Entry.objects.filter(subject=a_case.id, actor=colleague.id, kind="access.refused")
    assert refused.count() == tries > 20
    timeline = client_of(manager).get(f"/cases/{a_case.reference}/timeline/").text
    assert "Colin Reed" in timeline


@pytest.mark.parametrize("who", ["colleague", "other_manager", "governance", "administrator", "superuser"])
def test_whoever_has_no_need_to_know_browses_and_finds_nothing(
    who: str, addresses: Addresses, a_case: Case, request: pytest.FixtureRequest
) -> None:
    assert who != "governance" or MATRIX["logs"].split()[5] == "200"
    pages = browse(request.getfixturevalue(who))
    names = ("Achterberg", "Roz", "Quarry Rise", "Pym") if who == "governance" else tuple(traces(a_case))
    assert [(trace, at) for at, text in pages.items() for trace in names if _says(text, trace)] == []


def test_the_superuser_flag_opens_nothing(a_case: Case, superuser: User) -> None:
    assert superuser.has_perm("cases.work_on_case")
    assert access.rights(superuser, a_case) == frozenset()
    assert not access.visible_to(superuser).exists()


# --- A stolen account ------------------------------------------------------------------------------------


def _aged(client: Client, **marks: float) -> Client:
    session = client.session
    for name, seconds in marks.items():
        session[name] = int(time.time() - seconds)
    session.save()
    return client


def test_a_stolen_session_ends_idle_and_at_the_end_of_a_day(
    officer: User, a_case: Case, settings: Any
) -> None:
    address, late = f"/cases/{a_case.reference}/", settings.SESSION_COOKIE_AGE + 1
    client = client_of(officer)
    assert client.get(address).status_code == 200
    _aged(client, **{idle.SEEN: settings.IDLE_SECONDS + 1})
    assert client.get(address)["Location"].startswith(SIGN_IN)
    busy = client_of(officer)
    _aged(busy, **{idle.SIGNED_IN: late, idle.SEEN: 1})
    assert busy.get(address)["Location"].startswith(SIGN_IN)


def test_a_stolen_session_takes_no_export_and_opens_no_emergency_access(
    governance: User, colleague: User
) -> None:
    cache.clear()
    address = f"/exports/{exporting.written(governance).id}/download/"
    assert long_ago(client_of(governance)).post(address)["Location"].startswith(AGAIN)
    assert long_ago(client_of(colleague)).get("/emergency-access/")["Location"].startswith(AGAIN)


def test_a_stolen_account_is_shut_at_once(officer: User, administrator: User, a_case: Case) -> None:
    stolen, address = client_of(officer), f"/cases/{a_case.reference}/"
    assert stolen.get(address).status_code == 200
    account_actions.deactivate(by=administrator, user=officer)
    assert stolen.get(address)["Location"].startswith(SIGN_IN)
    account_actions.reactivate(by=administrator, user=officer)
    assert stolen.get(address)["Location"].startswith(SIGN_IN), "an ended session came back to life"


def test_a_stolen_account_whose_sessions_were_ended_is_out(officer: User, a_case: Case) -> None:
    stolen, own = client_of(officer), client_of(officer)
    data = next(
        form for form in Page(own.get("/account/sessions/").text).forms if ours(form, "/account/sessions/")
    )
    send(own, data, "/account/sessions/", data.filled(lambda _: ""))
    assert stolen.get(f"/cases/{a_case.reference}/")["Location"].startswith(SIGN_IN)
    assert own.get(f"/cases/{a_case.reference}/").status_code == 200


# --- A manager who would rewrite a decision not to share --------------------------------------------------


REWRITTEN = "It was always to be shared, as anybody would have seen who knew what he had done"


def test_a_manager_under_pressure_changes_nothing_that_was_decided(
    addresses: Addresses, case_file: CaseFile, officer: User, manager: User, request: pytest.FixtureRequest
) -> None:
    decision = decided(officer, case_file, **NOT_SHARED)
    walk = Walk(
        {**addresses, **{n: {"reference": decision.reference} for n in MATRIX if n.startswith("decision")}},
        request,
    )
    before = Decision.objects.filter(id=decision.id).values().get()
    entry = Entry.objects.filter(hash=decision.entry_hash).values().get()
    client, sent = client_of(manager), 0
    for name in (name for name in MATRIX if name.startswith("decision")):
        address = walk.address(name)
        for form in Page(getattr(client.get(address), "text", "") if "pdf" not in name else "").forms:
            for way in WAYS if ours(form, address) else ():
                send(client, form, address, form.filled(lambda _: REWRITTEN, way))
                sent += 1
    assert sent >= 4
    assert Decision.objects.filter(id=decision.id).values().get() == before
    assert Entry.objects.filter(hash=decision.entry_hash).values().get() == entry
    assert ledger.verify().problem is None


def test_a_back_dated_decision_shows_when_it_was_recorded(officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file, **NOT_SHARED | {"decided_at": "2026-03-02T12:00:00+00:00"})
    page = client_of(officer).get(f"/decisions/{decision.reference}/").text
    for moment in (decision.decided_at, decision.recorded_at):
        assert f"{timezone.localtime(moment):%-d %B %Y}" in page


# --- A joint tenant as recipient -------------------------------------------------------------------------


def test_the_alleged_perpetrator_gets_nothing_under_his_own_name_or_as_somebodys_friend(
    officer: User, case_file: CaseFile
) -> None:
    for changes in ({"name": "Gareth Pym"}, {"name": " gareth  PYM "}, {"linked": "yes"}):
        draft = draft_of(officer, case_file, recipients=[recipient(**changes)])
        with pytest.raises(actions.CannotRecord) as refused:
            actions.record(by=officer, draft=draft)
        assert "recipient_linked" in {finding.code for finding in refused.value.findings}


# --- Whoever reads what a browser kept, sends another's form, or one that was opened in better days -------


def test_no_browser_keeps_a_page(addresses: Addresses, request: pytest.FixtureRequest) -> None:
    walk = Walk(addresses, request)
    for name in MATRIX:
        client, address = client_of(walk.owner(name) or AnonymousUser()), walk.address(name)
        answer = client.post(address) if name in POSTED else client.get(address)
        assert answer.headers["Cache-Control"] == "no-store", name


def test_a_form_of_another_site_does_nothing(addresses: Addresses, request: pytest.FixtureRequest) -> None:
    walk = Walk(addresses, request)
    clients = {name: client_of(walk.owner(name) or AnonymousUser()) for name in MATRIX if walk.owner(name)}
    before = written()
    for name, client in clients.items():
        client.handler.enforce_csrf_checks = True
        answer = client.post(walk.address(name), {"save": "1"}, HTTP_ORIGIN="https://elsewhere.example")
        assert answer.status_code in (403, 405), f"{name}: {answer.status_code}"
    assert written() == before


def _exclude(case: Case, user: User, manager: User) -> None:
    access_actions.exclude(by=manager, case=case, user=user, reason="His cousin")


def _grant_ends(case: Case, user: User, manager: User) -> None:
    CaseUserPermission.objects.filter(user=user).update(ends_at=timezone.now())


def _grant_is_taken(case: Case, user: User, manager: User) -> None:
    access_actions.end_grant(by=manager, case=case, user=user)


def _other_role(case: Case, user: User, manager: User) -> None:
    User.objects.filter(id=user.id).update(role="governance")


WORSE_DAYS = (_exclude, _grant_ends, _grant_is_taken, _other_role)
FORMS = {
    "case_person_add": {"role": "other", "name": "Ida"},
    "information_add": {"text": "He rang"},
    "case_consent": {"consent": "given"},
    "case_risk": {"level": "medium"},
    "emergency_case": {},
}


@pytest.mark.parametrize("turn", WORSE_DAYS, ids=lambda turn: turn.__name__.strip("_"))
def test_a_form_that_was_opened_in_better_days_is_nobodys_now(
    turn: Callable[[Case, User, User], None], case_file: CaseFile, granted: User, manager: User
) -> None:
    case, who = case_file.case, decider(granted, case_file)
    kept = {who.step("reasons"): {"saves": "0", "harm_if_not": "Nobody would know"}}
    for name, data in FORMS.items():
        address = reverse(name, args=[case.reference])
        page = who.client.get(address)
        key = {"request_key": page.context["request_key"]} if "request_key" in page.context else {}
        kept[address] = {**data, **key}
    turn(case, granted, manager)
    before, nowhere = written(), who.client.get("/nothing/at/all/").content
    for address, data in kept.items():
        answer = who.client.post(address, data)
        assert (answer.status_code, answer.content) == (404, nowhere), address
    assert written() == before


def test_what_is_hidden_in_a_form_opens_nothing(
    case_file: CaseFile, other_team: Team, other_manager: User, granted: User
) -> None:
    theirs = make_case(other_manager, other_team)
    who: Decider = decider(granted, case_file)
    item = who.client.post(
        who.url("item_change", theirs.information.id), {"saves": who.saves, "include": "share"}
    )
    assert item.status_code == 404
    address = reverse("case_person_change", args=[case_file.case.reference, theirs.survivor.id])
    assert who.client.post(address, {"role": "other", "name": "Mine"}).status_code == 404
    assert Person.objects.get(id=theirs.survivor.id).name == "Rosalind Achterberg"
    about = {"text": "He rang", "about": [str(theirs.survivor.id)]}
    page = who.client.post(reverse("information_add", args=[case_file.case.reference]), about)
    assert page.status_code == 200
    assert "Select" in page.text
