"""Template tags of the journey.

{% words_of "rule-6" as rule %}  the guidance with this id
{{ rule|plain_html }}               its body
{{ "rule-6"|rule_name }}             Golden rule 6
{{ draft.saved_at|moment }}         Tuesday 4 June 2026, 2:30pm
"""

from datetime import date
from typing import Any

from django import template
from django.utils.safestring import SafeString

from sharing.beside import called
from sharing.forms.page import in_words
from sharing.words import Words, words

register = template.Library()


@register.simple_tag
def words_of(word_id: str) -> Words:
    """The newest words of an id."""
    return words(word_id)


@register.filter
def plain_html(found: Words) -> SafeString:
    """The body of words as HTML; `sharing.words` escapes everything but its own tags."""
    return SafeString(found.html)


@register.filter
def rule_name(word_id: str) -> str:
    """What a text is called where it is linked, such as Golden rule 6."""
    return called(word_id)


@register.filter
def bound(form: Any, name: str) -> Any:
    """The field of a form with this name, ready to be drawn."""
    return form[name]


@register.filter
def moment(value: date) -> str:
    """A day or a moment as people say it."""
    return in_words(value)
