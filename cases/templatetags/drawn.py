"""Rows of a long list: the template of a row is drawn once for each kind of row and filled in for each.

{% drawn_rows "cases/_case_row.html" rows %}
{% drawn_field field %}

A row is a `Row`: `kind` is what the template decides by, `words` are the texts that it only puts somewhere.
To draw 25 rows word by word takes longer than all else on the page.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from cases.forms.fields import Dropdown

register = template.Library()

_MARK = "\ue000"
"""Stands around the name of each text in what was drawn once. It never meets the texts themselves."""


class Row(NamedTuple):
    """One row: what its template decides by (few different ones in all, nothing personal), and its texts."""

    kind: tuple[tuple[str, Any], ...]
    words: Mapping[str, str]


@lru_cache(maxsize=200)
def _parts(path: str, kind: tuple[tuple[str, Any], ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """The template's own text and the names of the texts between, in turn."""
    marked = {name: f"{_MARK}{name}{_MARK}" for name in names}
    return tuple(render_to_string(path, dict(kind) | marked).split(_MARK))


@register.simple_tag
def drawn_rows(path: str, rows: Iterable[Row]) -> SafeString:
    """Draw the rows, every text escaped.

    Args:
        path: of the template of a row; it may put a text anywhere, and do nothing else with it.
    """
    drawn: list[str] = []
    for kind, words in rows:
        parts = _parts(path, kind, tuple(words))
        # Python's own: Django's makes an object of each text, to be joined with the next.
        drawn += [escape(words[part]) if place % 2 else part for place, part in enumerate(parts)]
    return SafeString("".join(drawn))


_fields: dict[Any, SafeString] = {}
_MOST = 500


@register.simple_tag
def drawn_field(field: Any) -> SafeString:
    """Draw a field as "gds/field.html" does; an empty one or a dropdown once for each way it can look.

    What was typed is never kept, and neither is a field with an error.
    """
    value, dropdown = field.value(), isinstance(field.field, Dropdown)
    if field.errors or not (dropdown or value in (None, "")):
        return render_to_string("gds/field.html", {"field": field})
    offered = tuple(map(tuple, field.field.widget.choices)) if dropdown else type(field.form)
    look = (field.auto_id, field.html_name, str(field.label), str(field.help_text), value, offered)
    if look not in _fields:
        if len(_fields) >= _MOST:
            _fields.clear()
        _fields[look] = render_to_string("gds/field.html", {"field": field})
    return _fields[look]
