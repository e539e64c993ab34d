"""The addresses of the journey and of the pages around it; `dahashare/urls.py` includes them at the top."""

from django.urls import path, re_path

from sharing.views import check, emergency, guidance, home, items, journey, recipients, sharing, typing

D = "drafts/<uuid:draft_id>/"
CASE = r"^cases/(?P<reference>C-[2-9A-Z]{6})/sharing/"

urlpatterns = [
    path("", home.home, name="home"),
    re_path(CASE + "$", sharing.case_sharing, name="case_sharing"),
    re_path(CASE + "start/$", journey.start, name="draft_start"),
    path("emergency/", emergency.emergency, name="emergency"),
    path("decisions/<str:reference>/recorded/", emergency.emergency_done, name="emergency_done"),
    path("decisions/<str:reference>/complete/", emergency.emergency_complete, name="emergency_complete"),
    re_path(
        r"^cases/(?P<reference>C-[2-9A-Z]{6})/emergency/$", emergency.emergency_case, name="emergency_case"
    ),
    path(D, journey.tasks, name="draft"),
    path(D + "recipients/add/", recipients.recipient_add, name="recipient_add"),
    path(D + "recipients/<slug:key>/", recipients.recipient_change, name="recipient_change"),
    path(D + "recipients/<slug:key>/remove/", recipients.recipient_remove, name="recipient_remove"),
    path(D + "items/add/", items.item_add, name="item_add"),
    path(D + "items/<uuid:item_id>/", items.item_change, name="item_change"),
    path(D + "items/<uuid:item_id>/remove/", items.item_remove, name="item_remove"),
    path(D + "recipients/", recipients.recipients, name="draft_recipients"),
    path(D + "items/", items.items, name="draft_items"),
    path(D + "panel/", check.panel, name="draft_panel"),
    path(D + "points/", check.points, name="draft_points"),
    path(D + "check/", check.check, name="draft_check"),
    path(D + "record/", check.record, name="draft_record"),
    path(D + "done/", check.done, name="draft_done"),
    path(D + "typing/<path:page>/", typing.draft_typing, name="draft_typing"),
    path(D + "discard/", journey.discard, name="draft_discard"),
    path(D + "<slug:slug>/", journey.step, name="draft_step"),
    path("guidance/", guidance.guidance, name="guidance"),
    path("guidance/<word:word_id>/", guidance.guidance_page, name="guidance_page"),
]
