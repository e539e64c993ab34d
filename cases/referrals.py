"""When a case was referred to MARAC before: what a repeat is looked for in."""

from datetime import date

from django.db.models import Q

from cases import access
from cases.models import Case, RiskAssessment, User


def referrals(case: Case, by: User) -> list[date]:
    """The days of the MARAC referrals of the case and of the cases linked with it.

    A linked case counts where `by` may know that it exists: else a repeat would tell them.
    """
    same = {one for one in (case.id, case.matched_to_id, case.duplicate_of_id) if one}
    linked = Q(id__in=same) | Q(matched_to__in=same) | Q(duplicate_of__in=same)
    ids = {case.id, *access.visible_to(by).filter(linked).values_list("id", flat=True)}
    kept = RiskAssessment.objects.filter(case__in=ids).values_list("marac_referred_on", flat=True)
    now = Case.objects.filter(id__in=ids).values_list("marac_referred_on", flat=True)
    return sorted({day for day in (*kept, *now) if day})
