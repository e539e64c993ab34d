"""The addresses of the case pages, below the root. A reference is the only thing of a case in an address."""

from django.urls import path, register_converter

from cases.views import access, cases, consent, information, match, people, risk, timeline


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
    path("cases/new/", cases.case_new, name="case_new"),
    path(_CASE, cases.case, name="case"),
    path(f"{_CASE}change/", cases.case_change, name="case_change"),
    path(f"{_CASE}people/", people.case_people, name="case_people"),
    path(f"{_CASE}people/add/", people.case_person_add, name="case_person_add"),
    path(f"{_CASE}people/<uuid:person>/", people.case_person_change, name="case_person_change"),
    path(f"{_CASE}risk/", risk.case_risk, name="case_risk"),
    path(f"{_CASE}information/", information.case_information, name="case_information"),
    path(f"{_CASE}information/add/", information.information_add, name="information_add"),
    path(f"{_CASE}information/<uuid:item>/", information.information_change, name="information_change"),
    path(f"{_CASE}consent/", consent.case_consent, name="case_consent"),
    path(f"{_CASE}access/", access.case_access, name="case_access"),
    path(f"{_CASE}timeline/", timeline.case_timeline, name="case_timeline"),
    path(f"{_CASE}match/", match.case_match, name="case_match"),
]
