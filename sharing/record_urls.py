"""The pages of what has been recorded: a decision, what went wrong with one, the sharing agreements."""

from django.urls import path

from sharing.views import after, agreements, decisions, incidents

urlpatterns = [
    path("decisions/<str:reference>/", decisions.decision, name="decision"),
    path("decisions/<str:reference>/pdf/", decisions.decision_pdf, name="decision_pdf"),
    path("decisions/<str:reference>/sent/", after.sent, name="decision_sent"),
    path("decisions/<str:reference>/correct/", after.correct, name="decision_correct"),
    path("decisions/<str:reference>/review/", after.review, name="decision_review"),
    path("decisions/<str:reference>/wrong-person/", after.wrong_person, name="decision_wrong_person"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/<str:reference>/", incidents.incident, name="incident"),
    path("agreements/", agreements.agreement_list, name="agreements"),
    path("agreements/new/", agreements.agreement_new, name="agreement_new"),
    path("agreements/<uuid:series>/", agreements.agreement, name="agreement"),
    path("agreements/<uuid:series>/end/", agreements.agreement_end, name="agreement_end"),
]
