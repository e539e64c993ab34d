"""The pages of asking: advice, requests to other agencies, their letters, requests made to us."""

from django.urls import URLPattern, path, re_path

from sharing.views import advice, asked, letters, request_acts, requests, tasks

CASE = r"^cases/(?P<reference>C-[2-9A-Z]{6})/"

urlpatterns: list[URLPattern] = []

# What other agencies ask us.
urlpatterns += [
    re_path(CASE + "asked/new/$", asked.asked_new, name="asked_new"),
    path("asked/<str:reference>/", asked.asked_page, name="asked"),
    path("drafts/<uuid:draft_id>/asked/", asked.draft_asked, name="draft_asked"),
    path("asked/<str:reference>/decide/", asked.asked_decide, name="asked_decide"),
    path("asked/<str:reference>/answer/", asked.asked_answer, name="asked_answer"),
]

# Where the link of a reminder leads.
urlpatterns += [path("tasks/<str:reference>/", tasks.task, name="task")]

# The letters of both.
urlpatterns += [
    path("requests/<str:reference>/letters/new/<str:kind>/", letters.letter_new, name="letter_new"),
    path("asked/<str:reference>/letters/new/<str:kind>/", letters.letter_declining, name="letter_declining"),
    path("letters/<str:reference>/", letters.letter, name="letter"),
    path("letters/<str:reference>/pdf/", letters.letter_pdf, name="letter_pdf"),
    path("letters/<str:reference>/text/", letters.letter_text, name="letter_text"),
]

# Advice, without saying who it is about.
urlpatterns += [
    re_path(CASE + "advice/new/$", advice.case_advice_new, name="case_advice_new"),
    path("drafts/<uuid:draft_id>/advice/", advice.draft_advice, name="draft_advice"),
    path("advice/", advice.advice_list, name="advice_list"),
    path("advice/<str:reference>/", advice.advice_page, name="advice"),
]

# What we ask other agencies for.
urlpatterns += [
    path("requests/", requests.request_index, name="requests"),
    path("decisions/<str:reference>/requests/new/<str:recipient>/", requests.request_new, name="request_new"),
    path("requests/<str:reference>/", requests.request_one, name="request"),
    path("requests/<str:reference>/<slug:slug>/", request_acts.act, name="request_act"),
]
