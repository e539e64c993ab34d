"""The pages of a request made to us: log it, read it, decide about it, settle it without a decision."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import access as case_access
from cases.banner import banner
from cases.fields import drawing
from cases.views import page
from sharing import asked, asked_actions
from sharing.forms.asked import AskedAnswerForm, AskedForm, WhichForm
from sharing.models import Asked
from sharing.views.desk import Desk, on_draft, show

LOGGED = "Logged. Now decide what to share."
ANSWERED = "Somebody answered this while you had the page open. Nothing was recorded: read it again"
ELSEWHERE = "Somebody has begun to decide about this already. Ask them, or a manager, to go on with it"


@require_http_methods(["GET", "HEAD", "POST"])
def asked_new(request: HttpRequest, reference: str) -> HttpResponse:
    """Log that an agency asks us for something about this case."""
    case = page.fetch(request, reference, "follow")
    form = AskedForm(page.posted(request))
    by, made = page.user(request), []

    def action(key: UUID | None) -> None:
        made.append(asked_actions.log_asked(by=by, case=case, values=form.values(), request_key=key))

    if form.is_valid() and page.saved(request, form, action, LOGGED):
        return redirect("asked", made[0].reference) if made else redirect("case_sharing", case.reference)
    back = reverse("case_sharing", args=[case.reference])
    context = {"form": form, "heading": "Log what an agency asks us", "back": back}
    return page.show(request, case, "case_sharing", "sharing/asked_new.html", context)


@require_safe
def asked_page(request: HttpRequest, reference: str) -> HttpResponse:
    """What was asked, and where it stands."""
    row = asked.fetch(request.user, reference)
    return _show(request, row, "sharing/asked.html")


def _show(request: HttpRequest, row: Asked, template: str, **context: Any) -> HttpResponse:
    by = page.user(request)
    with asked_actions.see_asked(by=by, row=row) as may, drawing():
        frame = {
            "case": row.case,
            "banner": banner(row.case, may),
            "may": may,
            "request_key": page.fresh_key(request),
        }
        return render(request, template, frame | asked.page_of(row, by) | context)


@require_POST
def asked_decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Begin the decision that answers it, filled in with what it says; a double click begins one."""
    row = asked.fetch(request.user, reference)
    try:
        draft = asked_actions.start_answer(by=page.user(request), row=row)
    except asked_actions.AnsweredAlready:
        messages.warning(request, ANSWERED)
    except asked_actions.DecidedElsewhere:
        messages.warning(request, ELSEWHERE)
    else:
        return redirect("draft", draft.id)
    return redirect("asked", row.reference)


@on_draft
def draft_asked(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Say which request a decision that was begun otherwise answers."""
    onward = redirect("draft_step", desk.draft.id, "requester")
    rows = asked.to_link(desk.draft)
    if not rows:
        return onward
    names = asked.agency_names(rows)
    offered = [
        (one.reference, f"{one.reference}, {names[one.agency]}, came {asked.shown(one.received_at)}")
        for one in rows
    ]
    form = WhichForm(page.posted(request), rows=offered)
    if form.is_valid():
        chosen = next((one for one in rows if one.reference == form.cleaned_data["which"]), None)
        if chosen is None or _linked(desk, chosen, form):
            return onward
    return show(desk, "sharing/draft_asked.html", form=form, back=onward.url)


def _linked(desk: Desk, row: Asked, form: WhichForm) -> bool:
    try:
        asked_actions.link_draft(by=desk.user, draft=desk.draft, row=row)
    except asked_actions.AnsweredAlready:
        form.add_error("which", ANSWERED)
    except asked_actions.DecidedElsewhere:
        form.add_error("which", ELSEWHERE)
    return not form.errors


@require_http_methods(["GET", "HEAD", "POST"])
def asked_answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Say how it ended where no decision was begun from it."""
    row = asked.fetch(request.user, reference)
    case_access.require(request.user, "follow", row.case)
    form = AskedAnswerForm(page.posted(request), decisions=asked.decisions_to_name(row.case))
    if form.is_valid():
        try:
            if page.saved(request, form, lambda key: _answered(request, row, form, key), "Recorded."):
                return redirect("asked", row.reference)
        except asked_actions.AnsweredAlready:
            form.add_error(None, ANSWERED)
    return _show(request, row, "sharing/asked_answer.html", form=form, seen=str(row.answers.count()))


def _answered(request: HttpRequest, row: Asked, form: AskedAnswerForm, key: UUID | None) -> None:
    values = {**form.cleaned_data, "decision": asked.decision_in(row.case, form.chosen)}
    text = request.POST.get("seen", "")
    seen = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
    asked_actions.answer_asked(by=page.user(request), row=row, values=values, seen=seen, request_key=key)
