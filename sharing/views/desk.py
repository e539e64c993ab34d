"""What the pages of a draft share: open it, keep answers, show a page, say what stands against it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from types import SimpleNamespace
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_http_methods

from cases.actions import see
from cases.banner import banner
from cases.models import Agency, Case, Organisation, Policy, User
from sharing import access, actions, agreements, beside, journey, rules
from sharing.answers import facts_of, prune
from sharing.directory import Directory
from sharing.forms.page import PageForm
from sharing.models import Agreement, Draft
from sharing.sheet import Sheet
from sharing.typed import at_page
from sharing.windows import window_of
from sharing.words import words

CHANGED = (
    "The decision was changed in another window, or by somebody else. This is how it stands now. "
    "Look at it, then try again"
)
CHANGED_BELOW = (
    "This decision was changed in another window, or by somebody else, while you had the page open. "
    "Your answers are below and are not saved yet. Compare them with what is saved, then save or leave"
)
P = ParamSpec("P")
Change = Callable[[Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Desk:
    """One request at one draft. `saves`: how often the draft had been saved when the page was opened."""

    request: HttpRequest
    user: User
    draft: Draft
    sheet: Sheet
    saves: int


def actor(request: HttpRequest) -> User:
    """Who is signed in; the middleware lets nobody else in."""
    user: User = cast("User", request.user)
    return user


def sheet_of(answers: Mapping[str, Any], case: Case, organisation: Organisation | None = None) -> Sheet:
    """The answers with the case around them: its people and information, the settings, the agencies.

    Args:
        organisation: the settings, where they were read already.
    """
    organisation = organisation or Organisation.current()
    directory = Directory()
    prefetch_related_objects([case], "people", "information")
    return Sheet(
        answers=answers,
        facts=facts_of(answers, case=case, organisation=organisation, now=timezone.now()),
        people=list(case.people.all()),
        information=list(case.information.all()),
        # Most pages name no agency: the directory is read where one does.
        agencies=cast("Sequence[tuple[str, str]]", SimpleLazyObject(lambda: directory.offered)),
        policies=cast("Sequence[Policy]", SimpleLazyObject(lambda: directory.policies)),
        routes=cast("Mapping[str, Agency]", SimpleLazyObject(lambda: directory.routes)),
        review_after_days=organisation.review_after_days,
        agreements=cast(
            "Sequence[Agreement]",
            SimpleLazyObject(lambda: list(access.newest_agreements(answers.get("agreement")))),
        ),
    )


def open_desk(request: HttpRequest, draft: Draft) -> Desk:
    """Read the draft's answers and the case around them."""
    sheet = sheet_of(actions.answers_of(draft), draft.case, access.organisation_with(draft))
    return Desk(request, actor(request), draft, sheet, posted_saves(request, draft))


def posted_saves(request: HttpRequest, draft: Draft) -> int:
    """How often the draft had been saved when the page that was sent was opened; -1 where it does not say."""
    if request.method != "POST":
        return draft.saves
    text = request.POST.get("saves", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


View = Callable[Concatenate[HttpRequest, Desk, P], HttpResponse]


def on_draft(view: View[P]) -> Callable[..., HttpResponse]:
    """Hand the view a desk. A draft that is recorded has one page left: what it became."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapped(request: HttpRequest, draft_id: UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        draft = access.fetch_draft(actor(request), draft_id)
        if draft.recorded_at:
            return redirect("draft_done", draft_id)
        try:
            return view(request, open_desk(request, draft), *args, **kwargs)
        except actions.DraftChanged:
            draft = access.fetch_draft(actor(request), draft_id)
            return redirect("draft_done" if draft.recorded_at else "draft", draft_id)

    return wrapped


def keep(desk: Desk, change: Change) -> Desk:
    """Save what a page changes, and return the desk as it is then. A repeated post is no conflict.

    Raises:
        DraftChanged: the draft was saved elsewhere since the page was opened, with other answers.
    """
    wanted = _unmarked(desk, agreements.settle(change(desk.sheet.answers), desk.sheet.agreements))
    try:
        window = window_of(desk.request.POST)
        draft = actions.save_draft(
            by=desk.user, draft=desk.draft, answers=wanted, saves=desk.saves, window=window
        )
    except actions.DraftChanged as changed:
        if changed.draft.recorded_at or not _same(wanted, desk.sheet):
            raise
        draft = changed.draft
    return replace(open_desk(desk.request, draft), saves=draft.saves)


def _same(wanted: Mapping[str, Any], sheet: Sheet) -> bool:
    return _pruned(wanted, sheet) == _pruned(sheet.answers, sheet)


def _pruned(answers: Mapping[str, Any], sheet: Sheet) -> dict[str, Any]:
    return prune(answers, alleging={str(item.id) for item in sheet.information if item.alleges_offence})


def _unmarked(desk: Desk, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The answers, and no mark on a page where they open a question: it is asked before it is missed."""
    case, organisation = desk.draft.case, access.organisation_with(desk.draft)
    later = facts_of(
        pruned := _pruned(wanted, desk.sheet), case=case, organisation=organisation, now=timezone.now()
    )
    opened = journey.opened_again(desk.sheet, replace(desk.sheet, answers=pruned, facts=later))
    marks = {slug: done for slug, done in wanted.get("pages", {}).items() if slug not in opened}
    return {**wanted, "pages": marks} if opened else dict(wanted)


def changed_elsewhere(desk: Desk) -> Desk:
    """The draft as somebody else left it, for a page that shows both."""
    draft = access.fetch_draft(desk.user, desk.draft.id)
    if draft.recorded_at:
        raise actions.DraftChanged(draft)
    return replace(open_desk(desk.request, draft), saves=draft.saves)


def marked(answers: Mapping[str, Any], slug: str, *, done: bool) -> dict[str, bool]:
    """The marks of the pages that were filled in, with this page's set or taken off."""
    pages = {name: True for name in answers.get("pages", {}) if name != slug}
    return {**pages, slug: True} if done else pages


def mark_page(slug: str, *, done: bool) -> Change:
    """The change that a page makes which has no answers of its own."""
    return lambda answers: {**answers, "pages": marked(answers, slug, done=done)}


def show(desk: Desk, template: str, status: int = 200, typing: str = "", **context: Any) -> HttpResponse:
    """Show a page of the draft, and enter that the case was looked at.

    Args:
        typing: the name of a page whose typing is kept, as in its address.
    """
    answers = desk.sheet.answers
    with see(by=desk.user, case=desk.draft.case, page="draft", what="work") as held:
        shown = {
            "draft": desk.draft,
            "case": desk.draft.case,
            "banner": banner(desk.draft.case, held),
            "saves": desk.saves if desk.saves >= 0 else desk.draft.saves,
            "pages": journey.PAGES,
            "urgent": answers.get("urgency") == "now" and not answers.get("already_sent"),
            "asking": answers.get("started") == "need",
        }
        if typing:
            context |= _typed(desk, typing, context)
        _name_rules(context.get("step"), context.get("form"))
        return render(desk.request, template, {**shown, **context}, status=status)


def _typed(desk: Desk, page: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """What a page shows of typing that is not saved: in its fields, and beside them."""
    posted = desk.request.POST if desk.request.method == "POST" else None
    shown = at_page(desk.draft, desk.user, page, context["form"], posted)
    shown.unsaved = posted is not None and not context.get("saved")
    return {
        "typing": shown,
        "form": shown.form,
        "key": shown.key or context.get("key", ""),
        "stored": context.get("stored") or shown.stored,
    }


def _name_rules(step: journey.Step | None, form: Any) -> None:
    """Put beside each question of a page what of the guide it serves."""
    if step is None:
        return
    for name, field in getattr(form, "fields", {}).items():
        field.serves = beside.of_question(step.slug, name)


# --- what stands against a page -------------------------------------------------------------------


def in_short(finding: rules.Finding) -> str:
    """A finding in two sentences: what is wrong, and what to do."""
    found = words(finding.words)
    first = found.body.split("\n\n")[0].replace("**", "").replace("\n", " ")
    return f"{found.title}. {first}"


def with_stops(form: PageForm, found: Iterable[tuple[str, rules.Finding]]) -> PageForm:
    """The page as stored, with each stop beside the field that it belongs to."""
    form = form.again()
    form.full_clean()
    for name, finding in found:
        places = [name, *(f"{name}_{key}" for key in finding.subjects)]
        fields: list[str | None] = [one for one in places if one in form.fields]
        for field in fields or [None]:
            if field and form.has_error(field, "invalid_choice"):
                # That an answer is not offered any more says less than what stands against it.
                del form.errors[field]
            if field is None or field not in form.errors:
                form.add_error(field, in_short(finding))
            if field:
                stopped: Any = form.fields[field]
                stopped.way_out = finding.code
    return form


class Problems:
    """Errors that belong to places on a page and not to fields: the error summary takes them for a form."""

    errors = True

    def __init__(self, found: Iterable[tuple[str, str]]) -> None:
        self.found = list(found)

    def __bool__(self) -> bool:
        return bool(self.found)

    def non_field_errors(self) -> list[str]:
        """None: every problem has its place."""
        return []

    def __iter__(self) -> Iterator[SimpleNamespace]:
        for target, text in self.found:
            yield SimpleNamespace(is_hidden=False, auto_id=target, errors=[text])


def at_place(problems: Iterable[tuple[str, str]], target: str) -> list[str]:
    """The errors that belong to one place, to be shown there as well."""
    return [text for place, text in problems if place == target]
