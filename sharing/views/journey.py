"""The task list of a draft, and each page of questions."""

from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.ledger import DuplicateRequest
from cases import access as case_access
from sharing import actions, advice, asked, journey
from sharing.forms.basis import UNFOLD, ConditionsForm
from sharing.forms.page import PageForm
from sharing.views.desk import (
    CHANGED_BELOW,
    Desk,
    actor,
    changed_elsewhere,
    keep,
    marked,
    on_draft,
    show,
    with_stops,
)

REQUESTER = "requester"
"""The page that asks who asked: it leads to the requests that wait for our answer."""
DECISION = "decision"
"""The page that asks about doubt: it leads to advice, and shows what came of it."""


@require_POST
def start(request: HttpRequest, reference: str) -> HttpResponse:
    """Start a decision about a case. A double click starts one."""
    case = case_access.fetch(actor(request), reference, "work")
    try:
        key = UUID(request.POST.get("request_key", ""))
    except ValueError:
        key = uuid4()
    try:
        draft = actions.start_draft(by=actor(request), case=case, request_key=key)
    except DuplicateRequest:
        return redirect("case_sharing", reference)
    return redirect("draft", draft.id)


@on_draft
def tasks(_request: HttpRequest, desk: Desk) -> HttpResponse:
    """The pages of the draft and how far each is."""
    stops = journey.stops_so_far(desk.sheet)
    rows = [
        _task(desk, step, journey.state(step, desk.sheet, stops)) for step in journey.applicable(desk.sheet)
    ]
    done = sum(row["status"] == "Completed" for row in rows)
    return show(
        desk, "sharing/tasks.html", tasks=rows, done=done, first=rows[0], started=done or desk.draft.saves
    )


def _task(desk: Desk, step: journey.Step, state: tuple[str, str]) -> dict[str, Any]:
    status, colour = state
    return {
        "label": step.title,
        "hint": f"Page {step.page}",
        "href": address(desk, step),
        "status": status,
        "colour": colour,
    }


def address(desk: Desk, step: journey.Step | None) -> str:
    """Where a page of the draft is; after the last one, what is still to be looked at before recording."""
    if step is not None:
        return reverse("draft_step", args=[desk.draft.id, step.slug])
    if journey.panel_due(desk.sheet):
        return reverse("draft_panel", args=[desk.draft.id])
    open_points = journey.points_form(desk.sheet).fields
    answered = desk.sheet.answers.get("points", {})
    to_answer = set(open_points) - set(answered)
    return reverse("draft_points" if to_answer else "draft_check", args=[desk.draft.id])


@on_draft
def step(request: HttpRequest, desk: Desk, slug: str) -> HttpResponse:
    """One page of questions: what can be read is saved, then what stands against it is shown."""
    page = journey.BY_SLUG.get(slug)
    if page is None:
        raise Http404
    if not page.when(desk.sheet):
        return redirect("draft", desk.draft.id)
    if request.method != "POST":
        return show_step(desk, page, _as_stored(desk, page))
    if UNFOLD in request.POST and page.form is ConditionsForm:
        return show_step(desk, page, ConditionsForm(desk.sheet).unfold(request.POST))
    form = page.form(desk.sheet, request.POST)
    later = "later" in request.POST
    if not form.is_valid() and not (later and form.only_unanswered):
        return show_step(desk, page, form)
    try:
        desk = keep(desk, lambda answers: _merged(answers, page, form))
    except actions.DraftChanged:
        return _conflict(desk, page, form)
    if later:
        return redirect("draft", desk.draft.id)
    return _onward(desk, page)


def _merged(answers: Any, page: journey.Step, form: PageForm) -> dict[str, Any]:
    changed = {**answers, **form.answers(), **form.emptied()}
    pages = marked(answers, page.slug, done=not form.errors)
    if changed.get("outcome") != answers.get("outcome"):
        pages.pop(journey.PANEL, None)
    return {**changed, "pages": pages}


def _as_stored(desk: Desk, page: journey.Step) -> PageForm:
    """The page as it was left; what stands against a saved page is shown with it."""
    form = page.form(desk.sheet)
    if not journey.saved(page, desk.sheet):
        return form
    found = journey.stops_on(page, desk.sheet, journey.stops_so_far(desk.sheet))
    return with_stops(form, found) if found else form


def _onward(desk: Desk, page: journey.Step) -> HttpResponse:
    form = _as_stored(desk, page)
    if form.is_bound:
        return show_step(desk, page, form, saved=True)
    asks = page.slug == DECISION and desk.sheet.answers.get("doubt") == "ask"
    if asks and not advice.stands(advice.for_draft(desk.draft)):
        return redirect("draft_advice", desk.draft.id)
    return redirect(address(desk, journey.next_step(page.slug, desk.sheet)))


def show_step(desk: Desk, page: journey.Step, form: PageForm, **context: Any) -> HttpResponse:
    """Show a page of questions."""
    before = journey.previous_step(page.slug, desk.sheet)
    back = address(desk, before) if before else reverse("draft", args=[desk.draft.id])
    if page.slug == DECISION:
        context["advice_cards"] = partial(advice.cards, advice.for_draft(desk.draft))
    if page.slug == REQUESTER:
        context["waiting"] = bool(asked.to_link(desk.draft))
    return show(desk, "sharing/step.html", typing=page.slug, step=page, form=form, back=back, **context)


def _conflict(desk: Desk, page: journey.Step, form: PageForm) -> HttpResponse:
    """Show what was typed and what somebody else saved meanwhile: saving again replaces it."""
    fresh = changed_elsewhere(desk)
    form.add_error(None, CHANGED_BELOW)
    stored = [{"question": label, "answer": answer} for label, answer in page.form(fresh.sheet).rows()]
    return show_step(fresh, page, form, stored=stored)


@on_draft
def discard(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask, then throw the draft away."""
    if request.method == "POST":
        actions.discard_draft(by=desk.user, draft=desk.draft)
        return redirect("case_sharing", desk.draft.case.reference)
    return show(desk, "sharing/discard.html")
