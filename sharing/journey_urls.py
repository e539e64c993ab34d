"""The addresses of the journey and of the pages around it; `dahashare/urls.py` includes them at the top."""

from django.urls import path, re_path

from sharing.views import check, guidance, home, items, journey, recipients, sharing

D = "drafts/<uuid:draft_id>/"
CASE = r"^cases/(?P<reference>C-[2-9A-Z]{6})/sharing/"

urlpatterns = [
    path("", home.home, name="home"),
    re_path(CASE + "$", sharing.case_sharing, name="case_sharing"),
    re_path(CASE + "start/$", journey.start, name="draft_start"),
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
    path(D + "discard/", journey.discard, name="draft_discard"),
    path(D + "<slug:slug>/", journey.step, name="draft_step"),
    path("guidance/", guidance.guidance, name="guidance"),
    path("guidance/<str:word_id>/", guidance.guidance_page, name="guidance_page"),
]
