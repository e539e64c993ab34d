"""Page 2: the list of who needs to know, and a page for each of them."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sharing import actions, journey, rules
from sharing.forms.page import PageForm
from sharing.forms.recipients import RecipientForm
from sharing.views.desk import (
    CHANGED,
    CHANGED_BELOW,
    Change,
    Desk,
    Problems,
    at_place,
    changed_elsewhere,
    keep,
    on_draft,
    show,
    with_stops,
)
from sharing.views.journey import address
from sharing.views.listed import ListPage, stops_of, visit

STEP = journey.BY_SLUG["recipients"]
MOST = 30
"""Recipients of one decision; each page of the journey stays one that can be read."""


def _stops(desk: Desk) -> list[rules.Finding]:
    return stops_of(desk, STEP)


@on_draft
def recipients(_request: HttpRequest, desk: Desk) -> HttpResponse:
    """Everybody who needs to know; the page is done when each of them is."""
    return visit(desk, ListPage(STEP, "recipients", _empty, _open_questions, _place, _list))


def _empty(desk: Desk) -> bool:
    return not desk.sheet.recipients


def _open_questions(desk: Desk) -> list[tuple[str, str]]:
    if not desk.sheet.recipients:
        return [("add", "Add at least one person who needs to know")]
    unfinished = journey.unfinished_recipients(desk.sheet)
    return [(f"change-{one['key']}", f"Answer every question about {_name(one)}") for one in unfinished]


def _place(_desk: Desk, finding: rules.Finding) -> str:
    return f"change-{finding.subjects[0]}" if finding.subjects else "add"


def _name(recipient: Mapping[str, Any]) -> str:
    return str(recipient.get("name") or "this person")


def _list(desk: Desk, problems: list[tuple[str, str]]) -> HttpResponse:
    before = journey.previous_step(STEP.slug, desk.sheet)
    stopped = {key for finding in _stops(desk) for key in finding.subjects}
    cards = [
        {
            "key": one["key"],
            "name": _name(one),
            "rows": _rows(desk, one)[1:] if one.get("name") else _rows(desk, one),
            "stopped": one["key"] in stopped,
            "errors": at_place(problems, f"change-{one['key']}"),
        }
        for one in desk.sheet.recipients
    ]
    back = address(desk, before) if before else ""
    context: dict[str, Any] = {
        "cards": cards,
        "back": back,
        "form": Problems(problems),
        "adding": at_place(problems, "add"),
        "changed": at_place(problems, "recipients"),
    }
    return show(desk, "sharing/recipients.html", step=STEP, **context)


def _rows(desk: Desk, recipient: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = RecipientForm(desk.sheet, stored=recipient).rows()
    return [{"question": label, "answer": answer} for label, answer in rows if answer]


@on_draft
def recipient_add(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Add somebody. The key is in the page, so that a double click adds one."""
    key = request.POST.get("key", "")
    if not (len(key) == 7 and key[0] == "r" and key[1:].isalnum() and key.isascii()):
        key = "r" + secrets.token_hex(3)
    return _one(desk, key)


@on_draft
def recipient_change(_request: HttpRequest, desk: Desk, key: str) -> HttpResponse:
    """Change what is said about somebody."""
    if not _find(desk, key):
        raise Http404
    return _one(desk, key)


def _find(desk: Desk, key: str) -> dict[str, Any] | None:
    return next((one for one in desk.sheet.recipients if one["key"] == key), None)


def _one(desk: Desk, key: str) -> HttpResponse:
    stored = _find(desk, key) or {}
    if desk.request.method != "POST":
        return _page(desk, key, _with_stops(desk, key) if stored else RecipientForm(desk.sheet, stored={}))
    form = RecipientForm(desk.sheet, desk.request.POST, stored=stored)
    if not stored and len(desk.sheet.recipients) >= MOST:
        form.add_error(
            "name", f"A decision can have {MOST} recipients. Record another decision for the others"
        )
    later = "later" in desk.request.POST
    if not form.is_valid() and not (later and form.only_unanswered):
        return _page(desk, key, form)
    try:
        desk = keep(desk, _put(key, form))
    except actions.DraftChanged:
        return _conflict(desk, key, form)
    if later:
        return redirect("draft", desk.draft.id)
    checked = _with_stops(desk, key)
    if checked.is_bound:
        return _page(desk, key, checked, saved=True)
    return redirect(reverse("draft_step", args=[desk.draft.id, STEP.slug]) + "#recipients")


def _put(key: str, form: RecipientForm) -> Change:
    given = {name: value for name, value in form.answers().items() if value is not None}

    def change(answers: Mapping[str, Any]) -> dict[str, Any]:
        everybody = list(answers.get("recipients", ()))
        before: Mapping[str, Any] = next((one for one in everybody if one["key"] == key), {})
        sending = {name: before[name] for name in ("method", "method_reason") if name in before}
        person = {"key": key, **sending, **given}
        if before:
            everybody = [person if one["key"] == key else one for one in everybody]
        elif given:
            everybody.append(person)
        return {**answers, "recipients": everybody}

    return change


def _with_stops(desk: Desk, key: str) -> PageForm:
    form = RecipientForm(desk.sheet, stored=_find(desk, key) or {})
    against = [one for one in _stops(desk) if key in one.subjects and one.code != "recipient_missing"]
    linked = (_find(desk, key) or {}).get("linked") == "yes"
    return with_stops(form, [("linked" if linked else "name", one) for one in against]) if against else form


def _page(desk: Desk, key: str, form: PageForm, **context: Any) -> HttpResponse:
    back = reverse("draft_step", args=[desk.draft.id, STEP.slug])
    typing = f"recipients/{key}" if _find(desk, key) else "recipients/add"
    return show(
        desk, "sharing/recipient.html", typing=typing, step=STEP, form=form, back=back, key=key, **context
    )


def _conflict(desk: Desk, key: str, form: RecipientForm) -> HttpResponse:
    fresh = changed_elsewhere(desk)
    form.add_error(None, CHANGED_BELOW)
    return _page(fresh, key, form, stored=_rows(fresh, _find(fresh, key) or {}))


@on_draft
def recipient_remove(request: HttpRequest, desk: Desk, key: str) -> HttpResponse:
    """Ask, then remove somebody, and take them off every item."""
    found = _find(desk, key)
    if found is None:
        raise Http404
    back = reverse("draft_step", args=[desk.draft.id, STEP.slug])
    if request.method == "POST":
        try:
            keep(desk, lambda answers: _without(answers, key))
        except actions.DraftChanged:
            return _list(changed_elsewhere(desk), [("recipients", CHANGED)])
        return redirect(back + "#recipients")
    return show(desk, "sharing/remove.html", step=STEP, what=_name(found), back=back)


def _without(answers: Mapping[str, Any], key: str) -> dict[str, Any]:
    left = [one for one in answers.get("recipients", ()) if one["key"] != key]
    return {**answers, "recipients": left}
