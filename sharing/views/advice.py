"""Advice: asking from a case or from a decision, the question as its adviser reads it, the list of both."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases import access as case_access
from cases.fields import Altered, drawing
from cases.models import Case, Organisation, User
from cases.views import page
from sharing import access, advice, advice_actions, display, journey
from sharing.actions import DraftChanged
from sharing.forms.advice import AnswerForm, AskForm, OutsideAnswerForm, TakeBackForm
from sharing.models import Advice, Draft
from sharing.rules import leaks
from sharing.rules.terms import day_of
from sharing.views.desk import Desk, keep, on_draft, show
from sharing.views.journey import DECISION, address
from sharing.words import words

GONE = "This person cannot be asked about this case. Choose somebody else"
SETTLED = "This question was answered or taken back while you had the page open. This is how it stands now"
ROLES = (User.Role.OFFICER, User.Role.MANAGER, User.Role.GOVERNANCE)
SHOWN = 200
ASKED = "The question is asked. When the answer comes, you see it under My work."
TAKE_DOWN = "The question is kept. Ask them in your usual way, then write down here what they said."


# --- asking ---------------------------------------------------------------------------------------


@dataclass
class Asking:
    """A question that is being written. `found`: what of it says who it is about; `asked`: what it became."""

    form: AskForm
    finding: Any = None
    found: Mapping[str, list[leaks.Leak]] = field(default_factory=dict)
    replaced: bool = False
    asked: Advice | None = None

    def context(self) -> dict[str, Any]:
        """What the page shows of it."""
        kinds = leaks.kinds(one for some in self.found.values() for one in some)
        return {
            "form": self.form,
            "leaks": [leaks.KINDS[kind] for kind in kinds],
            "finding": words(self.finding.words) if self.finding else None,
            "may_stay": self.finding is not None and self.finding.kind == "point",
            "replaced": self.replaced,
        }


def _asking(
    request: HttpRequest, case: Case, organisation: Organisation, draft: Draft | None = None
) -> Asking:
    """Read what was posted: it is asked, or shown with placeholders, or shown with what is wrong."""
    user = page.user(request)
    make = partial(
        AskForm, people=list(access.advisers_for(user, case)), case=case, organisation=organisation
    )
    form = make(page.posted(request))
    valid = form.is_valid()
    if "replace" in request.POST:
        try:
            found = advice_actions.look_for_identity(case, form.texts())
        except Altered:
            form.add_error(None, page.NOT_SAVED)
            return Asking(form)
        texts = {name: leaks.replaced(form.texts()[name], some) for name, some in found.items()}
        return Asking(make(form.with_texts(texts)), replaced=True)
    return _ask(request, form, case, draft) if valid else Asking(form)


def _ask(request: HttpRequest, form: AskForm, case: Case, draft: Draft | None) -> Asking:
    user, values, key = page.user(request), form.values(), page.fresh_key(request)
    try:
        saved = page.saved(
            request,
            form,
            lambda _key: advice_actions.ask_advice(
                by=user, case=case, values=values, draft=draft, request_key=key
            ),
            ASKED if values["adviser"] else TAKE_DOWN,
        )
    except advice_actions.NamesSomebody as refused:
        for name, some in refused.found.items():
            form.add_error(name, leaks.sentence(some))
        return Asking(form, refused.finding, refused.found)
    except advice_actions.NoAdviser:
        form.add_error("adviser", GONE)
        saved = False
    return Asking(form, asked=advice.of_request(user, key) if saved else None)


@require_http_methods(["GET", "HEAD", "POST"])
def case_advice_new(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask from a case: the answer belongs to no decision."""
    case = page.fetch(request, reference, "work")
    asking = _asking(request, case, Organisation.current())
    if asking.asked:
        return redirect("advice", asking.asked.reference)
    context = asking.context() | {"back": reverse("case_sharing", args=[reference])}
    return page.show(request, case, "case_sharing", "sharing/advice_new.html", context, what="work")


@on_draft
def draft_advice(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask from a decision that is being made: the answer is recorded with it."""
    asking = _asking(request, desk.draft.case, access.organisation_with(desk.draft), desk.draft)
    if asking.asked:
        _fill_in(desk, asking.asked)
        return redirect("advice", asking.asked.reference)
    return show(
        desk,
        "sharing/draft_advice.html",
        onward=address(desk, journey.next_step(DECISION, desk.sheet)),
        request_key=page.fresh_key(request),
        earlier=advice.listed_of(advice.for_draft(desk.draft), timezone.now()),
        **asking.context(),
    )


def _fill_in(desk: Desk, asked: Advice) -> None:
    """Where the decision waits, whom it waits for and until when is not asked a second time."""
    if desk.sheet.answers.get("outcome") != "not_yet":
        return
    said = {"adviser": asked.adviser_kind, "review_on": day_of(asked.reply_by).isoformat()}
    with suppress(DraftChanged):
        keep(replace(desk, saves=desk.draft.saves), lambda answers: {**said, **answers})


# --- one question ---------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def advice_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The question as its adviser reads it, with the answer; nothing of the case but for who may see it."""
    if request.POST.get("answer") and access.taken_back_from(request.user, reference):
        return render(request, "sharing/advice_gone.html", {"typed": request.POST["answer"]}, status=409)
    found = access.fetch_advice(request.user, reference)
    user = page.user(request)
    answer, back = _answer_form(request, found, user), TakeBackForm(_posted(request, "take_back"))
    if _settled(request, user, found, answer, back):
        return redirect("advice", reference)
    with advice_actions.see_advice(by=user, asked=found) as held, drawing():
        # Nothing called `case` or `decision` is handed on: base.html would draw what belongs to it.
        return render(request, "sharing/advice.html", _shown(request, user, found, held, answer, back))


def _posted(request: HttpRequest, button: str = "") -> Any:
    """What was posted with a button; without one: with any other."""
    taken = request.method == "POST" and ("take_back" in request.POST) == (button == "take_back")
    return request.POST if taken else None


def _answer_form(request: HttpRequest, found: Advice, user: User) -> AnswerForm | None:
    """The form of whoever may answer: the adviser, or for somebody outside who works on the case."""
    if not access.may_answer(user, found):
        return None
    form = AnswerForm if found.adviser_id else OutsideAnswerForm
    return form(_posted(request))


def _settled(
    request: HttpRequest, user: User, found: Advice, answer: AnswerForm | None, back: TakeBackForm
) -> bool:
    """Whether an answer, or that the question is taken back, is saved now; if not, the form says why."""
    form: AnswerForm | TakeBackForm = back if back.is_bound or answer is None else answer

    def action(key: UUID | None) -> object:
        if isinstance(form, TakeBackForm):
            reason = form.cleaned_data["reason"]
            return advice_actions.take_back_advice(by=user, asked=found, reason=reason, request_key=key)
        return advice_actions.answer_advice(by=user, asked=found, values=form.values(), request_key=key)

    try:
        return form.is_valid() and page.saved(request, form, action, "Recorded.")
    except advice_actions.Settled:
        form.add_error(None, SETTLED)
        return False


def _shown(
    request: HttpRequest,
    user: User,
    found: Advice,
    held: frozenset[case_access.What],
    answer: AnswerForm | None,
    back: TakeBackForm,
) -> dict[str, Any]:
    (one,) = advice.read([found])
    open_still = not one["outcome"]
    sees, works = "view" in held, "follow" in held
    return {
        "asked": found,
        "problem": one["problem"],
        "rows": display.advice_rows(one) if sees else display.question_rows(one),
        "answer_rows": [] if sees else display.answer_rows(one),
        "tag": advice.tag(found, one["outcome"], timezone.now()),
        "sees": sees,
        "belongs_to": advice.belongs_to(user, found) if sees else None,
        "form": answer if answer and (open_still or answer.is_bound) else None,
        "back_form": back if works and (open_still or back.is_bound) else None,
        "forms": [back] if back.is_bound else [],
        "request_key": page.fresh_key(request),
    }


# --- the list -------------------------------------------------------------------------------------


@require_safe
def advice_list(request: HttpRequest) -> HttpResponse:
    """What somebody was asked, and what they asked. Nothing sealed is opened."""
    user = case_access.require_role(request.user, *ROLES)
    now = timezone.now()
    rows = {"asked_of": advice.asked_of(user), "asked_by": advice.asked_by(user)}
    shown = {name: advice.listed(advice.waiting_first(found, SHOWN), now) for name, found in rows.items()}
    return render(request, "sharing/advice_list.html", shown)
