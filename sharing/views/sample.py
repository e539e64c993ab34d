"""The quality sample: drawing a month's, its sheet with what came of it, the questions about a decision."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_safe

from cases import access as case_access
from cases.banner import banner
from cases.fields import drawing
from cases.models import User
from cases.views import page
from sharing import access, lists, review_actions, sampling
from sharing.forms.reviews import DrawForm, SampleForm
from sharing.models import Sample, SampleAnswer
from sharing.rules import sampling as rule
from sharing.views.reviews import OWN, evidence

DRAWN = "The sample is drawn. Drawing it again would give the same."


def _words(month: rule.Month) -> str:
    return date_format(month.since, "F Y")


@require_http_methods(["GET", "HEAD", "POST"])
def sample(request: HttpRequest) -> HttpResponse:
    """The months whose sample is drawn, and those whose can be."""
    manager = case_access.require_role(request.user, User.Role.MANAGER)
    months = sampling.months(timezone.localdate())
    open_ones = [(one.month.code, _words(one.month)) for one in months if one.sample is None]
    form = DrawForm(page.posted(request), months=open_ones)
    if form.is_valid() and (month := rule.month_named(form.cleaned_data["month"])):

        def action(key: UUID | None) -> object:
            return review_actions.draw_sample(by=manager, month=month, request_key=key)

        if page.saved(request, form, action, DRAWN):
            return redirect("sample_of", month.code)
    drawn = [(one.month.code, _words(one.month), one.sample) for one in months if one.sample]
    shown = {"form": form if open_ones else None, "drawn": drawn, "percent": rule.PERCENT}
    return render(request, "sharing/sample.html", shown | {"request_key": page.fresh_key(request)})


def _fetch(request: HttpRequest, code: str) -> tuple[User, rule.Month, Sample]:
    """The manager, the month and its sample.

    Raises:
        Http404: they are no manager, or no sample of such a month was drawn.
    """
    manager = case_access.require_role(request.user, User.Role.MANAGER)
    month = rule.month_named(code)
    found = sampling.of_month(month) if month else None
    if month is None or found is None:
        raise Http404
    return manager, month, found


@require_safe
def sample_of(request: HttpRequest, month: str) -> HttpResponse:
    """A month's sheet: the decisions that this manager looks at, and how often each answer was yes."""
    manager, named, found = _fetch(request, month)
    lines = sampling.lines(manager, found)
    shown = {
        "month": named.code,
        "words": _words(named),
        "sample": found,
        "lines": lines,
        "left": sum(line.answer is None for line in lines),
        "results": sampling.results(lines),
        "seed": bytes(found.seed).hex(),
    }
    return render(request, "sharing/sample_of.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
def sample_answer(request: HttpRequest, month: str, reference: str) -> HttpResponse:
    """A decision of the sample with its evidence, and the six questions about it; its answers once given."""
    manager, named, found = _fetch(request, month)
    decision = access.fetch_decision(manager, reference)
    case_access.require(manager, "approve", decision.case)
    why = sampling.why_in(found, decision)
    if not why:
        raise Http404
    if decision.by_id == manager.id:
        messages.warning(request, OWN)
        return redirect("sample_of", named.code)
    form = SampleForm(page.posted(request))
    if form.is_valid() and _answered(request, found, decision, form):
        return redirect("sample_of", named.code)
    with review_actions.see_to_review(by=manager, decision=decision) as may, drawing():
        first = sampling.answer_of(found, decision)
        frame = {
            "banner": banner(decision.case, may),
            "case": decision.case,
            "month": named.code,
            "words": _words(named),
            "why": rule.KINDS[why],
            "form": form if first is None or form.is_bound else None,
            "given": _given(first) if first else [],
            "first": first,
            "request_key": page.fresh_key(request),
        }
        return render(request, "sharing/sample_answer.html", evidence(decision, manager, may) | frame)


def _given(row: SampleAnswer) -> list[dict[str, str]]:
    return [
        {"question": words, "answer": lists.label("sample_answer", row.answers.get(code, "")), "change": ""}
        for code, words in sampling.questions()
    ]


def _answered(request: HttpRequest, found: Sample, decision: Any, form: SampleForm) -> bool:
    """Whether the answers are recorded now; if not, the form says why."""

    def action(key: UUID | None) -> object:
        return review_actions.answer_sample(
            by=page.user(request), sample=found, decision=decision, values=form.values(), request_key=key
        )

    try:
        return page.saved(request, form, action, "Recorded.")
    except review_actions.AnsweredMeanwhile as said:
        form.add_error(
            None,
            f"{said.row.by.name} has answered these questions about this decision already. "
            "Check theirs below: yours are not recorded",
        )
    return False
