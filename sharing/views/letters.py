"""The letters: written from the record, checked by a manager, downloaded as they were recorded."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from cases import access as case_access
from cases.banner import banner
from cases.fields import Altered, drawing
from cases.views import page
from sharing import asked, letter_actions, letter_paper, letter_words, letters, requests
from sharing.forms.letters import CheckLetterForm, LetterForm
from sharing.models import Asked, Letter, Request
from sharing.rules import leaks
from sharing.rules.letters import KINDS

NOT_DUE = "That letter cannot be written now. What can be done next is on this page."
OWN = "You prepared this letter. Another manager must check it."
CHECKED_MEANWHILE = "Somebody checked or replaced this letter while you had it open. Read it again."
NOT_APPROVED = "A manager approves this letter before it can be downloaded."
NOT_THIS = "A newer letter stands in the place of this one. Download that one."
CHANGED = "The request, or the decision that allows it, was changed after this letter was written."
_SAVE, _PLACEHOLDERS = "save", "placeholders"


@require_http_methods(["GET", "HEAD", "POST"])
def letter_new(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """Write a letter about a request of ours."""
    return _write(request, requests.fetch(request.user, reference), kind)


@require_http_methods(["GET", "HEAD", "POST"])
def letter_declining(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """Write to whoever asked us why we do not share it."""
    return _write(request, asked.fetch(request.user, reference), kind)


def _write(request: HttpRequest, about: Request | Asked, kind: str) -> HttpResponse:
    by = page.user(request)
    case_access.require(by, letter_actions.needs(about), about.case)
    if kind not in KINDS:
        raise Http404
    try:
        ground = letter_words.ground(about, kind, by)
    except letter_words.NotDue:
        messages.warning(request, NOT_DUE)
        return redirect(_address(about))
    before = _before(request, about, kind)
    with drawing():
        form = LetterForm(_posted(request, ground), ground=ground, initial=before)
    if form.is_valid() and _SAVE in request.POST and (made := _prepared(request, about, ground, form)):
        return made
    with letter_actions.see_writing(by=by, about=about, kind=kind) as may, drawing():
        frame = {"about": about, "case": about.case, "banner": banner(about.case, may)}
        return render(request, "sharing/letter_new.html", frame | _written(request, about, ground, form))


def _written(
    request: HttpRequest, about: Request | Asked, ground: letter_words.Ground, form: LetterForm
) -> dict[str, Any]:
    """What the page of a letter that is being written shows: the form, and how it will look."""
    made = letter_words.parts(ground, form.shown())
    return {
        "form": form,
        "kind": ground.kind,
        "back": _address(about),
        "subject": made.subject,
        "blocks": list(letter_paper.blocks(letter_paper.text(made))),
        "request_key": page.fresh_key(request),
        "offers_placeholders": "reason" in form.errors,
    }


def _posted(request: HttpRequest, ground: letter_words.Ground) -> QueryDict | None:
    """What was posted; with placeholders in the place of names, where that was asked for."""
    data = page.posted(request)
    if data is None or _PLACEHOLDERS not in data:
        return data
    body = str(data.get("body", "")).replace("\r\n", "\n")
    try:
        found = letter_words.excess(ground, {"body": body})
    except Altered:
        return data  # saving says what is wrong
    changed = data.copy()
    changed["body"] = leaks.replaced(body, found)
    return changed


def _prepared(
    request: HttpRequest, about: Request | Asked, ground: letter_words.Ground, form: LetterForm
) -> HttpResponseRedirect | None:
    """Save the letter and go to its page; None: the form says why it is not saved."""
    by, kind = page.user(request), ground.kind.code
    made: list[Letter] = []

    def action(key: UUID | None) -> None:
        values = form.values()
        made.append(
            letter_actions.prepare_letter(by=by, about=about, kind=kind, values=values, request_key=key)
        )

    try:
        done = page.saved(request, form, action, "The letter is saved.")
    except letter_actions.IdentityLeft as left:
        form.left_in(left.found)
        return None
    except letter_words.NotDue:
        messages.warning(request, NOT_DUE)
        return redirect(_address(about))
    if not done:
        return None
    found = made[0] if made else letters.made_with(by, page.request_key(request))
    return redirect("letter", found.reference) if found else redirect(_address(about))


def _before(request: HttpRequest, about: Request | Asked, kind: str) -> dict[str, Any]:
    """The answers of an earlier letter of this kind about the same, where the address names one."""
    name = request.GET.get("from", "")
    found = about.letters.filter(reference=name, kind=kind).first() if name else None
    said = letters.opened(found)[0] if found else {}
    return {field: said[field] for field in ("name", "role", "agency", "signed", "body") if said}


def _address(about: Request | Asked) -> str:
    """The page of what the letter is about."""
    return reverse("request" if isinstance(about, Request) else "asked", args=[about.reference])


# --- one that was prepared ------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, reference: str) -> HttpResponse:
    """A letter as it was recorded, where it stands, and what can be done with it."""
    row, by = letters.fetch(request.user, reference), page.user(request)
    form = CheckLetterForm(page.posted(request))
    if request.method == "POST":
        case_access.require(by, "approve", row.case)
        if form.is_valid() and (checked := _checked(request, row, form)):
            return checked
    with letter_actions.see_letter(by=by, letter=row) as may, drawing():
        shown = letters.page_of(row)
        frame = {
            "case": row.case,
            "banner": banner(row.case, may),
            "may": may,
            "back": _address(_about(row)),
            "about_reference": _about(row).reference,
            "rewrite": _rewrite(row, may),
            "send": _send(row, shown, may),
            "form": form if _may_check(row, shown, by, may) else None,
            "own": row.by_id == by.id,
            "request_key": page.fresh_key(request),
        }
        return render(request, "sharing/letter.html", shown | frame)


def _about(row: Letter) -> Request | Asked:
    found = row.request or row.asked
    assert found is not None  # noqa: S101 - a letter is about one of the two
    return found


def _may_check(row: Letter, shown: dict[str, Any], by: Any, may: frozenset[str]) -> bool:
    return "approve" in may and row.by_id != by.id and shown["stands"] == letters.WAITING


def _rewrite(row: Letter, may: frozenset[str]) -> str:
    """Where it is written anew; "" for somebody who may not."""
    about = _about(row)
    if letter_actions.needs(about) not in may or letters.standing(row) in (letters.SENT, letters.REPLACED):
        return ""
    name = "letter_new" if isinstance(about, Request) else "letter_declining"
    address = reverse(name, args=[about.reference, row.kind])
    # Its words are those of the request before it was changed.
    return address if letters.standing(row) == letters.OUTDATED else f"{address}?from={row.reference}"


def _send(row: Letter, shown: dict[str, Any], may: frozenset[str]) -> str:
    """Where it is recorded that it was sent; "" where it cannot go now."""
    can_go = shown["stands"] in (letters.PREPARED, letters.CLEARED) and not shown["problem"]
    if row.request is None or not can_go or "work" not in may:
        return ""
    return reverse("request_act", args=[row.request.reference, shown["act"].code.replace("_", "-")])


def _checked(request: HttpRequest, row: Letter, form: CheckLetterForm) -> HttpResponseRedirect | None:
    """Record what the manager says; None: the form says why it is not saved."""

    def action(key: UUID | None) -> object:
        return letter_actions.check_letter(
            by=page.user(request), letter=row, request_key=key, **form.cleaned_data
        )

    try:
        done = page.saved(request, form, action, "Recorded.")
    except letter_actions.OwnLetter:
        messages.warning(request, OWN)
    except letter_actions.NotWaiting:
        messages.warning(request, CHECKED_MEANWHILE)
    else:
        if not done:
            return None
    return redirect("letter", row.reference)


@require_GET
def letter_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The stored PDF of a letter."""
    return _download(request, reference, letters.PDF)


@require_GET
def letter_text(request: HttpRequest, reference: str) -> HttpResponse:
    """The stored text of a letter."""
    return _download(request, reference, letters.TEXT)


def _download(request: HttpRequest, reference: str, form: str) -> HttpResponse:
    """The stored bytes; what was altered, or may not go, is not handed out: its page says why."""
    row = letters.fetch(request.user, reference)
    stands = letters.standing(row)
    if stands not in letters.GOES:
        why = {letters.REPLACED: NOT_THIS, letters.OUTDATED: CHANGED}.get(stands, NOT_APPROVED)
        messages.warning(request, why)
        return redirect("letter", row.reference)
    said, problem = letters.opened(row)
    if problem or not said:
        return redirect("letter", row.reference)
    with letter_actions.print_letter(by=page.user(request), letter=row, form=form):
        name, kind, made = letters.file_of(row, said, form)
        response = HttpResponse(made, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
