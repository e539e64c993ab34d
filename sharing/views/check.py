"""The points to answer, the summary to check, the recording, and what comes after it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from audit.chain import receipt_code
from cases.actions import see
from cases.banner import banner
from sharing import access, actions, advice, display, due, journey, projection, request_page, rules
from sharing.answers import fingerprint
from sharing.models import Advice, Decision
from sharing.summary import about, golden_rules, sections
from sharing.views.desk import (
    Desk,
    Problems,
    actor,
    at_place,
    changed_elsewhere,
    in_short,
    keep,
    mark_page,
    on_draft,
    show,
)
from sharing.views.journey import address
from sharing.words import words

CHANGED = (
    "The decision, or the case, was changed since you opened this page. "
    "This is how it stands now: check it again"
)


@on_draft
def panel(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The one page that interrupts: nothing would be shared, and the risk is high."""
    if not journey.panel_due(desk.sheet):
        return redirect(address(desk, None))
    if request.method == "POST":
        desk = keep(desk, mark_page(journey.PANEL, done=True))
        return redirect(address(desk, None))
    return show(
        desk,
        "sharing/panel.html",
        panel=words(projection.PANEL),
        change=reverse("draft_step", args=[desk.draft.id, "decision"]),
    )


FOLLOWED = (
    "Another decision took the place of the one that yours follows, so this one was not recorded. "
    "Your answers are kept. Look at the other decision"
)


@on_draft
def points(request: HttpRequest, desk: Desk) -> HttpResponse:
    """One question for each point: change what raises it, or say why it is right."""
    if journey.panel_due(desk.sheet):
        return redirect("draft_panel", desk.draft.id)
    form = journey.points_form(desk.sheet)
    if not form.fields:
        return redirect("draft_check", desk.draft.id)
    if request.method != "POST":
        return _points(desk, form)
    form = journey.points_form(desk.sheet, request.POST)
    later = "later" in request.POST
    if not form.is_valid() and not (later and form.only_unanswered):
        return _points(desk, form)
    given = {code: text for code, text in form.answers().items() if text}
    try:
        desk = keep(desk, lambda answers: {**answers, "points": given})
    except actions.DraftChanged:
        form.add_error(
            None, "The decision was changed elsewhere while you had this page open. Check it and save again"
        )
        fresh = changed_elsewhere(desk)
        rows = journey.points_form(fresh.sheet).rows()
        return _points(fresh, form, stored=[{"question": name, "answer": text} for name, text in rows])
    return redirect("draft" if later else "draft_check", desk.draft.id)


def _points(desk: Desk, form: Any, **context: Any) -> HttpResponse:
    shown = [
        {
            "words": words(point.words),
            "code": point.code,
            "about": about(desk.sheet, point.subjects),
            "change": _where(desk, point),
            "serves": display.served(point.serves),
        }
        for point in form.points
    ]
    return show(desk, "sharing/points.html", typing="points", form=form, points=shown, **context)


def _where(desk: Desk, finding: rules.Finding) -> str:
    step, name = journey.place(finding, desk.sheet)
    if len(finding.subjects) == 1 and step.slug in journey.LISTED:
        entry = "recipient_change" if step.slug == "recipients" else "item_change"
        return reverse(entry, args=[desk.draft.id, finding.subjects[0]]) + _of_entry(desk, finding)
    return address(desk, step) + _question(desk, step, name, finding.subjects)


def _question(desk: Desk, step: journey.Step, name: str, subjects: Sequence[str]) -> str:
    """The place of a question, to end a link with; none on a list, nor where the page begins with errors."""
    if step.slug in journey.LISTED:
        return ""
    if journey.saved(step, desk.sheet) and journey.stops_on(
        step, desk.sheet, journey.stops_so_far(desk.sheet)
    ):
        return ""
    # Which agencies and policies are offered changes no question: they need not be read for this.
    form = step.form(replace(desk.sheet, agencies=(), policies=(), routes={}))
    asked = (one for one in (name, *(f"{name}_{key}" for key in subjects)) if one in form.fields)
    return next((f"#{form[one].auto_id}" for one in asked), "")


def _of_entry(desk: Desk, finding: rules.Finding) -> str:
    """The place of a question on the page of one recipient or item; none where that begins with errors."""
    place = {"recipient_link_unknown": "#id_linked", "item_not_enough": "#id_enough"}
    if finding.code == "recipient_missing":
        given = next(one for one in desk.sheet.recipients if one["key"] == finding.subjects[0])
        return "#id_why" if rules.given(given.get("name")) else "#id_name"
    return place.get(finding.code, "")


@on_draft
def check(_request: HttpRequest, desk: Desk) -> HttpResponse:
    """Everything that would be recorded, with what still keeps it from being."""
    if journey.panel_due(desk.sheet):
        return redirect("draft_panel", desk.draft.id)
    return _check(desk, [])


def obstacles(desk: Desk) -> list[dict[str, str]]:
    """What keeps the decision from being recorded: text, the page to change it on."""
    sheet = desk.sheet
    found = [
        {"text": f"Answer the questions of “{step.title}”", "href": address(desk, step)}
        for step in journey.missing(sheet)
    ]
    if sheet.facts.already_sent:
        return found
    findings = sheet.findings
    found += [{"text": in_short(one), "href": _where(desk, one)} for one in rules.stops(findings)]
    answered = sheet.answers.get("points", {})
    if any(one.code not in answered for one in rules.points(findings)):
        found.append(
            {"text": "Answer the points to check", "href": reverse("draft_points", args=[desk.draft.id])}
        )
    return found


def _check(
    desk: Desk, problems: list[tuple[str, str]], status: int = 200, followed: Decision | None = None
) -> HttpResponse:
    findings = desk.sheet.findings
    answered = desk.sheet.answers.get("points", {})
    shown = [
        {"words": words(one.words), "answer": answered.get(one.code, "")} for one in rules.points(findings)
    ]
    asked = advice.for_draft(desk.draft)
    return show(
        desk,
        "sharing/check.html",
        status,
        sections=[(one, address(desk, one.step)) for one in sections(desk.sheet)],
        rules=golden_rules(desk.sheet, findings),
        points=shown,
        kept=[words(one.words) for one in rules.stops(findings)] if desk.sheet.facts.already_sent else [],
        obstacles=obstacles(desk),
        seen=_mark(desk, asked),
        advice_cards=partial(advice.cards, asked),
        form=Problems(problems),
        errors={target: at_place(problems, target) for target in ("obstacles", "summary", "followed")},
        followed=followed,
    )


def _mark(desk: Desk, asked: Sequence[Advice]) -> str:
    """The mark of what the page shows, with the advice that belongs to it."""
    return fingerprint(desk.draft.saves, desk.sheet.facts, advice.marks(asked))


@on_draft
def record(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Record the decision that was checked. However often it is sent, there is one."""
    if request.method != "POST":
        return redirect("draft_check", desk.draft.id)
    if journey.panel_due(desk.sheet):
        return redirect("draft_panel", desk.draft.id)
    seen = request.POST.get("seen", "")
    if obstacles(desk) and seen == _mark(desk, advice.for_draft(desk.draft)):
        return _check(desk, [("obstacles", "This decision cannot be recorded yet. See what is still open")])
    try:
        actions.record(by=desk.user, draft=desk.draft, seen=seen)
    except actions.CannotRecord:
        return _check(desk, [("obstacles", "This decision cannot be recorded yet. See what is still open")])
    except actions.DraftChanged:
        return _check(changed_elsewhere(desk), [("summary", CHANGED)])
    except actions.AlreadyFollowed as refused:
        return _check(desk, [("followed", FOLLOWED)], followed=refused.by)
    return redirect("draft_done", desk.draft.id)


@require_http_methods(["GET", "HEAD"])
def done(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The reference and the receipt code of what was recorded; it can be looked at again."""
    draft = access.fetch_draft(actor(request), draft_id)
    decision = draft.case.decisions.filter(request_key=draft.request_key).first()
    if decision is None:
        raise Http404
    with see(by=actor(request), case=draft.case, page="draft") as held:
        return render(
            request,
            "sharing/done.html",
            {
                "decision": decision,
                "case": draft.case,
                "receipt": receipt_code(bytes(decision.entry_hash)),
                "banner": banner(draft.case, held),
                "unsent": bool(due.left_to_send(decision)),
                "follows": decision.follows,
                "asking": request_page.offers(decision, projection.said_of(decision))
                if decision.started == "need"
                else [],
                "may": held,
            },
        )
