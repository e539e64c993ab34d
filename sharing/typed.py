"""What stands typed at a page and is not saved yet, as the page shows it: in its fields, or beside them.

Nothing here judges what was typed: it is shown as it was posted, and checked when it is sent.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from cases.fields import drawing
from cases.forms.base import ALWAYS_KNOWN
from cases.forms.days import PartsWidget
from cases.models import User
from sharing import journey
from sharing.forms.page import PageForm, in_words
from sharing.models import Draft, Typing
from sharing.windows import Window, window_of

_LISTED = re.compile(
    r"recipients/(?:add|[-a-zA-Z0-9_]{1,40})|items/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_NEW_RECIPIENT = re.compile(r"r[0-9A-Za-z]{6}")


def is_page(page: str) -> bool:
    """Whether this is the name of a page that something can be typed into."""
    return page == "points" or page in journey.BY_SLUG or bool(_LISTED.fullmatch(page))


def address_of(draft_id: UUID, page: str) -> str:
    """Where a page of a draft is: its name is the end of its address."""
    return f"{reverse('draft', args=[draft_id])}{page}/"


def when(moment: datetime) -> str:
    """The time of day of today's moment; of an older one the day as well."""
    local = timezone.localtime(moment)
    return f"{local:%H:%M}" if local.date() == timezone.localdate() else in_words(local)


@dataclass
class Shown:
    """What a page shows of typing. `form`: the fields to draw; `kept`: when what is in them was typed.

    `unsaved`: it was sent and not saved, so it is to be kept as it is; `stored`: what is saved now, where
    something was saved since; `others`: what is typed elsewhere; `key`: that of a recipient who is added.
    """

    window: Window
    address: str
    form: Any
    kept: str = ""
    unsaved: bool = False
    key: str = ""
    stored: list[dict[str, Any]] = field(default_factory=list)
    others: list[dict[str, Any]] = field(default_factory=list)


def at_page(draft: Draft, by: User, page: str, form: Any, posted: QueryDict | None) -> Shown:
    """Look up what is typed at a page: one query, or none where nothing is typed at the draft.

    The caller has entered that the case was looked at.

    Args:
        form: the page as it would be shown without.
        posted: what this window sent, where it was a form that came back.
    """
    window = (window_of(posted) if posted is not None else None) or Window(uuid4())
    shown = Shown(window, reverse("draft_typing", args=[draft.id, page]), form)
    if not isinstance(form, PageForm) or not getattr(draft, "has_typing", True):
        return shown
    rows = Typing.objects.select_related("by").filter(draft=draft, page=page).order_by("-typed_at")
    with drawing():
        found = [(row, QueryDict(row.typed)) for row in rows if row.window not in (window.id, window.took)]
    found = [(row, typed) for row, typed in found if _said(form, typed) != _said(form, form.posted())]
    own = next((row for row, _ in found if row.by_id == by.id), None) if posted is None else None
    for row, typed in found:
        if row is own:
            _restore(shown, row, typed, draft)
    shown.others = _beside(shown.form, by, [pair for pair in found if pair[0] is not own])
    return shown


def _restore(shown: Shown, row: Typing, typed: QueryDict, draft: Draft) -> None:
    """Put into the fields what was typed there; where something was saved since, that is shown as well."""
    form: PageForm = shown.form
    shown.window = Window(shown.window.id, row.window, row.typed_at)
    shown.kept = when(row.typed_at)
    if row.saves != draft.saves:
        shown.stored = [{"question": label, "answer": answer} for label, answer in form.rows() if answer]
    key = str(typed.get("key", ""))
    if row.page == "recipients/add" and _NEW_RECIPIENT.fullmatch(key):
        taken = {one["key"] for one in form.sheet.recipients}
        shown.key = "" if key in taken else key
    shown.form = form.as_typed(typed)


def _beside(form: PageForm, by: User, found: Sequence[tuple[Typing, QueryDict]]) -> list[dict[str, Any]]:
    """What is typed elsewhere and differs from what the fields show, newest first."""
    inside = form.data if form.is_bound else form.posted()
    others = []
    for row, typed in found:
        if rows := _rows(form, typed, inside):
            mine = row.by_id == by.id
            who = "you, in another window," if mine else row.by.name
            others.append({"who": who, "at": when(row.typed_at), "rows": rows, "window": mine and row.window})
    return others


def _names(form: PageForm, name: str) -> list[str]:
    widget = form.fields[name].widget
    return [f"{name}_{part}" for part in widget.labels] if isinstance(widget, PartsWidget) else [name]


def _given(form: PageForm, name: str, data: Any) -> list[list[str]]:
    """The texts under each name of a question; of a choice what is offered: a browser shows no more."""
    one: Any = form.fields[name]
    parts = [_texts(data, part) for part in _names(form, name)]
    if not isinstance(one, forms.ChoiceField):
        return parts
    offered = {str(code) for code, _ in cast("Any", one.choices)}
    return [[text for text in texts if text in offered] for texts in parts]


def _texts(data: Any, name: str) -> list[str]:
    # A browser sends line ends as two characters and a script as one.
    given = [str(text).replace("\r\n", "\n").strip() for text in data.getlist(name)]
    return [text for text in given if text]


def _said(form: PageForm, data: Any) -> dict[str, list[list[str]]]:
    """The answers in what was posted, for comparing: without what is empty or not asked here."""
    found = {name: _given(form, name, data) for name in form.fields if name not in ALWAYS_KNOWN}
    return {name: parts for name, parts in found.items() if any(parts)}


def _rows(form: PageForm, typed: QueryDict, inside: Any) -> list[dict[str, Any]]:
    """Each question whose typed answer differs from the one in the fields, with it in words."""
    rows = []
    for name, one in form.fields.items():
        parts = _given(form, name, typed)
        if parts != _given(form, name, inside):
            rows.append({"question": form.question(name), "answer": _in_words(one, parts) or ["Nothing"]})
    return rows


def _in_words(one: forms.Field, parts: list[list[str]]) -> list[str]:
    if isinstance(one.widget, PartsWidget):
        return [" ".join(text for texts in parts for text in texts)] if any(parts) else []
    if isinstance(one, forms.ChoiceField):
        offered: Any = one.choices
        labels = {str(code): str(label) for code, label in offered}
        return [labels[text] for text in parts[0] if text in labels]
    return parts[0]
