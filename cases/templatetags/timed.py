"""{% timed_access_strip banner.reference %}: on every page of a case open to its reader for a time."""

import math
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from cases import access, timed_access
from cases.models import User

register = template.Library()


@register.inclusion_tag("partials/timed_access.html", takes_context=True)
def timed_access_strip(context: Context, reference: str) -> dict[str, Any]:
    """What the strip says: until when, how many minutes are left, what it is for, and how to end it now."""
    user = getattr(context.get("request"), "user", None)
    row = timed_access.running(user, reference) if isinstance(user, User) else None
    if row is None:
        return {"row": None}
    left = math.ceil((row.ends_at - timezone.now()).total_seconds() / 60)
    return {
        "row": row,
        "emergency": row.kind == access.EMERGENCY,
        "purpose": timed_access.PURPOSES.get(row.purpose, ""),
        "hours": left // 60,
        "minutes": left % 60,
        "csrf_token": context.get("csrf_token"),
    }
