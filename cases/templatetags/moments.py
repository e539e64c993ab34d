"""Times of day as people say them: 2:30pm. Django's own date format writes 2:30p.m.

{{ case.opened_at|moment }}  Tuesday 4 June 2026, 2:30pm
{{ event.at|clock }}         2:30pm
{{ case.opened_at|day }}     4 June 2026
"""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone

register = template.Library()


def _local(value: datetime) -> datetime:
    return value if value.utcoffset() is None else value.astimezone(timezone.get_default_timezone())


@register.filter
def clock(value: Any) -> str:
    """The time of day of a moment; empty for anything else."""
    if not isinstance(value, datetime):
        return ""
    local = _local(value)
    return f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


@register.filter
def moment(value: Any) -> str:
    """The day and the time of day of a moment; empty for anything else."""
    if not isinstance(value, datetime):
        return ""
    local = _local(value)
    return f"{local:%A} {local.day} {local:%B %Y}, {clock(local)}"


@register.filter
def day(value: Any) -> str:
    """The day of a moment; empty for anything else."""
    if not isinstance(value, datetime):
        return ""
    local = _local(value)
    return f"{local.day} {local:%B %Y}"
