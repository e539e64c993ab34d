"""Reports of one case: the chronology for a review, and what is held about one person who asks for it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases import access, step_up, timeline
from cases.models import Case, Person
from cases.views import page
from sharing import display, lists, pack, person_report, report_actions, story
from sharing.forms.reports import PDF, XLSX, ReportForm

TYPES = {
    PDF: "application/pdf",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_http_methods(["GET", "HEAD", "POST"])
def case_pack(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Everything that the case's ledger tells, for a death review: to read, and as a file."""
    case = page.fetch(request, reference, "see_views")
    form = ReportForm(page.posted(request))
    if form.is_valid():
        return _asked(request, case, form, report_actions.PACK, {})

    def context() -> dict[str, Any]:
        told = story.read(case, until=timezone.now())
        return {"form": form, "days": pack.days(told), "story": told, "about": pack.ABOUT}

    return page.show(request, case, "case_timeline", "sharing/pack.html", context, what="see_views")


@require_http_methods(["GET", "HEAD", "POST"])
def case_person_report(request: HttpRequest, reference: str, person: UUID) -> HttpResponseBase:
    """What the case holds about one person, marked, for whoever answers their request for it."""
    case = page.fetch(request, reference)
    found = next((one for one in case.people.all() if one.id == person), None)
    if found is None:
        raise Http404
    access.require(page.user(request), "see_views", case)
    form = ReportForm(page.posted(request), initial={"purpose": "rights_request"})
    about = {"person": str(found.id)}
    if form.is_valid():
        return _asked(request, case, form, report_actions.PERSON, about, found)

    def context() -> dict[str, Any]:
        lines = person_report.read(case, found, until=timezone.now())
        warnings = person_report.warnings(found.role)
        marks = lists.rows("withhold")
        return {"form": form, "person": found, "lines": lines, "warnings": warnings, "marks": marks}

    entry = ("case.viewed", about)
    return page.show(
        request, case, "case_people", "sharing/person_report.html", context, what="see_views", entry=entry
    )


def _asked(
    request: HttpRequest,
    case: Case,
    form: ReportForm,
    report: str,
    about: dict[str, str],
    person: Person | None = None,
) -> HttpResponseBase:
    """The report as a file, once whoever asks has proved who they are; its entry is made with it."""
    if not step_up.is_fresh(request):
        return step_up.ask(request)
    by, now, chosen = page.user(request), timezone.now(), form.cleaned_data
    purpose = lists.label("export_purpose", chosen["purpose"])
    made = f"Made {display.moment(now.isoformat())}, by {by.name}. For: {purpose}. {chosen['note']}".strip()
    with report_actions.make_report(by=by, case=case, report=report, about={**chosen, **about}):
        if person:
            content = _of_person(case, person, chosen["form"], made)
        else:
            content = _pack(case, chosen["form"], made)
    response = HttpResponse(content, content_type=TYPES[chosen["form"]])
    name = "rights-request" if person else "chronology"
    response["Content-Disposition"] = f'attachment; filename="{case.reference}-{name}.{chosen["form"]}"'
    return response


def _pack(case: Case, form: str, made: str) -> bytes:
    told = story.read(case, until=timezone.now())
    if form == XLSX:
        return pack.sheet(told)
    newest = max(told.events, key=lambda one: one.seq).receipt
    looks = timeline.lookers(case, timeline.flags(case))
    return pack.pdf(case, told, looks, made=made, receipt=newest, training=settings.DEMO)


def _of_person(case: Case, person: Person, form: str, made: str) -> bytes:
    lines = person_report.read(case, person, until=timezone.now())
    if form == XLSX:
        return person_report.sheet(lines)
    return person_report.pdf(case, lines, role=person.role, made=made, training=settings.DEMO)
