"""A map for the tests of the look: the account pages, one page with every kind of field, pages that fail."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from cases.banner import Line
from cases.forms import base
from dahashare.account_urls import account_urls

OPTIONS = [("a", "Answer A"), ("b", "Answer B", "What B is for"), ("none", "None of these")]
PAGE = """{% extends "base.html" %}{% load crispy_forms_tags %}{% block title %}Sample{% endblock %}
{% block beforeContent %}{% include "partials/back_link.html" with href="/" %}{% endblock %}
{% block skipToQuestion %}{% include "partials/skip_to_question.html" %}{% endblock %}
{% block caseBanner %}{% include "partials/case_banner.html" %}{% endblock %}
{% block content %}<h1 class="govuk-heading-l">Sample</h1>
<div id="question" tabindex="-1">{% crispy form %}</div>
{% include "partials/task_list.html" %}{% include "partials/summary_list.html" %}
{% include "partials/timeline.html" %}{% include "partials/pager.html" with next="?n=2" %}{% endblock %}"""
HOME = """{% extends "base.html" %}{% block title %}My work{% endblock %}
{% block content %}<h1 class="govuk-heading-l">My work</h1>
<p class="govuk-body">Nothing due.</p>{% endblock %}"""


class SampleForm(base.GovForm):
    """One field of every kind."""

    buttons = (("save", "Save and continue"), ("later", "Save and come back later"))
    who = base.PlainCharField(label="Who <asked>?", error_messages={"required": "Enter who asked"})
    why = base.PlainTextField(label="Why?", max_length=40, help_text="In your own words")
    told = base.Radios(
        OPTIONS, label="Do they know?", help_text="One answer", divider_before="none",
        error_messages={"required": "Select whether they know"},
    )  # fmt: skip
    kinds = base.CheckboxSet(OPTIONS, label="What kinds?", error_messages={"required": "Select at least one"})
    basis = base.Dropdown(OPTIONS, label="Which one?")
    seen = base.DayField(label="When was it seen?", what="The date it was seen", past_only=True)
    sent = base.MomentField(label="When was it sent?", what="The time it was sent", help_text="Day and time")
    count = base.WholeNumberField(label="How many?", minimum=0, maximum=24)
    sure = base.Confirm(label="I have checked this")


def context() -> dict[str, Any]:
    """What the page shows besides the form."""
    return {
        "banner": {
            "reference": "C-7F3K2Q", "name": "Sam", "risk": "High risk", "risk_colour": "red",
            "contact": [Line("Do not… ring after 5pm", stop=True), Line("Safe: text message")],
            "staff_alert": "Do not visit alone", "code_word": True, "safety": "/",
        },
        "tasks": [{"label": "Request", "href": "?p=1", "status": "Incomplete", "colour": "blue"}],
        "rows": [{"question": "Aim", "answer": "Safe housing", "change": "?aim"}],
        "days": [],
    }  # fmt: skip


def sample(request: HttpRequest) -> HttpResponse:
    """The page with every kind of field."""
    form = SampleForm(request.POST or None)
    if form.is_valid():
        messages.success(request, "The answers are saved")
        return home(request)
    template = engines["django"].from_string(PAGE)
    return HttpResponse(template.render({"form": form, **context()}, request))


def home(request: HttpRequest) -> HttpResponse:
    """A page without a form."""
    return HttpResponse(engines["django"].from_string(HOME).render({}, request))


def forbidden(request: HttpRequest) -> HttpResponse:
    """A page that nobody may see."""
    raise PermissionDenied("a secret reason")


def hidden(request: HttpRequest, reference: str) -> HttpResponse:
    """A page that this person may not know of."""
    raise Http404(f"a secret about {reference}")


def broken(request: HttpRequest) -> HttpResponse:
    """A page that fails."""
    raise RuntimeError("a secret about somebody")


urlpatterns = [
    path("", home, name="home"),
    path("sample/", sample),
    path("forbidden/", forbidden),
    path("hidden/<str:reference>/", hidden),
    path("broken/", broken),
    *account_urls(demo=True),
]
handler400 = "dahashare.views.bad_request"
handler403 = "dahashare.views.forbidden"
handler404 = "dahashare.views.not_found"
handler500 = "dahashare.views.server_error"
