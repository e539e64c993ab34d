"""The pages of set-up that are one form each, by the part of set-up that they answer."""

from collections.abc import Mapping

from sharing.forms.setup.limits import HoursForm, RiskSettingsForm, TimersForm
from sharing.forms.setup.notice import DocumentForm, NoticeForm
from sharing.forms.setup.organisation import OrganisationForm
from sharing.forms.setup.part import PartForm
from sharing.forms.setup.urgent import UrgentForm

FORMS: Mapping[str, type[PartForm]] = {
    form.part: form
    for form in (
        OrganisationForm, NoticeForm, DocumentForm, RiskSettingsForm, TimersForm, HoursForm, UrgentForm,
    )
}  # fmt: skip
