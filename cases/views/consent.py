"""The consent log: dated lines, never changed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cases import actions
from cases.forms.consent import ConsentForm
from cases.overview import consent_rows
from cases.views import page


@require_http_methods(["GET", "HEAD", "POST"])
def case_consent(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the log; a post adds a line."""
    case = page.fetch(request, reference, "work" if request.method == "POST" else "view")
    form = ConsentForm(page.posted(request))
    by = page.user(request)
    if form.is_valid() and page.saved(
        request,
        form,
        lambda key: actions.log_consent(by=by, case=case, values=form.values(), request_key=key),
        "Added to the consent log.",
    ):
        return redirect("case_consent", case.reference)
    return page.show(
        request,
        case,
        "case_consent",
        "cases/consent.html",
        lambda: {"form": form, "rows": consent_rows(list(case.consent_log.select_related("by")))},
    )
