"""Template tags of the look: fields as the Design System draws them, the error summary, what base.html needs.

{% gov_input field %}    the widget with its classes and aria-describedby
{% gov_options field %}  the radios or checkboxes of a field, one dict each
{% gov_parts field %}    the boxes of a day or a moment, one dict each
{% gov_problems as problems %}  every error of form, forms and formset: (id of the field or "", words)
{% gov_look as look %}   style sheets, scripts, demo flag and navigation
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django import forms, template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from cases import idle, oidc, two_step, waiting
from cases.forms.days import PartsWidget

register = template.Library()

KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (PartsWidget, "parts"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Textarea, "textarea"),
    (forms.Select, "select"),
)
CLASSES = {"textarea": "govuk-textarea", "select": "govuk-select", "checkbox": "govuk-checkboxes__input"}


@register.filter
def gov_kind(field: Any) -> str:
    """Name the way a bound field is drawn: radios, checkboxes, parts, checkbox, textarea, select, input…"""
    if field.is_hidden:
        return "hidden"
    return next((kind for widget, kind in KINDS if isinstance(field.field.widget, widget)), "input")


@register.filter
def gov_limit(field: Any) -> int | None:
    """The most characters a text area takes, or None."""
    return getattr(field.field, "max_length", None) if gov_kind(field) == "textarea" else None


@register.filter
def gov_describedby(field: Any) -> str:
    """The ids of the hint, the error and the character count of a field, as far as each is shown."""
    ids = [f"{field.auto_id}_hint"] if field.help_text else []
    ids += [f"{field.auto_id}_error"] if field.errors else []
    ids += [f"{field.auto_id}-info"] if gov_limit(field) else []
    return " ".join(ids)


@register.filter
def gov_several(answer: Any) -> bool:
    """Whether an answer is a list of texts, and not one text."""
    return isinstance(answer, list | tuple)


@register.simple_tag
def gov_input(field: Any) -> SafeString:
    """Draw the widget of a bound field with the Design System's classes."""
    kind = gov_kind(field)
    if kind == "hidden":
        return SafeString(str(field))
    base = CLASSES.get(kind, "govuk-input")
    classes = [base, field.field.widget.attrs.get("class", "")]
    classes += [f"{base}--error"] if field.errors and kind != "checkbox" else []
    classes += ["govuk-js-character-count"] if gov_limit(field) else []
    attrs = {"class": " ".join(filter(None, classes)), "id": field.auto_id}
    if described := gov_describedby(field):
        attrs["aria-describedby"] = described
    return SafeString(field.as_widget(attrs=attrs))


@register.simple_tag
def gov_options(field: Any) -> list[dict[str, Any]]:
    """List the answers of radios or checkboxes. The first carries the field's own id, for error links."""
    value = field.value()
    chosen = {str(v) for v in value} if isinstance(value, (list, tuple, set)) else {str(value)}
    hints, divider = getattr(field.field, "hints", {}), getattr(field.field, "divider_before", "")
    return [
        {
            "id": field.auto_id if n == 0 else f"{field.auto_id}_{n}",
            "value": code,
            "label": label,
            "hint": hints.get(code, ""),
            "checked": value is not None and str(code) in chosen,
            "divider": bool(divider) and code == divider,
        }
        for n, (code, label) in enumerate(field.field.choices)
    ]


@register.simple_tag
def gov_parts(field: Any) -> list[dict[str, Any]]:
    """List the boxes of a day or a moment. The first carries the field's own id."""
    widget = field.field.widget
    value = field.value()
    values = value if isinstance(value, (list, tuple)) else widget.decompress(value)
    return [
        {
            "id": field.auto_id if n == 0 else f"{field.auto_id}_{part}",
            "name": f"{field.html_name}_{part}",
            "label": label,
            "value": "" if values[n] is None else values[n],
            "numeric": part != "month" and part != "time",
            "width": 2 if part in ("day", "month") else 4,
        }
        for n, (part, label) in enumerate(widget.labels.items())
    ]


def _forms(context: Context) -> Iterator[Any]:
    """Every form that the page shows."""
    if context.get("form") is not None:
        yield context["form"]
    for several in ("forms", "formset"):
        if hasattr(context.get(several), "__iter__"):
            yield from context[several]


def form_problems(form: Any) -> list[tuple[str, str]]:
    """List the errors of a form in the order of its fields: (id of the field or "", words)."""
    if not getattr(form, "errors", None):
        return []
    found = [("", str(error)) for error in form.non_field_errors()]
    for field in form:
        target = "" if field.is_hidden else field.auto_id
        found += [(target, str(error)) for error in field.errors]
    return found


@register.simple_tag(takes_context=True)
def gov_problems(context: Context) -> list[tuple[str, str]]:
    """List every error of the page."""
    problems = [problem for form in _forms(context) for problem in form_problems(form)]
    whole = getattr(context.get("formset"), "non_form_errors", None)
    return ([("", str(error)) for error in whole()] if whole else []) + problems


@register.simple_tag
def gov_form_problems(form: Any) -> list[tuple[str, str]]:
    """List the errors of one form, for pages that draw a summary of their own."""
    return form_problems(form)


def asset_url(path: str) -> str:
    """Return the address of a static file, or "" where it is not there: the vendor's may be missing."""
    if hasattr(staticfiles_storage, "manifest_strict"):
        return _hashed(staticfiles_storage, path)
    return str(staticfiles_storage.url(path)) if finders.find(path) else ""


@lru_cache(maxsize=100)
def _hashed(storage: Any, path: str) -> str:
    """The address by the manifest, which a server reads once: each page asks for ten of them."""
    try:
        return str(storage.url(path))
    except ValueError:  # not in the manifest
        return ""


NAVIGATION: dict[str, tuple[tuple[str, str], ...]] = {
    "officer": (("My work", "/"), ("Cases", "/cases/"), ("Requests", "/requests/"), ("Advice", "/advice/")),
    "manager": (
        ("My work", "/"),
        ("Cases", "/cases/"),
        ("Reviews", "/reviews/"),
        ("Dashboard", "/dashboard/"),
        ("Requests", "/requests/"),
        ("Advice", "/advice/"),
        ("Log", "/logs/"),
        ("My team", "/team/"),
    ),
    "governance": (
        ("My work", "/"),
        ("Dashboard", "/dashboard/"),
        ("Log", "/logs/"),
        ("Exports", "/exports/"),
        ("Integrity", "/integrity/"),
        ("Wrong person", "/incidents/"),
        ("Agreements", "/agreements/"),
        ("Requests", "/requests/"),
        ("Advice", "/advice/"),
    ),
    "administrator": (
        ("My work", "/"),
        ("People", "/people/"),
        ("Agencies", "/agencies/"),
        ("Set-up", "/setup/"),
        ("Integrity", "/integrity/"),
    ),
}


PATHS = {
    "home": "/",
    "quick_exit": "/quick-exit/",
    "emergency": "/emergency/",
    "guidance": "/guidance/",
    "password": "/account/password/",
    "sign_in": "/sign-in/",
    "sign_out": "/sign-out/",
    "stay": "/stay/",
    "parked": "/parked/",
    "accessibility": "/accessibility/",
    "privacy": "/privacy/",
    "cookies": "/cookies/",
}


def navigation(user: Any, path: str) -> list[dict[str, Any]]:
    """List the links of the service navigation. Arguments: `path` – the page shown, "" on error pages."""
    if not getattr(user, "is_authenticated", False):
        return []
    links = NAVIGATION.get(str(getattr(user, "role", "")), (("My work", "/"),))
    return [
        {
            # On every page the question would be asked of all that a manager manages.
            "label": _counted(label, href, user) if path in ("/", href) else label,
            "href": href,
            "current": path == href,
            "within": href != "/" and path.startswith(href),
        }
        for label, href in links
    ]


def _counted(label: str, href: str, user: Any) -> str:
    """A link's words with how much waits behind it, where something does: on My work and on its own page."""
    count = waiting.count_at(href, user)
    return f"{label} ({count})" if count else label


@register.simple_tag
def gov_navigation(items: list[dict[str, Any]]) -> SafeString:
    """Draw the service navigation of `look.navigation`."""
    return _drawn_navigation(tuple(tuple(item.items()) for item in items))


@lru_cache(maxsize=100)
def _drawn_navigation(items: tuple[tuple[tuple[str, Any], ...], ...]) -> SafeString:
    """Once for each list of links: a role's, at a place, with how much waits there, and nothing else."""
    return render_to_string("partials/navigation.html", {"items": [dict(item) for item in items]})


def _emergency(context: Context, user: Any) -> str:
    """Where an officer or a manager records an emergency share: in the open case of the page, if any."""
    if getattr(user, "role", "") not in ("officer", "manager"):
        return ""
    case = context.get("case") or getattr(context.get("decision"), "case", None)
    reference = "" if getattr(case, "closed", False) else getattr(case, "reference", "")
    return f"/cases/{reference}{PATHS['emergency']}" if reference else PATHS["emergency"]


def _idle(request: Any) -> dict[str, Any] | None:
    """What the warning before the idle lock needs; None where there is no session or no script."""
    script, session = asset_url("idle.js"), getattr(request, "session", None)
    if not script or session is None:
        return None
    left = idle.remaining(session)
    return {"js": script, "left": left, "warning": settings.IDLE_WARNING_SECONDS, "every": idle.write_every()}


@register.simple_tag(takes_context=True)
def gov_look(context: Context) -> dict[str, Any]:
    """Gather what base.html draws around every page.

    An error page (`plain`) marks no link as the current one: a stranger's 404 must not tell addresses apart.
    """
    request, user = context.get("request"), context.get("user")
    path = "" if context.get("plain") or request is None else request.path
    signed_in = bool(getattr(user, "is_authenticated", False))
    # Without the second step every link would lead back to where it is set up.
    inside = signed_in and (settings.DEMO or (request is not None and two_step.taken(request)))
    return {
        "vendor_css": asset_url("vendor/govuk/govuk-frontend.min.css"),
        "vendor_js": asset_url("vendor/govuk/govuk-frontend.min.js"),
        "css": asset_url("dahashare.css"),
        "js": asset_url("dahashare.js"),
        "autosave": asset_url("autosave.js"),
        "passkey": asset_url("passkey.js"),
        "progress": asset_url("progress.js"),
        "icon": asset_url("icon.svg"),
        "blank": asset_url("blank.svg"),
        "paths": PATHS,
        "demo": settings.DEMO,
        "provider": settings.OIDC["name"] if oidc.configured() else "",
        "navigation": navigation(user, path) if inside else [],
        "signed_in": signed_in,
        "idle": _idle(request) if signed_in and path else None,
        "inside": inside,
        "emergency": _emergency(context, user) if inside else "",
    }
