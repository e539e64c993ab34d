"""The risk: the assessment that counts, the level over time, a new assessment, and every one before it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cases import access, actions, choices, risk
from cases.banner import RISK_COLOURS, risk_words
from cases.forms.risk import RiskForm
from cases.models import Case, Organisation, RiskAssessment, User
from cases.referrals import referrals
from cases.risk_picture import picture
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


def _context(case: Case, by: User, form: RiskForm) -> dict[str, Any]:
    history = list(case.risk_assessments.select_related("by"))
    shown = [_shown(one) for one in history]
    return {
        "form": form,
        "latest": shown[0] if shown else None,
        "earlier": shown[1:],
        "picture": picture([(one.assessed_on, one.level) for one in reversed(history)]),
        "may_work": access.can(by, "work", case),
        "thresholds": form.thresholds,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def case_risk(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the assessments; a post adds one."""
    case = page.fetch(request, reference, "work" if request.method == "POST" else "view")
    by, organisation = page.user(request), Organisation.current()
    form = RiskForm(
        page.posted(request),
        initial={"marac_referred_on": case.marac_referred_on},
        thresholds=risk.Thresholds.of(organisation),
        local=organisation.local_criteria,
        referrals=referrals(case, by),
    )
    if form.is_valid() and page.saved(
        request,
        form,
        lambda key: actions.assess_risk(by=by, case=case, values=form.values(), request_key=key),
        "Assessment saved.",
    ):
        return redirect("case_risk", case.reference)
    return page.show(request, case, "case_risk", "cases/risk.html", lambda: _context(case, by, form))
