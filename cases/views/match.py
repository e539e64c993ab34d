"""Which case a provisional one belongs to. No answer tells whether a case exists that one may not open."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cases import access, actions, matching, overview
from cases.forms.match import NOT_THAT, MatchForm
from cases.models import Case
from cases.views import page


@require_http_methods(["GET", "HEAD", "POST"])
def case_match(request: HttpRequest, reference: str) -> HttpResponse:
    """Enter the reference of the right case. Of a case that is not provisional there is no such page."""
    case = page.fetch(request, reference, "work")
    if not case.provisional:
        raise Http404
    form = MatchForm(page.posted(request))
    if form.is_valid():
        if _matched(request, form, case):
            return redirect("case", case.reference)
        form.add_error("reference", NOT_THAT)
    context = {
        "form": form,
        "matched_to": overview.matched_to(case, page.user(request)),
        "heading": "Which case does this belong to?",
    }
    context["back"] = reverse("case", args=[case.reference])
    return page.show(request, case, "case", "cases/match.html", context)


def _matched(request: HttpRequest, form: MatchForm, case: Case) -> bool:
    """Whether the cases are matched now."""
    by = page.user(request)
    try:
        to = access.fetch(by, form.cleaned_data["reference"], "work")
        return page.saved(
            request,
            form,
            lambda key: matching.match_case(by=by, case=case, to=to, request_key=key),
            f"This provisional case belongs to {to.reference}.",
        )
    except (access.Hidden, access.Refused, matching.CannotMatch) as refused:
        # As for any page: in the ledger of the case that was tried, or in their own where there is none.
        actions.note_refusal(
            by=by,
            case=getattr(refused, "case_id", None),
            page=request.resolver_match.route if request.resolver_match else "",
        )
        return False
