"""Template tags of the journey.

{% words_of "rule-6" as rule %}  the guidance with this id
{{ rule|plain_html }}               its body
"""

from django import template
from django.utils.safestring import SafeString

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
