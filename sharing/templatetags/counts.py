"""Numbers as people write them.  {{ 4812|counted }}  4,812"""

from typing import Any

from django import template

register = template.Library()


@register.filter
def counted(value: Any) -> str:
    """A whole number with a comma before each three digits; empty for anything else."""
    return f"{value:,}" if isinstance(value, int) else ""
