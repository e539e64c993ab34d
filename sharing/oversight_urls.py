"""The addresses of those who look back: reviews, dashboard, log, exports, reports, integrity."""

from django.urls import URLPattern, URLResolver, path

from sharing.views import dashboard, exports, integrity, log, oversight, register, reports, reviews, sample
from sharing.views.after import anew

urlpatterns: list[URLPattern | URLResolver] = [
    path("logs/", log.logs, name="logs"),
    path("logs/not-shared-high-risk/", log.not_shared, name="log_not_shared"),
    path("logs/views/", log.log_views, name="log_views"),
    path("logs/views/<uuid:view_id>/remove/", log.log_view_drop, name="log_view_drop"),
    path("exports/", exports.export_list, name="exports"),
    path("exports/new/", exports.export_new, name="export_new"),
    path("exports/<uuid:export_id>/", exports.export, name="export"),
    path("exports/<uuid:export_id>/progress/", exports.export_progress, name="export_progress"),
    path("exports/<uuid:export_id>/cancel/", exports.export_cancel, name="export_cancel"),
    path("exports/<uuid:export_id>/again/", exports.export_again, name="export_again"),
    path("exports/<uuid:export_id>/download/", exports.export_download, name="export_download"),
    path("exports/<uuid:export_id>/approve/", exports.export_approve, name="export_approve"),
    path("oversight/", oversight.oversight_list, name="oversight"),
    path("register/", register.disclosures, name="register"),
    path("register/processing/", register.processing, name="processing"),
    path("register/disclosures/csv/", register.register_csv, {"what": "disclosures"}, name="register_csv"),
    path("register/processing/csv/", register.register_csv, {"what": "processing"}, name="processing_csv"),
    path("cases/<case_reference:reference>/chronology-pack/", reports.case_pack, name="case_pack"),
    path(
        "cases/<case_reference:reference>/people/<uuid:person>/report/",
        reports.case_person_report,
        name="case_person_report",
    ),
]

# What managers look at, and what they draw for quality.
urlpatterns += [
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/sample/", sample.sample, name="sample"),
    path("reviews/sample/<str:month>/", sample.sample_of, name="sample_of"),
    path("reviews/sample/<str:month>/<str:reference>/", sample.sample_answer, name="sample_answer"),
    path("reviews/<str:reference>/", reviews.review_of, name="review_of"),
    path("decisions/<str:reference>/anew/", anew, name="decision_anew"),
]

# Whether the log is in order.
urlpatterns += [
    path("integrity/", integrity.integrity_page, name="integrity"),
    path("integrity/check/", integrity.integrity_check, name="integrity_check"),
    path("integrity/manifest/", integrity.integrity_manifest, name="integrity_manifest"),
    path("integrity/checkpoints/<uuid:checkpoint_id>/", integrity.checkpoint_file, name="checkpoint_file"),
]

# What is counted: charts, their files, the decisions behind one of them.
urlpatterns += [
    path("dashboard/", dashboard.dashboard_view, name="dashboard"),
    path("dashboard/csv/", dashboard.dashboard_csv, name="dashboard_csv"),
    path("dashboard/overdue/<str:age>/", dashboard.dashboard_overdue, name="dashboard_overdue"),
]
