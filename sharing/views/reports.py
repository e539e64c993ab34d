"""Reports of one case: the chronology pack for a review."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases import step_up, timeline
from cases.models import Case
from cases.views import page
from sharing import display, lists, pack, report_actions, story
from sharing.forms.reports import PDF, ReportForm

TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_http_methods(["GET", "HEAD", "POST"])
def case_pack(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Everything that the case's ledger tells, for a death review: to read, and as a file."""
    case = page.fetch(request, reference, "see_views")
    form = ReportForm(page.posted(request))
    if form.is_valid():
        return _file(request, case, form.cleaned_data) if step_up.is_fresh(request) else step_up.ask(request)

    def context() -> dict[str, Any]:
        told = story.read(case, until=timezone.now())
        return {"form": form, "days": pack.days(told), "story": told, "about": pack.ABOUT}

    return page.show(request, case, "case_timeline", "sharing/pack.html", context, what="see_views")


def _file(request: HttpRequest, case: Case, chosen: dict[str, Any]) -> HttpResponse:
    by, now = page.user(request), timezone.now()
    about = {name: chosen[name] for name in ("purpose", "note", "form")}
    with report_actions.make_report(by=by, case=case, report=report_actions.PACK, about=about):
        told = story.read(case, until=now)
        if chosen["form"] == PDF:
            purpose = lists.label("export_purpose", chosen["purpose"])
            made = f"Made {display.moment(now.isoformat())}, by {by.name}. For: {purpose}. {chosen['note']}"
            newest = max(told.events, key=lambda one: one.seq).receipt
            looks = timeline.lookers(case, timeline.flags(case))
            content = pack.pdf(case, told, looks, made=made.strip(), receipt=newest, training=settings.DEMO)
        else:
            content = pack.sheet(told)
    response = HttpResponse(content, content_type=TYPES[chosen["form"]])
    name = f"{case.reference}-chronology.{chosen['form']}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
