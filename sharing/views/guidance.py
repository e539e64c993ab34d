"""The guidance: every text that stands beside a question, and the lessons behind the rules."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sharing.words import Words, all_words, words

GROUPS = (
    ("rule-", "The seven golden rules"),
    ("principle-", "The three principles"),
    ("lesson-", "What happens when nobody shares"),
    ("basis.", "The lawful bases"),
    ("page.", "Each page of a decision"),
    ("stop.", "What keeps a decision from being recorded"),
    ("point.", "What you may be asked before you record"),
)


@require_http_methods(["GET", "HEAD"])
def guidance(request: HttpRequest) -> HttpResponse:
    """All of it, by kind."""
    groups = [(title, [one for one in all_words() if one.id.startswith(start)]) for start, title in GROUPS]
    return render(request, "sharing/guidance.html", {"groups": [group for group in groups if group[1]]})


@require_http_methods(["GET", "HEAD"])
def guidance_page(request: HttpRequest, word_id: str) -> HttpResponse:
    """One text."""
    return render(request, "sharing/guidance_page.html", {"words": _words(word_id)})


def _words(word_id: str) -> Words:
    try:
        return words(word_id)
    except KeyError:
        raise Http404 from None
