"""Page 6: the information that the case holds, and for each piece whether it is shared."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from cases import panels
from cases.actions import add_information
from cases.fields import drawing
from cases.forms.information import InformationForm
from cases.models import InformationItem
from cases.views import page
from sharing import actions, journey, rules
from sharing.forms.items import ItemForm
from sharing.forms.page import PageForm
from sharing.summary import is_stale, provenance, what_happens
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

STEP = journey.BY_SLUG["items"]
FIELD = {
    "nothing_withheld": "withheld_reason",
    "third_party_unweighed": "third_party_effect",
    "share_all_withholds": "include",
    "item_nature_missing": "include",
    "identity_present": "include",
}
"""Where a stop about one item is shown on the item's page."""


def _stops(desk: Desk) -> list[rules.Finding]:
    return stops_of(desk, STEP)


@on_draft
def items(_request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every piece of information of the case: to share, withheld, or not considered."""
    return visit(desk, ListPage(STEP, "information", _empty, _open_questions, _place, _list))


def _empty(desk: Desk) -> bool:
    return not desk.sheet.item_answers


def _open_questions(desk: Desk) -> list[tuple[str, str]]:
    if not desk.sheet.item_answers:
        return [(_first(desk), "Choose at least one piece of information, to share or to withhold")]
    found = [
        (f"item-{one.id}", "Answer every question about this information")
        for one in journey.unfinished_items(desk.sheet)
    ]
    return found + [
        (_first(desk), f"Choose at least one item for {one.get('name')}, or remove them from page 2")
        for one in journey.without_item(desk.sheet)
    ]


def _first(desk: Desk) -> str:
    return f"item-{desk.sheet.information[0].id}" if desk.sheet.information else "add"


def _place(desk: Desk, finding: rules.Finding) -> str:
    return f"item-{finding.subjects[0]}" if finding.subjects else _first(desk)


def _list(desk: Desk, problems: list[tuple[str, str]]) -> HttpResponse:
    before = journey.previous_step(STEP.slug, desk.sheet)
    stopped = {key for finding in _stops(desk) for key in finding.subjects}
    rows = [
        {
            "item": item,
            "from": provenance(desk.sheet, item),
            "happens": what_happens(desk.sheet, item),
            "considered": str(item.id) in desk.sheet.item_answers,
            "stopped": str(item.id) in stopped,
            "errors": at_place(problems, f"item-{item.id}"),
        }
        for item in desk.sheet.information
    ]
    back = address(desk, before) if before else ""
    context: dict[str, Any] = {
        "rows": rows,
        "back": back,
        "form": Problems(problems),
        "adding": at_place(problems, "add"),
        "changed": at_place(problems, "information"),
    }
    return show(desk, "sharing/items.html", step=STEP, **context)


@on_draft
def item_add(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Record something else that we know as the case's information, then decide about it."""
    case = desk.draft.case
    added: list[InformationItem] = []
    with drawing():
        people, requests = list(desk.sheet.people), panels.requests(case)
        form = InformationForm(page.posted(request), people=people, requests=requests)
    if form.is_valid() and page.saved(
        request,
        form,
        lambda key: added.append(
            add_information(by=desk.user, case=case, values=form.values(), request_key=key)
        ),
        "Information added.",
    ):
        return redirect(_after_adding(desk, added))
    back = reverse("draft_step", args=[desk.draft.id, STEP.slug])
    key = page.fresh_key(request)
    return show(desk, "sharing/item_add.html", step=STEP, form=form, back=back, request_key=key)


def _after_adding(desk: Desk, added: list[InformationItem]) -> str:
    """The page of the item that was added; the list where it had been added by an earlier click."""
    if added:
        return reverse("item_change", args=[desk.draft.id, added[0].id])
    return reverse("draft_step", args=[desk.draft.id, STEP.slug]) + "#information"


def _find(desk: Desk, item_id: UUID) -> InformationItem:
    item = desk.sheet.information_item(str(item_id))
    if item is None:
        raise Http404
    return item


@on_draft
def item_change(request: HttpRequest, desk: Desk, item_id: UUID) -> HttpResponse:
    """Decide about one piece of information."""
    item = _find(desk, item_id)
    if request.method != "POST":
        return _page(desk, item, _with_stops(desk, item))
    form = ItemForm(desk.sheet, item, request.POST)
    later = "later" in request.POST
    if not form.is_valid() and not (later and form.can_wait):
        return _page(desk, item, form)
    try:
        desk = keep(desk, _put(str(item.id), form))
    except actions.DraftChanged:
        return _conflict(desk, item, form)
    if later:
        return redirect("draft", desk.draft.id)
    stored = _with_stops(desk, item)
    if stored.is_bound:
        return _page(desk, item, stored, saved=True)
    return redirect(reverse("draft_step", args=[desk.draft.id, STEP.slug]) + "#information")


def _put(key: str, form: ItemForm) -> Change:
    given = {name: value for name, value in form.answers().items() if value is not None}

    def change(answers: Mapping[str, Any]) -> dict[str, Any]:
        others = [one for one in answers.get("items", ()) if one["information"] != key]
        chosen = [{"information": key, **given}] if "include" in given else []
        order = [one["information"] for one in answers.get("items", ())]
        put = sorted(
            others + chosen,
            key=lambda one: order.index(one["information"]) if one["information"] in order else len(order),
        )
        return {**answers, "items": put}

    return change


def _with_stops(desk: Desk, item: InformationItem) -> PageForm:
    form = ItemForm(desk.sheet, item)
    against = [one for one in _stops(desk) if str(item.id) in one.subjects]
    return with_stops(form, [(_field(one, form), one) for one in against]) if against else form


def _field(finding: rules.Finding, form: ItemForm) -> str:
    if finding.code in FIELD:
        return FIELD[finding.code]
    needed = ("why", "recipients")
    return next((name for name in needed if not form.stored.get(name)), "relevant")


def _page(desk: Desk, item: InformationItem, form: PageForm, **context: Any) -> HttpResponse:
    return show(
        desk,
        "sharing/item.html",
        typing=f"items/{item.id}",
        step=STEP,
        form=form,
        item=item,
        facts=provenance(desk.sheet, item),
        stale=is_stale(desk.sheet, item),
        nobody=not desk.sheet.recipients,
        considered=str(item.id) in desk.sheet.item_answers,
        back=reverse("draft_step", args=[desk.draft.id, STEP.slug]),
        **context,
    )


def _conflict(desk: Desk, item: InformationItem, form: ItemForm) -> HttpResponse:
    fresh = changed_elsewhere(desk)
    form.add_error(None, CHANGED_BELOW)
    stored = [
        {"question": label, "answer": answer}
        for label, answer in ItemForm(fresh.sheet, item).rows()
        if answer
    ]
    return _page(fresh, item, form, stored=stored)


@on_draft
def item_remove(request: HttpRequest, desk: Desk, item_id: UUID) -> HttpResponse:
    """Ask, then take back what was decided about one piece: it counts as not considered."""
    item = _find(desk, item_id)
    back = reverse("draft_step", args=[desk.draft.id, STEP.slug])
    if request.method == "POST":
        try:
            keep(desk, lambda answers: _without(answers, str(item.id)))
        except actions.DraftChanged:
            return _list(changed_elsewhere(desk), [("information", CHANGED)])
        return redirect(back + "#information")
    return show(desk, "sharing/remove.html", step=STEP, what=item.text, back=back, item=item)


def _without(answers: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {**answers, "items": [one for one in answers.get("items", ()) if one["information"] != key]}
