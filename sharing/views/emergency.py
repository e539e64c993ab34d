"""The emergency share: one page with or without a case, what was recorded, and the way to complete it."""

from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.chain import receipt_code
from audit.ledger import DuplicateRequest
from cases import access as case_access
from cases.actions import see
from cases.banner import banner
from cases.fields import drawing
from cases.models import Case, Organisation, User
from cases.views import page
from cases.views.gate import when_live
from sharing import access, actions, emergency_actions
from sharing.emergency import standing
from sharing.forms.emergency import EmergencyForm, carried, typed
from sharing.models import Decision, Draft

USED = "This page has been used already. Your answers are still here: press Record again"


@require_http_methods(["GET", "HEAD", "POST"])
@when_live("sharing/emergency_not_live.html")
def emergency(request: HttpRequest) -> HttpResponse:
    """Record an emergency share of which the case is not known: it opens a provisional one."""
    user = case_access.require_role(page.user(request), User.Role.OFFICER, User.Role.MANAGER)
    if not user.teams.exists():
        return render(request, "sharing/emergency_no_team.html")
    return _answer(request, user, None, None)


@require_http_methods(["GET", "HEAD", "POST"])
def emergency_case(request: HttpRequest, reference: str) -> HttpResponse:
    """Record an emergency share of a case; `?draft=` takes over what a draft of it answers already."""
    case = page.fetch(request, reference, "work")
    user = page.user(request)
    asked = page.uuid_of(request.POST.get("draft") or request.GET.get("draft"))
    draft = access.drafts_for(user).filter(id=asked, case=case, follows=None).first() if asked else None
    return _answer(request, user, case, draft)


def _answer(request: HttpRequest, user: User, case: Case | None, draft: Draft | None) -> HttpResponse:
    with drawing():
        form = _form(request, case, draft)
    if form.is_valid():
        now = timezone.now()  # one moment: a basis that is chosen while telling is not chosen after it
        try:
            decision = emergency_actions.record_emergency(
                by=user,
                case=case,
                answers=form.given(now),
                draft=draft,
                request_key=page.request_key(request),
                now=now,
            )
        except DuplicateRequest:
            form.add_error(None, USED)
            return _show(request, user, case, draft, form, used=True)
        return redirect("emergency_done", decision.reference)
    return _show(request, user, case, draft, form)


def _form(request: HttpRequest, case: Case | None, draft: Draft | None) -> EmergencyForm:
    """The page as it was sent, as a draft fills it in, or empty. "It was earlier" only adds a question."""
    people = list(case.people.all()) if case else []
    around: dict[str, Any] = {
        "people": people,
        "organisation": Organisation.current(),
        "now": timezone.now(),
        "earlier": "earlier" in request.GET or "earlier" in request.POST,
    }
    if request.method != "POST":
        return EmergencyForm(initial=carried(actions.answers_of(draft), people) if draft else {}, **around)
    if "earlier" in request.POST:
        return EmergencyForm(initial=typed(request.POST), **around)
    return EmergencyForm(request.POST, **around)


def _show(
    request: HttpRequest,
    user: User,
    case: Case | None,
    draft: Draft | None,
    form: EmergencyForm,
    *,
    used: bool = False,
) -> HttpResponse:
    context = {
        "form": form,
        "case": case,
        "draft": draft,
        "now": timezone.now(),
        "request_key": uuid4() if used else page.fresh_key(request),
    }
    if case is None:
        return render(request, "sharing/emergency.html", context)
    with see(by=user, case=case, page="emergency", what="work") as held, drawing():
        return render(request, "sharing/emergency.html", context | {"banner": banner(case, held)})


def _recorded(request: HttpRequest, reference: str, what: case_access.What = "view") -> Decision:
    """The emergency share with this reference; for anything else there is no such page."""
    found = access.fetch_decision(request.user, reference)
    if not found.emergency:
        raise Http404
    case_access.require(request.user, what, found.case)
    return found


@require_safe
def emergency_done(request: HttpRequest, reference: str) -> HttpResponse:
    """The reference and the receipt code of what was recorded, and what comes next."""
    found = _recorded(request, reference)
    with see(by=page.user(request), case=found.case, page="emergency") as held:
        context = {
            "decision": found,
            "case": found.case,
            "banner": banner(found.case, held),
            "receipt": receipt_code(bytes(found.entry_hash)),
        }
        return render(request, "sharing/emergency_done.html", context | standing(found, timezone.now()))


@require_POST
def emergency_complete(request: HttpRequest, reference: str) -> HttpResponse:
    """Go on with the completion; where it is recorded already, show it."""
    found = _recorded(request, reference, "work")
    with actions.see_decision(by=page.user(request), decision=found):
        pass  # what it holds is read into the completion
    try:
        draft = emergency_actions.open_completion(by=page.user(request), decision=found)
    except actions.AlreadyFollowed as followed:
        return redirect("decision", followed.by.reference)
    return redirect("draft", draft.id)
