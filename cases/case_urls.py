"""The addresses of the case pages, below the root. A reference is the only thing of a case in an address."""

from django.urls import path, register_converter

from cases.views import (
    access,
    cases,
    chronology,
    closing,
    consent,
    information,
    match,
    new_case,
    notices,
    people,
    risk,
    safety,
    timed_access,
    timeline,
)
from cases.views.gate import when_live


class ReferenceConverter:
    """A case's reference, as it is written on every page."""

    regex = "C-[2-9A-Z]{6}"

    def to_python(self, value: str) -> str:
        """The reference as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """The same."""
        return value


register_converter(ReferenceConverter, "case_reference")
_CASE = "cases/<case_reference:reference>/"

urlpatterns = [
    path("cases/", cases.cases, name="cases"),
    path("cases/new/", when_live("cases/not_live.html")(new_case.case_new), name="case_new"),
    path(_CASE, cases.case, name="case"),
    path(f"{_CASE}change/", cases.case_change, name="case_change"),
    path(f"{_CASE}people/", people.case_people, name="case_people"),
    path(f"{_CASE}people/add/", people.case_person_add, name="case_person_add"),
    path(f"{_CASE}people/<uuid:person>/", people.case_person_change, name="case_person_change"),
    path(f"{_CASE}safety/", safety.case_safety, name="case_safety"),
    path(f"{_CASE}safety/staff/", safety.case_staff_safety, name="case_staff_safety"),
    path(f"{_CASE}safety/<uuid:person>/", safety.case_safe_contact, name="case_safe_contact"),
    path(f"{_CASE}safety/<uuid:person>/code-word/", safety.case_code_word, name="case_code_word"),
    path(f"{_CASE}risk/", risk.case_risk, name="case_risk"),
    path(f"{_CASE}chronology/", chronology.case_chronology, name="case_chronology"),
    path(f"{_CASE}chronology/add/", chronology.case_concern_add, name="case_concern_add"),
    path(f"{_CASE}chronology/<uuid:concern>/", chronology.case_concern_change, name="case_concern_change"),
    path(f"{_CASE}information/", information.case_information, name="case_information"),
    path(f"{_CASE}information/add/", information.information_add, name="information_add"),
    path(f"{_CASE}information/<uuid:item>/", information.information_change, name="information_change"),
    path(
        f"{_CASE}information/<uuid:item>/checked/",
        information.information_checked,
        name="information_checked",
    ),
    path(f"{_CASE}consent/", consent.case_consent, name="case_consent"),
    path(f"{_CASE}access/", access.case_access, name="case_access"),
    path(f"{_CASE}access/<uuid:person>/", access.case_access_until, name="case_access_until"),
    path(f"{_CASE}timeline/", timeline.case_timeline, name="case_timeline"),
    path(f"{_CASE}close/", closing.case_close, name="case_close"),
    path(f"{_CASE}close/duplicate/", closing.case_duplicate, name="case_duplicate"),
    path(f"{_CASE}reopen/", closing.case_reopen, name="case_reopen"),
    path(f"{_CASE}move/", closing.case_move, name="case_move"),
    path(f"{_CASE}match/", match.case_match, name="case_match"),
    path("emergency-access/", timed_access.emergency_access, name="emergency_access"),
    path(
        "emergency-access/<uuid:access_id>/",
        timed_access.emergency_access_review,
        name="emergency_access_review",
    ),
    path("timed-access/<uuid:access_id>/end/", timed_access.timed_access_end, name="timed_access_end"),
    path("notices/<uuid:notice_id>/seen/", notices.notice_seen, name="notice_seen"),
    path("purpose/", timed_access.purpose, name="purpose"),
]
