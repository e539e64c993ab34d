"""The risk: the assessment that counts, a new one, and every one before it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cases import actions, choices, risk
from cases.banner import RISK_COLOURS, risk_words
from cases.forms.risk import RiskForm
from cases.models import Case, RiskAssessment
from cases.views import page


def _shown(assessment: RiskAssessment) -> dict[str, Any]:
    met = [
        (choices.label("marac_criteria", code), risk.why(code, assessment)) for code in assessment.criteria
    ]
    return {
        "assessment": assessment,
        "level": risk_words(assessment.level) or choices.label("risk_level", assessment.level),
        "colour": RISK_COLOURS.get(assessment.level, "grey"),
        "met": [{"name": name, "why": why if why != name else ""} for name, why in met],
    }


def _context(case: Case, form: RiskForm) -> dict[str, Any]:
    history = [_shown(one) for one in case.risk_assessments.select_related("by").order_by("-recorded_at")]
    return {
        "form": form,
        "latest": history[0] if history else None,
        "earlier": history[1:],
        "visible_high_risk": risk.threshold(risk.VISIBLE),
        "potential_escalation": risk.threshold(risk.ESCALATION),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def case_risk(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the assessments; a post adds one."""
    case = page.fetch(request, reference, "work" if request.method == "POST" else "view")
    form = RiskForm(page.posted(request), initial={"marac_referred_on": case.marac_referred_on})
    by = page.user(request)
    if form.is_valid() and page.saved(
        request,
        form,
        lambda key: actions.assess_risk(by=by, case=case, values=form.values(), request_key=key),
        "Assessment saved.",
    ):
        return redirect("case_risk", case.reference)
    return page.show(request, case, "case_risk", "cases/risk.html", lambda: _context(case, form))
